/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "cli_priv.h"

#define WIDTH 79

/*
 * The next character of text: its octets, and the columns that it takes.
 * Something that this terminal cannot show, or that would steer it: 0 columns.
 */
static size_t
character(const char *text, int *columns)
{
	mbstate_t state = {0};
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), &state);

	*columns = 0;
	if (len == (size_t)-1 || len == (size_t)-2 || len == 0)
		return 1;
	if (iswprint((wint_t)wide))
		*columns = wcwidth(wide) > 0 ? wcwidth(wide) : 1;
	return len;
}

static void
put_clean(FILE *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		int columns;
		size_t size = character(text + at, &columns);

		if (columns > 0)
			fwrite(text + at, 1, size, out);
		else
			fputc('?', out);
		at += size;
	}
}

void
cli_put(FILE *out, const char *text)
{
	put_clean(out, text, strlen(text));
}

static void
put_indent(FILE *out, int indent)
{
	fprintf(out, "%*s", indent, "");
}

/* Octets and columns of what cannot be broken: up to the next blank. */
static size_t
word_len(const char *text, int *columns)
{
	size_t len = 0;

	*columns = 0;
	while (text[len] != '\0' && text[len] != ' ') {
		int wide;

		len += character(text + len, &wide);
		*columns += wide > 0 ? wide : 1;
		if (wide > 1) /* Japanese breaks anywhere */
			break;
	}
	return len;
}

void
cli_paragraph(FILE *out, int indent, const char *first, const char *text)
{
	int column = indent;
	bool blank = false;

	put_indent(out, indent);
	fputs(first, out);
	while (*first != '\0') {
		int columns;

		first += character(first, &columns);
		column += columns;
	}
	while (*text != '\0') {
		int columns;
		size_t len = word_len(text, &columns);

		if (column + columns + (blank ? 1 : 0) > WIDTH &&
			column > indent) {
			fputc('\n', out);
			put_indent(out, indent);
			column = indent;
			blank = false;
		}
		if (blank)
			fputc(' ', out);
		column += columns + (blank ? 1 : 0);
		put_clean(out, text, len);
		text += len;
		blank = *text == ' ';
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

const char *
cli_moment(int64_t when_s, char text[CLI_MOMENT_SIZE])
{
	time_t when = (time_t)when_s;
	struct tm parts;

	if (when_s <= 0)
		return "never";
	if (gmtime_r(&when, &parts) == NULL ||
		strftime(text, CLI_MOMENT_SIZE, "%Y-%m-%d %H:%M", &parts) == 0)
		return "?";
	return text;
}

void
cli_unwritten(void)
{
	if (errno != EPIPE)
		warn("standard output");
}

int
cli_dump(FILE *out, const json_t *json)
{
	if (json_dumpf(json, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF)
		return 0;
	cli_unwritten();
	return EX_IOERR;
}

/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_priv.h"

#define FILE_SIZE_MAX ((size_t)1024 * 1024)

/* Octets of the comment that starts at at; 0: none does. */
static size_t
comment_len(const char *text, size_t at)
{
	bool between = at == 0 || strchr(" \t\n{}(),=+", text[at - 1]) != NULL;
	const char *end;

	if (text[at] == '#' || (between && strncmp(text + at, "//", 2) == 0))
		return strcspn(text + at, "\n");
	if (!between || strncmp(text + at, "/*", 2) != 0)
		return 0;
	end = strstr(text + at + 2, "*/");
	/* without an end libconfuse has its say */
	return end == NULL ? 0 : (size_t)(end + 2 - (text + at));
}

/* Octets of the quoted string that starts at at, 0: none does. */
static size_t
quoted_len(const char *text, size_t at)
{
	size_t len = 1;

	if (text[at] != '"' && text[at] != '\'')
		return 0;
	for (; text[at + len] != '\0'; len++) {
		if (text[at + len] == text[at])
			return len + 1;
		if (text[at + len] == '\\' && text[at + len + 1] != '\0')
			len++;
	}
	return len;
}

/*
 * libconfuse 3.3 counts lines wrongly behind a comment, and errors must name
 * the right one: comments (and the CR of a CRLF) become blanks beforehand.
 * They start where its lexer starts them: '#' anywhere but in quotes, the
 * others only between words (http://... is a word).
 */
static void
blank_comments(char *text)
{
	size_t at = 0;

	while (text[at] != '\0') {
		size_t comment = comment_len(text, at);
		size_t quoted = quoted_len(text, at);

		for (size_t i = at; i < at + comment; i++)
			if (text[i] != '\n')
				text[i] = ' ';
		if (text[at] == '\r' && text[at + 1] == '\n')
			text[at] = ' ';
		if (comment + quoted == 0)
			at++;
		at += comment + quoted;
	}
}

static enum kz_result
read_all(struct config_reading *reading, FILE *file, char **text, size_t *len)
{
	char *buffer = malloc(FILE_SIZE_MAX + 1);
	enum kz_result result = KZ_OK;

	if (buffer == NULL)
		return KZ_ENOMEM;
	*len = fread(buffer, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file)) {
		config_complain(reading, 0, "%s", strerror(errno));
		result = KZ_EIO;
	} else if (*len > FILE_SIZE_MAX) {
		config_complain(
			reading, 0, "longer than %zu octets", FILE_SIZE_MAX);
		result = KZ_EIO;
	} else if (memchr(buffer, '\0', *len) != NULL) {
		config_complain(reading, 0, "no text: it holds a NUL octet");
		result = KZ_EIO;
	}
	if (result != KZ_OK) {
		free(buffer);
		return result;
	}
	buffer[*len] = '\0';
	*text = buffer;
	return KZ_OK;
}

enum kz_result
config_file_load(struct config_reading *reading, char **text, size_t *len)
{
	FILE *file = fopen(reading->path, "re");
	enum kz_result result;

	if (file == NULL && errno == ENOENT)
		return KZ_NOT_FOUND;
	if (file == NULL) {
		config_complain(reading, 0, "%s", strerror(errno));
		return KZ_EIO;
	}
	result = read_all(reading, file, text, len);
	(void)fclose(file); /* it was only read */
	if (result == KZ_OK)
		blank_comments(*text);
	return result;
}

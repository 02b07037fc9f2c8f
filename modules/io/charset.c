/* SPDX-License-Identifier: ISC */
#include "kizuki/io/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE 0x1b

/* In the order in which they are tried; the first one only with escapes. */
enum form { FORM_ESCAPES, FORM_UTF8, FORM_EUC, FORM_SHIFT, FORMS };

struct kz_charset {
	bool there[FORMS];
	iconv_t to_utf8[FORMS]; /* with there */
};

static const struct {
	const char *name;
	char letter[12]; /* one of its own */
} forms[FORMS] = {
	{"ISO-2022-JP", "\033$B$\"\033(B"},
	{"UTF-8", "\343\201\202"},
	{"EUC-JP", "\244\242"},
	{"CP932", "\202\240"},
};

static void
open_form(struct kz_charset *charset, enum form form)
{
	/* The conversion itself is loaded by the first character. */
	char letter[sizeof(forms[form].letter)], out[16];
	char *in = letter, *to = out;
	size_t left = strlen(forms[form].letter), room = sizeof(out);

	memcpy(letter, forms[form].letter, sizeof(letter));
	charset->to_utf8[form] = iconv_open("UTF-8", forms[form].name);
	charset->there[form] = (intptr_t)charset->to_utf8[form] != -1;
	if (charset->there[form])
		(void)iconv(charset->to_utf8[form], &in, &left, &to, &room);
}

enum kz_result
kz_charset_open(struct kz_charset **charset)
{
	struct kz_charset *made = malloc(sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	for (int form = 0; form < FORMS; form++)
		open_form(made, (enum form)form);
	*charset = made;
	return KZ_OK;
}

void
kz_charset_close(struct kz_charset **charset)
{
	if (*charset == NULL)
		return;
	for (int form = 0; form < FORMS; form++)
		if ((*charset)->there[form])
			(void)iconv_close((*charset)->to_utf8[form]);
	free(*charset);
	*charset = NULL;
}

/* What was written; *strange: octets that are no letters of that form. */
static size_t
convert(iconv_t to_utf8, struct kz_str text, char *buffer, size_t size,
	bool *strange)
{
	/* iconv reads only, whatever its prototype says. */
	union {
		const char *read;
		char *iconv;
	} in = {text.ptr};
	char *out = buffer;
	size_t left = text.len, room = size;

	*strange = false;
	(void)iconv(to_utf8, NULL, NULL, NULL, NULL);
	while (left > 0 && room > 0) {
		if (iconv(to_utf8, &in.iconv, &left, &out, &room) !=
				(size_t)-1 ||
			errno == E2BIG || left == 0 || room == 0)
			break;
		/* An octet that means nothing, or a letter cut off. */
		*strange = *strange || errno == EILSEQ;
		*out++ = '?';
		room--;
		in.iconv++;
		left--;
	}
	return size - room;
}

static size_t
without_nul(char *buffer, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++)
		if (buffer[i] != '\0')
			buffer[kept++] = buffer[i];
	return kept;
}

size_t
kz_charset_utf8(struct kz_charset *charset, struct kz_str text, char *buffer,
	size_t size)
{
	bool escapes =
		text.len > 0 && memchr(text.ptr, ESCAPE, text.len) != NULL;
	bool strange = true;
	size_t len = 0;

	if (escapes && charset->there[FORM_ESCAPES])
		return without_nul(buffer,
			convert(charset->to_utf8[FORM_ESCAPES], text, buffer,
				size, &strange));
	for (int form = FORM_UTF8; strange && form < FORMS; form++)
		if (charset->there[form])
			len = convert(charset->to_utf8[form], text, buffer,
				size, &strange);
	if (strange) {
		len = text.len < size ? text.len : size;
		if (len > 0)
			memcpy(buffer, text.ptr, len);
	}
	return without_nul(buffer, len);
}

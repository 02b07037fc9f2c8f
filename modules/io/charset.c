/* SPDX-License-Identifier: ISC */
#include "kizuki/io/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE 0x1b

struct kz_charset {
	bool there;
	iconv_t japanese; /* with there */
};

enum kz_result
kz_charset_open(struct kz_charset **charset)
{
	struct kz_charset *made = malloc(sizeof(*made));
	/* The conversion itself is loaded by the first character. */
	char escape[] = "\033$B$\"\033(B", out[16];
	char *in = escape, *to = out;
	size_t left = sizeof(escape) - 1, room = sizeof(out);

	if (made == NULL)
		return KZ_ENOMEM;
	made->japanese = iconv_open("UTF-8", "ISO-2022-JP");
	made->there = (intptr_t)made->japanese != -1;
	if (made->there)
		(void)iconv(made->japanese, &in, &left, &to, &room);
	*charset = made;
	return KZ_OK;
}

void
kz_charset_close(struct kz_charset **charset)
{
	if (*charset == NULL)
		return;
	if ((*charset)->there)
		(void)iconv_close((*charset)->japanese);
	free(*charset);
	*charset = NULL;
}

size_t
kz_charset_utf8(struct kz_charset *charset, struct kz_str text, char *buffer,
	size_t size)
{
	/* iconv reads only, whatever its prototype says. */
	union {
		const char *read;
		char *iconv;
	} in = {text.ptr};
	char *out = buffer;
	size_t left = text.len, room = size;

	if (!charset->there || memchr(text.ptr, ESCAPE, text.len) == NULL) {
		memcpy(buffer, text.ptr, left < room ? left : room);
		return left < room ? left : room;
	}
	(void)iconv(charset->japanese, NULL, NULL, NULL, NULL);
	while (left > 0 && room > 0) {
		if (iconv(charset->japanese, &in.iconv, &left, &out, &room) !=
				(size_t)-1 ||
			errno == E2BIG || left == 0 || room == 0)
			break;
		/* An octet that means nothing, or a letter cut off. */
		*out++ = '?';
		room--;
		in.iconv++;
		left--;
	}
	return size - room;
}

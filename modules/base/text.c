/* SPDX-License-Identifier: ISC */
#include "kizuki/base/text.h"

#include <string.h>

#define NUMBER_MAX 20 /* "-9223372036854775808" */

struct kz_text
kz_text_make(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct kz_text){.start = buffer, .size = size};
}

void
kz_text_put(struct kz_text *text, struct kz_str word)
{
	if (text->cut || word.len >= text->size - text->used) {
		text->cut = true;
		return;
	}
	memcpy(text->start + text->used, word.ptr, word.len);
	text->used += word.len;
	text->start[text->used] = '\0';
}

void
kz_text_number(struct kz_text *text, int64_t number)
{
	char digits[NUMBER_MAX];
	size_t at = sizeof(digits);
	/* The lowest number has no positive counterpart in int64_t. */
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	kz_text_put(text, (struct kz_str){digits + at, sizeof(digits) - at});
}

/* Printable as it is?  strict: also no space, quote or "=". */
static bool
plain(char octet, bool strict)
{
	if (octet < ' ' || octet > '~' || octet == '\\')
		return false;
	return !strict || (octet != ' ' && octet != '"' && octet != '=');
}

static void
put_foreign(
	struct kz_text *text, struct kz_str bytes, size_t limit, bool strict)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t octet = (uint8_t)bytes.ptr[i];
		char escape[4] = {'\\', 'x', hex[octet >> 4], hex[octet & 15]};
		struct kz_str piece = {escape, sizeof(escape)};

		if (plain(bytes.ptr[i], strict))
			piece = (struct kz_str){&bytes.ptr[i], 1};
		if (piece.len > limit)
			return;
		limit -= piece.len;
		kz_text_put(text, piece);
	}
}

void
kz_text_foreign(struct kz_text *text, struct kz_str bytes, size_t limit)
{
	put_foreign(text, bytes, limit, false);
}

void
kz_text_pair(struct kz_text *text, const char *key, struct kz_str value)
{
	kz_text_word(text, " ");
	kz_text_word(text, key);
	kz_text_word(text, "=");
	if (value.len == 0)
		kz_text_word(text, "-");
	else
		put_foreign(text, value, SIZE_MAX, true);
}

void
kz_text_pair_number(struct kz_text *text, const char *key, int64_t value)
{
	kz_text_word(text, " ");
	kz_text_word(text, key);
	kz_text_word(text, "=");
	kz_text_number(text, value);
}

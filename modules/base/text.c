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

/* As much of it as there is room for. */
static void
put_some(struct kz_text *text, struct kz_str bytes)
{
	const size_t room = text->size - text->used - 1;
	const bool whole = bytes.len <= room;

	if (!whole)
		bytes.len = room;
	kz_text_put(text, bytes);
	text->cut = text->cut || !whole;
}

/* Octets at the beginning that need no escape, limit at most. */
static size_t
plain_run(struct kz_str bytes, size_t limit, bool strict)
{
	size_t len = 0;

	while (len < bytes.len && len < limit && plain(bytes.ptr[len], strict))
		len++;
	return len;
}

static void
put_foreign(
	struct kz_text *text, struct kz_str bytes, size_t limit, bool strict)
{
	static const char hex[] = "0123456789abcdef";

	for (;;) {
		const size_t run = plain_run(bytes, limit, strict);
		const uint8_t octet =
			run < bytes.len ? (uint8_t)bytes.ptr[run] : 0;
		const char escape[4] = {
			'\\', 'x', hex[octet >> 4], hex[octet & 15]};

		if (run > 0)
			put_some(text, (struct kz_str){bytes.ptr, run});
		limit -= run;
		if (run == bytes.len || limit < sizeof(escape))
			return;
		kz_text_put(text, (struct kz_str){escape, sizeof(escape)});
		limit -= sizeof(escape);
		bytes.ptr += run + 1;
		bytes.len -= run + 1;
	}
}

void
kz_text_foreign(struct kz_text *text, struct kz_str bytes, size_t limit)
{
	put_foreign(text, bytes, limit, false);
}

/* " key=" in one piece: a decision's line has eight of them. */
static void
put_key(struct kz_text *text, const char *key)
{
	const size_t len = strlen(key);
	char *at = text->start + text->used;

	if (text->cut || len + 2 >= text->size - text->used) {
		text->cut = true;
		return;
	}
	at[0] = ' ';
	memcpy(at + 1, key, len);
	at[len + 1] = '=';
	at[len + 2] = '\0';
	text->used += len + 2;
}

void
kz_text_pair(struct kz_text *text, const char *key, struct kz_str value)
{
	put_key(text, key);
	if (value.len == 0)
		kz_text_word(text, "-");
	else
		put_foreign(text, value, SIZE_MAX, true);
}

void
kz_text_pair_number(struct kz_text *text, const char *key, int64_t value)
{
	put_key(text, key);
	kz_text_number(text, value);
}

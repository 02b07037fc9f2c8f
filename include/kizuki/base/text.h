/* SPDX-License-Identifier: ISC */
/*
 * text - build one bounded line without printf
 *
 * What:   appends words, numbers and foreign bytes to the caller's buffer and
 *         keeps it NUL-terminated.  What does not fit is left out whole (a
 *         word, a number), and the text is marked as cut.
 * Pure:   usable in core; no allocation.
 * Owner:  the caller owns the buffer.
 */
#ifndef KIZUKI_BASE_TEXT_H
#define KIZUKI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kizuki/base/str.h"

struct kz_text {
	char *start; /* NUL-terminated at every moment */
	size_t used; /* octets without the NUL */
	size_t size; /* of the buffer; at least 1 */
	bool cut;    /* something did not fit */
};

/* Start an empty text in size octets. */
struct kz_text kz_text_make(char *buffer, size_t size);

/* Bytes that are known to be fit for print. */
void kz_text_put(struct kz_text *text, struct kz_str word);

/* A C string; inline, so that the length of a literal costs nothing. */
static inline void
kz_text_word(struct kz_text *text, const char *word)
{
	kz_text_put(text, (struct kz_str){word, strlen(word)});
}

/* In decimal. */
void kz_text_number(struct kz_text *text, int64_t number);

/*
 * Foreign bytes: printable ASCII but backslash as it is, everything else as
 * \xNN, and at most limit octets of the result.
 */
void kz_text_foreign(struct kz_text *text, struct kz_str bytes, size_t limit);

/*
 * " key=value" for a log line: the value as kz_text_foreign writes it, with
 * spaces, quotes and "=" as \xNN too; "-" where it is empty.
 */
void kz_text_pair(struct kz_text *text, const char *key, struct kz_str value);

/* " key=number". */
void kz_text_pair_number(struct kz_text *text, const char *key, int64_t value);

#endif

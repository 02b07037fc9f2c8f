/* SPDX-License-Identifier: ISC */
/*
 * match_priv - whether a view of foreign text is one of our words
 *
 * What:   equality of a struct kz_str and a C string, octet by octet.
 */
#ifndef KIZUKI_CORE_MATCH_PRIV_H
#define KIZUKI_CORE_MATCH_PRIV_H

#include <stdbool.h>
#include <string.h>

#include "kizuki/base/str.h"

static inline bool
match_word(struct kz_str text, const char *word)
{
	return text.len == strlen(word) &&
		memcmp(text.ptr, word, text.len) == 0;
}

#endif

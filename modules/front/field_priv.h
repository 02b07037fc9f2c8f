/* SPDX-License-Identifier: ISC */
/*
 * field_priv - what the parsers of MTAs' questions have in common
 *
 * What:   compares and keeps one value, and checks the words of an answer.
 */
#ifndef KIZUKI_FRONT_FIELD_PRIV_H
#define KIZUKI_FRONT_FIELD_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "kizuki/base/str.h"
#include "kizuki/core/request.h"

static inline bool
field_is(struct kz_str value, const char *word)
{
	return value.len == strlen(word) &&
		memcmp(value.ptr, word, value.len) == 0;
}

/* False: too long for the field of size octets, which stays as it was. */
static inline bool
field_keep(struct kz_str value, char *field, size_t size)
{
	if (value.len >= size)
		return false;
	memcpy(field, value.ptr, value.len);
	field[value.len] = '\0';
	return true;
}

/* A deferral that can be worded: its text is printable ASCII, not empty. */
static inline bool
field_defers(const struct kz_reply *reply)
{
	size_t len = 0;

	if (reply == NULL || reply->action != KZ_ACTION_DEFER)
		return false;
	len = strnlen(reply->text, sizeof(reply->text));
	for (size_t i = 0; i < len; i++)
		if (reply->text[i] < ' ' || reply->text[i] > '~')
			return false;
	return len > 0 && len < sizeof(reply->text);
}

#endif

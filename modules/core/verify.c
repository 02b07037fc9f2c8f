/* SPDX-License-Identifier: ISC */
#include "kizuki/core/verify.h"

#include <stddef.h>
#include <string.h>

static const char *const kinds[KZ_VERIFY_COUNT] = {
	[KZ_VERIFY_MAILFROM] = "mailfrom",
	[KZ_VERIFY_HELO] = "helo",
	[KZ_VERIFY_RDNS] = "rdns",
	[KZ_VERIFY_SITE] = "site",
};

static const char *const outcomes[] = {
	[KZ_VERIFY_UNKNOWN] = "unknown",
	[KZ_VERIFY_NO] = "no",
	[KZ_VERIFY_YES] = "yes",
};

#define OUTCOME_COUNT (sizeof(outcomes) / sizeof(outcomes[0]))

/* The index of text among count words; count where it is none of them. */
static size_t
word_find(const char *const *words, size_t count, struct kz_str text)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i]) == text.len &&
			memcmp(words[i], text.ptr, text.len) == 0)
			return i;
	}
	return count;
}

const char *
kz_verify_kind_text(enum kz_verify_kind kind)
{
	return (size_t)kind < KZ_VERIFY_COUNT ? kinds[kind] : "?";
}

const char *
kz_verify_outcome_text(enum kz_verify_outcome outcome)
{
	return (size_t)outcome < OUTCOME_COUNT ? outcomes[outcome] : "?";
}

enum kz_result
kz_verify_kind_find(struct kz_str text, enum kz_verify_kind *kind)
{
	size_t i = word_find(kinds, KZ_VERIFY_COUNT, text);

	if (i == KZ_VERIFY_COUNT)
		return KZ_NOT_FOUND;
	*kind = (enum kz_verify_kind)i;
	return KZ_OK;
}

enum kz_result
kz_verify_outcome_find(struct kz_str text, enum kz_verify_outcome *outcome)
{
	size_t i = word_find(outcomes, OUTCOME_COUNT, text);

	if (i == OUTCOME_COUNT)
		return KZ_NOT_FOUND;
	*outcome = (enum kz_verify_outcome)i;
	return KZ_OK;
}

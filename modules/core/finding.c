/* SPDX-License-Identifier: ISC */
#include "kizuki/core/finding.h"

#include "match_priv.h"

const char *
kz_outcome_text(enum kz_outcome outcome)
{
	switch (outcome) {
	case KZ_OUTCOME_UNKNOWN:
		return "unknown";
	case KZ_OUTCOME_OK:
		return "ok";
	case KZ_OUTCOME_BAD:
		return "bad";
	}
	return "?";
}

enum kz_result
kz_outcome_find(struct kz_str text, enum kz_outcome *outcome)
{
	for (int i = KZ_OUTCOME_UNKNOWN; i <= KZ_OUTCOME_BAD; i++) {
		if (match_word(text, kz_outcome_text((enum kz_outcome)i))) {
			*outcome = (enum kz_outcome)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

const char *
kz_source_text(enum kz_source source)
{
	switch (source) {
	case KZ_SOURCE_PROBE:
		return "probe";
	case KZ_SOURCE_LOG:
		return "log";
	case KZ_SOURCE_FACT:
		return "fact";
	}
	return "?";
}

enum kz_result
kz_source_find(struct kz_str text, enum kz_source *source)
{
	for (int i = KZ_SOURCE_PROBE; i <= KZ_SOURCE_FACT; i++) {
		if (match_word(text, kz_source_text((enum kz_source)i))) {
			*source = (enum kz_source)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

/* SPDX-License-Identifier: ISC */
/*
 * site - what kizuki keeps of a site beside its evidence
 *
 * What:   when it was seen and examined, what an operator said of it, and its
 *         record on disk.
 * Pure:   values and codec.
 * Units:  seconds since 1970 UTC; 0: never.
 */
#ifndef KIZUKI_CORE_SITE_H
#define KIZUKI_CORE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/symptom.h"

#define KZ_SITE_NOTE_MAX    255
#define KZ_SITE_RECORD_SIZE 1280 /* octets an encoded one can take */

/* What an operator said; it holds until the moment given, 0: for good. */
struct kz_site_word {
	bool said;
	int64_t until_s;
	char why[KZ_SITE_NOTE_MAX + 1];
};

struct kz_site {
	int64_t first_seen_s;
	int64_t last_seen_s;
	bool second_day;     /* seen again first_gap or more after the first
				time: TCP may be probed */
	int64_t examined_s;  /* newest complete examination of a family */
	int64_t asked_s;     /* newest examination begun */
	int64_t next_look_s; /* not before this */
	int64_t family_s[KZ_FAMILY_COUNT]; /* newest complete one */
	struct kz_name zone;        /* where DEL and CON evidence is kept */
	struct kz_site_word allow;  /* never delayed */
	struct kz_site_word deny;   /* broken, whatever the evidence */
	struct kz_site_word pardon; /* verdict set aside */
};

/* Whether a word of an operator holds at now_s: not from until_s on. */
bool kz_site_word_holds(const struct kz_site_word *word, int64_t now_s);

/*
 * Record version 1.  KZ_EINVAL: a moment before 1970, or a word that was not
 * said but has an end or a reason.
 */
KZ_MUST_CHECK enum kz_result kz_site_encode(
	const struct kz_site *site, uint8_t *record, size_t size, size_t *len);

/* Any version ever released.  KZ_EVERSION: newer.  KZ_ETRUNC, KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_site_decode(
	const uint8_t *record, size_t len, struct kz_site *site);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * breaker - a sudden rise of failures across unrelated networks is our own
 *
 * What:   keeps for one network class what became of each place (/24, /48)
 *         contacted within the last hour, and how many contacts of the last
 *         seven days failed.  It trips where the share of the hour's places
 *         that failed exceeds percent while that of the week is below
 *         mean_percent.
 * Rules:  alive is good; refused, unreachable, timeout and ours are bad; the
 *         rest says nothing.  A place counts once in an hour, by its newest
 *         contact, and of the places of one /16 (/32) as many as two: more
 *         share the say of two, so that one owner of many is not everybody.
 *         at_least is asked of all places, half of it of those with a say.
 *         An address that was dead before, or is met for the first
 *         time, says nothing of our line when it fails: the caller leaves such
 *         a failure out.  What comes while the class is in doubt (quiet) is no
 *         part of the week.
 * Pure:   values in, values out; some 12 KB, the caller keeps it.
 * Clock:  set back, what lies ahead is forgotten; the week's days are kept.
 * Units:  seconds since 1970 UTC; days are UTC days.
 * Source: kizuki's docs/DESIGN.md, Evidence.
 */
#ifndef KIZUKI_CORE_BREAKER_H
#define KIZUKI_CORE_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/core/netclass.h"

/* Places of the last hour; of more the latest. */
#define KZ_BREAKER_PLACES      256
#define KZ_BREAKER_DAYS        8 /* the week, and the day that is under way */
#define KZ_BREAKER_RECORD_SIZE 80

struct kz_breaker_rule {
	uint32_t percent;      /* of the hour's places, failed */
	uint32_t mean_percent; /* of the week's contacts, failed */
	uint32_t at_least;     /* places of the hour, contacts of the week */
	uint32_t pause_s;      /* the class is broken off for so long */
};

struct kz_breaker_place {
	int64_t when_s;
	struct kz_net place;
	bool bad;
};

struct kz_breaker {
	size_t count;
	struct kz_breaker_place list[KZ_BREAKER_PLACES]; /* oldest first */
	int64_t day; /* since 1970: that of days[0] */
	struct {
		uint32_t good, bad;
	} days[KZ_BREAKER_DAYS]; /* newest first */
};

/* Take what came of one contact of the class. */
void kz_breaker_touch(
	struct kz_breaker *breaker, const struct kz_touch *touch, bool quiet);

/* Whether failures rose suddenly in the hour before now_s. */
bool kz_breaker_trips(const struct kz_breaker *breaker,
	const struct kz_breaker_rule *rule, int64_t now_s);

/* The week alone, record version 1: what is kept over restarts. */
KZ_MUST_CHECK enum kz_result kz_breaker_encode(const struct kz_breaker *breaker,
	uint8_t *record, size_t size, size_t *len);

/* Any version ever released.  KZ_EVERSION: newer.  KZ_ETRUNC, KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_breaker_decode(
	const uint8_t *record, size_t len, struct kz_breaker *breaker);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * turn - how often a registry's server was asked today
 *
 * What:   the questions of a day and the rest that a server is given after it
 *         refused.  The prober keeps one for each server, and so does kizukid
 *         for the time after the prober's end.
 * Pure:   values and codec.
 * Units:  seconds since 1970 UTC.
 * Time:   with the clock set back the day begins anew, and no rest is longer
 *         than it was given.
 */
#ifndef KIZUKI_CORE_TURN_H
#define KIZUKI_CORE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"

#define KZ_TURN_RECORD_SIZE 33

struct kz_turn {
	int64_t day_s;   /* begin of the day that is counted */
	uint32_t count;  /* questions in it */
	int64_t until_s; /* left alone until then; 0: not */
	uint32_t back_off_s;
	int64_t last_s; /* the newest question */
};

/* What was done with one server. */
struct kz_turn_told {
	int64_t when_s;
	int64_t until_s;
	uint32_t asked; /* so many questions more */
	uint32_t back_off_s;
	bool rdap;                    /* else WHOIS */
	char server[KZ_NAME_MAX + 1]; /* name or address */
};

/* Whether one more may be asked. */
bool kz_turn_free(const struct kz_turn *turn, uint32_t per_day, int64_t now_s);

/* From when on it may be, where nothing else is asked until then. */
int64_t kz_turn_next_s(
	const struct kz_turn *turn, uint32_t per_day, int64_t now_s);

/* So many questions more, at when_s. */
void kz_turn_count(struct kz_turn *turn, uint32_t asked, int64_t when_s);

/* It refuses, or is silent: leave it alone, twice as long each time. */
void kz_turn_back_off(struct kz_turn *turn, int64_t least_s, int64_t now_s);

/* Nothing of it bounds anything any more. */
bool kz_turn_over(const struct kz_turn *turn, int64_t now_s);

/* Record version 1; KZ_ETRUNC. */
KZ_MUST_CHECK enum kz_result kz_turn_encode(
	const struct kz_turn *turn, uint8_t *record, size_t size, size_t *len);

/* Any version ever released.  KZ_EVERSION: newer.  KZ_ETRUNC, KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_turn_decode(
	const uint8_t *record, size_t len, struct kz_turn *turn);

#endif

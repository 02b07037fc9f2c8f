/* SPDX-License-Identifier: ISC */
/*
 * turns_priv - when a registry's server may be asked
 *
 * What:   one question in so long, so many a day, and none for a while after
 *         it refused.
 * Units:  moments by the wall clock but for next_ms.
 */
#ifndef KIZUKI_PROBE_TURNS_PRIV_H
#define KIZUKI_PROBE_TURNS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct turns {
	int64_t next_ms; /* monotonic: the next turn */
	int64_t day_s;   /* begin of the day that is counted */
	uint32_t count;
	int64_t until_s; /* left alone until then */
	int64_t back_off_s;
};

/* Take the next turn, in *wait_ms.  False: none today, or left alone. */
bool turns_take(struct turns *turns, uint32_t gap_s, uint32_t per_day,
	int64_t *wait_ms);

/* It refuses, or is silent: leave it alone, twice as long each time. */
void turns_back_off(struct turns *turns, int64_t least_s);

#endif

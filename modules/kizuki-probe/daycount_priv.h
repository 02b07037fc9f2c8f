/* SPDX-License-Identifier: ISC */
/*
 * daycount_priv - counts of a day in a fixed amount of memory
 *
 * What:   how often each of any number of keys was counted today.  Two keys
 *         that fall together count for each other: a count may be too high,
 *         never too low, whatever keys strangers bring.  The memory may be
 *         a file of whoever started us, and outlives us then.
 * Units:  the day begins with its first count, by the wall clock.
 * Errors: KZ_EIO: the memory cannot be had.
 */
#ifndef KIZUKI_PROBE_DAYCOUNT_PRIV_H
#define KIZUKI_PROBE_DAYCOUNT_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"

struct daycount {
	uint8_t *bytes; /* version, day, secret, then the counts */
};

/*
 * fd: a file, empty at first, that an earlier process may have left its counts
 * in; what is no such thing begins anew.  -1, or a disk that is full: memory of
 * our own.  Not inherited by who is forked later.
 */
KZ_MUST_CHECK enum kz_result daycount_open(struct daycount *counts, int fd);
void daycount_close(struct daycount *counts);

/* Of the day that now_s falls in; a clock set back begins a new day. */
uint32_t daycount_get(
	struct daycount *counts, const uint8_t *key, size_t len, int64_t now_s);
void daycount_add(struct daycount *counts, const uint8_t *key, size_t len,
	uint32_t more, int64_t now_s);

#endif

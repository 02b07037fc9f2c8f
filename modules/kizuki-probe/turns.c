/* SPDX-License-Identifier: ISC */
#include "turns_priv.h"

#include "kizuki/io/clock.h"

#define DAY_S INT64_C(86400)
/* A turn further away than this does not come within an examination. */
#define WAIT_MAX_MS 60000

bool
turns_take(
	struct turns *turns, uint32_t gap_s, uint32_t per_day, int64_t *wait_ms)
{
	int64_t now_s = kz_clock_now_s();
	int64_t now_ms = kz_clock_mono_ms();

	/* A moment of the future means that the clock was set back. */
	if (now_s < turns->day_s || now_s - turns->day_s >= DAY_S) {
		turns->day_s = now_s;
		turns->count = 0;
	}
	if (turns->until_s - now_s > turns->back_off_s)
		turns->until_s = 0;
	if (turns->next_ms < now_ms)
		turns->next_ms = now_ms;
	*wait_ms = turns->next_ms - now_ms;
	if (turns->until_s > now_s || *wait_ms > WAIT_MAX_MS ||
		turns->count >= per_day)
		return false;
	turns->count++;
	turns->next_ms += (int64_t)gap_s * 1000;
	return true;
}

void
turns_back_off(struct turns *turns, int64_t least_s)
{
	int64_t next_s = turns->back_off_s * 2;

	if (next_s > DAY_S)
		next_s = DAY_S;
	turns->back_off_s = next_s < least_s ? least_s : next_s;
	turns->until_s = kz_clock_now_s() + turns->back_off_s;
}

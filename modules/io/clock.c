/* SPDX-License-Identifier: ISC */
#include "kizuki/io/clock.h"

#include <time.h>

int64_t
kz_clock_now_s(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t
kz_clock_mono_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

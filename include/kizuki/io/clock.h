/* SPDX-License-Identifier: ISC */
/*
 * clock - the only place that reads a clock
 *
 * What:   wall clock for what is stored, monotonic clock for limits; read once
 *         for each event and passed on.
 * Units:  seconds since 1970 UTC; milliseconds since some moment.
 */
#ifndef KIZUKI_IO_CLOCK_H
#define KIZUKI_IO_CLOCK_H

#include <stdint.h>

/* Wall clock. */
int64_t kz_clock_now_s(void);

/* Never goes back; only differences mean something. */
int64_t kz_clock_mono_ms(void);

#endif

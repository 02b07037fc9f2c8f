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

#define KZ_CLOCK_BOOT_SIZE 40

/*
 * Names the run of the machine in which the monotonic clock goes on: what
 * KIZUKI_BOOT says (the unit file sets it, for /proc is closed to us there),
 * else the kernel's boot id.  Returns id; empty: not known.
 */
const char *kz_clock_boot(char id[KZ_CLOCK_BOOT_SIZE]);

#endif

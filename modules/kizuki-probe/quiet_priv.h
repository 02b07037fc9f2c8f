/* SPDX-License-Identifier: ISC */
/*
 * quiet_priv - addresses that hold no second copy of a zone
 *
 * What:   an address that a domain publishes, and that is no name server of
 *         it, is asked whether it serves the zone all the same.  One that was
 *         never found to, and said so or was silent three times, is left alone
 *         for a month.
 * Units:  seconds since 1970 UTC.
 */
#ifndef KIZUKI_PROBE_QUIET_PRIV_H
#define KIZUKI_PROBE_QUIET_PRIV_H

#include "kizuki/core/finding.h"

#include "table_priv.h"

#define QUIET_MAX 65536

/* Room for max of them. */
void quiet_open(struct table *quiet, size_t max);
void quiet_close(struct table *quiet);

/* Whether it is left alone now. */
bool quiet_rests(struct table *quiet, const struct kz_addr *addr,
	const struct kz_name *zone, int64_t now_s);

/*
 * What asking it at when_s came to; unknown: it was silent, or could not be
 * told.  An answer that is used again is none.
 */
void quiet_note(struct table *quiet, const struct kz_addr *addr,
	const struct kz_name *zone, enum kz_outcome outcome, int64_t when_s);

#endif

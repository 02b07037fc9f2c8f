/* SPDX-License-Identifier: ISC */
/*
 * share_priv - one contact, one answer, however many sites name the address
 *
 * What:   questions to servers and to port 25 that are under way or answered
 *         lately; each entry is told to all who wait for it, and kept for as
 *         long as such an outcome may be used again.
 * Owner:  the table of the prober.
 */
#ifndef KIZUKI_PROBE_SHARE_PRIV_H
#define KIZUKI_PROBE_SHARE_PRIV_H

#include "ask_priv.h"

#define SHARE_ENTRIES_MAX 32768
#define SHARE_OCTETS_MAX  (24U << 20)

void share_open(struct probe *probe);
void share_close(struct probe *probe);

/* What an earlier process touched, and what it came to. */
void share_touched(struct probe *probe, const struct kz_touch *touch);

/* For how long an outcome may be used again, in seconds. */
int64_t share_keep_dns_s(
	enum kz_reach reach, const uint8_t *packet, size_t len);
int64_t share_keep_smtp_s(enum kz_reach reach);

#endif

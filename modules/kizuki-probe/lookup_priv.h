/* SPDX-License-Identifier: ISC */
/*
 * lookup_priv - a registry asked by hand
 *
 * What:   one domain, or the network of one address: each server that is
 *         asked is told with its answer, the last one as the last.
 * Owner:  counts in probe->lookups until it is done.
 */
#ifndef KIZUKI_PROBE_LOOKUP_PRIV_H
#define KIZUKI_PROBE_LOOKUP_PRIV_H

#include "probe_priv.h"

void lookup_start(struct probe *probe, const struct kz_line_lookup *wanted);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * canary_priv - does our own side work?
 *
 * What:   contacts an address that kizukid names; what came of it goes out as
 *         a touch.  The shorter limit holds, and none for the addresses that
 *         the configuration names as canaries.
 */
#ifndef KIZUKI_PROBE_CANARY_PRIV_H
#define KIZUKI_PROBE_CANARY_PRIV_H

#include "ask_priv.h"

void canary_start(struct probe *probe, const struct kz_line_canary *asked);

#endif

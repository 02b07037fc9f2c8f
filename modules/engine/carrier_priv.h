/* SPDX-License-Identifier: ISC */
/*
 * carrier_priv - sites whose hosts send for many others
 *
 * What:   a mailbox provider or a forwarder that no list of shared senders
 *         names shows by the domains it sends for.  It is proposed to the
 *         operator, never listed by itself.
 */
#ifndef KIZUKI_ENGINE_CARRIER_PRIV_H
#define KIZUKI_ENGINE_CARRIER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/engine/engine.h"

struct kz_scene;

/* A host of one site sent for another one, where both names are verified. */
void kz_carrier_note(struct kz_engine *engine, const struct kz_scene *scene,
	const struct kz_now *now);

/* Whether a row of the table of everything else is such a one, out of date. */
bool kz_carrier_old(const struct kz_engine *engine, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len,
	const struct kz_now *now);

#endif

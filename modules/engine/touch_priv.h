/* SPDX-License-Identifier: ISC */
/*
 * touch_priv - contacts of the last day, kept over restarts
 *
 * What:   the prober keeps the rate limits; a new one is fed what earlier ones
 *         touched, so that a restart never doubles anybody's allowance.  Of an
 *         address that is left alone since, the latest contacts are kept for
 *         eight days: they tell whether it is one that was known to work.
 */
#ifndef KIZUKI_ENGINE_TOUCH_PRIV_H
#define KIZUKI_ENGINE_TOUCH_PRIV_H

#include "kizuki/core/netclass.h"
#include "kizuki/engine/engine.h"

/* What is known of an address before a contact. */
enum kz_touch_before {
	KZ_TOUCH_NEVER, /* nothing, as far as contacts are kept */
	KZ_TOUCH_ALIVE,
	KZ_TOUCH_FAILED
};

/* Keep a contact; returns how the address was known before it. */
enum kz_touch_before kz_touch_store(struct kz_engine *engine,
	const struct kz_touch *touch, const struct kz_now *now);

/* Tell the prober all of the last day. */
void kz_touch_feed(struct kz_engine *engine, const struct kz_now *now);

/* Delete what is too old for both, a slice at each call. */
void kz_touch_sweep(struct kz_engine *engine, const struct kz_now *now);

#endif

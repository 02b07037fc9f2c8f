/* SPDX-License-Identifier: ISC */
/*
 * touch_priv - contacts of the last day, kept over restarts
 *
 * What:   the prober keeps the rate limits; a new one is fed what earlier ones
 *         touched, so that a restart never doubles anybody's allowance.
 */
#ifndef KIZUKI_ENGINE_TOUCH_PRIV_H
#define KIZUKI_ENGINE_TOUCH_PRIV_H

#include "kizuki/core/netclass.h"
#include "kizuki/engine/engine.h"

/* True: the contact with the address before this one failed too. */
bool kz_touch_store(struct kz_engine *engine, const struct kz_touch *touch,
	const struct kz_now *now);

/* Tell the prober all of the last day. */
void kz_touch_feed(struct kz_engine *engine, const struct kz_now *now);

/* Delete what is older, a slice at each call. */
void kz_touch_sweep(struct kz_engine *engine, const struct kz_now *now);

#endif

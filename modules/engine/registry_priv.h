/* SPDX-License-Identifier: ISC */
/*
 * registry_priv - when registries are asked of a site
 *
 * What:   only where something else is bad, and seldom: their answers hold for
 *         a month, two weeks or a day, as it was good, bad or counts.
 */
#ifndef KIZUKI_ENGINE_REGISTRY_PRIV_H
#define KIZUKI_ENGINE_REGISTRY_PRIV_H

#include "memo_priv.h"

/*
 * Whether the next examination is to ask them too; where not, the prober is
 * told what they said, and whether it may ask again should that no longer fit.
 */
void kz_registry_order(struct kz_engine *engine, struct kz_memo *memo,
	struct kz_order *order, const struct kz_now *now);

/* Tell a new prober what its servers were asked today. */
void kz_turn_feed(struct kz_engine *engine, const struct kz_now *now);

/* Whether a row of KZ_TABLE_META is one of these, and of no use any more. */
bool kz_registry_old(const struct kz_engine *engine, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len,
	const struct kz_now *now);

/* An examination that was to ask them ended; complete: all was answered. */
void kz_registry_landed(const struct kz_engine *engine, struct kz_memo *memo,
	bool complete, const struct kz_now *now);

#endif

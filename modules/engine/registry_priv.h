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

/* Whether the next examination is to ask them too. */
bool kz_registry_due(struct kz_engine *engine, struct kz_memo *memo,
	bool confirm, const struct kz_now *now);

/* An examination that was to ask them ended; complete: all was answered. */
void kz_registry_landed(const struct kz_engine *engine, struct kz_memo *memo,
	bool complete, const struct kz_now *now);

#endif

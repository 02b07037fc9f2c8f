/* SPDX-License-Identifier: ISC */
/*
 * allow_priv - whom an operator allowed, at the moment of a decision
 *
 * What:   records stay in the store; kept here is which kinds and which
 *         lengths of networks there are at all, so that a decision reads
 *         nothing where nothing was said.
 */
#ifndef KIZUKI_ENGINE_ALLOW_PRIV_H
#define KIZUKI_ENGINE_ALLOW_PRIV_H

#include "kizuki/core/allow.h"
#include "kizuki/engine/engine.h"

struct kz_allows {
	size_t count;
	bool senders, recipients;
	bool v4[32 + 1], v6[128 + 1]; /* by prefix */
};

/* Read which there are, and remove those that are over. */
void kz_allows_load(struct kz_engine *engine, const struct kz_now *now);

/* What of the request is allowed: client, then sender, then recipient. */
enum kz_allow_kind kz_allow_find(struct kz_engine *engine,
	const struct kz_request *request, const struct kz_now *now);

#endif

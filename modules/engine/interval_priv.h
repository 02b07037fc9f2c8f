/* SPDX-License-Identifier: ISC */
/*
 * interval_priv - when a site is looked at again
 *
 * What:   its verdict's interval, with jitter; when the span of what waits is
 *         over, at once; where a bad could not be judged, or the exchangers
 *         were not seen, after retry and with the shorter rate limit, and then
 *         after the least interval of a suspect site.
 */
#ifndef KIZUKI_ENGINE_INTERVAL_PRIV_H
#define KIZUKI_ENGINE_INTERVAL_PRIV_H

#include "kizuki/core/site.h"
#include "kizuki/engine/engine.h"

struct kz_memo;

/* Whether the next look at a site is due. */
bool kz_interval_due(const struct kz_engine *engine, const struct kz_site *site,
	const struct kz_now *now);

/*
 * A look landed: seconds until the next one.  missed: its exchangers were to
 * be looked at, were in an earlier look, and were not in this one.
 */
int64_t kz_interval_next(struct kz_engine *engine, struct kz_memo *memo,
	bool missed, const struct kz_now *now);

/* A bad of subject could not be judged. */
void kz_interval_lost(struct kz_engine *engine, const struct kz_name *subject,
	const struct kz_now *now);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * schedule - which site is examined when
 *
 * What:   a bounded queue of sites due, filled by sessions and by time: DNS at
 *         once, TCP from the second day on which a site was seen; sound,
 *         suspect and broken sites at their own intervals with jitter; nothing
 *         for sites that sent no mail lately.
 */
#ifndef KIZUKI_ENGINE_SCHEDULE_H
#define KIZUKI_ENGINE_SCHEDULE_H

#include <stdbool.h>

#include "kizuki/base/addr.h"
#include "kizuki/engine/engine.h"

/*
 * A session of client led to site (verified) by way of name: HELO, reverse
 * name or MAIL FROM domain, which the next examination looks at too.
 */
struct kz_seen {
	const struct kz_name *site, *zone, *name;
	struct kz_addr client;
	bool mailfrom; /* name is the domain of MAIL FROM */
	const char
		*helo; /* what client called itself; NULL: not to be judged */
};
void kz_schedule_seen(struct kz_engine *engine, const struct kz_seen *seen,
	const struct kz_now *now);

/* An operator wants a look now.  KZ_EBUSY: one was made too short ago. */
KZ_MUST_CHECK enum kz_result kz_schedule_recheck(struct kz_engine *engine,
	const struct kz_name *site, const struct kz_now *now);

/* Called about once a second: sends what is due to the prober. */
void kz_schedule_tick(struct kz_engine *engine, const struct kz_now *now);

/* The prober is new: what was in flight is due again. */
void kz_schedule_prober_new(struct kz_engine *engine, const struct kz_now *now);

#endif

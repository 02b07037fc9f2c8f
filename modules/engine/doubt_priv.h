/* SPDX-License-Identifier: ISC */
/*
 * doubt_priv - our own line in doubt: network classes that are red, broken off
 *              or closed to us
 */
#ifndef KIZUKI_ENGINE_DOUBT_PRIV_H
#define KIZUKI_ENGINE_DOUBT_PRIV_H

#include "kizuki/core/breaker.h"
#include "kizuki/engine/engine.h"

struct kz_doubt {
	struct kz_breaker *breakers; /* KZ_NETCLASS_COUNT of them */
	uint32_t closed;             /* bits, as said last */
	int64_t saved_hour;          /* in which the breakers were stored */
	bool tried;                  /* port 25, although it is closed */
	int64_t tried_ms;
};

void kz_doubt_open(struct kz_engine *engine, const struct kz_now *now);
void kz_doubt_free(struct kz_engine *engine);

/*
 * A contact came to something; alive_before: its address was alive the last
 * time.  Only then is its failure sudden: whoever brings new names brings as
 * many dead addresses as he likes, and they say nothing of our line.
 */
void kz_doubt_touch(struct kz_engine *engine, const struct kz_touch *touch,
	bool alive_before, const struct kz_now *now);

/* Say what changed; verdicts that rest on it are made again. */
void kz_doubt_update(struct kz_engine *engine, const struct kz_now *now);

/* About once a second: what is kept over restarts. */
void kz_doubt_tick(struct kz_engine *engine, const struct kz_now *now);

/*
 * Whether an examination may contact port 25 now: not while it is closed to
 * us, but for one now and then that would notice that it opened.
 */
bool kz_doubt_may_smtp(struct kz_engine *engine, const struct kz_now *now);

#endif

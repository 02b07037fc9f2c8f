/* SPDX-License-Identifier: ISC */
/*
 * jump_priv - a clock that jumped
 *
 * What:   holds the wall clock against the monotonic one.  Both go on while
 *         kizukid is started again, so what is trusted is kept over that, but
 *         not over a start of the machine.
 * Units:  milliseconds; a clock is the wall's less the monotonic one.
 */
#ifndef KIZUKI_ENGINE_JUMP_PRIV_H
#define KIZUKI_ENGINE_JUMP_PRIV_H

#include "kizuki/engine/engine.h"

struct kz_jump {
	uint8_t boot[16];     /* of which run of the machine, as a digest */
	bool kept;            /* it is known */
	int64_t clock_ms;     /* as trusted */
	int64_t jumped_ms;    /* and as it is, where the clock is in doubt */
	int64_t jumped_at_ms; /* monotonic */
	bool jumped;
};

/* After the secret of the store is read. */
void kz_jump_open(struct kz_engine *engine, const struct kz_now *now);

/* For the next kizukid of this run of the machine. */
void kz_jump_save(struct kz_engine *engine);

/*
 * Whether the clock jumped: by more than the findings of one slot lie apart,
 * and it neither came back nor stayed there for a day.  A span that it made
 * is none, so nothing bad is recorded meanwhile.
 */
bool kz_jump_clock(struct kz_engine *engine, const struct kz_now *now);

#endif

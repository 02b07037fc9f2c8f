/* SPDX-License-Identifier: ISC */
/*
 * stage - the engine on a store of its own and a clock that a test moves
 */
#ifndef KIZUKI_TESTS_REPLAY_STAGE_H
#define KIZUKI_TESTS_REPLAY_STAGE_H

#include "kizuki/engine/engine.h"
#include "kizuki/io/config.h"
#include "kizuki/io/store.h"

struct stage {
	struct kz_config config; /* the defaults, enforcing */
	struct kz_store *store;
	struct kz_engine *engine;
	struct kz_now now;
	char home[32]; /* a folder of its own */
};

/* Ends the program where anything fails, as all of these do. */
void stage_begin(struct stage *stage, const char *folder);

/* Start kizukid's inner part; nothing to do where it runs. */
void stage_open(struct stage *stage, const struct kz_engine_hooks *hooks);

/* It ends; what was committed stays. */
void stage_close(struct stage *stage);

/* All is over: close, free, remove the folder. */
void stage_end(struct stage *stage);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * judge - from an MTA's request to the answer
 *
 * What:   finds the verified identities of the session, reads verdicts and
 *         greylist state, lets core decide, stores the new state, words the
 *         log line.  Never waits: where a verification can change the answer
 *         it says so, and is asked again.
 */
#ifndef KIZUKI_ENGINE_JUDGE_H
#define KIZUKI_ENGINE_JUDGE_H

#include <stdbool.h>

#include "kizuki/core/request.h"
#include "kizuki/engine/engine.h"

enum kz_judge_step {
	KZ_JUDGE_ANSWER, /* *reply is the answer, to leave after the commit */
	KZ_JUDGE_WAIT    /* park the request; call again when a verification
			    arrived, and with final at helo_wait's end */
};

/*
 * Judge one request.  With final it always answers.  started_ms is the
 * monotonic moment at which the request was read.
 */
enum kz_judge_step kz_judge_ask(struct kz_engine *engine,
	const struct kz_request *request, const struct kz_now *now,
	int64_t started_ms, bool final, struct kz_reply *reply);

/*
 * A verification arrived.  True: parked requests may be asked again.
 */
bool kz_judge_verified(struct kz_engine *engine,
	const struct kz_verified *verified, const struct kz_now *now);

#endif

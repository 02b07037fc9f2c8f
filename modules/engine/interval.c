/* SPDX-License-Identifier: ISC */
#include "interval_priv.h"

#include <sodium.h>

#include "engine_priv.h"

/* The look that decides comes so soon after its moment. */
#define RIPE_JITTER_S 600

/*
 * Whether its next look is due.  A moment further away than any interval was
 * written by a clock that ran ahead.
 */
bool
kz_interval_due(const struct kz_engine *engine, const struct kz_site *site,
	const struct kz_now *now)
{
	const struct kz_config *config = engine->config;
	int64_t longest_s = config->schedule.recheck_sound_s;

	if (longest_s < config->schedule.recheck_broken_s)
		longest_s = config->schedule.recheck_broken_s;
	longest_s += longest_s / 100 * config->schedule.jitter_percent;
	if (longest_s < config->schedule.recheck_suspect_max_s)
		longest_s = config->schedule.recheck_suspect_max_s;
	if (longest_s < (int64_t)config->schedule.retry_s * 2)
		longest_s = (int64_t)config->schedule.retry_s * 2;
	return site->next_look_s <= now->wall_s ||
		site->next_look_s > now->wall_s + longest_s;
}

/* base, more or less jitter_percent of it. */
static int64_t
jittered(const struct kz_engine *engine, uint32_t base_s)
{
	uint32_t part = base_s / 100 * engine->config->schedule.jitter_percent;

	if (part == 0)
		return base_s;
	return (int64_t)base_s - part + randombytes_uniform(2 * part + 1);
}

/*
 * Random, so that all quarters of the day get covered; but when the span of
 * what waits is over, the look that decides is not put off, neither by a later
 * one nor by one so shortly before that it had to keep its distance.
 */
static int64_t
next_of_suspect(const struct kz_engine *engine, const struct kz_memo *memo,
	const struct kz_now *now)
{
	uint32_t least = engine->config->schedule.recheck_suspect_min_s;
	uint32_t most = engine->config->schedule.recheck_suspect_max_s;
	int64_t next_s = least + randombytes_uniform(most - least + 1);
	int64_t ripe_s = memo->ripe_s;

	if (ripe_s > now->wall_s + most ||
		ripe_s > now->wall_s + next_s + least)
		return next_s;
	ripe_s += randombytes_uniform(RIPE_JITTER_S) - now->wall_s;
	return ripe_s < least ? least : ripe_s;
}

/* A look that saw nothing of its own side's doing: soon, then not so soon. */
static int64_t
again(struct kz_engine *engine, struct kz_memo *memo)
{
	uint32_t least = engine->config->schedule.recheck_suspect_min_s;
	uint32_t retry = engine->config->schedule.retry_s;

	memo->again = !memo->again;
	memo->hurry = memo->again;
	return memo->again ? retry + randombytes_uniform(retry / 4 + 1)
			   : least + randombytes_uniform(least / 4 + 1);
}

int64_t
kz_interval_next(struct kz_engine *engine, struct kz_memo *memo, bool missed,
	const struct kz_now *now)
{
	enum kz_verdict_state state = kz_memo_verdict(engine, memo, now);
	bool lost = memo->lost;

	memo->lost = memo->lost_late = memo->hurry = false;
	switch (state) {
	case KZ_VERDICT_BROKEN:
		memo->again = false;
		return jittered(
			engine, engine->config->schedule.recheck_broken_s);
	case KZ_VERDICT_SUSPECT:
		if (lost)
			return again(engine, memo);
		memo->again = false;
		return next_of_suspect(engine, memo, now);
	case KZ_VERDICT_SOUND:
	case KZ_VERDICT_UNKNOWN:
		break;
	}
	/* Exchangers that never can be looked at wait for tomorrow. */
	if (lost || (missed && !memo->again))
		return again(engine, memo);
	memo->again = false;
	return jittered(engine, engine->config->schedule.recheck_sound_s);
}

void
kz_interval_lost(struct kz_engine *engine, const struct kz_name *subject,
	const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_peek(engine, subject);

	if (memo == NULL || !memo->stored)
		return;
	if (kz_flight_find(engine, subject) != NULL) {
		memo->lost = true;
		return;
	}
	/* Held until after it landed: of several such bads the first counts. */
	if (memo->lost_late ||
		kz_memo_verdict(engine, memo, now) == KZ_VERDICT_BROKEN)
		return;
	memo->lost_late = true;
	memo->site.next_look_s = now->wall_s + again(engine, memo);
	kz_memo_save(engine, memo);
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/engine/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "canary_priv.h"
#include "engine_priv.h"
#include "grey_priv.h"
#include "interval_priv.h"
#include "observe_priv.h"
#include "registry_priv.h"
#include "share_priv.h"
#include "touch_priv.h"

/* A record is written for its newest session at most so often. */
#define SEEN_SAVE_S 3600
/* Stored sites looked at in one slice. */
#define SWEEP_SITES 500
/* Above the prober's own limit of one examination. */
#define FLIGHT_SLACK_MS 30000

/* Is the site's verdict of interest, or does nobody write from there? */
static bool
idle(const struct kz_engine *engine, const struct kz_memo *memo,
	enum kz_verdict_state state, const struct kz_now *now)
{
	int64_t silent_s = now->wall_s - memo->site.last_seen_s;

	switch (state) {
	case KZ_VERDICT_BROKEN:
		return silent_s > engine->config->schedule.idle_broken_s;
	case KZ_VERDICT_SUSPECT:
		return silent_s > engine->config->schedule.idle_suspect_s;
	case KZ_VERDICT_SOUND:
	case KZ_VERDICT_UNKNOWN:
		break;
	}
	return silent_s > engine->config->schedule.idle_sound_s;
}

/* True the first time that TCP may be probed and was not yet. */
static bool
tcp_wanted(const struct kz_memo *memo)
{
	return memo->site.second_day &&
		memo->site.family_s[KZ_FAMILY_MX] == 0 &&
		memo->site.asked_s <= memo->site.last_seen_s;
}

void
kz_schedule_seen(struct kz_engine *engine, const struct kz_seen *seen,
	const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_find(engine, seen->site);
	struct kz_site *record = &memo->site;
	bool second_day = record->second_day;
	int64_t saved_s = record->last_seen_s;

	if (record->first_seen_s == 0 &&
		!kz_queue_may_bring(engine, &seen->client, now)) {
		kz_engine_count(engine, KZ_COUNT_SITES_REFUSED);
		return;
	}
	if (record->first_seen_s == 0)
		record->first_seen_s = now->wall_s;
	if (now->wall_s - record->first_seen_s >=
		engine->config->schedule.first_gap_s)
		record->second_day = true;
	record->zone = *seen->zone;
	if (now->wall_s > record->last_seen_s)
		record->last_seen_s = now->wall_s;
	memo->sender = memo->sender ||
		(seen->mailfrom && kz_name_equal(seen->name, seen->site));
	kz_memo_met(engine, memo, seen, now);
	if (!memo->stored || record->second_day != second_day ||
		now->wall_s - saved_s >= SEEN_SAVE_S)
		kz_memo_save(engine, memo);
	if (kz_interval_due(engine, record, now) ||
		(record->second_day && !second_day && tcp_wanted(memo)))
		kz_queue_add(
			engine, seen->site, record->examined_s == 0, false);
}

enum kz_result
kz_schedule_recheck(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_find(engine, site);
	int64_t since_s = now->wall_s - memo->site.asked_s;

	if (memo->site.asked_s > 0 && since_s >= 0 &&
		since_s < engine->config->schedule.retry_s)
		return KZ_EBUSY;
	kz_queue_add(engine, site, false, true);
	return KZ_OK;
}

void
kz_schedule_landed(struct kz_engine *engine, struct kz_flight *flight,
	const struct kz_name *zone, const bool *complete,
	const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_peek(engine, &flight->order.site);
	bool missed, any = false;

	for (size_t i = 0; i < KZ_FAMILY_COUNT; i++)
		any = any || complete[i];
	/* A look at a site that no session led to leaves no record. */
	if (memo != NULL && memo->stored) {
		missed = flight->order.tcp && !complete[KZ_FAMILY_MX] &&
			memo->site.family_s[KZ_FAMILY_MX] > 0;
		for (size_t i = 0; i < KZ_FAMILY_COUNT; i++)
			if (complete[i])
				memo->site.family_s[i] = now->wall_s;
		if (any)
			memo->site.examined_s = now->wall_s;
		if (flight->order.registry)
			kz_registry_landed(
				engine, memo, complete[KZ_FAMILY_REG], now);
		if (zone->len > 0)
			memo->site.zone = *zone;
		memo->valid = false;
		memo->site.next_look_s = now->wall_s +
			(any ? kz_interval_next(engine, memo, missed, now)
			     : engine->config->schedule.retry_s);
		kz_memo_save(engine, memo);
	}
	kz_flight_end(engine, flight, complete, now);
}

static bool
begin(struct kz_engine *engine, const struct kz_name *site, bool confirm,
	const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_find(engine, site);
	struct kz_order order = {
		.site = *site,
		.tcp = confirm ||
			(memo->site.second_day &&
				kz_doubt_may_smtp(engine, now)),
		.confirm = confirm || (memo->hurry && memo->site.second_day),
		.sender = memo->sender,
		.zone = memo->site.zone,
		.watch_count = memo->met_count,
	};

	if (memo->met_count > 0)
		memcpy(order.watch, memo->met,
			memo->met_count * sizeof(*memo->met));
	if (memo->client_count > 0)
		memcpy(order.clients, memo->clients,
			memo->client_count * sizeof(*memo->clients));
	order.client_count = memo->client_count;
	kz_registry_order(engine, memo, &order, now);
	if (!kz_flight_begin(engine, &order, now))
		return false;
	memo->site.asked_s = now->wall_s;
	memo->site.next_look_s = now->wall_s + engine->config->schedule.retry_s;
	if (memo->stored)
		kz_memo_save(engine, memo);
	return true;
}

static void
send_due(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_queue *queue = &engine->queue;
	struct kz_name site;
	bool confirm = false;

	if (kz_canary_pending(engine, now))
		return;
	if (now->mono_ms - queue->second_ms >= 1000) {
		queue->second_ms = now->mono_ms;
		queue->second_count = 0;
	}
	while (engine->flights.count < engine->config->probe.jobs &&
		queue->second_count < engine->config->probe.per_second &&
		kz_queue_take(engine, &site, &confirm)) {
		if (kz_flight_find(engine, &site) != NULL)
			continue;
		if (!begin(engine, &site, confirm, now)) {
			kz_queue_add(engine, &site, false, confirm);
			return;
		}
		queue->second_count++;
	}
}

static void
end_lost(struct kz_engine *engine, int64_t before_ms, const struct kz_now *now)
{
	static const bool nothing[KZ_FAMILY_COUNT];
	static const struct kz_name nowhere;
	struct kz_flight *flight, *next;

	TAILQ_FOREACH_SAFE (flight, &engine->flights.list, next, next)
		if (flight->since_ms <= before_ms)
			kz_schedule_landed(
				engine, flight, &nowhere, nothing, now);
}

struct sweep {
	struct kz_engine *engine;
	const struct kz_now *now;
	size_t seen;
};

/* The name is the key with its labels in reverse order. */
static bool
sweep_site(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct sweep *sweep = arg;
	struct kz_engine *engine = sweep->engine;
	struct kz_name reversed, name;
	struct kz_memo *memo;
	struct kz_site site;
	/* A slice begins where the last one ended. */
	bool again = key_len == engine->sweep_site_len &&
		memcmp(engine->sweep_site, key, key_len) == 0;

	memcpy(engine->sweep_site, key, key_len);
	engine->sweep_site_len = key_len;
	sweep->seen++;
	if (kz_site_decode(value, len, &site) != KZ_OK)
		return true;
	if (!again &&
		sweep->now->wall_s - site.last_seen_s <=
			engine->config->ceiling.seen_s)
		engine->withholding.seeing++;
	if (!kz_interval_due(engine, &site, sweep->now) ||
		kz_name_parse((struct kz_str){(const char *)key, key_len},
			&reversed) != KZ_OK)
		return true;
	name = kz_name_reversed(&reversed);
	memo = kz_memo_find(engine, &name);
	/* Memory is newer than the record. */
	if (!kz_interval_due(engine, &memo->site, sweep->now) ||
		memo->site.last_seen_s == 0 ||
		idle(engine, memo, kz_memo_verdict(engine, memo, sweep->now),
			sweep->now))
		return true;
	kz_queue_add(engine, &name, memo->site.examined_s == 0, false);
	return true;
}

static void
sweep_sites(struct kz_engine *engine, const struct kz_now *now)
{
	struct sweep sweep = {.engine = engine, .now = now};
	uint8_t from[KZ_STORE_KEY_MAX];
	size_t from_len = engine->sweep_site_len;

	memcpy(from, engine->sweep_site, from_len);
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_SITE,
			  (const uint8_t *)"", 0, from_len > 0 ? from : NULL,
			  from_len, SWEEP_SITES, sweep_site, &sweep),
		"sites that cannot be read wait for their next session");
	if (sweep.seen < SWEEP_SITES) {
		engine->sweep_site_len = 0;
		kz_withhold_round(engine, now);
	}
}

void
kz_schedule_tick(struct kz_engine *engine, const struct kz_now *now)
{
	end_lost(engine,
		now->mono_ms - engine->config->probe.site_ms -
			engine->config->probe.banner_confirm_ms -
			FLIGHT_SLACK_MS,
		now);
	sweep_sites(engine, now);
	kz_canary_tick(engine, now);
	send_due(engine, now);
	kz_instance_tick(engine, now);
	kz_mention_tick(engine, now);
	kz_look_tick(engine, now);
	kz_grey_sweep(engine, now);
	/* Nothing is old because the clock jumped. */
	if (kz_jump_clock(engine, now))
		return;
	kz_touch_sweep(engine, now);
	kz_share_sweep(engine, now);
}

void
kz_schedule_prober_new(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_flight *flight;

	TAILQ_FOREACH (flight, &engine->flights.list, next)
		kz_queue_add(engine, &flight->order.site, false,
			flight->order.confirm);
	end_lost(engine, INT64_MAX, now);
	kz_trust_lost(engine);
	kz_touch_feed(engine, now);
	kz_turn_feed(engine, now);
}

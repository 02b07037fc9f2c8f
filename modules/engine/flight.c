/* SPDX-License-Identifier: ISC */
#include "flight_priv.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "engine_priv.h"

/* A look waits for canaries so long; then nothing is held against anybody. */
#define SETTLE_MS 30000

static void
look_drop(struct kz_engine *engine, struct kz_look *look)
{
	TAILQ_REMOVE(&engine->flights.looks, look, next);
	engine->flights.look_count--;
	free(look->findings);
	free(look);
}

void
kz_flights_free(struct kz_engine *engine)
{
	struct kz_flight *flight, *next_flight;
	struct kz_look *look, *next_look;

	TAILQ_FOREACH_SAFE (flight, &engine->flights.list, next, next_flight)
		free(flight);
	TAILQ_FOREACH_SAFE (look, &engine->flights.looks, next, next_look)
		look_drop(engine, look);
}

bool
kz_flight_begin(struct kz_engine *engine, const struct kz_order *order,
	const struct kz_now *now)
{
	struct kz_flight *flight;

	if (!engine->hooks.examine(engine->hooks.arg, order))
		return false;
	flight = kz_engine_alloc(1, sizeof(*flight));
	flight->order = *order;
	flight->since_ms = now->mono_ms;
	TAILQ_INSERT_TAIL(&engine->flights.list, flight, next);
	engine->flights.count++;
	return true;
}

struct kz_flight *
kz_flight_find(struct kz_engine *engine, const struct kz_name *site)
{
	struct kz_flight *flight;

	TAILQ_FOREACH (flight, &engine->flights.list, next)
		if (kz_name_equal(&flight->order.site, site))
			return flight;
	return NULL;
}

static void
let_go(struct kz_finding *finding)
{
	finding->outcome = KZ_OUTCOME_UNKNOWN;
	(void)strlcpy(
		finding->why, "our own side is in doubt", sizeof(finding->why));
}

/* True when each bad is judged one way or the other. */
static bool
settle(struct kz_engine *engine, struct kz_look *look, const struct kz_now *now)
{
	bool patient = now->mono_ms - look->landed_ms < SETTLE_MS;
	bool settled = true;

	for (size_t i = 0; i < look->count; i++) {
		struct kz_finding *finding = &look->findings[i];

		if (finding->outcome != KZ_OUTCOME_BAD || finding->judged)
			continue;
		switch (kz_health_judge(engine->health, finding, now->wall_s)) {
		case KZ_HEALTH_GREEN:
			finding->judged = true;
			break;
		case KZ_HEALTH_HOLD:
			if (patient)
				settled = false;
			else
				let_go(finding);
			break;
		case KZ_HEALTH_UNKNOWN:
			let_go(finding);
			break;
		}
	}
	return settled;
}

void
kz_flight_end(struct kz_engine *engine, struct kz_flight *flight,
	const bool *complete, const struct kz_now *now)
{
	struct kz_look *look;

	TAILQ_FOREACH (look, &engine->flights.looks, next) {
		if (look->landed ||
			!kz_name_equal(&look->site, &flight->order.site))
			continue;
		look->landed = true;
		look->landed_ms = now->mono_ms;
		memcpy(look->complete, complete, sizeof(look->complete));
		look->done = settle(engine, look, now);
	}
	TAILQ_REMOVE(&engine->flights.list, flight, next);
	engine->flights.count--;
	free(flight);
}

void
kz_look_keep(struct kz_engine *engine, const struct kz_finding *finding)
{
	struct kz_look *look;

	TAILQ_FOREACH (look, &engine->flights.looks, next) {
		if (look->landed || look->count == KZ_LOOK_FINDINGS ||
			!kz_name_within(&look->site, &finding->subject))
			continue;
		if (look->findings == NULL)
			look->findings = kz_engine_alloc(
				KZ_LOOK_FINDINGS, sizeof(*look->findings));
		look->findings[look->count++] = *finding;
	}
}

void
kz_look_tick(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_look *look, *next;

	TAILQ_FOREACH_SAFE (look, &engine->flights.looks, next, next) {
		if (look->landed && !look->done)
			look->done = settle(engine, look, now);
		if (now->mono_ms - look->since_ms > KZ_LOOK_KEEP_MS)
			look_drop(engine, look);
	}
}

enum kz_result
kz_admin_look(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now, uint64_t *id)
{
	struct kz_order order = {.site = *site, .tcp = true, .confirm = true};
	struct kz_look *look;

	look = TAILQ_LAST(&engine->flights.looks, kz_look_list);
	if (engine->flights.look_count >= KZ_LOOKS_MAX) {
		if (!look->done)
			return KZ_EBUSY;
		look_drop(engine, look);
	}
	if (kz_flight_find(engine, site) == NULL &&
		!kz_flight_begin(engine, &order, now))
		return KZ_EBUSY;
	look = kz_engine_alloc(1, sizeof(*look));
	look->id = ++engine->flights.look_id;
	look->site = *site;
	look->since_ms = now->mono_ms;
	TAILQ_INSERT_HEAD(&engine->flights.looks, look, next);
	engine->flights.look_count++;
	*id = look->id;
	return KZ_OK;
}

enum kz_result
kz_admin_look_view(
	const struct kz_engine *engine, uint64_t id, struct kz_look_view *view)
{
	const struct kz_look *look;

	TAILQ_FOREACH (look, &engine->flights.looks, next) {
		if (look->id != id)
			continue;
		*view = (struct kz_look_view){
			.site = look->site,
			.done = look->done,
			.count = look->count,
			.findings = look->findings,
		};
		memcpy(view->complete, look->complete, sizeof(view->complete));
		return KZ_OK;
	}
	return KZ_NOT_FOUND;
}

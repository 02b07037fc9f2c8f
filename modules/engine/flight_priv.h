/* SPDX-License-Identifier: ISC */
/*
 * flight_priv - examinations under way, and looks that operators asked for
 */
#ifndef KIZUKI_ENGINE_FLIGHT_PRIV_H
#define KIZUKI_ENGINE_FLIGHT_PRIV_H

#include <bsd/sys/queue.h>

#include "kizuki/engine/admin.h"
#include "kizuki/engine/engine.h"

#define KZ_LOOKS_MAX     32     /* kept, done or not */
#define KZ_LOOK_FINDINGS 256    /* of one look */
#define KZ_LOOK_KEEP_MS  600000 /* ten minutes */

struct kz_flight {
	TAILQ_ENTRY(kz_flight) next;
	struct kz_order order;
	int64_t since_ms;
};

struct kz_look {
	TAILQ_ENTRY(kz_look) next;
	uint64_t id;
	struct kz_name site;
	int64_t since_ms;
	bool landed; /* the examination ended */
	int64_t landed_ms;
	bool done; /* and its bads are judged */
	bool complete[KZ_FAMILY_COUNT];
	size_t count;
	struct kz_finding *findings;
};

TAILQ_HEAD(kz_flight_list, kz_flight);
TAILQ_HEAD(kz_look_list, kz_look);

struct kz_flights {
	struct kz_flight_list list;
	size_t count;
	struct kz_look_list looks; /* newest first */
	size_t look_count;
	uint64_t look_id;
};

void kz_flights_free(struct kz_engine *engine);

/* Send an order to the prober.  False: it is down. */
bool kz_flight_begin(struct kz_engine *engine, const struct kz_order *order,
	const struct kz_now *now);

/* The flight of a site, or NULL. */
struct kz_flight *kz_flight_find(
	struct kz_engine *engine, const struct kz_name *site);

/* It landed: complete by family, all false where it was lost. */
void kz_flight_end(struct kz_engine *engine, struct kz_flight *flight,
	const bool *complete, const struct kz_now *now);

/* A finding came: looks that are under way for its subject keep it. */
void kz_look_keep(struct kz_engine *engine, const struct kz_finding *finding);

/*
 * Judge what landed: a bad that cannot be held against the other side becomes
 * unknown.  Forget old looks.
 */
void kz_look_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * queue_priv - sites that are due, and how many new ones a network may bring
 */
#ifndef KIZUKI_ENGINE_QUEUE_PRIV_H
#define KIZUKI_ENGINE_QUEUE_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include "kizuki/base/addr.h"
#include "kizuki/engine/engine.h"

#define KZ_QUEUE_NETS 20000

struct kz_due {
	RB_ENTRY(kz_due) node;
	TAILQ_ENTRY(kz_due) next;
	struct kz_name site;
	bool confirm;
	bool unknown; /* never examined: the first to be dropped */
};

/* New sites that one client network brought in one hour. */
struct kz_bringer {
	RB_ENTRY(kz_bringer) node;
	TAILQ_ENTRY(kz_bringer) age;
	struct kz_net net;
	int64_t hour;
	uint32_t count;
};

RB_HEAD(kz_due_tree, kz_due);
TAILQ_HEAD(kz_due_list, kz_due);
RB_HEAD(kz_bringer_tree, kz_bringer);
TAILQ_HEAD(kz_bringer_list, kz_bringer);

struct kz_queue {
	struct kz_due_tree tree;
	struct kz_due_list list;
	size_t count;
	bool full_said; /* until it is half empty again */
	struct kz_bringer_tree bringers;
	struct kz_bringer_list bringer_list; /* oldest first */
	size_t bringer_count;
	int64_t day; /* in which day_count new sites came */
	uint32_t day_count;
	int64_t second_ms; /* in which second_count examinations began */
	uint32_t second_count;
};

void kz_queue_free(struct kz_engine *engine);

/* Put a site at the end, or in front (operator).  Once is enough. */
void kz_queue_add(struct kz_engine *engine, const struct kz_name *site,
	bool unknown, bool front);

/* Take the first.  False: empty. */
bool kz_queue_take(
	struct kz_engine *engine, struct kz_name *site, bool *confirm);

/* May this client's network bring one more new site now? */
bool kz_queue_may_bring(struct kz_engine *engine, const struct kz_addr *client,
	const struct kz_now *now);

#endif

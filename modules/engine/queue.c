/* SPDX-License-Identifier: ISC */
#include "queue_priv.h"

#include <stdlib.h>

#include "engine_priv.h"

#define HOUR_S 3600
#define DAY_S  86400

static int
compare_due(const struct kz_due *left, const struct kz_due *right)
{
	return kz_name_compare(&left->site, &right->site);
}

static int
compare_net(const struct kz_bringer *left, const struct kz_bringer *right)
{
	return kz_addr_compare(&left->net.addr, &right->net.addr);
}

RB_GENERATE_INTERNAL(kz_due_tree, kz_due, node, compare_due,
	static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(kz_bringer_tree, kz_bringer, node, compare_net,
	static __attribute__((__unused__)))

static void
due_drop(struct kz_queue *queue, struct kz_due *due)
{
	RB_REMOVE(kz_due_tree, &queue->tree, due);
	TAILQ_REMOVE(&queue->list, due, next);
	queue->count--;
	free(due);
}

static void
bringer_drop(struct kz_queue *queue, struct kz_bringer *bringer)
{
	RB_REMOVE(kz_bringer_tree, &queue->bringers, bringer);
	TAILQ_REMOVE(&queue->bringer_list, bringer, age);
	queue->bringer_count--;
	free(bringer);
}

void
kz_queue_free(struct kz_engine *engine)
{
	struct kz_queue *queue = &engine->queue;

	while (!TAILQ_EMPTY(&queue->list))
		due_drop(queue, TAILQ_FIRST(&queue->list));
	while (!TAILQ_EMPTY(&queue->bringer_list))
		bringer_drop(queue, TAILQ_FIRST(&queue->bringer_list));
}

static void
say_full(struct kz_engine *engine, const struct kz_due *dropped)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	if (engine->queue.full_said)
		return;
	engine->queue.full_said = true;
	kz_text_word(&line,
		"queue of sites to examine is full, dropping the "
		"oldest never examined");
	kz_text_pair_number(&line, "sites", (int64_t)engine->queue.count);
	kz_text_pair(&line, "dropped", kz_name_str(&dropped->site));
	kz_engine_log(engine, KZ_LOG_WARNING, &line);
}

/* The oldest one that was never examined goes, else the oldest. */
static void
make_room(struct kz_engine *engine)
{
	struct kz_queue *queue = &engine->queue;
	struct kz_due *due;

	TAILQ_FOREACH (due, &queue->list, next)
		if (due->unknown)
			break;
	if (due == NULL)
		due = TAILQ_FIRST(&queue->list);
	kz_engine_count(engine, KZ_COUNT_QUEUE_DROPPED);
	say_full(engine, due);
	due_drop(queue, due);
}

void
kz_queue_add(struct kz_engine *engine, const struct kz_name *site, bool unknown,
	bool front)
{
	struct kz_queue *queue = &engine->queue;
	struct kz_due key = {.site = *site}, *due;

	due = RB_FIND(kz_due_tree, &queue->tree, &key);
	if (due != NULL && !front)
		return;
	if (due != NULL)
		due_drop(queue, due);
	while (queue->count > 0 &&
		queue->count >= engine->config->schedule.queue)
		make_room(engine);
	due = kz_engine_alloc(1, sizeof(*due));
	due->site = *site;
	due->unknown = unknown;
	due->confirm = front;
	(void)RB_INSERT(kz_due_tree, &queue->tree, due);
	if (front)
		TAILQ_INSERT_HEAD(&queue->list, due, next);
	else
		TAILQ_INSERT_TAIL(&queue->list, due, next);
	queue->count++;
}

bool
kz_queue_take(struct kz_engine *engine, struct kz_name *site, bool *confirm)
{
	struct kz_queue *queue = &engine->queue;
	struct kz_due *due = TAILQ_FIRST(&queue->list);

	if (due == NULL)
		return false;
	*site = due->site;
	*confirm = due->confirm;
	due_drop(queue, due);
	if (queue->count < engine->config->schedule.queue / 2)
		queue->full_said = false;
	return true;
}

static struct kz_bringer *
bringer_of(struct kz_queue *queue, const struct kz_addr *client)
{
	struct kz_bringer key = {.net = kz_net_of(client, 24, 48)}, *bringer;

	bringer = RB_FIND(kz_bringer_tree, &queue->bringers, &key);
	if (bringer != NULL)
		return bringer;
	if (queue->bringer_count == KZ_QUEUE_NETS)
		bringer_drop(queue, TAILQ_FIRST(&queue->bringer_list));
	bringer = kz_engine_alloc(1, sizeof(*bringer));
	bringer->net = key.net;
	(void)RB_INSERT(kz_bringer_tree, &queue->bringers, bringer);
	TAILQ_INSERT_TAIL(&queue->bringer_list, bringer, age);
	queue->bringer_count++;
	return bringer;
}

bool
kz_queue_may_bring(struct kz_engine *engine, const struct kz_addr *client,
	const struct kz_now *now)
{
	struct kz_queue *queue = &engine->queue;
	struct kz_bringer *bringer = bringer_of(queue, client);

	if (bringer->hour != now->wall_s / HOUR_S) {
		bringer->hour = now->wall_s / HOUR_S;
		bringer->count = 0;
	}
	if (queue->day != now->wall_s / DAY_S) {
		queue->day = now->wall_s / DAY_S;
		queue->day_count = 0;
	}
	if (bringer->count >= engine->config->schedule.new_per_net ||
		queue->day_count >= engine->config->schedule.new_per_day)
		return false;
	bringer->count++;
	queue->day_count++;
	return true;
}

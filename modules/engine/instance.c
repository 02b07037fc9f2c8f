/* SPDX-License-Identifier: ISC */
#include "instance_priv.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

#define INSTANCE_MS 3600000 /* an hour */
/* Equal decisions that come within this are one line. */
#define LINE_MS 1000
/*
 * Lines that go out with a decision's own coming: more than come, so that few
 * are left to the tick, where thousands at once would let every MTA wait.
 */
#define LINES_DUE 2
/* Room behind a line for " times=4294967295". */
#define TIMES_SIZE 20

static int
compare(const struct kz_instance *left, const struct kz_instance *right)
{
	return memcmp(left->key, right->key, sizeof(left->key));
}

RB_GENERATE_INTERNAL(kz_instance_tree, kz_instance, node, compare,
	static __attribute__((__unused__)))

static struct kz_instance_tree *
tree_of(struct kz_engine *engine, const struct kz_instance *instance)
{
	size_t at = (size_t)instance->key[0] << 8 | instance->key[1];

	return &engine->instances.trees[at % KZ_INSTANCE_TREES];
}

static void
flush_line(struct kz_engine *engine, struct kz_instance *instance)
{
	struct kz_text line = {
		.start = instance->line,
		.used = instance->line_len,
		.size = instance->line_len + TIMES_SIZE,
	};

	if (instance->repeats == 0)
		return;
	if (instance->repeats > 1)
		kz_text_pair_number(&line, "times", instance->repeats);
	kz_engine_log(engine, KZ_LOG_INFO, &line);
	TAILQ_REMOVE(&engine->instances.waiting, instance, waiting);
	instance->repeats = 0;
}

void
kz_instance_end(struct kz_engine *engine, struct kz_instance *instance)
{
	flush_line(engine, instance);
	RB_REMOVE(kz_instance_tree, tree_of(engine, instance), instance);
	TAILQ_REMOVE(&engine->instances.list, instance, age);
	engine->instances.count--;
	free(instance->keys);
	free(instance->line);
	free(instance);
}

void
kz_instances_free(struct kz_engine *engine)
{
	while (!TAILQ_EMPTY(&engine->instances.list))
		kz_instance_end(engine, TAILQ_FIRST(&engine->instances.list));
}

struct kz_instance *
kz_instance_find(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, bool make)
{
	struct kz_str parts[] = {
		{request->peer, strlen(request->peer)},
		{request->instance, strlen(request->instance)},
	};
	struct kz_instance key, *instance;

	if (parts[1].len == 0)
		return NULL;
	kz_engine_digest(engine, parts, 2, key.key);
	instance = RB_FIND(kz_instance_tree, tree_of(engine, &key), &key);
	if (instance != NULL || !make)
		return instance;
	while (engine->instances.count >= engine->config->limits.instances &&
		engine->instances.count > 0)
		kz_instance_end(engine, TAILQ_FIRST(&engine->instances.list));
	instance = kz_engine_alloc(1, sizeof(*instance));
	memcpy(instance->key, key.key, sizeof(instance->key));
	instance->until_ms = now->mono_ms + INSTANCE_MS;
	(void)RB_INSERT(kz_instance_tree, tree_of(engine, instance), instance);
	TAILQ_INSERT_TAIL(&engine->instances.list, instance, age);
	engine->instances.count++;
	return instance;
}

void
kz_instance_let_in(struct kz_instance *instance, const struct kz_grey_key *key)
{
	for (size_t i = 0; i < instance->key_count; i++)
		if (memcmp(instance->keys[i].octets, key->octets,
			    sizeof(key->octets)) == 0)
			return;
	if (instance->key_count == KZ_INSTANCE_KEYS)
		return;
	if (instance->key_count == instance->key_size) {
		size_t room =
			instance->key_size > 0 ? instance->key_size * 2 : 4;
		struct kz_grey_key *keys = kz_engine_alloc(room, sizeof(*keys));

		if (instance->key_count > 0)
			memcpy(keys, instance->keys,
				instance->key_count * sizeof(*keys));
		free(instance->keys);
		instance->keys = keys;
		instance->key_size = room;
	}
	instance->keys[instance->key_count++] = *key;
}

bool
kz_instance_tell_waited(struct kz_instance *instance)
{
	const bool told = instance != NULL && instance->waited_told;

	if (instance != NULL)
		instance->waited_told = true;
	return !told;
}

/* max at most of those that waited long enough; the list is in their order. */
static void
flush_due(struct kz_engine *engine, size_t max, const struct kz_now *now)
{
	struct kz_instance *instance, *next;
	size_t count = 0;

	TAILQ_FOREACH_SAFE (
		instance, &engine->instances.waiting, waiting, next) {
		if (count++ == max ||
			now->mono_ms - instance->since_ms < LINE_MS)
			break;
		flush_line(engine, instance);
	}
}

void
kz_instance_log(struct kz_engine *engine, struct kz_instance *instance,
	size_t head_len, const struct kz_text *line, const struct kz_now *now)
{
	if (instance == NULL) {
		kz_engine_log(engine, KZ_LOG_INFO, line);
		return;
	}
	if (instance->repeats > 0 && instance->head_len == head_len &&
		memcmp(instance->line, line->start, head_len) == 0) {
		instance->repeats++;
		return;
	}
	flush_line(engine, instance);
	free(instance->line);
	instance->line = kz_engine_alloc(1, line->used + TIMES_SIZE);
	memcpy(instance->line, line->start, line->used + 1);
	instance->line_len = line->used;
	instance->head_len = head_len;
	instance->repeats = 1;
	instance->since_ms = now->mono_ms;
	TAILQ_INSERT_TAIL(&engine->instances.waiting, instance, waiting);
	flush_due(engine, LINES_DUE, now);
}

void
kz_instance_tick(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_instances *instances = &engine->instances;
	struct kz_instance *instance, *next;

	/* In the order of time: the rest is younger. */
	TAILQ_FOREACH_SAFE (instance, &instances->list, age, next) {
		if (now->mono_ms < instance->until_ms)
			break;
		kz_instance_end(engine, instance);
	}
	flush_due(engine, SIZE_MAX, now);
}

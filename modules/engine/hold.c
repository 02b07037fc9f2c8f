/* SPDX-License-Identifier: ISC */
#include "hold_priv.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

/* Longer than any examination takes. */
#define MENTION_MS 900000

static int
compare(const struct kz_mention *left, const struct kz_mention *right)
{
	return memcmp(left->key, right->key, sizeof(left->key));
}

RB_GENERATE_INTERNAL(kz_mention_tree, kz_mention, node, compare,
	static __attribute__((__unused__)))

static void
mention_drop(struct kz_engine *engine, struct kz_mention *mention)
{
	RB_REMOVE(kz_mention_tree, &engine->holds.mentions, mention);
	TAILQ_REMOVE(&engine->holds.mention_list, mention, age);
	engine->holds.mention_count--;
	free(mention);
}

void
kz_holds_free(struct kz_engine *engine)
{
	struct kz_hold *hold;

	while ((hold = TAILQ_FIRST(&engine->holds.list)) != NULL) {
		TAILQ_REMOVE(&engine->holds.list, hold, next);
		free(hold);
	}
	while (!TAILQ_EMPTY(&engine->holds.mention_list))
		mention_drop(engine, TAILQ_FIRST(&engine->holds.mention_list));
}

bool
kz_hold_add(struct kz_engine *engine, const struct kz_finding *finding)
{
	struct kz_hold *hold;

	if (engine->holds.count == KZ_HOLDS_MAX)
		return false;
	hold = kz_engine_alloc(1, sizeof(*hold));
	hold->finding = *finding;
	TAILQ_INSERT_TAIL(&engine->holds.list, hold, next);
	engine->holds.count++;
	return true;
}

uint32_t
kz_hold_classes(const struct kz_engine *engine)
{
	const struct kz_hold *hold;
	uint32_t classes = 0;

	TAILQ_FOREACH (hold, &engine->holds.list, next)
		for (size_t i = 0; i < hold->finding.rest_count; i++)
			classes |= 1u << hold->finding.rests[i].netclass;
	return classes;
}

static void
make_key(const struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, uint8_t key[16])
{
	const char *id = kz_symptom_info(symptom)->id;
	struct kz_str parts[] = {
		kz_name_str(subject),
		{id, strlen(id)},
		{object, strlen(object)},
	};

	kz_engine_digest(engine, parts, sizeof(parts) / sizeof(parts[0]), key);
}

void
kz_mention_note(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, const struct kz_now *now)
{
	struct kz_holds *holds = &engine->holds;
	struct kz_mention key, *mention;

	make_key(engine, subject, symptom, object, key.key);
	mention = RB_FIND(kz_mention_tree, &holds->mentions, &key);
	if (mention != NULL) {
		TAILQ_REMOVE(&holds->mention_list, mention, age);
	} else {
		if (holds->mention_count == KZ_MENTIONS_MAX)
			mention_drop(engine, TAILQ_FIRST(&holds->mention_list));
		mention = kz_engine_alloc(1, sizeof(*mention));
		memcpy(mention->key, key.key, sizeof(mention->key));
		(void)RB_INSERT(kz_mention_tree, &holds->mentions, mention);
		holds->mention_count++;
	}
	mention->when_ms = now->mono_ms;
	TAILQ_INSERT_TAIL(&holds->mention_list, mention, age);
}

bool
kz_mention_since(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, int64_t since_ms)
{
	struct kz_mention key;
	const struct kz_mention *mention;

	make_key(engine, subject, symptom, object, key.key);
	mention = RB_FIND(kz_mention_tree, &engine->holds.mentions, &key);
	return mention != NULL && mention->when_ms >= since_ms;
}

void
kz_mention_tick(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_mention *mention, *next;

	TAILQ_FOREACH_SAFE (mention, &engine->holds.mention_list, age, next) {
		if (now->mono_ms - mention->when_ms < MENTION_MS)
			break;
		mention_drop(engine, mention);
	}
}

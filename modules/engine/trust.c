/* SPDX-License-Identifier: ISC */
#include "trust_priv.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

/* A question without an answer is asked again after this. */
#define ANSWER_MS 30000
/* What could not be found out is asked again after this. */
#define UNKNOWN_MS 60000

static int
compare_key(
	const struct kz_trust_entry *left, const struct kz_trust_entry *right)
{
	return memcmp(left->key, right->key, sizeof(left->key));
}

static int
compare_id(
	const struct kz_trust_entry *left, const struct kz_trust_entry *right)
{
	return left->id < right->id ? -1 : left->id > right->id;
}

RB_GENERATE_INTERNAL(kz_trust_keys, kz_trust_entry, by_key, compare_key,
	static __attribute__((__unused__)))
RB_GENERATE_INTERNAL(kz_trust_ids, kz_trust_entry, by_id, compare_id,
	static __attribute__((__unused__)))

static struct kz_trust_keys *
tree_of(struct kz_engine *engine, const struct kz_trust_entry *entry)
{
	size_t at = (size_t)entry->key[0] << 8 | entry->key[1];

	return &engine->trusts.keys[at % KZ_TRUST_TREES];
}

static void
not_pending(struct kz_engine *engine, struct kz_trust_entry *entry)
{
	if (!entry->pending)
		return;
	RB_REMOVE(kz_trust_ids, &engine->trusts.ids, entry);
	entry->pending = false;
}

static void
drop(struct kz_engine *engine, struct kz_trust_entry *entry)
{
	not_pending(engine, entry);
	RB_REMOVE(kz_trust_keys, tree_of(engine, entry), entry);
	TAILQ_REMOVE(&engine->trusts.list, entry, age);
	engine->trusts.count--;
	free(entry->name);
	free(entry->site);
	free(entry->zone);
	free(entry);
}

void
kz_trusts_free(struct kz_engine *engine)
{
	while (!TAILQ_EMPTY(&engine->trusts.list))
		drop(engine, TAILQ_FIRST(&engine->trusts.list));
}

static void
make_key(const struct kz_engine *engine, enum kz_verify_kind kind,
	const struct kz_name *name, const struct kz_addr *client,
	uint8_t key[16])
{
	char letter = (char)('a' + kind);
	struct kz_str parts[] = {
		{&letter, 1},
		name != NULL ? kz_name_str(name) : KZ_STR(""),
		{(const char *)client->bytes, sizeof(client->bytes)},
	};

	kz_engine_digest(engine, parts, sizeof(parts) / sizeof(parts[0]), key);
}

/* Every request does it three times: no octet more than the name has. */
static void
name_from(const char *text, struct kz_name *name)
{
	if (text == NULL)
		return;
	name->len = (uint8_t)strlen(text);
	memcpy(name->text, text, name->len + 1u);
}

static char *
text_from(const struct kz_name *name)
{
	char *text = kz_engine_alloc(1, name->len + 1u);

	memcpy(text, name->text, name->len);
	return text;
}

static void
known(const struct kz_trust_entry *entry, struct kz_trust *trust)
{
	trust->state = KZ_TRUST_KNOWN;
	trust->sure = entry->outcome != KZ_VERIFY_UNKNOWN;
	trust->yes = entry->outcome == KZ_VERIFY_YES;
	trust->has_site = entry->site != NULL;
	name_from(entry->name, &trust->name);
	name_from(entry->site, &trust->site);
	name_from(entry->zone, &trust->zone);
}

/* Ask; what was known before stays readable until the answer comes. */
static bool
ask(struct kz_engine *engine, struct kz_trust_entry *entry,
	const struct kz_name *name, const struct kz_addr *client,
	const struct kz_now *now)
{
	struct kz_question question = {
		.id = ++engine->trusts.next_id,
		.kind = entry->kind,
		.client = *client,
	};

	if (name != NULL)
		question.name = *name;
	not_pending(engine, entry);
	if (!engine->hooks.ask(engine->hooks.arg, &question))
		return false;
	entry->id = question.id;
	entry->client = *client;
	entry->pending = true;
	entry->until_ms = now->mono_ms + ANSWER_MS;
	(void)RB_INSERT(kz_trust_ids, &engine->trusts.ids, entry);
	return true;
}

static struct kz_trust_entry *
entry_new(struct kz_engine *engine, enum kz_verify_kind kind,
	const uint8_t key[16])
{
	struct kz_trust_entry *entry;

	while (engine->trusts.count >= engine->config->limits.verifications &&
		engine->trusts.count > 0)
		drop(engine, TAILQ_LAST(&engine->trusts.list, kz_trust_list));
	entry = kz_engine_alloc(1, sizeof(*entry));
	memcpy(entry->key, key, sizeof(entry->key));
	entry->kind = kind;
	(void)RB_INSERT(kz_trust_keys, tree_of(engine, entry), entry);
	TAILQ_INSERT_HEAD(&engine->trusts.list, entry, age);
	engine->trusts.count++;
	return entry;
}

void
kz_trust_find(struct kz_engine *engine, enum kz_verify_kind kind,
	const struct kz_name *name, const struct kz_addr *client,
	const struct kz_now *now, struct kz_trust *trust)
{
	const struct kz_addr nobody = {0};
	struct kz_trust_entry key, *entry;

	if (kind == KZ_VERIFY_SITE)
		client = &nobody;
	make_key(engine, kind, name, client, key.key);
	entry = RB_FIND(kz_trust_keys, tree_of(engine, &key), &key);
	if (entry != NULL && now->mono_ms < entry->until_ms) {
		if (entry->pending)
			trust->state = KZ_TRUST_PENDING;
		else
			known(entry, trust);
		return;
	}
	if (entry == NULL)
		entry = entry_new(engine, kind, key.key);
	if (ask(engine, entry, name, client, now)) {
		trust->state = KZ_TRUST_PENDING;
		return;
	}
	drop(engine, entry);
	trust->state = KZ_TRUST_MISSING;
}

static int64_t
lasts_ms(const struct kz_engine *engine, const struct kz_trust_entry *entry)
{
	switch (entry->outcome) {
	case KZ_VERIFY_YES:
		return (int64_t)engine->config->limits.verified_yes_s * 1000;
	case KZ_VERIFY_NO:
		return (int64_t)engine->config->limits.verified_no_s * 1000;
	case KZ_VERIFY_UNKNOWN:
		break;
	}
	return UNKNOWN_MS;
}

const struct kz_trust_entry *
kz_trust_answer(struct kz_engine *engine, const struct kz_verified *verified,
	const struct kz_now *now)
{
	struct kz_trust_entry key = {.id = verified->id}, *entry;

	entry = RB_FIND(kz_trust_ids, &engine->trusts.ids, &key);
	if (entry == NULL)
		return NULL;
	not_pending(engine, entry);
	free(entry->name);
	free(entry->site);
	free(entry->zone);
	entry->name = entry->site = entry->zone = NULL;
	entry->outcome = verified->outcome;
	if (entry->kind == KZ_VERIFY_RDNS)
		entry->name = text_from(&verified->name);
	if (verified->has_site) {
		entry->site = text_from(&verified->site);
		entry->zone = text_from(&verified->zone);
	}
	entry->until_ms = now->mono_ms + lasts_ms(engine, entry);
	TAILQ_REMOVE(&engine->trusts.list, entry, age);
	TAILQ_INSERT_HEAD(&engine->trusts.list, entry, age);
	return entry;
}

void
kz_trust_lost(struct kz_engine *engine)
{
	struct kz_trust_entry *entry, *next;

	RB_FOREACH_SAFE (entry, kz_trust_ids, &engine->trusts.ids, next)
		drop(engine, entry);
}

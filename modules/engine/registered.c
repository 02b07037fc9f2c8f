/* SPDX-License-Identifier: ISC */
/*
 * What registries said of domains, for as long as it holds, and what their
 * servers were asked: the prober's memory over its end.
 */
#include <string.h>

#include <bsd/string.h>

#include "engine_priv.h"
#include "kizuki/engine/observe.h"
#include "registry_priv.h"

static const char answer_tag[] = "registered/";
static const char whois_tag[] = "turn/whois/";
static const char rdap_tag[] = "turn/rdap/";

#define TAG_MAX (sizeof(answer_tag) - 1)
/* Turns given away in advance. */
#define AHEAD_MAX_S 60
#define KEY_SIZE    (TAG_MAX + KZ_NAME_MAX)

static size_t
make_key(const char *tag, const char *name, uint8_t key[KEY_SIZE])
{
	size_t len = 0;

	while (*tag != '\0')
		key[len++] = (uint8_t)*tag++;
	while (*name != '\0' && len < KEY_SIZE)
		key[len++] = (uint8_t)*name++;
	return len;
}

static bool
tagged(const uint8_t *key, size_t key_len, const char *tag)
{
	size_t len = strlen(tag);

	return key_len > len && memcmp(key, tag, len) == 0;
}

/* A month later, or before the clock was set back, it says nothing. */
static bool
holds(const struct kz_engine *engine, const struct kz_registry_answer *answer,
	const struct kz_now *now)
{
	int64_t age_s = now->wall_s - answer->asked_s;

	return age_s >= 0 && age_s < (int64_t)engine->config->registry.keep_s;
}

void
kz_observe_registered(
	struct kz_engine *engine, const struct kz_registry_answer *answer)
{
	uint8_t key[KEY_SIZE];
	uint8_t record[KZ_REGISTRY_RECORD_SIZE];
	size_t key_len = make_key(answer_tag, answer->domain.text, key);
	size_t len = 0;

	/* One that is too long is asked for anew. */
	if (kz_registry_encode(answer, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, key, key_len, record, len);
}

enum kz_result
kz_registered_find(struct kz_engine *engine, const struct kz_name *domain,
	const struct kz_now *now, struct kz_registry_answer *answer)
{
	uint8_t key[KEY_SIZE];
	uint8_t record[KZ_REGISTRY_RECORD_SIZE];
	size_t key_len = make_key(answer_tag, domain->text, key);
	size_t len = 0;
	enum kz_result result;

	if (domain->len == 0)
		return KZ_NOT_FOUND;
	result = kz_store_get(engine->store, KZ_TABLE_META, key, key_len,
		record, sizeof(record), &len);
	if (result != KZ_OK)
		return result;
	return kz_registry_decode(record, len, answer) == KZ_OK &&
			kz_name_equal(&answer->domain, domain) &&
			holds(engine, answer, now)
		? KZ_OK
		: KZ_NOT_FOUND;
}

static void
turn_load(struct kz_engine *engine, const uint8_t *key, size_t key_len,
	struct kz_turn *turn)
{
	uint8_t record[KZ_TURN_RECORD_SIZE];
	size_t len = 0;

	if (kz_store_get(engine->store, KZ_TABLE_META, key, key_len, record,
		    sizeof(record), &len) != KZ_OK ||
		kz_turn_decode(record, len, turn) != KZ_OK)
		*turn = (struct kz_turn){0};
}

static void
turn_save(struct kz_engine *engine, const uint8_t *key, size_t key_len,
	const struct kz_turn *turn)
{
	uint8_t record[KZ_TURN_RECORD_SIZE];
	size_t len = 0;

	if (kz_turn_encode(turn, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, key, key_len, record, len);
}

void
kz_observe_turn(struct kz_engine *engine, const struct kz_turn_told *told,
	const struct kz_now *now)
{
	uint8_t key[KEY_SIZE];
	size_t key_len =
		make_key(told->rdap ? rdap_tag : whois_tag, told->server, key);
	struct kz_turn turn;

	turn_load(engine, key, key_len, &turn);
	kz_turn_count(&turn, told->asked, now->wall_s);
	if (told->asked > 0)
		turn.last_s = now->wall_s;
	turn.until_s = told->until_s;
	turn.back_off_s = told->back_off_s;
	turn_save(engine, key, key_len, &turn);
}

/* The prober keeps the limits of this server too. */
static void
turn_tell(struct kz_engine *engine, const char *server, bool rdap,
	const struct kz_turn *turn, struct kz_turn_told *told)
{
	told->rdap = rdap;
	(void)strlcpy(told->server, server, sizeof(told->server));
	told->until_s = turn->until_s;
	told->back_off_s = turn->back_off_s;
	if (engine->hooks.turn != NULL)
		(void)engine->hooks.turn(engine->hooks.arg, told);
}

enum kz_result
kz_turn_grant(struct kz_engine *engine, const char *server, bool rdap,
	const struct kz_now *now, struct kz_turn_given *given)
{
	struct kz_turn_rule rule =
		kz_config_turn_rule(engine->config, server, rdap);
	uint8_t key[KEY_SIZE];
	size_t key_len = make_key(rdap ? rdap_tag : whois_tag, server, key);
	struct kz_turn_told told = {.when_s = now->wall_s, .asked = 1};
	struct kz_turn turn;
	int64_t ahead_s;

	turn_load(engine, key, key_len, &turn);
	given->until_s = kz_turn_next_s(&turn, rule.per_day, now->wall_s);
	if (!kz_turn_free(&turn, rule.per_day, now->wall_s))
		return KZ_EBUSY;
	ahead_s = turn.last_s + rule.gap_s - now->wall_s;
	/* Further ahead than those who wait now: the clock was set back. */
	if (ahead_s > AHEAD_MAX_S + (int64_t)rule.gap_s)
		ahead_s = 0;
	if (ahead_s > AHEAD_MAX_S) {
		given->until_s = now->wall_s + ahead_s - AHEAD_MAX_S;
		return KZ_EBUSY;
	}
	given->wait_s = ahead_s > 0 ? (uint32_t)ahead_s : 0;
	kz_turn_count(&turn, 1, now->wall_s);
	turn.last_s = now->wall_s + given->wait_s;
	turn_save(engine, key, key_len, &turn);
	turn_tell(engine, server, rdap, &turn, &told);
	return KZ_OK;
}

int64_t
kz_turn_refused(struct kz_engine *engine, const char *server, bool rdap,
	uint32_t least_s, const struct kz_now *now)
{
	uint8_t key[KEY_SIZE];
	size_t key_len = make_key(rdap ? rdap_tag : whois_tag, server, key);
	struct kz_turn_told told = {.when_s = now->wall_s};
	struct kz_turn turn;

	turn_load(engine, key, key_len, &turn);
	kz_turn_back_off(&turn, least_s, now->wall_s);
	turn_save(engine, key, key_len, &turn);
	turn_tell(engine, server, rdap, &turn, &told);
	return turn.until_s;
}

struct each {
	struct kz_engine *engine;
	const char *tag;
	const struct kz_now *now;
	kz_turn_take *take;
	void *arg;
};

static bool
each_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	const struct each *each = arg;
	size_t tag_len = strlen(each->tag);
	struct kz_turn_told told = {.rdap = each->tag == rdap_tag};
	struct kz_turn turn;

	if (key_len - tag_len > KZ_NAME_MAX ||
		kz_turn_decode(value, len, &turn) != KZ_OK ||
		kz_turn_over(&turn, each->now->wall_s))
		return true;
	memcpy(told.server, key + tag_len, key_len - tag_len);
	told.when_s = turn.day_s > 0 ? turn.day_s : each->now->wall_s;
	told.asked = turn.count;
	told.until_s = turn.until_s;
	told.back_off_s = turn.back_off_s;
	return each->take(each->arg, &told,
		kz_config_turn_rule(
			each->engine->config, told.server, told.rdap)
			.per_day);
}

void
kz_turn_each(struct kz_engine *engine, const struct kz_now *now,
	kz_turn_take *take, void *arg)
{
	static const char *const tags[] = {whois_tag, rdap_tag};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		struct each each = {.engine = engine,
			.tag = tags[i],
			.now = now,
			.take = take,
			.arg = arg};

		KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_META,
				  (const uint8_t *)tags[i], strlen(tags[i]),
				  NULL, 0, 0, each_row, &each),
			"limits that cannot be read begin anew");
	}
}

static bool
feed_one(void *arg, const struct kz_turn_told *told, uint32_t per_day)
{
	struct kz_engine *engine = arg;

	(void)per_day;
	return engine->hooks.turn(engine->hooks.arg, told);
}

void
kz_turn_feed(struct kz_engine *engine, const struct kz_now *now)
{
	if (engine->hooks.turn != NULL)
		kz_turn_each(engine, now, feed_one, engine);
}

bool
kz_registry_old(const struct kz_engine *engine, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len,
	const struct kz_now *now)
{
	struct kz_registry_answer answer;
	struct kz_turn turn;
	enum kz_result result;

	if (tagged(key, key_len, answer_tag)) {
		result = kz_registry_decode(value, len, &answer);
		return result != KZ_EVERSION &&
			(result != KZ_OK || !holds(engine, &answer, now));
	}
	if (!tagged(key, key_len, whois_tag) && !tagged(key, key_len, rdap_tag))
		return false;
	result = kz_turn_decode(value, len, &turn);
	return result != KZ_EVERSION &&
		(result != KZ_OK || kz_turn_over(&turn, now->wall_s));
}

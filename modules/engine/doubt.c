/* SPDX-License-Identifier: ISC */
#include "doubt_priv.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

#define HOUR_S   3600
#define KEY_SIZE 32
/* An examination tries port 25 so often although it is closed to us. */
#define TRY_MS 600000

/* "breaker/CLASS" */
static size_t
make_key(size_t netclass, char key[KEY_SIZE])
{
	struct kz_text text = kz_text_make(key, KEY_SIZE);

	kz_text_word(&text, "breaker/");
	kz_text_word(&text, kz_netclass_text((enum kz_netclass)netclass));
	return text.used;
}

void
kz_doubt_open(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_doubt *doubt = &engine->doubt;

	doubt->breakers =
		kz_engine_alloc(KZ_NETCLASS_COUNT, sizeof(*doubt->breakers));
	doubt->saved_hour = now->wall_s / HOUR_S;
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++) {
		char key[KEY_SIZE];
		uint8_t record[KZ_BREAKER_RECORD_SIZE];
		size_t key_len = make_key(i, key);
		size_t len = 0;

		if (kz_store_get(engine->store, KZ_TABLE_META,
			    (const uint8_t *)key, key_len, record,
			    sizeof(record), &len) == KZ_OK)
			KZ_IGNORE(kz_breaker_decode(
					  record, len, &doubt->breakers[i]),
				"a week that cannot be read begins anew");
	}
}

void
kz_doubt_free(struct kz_engine *engine)
{
	free(engine->doubt.breakers);
	engine->doubt.breakers = NULL;
}

static void
save(struct kz_engine *engine)
{
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++) {
		char key[KEY_SIZE];
		uint8_t record[KZ_BREAKER_RECORD_SIZE];
		size_t key_len = make_key(i, key);
		size_t len = 0;

		if (engine->doubt.breakers[i].day > 0 &&
			kz_breaker_encode(&engine->doubt.breakers[i], record,
				sizeof(record), &len) == KZ_OK)
			kz_engine_put(engine, KZ_TABLE_META,
				(const uint8_t *)key, key_len, record, len);
	}
}

static void
say(struct kz_engine *engine, size_t netclass, const char *what)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&line, "network class=");
	kz_text_word(&line, kz_netclass_text((enum kz_netclass)netclass));
	kz_text_word(&line, what);
	kz_engine_log(engine, KZ_LOG_WARNING, &line);
}

void
kz_doubt_touch(struct kz_engine *engine, const struct kz_touch *touch,
	bool alive_before, const struct kz_now *now)
{
	enum kz_netclass netclass =
		kz_netclass_of(touch->service, &touch->addr);
	const struct kz_breaker_rule *rule = &engine->config->breaker;
	struct kz_breaker *breaker = &engine->doubt.breakers[netclass];
	bool alive = touch->reach == KZ_REACH_ALIVE;
	bool quiet = (engine->suspended >> netclass & 1) != 0;

	if (!alive && !alive_before)
		return;
	kz_breaker_touch(breaker, touch, quiet);
	if (alive ||
		now->wall_s <
			engine->health->classes[netclass].broken_until_s ||
		!kz_breaker_trips(breaker, rule, now->wall_s))
		return;
	kz_engine_count(engine, KZ_COUNT_BREAKS);
	kz_health_break(engine->health, netclass, now->wall_s + rule->pause_s);
	/* An outage that lasts trips again and again: said once. */
	if (!quiet)
		say(engine, netclass,
			" fails suddenly in many networks: nothing of it "
			"counts for a while");
}

static void
say_closed(struct kz_engine *engine, const struct kz_now *now)
{
	uint32_t closed = 0, changed;

	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++)
		if (kz_health_closed(
			    engine->health, (enum kz_netclass)i, now->wall_s))
			closed |= 1U << i;
	changed = closed ^ engine->doubt.closed;
	engine->doubt.closed = closed;
	for (unsigned i = 0; i < KZ_NETCLASS_COUNT && changed != 0; i++)
		if ((changed >> i & 1) != 0)
			say(engine, i,
				(closed >> i & 1) != 0
					? " is closed to us, nothing answers: "
					  "its symptoms are off"
					: " is open again: its symptoms are "
					  "on");
}

void
kz_doubt_update(struct kz_engine *engine, const struct kz_now *now)
{
	uint32_t suspended = kz_health_suspended(engine->health, now->wall_s);
	uint32_t changed = suspended ^ engine->suspended;

	say_closed(engine, now);
	if (changed == 0)
		return;
	engine->suspended = suspended;
	engine->epoch++;
	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++)
		if ((changed >> i & 1) != 0)
			say(engine, i,
				(suspended >> i & 1) != 0
					? " in doubt: verdicts that rest on it "
					  "are suspended"
					: " works again: verdicts count again");
}

void
kz_doubt_tick(struct kz_engine *engine, const struct kz_now *now)
{
	(void)kz_jump_clock(engine, now);
	kz_doubt_update(engine, now);
	if (engine->doubt.saved_hour == now->wall_s / HOUR_S)
		return;
	engine->doubt.saved_hour = now->wall_s / HOUR_S;
	save(engine);
	kz_jump_save(engine);
}

bool
kz_doubt_may_smtp(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_doubt *doubt = &engine->doubt;
	bool v4 = (doubt->closed >> KZ_NET_SMTP25_V4 & 1) == 0;
	bool v6 = (doubt->closed >> KZ_NET_SMTP25_V6 & 1) == 0 &&
		engine->health->classes[KZ_NET_SMTP25_V6].ever_ok;

	if (v4 || v6)
		return true;
	if (doubt->tried && now->mono_ms - doubt->tried_ms < TRY_MS)
		return false;
	doubt->tried = true;
	doubt->tried_ms = now->mono_ms;
	return true;
}

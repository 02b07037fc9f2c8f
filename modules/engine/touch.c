/* SPDX-License-Identifier: ISC */
#include "touch_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/base/wire.h"

#define DAY_S 86400
/* A sound site is looked at daily while mail comes, a week at most after it. */
#define KNOWN_S        691200
#define RECORD_VERSION 1
#define KEY_SIZE       18 /* service, family, 16 octets of address */
#define KEPT           8  /* contacts of one address: more than a day allows */
#define ENTRY_SIZE     9  /* moment 8, reach 1 */
#define RECORD_MAX     (2 + KEPT * ENTRY_SIZE)
#define SWEEP_ROWS     500

struct contacts {
	size_t count;
	struct {
		int64_t when_s;
		uint8_t reach;
	} list[KEPT]; /* oldest first */
};

static void
make_key(const struct kz_touch *touch, uint8_t key[KEY_SIZE])
{
	key[0] = (uint8_t)touch->service;
	key[1] = touch->addr.family;
	memcpy(key + 2, touch->addr.bytes, sizeof(touch->addr.bytes));
}

static bool
decode(const uint8_t *record, size_t len, struct contacts *contacts)
{
	struct kz_reader reader = kz_reader_make(record, len);

	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return false;
	contacts->count = kz_reader_take(&reader, 1);
	if (contacts->count > KEPT)
		return false;
	for (size_t i = 0; i < contacts->count; i++) {
		contacts->list[i].when_s = (int64_t)kz_reader_take(&reader, 8);
		contacts->list[i].reach = (uint8_t)kz_reader_take(&reader, 1);
		if (contacts->list[i].reach >= KZ_REACH_COUNT)
			return false;
	}
	return kz_reader_finish(&reader) == KZ_OK;
}

static void
add(struct contacts *contacts, const struct kz_touch *touch, int64_t since_s)
{
	size_t drop = 0;

	while (drop < contacts->count && contacts->list[drop].when_s < since_s)
		drop++;
	if (contacts->count - drop == KEPT)
		drop++;
	contacts->count -= drop;
	memmove(contacts->list, contacts->list + drop,
		contacts->count * sizeof(contacts->list[0]));
	contacts->list[contacts->count].when_s = touch->when_s;
	contacts->list[contacts->count++].reach = (uint8_t)touch->reach;
}

/* What the newest contact that says something of the address came to. */
static enum kz_touch_before
told_by(const struct contacts *contacts)
{
	for (size_t i = contacts->count; i > 0; i--) {
		switch ((enum kz_reach)contacts->list[i - 1].reach) {
		case KZ_REACH_ALIVE:
			return KZ_TOUCH_ALIVE;
		case KZ_REACH_REFUSED:
		case KZ_REACH_UNREACHABLE:
		case KZ_REACH_TIMEOUT:
			return KZ_TOUCH_FAILED;
		case KZ_REACH_OURS:
		case KZ_REACH_RESET:
		case KZ_REACH_SILENT:
		case KZ_REACH_NOISE:
		case KZ_REACH_NONE:
		case KZ_REACH_LIMITED:
		case KZ_REACH_SPECIAL:
		case KZ_REACH_COUNT:
			break;
		}
	}
	return KZ_TOUCH_NEVER;
}

enum kz_touch_before
kz_touch_store(struct kz_engine *engine, const struct kz_touch *touch,
	const struct kz_now *now)
{
	uint8_t key[KEY_SIZE];
	uint8_t record[RECORD_MAX];
	struct contacts contacts = {0};
	struct kz_writer writer = kz_writer_make(record, sizeof(record));
	size_t len = 0;
	enum kz_touch_before before;

	make_key(touch, key);
	if (kz_store_get(engine->store, KZ_TABLE_TOUCH, key, sizeof(key),
		    record, sizeof(record), &len) != KZ_OK ||
		!decode(record, len, &contacts))
		contacts.count = 0;
	before = told_by(&contacts);
	add(&contacts, touch, now->wall_s - DAY_S);
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 1, contacts.count);
	for (size_t i = 0; i < contacts.count; i++) {
		kz_writer_put(&writer, 8, (uint64_t)contacts.list[i].when_s);
		kz_writer_put(&writer, 1, contacts.list[i].reach);
	}
	if (kz_writer_finish(&writer, &len) == KZ_OK)
		kz_engine_put(
			engine, KZ_TABLE_TOUCH, key, sizeof(key), record, len);
	return before;
}

struct walk {
	struct kz_engine *engine;
	int64_t since_s;
	size_t seen;
};

static bool
feed_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct walk *walk = arg;
	struct kz_engine *engine = walk->engine;
	struct kz_touch touch = {0};
	struct contacts contacts;

	if (key_len != KEY_SIZE || key[0] >= KZ_SERVICE_COUNT ||
		!decode(value, len, &contacts))
		return true;
	touch.service = (enum kz_service)key[0];
	touch.addr.family = key[1];
	memcpy(touch.addr.bytes, key + 2, sizeof(touch.addr.bytes));
	for (size_t i = 0; i < contacts.count; i++) {
		touch.when_s = contacts.list[i].when_s;
		touch.reach = (enum kz_reach)contacts.list[i].reach;
		if (touch.when_s >= walk->since_s &&
			!engine->hooks.touched(engine->hooks.arg, &touch))
			return false;
	}
	return true;
}

void
kz_touch_feed(struct kz_engine *engine, const struct kz_now *now)
{
	struct walk walk = {.engine = engine, .since_s = now->wall_s - DAY_S};

	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_TOUCH,
			  (const uint8_t *)"", 0, NULL, 0, 0, feed_row, &walk),
		"limits that cannot be read begin anew");
}

static bool
sweep_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct walk *walk = arg;
	struct kz_engine *engine = walk->engine;
	struct contacts contacts = {0};

	memcpy(engine->sweep_touch, key, key_len);
	engine->sweep_touch_len = key_len;
	walk->seen++;
	if (decode(value, len, &contacts) && contacts.count > 0 &&
		contacts.list[contacts.count - 1].when_s >= walk->since_s)
		return true;
	KZ_IGNORE(kz_store_delete(engine->store, KZ_TABLE_TOUCH, key, key_len),
		"the store says what it cannot do");
	return true;
}

void
kz_touch_sweep(struct kz_engine *engine, const struct kz_now *now)
{
	struct walk walk = {.engine = engine, .since_s = now->wall_s - KNOWN_S};
	uint8_t from[KZ_STORE_KEY_MAX];
	size_t from_len = engine->sweep_touch_len;

	memcpy(from, engine->sweep_touch, from_len);
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_TOUCH,
			  (const uint8_t *)"", 0, from_len > 0 ? from : NULL,
			  from_len, SWEEP_ROWS, sweep_row, &walk),
		"what cannot be read is not swept");
	if (walk.seen < SWEEP_ROWS)
		engine->sweep_touch_len = 0;
}

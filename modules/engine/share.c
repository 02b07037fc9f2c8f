/* SPDX-License-Identifier: ISC */
#include "share_priv.h"

#include <string.h>

#include "carrier_priv.h"
#include "engine_priv.h"
#include "kizuki/base/wire.h"
#include "kizuki/core/history.h"
#include "registry_priv.h"

#define DAY_S          86400
#define RECORD_VERSION 2
#define RECORD_SIZE    17
#define DIGEST_SIZE    16
#define SWEEP_ROWS     500
/* Nothing here grows faster than a slice a minute can follow. */
#define SWEEP_MS 60000

static const char share_tag[] = "share/";
static const char serial_tag[] = "serial/";
#define SHARE_TAG_SIZE  (sizeof(share_tag) - 1)
#define SERIAL_TAG_SIZE (sizeof(serial_tag) - 1)
#define SHARE_PREFIX    (SHARE_TAG_SIZE + DIGEST_SIZE)
#define SHARE_KEY_SIZE  (SHARE_PREFIX + DIGEST_SIZE)
#define SERIAL_KEY_SIZE (SERIAL_TAG_SIZE + DIGEST_SIZE)

static const struct kz_name nobody;

/* "share/", what is named, who names it. */
static void
make_key(const struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, const struct kz_name *subject,
	uint8_t key[SHARE_KEY_SIZE])
{
	const char letter = (char)kind;
	const struct kz_str named[] = {{&letter, 1}, what};
	const struct kz_str by[] = {KZ_STR("s"), kz_name_str(subject)};

	memcpy(key, share_tag, SHARE_TAG_SIZE);
	kz_engine_digest(engine, named, 2, key + SHARE_TAG_SIZE);
	kz_engine_digest(engine, by, 2, key + SHARE_PREFIX);
}

/* One subject's naming of a thing. */
struct naming {
	int64_t first_s, newest_s;
};

/* Version 1 told the newest moment alone. */
static bool
decode(const uint8_t *record, size_t len, struct naming *naming)
{
	struct kz_reader reader = kz_reader_make(record, len);
	uint64_t version = kz_reader_take(&reader, 1);

	if (version != 1 && version != RECORD_VERSION)
		return false;
	naming->newest_s = (int64_t)kz_reader_take(&reader, 8);
	naming->first_s = version == 1 ? naming->newest_s
				       : (int64_t)kz_reader_take(&reader, 8);
	return kz_reader_finish(&reader) == KZ_OK;
}

/* Namings since since_s that began by early_s or last for lasting_s. */
struct counting {
	int64_t since_s;
	int64_t early_s, lasting_s;
	uint32_t count, most;
};

static bool
count_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct counting *counting = arg;
	struct naming naming;

	(void)key;
	(void)key_len;
	if (decode(value, len, &naming) &&
		naming.newest_s >= counting->since_s &&
		(naming.first_s <= counting->early_s ||
			naming.newest_s - naming.first_s >=
				counting->lasting_s))
		counting->count++;
	return counting->count < counting->most;
}

static uint32_t
count_prefix(struct kz_engine *engine, const uint8_t key[SHARE_KEY_SIZE],
	struct counting counting)
{
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_META, key, SHARE_PREFIX,
			  NULL, 0, 0, count_row, &counting),
		"what cannot be read names nothing");
	return counting.count;
}

/* Whoever named it. */
static struct counting
all_since(int64_t since_s, uint32_t most)
{
	return (struct counting){
		.since_s = since_s, .early_s = INT64_MAX, .most = most};
}

uint32_t
kz_share_count(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, int64_t since_s, uint32_t most)
{
	uint8_t key[SHARE_KEY_SIZE];

	make_key(engine, kind, what, &nobody, key);
	return count_prefix(engine, key, all_since(since_s, most));
}

/* A naming that lasts for twice the span of an outage counts whenever begun. */
static int64_t
lasting_s(const struct kz_engine *engine)
{
	return 2 * (int64_t)engine->config->persistence[KZ_CLASS_N].span_s;
}

/* At when_s, perhaps long ago: what others found is told all at once. */
static bool
note_at(struct kz_engine *engine, enum kz_share_kind kind,
	const uint8_t key[SHARE_KEY_SIZE], int64_t when_s,
	const struct kz_now *now)
{
	uint8_t record[RECORD_SIZE];
	struct kz_writer writer = kz_writer_make(record, sizeof(record));
	struct naming naming = {0};
	size_t len = 0;
	bool known =
		kz_store_get(engine->store, KZ_TABLE_META, key, SHARE_KEY_SIZE,
			record, sizeof(record), &len) == KZ_OK &&
		decode(record, len, &naming);
	int64_t since_s = now->wall_s - naming.newest_s;

	/* A day is exact enough; a clock that was set back writes anew. */
	if (known && since_s >= 0 && since_s < DAY_S &&
		when_s > naming.first_s - DAY_S)
		return false;
	/* The ceiling is a share of all sites, everything else is few. */
	if (!known && kind != KZ_SHARE_ALONE &&
		count_prefix(engine, key, all_since(0, KZ_SHARE_MOST)) ==
			KZ_SHARE_MOST)
		return false;
	/* Two moments far apart are not all the time between them. */
	if (!known || since_s < 0 || since_s > lasting_s(engine) ||
		when_s < naming.first_s)
		naming.first_s = when_s < now->wall_s ? when_s : now->wall_s;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)now->wall_s);
	kz_writer_put(&writer, 8, (uint64_t)naming.first_s);
	if (kz_writer_finish(&writer, &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, key, SHARE_KEY_SIZE,
			record, len);
	return !known;
}

bool
kz_share_note(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, const struct kz_name *subject,
	const struct kz_now *now)
{
	uint8_t key[SHARE_KEY_SIZE];

	make_key(engine, kind, what, subject, key);
	return note_at(engine, kind, key, now->wall_s, now);
}

void
kz_share_drop(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, const struct kz_name *subject)
{
	uint8_t key[SHARE_KEY_SIZE];

	make_key(engine, kind, what, subject, key);
	KZ_IGNORE(
		kz_store_delete(engine->store, KZ_TABLE_META, key, sizeof(key)),
		"it is too old to count some days later");
}

static struct kz_str
addr_str(const struct kz_addr *addr)
{
	return (struct kz_str){(const char *)addr->bytes,
		addr->family == KZ_ADDR_V4 ? 4 : sizeof(addr->bytes)};
}

static int64_t
kept_since_s(const struct kz_engine *engine, const struct kz_now *now)
{
	return now->wall_s - engine->config->history.keep_s;
}

/* The tenth subject makes an address a provider's: all verdicts anew. */
static void
note_addrs(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	uint32_t provider = engine->config->history.provider;

	for (size_t i = 0; i < finding->rest_count; i++) {
		struct kz_str what = addr_str(&finding->rests[i].addr);
		uint8_t key[SHARE_KEY_SIZE];

		make_key(engine, KZ_SHARE_ADDR, what, &finding->subject, key);
		if (note_at(engine, KZ_SHARE_ADDR, key, finding->when_s, now) &&
			kz_share_count(engine, KZ_SHARE_ADDR, what,
				kept_since_s(engine, now),
				provider + 1) == provider)
			engine->epoch++;
	}
}

/* How long the zone's serial has been seen standing still. */
static int64_t
watch_serial(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	const struct kz_str zone[] = {kz_name_str(&finding->subject)};
	uint8_t key[SERIAL_KEY_SIZE];
	uint8_t record[KZ_SERIAL_RECORD_SIZE];
	struct kz_serial watch = {0}, before;
	enum kz_result result;
	uint32_t serial;
	size_t len = 0;

	if (kz_history_serial(finding, &serial) != KZ_OK)
		return 0;
	memcpy(key, serial_tag, SERIAL_TAG_SIZE);
	kz_engine_digest(engine, zone, 1, key + SERIAL_TAG_SIZE);
	result = kz_store_get(engine->store, KZ_TABLE_META, key, sizeof(key),
		record, sizeof(record), &len);
	if (result == KZ_OK)
		result = kz_serial_decode(record, len, &watch);
	/* A year of watching is not begun anew because of one moment. */
	if (result == KZ_EIO || result == KZ_EVERSION)
		return 0;
	if (result != KZ_OK)
		watch.since_s = 0;
	before = watch;
	kz_serial_see(&watch, serial, now->wall_s);
	if ((watch.since_s != before.since_s ||
		    watch.newest_s - before.newest_s >= DAY_S) &&
		kz_serial_encode(&watch, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(
			engine, KZ_TABLE_META, key, sizeof(key), record, len);
	return watch.newest_s - watch.since_s;
}

/* Zones served by the name server that alone answers: the first told. */
static uint32_t
zones_of_value(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	size_t len = strcspn(finding->value, ",");

	return kz_share_count(engine, KZ_SHARE_SERVER,
		(struct kz_str){finding->value, len}, kept_since_s(engine, now),
		engine->config->history.zones);
}

uint8_t
kz_share_weigh(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	struct kz_str object = {finding->object, strlen(finding->object)};
	struct kz_history history = {.many = engine->config->history.zones,
		.neglect_s = engine->config->history.neglect_s};

	switch ((int)finding->symptom) {
	case KZ_SYM_NS_DEAD:
		(void)kz_share_note(engine, KZ_SHARE_SERVER, object,
			&finding->subject, now);
		break;
	case KZ_SYM_SOA_MNAME_DEAD:
		(void)kz_share_note(engine, KZ_SHARE_PRIMARY, object,
			&finding->subject, now);
		break;
	default:
		break;
	}
	if (finding->outcome != KZ_OUTCOME_BAD)
		return 0;
	note_addrs(engine, finding, now);
	if (finding->symptom == KZ_SYM_SOA_MNAME_DEAD) {
		history.zones = kz_share_count(engine, KZ_SHARE_PRIMARY, object,
			kept_since_s(engine, now), history.many + 1);
		history.still_s = watch_serial(engine, finding, now);
	} else if (finding->symptom == KZ_SYM_NS_EFFECTIVELY_SINGLE) {
		history.zones = zones_of_value(engine, finding, now);
	}
	return kz_history_weight(finding, &history);
}

/*
 * Domains cost little, and whoever brings ten of them that name the dead host
 * of a convicted site must not free it.  So those count that named it before
 * anybody could know of the verdict, in the first half of its span; and those
 * that go on naming it, for a provider's customers are not all met at once.
 */
static bool
of_provider(struct kz_engine *engine, const struct kz_evidence *evidence,
	int64_t since_s)
{
	const struct kz_persistence *rules = engine->config->persistence;
	struct counting counting = {.since_s = since_s,
		.early_s = evidence->first_bad_s + rules[KZ_CLASS_N].span_s / 2,
		.lasting_s = lasting_s(engine),
		.most = engine->config->history.provider};
	uint8_t key[SHARE_KEY_SIZE];

	for (size_t i = 0; i < evidence->rest_count; i++) {
		make_key(engine, KZ_SHARE_ADDR,
			addr_str(&evidence->rests[i].addr), &nobody, key);
		if (count_prefix(engine, key, counting) == counting.most)
			return true;
	}
	return false;
}

void
kz_share_apply(struct kz_engine *engine, const struct kz_now *now,
	struct kz_rows *rows)
{
	int64_t since_s = kept_since_s(engine, now);

	for (size_t i = 0; i < rows->count; i++)
		if (rows->rows[i].evidence->bads > 0)
			rows->rows[i].shared = of_provider(
				engine, rows->rows[i].evidence, since_s);
}

struct sweep {
	struct kz_engine *engine;
	const struct kz_now *now;
	size_t seen;
};

static bool
tagged(const uint8_t *key, size_t key_len, const char *tag, size_t size)
{
	return key_len > size && memcmp(key, tag, size) == 0;
}

static bool
sweep_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct sweep *sweep = arg;
	struct kz_engine *engine = sweep->engine;
	const struct kz_now *now = sweep->now;
	struct kz_serial watch;
	struct naming naming;
	bool old = false;

	memcpy(engine->sweep_meta, key, key_len);
	engine->sweep_meta_len = key_len;
	sweep->seen++;
	if (tagged(key, key_len, share_tag, SHARE_TAG_SIZE))
		old = !decode(value, len, &naming) ||
			naming.newest_s < kept_since_s(engine, now);
	else if (tagged(key, key_len, serial_tag, SERIAL_TAG_SIZE))
		old = kz_serial_decode(value, len, &watch) != KZ_OK ||
			now->wall_s - watch.newest_s >
				engine->config->history.neglect_s;
	else
		old = kz_registry_old(engine, key, key_len, value, len, now) ||
			kz_carrier_old(engine, key, key_len, value, len, now);
	if (old)
		KZ_IGNORE(kz_store_delete(
				  engine->store, KZ_TABLE_META, key, key_len),
			"the store says what it cannot do");
	return true;
}

void
kz_share_sweep(struct kz_engine *engine, const struct kz_now *now)
{
	struct sweep sweep = {.engine = engine, .now = now};
	uint8_t from[KZ_STORE_KEY_MAX];
	size_t from_len = engine->sweep_meta_len;

	if (engine->swept_meta &&
		now->mono_ms - engine->swept_meta_ms < SWEEP_MS)
		return;
	engine->swept_meta = true;
	engine->swept_meta_ms = now->mono_ms;
	memcpy(from, engine->sweep_meta, from_len);
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_META,
			  (const uint8_t *)"", 0, from_len > 0 ? from : NULL,
			  from_len, SWEEP_ROWS, sweep_row, &sweep),
		"what cannot be read is not swept");
	if (sweep.seen < SWEEP_ROWS)
		engine->sweep_meta_len = 0;
}

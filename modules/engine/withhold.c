/* SPDX-License-Identifier: ISC */
#include "withhold_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/base/wire.h"
#include "share_priv.h"

#define DAY_S          INT64_C(86400)
#define RECORD_VERSION 1
#define KEY_SIZE       64
/* A broken site is looked at several times a day: older is no more so. */
#define ALONE_S (3 * DAY_S)
/* A round over few sites takes a second; what changes is counted at once. */
#define COUNT_MS 600000

static const char sites_key[] = "sites";

static struct kz_str
id_of(enum kz_symptom symptom)
{
	const char *id = kz_symptom_info(symptom)->id;

	return (struct kz_str){id, strlen(id)};
}

/* "symptom/ID" */
static size_t
make_key(enum kz_symptom symptom, char key[KEY_SIZE])
{
	struct kz_text text = kz_text_make(key, KEY_SIZE);

	kz_text_word(&text, "symptom/");
	kz_text_put(&text, id_of(symptom));
	return text.used;
}

static enum kz_result
load(struct kz_engine *engine, enum kz_symptom symptom,
	struct kz_revision *revision)
{
	char key[KEY_SIZE];
	uint8_t record[KZ_REVISION_RECORD_SIZE];
	size_t key_len = make_key(symptom, key);
	size_t len = 0;
	enum kz_result result;

	result = kz_store_get(engine->store, KZ_TABLE_META,
		(const uint8_t *)key, key_len, record, sizeof(record), &len);
	return result == KZ_OK ? kz_revision_decode(record, len, revision)
			       : result;
}

static void
save(struct kz_engine *engine, enum kz_symptom symptom,
	const struct kz_revision *revision)
{
	char key[KEY_SIZE];
	uint8_t record[KZ_REVISION_RECORD_SIZE];
	size_t key_len = make_key(symptom, key);
	size_t len = 0;

	if (kz_revision_encode(revision, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, (const uint8_t *)key,
			key_len, record, len);
}

static void
load_sites(struct kz_engine *engine)
{
	uint8_t record[9];
	size_t len = 0;
	struct kz_reader reader;

	if (kz_store_get(engine->store, KZ_TABLE_META,
		    (const uint8_t *)sites_key, sizeof(sites_key) - 1, record,
		    sizeof(record), &len) != KZ_OK)
		return;
	reader = kz_reader_make(record, len);
	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return;
	engine->withholding.sites = kz_reader_take(&reader, 8);
	if (kz_reader_finish(&reader) != KZ_OK)
		engine->withholding.sites = 0;
}

static void
save_sites(struct kz_engine *engine)
{
	uint8_t record[9];
	struct kz_writer writer = kz_writer_make(record, sizeof(record));
	size_t len = 0;

	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, engine->withholding.sites);
	if (kz_writer_finish(&writer, &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, (const uint8_t *)sites_key,
			sizeof(sites_key) - 1, record, len);
}

static void
say(struct kz_engine *engine, enum kz_symptom symptom)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&line, "symptom id=");
	kz_text_put(&line, id_of(symptom));
	switch (engine->withholding.now[symptom]) {
	case KZ_WITHHELD_NO:
		kz_text_word(&line, " counts again");
		break;
	case KZ_WITHHELD_NEW:
		kz_text_word(
			&line, " is new or changed: it only observes until=");
		kz_text_number(&line,
			engine->withholding.revisions[symptom].since_s +
				engine->config->ceiling.observe_s);
		break;
	case KZ_WITHHELD_CEILING:
		kz_text_word(&line,
			" would alone convict too many sites: it is suspended");
		kz_text_pair_number(
			&line, "percent", engine->config->ceiling.percent);
		kz_text_pair_number(
			&line, "sites", (int64_t)engine->withholding.sites);
		break;
	}
	kz_engine_log(engine, KZ_LOG_WARNING, &line);
}

static enum kz_withheld
state_of(const struct kz_engine *engine, size_t symptom,
	const struct kz_now *now)
{
	const struct kz_withholding *withholding = &engine->withholding;

	if (kz_revision_observes(&withholding->revisions[symptom],
		    engine->config->ceiling.observe_s, now->wall_s))
		return KZ_WITHHELD_NEW;
	return withholding->above[symptom] ? KZ_WITHHELD_CEILING
					   : KZ_WITHHELD_NO;
}

void
kz_withhold_tick(struct kz_engine *engine, const struct kz_now *now)
{
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		enum kz_withheld state = state_of(engine, i, now);

		if (state == engine->withholding.now[i])
			continue;
		engine->withholding.now[i] = state;
		engine->epoch++;
		say(engine, (enum kz_symptom)i);
	}
}

static void
count_alone(struct kz_engine *engine, enum kz_symptom symptom,
	const struct kz_now *now)
{
	struct kz_withholding *withholding = &engine->withholding;
	uint32_t percent = engine->config->ceiling.percent;
	uint32_t at_least = engine->config->ceiling.at_least;
	uint64_t most = withholding->sites * percent / 100 + 1;
	uint32_t convicted;

	if (withholding->sites == 0)
		return;
	if (most < at_least)
		most = at_least;
	convicted = kz_share_count(engine, KZ_SHARE_ALONE, id_of(symptom),
		now->wall_s - ALONE_S,
		most < UINT32_MAX ? (uint32_t)most : UINT32_MAX);
	withholding->above[symptom] = kz_history_above(
		convicted, withholding->sites, percent, at_least);
}

void
kz_withhold_round(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_withholding *withholding = &engine->withholding;

	if (withholding->sites != withholding->seeing) {
		withholding->sites = withholding->seeing;
		save_sites(engine);
	}
	withholding->seeing = 0;
	if (withholding->counted &&
		now->mono_ms - withholding->counted_ms < COUNT_MS)
		return;
	withholding->counted = true;
	withholding->counted_ms = now->mono_ms;
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++)
		count_alone(engine, (enum kz_symptom)i, now);
}

static bool
in(const struct kz_symptom_set *set, size_t symptom)
{
	return (set->words[symptom / 64] >> symptom % 64 & 1) != 0;
}

void
kz_withhold_verdict(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_verdict *verdict, struct kz_symptom_set *before,
	const struct kz_now *now)
{
	struct kz_symptom_set after = {{0}};

	for (size_t i = 0; i < verdict->reason_count; i++) {
		size_t symptom = verdict->reasons[i].symptom;

		if (kz_verdict_alone(
			    engine->config->profile, &verdict->reasons[i]))
			after.words[symptom / 64] |= UINT64_C(1)
				<< symptom % 64;
	}
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		enum kz_symptom symptom = (enum kz_symptom)i;

		if (in(&after, i) &&
			kz_share_note(engine, KZ_SHARE_ALONE, id_of(symptom),
				site, now))
			count_alone(engine, symptom, now);
		else if (in(before, i) && !in(&after, i))
			kz_share_drop(
				engine, KZ_SHARE_ALONE, id_of(symptom), site);
	}
	*before = after;
}

void
kz_withhold_open(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_withholding *withholding = &engine->withholding;
	enum kz_result known[KZ_SYMPTOM_COUNT];
	bool any = false;

	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		known[i] = load(
			engine, (enum kz_symptom)i, &withholding->revisions[i]);
		any = any || known[i] == KZ_OK;
	}
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		/* What cannot be read now stays as it is. */
		if (known[i] != KZ_OK && known[i] != KZ_NOT_FOUND)
			continue;
		if (kz_revision_update(&withholding->revisions[i],
			    known[i] == KZ_OK, !any, (enum kz_symptom)i,
			    now->wall_s))
			save(engine, (enum kz_symptom)i,
				&withholding->revisions[i]);
	}
	load_sites(engine);
	kz_withhold_tick(engine, now);
}

/* SPDX-License-Identifier: ISC */
/* Evidence in the store: keys, single rows, all rows of a site. */
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "engine_priv.h"

/* A store that fails is tried again so soon. */
#define UNREAD_S 5

/* reversed subject, NUL, symptom's identifier, NUL, object */
static size_t
row_key(const struct kz_name *subject, enum kz_symptom symptom,
	const char *object, uint8_t key[KZ_STORE_KEY_MAX])
{
	const char *id = kz_symptom_info(symptom)->id;
	size_t len = kz_memo_key(subject, key, KZ_NAME_MAX);
	size_t id_len = strlen(id);
	size_t object_len = strnlen(object, KZ_OBJECT_MAX);

	key[len++] = '\0';
	memcpy(key + len, id, id_len);
	len += id_len;
	key[len++] = '\0';
	memcpy(key + len, object, object_len);
	return len + object_len;
}

enum kz_result
kz_row_load(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object,
	struct kz_evidence *evidence)
{
	uint8_t key[KZ_STORE_KEY_MAX];
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t key_len = row_key(subject, symptom, object, key);
	size_t len = 0;
	enum kz_result result;

	*evidence = kz_evidence_make();
	result = kz_store_get(engine->store, KZ_TABLE_EVIDENCE, key, key_len,
		record, sizeof(record), &len);
	if (result != KZ_OK)
		return result;
	return kz_evidence_decode(record, len, evidence);
}

void
kz_row_save(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object,
	const struct kz_evidence *evidence)
{
	uint8_t key[KZ_STORE_KEY_MAX];
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t key_len = row_key(subject, symptom, object, key);
	size_t len = 0;

	kz_memo_set_clean(engine, subject, false);
	if (kz_evidence_encode(evidence, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(
			engine, KZ_TABLE_EVIDENCE, key, key_len, record, len);
}

void
kz_rows_need(struct kz_rows *rows)
{
	if (rows->rows != NULL)
		return;
	rows->rows = kz_engine_alloc(KZ_ROWS_MAX, sizeof(*rows->rows));
	rows->evidence = kz_engine_alloc(KZ_ROWS_MAX, sizeof(*rows->evidence));
	rows->subjects = kz_engine_alloc(KZ_ROWS_MAX, sizeof(*rows->subjects));
	rows->objects = kz_engine_alloc(KZ_ROWS_MAX, sizeof(*rows->objects));
}

struct loading {
	struct kz_rows *rows;
	const struct kz_name *subject;
	size_t prefix_len;
	bool zone_only; /* families that belong to the zone */
	bool any;       /* something is stored, readable or not */
};

static bool
zone_family(enum kz_family family)
{
	return family == KZ_FAMILY_DEL || family == KZ_FAMILY_CON ||
		family == KZ_FAMILY_SEC || family == KZ_FAMILY_REG;
}

static bool
load_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct loading *loading = arg;
	struct kz_rows *rows = loading->rows;
	const char *id = (const char *)key + loading->prefix_len;
	size_t id_room = key_len - loading->prefix_len;
	const char *end = memchr(id, '\0', id_room);
	size_t at = rows->count;
	enum kz_symptom symptom;
	size_t object_len;

	loading->any = true;
	if (end == NULL ||
		kz_symptom_find((struct kz_str){id, (size_t)(end - id)},
			&symptom) != KZ_OK)
		return true;
	if (loading->zone_only &&
		!zone_family(kz_symptom_info(symptom)->family))
		return true;
	kz_rows_need(rows);
	object_len = id_room - (size_t)(end - id) - 1;
	if (object_len > KZ_OBJECT_MAX ||
		kz_evidence_decode(value, len, &rows->evidence[at]) != KZ_OK)
		return true;
	memcpy(rows->objects[at], end + 1, object_len);
	rows->objects[at][object_len] = '\0';
	rows->subjects[at] = *loading->subject;
	rows->rows[at] = (struct kz_evidence_row){
		.symptom = symptom,
		.object = rows->objects[at],
		.evidence = &rows->evidence[at],
	};
	return ++rows->count < KZ_ROWS_MAX;
}

static void
load_subject(struct kz_engine *engine, const struct kz_name *subject,
	bool zone_only, struct kz_rows *rows)
{
	uint8_t prefix[KZ_NAME_MAX + 1];
	struct loading loading = {
		.rows = rows, .subject = subject, .zone_only = zone_only};
	size_t len = kz_memo_key(subject, prefix, KZ_NAME_MAX);
	enum kz_result result;

	if (rows->count == KZ_ROWS_MAX || kz_memo_clean(engine, subject))
		return;
	prefix[len++] = '\0';
	loading.prefix_len = len;
	result = kz_store_scan(engine->store, KZ_TABLE_EVIDENCE, prefix, len,
		NULL, 0, 0, load_row, &loading);
	/* Evidence that cannot be read does not count, and may be there. */
	rows->unread = rows->unread || result != KZ_OK;
	if (result == KZ_OK && !loading.any)
		kz_memo_set_clean(engine, subject, true);
}

void
kz_rows_load(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_name *zone, struct kz_rows *rows)
{
	*rows = (struct kz_rows){.until_s = INT64_MAX};
	load_subject(engine, site, false, rows);
	if (zone->len > 0 && !kz_name_equal(zone, site))
		load_subject(engine, zone, true, rows);
}

void
kz_rows_free(struct kz_rows *rows)
{
	free(rows->rows);
	free(rows->evidence);
	free(rows->subjects);
	free(rows->objects);
	*rows = (struct kz_rows){0};
}

/* What an operator said stands above what was found. */
static void
apply_words(const struct kz_site *site, const struct kz_now *now,
	struct kz_verdict *verdict)
{
	const struct kz_site_word *words[] = {
		&site->allow, &site->deny, &site->pardon};

	if (kz_site_word_holds(&site->deny, now->wall_s))
		verdict->state = KZ_VERDICT_BROKEN;
	else if (kz_site_word_holds(&site->pardon, now->wall_s) &&
		verdict->state == KZ_VERDICT_BROKEN)
		verdict->state = KZ_VERDICT_SUSPECT;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (kz_site_word_holds(words[i], now->wall_s) &&
			words[i]->until_s > 0 &&
			words[i]->until_s < verdict->until_s)
			verdict->until_s = words[i]->until_s;
}

void
kz_rows_verdict(struct kz_engine *engine, const struct kz_site *site,
	const struct kz_rows *rows, bool if_this_lasts,
	const struct kz_now *now, struct kz_verdict *verdict)
{
	const struct kz_config *config = engine->config;
	uint32_t lasts_s = config->persistence[KZ_CLASS_C].max_age_s;
	struct kz_verdict_input input = {
		.profile = config->profile,
		.rules = config->persistence,
		.nolisting_convicts = config->nolisting_convicts,
		.suspended = engine->suspended,
		.withheld = engine->withholding.now,
		.examined = site->examined_s > 0 &&
			now->wall_s - site->examined_s <= lasts_s,
		.if_this_lasts = if_this_lasts,
		.now_s = now->wall_s,
		.rows = rows->rows,
		.row_count = rows->count,
	};

	kz_verdict_make(&input, verdict);
	if (rows->until_s < verdict->until_s)
		verdict->until_s = rows->until_s;
	if (rows->unread)
		verdict->until_s = now->wall_s + UNREAD_S;
	if (input.examined && site->examined_s + lasts_s + 1 < verdict->until_s)
		verdict->until_s = site->examined_s + lasts_s + 1;
	apply_words(site, now, verdict);
}

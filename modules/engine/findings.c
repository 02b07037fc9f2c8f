/* SPDX-License-Identifier: ISC */
/* Stored evidence, told as the judged findings that it was made of. */
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "engine_priv.h"
#include "kizuki/engine/admin.h"

struct telling {
	kz_admin_finding *visit;
	void *arg;
	bool ended;
};

static void
tell(struct telling *telling, struct kz_finding *finding, int64_t when_s,
	enum kz_outcome outcome)
{
	if (telling->ended)
		return;
	finding->when_s = when_s;
	finding->outcome = outcome;
	telling->ended = !telling->visit(telling->arg, finding);
}

static void
tell_bad(struct telling *telling, struct kz_finding *finding,
	const struct kz_evidence *evidence, int64_t when_s)
{
	/* Of earlier values only the hash is kept: they are told empty. */
	if (when_s >= evidence->same_first_s)
		memcpy(finding->value, evidence->value, sizeof(finding->value));
	else
		finding->value[0] = '\0';
	tell(telling, finding, when_s, KZ_OUTCOME_BAD);
}

/* The oldest moments that are told by the slots; INT64_MAX: none. */
static int64_t
oldest_bad(const struct kz_evidence *evidence)
{
	for (size_t i = 0; i < evidence->slot_count; i++)
		if (evidence->slots[i].outcome == KZ_OUTCOME_BAD)
			return evidence->slots[i].when_s;
	return INT64_MAX;
}

static void
tell_row(struct telling *telling, const struct kz_name *subject,
	const struct kz_evidence_row *row)
{
	const struct kz_evidence *evidence = row->evidence;
	struct kz_finding finding = {
		.subject = *subject,
		.symptom = row->symptom,
		.source = kz_symptom_info(row->symptom)->class == KZ_CLASS_L
			? KZ_SOURCE_LOG
			: KZ_SOURCE_PROBE,
		.judged = true,
		.weight = evidence->weight,
		.ttl_s = evidence->ttl_s,
		.rest_count = evidence->rest_count,
	};
	int64_t oldest_s = oldest_bad(evidence);
	bool of_log = kz_symptom_info(row->symptom)->class == KZ_CLASS_L;

	(void)strlcpy(finding.object, row->object, sizeof(finding.object));
	(void)strlcpy(finding.why, evidence->why, sizeof(finding.why));
	memcpy(finding.rests, evidence->rests,
		evidence->rest_count * sizeof(finding.rests[0]));
	if (evidence->newest_ok_s > 0 && evidence->slot_count == 0)
		tell(telling, &finding, evidence->newest_ok_s, KZ_OUTCOME_OK);
	/* Slots are the newest ones; what began before them is told too. */
	if (evidence->first_bad_s > 0 && evidence->first_bad_s < oldest_s)
		tell_bad(telling, &finding, evidence, evidence->first_bad_s);
	if (evidence->same_first_s > evidence->first_bad_s &&
		evidence->same_first_s < oldest_s)
		tell_bad(telling, &finding, evidence, evidence->same_first_s);
	for (size_t i = 0; i < evidence->slot_count; i++) {
		const struct kz_slot *slot = &evidence->slots[i];

		finding.weight = slot->weight;
		finding.queue = of_log ? slot->value_hash : 0;
		if (slot->outcome == KZ_OUTCOME_BAD)
			tell_bad(telling, &finding, evidence, slot->when_s);
		else
			tell(telling, &finding, slot->when_s, slot->outcome);
	}
}

static void
tell_site(struct kz_engine *engine, struct telling *telling,
	const struct kz_name *site)
{
	static const struct kz_name nowhere;
	struct kz_rows rows;

	kz_rows_load(engine, site, &nowhere, &rows);
	for (size_t i = 0; i < rows.count && !telling->ended; i++)
		tell_row(telling, site, &rows.rows[i]);
	kz_rows_free(&rows);
}

/* reversed subject, NUL, symptom's identifier, NUL, object */
void
kz_admin_record(const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len, kz_admin_finding *visit, void *arg)
{
	struct telling telling = {.visit = visit, .arg = arg};
	const char *text = (const char *)key;
	const char *id = memchr(text, '\0', key_len);
	const char *end = id == NULL
		? NULL
		: memchr(id + 1, '\0', key_len - (size_t)(id + 1 - text));
	char object[KZ_OBJECT_MAX + 1];
	struct kz_name reversed, subject;
	struct kz_evidence evidence;
	struct kz_evidence_row row = {.object = object, .evidence = &evidence};
	size_t object_len;

	if (end == NULL)
		return;
	object_len = key_len - (size_t)(end + 1 - text);
	if (object_len > KZ_OBJECT_MAX ||
		kz_name_parse((struct kz_str){text, (size_t)(id - text)},
			&reversed) != KZ_OK ||
		kz_symptom_find((struct kz_str){id + 1, (size_t)(end - id - 1)},
			&row.symptom) != KZ_OK ||
		kz_evidence_decode(value, len, &evidence) != KZ_OK)
		return;
	memcpy(object, end + 1, object_len);
	object[object_len] = '\0';
	subject = kz_name_reversed(&reversed);
	tell_row(&telling, &subject, &row);
}

/* Subjects of evidence, each once: its rows stand together. */
struct subjects {
	struct kz_engine *engine;
	struct telling *telling;
	struct kz_name last;
	size_t left; /* subjects that may still be told */
	bool more;   /* there was one more */
};

static bool
next_subject(void *arg, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len)
{
	struct subjects *subjects = arg;
	const uint8_t *end = memchr(key, '\0', key_len);
	struct kz_name reversed, subject;

	(void)value;
	(void)len;
	if (end == NULL ||
		kz_name_parse(
			(struct kz_str){(const char *)key, (size_t)(end - key)},
			&reversed) != KZ_OK)
		return true;
	subject = kz_name_reversed(&reversed);
	if (kz_name_equal(&subject, &subjects->last))
		return true;
	if (subjects->left == 0) {
		subjects->more = true;
		return false;
	}
	subjects->left--;
	subjects->last = subject;
	tell_site(subjects->engine, subjects->telling, &subject);
	return !subjects->telling->ended;
}

enum kz_result
kz_admin_findings(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now, kz_admin_finding *visit, void *arg)
{
	struct telling telling = {.visit = visit, .arg = arg};
	struct subjects subjects = {
		.engine = engine, .telling = &telling, .left = SIZE_MAX};

	(void)now;
	if (site != NULL) {
		tell_site(engine, &telling, site);
		return KZ_OK;
	}
	return kz_store_scan(engine->store, KZ_TABLE_EVIDENCE,
		(const uint8_t *)"", 0, NULL, 0, 0, next_subject, &subjects);
}

enum kz_result
kz_admin_findings_after(struct kz_engine *engine, struct kz_name *after,
	size_t count, kz_admin_finding *visit, void *arg)
{
	struct telling telling = {.visit = visit, .arg = arg};
	struct subjects subjects = {.engine = engine,
		.telling = &telling,
		.last = *after,
		.left = count};
	uint8_t from[KZ_NAME_MAX + 1];
	size_t len = 0;
	enum kz_result result;

	/* Behind every key of the subject told last: they go on with NUL. */
	if (after->len > 0) {
		len = kz_memo_key(after, from, KZ_NAME_MAX);
		from[len++] = 1;
	}
	result = kz_store_scan(engine->store, KZ_TABLE_EVIDENCE,
		(const uint8_t *)"", 0, len > 0 ? from : NULL, len, 0,
		next_subject, &subjects);
	if (result != KZ_OK)
		return result;
	*after = subjects.more ? subjects.last : (struct kz_name){0};
	return KZ_OK;
}

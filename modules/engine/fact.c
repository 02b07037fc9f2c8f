/* SPDX-License-Identifier: ISC */
#include "fact_priv.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "engine_priv.h"
#include "kizuki/core/words.h"

#define WARN_S (7 * INT64_C(86400))
#define DAY_S  INT64_C(86400)

static int
compare(const void *left, const void *right)
{
	const struct kz_fact *a = left, *b = right;

	return kz_name_compare(&a->domain, &b->domain);
}

void
kz_facts_free(struct kz_engine *engine)
{
	free(engine->facts.list);
	engine->facts = (struct kz_fact_table){0};
}

static void
warn_of(struct kz_engine *engine, const struct kz_fact *fact,
	const struct kz_now *now)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&line, fact->pardon ? "pardon" : "fact");
	kz_text_word(&line, fact->until_s > now->wall_s ? " ends" : " is over");
	kz_text_pair(&line, "site", kz_name_str(&fact->domain));
	kz_text_word(&line, " symptom=");
	kz_text_word(&line, kz_symptom_info(fact->symptom)->id);
	kz_text_pair(&line, "by", (struct kz_str){fact->by, strlen(fact->by)});
	kz_text_word(&line, " until=");
	kz_words_day(fact->until_s, &line);
	kz_engine_log(engine, KZ_LOG_WARNING, &line);
}

void
kz_facts_tick(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_fact_table *facts = &engine->facts;
	int64_t reach_s = now->wall_s + WARN_S;

	if (facts->count == 0 || now->wall_s / DAY_S == facts->warned_s / DAY_S)
		return;
	facts->warned_s = now->wall_s;
	for (size_t i = 0; i < facts->count; i++)
		if (facts->list[i].until_s <= reach_s &&
			facts->list[i].until_s > now->wall_s - DAY_S)
			warn_of(engine, &facts->list[i], now);
}

void
kz_engine_facts(struct kz_engine *engine, const struct kz_fact *list,
	size_t count, const struct kz_now *now)
{
	struct kz_fact_table *facts = &engine->facts;

	kz_facts_free(engine);
	if (count > 0) {
		facts->list = kz_engine_alloc(count, sizeof(*list));
		memcpy(facts->list, list, count * sizeof(*list));
		qsort(facts->list, count, sizeof(*list), compare);
	}
	facts->count = count;
	facts->read_s = now->wall_s;
	engine->epoch++;
	kz_facts_tick(engine, now);
}

static void
append_row(struct kz_engine *engine, const struct kz_fact *fact,
	struct kz_rows *rows)
{
	size_t at = rows->count;
	struct kz_evidence *evidence;
	int64_t on_s = fact->on_s > 0 ? fact->on_s : engine->facts.read_s;

	if (at == KZ_ROWS_MAX || fact->until_s <= on_s)
		return;
	kz_rows_need(rows);
	evidence = &rows->evidence[at];
	*evidence = kz_evidence_make();
	evidence->first_bad_s = evidence->newest_bad_s = on_s;
	evidence->same_first_s = on_s;
	evidence->bads = evidence->same = 1;
	evidence->weight = kz_symptom_info(fact->symptom)->points;
	evidence->ttl_s = (uint32_t)(fact->until_s - on_s);
	(void)strlcpy(evidence->value, fact->object, sizeof(evidence->value));
	(void)strlcpy(
		evidence->why, "stated by the operator", sizeof(evidence->why));
	(void)strlcpy(rows->objects[at], fact->object, KZ_OBJECT_MAX + 1);
	rows->subjects[at] = fact->domain;
	rows->rows[at] = (struct kz_evidence_row){
		.symptom = fact->symptom,
		.object = rows->objects[at],
		.evidence = evidence,
	};
	rows->count++;
}

static void
pardon_rows(const struct kz_fact *fact, int64_t now_s, struct kz_rows *rows)
{
	if (fact->until_s <= now_s)
		return;
	for (size_t i = 0; i < rows->count; i++)
		if (rows->rows[i].symptom == fact->symptom)
			rows->rows[i].pardoned = true;
	if (fact->until_s < rows->until_s)
		rows->until_s = fact->until_s;
}

/* The first fact of exactly this domain, or the end of the list. */
static size_t
first_of(const struct kz_fact_table *facts, const struct kz_name *domain)
{
	size_t low = 0, high = facts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kz_name_compare(&facts->list[middle].domain, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * What is registered is registered for all names below it: a fact about a
 * registration holds for the site and every site below.  A pardon is of one
 * site.
 */
void
kz_facts_apply(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now, struct kz_rows *rows)
{
	const struct kz_fact_table *facts = &engine->facts;
	struct kz_name domain = *site;

	if (facts->count == 0)
		return;
	for (; domain.len > 0; domain = kz_name_parent(&domain)) {
		for (size_t i = first_of(facts, &domain); i < facts->count &&
			kz_name_equal(&facts->list[i].domain, &domain);
			i++) {
			const struct kz_fact *fact = &facts->list[i];

			if (!fact->pardon)
				append_row(engine, fact, rows);
			else if (domain.len == site->len)
				pardon_rows(fact, now->wall_s, rows);
		}
	}
}

/* SPDX-License-Identifier: ISC */
#include "memo_priv.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "share_priv.h"

/* Some 2 KB each; sites asked about within an hour or so. */
#define MEMOS_MAX 20000

static int
compare(const struct kz_memo *left, const struct kz_memo *right)
{
	return kz_name_compare(&left->name, &right->name);
}

RB_GENERATE_INTERNAL(kz_memo_tree, kz_memo, node, compare,
	static __attribute__((__unused__)))

size_t
kz_memo_key(const struct kz_name *site, uint8_t *key, size_t size)
{
	struct kz_name reversed = kz_name_reversed(site);

	if (reversed.len > size)
		return 0;
	memcpy(key, reversed.text, reversed.len);
	return reversed.len;
}

static void
drop(struct kz_engine *engine, struct kz_memo *memo)
{
	RB_REMOVE(kz_memo_tree, &engine->memos.tree, memo);
	TAILQ_REMOVE(&engine->memos.list, memo, age);
	engine->memos.count--;
	free(memo->met);
	free(memo->clients);
	free(memo);
}

void
kz_memos_free(struct kz_engine *engine)
{
	while (!TAILQ_EMPTY(&engine->memos.list))
		drop(engine, TAILQ_FIRST(&engine->memos.list));
}

static struct kz_memo *
cached(struct kz_engine *engine, const struct kz_name *site)
{
	struct kz_memo *memo = TAILQ_FIRST(&engine->memos.list);
	struct kz_memo key;

	if (memo != NULL && kz_name_equal(&memo->name, site))
		return memo;
	key.name = *site;
	memo = RB_FIND(kz_memo_tree, &engine->memos.tree, &key);
	if (memo != NULL) {
		TAILQ_REMOVE(&engine->memos.list, memo, age);
		TAILQ_INSERT_HEAD(&engine->memos.list, memo, age);
	}
	return memo;
}

static enum kz_result
read_site(struct kz_engine *engine, const struct kz_name *name,
	struct kz_site *site)
{
	uint8_t key[KZ_NAME_MAX];
	uint8_t record[KZ_SITE_RECORD_SIZE];
	size_t key_len = kz_memo_key(name, key, sizeof(key));
	size_t len = 0;
	enum kz_result result = kz_store_get(engine->store, KZ_TABLE_SITE, key,
		key_len, record, sizeof(record), &len);

	return result == KZ_OK ? kz_site_decode(record, len, site) : result;
}

static struct kz_memo *
keep(struct kz_engine *engine, const struct kz_name *name,
	const struct kz_site *site)
{
	struct kz_memo *memo;

	while (engine->memos.count >= MEMOS_MAX)
		drop(engine, TAILQ_LAST(&engine->memos.list, kz_memo_list));
	memo = kz_engine_alloc(1, sizeof(*memo));
	memo->name = *name;
	memo->change = ++engine->memos.changes;
	if (site != NULL) {
		memo->site = *site;
		memo->stored = true;
	}
	(void)RB_INSERT(kz_memo_tree, &engine->memos.tree, memo);
	TAILQ_INSERT_HEAD(&engine->memos.list, memo, age);
	engine->memos.count++;
	return memo;
}

/* In memory, or in the store; NULL: in neither, as far as can be told. */
static struct kz_memo *
known(struct kz_engine *engine, const struct kz_name *site, bool *unread)
{
	struct kz_memo *memo = cached(engine, site);
	struct kz_site record;
	enum kz_result result;

	*unread = false;
	if (memo != NULL && !memo->unread)
		return memo;
	result = read_site(engine, site, &record);
	*unread = result == KZ_EIO || result == KZ_EVERSION;
	if (memo == NULL)
		return result == KZ_OK ? keep(engine, site, &record) : NULL;
	memo->unread = *unread;
	if (result == KZ_OK) {
		memo->site = record;
		memo->stored = true;
		memo->valid = false;
	}
	return memo;
}

struct kz_memo *
kz_memo_peek(struct kz_engine *engine, const struct kz_name *site)
{
	bool unread;

	return known(engine, site, &unread);
}

struct kz_memo *
kz_memo_find(struct kz_engine *engine, const struct kz_name *site)
{
	bool unread;
	struct kz_memo *memo = known(engine, site, &unread);

	if (memo != NULL)
		return memo;
	memo = keep(engine, site, NULL);
	memo->unread = unread;
	return memo;
}

void
kz_memo_save(struct kz_engine *engine, struct kz_memo *memo)
{
	uint8_t key[KZ_NAME_MAX];
	uint8_t record[KZ_SITE_RECORD_SIZE];
	size_t key_len = kz_memo_key(&memo->name, key, sizeof(key));
	size_t len = 0;

	/* What is stored, an operator's words too, is not written over. */
	if (memo->unread)
		return;
	if (kz_site_encode(&memo->site, record, sizeof(record), &len) != KZ_OK)
		return;
	kz_engine_put(engine, KZ_TABLE_SITE, key, key_len, record, len);
	memo->stored = true;
}

void
kz_memo_stale(struct kz_engine *engine, const struct kz_name *subject)
{
	struct kz_memo *memo = cached(engine, subject);

	if (memo == NULL)
		return;
	memo->valid = false;
	/* A zone's evidence counts for the sites below it too. */
	memo->change = ++engine->memos.changes;
}

bool
kz_memo_clean(struct kz_engine *engine, const struct kz_name *subject)
{
	const struct kz_memo *memo = cached(engine, subject);

	return memo != NULL && memo->clean;
}

void
kz_memo_set_clean(
	struct kz_engine *engine, const struct kz_name *subject, bool clean)
{
	struct kz_memo *memo = cached(engine, subject);

	if (memo != NULL)
		memo->clean = clean;
}

void
kz_memo_remove(struct kz_engine *engine, const struct kz_name *site)
{
	uint8_t key[KZ_NAME_MAX];
	size_t key_len = kz_memo_key(site, key, sizeof(key));
	struct kz_memo *memo = cached(engine, site);

	if (memo != NULL)
		drop(engine, memo);
	KZ_IGNORE(kz_store_delete(engine->store, KZ_TABLE_SITE, key, key_len),
		"the store says what it cannot do");
}

static void
say_change(struct kz_engine *engine, struct kz_memo *memo)
{
	bool broken = memo->state == KZ_VERDICT_BROKEN;
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	if (broken == memo->was_broken)
		return;
	memo->was_broken = broken;
	kz_engine_count(
		engine, broken ? KZ_COUNT_CONVICTED : KZ_COUNT_RELEASED);
	kz_text_word(&line, "verdict");
	kz_text_pair(&line, "site", kz_name_str(&memo->name));
	kz_text_word(&line, " state=");
	kz_text_word(&line, kz_verdict_state_text(memo->state));
	kz_text_pair_number(&line, "total", memo->total);
	kz_text_word(&line, " why=");
	kz_text_word(
		&line, memo->has_why ? kz_symptom_info(memo->why)->id : "-");
	kz_engine_log(engine, KZ_LOG_INFO, &line);
}

static void
remake(struct kz_engine *engine, struct kz_memo *memo, const struct kz_now *now)
{
	struct kz_verdict verdict;
	struct kz_rows rows;

	kz_rows_load(engine, &memo->name, &memo->site.zone, &rows);
	kz_facts_apply(engine, &memo->name, now, &rows);
	kz_share_apply(engine, now, &rows);
	kz_rows_verdict(engine, &memo->site, &rows, false, now, &verdict);
	kz_rows_free(&rows);
	memo->valid = true;
	memo->epoch = engine->epoch;
	memo->state = verdict.state;
	memo->total = verdict.total;
	memo->until_s = verdict.until_s;
	memo->ripe_s = verdict.ripe_s;
	kz_withhold_verdict(engine, &memo->name, &verdict, &memo->alone, now);
	memo->has_why = verdict.reason_count > 0 &&
		verdict.reasons[0].fate == KZ_REASON_COUNTS;
	if (memo->has_why)
		memo->why = verdict.reasons[0].symptom;
	say_change(engine, memo);
}

/* The stamp of the evidence that a site shares with its zone. */
static uint64_t
zone_change(struct kz_engine *engine, const struct kz_memo *memo)
{
	const struct kz_name *zone = &memo->site.zone;

	if (zone->len == 0 || kz_name_equal(zone, &memo->name))
		return 0;
	return kz_memo_find(engine, zone)->change;
}

enum kz_verdict_state
kz_memo_verdict(struct kz_engine *engine, struct kz_memo *memo,
	const struct kz_now *now)
{
	uint64_t change = zone_change(engine, memo);

	if (!memo->valid || memo->epoch != engine->epoch ||
		memo->zone_change != change || now->wall_s >= memo->until_s) {
		memo->zone_change = change;
		remake(engine, memo, now);
	}
	return memo->state;
}

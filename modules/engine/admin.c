/* SPDX-License-Identifier: ISC */
#include "kizuki/engine/admin.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "grey_priv.h"
#include "kizuki/engine/observe.h"
#include "share_priv.h"

static struct kz_site_word *
word_of(struct kz_memo *memo, enum kz_word word)
{
	switch (word) {
	case KZ_WORD_ALLOW:
		return &memo->site.allow;
	case KZ_WORD_DENY:
		return &memo->site.deny;
	case KZ_WORD_PARDON:
		break;
	}
	return &memo->site.pardon;
}

enum kz_result
kz_admin_say(struct kz_engine *engine, const struct kz_name *site,
	enum kz_word word, int64_t until_s, struct kz_str why,
	const struct kz_now *now)
{
	struct kz_memo *memo;
	struct kz_site_word *said;

	if (site->len == 0 || why.len > KZ_SITE_NOTE_MAX ||
		(until_s != 0 && until_s <= now->wall_s))
		return KZ_EINVAL;
	memo = kz_memo_find(engine, site);
	said = word_of(memo, word);
	*said = (struct kz_site_word){.said = true, .until_s = until_s};
	memcpy(said->why, why.ptr, why.len);
	memo->valid = false;
	kz_memo_save(engine, memo);
	return KZ_OK;
}

enum kz_result
kz_admin_unsay(struct kz_engine *engine, const struct kz_name *site,
	enum kz_word word, const struct kz_now *now)
{
	struct kz_memo *memo = kz_memo_peek(engine, site);

	if (memo == NULL ||
		!kz_site_word_holds(word_of(memo, word), now->wall_s))
		return KZ_NOT_FOUND;
	*word_of(memo, word) = (struct kz_site_word){0};
	memo->valid = false;
	kz_memo_save(engine, memo);
	return KZ_OK;
}

struct forgetting {
	struct kz_engine *engine;
	size_t count;
};

static bool
forget_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct forgetting *forgetting = arg;

	(void)value;
	(void)len;
	forgetting->count++;
	KZ_IGNORE(kz_store_delete(forgetting->engine->store, KZ_TABLE_EVIDENCE,
			  key, key_len),
		"the store says what it cannot do");
	return true;
}

enum kz_result
kz_admin_forget(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now)
{
	struct forgetting forgetting = {.engine = engine};
	struct kz_memo *memo = kz_memo_peek(engine, site);
	uint8_t prefix[KZ_NAME_MAX + 1];
	size_t len = kz_memo_key(site, prefix, KZ_NAME_MAX);

	(void)now;
	prefix[len++] = '\0';
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_EVIDENCE, prefix, len,
			  NULL, 0, 0, forget_row, &forgetting),
		"what cannot be read lapses by itself");
	kz_grey_forget(engine, site);
	kz_memo_stale(engine, site);
	if (memo == NULL && forgetting.count == 0)
		return KZ_NOT_FOUND;
	kz_memo_remove(engine, site);
	return KZ_OK;
}

void
kz_admin_backup(struct kz_engine *engine)
{
	kz_store_backup(engine->store);
}

struct listing {
	struct kz_engine *engine;
	const enum kz_verdict_state *state;
	size_t limit;
	size_t count;
	const struct kz_now *now;
	kz_admin_site *visit;
	void *arg;
};

/* The oldest first bad of the reasons with that fate. */
static int64_t
oldest_bad(const struct kz_verdict *verdict, const struct kz_rows *rows,
	enum kz_reason_fate fate)
{
	int64_t oldest_s = 0;

	for (size_t i = 0; i < verdict->reason_count; i++) {
		const struct kz_reason *reason = &verdict->reasons[i];
		int64_t first_s = rows->rows[reason->row].evidence->first_bad_s;

		if (reason->fate == fate &&
			(oldest_s == 0 || first_s < oldest_s))
			oldest_s = first_s;
	}
	return oldest_s;
}

static bool
list_site(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct listing *listing = arg;
	struct kz_engine *engine = listing->engine;
	struct kz_name reversed, name;
	struct kz_verdict verdict;
	struct kz_site site;
	struct kz_rows rows;
	int64_t since_s = 0;

	if (kz_site_decode(value, len, &site) != KZ_OK ||
		kz_name_parse((struct kz_str){(const char *)key, key_len},
			&reversed) != KZ_OK)
		return true;
	name = kz_name_reversed(&reversed);
	kz_rows_load(engine, &name, &site.zone, &rows);
	kz_facts_apply(engine, &name, listing->now, &rows);
	kz_share_apply(engine, listing->now, &rows);
	kz_rows_verdict(engine, &site, &rows, false, listing->now, &verdict);
	since_s = oldest_bad(&verdict, &rows, KZ_REASON_COUNTS);
	if (since_s == 0)
		since_s = oldest_bad(&verdict, &rows, KZ_REASON_WAITING);
	kz_rows_free(&rows);
	if (listing->state != NULL && *listing->state != verdict.state)
		return true;
	listing->count++;
	return listing->visit(listing->arg, &name, &site, &verdict, since_s) &&
		listing->count != listing->limit;
}

enum kz_result
kz_admin_sites(struct kz_engine *engine, const enum kz_verdict_state *state,
	size_t limit, const struct kz_now *now, kz_admin_site *visit, void *arg)
{
	struct listing listing = {
		.engine = engine,
		.state = state,
		.limit = limit,
		.now = now,
		.visit = visit,
		.arg = arg,
	};

	return kz_store_scan(engine->store, KZ_TABLE_SITE, (const uint8_t *)"",
		0, NULL, 0, 0, list_site, &listing);
}

enum kz_result
kz_site_view_make(struct kz_engine *engine, const struct kz_name *site,
	bool if_this_lasts, const struct kz_now *now,
	struct kz_site_view **view)
{
	struct kz_memo *memo = kz_memo_peek(engine, site);
	struct kz_site_view *made = kz_engine_alloc(1, sizeof(*made));
	struct kz_rows *rows = kz_engine_alloc(1, sizeof(*rows));

	made->name = *site;
	if (memo != NULL)
		made->site = memo->site;
	kz_rows_load(engine, site, &made->site.zone, rows);
	kz_facts_apply(engine, site, now, rows);
	kz_share_apply(engine, now, rows);
	kz_rows_verdict(
		engine, &made->site, rows, if_this_lasts, now, &made->verdict);
	made->known = memo != NULL || rows->count > 0;
	made->row_count = rows->count;
	made->rows = rows->rows;
	made->owned = rows;
	*view = made;
	return KZ_OK;
}

void
kz_site_view_free(struct kz_site_view **view)
{
	if (*view == NULL)
		return;
	kz_rows_free((*view)->owned);
	free((*view)->owned);
	free(*view);
	*view = NULL;
}

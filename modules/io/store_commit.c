/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

/* Between attempts while the disk fails. */
#define RETRY_S 5

/* Reopening within one commit: once to recover, once after setting aside. */
#define REOPEN_MAX 3

static int
row_write(DB *db, DB_TXN *txn, struct store_row *row)
{
	DBT key = {.data = row->bytes, .size = row->key_len};
	DBT data = {.data = row->bytes + row->key_len, .size = row->len};
	int answer;

	if (!row->deleted)
		return db->put(db, txn, &key, &data, 0);
	answer = db->del(db, txn, &key, 0);
	return answer == DB_NOTFOUND ? 0 : answer;
}

/* At most STORE_TXN_ROWS in the order of tables and keys. */
static void
rows_write(struct kz_store *store, DB_TXN *txn, struct store_overlay *overlay,
	struct store_outcome *outcome)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct store_row *row = store_overlay_first(overlay, table);

		for (; row != NULL; row = store_overlay_next(row)) {
			if (outcome->rows == STORE_TXN_ROWS)
				return;
			atomic_store_explicit(&store->threads.busy_table,
				(int)table, memory_order_relaxed);
			outcome->answer =
				row_write(store->table[table], txn, row);
			if (outcome->answer != 0) {
				outcome->table = table;
				outcome->row = row;
				return;
			}
			outcome->rows++;
		}
	}
}

static void
transaction(struct kz_store *store, struct store_overlay *overlay,
	struct store_outcome *outcome)
{
	DB_ENV *env = store->env;
	DB_TXN *txn;

	*outcome = (struct store_outcome){.table = STORE_NO_TABLE};
	/* without the flush a row survives SIGKILL, and a second later more */
	outcome->answer = env->txn_begin(env, NULL, &txn,
		store->options.sync ? DB_TXN_SYNC : DB_TXN_WRITE_NOSYNC);
	if (outcome->answer != 0)
		return;
	rows_write(store, txn, overlay, outcome);
	if (outcome->answer != 0)
		(void)txn->abort(txn);
	else
		outcome->answer = txn->commit(txn, 0);
}

void
store_transaction(struct kz_store *store, struct store_overlay *overlay,
	struct store_outcome *outcome)
{
	transaction(store, overlay, outcome);
	if (outcome->answer == DB_LOCK_DEADLOCK)
		transaction(store, overlay, outcome);
	atomic_store(&store->threads.busy_table, (int)STORE_NO_TABLE);
}

void
store_outcome_trouble(
	struct kz_store *store, const struct store_outcome *outcome)
{
	const struct store_row *row = outcome->row;

	store_trouble(store, outcome->table, row != NULL ? row->key : NULL,
		row != NULL ? row->key_len : 0, outcome->answer);
}

/* The rows that rows_write took, found in the same order. */
static void
rows_drop(struct kz_store *store, size_t rows)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct store_row *row;

		while (rows > 0 &&
			(row = store_overlay_first(&store->overlay, table)) !=
				NULL) {
			store_overlay_drop(&store->overlay, table, row);
			rows--;
		}
	}
}

static void
works_again(struct kz_store *store, size_t written)
{
	store->suspect.strikes = 0;
	if (!store->state.failing)
		return;
	store->state.failing = false;
	store->state.cause[0] = '\0';
	store_notes_clear(store);
	store_say(store, KZ_STORE_WARNING,
		"%s works again; records that waited in memory and are on disk "
		"now: %zu",
		store->home, written);
}

enum kz_result
store_flush(struct kz_store *store)
{
	size_t written = 0;

	while (store->overlay.rows > 0) {
		const struct store_outcome *outcome = &store->writer.outcome;

		if (store_writer_run(store) != KZ_OK)
			return KZ_EIO;
		if (outcome->answer != 0) {
			store_outcome_trouble(store, outcome);
			return KZ_EIO;
		}
		rows_drop(store, outcome->rows);
		written += outcome->rows;
		kz_store_beat(store);
		store->state.commits++;
	}
	works_again(store, written);
	return KZ_OK;
}

static bool
is_due(const struct kz_store *store, int64_t now_s)
{
	/* a clock that was set back is no reason to wait for it */
	return !store->tried || now_s < store->tried_s ||
		now_s - store->tried_s >= RETRY_S;
}

/* The folder was taken away under an open environment. */
static void
folder_gone(struct kz_store *store)
{
	atomic_store(&store->threads.gone, false);
	store_fail(
		store, "%s was removed or replaced while in use", store->home);
	store_detach(store, true);
	store->tried = false;
}

enum kz_result
kz_store_commit(struct kz_store *store, int64_t now_s)
{
	if (!store_writer_ready(store))
		return KZ_EIO;
	if (atomic_load_explicit(&store->threads.gone, memory_order_relaxed) &&
		store->env != NULL)
		folder_gone(store);
	if (store->overlay.rows == 0 && !store->state.failing)
		return KZ_OK;
	if (store->state.failing && !is_due(store, now_s))
		return store->overlay.rows > 0 ? KZ_EIO : KZ_OK;
	for (int i = 0; i < REOPEN_MAX; i++) {
		store->tried = true;
		store->tried_s = now_s;
		if (store->env == NULL && store_attach(store) != KZ_OK)
			break;
		if (store_flush(store) == KZ_OK)
			return KZ_OK;
		/* set back by damage: opening again may help at once */
		if (store->tried || store->writer.stalled)
			break;
	}
	return store->overlay.rows > 0 ? KZ_EIO : KZ_OK;
}

/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

/* Between attempts while the disk fails. */
#define RETRY_S 5

/* Reopening within one commit: once to recover, once after setting aside. */
#define REOPEN_MAX 3

struct place {
	enum kz_table table;
	struct store_row *row; /* NULL: the transaction itself */
};

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
static int
rows_write(
	struct kz_store *store, DB_TXN *txn, size_t *rows, struct place *place)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct store_row *row =
			store_overlay_first(&store->overlay, table);

		for (; row != NULL; row = store_overlay_next(row)) {
			int answer;

			if (*rows == STORE_TXN_ROWS)
				return 0;
			atomic_store_explicit(&store->threads.busy_table,
				(int)table, memory_order_relaxed);
			answer = row_write(store->table[table], txn, row);
			if (answer != 0) {
				*place = (struct place){table, row};
				return answer;
			}
			(*rows)++;
		}
	}
	return 0;
}

static int
transaction(struct kz_store *store, size_t *rows, struct place *place)
{
	DB_ENV *env = store->env;
	DB_TXN *txn;
	int answer;

	*rows = 0;
	*place = (struct place){STORE_NO_TABLE, NULL};
	/* without the flush a row survives SIGKILL, and a second later more */
	answer = env->txn_begin(env, NULL, &txn,
		store->options.sync ? DB_TXN_SYNC : DB_TXN_WRITE_NOSYNC);
	if (answer != 0)
		return answer;
	answer = rows_write(store, txn, rows, place);
	if (answer != 0) {
		(void)txn->abort(txn);
		return answer;
	}
	return txn->commit(txn, 0);
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
		struct place place;
		size_t rows;
		int answer;

		answer = transaction(store, &rows, &place);
		if (answer == DB_LOCK_DEADLOCK)
			answer = transaction(store, &rows, &place);
		atomic_store(&store->threads.busy_table, (int)STORE_NO_TABLE);
		if (answer != 0) {
			store_trouble(store, place.table,
				place.row != NULL ? place.row->key : NULL,
				place.row != NULL ? place.row->key_len : 0,
				answer);
			return KZ_EIO;
		}
		rows_drop(store, rows);
		written += rows;
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
		if (store->tried)
			break;
	}
	return store->overlay.rows > 0 ? KZ_EIO : KZ_OK;
}

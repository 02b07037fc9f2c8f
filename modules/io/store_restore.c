/* SPDX-License-Identifier: ISC */
/*
 * Out of the newest backup: the records of a table that was set aside, or is
 * gone, are put into the one that begins anew.  Record by record, through
 * transactions: a file put in the place of another would not fit the log.
 */
#include "store_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

static void
say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

static DB *
open_copy(const char *folder, enum kz_table table)
{
	char path[STORE_PATH_MAX];
	int len = snprintf(
		path, sizeof(path), "%s/%s", folder, store_table_name(table));
	DB *db;

	if (len < 0 || (size_t)len >= sizeof(path) ||
		db_create(&db, NULL, 0) != 0)
		return NULL;
	db->set_errcall(db, say_nothing);
	if (db->open(db, NULL, path, NULL, DB_BTREE, DB_RDONLY, 0) == 0)
		return db;
	(void)db->close(db, 0);
	return NULL;
}

int
store_backup_mark(const struct kz_store *store, enum kz_table table, DBT *data)
{
	char folder[STORE_PATH_MAX];
	DBT key = {.size = 0};
	int64_t made_s;
	int answer;
	DB *db;

	if (kz_store_newest_backup(
		    store->home, folder, sizeof(folder), &made_s) != KZ_OK)
		return DB_NOTFOUND;
	db = open_copy(folder, table);
	if (db == NULL)
		return DB_NOTFOUND;
	answer = db->get(db, NULL, &key, data, 0);
	(void)db->close(db, 0);
	return answer;
}

/* At most STORE_TXN_ROWS from the cursor on; *done: there are no more. */
static int
copy_some(struct kz_store *store, enum kz_table table, DBC *cursor,
	size_t *count, bool *done)
{
	DB *db = store->table[table];
	DBT key = {.size = 0}, data = {.size = 0};
	DB_TXN *txn;
	int answer = store->env->txn_begin(
		store->env, NULL, &txn, DB_TXN_WRITE_NOSYNC);

	if (answer != 0)
		return answer;
	for (size_t i = 0; i < STORE_TXN_ROWS && answer == 0; i++) {
		answer = cursor->get(cursor, &key, &data, DB_NEXT);
		if (answer == DB_NOTFOUND) {
			*done = true;
			answer = 0;
			break;
		}
		/* the empty key is the table's own mark */
		if (answer == 0 && key.size > 0) {
			answer = db->put(db, txn, &key, &data, 0);
			*count += 1;
		}
	}
	if (answer == 0)
		return txn->commit(txn, 0);
	(void)txn->abort(txn);
	return answer;
}

static int
copy_all(struct kz_store *store, enum kz_table table, DB *from, size_t *count)
{
	bool done = false;
	DBC *cursor;
	int answer = from->cursor(from, NULL, &cursor, 0);

	if (answer != 0)
		return answer;
	while (!done && answer == 0)
		answer = copy_some(store, table, cursor, count, &done);
	(void)cursor->close(cursor);
	return answer;
}

static void
restore_table(struct kz_store *store, enum kz_table table, const char *folder,
	int64_t age_s)
{
	const char *name = store_table_name(table);
	DB *from = open_copy(folder, table);
	size_t count = 0;
	int answer;

	if (from == NULL) {
		store_say(store, KZ_STORE_ALERT, "%s/%s cannot be read", folder,
			name);
		return;
	}
	answer = copy_all(store, table, from, &count);
	(void)from->close(from, 0);
	if (answer == 0)
		store_say(store, KZ_STORE_ALERT,
			"%s/%s: %zu records came back from the backup %s, made "
			"%lld minutes ago; what is younger is lost",
			store->home, name, count, folder,
			(long long)(age_s / 60));
	else
		store_say(store, KZ_STORE_ALERT,
			"%s/%s: only %zu records came back from the backup %s: "
			"%s",
			store->home, name, count, folder,
			store_reason_text(store_env_reason(store, answer) != 0
					? store_env_reason(store, answer)
					: answer));
}

void
store_restore(struct kz_store *store, const bool wanted[KZ_TABLE_COUNT])
{
	char folder[STORE_PATH_MAX];
	int64_t made_s;

	if (kz_store_newest_backup(
		    store->home, folder, sizeof(folder), &made_s) != KZ_OK)
		return;
	store_pause(store, true);
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++)
		if (wanted[table])
			restore_table(store, table, folder,
				kz_clock_now_s() - made_s);
	store_pause(store, false);
}

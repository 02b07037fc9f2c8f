/* SPDX-License-Identifier: ISC */
/*
 * Each table holds one record under the empty key: which store it belongs to,
 * and the store's secret.  So a file that was deleted and comes back empty is
 * noticed, and the loss of one file does not lose the secret.
 */
#include "store_priv.h"

#include <string.h>

#define MARK_VERSION 1
#define MARK_LEN     (1 + STORE_GENERATION_LEN + STORE_SECRET_LEN)

enum mark_state { MARK_MISSING, MARK_OURS, MARK_STRANGE };

struct marks {
	bool adopted; /* the identity comes from disk */
	enum mark_state state[KZ_TABLE_COUNT];
};

static void
adopt(struct kz_store *store, const uint8_t *mark)
{
	memcpy(store->generation, mark + 1, STORE_GENERATION_LEN);
	memcpy(store->secret, mark + 1 + STORE_GENERATION_LEN,
		STORE_SECRET_LEN);
}

static int
mark_read(struct kz_store *store, enum kz_table table, struct marks *marks)
{
	uint8_t mark[MARK_LEN];
	DB *db = store->table[table];
	DBT key = {.size = 0};
	DBT data = {.data = mark, .ulen = MARK_LEN, .flags = DB_DBT_USERMEM};
	int answer = db->get(db, NULL, &key, &data, 0);

	marks->state[table] = MARK_MISSING;
	if (answer == DB_NOTFOUND)
		return 0;
	/* a longer one is a later version's */
	if (answer == DB_BUFFER_SMALL)
		return DB_OLD_VERSION;
	if (answer != 0)
		return answer;
	if (data.size != MARK_LEN || mark[0] > MARK_VERSION)
		return DB_OLD_VERSION;
	if (!marks->adopted)
		adopt(store, mark);
	marks->adopted = true;
	marks->state[table] =
		memcmp(mark + 1, store->generation, STORE_GENERATION_LEN) == 0
		? MARK_OURS
		: MARK_STRANGE;
	return 0;
}

/* All tables are gone: who we are, the backup knows. */
static void
adopt_backup(struct kz_store *store, struct marks *marks)
{
	uint8_t mark[MARK_LEN];
	DBT data = {.data = mark, .ulen = MARK_LEN, .flags = DB_DBT_USERMEM};

	if (store_backup_mark(store, KZ_TABLE_META, &data) != 0 ||
		data.size != MARK_LEN || mark[0] > MARK_VERSION)
		return;
	adopt(store, mark);
	marks->adopted = true;
}

static int
mark_write(struct kz_store *store, enum kz_table table, DB_TXN *txn)
{
	uint8_t mark[MARK_LEN] = {MARK_VERSION};
	DB *db = store->table[table];
	DBT key = {.size = 0};
	DBT data = {.data = mark, .size = MARK_LEN};

	memcpy(mark + 1, store->generation, STORE_GENERATION_LEN);
	memcpy(mark + 1 + STORE_GENERATION_LEN, store->secret,
		STORE_SECRET_LEN);
	return db->put(db, txn, &key, &data, 0);
}

static int
marks_write(struct kz_store *store, const struct marks *marks)
{
	DB_TXN *txn;
	int answer = store->env->txn_begin(store->env, NULL, &txn, DB_TXN_SYNC);

	if (answer != 0)
		return answer;
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		if (marks->state[table] != MARK_MISSING)
			continue;
		answer = mark_write(store, table, txn);
		if (answer != 0) {
			(void)txn->abort(txn);
			return answer;
		}
	}
	return txn->commit(txn, 0);
}

static void
marks_say(struct kz_store *store, const struct marks *marks)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		const char *name = store_table_name(table);

		if (marks->state[table] == MARK_MISSING && marks->adopted &&
			!store->emptied[table])
			store_say(store, KZ_STORE_ALERT,
				"%s/%s was missing: it begins empty",
				store->home, name);
		if (marks->state[table] == MARK_STRANGE)
			store_say(store, KZ_STORE_ALERT,
				"%s/%s comes from another store: its entries "
				"were kept under another secret",
				store->home, name);
		store->emptied[table] = false;
	}
	if (!marks->adopted && store->marked)
		store_say(store, KZ_STORE_ALERT,
			"%s was in use before and holds no tables now: it "
			"begins empty",
			store->home);
}

int
store_identity_check(struct kz_store *store)
{
	struct marks marks = {.adopted = false};
	bool wanted[KZ_TABLE_COUNT];
	bool missing = false;
	/* its mark counts where files were mixed */
	int answer = mark_read(store, KZ_TABLE_META, &marks);

	for (enum kz_table table = 0; table < KZ_TABLE_META && answer == 0;
		table++)
		answer = mark_read(store, table, &marks);
	if (answer != 0)
		return answer;
	for (int table = 0; table < KZ_TABLE_COUNT; table++) {
		wanted[table] = marks.state[table] == MARK_MISSING;
		missing = missing || wanted[table];
	}
	marks_say(store, &marks);
	if (!missing)
		return 0;
	if (!marks.adopted && store->marked)
		adopt_backup(store, &marks);
	answer = marks_write(store, &marks);
	if (answer == 0 && marks.adopted)
		store_restore(store, wanted);
	return answer;
}

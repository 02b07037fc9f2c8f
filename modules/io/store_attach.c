/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <errno.h>
#include <string.h>

/* Panics at one place without a success between, until it counts as damage. */
#define STRIKES_MAX 3

/* What a ladder of attempts has set aside already. */
struct aside {
	bool table[KZ_TABLE_COUNT + 1];
	bool log;
};

static bool
is_foreign(int answer, const struct store_notes *notes)
{
	return answer == DB_OLD_VERSION || answer == DB_VERSION_MISMATCH ||
		notes->foreign;
}

/* Open, and see whether the place that failed can be read now. */
static int
open_once(struct kz_store *store)
{
	struct store_suspect *suspect = &store->suspect;
	int answer = store_env_open(store);

	if (answer != 0)
		return answer;
	answer = store_identity_check(store);
	if (answer == 0 && suspect->strikes > 0 &&
		suspect->table != STORE_NO_TABLE) {
		answer = store_scan_try(
			store, suspect->table, suspect->key, suspect->key_len);
		/* readable, but writing there fails again and again */
		if (answer == 0 && suspect->strikes >= STRIKES_MAX)
			answer = DB_VERIFY_BAD;
		if (answer != 0)
			store->notes.table = suspect->table;
	}
	if (answer != 0)
		store_env_close(store, true);
	return answer;
}

/* KZ_OK: something was set aside, try again. */
static enum kz_result
answer_failure(struct kz_store *store, int answer, struct aside *aside)
{
	struct store_notes notes = store_notes_read(store);
	const char *why =
		notes.text[0] != '\0' ? notes.text : db_strerror(answer);
	int reason = store_env_reason(store, answer);
	enum kz_table table = notes.table;
	enum kz_result result;

	if (reason != 0) {
		/*
		 * With rights the message names the file; elsewhere it differs
		 * from one attempt to the next, and a cause is said once.
		 */
		if (reason == EACCES)
			store_fail(store, "%s cannot be opened: %s (%s)",
				store->home, store_reason_text(reason), why);
		else
			store_fail(store, "%s cannot be opened: %s",
				store->home, store_reason_text(reason));
		return KZ_EIO;
	}
	if (is_foreign(answer, &notes)) {
		store_fail(store,
			"%s was written by a newer kizuki or another Berkeley "
			"DB (%s); left alone",
			store->home, why);
		return KZ_EVERSION;
	}
	if (notes.log_lost && !aside->log) {
		aside->log = true;
		return store_repair_log(store, why);
	}
	if (aside->table[table])
		table = STORE_NO_TABLE;
	if (aside->table[table]) {
		store_fail(store, "%s cannot be opened: %s", store->home, why);
		return KZ_EIO;
	}
	result = store_set_aside(store, table, why);
	aside->table[table] = true;
	store->suspect.strikes = 0;
	/* that they begin empty is expected then, and said */
	if (table == STORE_NO_TABLE)
		store->marked = false;
	else
		store->emptied[table] = true;
	return result;
}

static enum kz_result
open_ladder(struct kz_store *store)
{
	struct aside aside = {.log = false};
	enum kz_result result = store_repair_hung(store);

	while (result == KZ_OK) {
		int answer = open_once(store);

		if (answer == 0)
			return store_folder_mark(store);
		result = answer_failure(store, answer, &aside);
	}
	return result;
}

enum kz_result
store_attach(struct kz_store *store)
{
	enum kz_result result = store_folder_take(store);

	if (result == KZ_OK) {
		store_backup_begin(store);
		result = open_ladder(store);
	}
	if (result == KZ_OK && !store_housekeeper_start(store)) {
		store_fail(store, "%s: no thread for the housekeeping",
			store->home);
		result = KZ_ENOMEM;
	}
	if (result == KZ_OK)
		store->attached++;
	else
		store_detach(store, true);
	return result;
}

void
store_detach(struct kz_store *store, bool broken)
{
	store_housekeeper_stop(store);
	store_env_close(store, broken);
	store_folder_leave(store);
}

static void
suspect_note(struct store_suspect *suspect, enum kz_table table,
	const uint8_t *key, size_t key_len)
{
	if (suspect->table != table)
		suspect->strikes = 0;
	suspect->strikes++;
	suspect->table = key != NULL ? table : STORE_NO_TABLE;
	suspect->key_len = key != NULL ? key_len : 0;
	if (key != NULL)
		memcpy(suspect->key, key, key_len);
}

void
store_trouble(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len, int answer)
{
	struct store_notes notes = store_notes_read(store);
	int reason = store_env_reason(store, answer);

	if (answer > 0) {
		/* the environment stays usable: a full disk, say */
		store_fail(store, "%s: %s", store->home,
			store_reason_text(reason != 0 ? reason : answer));
		return;
	}
	if (reason != 0) {
		store_fail(store, "%s: %s; opened again when that is over",
			store->home, store_reason_text(reason));
	} else {
		store_fail(store, "%s: damage met in %s (%s); opening again",
			store->home,
			table == STORE_NO_TABLE ? "the environment"
						: store_table_name(table),
			notes.text[0] != '\0' ? notes.text
					      : db_strerror(answer));
		suspect_note(&store->suspect, table, key, key_len);
		store->tried = false;
	}
	store_detach(store, true);
}

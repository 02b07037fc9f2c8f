/* SPDX-License-Identifier: ISC */
/*
 * Two kinds of damage that opening does not show.  A page of zeros passes even
 * a checksum, and a read that meets it spins for ever: the watchdog ends the
 * process and leaves a note, and the next start verifies the table named there.
 * And tables whose log is gone (files named log.* look like logs to a tidy
 * administrator) are refused, though all their pages may be right.
 */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE "hung"

void
store_hung_note(struct kz_store *store)
{
	int table = atomic_load(&store->threads.busy_table);
	char path[STORE_PATH_MAX];
	const char *name;

	if (table < 0 || table >= KZ_TABLE_COUNT ||
		store_path(store, NOTE, path, sizeof(path)) != KZ_OK)
		return;
	name = store_table_name((enum kz_table)table);
	/* where it cannot be written, the next start hangs there again */
	(void)store_file_write(path, name, strlen(name));
}

static enum kz_table
hung_table(const struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	char name[32] = "";
	int fd;
	ssize_t got;

	if (store_path(store, NOTE, path, sizeof(path)) != KZ_OK)
		return STORE_NO_TABLE;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return STORE_NO_TABLE;
	got = read(fd, name, sizeof(name) - 1);
	(void)close(fd);
	for (enum kz_table table = 0; got > 0 && table < KZ_TABLE_COUNT;
		table++)
		if (strcmp(name, store_table_name(table)) == 0)
			return table;
	return STORE_NO_TABLE;
}

static void
say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

/* Read all pages of a table that is not open; tens of seconds for a GiB. */
static bool
table_is_sound(const struct kz_store *store, enum kz_table table)
{
	char path[STORE_PATH_MAX];
	DB *db;

	if (store_path(store, store_table_name(table), path, sizeof(path)) !=
			KZ_OK ||
		access(path, F_OK) != 0 || db_create(&db, NULL, 0) != 0)
		return true;
	db->set_errcall(db, say_nothing);
	/* the handle is gone afterwards, whatever the answer */
	return db->verify(db, path, NULL, NULL, 0) != DB_VERIFY_BAD;
}

static enum kz_result
verify_or_aside(struct kz_store *store, enum kz_table table, const char *why)
{
	enum kz_result result;
	bool sound;

	store_pause(store, true);
	sound = table_is_sound(store, table);
	store_pause(store, false);
	if (sound)
		return KZ_OK;
	result = store_set_aside(store, table, why);
	if (result == KZ_OK)
		store->emptied[table] = true;
	return result;
}

enum kz_result
store_repair_hung(struct kz_store *store)
{
	enum kz_table table = hung_table(store);
	char path[STORE_PATH_MAX];
	enum kz_result result = KZ_OK;

	if (table == STORE_NO_TABLE)
		return KZ_OK;
	store_say(store, KZ_STORE_WARNING,
		"%s/%s: the last run hung in it; all its pages are read now",
		store->home, store_table_name(table));
	/* recover and close, so that the file is whole for a stranger */
	if (store_env_open(store) == 0) {
		store_env_close(store, false);
		result = verify_or_aside(store, table,
			"reading it does not end: a page of zeros");
	}
	if (result == KZ_OK &&
		store_path(store, NOTE, path, sizeof(path)) == KZ_OK)
		(void)unlink(path);
	return result;
}

/* Take the places in the log out of all pages of all tables. */
static int
places_reset(struct kz_store *store)
{
	DB_ENV *env;
	int answer = db_env_create(&env, 0);

	if (answer != 0)
		return answer;
	env->app_private = store;
	env->set_errcall(env, say_nothing);
	answer = env->open(
		env, store->home, DB_CREATE | DB_INIT_MPOOL | DB_PRIVATE, 0);
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT && answer == 0;
		table++) {
		char path[STORE_PATH_MAX];

		if (store_path(store, store_table_name(table), path,
			    sizeof(path)) != KZ_OK ||
			access(path, F_OK) != 0)
			continue;
		/* one that cannot be reset shows at the next opening */
		(void)env->lsn_reset(env, store_table_name(table), 0);
	}
	(void)env->close(env, 0);
	return answer;
}

enum kz_result
store_repair_log(struct kz_store *store, const char *why)
{
	enum kz_result result = store_set_aside(store, STORE_LOG_ALONE, why);

	if (result != KZ_OK)
		return result;
	store_pause(store, true);
	if (places_reset(store) != 0)
		result = KZ_EIO;
	store_pause(store, false);
	if (result != KZ_OK)
		return result;
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		result = verify_or_aside(
			store, table, "not whole without the log");
		if (result != KZ_OK)
			return result;
	}
	return KZ_OK;
}

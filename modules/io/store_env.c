/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#define CACHE_DEFAULT  (64ULL << 20)
#define LOG_BUFFER     (4U << 20)
#define LOG_FILE       (16U << 20)
#define LOCK_PLACES    20000
#define PAGE_OCTETS    4096
#define ENV_FILE_MODE  0600
#define GIGABYTE_SHIFT 30

/* Causes outside of the database; everything else is damage. */
static const struct {
	int number;
	const char *text;
} reasons[] = {
	{ENOSPC, "no space left on the disk"},
	{EDQUOT, "the disk quota is used up"},
	{EROFS, "the file system is read-only"},
	{EACCES, "rights are missing"},
	{EPERM, "rights are missing"},
	{EFBIG, "a limit on file size is reached"},
	{EIO, "the disk reports input/output errors"},
	{EMFILE, "too many open files in this process"},
	{ENFILE, "too many open files on this machine"},
	{ENOMEM, "no memory left"},
	{ENODEV, "the device is gone"},
	{ENXIO, "the device is gone"},
	{ESTALE, "the file server lost the folder"},
	{ETIMEDOUT, "the file server does not answer"},
};
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *
store_reason_text(int reason)
{
	for (size_t i = 0; i < REASONS; i++)
		if (reasons[i].number == reason)
			return reasons[i].text;
	return db_strerror(reason);
}

/*
 * Many answers are a bare DB_RUNRECOVERY; the errno stands only in the text of
 * a message, as strerror() words it.
 */
static int
reason_in(const char *message)
{
	for (size_t i = 0; i < REASONS; i++)
		if (strstr(message, strerror(reasons[i].number)) != NULL)
			return reasons[i].number;
	return 0;
}

static enum kz_table
table_in(const char *message)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++)
		if (strstr(message, store_table_name(table)) != NULL)
			return table;
	return STORE_NO_TABLE;
}

/* On both threads; a full disk says two lines for each page. */
static void
on_message(const DB_ENV *env, const char *prefix, const char *message)
{
	struct kz_store *store = env->app_private;
	struct store_notes *notes = &store->notes;

	(void)prefix;
	pthread_mutex_lock(&notes->mutex);
	if (notes->reason == 0)
		notes->reason = reason_in(message);
	if (strstr(message, "nsupported") != NULL &&
		strstr(message, "version") != NULL)
		notes->foreign = true;
	if (strstr(message, "past end of log") != NULL ||
		strstr(message, "Log file corrupt") != NULL)
		notes->log_lost = true;
	if (notes->table == STORE_NO_TABLE)
		notes->table = table_in(message);
	/* an address differs each time, and the same cause is said once */
	if (notes->text[0] == '\0' && strstr(message, "0x") == NULL &&
		strlcpy(notes->text, message, sizeof(notes->text)) >=
			sizeof(notes->text))
		memcpy(notes->text + sizeof(notes->text) - 4, "...", 4);
	pthread_mutex_unlock(&notes->mutex);
}

void
store_notes_clear(struct kz_store *store)
{
	struct store_notes *notes = &store->notes;

	pthread_mutex_lock(&notes->mutex);
	notes->reason = 0;
	notes->foreign = false;
	notes->log_lost = false;
	notes->table = STORE_NO_TABLE;
	notes->text[0] = '\0';
	pthread_mutex_unlock(&notes->mutex);
}

struct store_notes
store_notes_read(struct kz_store *store)
{
	struct store_notes copy;

	pthread_mutex_lock(&store->notes.mutex);
	copy = store->notes;
	pthread_mutex_unlock(&store->notes.mutex);
	return copy;
}

int
store_env_reason(struct kz_store *store, int answer)
{
	for (size_t i = 0; i < REASONS; i++)
		if (reasons[i].number == answer)
			return answer;
	return store_notes_read(store).reason;
}

static int
env_configure(struct kz_store *store, DB_ENV *env)
{
	uint64_t cache = store->options.cache_bytes;
	int answer;

	if (cache == 0)
		cache = CACHE_DEFAULT;
	env->app_private = store;
	env->set_errcall(env, on_message);
	answer = env->set_cachesize(env, (u_int32_t)(cache >> GIGABYTE_SHIFT),
		(u_int32_t)(cache & ((1ULL << GIGABYTE_SHIFT) - 1)), 1);
	if (answer == 0)
		answer = env->set_lg_bsize(env, LOG_BUFFER);
	if (answer == 0)
		answer = env->set_lg_max(env, LOG_FILE);
	if (answer == 0)
		answer = env->set_lk_max_locks(env, LOCK_PLACES);
	if (answer == 0)
		answer = env->set_lk_max_objects(env, LOCK_PLACES);
	if (answer == 0)
		answer = env->set_lk_detect(env, DB_LOCK_DEFAULT);
	if (answer == 0)
		answer = env->log_set_config(env, DB_LOG_AUTO_REMOVE, 1);
	return answer;
}

static int
table_open(struct kz_store *store, enum kz_table table)
{
	DB *db;
	int answer = db_create(&db, store->env, 0);

	if (answer != 0)
		return answer;
	store->table[table] = db;
	/* without checksums a bad page is silent loss, or SIGSEGV */
	answer = db->set_flags(db, DB_CHKSUM);
	if (answer == 0)
		answer = db->set_pagesize(db, PAGE_OCTETS);
	if (answer == 0)
		answer = db->open(db, NULL, store_table_name(table), NULL,
			DB_BTREE, DB_CREATE | DB_AUTO_COMMIT | DB_THREAD,
			ENV_FILE_MODE);
	return answer;
}

int
store_env_open(struct kz_store *store)
{
	/* private: no stranger can join, and none can hang us by dying */
	const u_int32_t flags = DB_CREATE | DB_INIT_TXN | DB_INIT_LOG |
		DB_INIT_LOCK | DB_INIT_MPOOL | DB_THREAD | DB_PRIVATE |
		DB_RECOVER;
	DB_ENV *env;
	int answer;

	store_notes_clear(store);
	answer = db_env_create(&env, 0);
	if (answer != 0)
		return answer;
	answer = env_configure(store, env);
	store_pause(store, true);
	if (answer == 0)
		answer = env->open(env, store->home, flags, ENV_FILE_MODE);
	store_pause(store, false);
	if (answer != 0) {
		(void)env->close(env, 0);
		return answer;
	}
	store->env = env;
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		answer = table_open(store, table);
		if (answer == 0)
			continue;
		store->notes.table = table;
		store_env_close(store, true);
		return answer;
	}
	return 0;
}

void
store_env_close(struct kz_store *store, bool broken)
{
	for (int table = 0; table < KZ_TABLE_COUNT; table++) {
		DB *db = store->table[table];

		/* the log holds everything; the checkpoint wrote the pages */
		if (db != NULL)
			(void)db->close(db, DB_NOSYNC);
		store->table[table] = NULL;
	}
	if (store->env == NULL)
		return;
	store_pause(store, true);
	if (!broken) {
		int answer = store->env->txn_checkpoint(store->env, 0, 0, 0);

		if (answer != 0)
			store_say(store, KZ_STORE_WARNING,
				"last checkpoint failed, the next start "
				"takes longer: %s",
				store_reason_text(answer));
	}
	/* after a panic the library keeps its memory: once for each damage */
	(void)store->env->close(store->env, 0);
	store->env = NULL;
	store_pause(store, false);
}

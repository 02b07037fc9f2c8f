/* SPDX-License-Identifier: ISC */
/*
 * Backups, made on the housekeeper's thread beside the running tables: a copy
 * by Berkeley DB itself, recovered and verified before it gets its name, in
 * home/backup/TIME.  A copy that is not whole never has a name, and the oldest
 * ones go only when a new one is there.
 */
#include "store_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "kizuki/io/clock.h"

#define FOLDER      "backup"
#define UNFINISHED  FOLDER "/new"
#define NAME_FORMAT "%Y%m%dT%H%M%SZ"
#define NAME_LEN    16
#define LOOK_TICKS  60            /* seconds between looks whether one is due */
#define SPARE_ROOM  (64ULL << 20) /* octets that stay free beside a backup */
#define COPY_CACHE  (4U << 20)

/* Names sort as their moments do. */
static bool
is_backup(const char *name)
{
	return strlen(name) == NAME_LEN && name[8] == 'T' &&
		name[NAME_LEN - 1] == 'Z' &&
		strspn(name, "0123456789TZ") == NAME_LEN;
}

struct names {
	size_t count;
	char newest[NAME_LEN + 1];
	char oldest[NAME_LEN + 1];
};

static struct names
list_names(const char *home)
{
	struct names names = {0};
	char path[STORE_PATH_MAX];
	struct dirent *entry;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "%s/" FOLDER, home);
	folder = opendir(path);
	if (folder == NULL)
		return names;
	while ((entry = readdir(folder)) != NULL) {
		if (!is_backup(entry->d_name))
			continue;
		if (names.count == 0 || strcmp(entry->d_name, names.newest) > 0)
			(void)strlcpy(names.newest, entry->d_name,
				sizeof(names.newest));
		if (names.count == 0 || strcmp(entry->d_name, names.oldest) < 0)
			(void)strlcpy(names.oldest, entry->d_name,
				sizeof(names.oldest));
		names.count++;
	}
	(void)closedir(folder);
	return names;
}

static int64_t
moment_of(const char *name)
{
	struct tm utc = {0};

	return strptime(name, NAME_FORMAT, &utc) == NULL ? 0 : timegm(&utc);
}

enum kz_result
kz_store_newest_backup(
	const char *home, char *path, size_t size, int64_t *made_s)
{
	struct names names = list_names(home);
	int len;

	if (names.count == 0)
		return KZ_NOT_FOUND;
	len = snprintf(path, size, "%s/" FOLDER "/%s", home, names.newest);
	if (len < 0 || (size_t)len >= size)
		return KZ_ETRUNC;
	*made_s = moment_of(names.newest);
	return KZ_OK;
}

/* Files only: a backup has no folders.  Every octet of it is ours. */
static void
remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	(void)rmdir(path);
}

static void
remove_logs(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, "log.", 4) == 0)
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
}

static void
say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

/* The copy was taken of pages under way: its own log makes it whole. */
static int
recover_copy(const char *path)
{
	const u_int32_t flags = DB_CREATE | DB_INIT_TXN | DB_INIT_LOG |
		DB_INIT_MPOOL | DB_PRIVATE | DB_RECOVER_FATAL;
	DB_ENV *env;
	int answer = db_env_create(&env, 0);
	int closed;

	if (answer != 0)
		return answer;
	env->set_errcall(env, say_nothing);
	answer = env->set_cachesize(env, 0, COPY_CACHE, 1);
	if (answer == 0)
		answer = env->open(env, path, flags, 0);
	closed = env->close(env, 0);
	return answer != 0 ? answer : closed;
}

bool
store_file_sound(const char *path)
{
	DB *db;

	if (db_create(&db, NULL, 0) != 0)
		return false;
	db->set_errcall(db, say_nothing);
	/* the handle is gone afterwards, whatever the answer */
	return db->verify(db, path, NULL, NULL, 0) == 0;
}

/* The first table of the copy that is not sound; STORE_NO_TABLE: all are. */
static enum kz_table
verify_copy(const char *path)
{
	char file[STORE_PATH_MAX];

	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		int len = snprintf(file, sizeof(file), "%s/%s", path,
			store_table_name(table));

		if (len < 0 || (size_t)len >= sizeof(file) ||
			!store_file_sound(file))
			return table;
	}
	return STORE_NO_TABLE;
}

static bool
room_enough(const struct kz_store *store)
{
	struct statvfs disk;
	uint64_t needed = SPARE_ROOM;
	char path[STORE_PATH_MAX];
	struct stat info;

	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++)
		if (store_path(store, store_table_name(table), path,
			    sizeof(path)) == KZ_OK &&
			stat(path, &info) == 0)
			needed += (uint64_t)info.st_size;
	return statvfs(store->home, &disk) != 0 ||
		(uint64_t)disk.f_bavail * disk.f_frsize >= needed;
}

static const char *
make_copy(struct kz_store *store, const char *path)
{
	enum kz_table bad;
	int answer;

	if (!room_enough(store))
		return "there is no room for a second copy on this disk";
	answer = store->env->backup(
		store->env, path, DB_CREATE | DB_BACKUP_CLEAN);
	if (answer == 0)
		answer = recover_copy(path);
	if (answer != 0)
		return store_reason_text(answer);
	bad = verify_copy(path);
	if (bad != STORE_NO_TABLE)
		return store_table_name(bad);
	remove_logs(path);
	return NULL;
}

static void
drop_old(struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	struct names names = list_names(store->home);

	while (names.count > store->options.backup_keep) {
		(void)snprintf(path, sizeof(path), "%s/" FOLDER "/%s",
			store->home, names.oldest);
		remove_folder(path);
		names = list_names(store->home);
		if (strcmp(path + strlen(path) - NAME_LEN, names.oldest) == 0)
			return; /* it cannot be removed */
	}
}

static const char *
give_name(struct kz_store *store, const char *unfinished, int64_t now_s)
{
	time_t now = (time_t)now_s;
	char name[NAME_LEN + 1] = "";
	char path[STORE_PATH_MAX];
	struct tm utc;

	if (gmtime_r(&now, &utc) == NULL ||
		strftime(name, sizeof(name), NAME_FORMAT, &utc) == 0)
		return "the clock";
	(void)snprintf(
		path, sizeof(path), "%s/" FOLDER "/%s", store->home, name);
	return rename(unfinished, path) == 0 ? NULL : strerror(errno);
}

static void
make_backup(struct kz_store *store, int64_t now_s)
{
	struct store_backups *backups = &store->backups;
	char folder[STORE_PATH_MAX], path[STORE_PATH_MAX];
	const char *why;

	if (store_path(store, FOLDER, folder, sizeof(folder)) != KZ_OK ||
		store_path(store, UNFINISHED, path, sizeof(path)) != KZ_OK)
		return;
	(void)mkdir(folder, 0700);
	remove_folder(path);
	why = make_copy(store, path);
	if (why == NULL)
		why = give_name(store, path, now_s);
	if (why != NULL) {
		remove_folder(path);
		if (!backups->failing)
			store_say(store, KZ_STORE_WARNING,
				"%s: no backup could be made: %s", folder, why);
		backups->failing = true;
		return;
	}
	if (backups->failing)
		store_say(store, KZ_STORE_INFO, "%s: backups again", folder);
	backups->failing = false;
	atomic_store(&backups->newest_s, now_s);
	drop_old(store);
}

void
store_backup_begin(struct kz_store *store)
{
	struct names names = list_names(store->home);

	atomic_store(&store->backups.newest_s,
		names.count > 0 ? moment_of(names.newest) : 0);
}

void
store_backup_tick(struct kz_store *store, uint32_t ticks)
{
	struct store_backups *backups = &store->backups;
	bool asked = atomic_exchange(&backups->asked, false);
	int64_t now_s, newest_s;

	if (!asked && (store->options.backup_s == 0 || ticks % LOOK_TICKS != 0))
		return;
	now_s = kz_clock_now_s();
	newest_s = atomic_load(&backups->newest_s);
	/* one from the future says that the clock was set back */
	if (asked || newest_s > now_s ||
		now_s - newest_s >= store->options.backup_s)
		make_backup(store, now_s);
}

void
kz_store_backup(struct kz_store *store)
{
	atomic_store(&store->backups.asked, true);
}

/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "kizuki/io/clock.h"

/* Several in one second happen only where each attempt finds new damage. */
#define SAME_SECOND_MAX 20

static int
folder_make(struct kz_store *store, char *path, size_t size)
{
	time_t now = (time_t)kz_clock_now_s();
	char moment[32] = "";
	char name[64];
	struct tm utc;

	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(moment, sizeof(moment), "%Y%m%dT%H%M%SZ", &utc);
	for (int i = 0; i < SAME_SECOND_MAX; i++) {
		int len = i == 0
			? snprintf(name, sizeof(name), "broken-%s", moment)
			: snprintf(name, sizeof(name), "broken-%s-%d", moment,
				  i);

		if (len < 0 || store_path(store, name, path, size) != KZ_OK)
			return ENAMETOOLONG;
		if (mkdir(path, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			return errno;
	}
	return EEXIST;
}

static int
move(struct kz_store *store, const char *name, const char *folder)
{
	char from[STORE_PATH_MAX];
	char to[STORE_PATH_MAX];
	int len = snprintf(to, sizeof(to), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(to) ||
		store_path(store, name, from, sizeof(from)) != KZ_OK)
		return ENAMETOOLONG;
	if (rename(from, to) != 0 && errno != ENOENT)
		return errno;
	return 0;
}

static bool
is_meant(const char *name, enum kz_table what)
{
	if (what == STORE_NO_TABLE)
		return store_folder_is_ours(name);
	if (what == STORE_LOG_ALONE)
		return strncmp(name, "log.", 4) == 0;
	return strcmp(name, store_table_name(what)) == 0;
}

static int
move_meant(struct kz_store *store, enum kz_table what, const char *folder)
{
	DIR *home = opendir(store->home);
	struct dirent *entry;
	int error = 0;

	if (home == NULL)
		return errno;
	while (error == 0 && (entry = readdir(home)) != NULL)
		if (is_meant(entry->d_name, what))
			error = move(store, entry->d_name, folder);
	(void)closedir(home);
	return error;
}

static const char *
words_for(enum kz_table what)
{
	if (what == STORE_NO_TABLE)
		return "all tables and the log";
	if (what == STORE_LOG_ALONE)
		return "the log; what was written in its last moments may be "
		       "missing";
	return store_table_name(what);
}

enum kz_result
store_set_aside(struct kz_store *store, enum kz_table what, const char *why)
{
	char folder[STORE_PATH_MAX];
	int error = folder_make(store, folder, sizeof(folder));

	if (error == 0)
		error = move_meant(store, what, folder);
	if (error != 0) {
		store_fail(store,
			"%s: damaged (%s), and cannot be set aside: %s",
			store->home, why, store_reason_text(error));
		return KZ_EIO;
	}
	store_say(store, KZ_STORE_ALERT,
		"%s: damaged (%s); set aside in %s, begun empty: %s",
		store->home, why, folder, words_for(what));
	return KZ_OK;
}

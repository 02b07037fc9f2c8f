/* SPDX-License-Identifier: ISC */
/*
 * store_help - a store in a folder of its own, for the tests of the store
 *
 * What:   makes and removes a folder under $TMPDIR, keeps what the store says,
 *         and puts and reads records named by C strings.
 */
#ifndef KZ_STORE_HELP_H
#define KZ_STORE_HELP_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/store.h"

struct place {
	char base[256]; /* ours to remove */
	char home[300];
	char said[8192]; /* all lines, each with its level in front */
	size_t used;
	int lines;
};

static inline void
place_log(void *arg, enum kz_store_level level, const char *message)
{
	struct place *place = arg;
	size_t room = sizeof(place->said) - place->used;
	int len = snprintf(place->said + place->used, room, "%d %s\n",
		(int)level, message);

	place->lines++;
	if (len > 0 && (size_t)len < room)
		place->used += (size_t)len;
}

static inline void
place_forget(struct place *place)
{
	place->used = 0;
	place->lines = 0;
	place->said[0] = '\0';
}

static inline void
assert_said(const struct place *place, const char *words)
{
	if (strstr(place->said, words) == NULL)
		fail_msg("not said: %s; said was:\n%s", words, place->said);
}

static inline int
place_make(void **state)
{
	static struct place place;
	const char *tmp = getenv("TMPDIR");
	int len = snprintf(place.base, sizeof(place.base), "%s/kz-store-XXXXXX",
		tmp != NULL ? tmp : "/tmp");

	if (len < 0 || (size_t)len >= sizeof(place.base) ||
		mkdtemp(place.base) == NULL)
		return -1;
	len = snprintf(place.home, sizeof(place.home), "%s/db", place.base);
	if (len < 0 || (size_t)len >= sizeof(place.home))
		return -1;
	place_forget(&place);
	*state = &place;
	return 0;
}

/* One level of folders below is enough: broken-TIME. */
static inline void
folder_remove(const char *path, int depth)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char name[1024];
		int len = snprintf(
			name, sizeof(name), "%s/%s", path, entry->d_name);

		if (entry->d_name[0] == '.' || len < 0 ||
			(size_t)len >= sizeof(name))
			continue;
		if (unlink(name) != 0 && depth > 0)
			folder_remove(name, depth - 1);
	}
	if (folder != NULL)
		(void)closedir(folder);
	(void)rmdir(path);
}

static inline int
place_remove(void **state)
{
	struct place *place = *state;

	folder_remove(place->base, 3);
	return 0;
}

/* "" and NAME name the home and a file in it. */
static inline const char *
place_path(const struct place *place, const char *name)
{
	static char path[700];
	int len = snprintf(path, sizeof(path), "%s/%s", place->home, name);

	assert_true(len > 0 && (size_t)len < sizeof(path));
	return path;
}

/* The path of the only broken-TIME folder, or NULL. */
static inline const char *
place_broken(const struct place *place)
{
	static char path[700];
	DIR *folder = opendir(place->home);
	struct dirent *entry;
	bool found = false;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, "broken-", 7) == 0) {
			int len = snprintf(path, sizeof(path), "%s/%s",
				place->home, entry->d_name);

			found = len > 0 && (size_t)len < sizeof(path);
		}
	if (folder != NULL)
		(void)closedir(folder);
	return found ? path : NULL;
}

static inline struct kz_store_options
place_options(struct place *place)
{
	return (struct kz_store_options){.home = place->home,
		.cache_bytes = 1UL << 20,
		.log = place_log,
		.log_arg = place};
}

static inline struct kz_store *
place_open(struct place *place)
{
	struct kz_store_options options = place_options(place);
	struct kz_store *store = NULL;
	enum kz_result result = kz_store_open(&options, &store);

	if (result != KZ_OK)
		fail_msg("open: %s\n%s", kz_result_text(result), place->said);
	return store;
}

static inline enum kz_result
put(struct kz_store *store, enum kz_table table, const char *key,
	const char *value)
{
	return kz_store_put(store, table, (const uint8_t *)key, strlen(key),
		(const uint8_t *)value, strlen(value));
}

static inline enum kz_result
del(struct kz_store *store, enum kz_table table, const char *key)
{
	return kz_store_delete(store, table, (const uint8_t *)key, strlen(key));
}

/* The value as a C string; what went wrong in angle brackets. */
static inline const char *
get(struct kz_store *store, enum kz_table table, const char *key)
{
	static char value[KZ_STORE_VALUE_MAX + 1];
	size_t len = 0;
	enum kz_result result = kz_store_get(store, table, (const uint8_t *)key,
		strlen(key), (uint8_t *)value, sizeof(value) - 1, &len);

	if (result == KZ_NOT_FOUND)
		return "<none>";
	if (result != KZ_OK)
		return "<failed>";
	value[len] = '\0';
	return value;
}

#endif

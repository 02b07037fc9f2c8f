/* SPDX-License-Identifier: ISC */
/*
 * Files that nobody has open: a backup, what was set aside.  Berkeley DB
 * writes what it can read of a file as text, in the format of db_dump.
 */
#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A record's line: a blank, two digits for each octet, the newline. */
#define LINE_OCTETS (2 * KZ_STORE_VALUE_MAX + 4)

static void
say_nothing(const DB_ENV *env, const char *prefix, const char *message)
{
	(void)env;
	(void)prefix;
	(void)message;
}

static bool
file_path(const char *folder, enum kz_table table, char *path, size_t size)
{
	int len =
		snprintf(path, size, "%s/%s", folder, store_table_name(table));
	struct stat info;

	return len > 0 && (size_t)len < size && stat(path, &info) == 0 &&
		S_ISREG(info.st_mode);
}

static int
nibble(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* " 6a70" as octets; false: no such line, or more than size. */
static bool
octets_of(const char *line, uint8_t *octets, size_t size, size_t *len)
{
	*len = 0;
	if (*line++ != ' ')
		return false;
	for (; line[0] != '\0' && line[0] != '\n'; line += 2) {
		int high = nibble(line[0]);
		int low = high < 0 ? -1 : nibble(line[1]);

		if (low < 0 || *len == size)
			return false;
		octets[(*len)++] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* Pairs of lines between the header and its end. */
static void
read_dump(FILE *dump, kz_store_visit *visit, void *arg)
{
	char line[LINE_OCTETS];
	uint8_t key[KZ_STORE_KEY_MAX], value[KZ_STORE_VALUE_MAX];
	size_t key_len, len;

	while (fgets(line, sizeof(line), dump) != NULL) {
		if (line[0] != ' ')
			continue;
		if (!octets_of(line, key, sizeof(key), &key_len) ||
			fgets(line, sizeof(line), dump) == NULL ||
			!octets_of(line, value, sizeof(value), &len))
			continue;
		/* the empty key is the table's own mark */
		if (key_len > 0 && !visit(arg, key, key_len, value, len))
			return;
	}
}

enum kz_result
kz_store_salvage(const char *folder, enum kz_table table, kz_store_visit *visit,
	void *arg)
{
	char path[STORE_PATH_MAX];
	FILE *dump;
	DB *db;
	int answer;

	if (!file_path(folder, table, path, sizeof(path)))
		return KZ_NOT_FOUND;
	dump = tmpfile();
	if (dump == NULL)
		return KZ_EIO;
	if (db_create(&db, NULL, 0) != 0) {
		(void)fclose(dump);
		return KZ_ENOMEM;
	}
	db->set_errcall(db, say_nothing);
	answer = db->verify(db, path, NULL, dump, DB_SALVAGE);
	rewind(dump);
	read_dump(dump, visit, arg);
	(void)fclose(dump);
	return answer == 0 ? KZ_OK : KZ_EIO;
}

static bool
count_one(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	uint64_t *count = arg;

	(void)key;
	(void)key_len;
	(void)value;
	(void)len;
	++*count;
	return true;
}

void
kz_store_examine(const char *folder, struct kz_store_file files[KZ_TABLE_COUNT])
{
	char path[STORE_PATH_MAX];

	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct kz_store_file *file = &files[table];

		*file = (struct kz_store_file){.name = store_table_name(table)};
		file->there = file_path(folder, table, path, sizeof(path));
		if (!file->there)
			continue;
		file->sound = store_file_sound(path);
		if (kz_store_salvage(
			    folder, table, count_one, &file->records) != KZ_OK)
			file->sound = false;
	}
}

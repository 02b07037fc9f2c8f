/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bsd/libutil.h>
#include <bsd/stdlib.h>
#include <bsd/string.h>

#define FOLDER_MODE 0700
#define FILE_MODE   0600

/* What this kizuki writes into, and the name before the number. */
#define FORMAT_NUMBER 1
#define FORMAT_WORD   "kizuki-store "

/*
 * Recovery appends to the log and may extend files.  On a full disk it ends in
 * a panic that looks like damage, so there must be room for a little first.
 */
#define SPACE_TRY (256UL * 1024)

enum kz_result
store_path(
	const struct kz_store *store, const char *name, char *path, size_t size)
{
	int len = snprintf(path, size, "%s/%s", store->home, name);

	return len < 0 || (size_t)len >= size ? KZ_ETRUNC : KZ_OK;
}

static enum kz_result
folder_create(struct kz_store *store)
{
	char parent[STORE_HOME_MAX];
	struct stat info;
	char *slash;

	if (mkdir(store->home, FOLDER_MODE) == 0) {
		store_say(store, KZ_STORE_INFO, "%s created", store->home);
		return KZ_OK;
	}
	int error = errno;

	(void)strlcpy(parent, store->home, sizeof(parent));
	slash = strrchr(parent, '/');
	if (slash != NULL && slash != parent)
		*slash = '\0';
	if (error == ENOENT && slash != NULL && stat(parent, &info) != 0)
		store_fail(store, "%s cannot be created: %s does not exist",
			store->home, parent);
	else
		store_fail(store, "%s cannot be created: %s", store->home,
			store_reason_text(error));
	return KZ_EIO;
}

static enum kz_result
folder_check(struct kz_store *store)
{
	struct stat info;

	if (stat(store->home, &info) != 0) {
		if (errno == ENOENT)
			return folder_create(store);
		store_fail(store, "%s cannot be reached: %s", store->home,
			store_reason_text(errno));
		return KZ_EIO;
	}
	if (!S_ISDIR(info.st_mode)) {
		store_fail(store, "%s is not a folder", store->home);
		return KZ_EIO;
	}
	if (faccessat(AT_FDCWD, store->home, R_OK | W_OK | X_OK, AT_EACCESS) ==
		0)
		return KZ_OK;
	if (errno == EACCES)
		store_fail(store,
			"%s: user %ld may not read and write there (owner %ld, "
			"mode %03o)",
			store->home, (long)geteuid(), (long)info.st_uid,
			(unsigned)info.st_mode & 0777U);
	else
		store_fail(store, "%s cannot be written to: %s", store->home,
			store_reason_text(errno));
	return KZ_EIO;
}

static enum kz_result
folder_lock(struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	pid_t owner = -1;

	if (store->lock != NULL)
		return KZ_OK;
	if (store_path(store, "lock", path, sizeof(path)) != KZ_OK)
		return KZ_EINVAL;
	store->lock = pidfile_open(path, FILE_MODE, &owner);
	if (store->lock == NULL) {
		if (errno == EEXIST) {
			store_fail(store,
				"%s is in use by another process (pid %ld)",
				store->home, (long)owner);
			return KZ_EBUSY;
		}
		store_fail(store, "%s cannot be opened: %s", path,
			store_reason_text(errno));
		return KZ_EIO;
	}
	/* a child that outlives us must not hold the lock */
	(void)fcntl(pidfile_fileno(store->lock), F_SETFD, FD_CLOEXEC);
	/* on a full disk the number is missing; the lock holds without it */
	(void)pidfile_write(store->lock);
	return KZ_OK;
}

/* 0: no note or an empty one, as a full disk leaves it. */
static int
format_read(const struct kz_store *store)
{
	const size_t word = sizeof(FORMAT_WORD) - 1;
	char path[STORE_PATH_MAX];
	char line[64] = "";
	const char *error;
	int fd;
	ssize_t got;

	if (store_path(store, "format", path, sizeof(path)) != KZ_OK)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, line, sizeof(line) - 1);
	(void)close(fd);
	if (got <= 0 || strncmp(line, FORMAT_WORD, word) != 0)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return (int)strtonum(line + word, 1, 1000000, &error);
}

static enum kz_result
folder_format(struct kz_store *store)
{
	int format = format_read(store);

	store->marked = format > 0;
	if (format <= FORMAT_NUMBER)
		return KZ_OK;
	store_fail(store,
		"%s is of format %d, written by a newer kizuki; this one knows "
		"%d and leaves it alone",
		store->home, format, FORMAT_NUMBER);
	return KZ_EVERSION;
}

bool
store_folder_is_ours(const char *name)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++)
		if (strcmp(name, store_table_name(table)) == 0)
			return true;
	return strncmp(name, "log.", 4) == 0 || strncmp(name, "__db.", 5) == 0;
}

/* Berkeley DB answers a file that it may not open with a panic. */
static enum kz_result
file_check(struct kz_store *store, const char *name)
{
	char path[STORE_PATH_MAX];
	struct stat info;

	if (store_path(store, name, path, sizeof(path)) != KZ_OK)
		return KZ_EINVAL;
	if (stat(path, &info) != 0) {
		store_fail(store, "%s cannot be reached: %s", path,
			store_reason_text(errno));
		return KZ_EIO;
	}
	if (!S_ISREG(info.st_mode)) {
		store_fail(store, "%s is not a plain file", path);
		return KZ_EIO;
	}
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
		return KZ_OK;
	store_fail(store,
		"%s: user %ld may not read and write it (owner %ld, mode "
		"%03o): %s",
		path, (long)geteuid(), (long)info.st_uid,
		(unsigned)info.st_mode & 0777U, store_reason_text(errno));
	return KZ_EIO;
}

static enum kz_result
files_check(struct kz_store *store)
{
	enum kz_result result = KZ_OK;
	DIR *folder = opendir(store->home);
	struct dirent *entry;

	if (folder == NULL) {
		store_fail(store, "%s cannot be listed: %s", store->home,
			store_reason_text(errno));
		return KZ_EIO;
	}
	while (result == KZ_OK && (entry = readdir(folder)) != NULL)
		if (store_folder_is_ours(entry->d_name))
			result = file_check(store, entry->d_name);
	(void)closedir(folder);
	return result;
}

int
store_file_write(const char *path, const char *bytes, size_t len)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	int error = 0;

	if (fd < 0)
		return errno;
	while (len > 0 && error == 0) {
		ssize_t put = write(fd, bytes, len);

		if (put > 0) {
			bytes += put;
			len -= (size_t)put;
		} else if (put == 0 || errno != EINTR) {
			error = put == 0 ? ENOSPC : errno;
		}
	}
	/* file servers tell a full disk only here */
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error;
}

static enum kz_result
space_check(struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	char *zeros;
	int error;

	if (store_path(store, "space", path, sizeof(path)) != KZ_OK)
		return KZ_EINVAL;
	zeros = calloc(1, SPACE_TRY);
	if (zeros == NULL)
		return KZ_ENOMEM;
	error = store_file_write(path, zeros, SPACE_TRY);
	free(zeros);
	(void)unlink(path);
	if (error == 0)
		return KZ_OK;
	store_fail(store, "%s cannot be written to: %s", store->home,
		store_reason_text(error));
	return KZ_EIO;
}

enum kz_result
store_folder_take(struct kz_store *store)
{
	static enum kz_result (*const steps[])(struct kz_store *) = {
		folder_check, folder_lock, folder_format, files_check,
		space_check};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum kz_result result = steps[i](store);

		if (result != KZ_OK) {
			store_folder_leave(store);
			return result;
		}
	}
	return KZ_OK;
}

enum kz_result
store_folder_mark(struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	char line[64];
	int len, error;

	if (format_read(store) == FORMAT_NUMBER)
		return KZ_OK;
	if (store_path(store, "format", path, sizeof(path)) != KZ_OK)
		return KZ_EINVAL;
	len = snprintf(
		line, sizeof(line), "%s%d\n", FORMAT_WORD, FORMAT_NUMBER);
	error = store_file_write(path, line, len > 0 ? (size_t)len : 0);
	if (error == 0)
		return KZ_OK;
	store_fail(store, "%s cannot be written: %s", path,
		store_reason_text(error));
	return KZ_EIO;
}

void
store_folder_leave(struct kz_store *store)
{
	if (store->lock != NULL)
		(void)pidfile_close(store->lock);
	store->lock = NULL;
}

bool
store_folder_same(const struct kz_store *store)
{
	char path[STORE_PATH_MAX];
	struct stat named, held;

	if (store->lock == NULL ||
		store_path(store, "lock", path, sizeof(path)) != KZ_OK)
		return true;
	if (fstat(pidfile_fileno(store->lock), &held) != 0)
		return true;
	if (stat(path, &named) != 0)
		return errno != ENOENT && errno != ENOTDIR;
	return named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

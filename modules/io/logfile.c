/* SPDX-License-Identifier: ISC */
#include "kizuki/io/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#define BUFFER_SIZE (1U << 20)
#define IDLE_MS     500

struct reading {
	const struct kz_logfile_use *use;
	int fd;
	gzFile packed; /* NULL: plain */
	dev_t device;
	ino_t inode;
	off_t offset;  /* plain: read so far */
	bool skipping; /* the rest of a line that was cut */
	size_t used;
	char buffer[BUFFER_SIZE];
};

static void
give(struct reading *reading, const char *line, size_t len)
{
	const struct kz_logfile_line given = {
		.text = {line, len < KZ_LOGFILE_LINE ? len : KZ_LOGFILE_LINE},
		.program = {"", 0},
		.process = {"", 0},
	};

	if (!reading->skipping)
		reading->use->line(reading->use->arg, &given);
	reading->skipping = false;
}

/* The whole lines of the buffer; what is left moves to its front. */
static void
give_lines(struct reading *reading)
{
	const char *at = reading->buffer;
	const char *end = at + reading->used;
	const char *newline;

	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		give(reading, at, (size_t)(newline - at));
		at = newline + 1;
	}
	reading->used = (size_t)(end - at);
	if (reading->used == sizeof(reading->buffer)) {
		give(reading, at, reading->used);
		reading->skipping = true;
		reading->used = 0;
	}
	memmove(reading->buffer, at, reading->used);
}

/* A last line need not end. */
static void
give_rest(struct reading *reading)
{
	if (reading->used > 0)
		give(reading, reading->buffer, reading->used);
	reading->used = 0;
}

/* Octets read, 0 at the end, -1 with errno. */
static ssize_t
read_more(struct reading *reading)
{
	char *at = reading->buffer + reading->used;
	size_t room = sizeof(reading->buffer) - reading->used;
	ssize_t got;

	if (reading->packed != NULL) {
		int result = gzread(reading->packed, at, (unsigned)room);

		if (result < 0 && errno == 0)
			errno = EINVAL;
		return result;
	}
	do
		got = read(reading->fd, at, room);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		reading->offset += got;
	return got;
}

static enum kz_result
read_all(struct reading *reading)
{
	ssize_t got;

	while ((got = read_more(reading)) > 0) {
		reading->used += (size_t)got;
		give_lines(reading);
	}
	return got == 0 ? KZ_OK : KZ_EIO;
}

static bool
is_packed(int fd)
{
	unsigned char magic[2];

	/* RFC 1952 section 2.3.1; a pipe cannot be looked into */
	return pread(fd, magic, sizeof(magic), 0) == 2 && magic[0] == 0x1f &&
		magic[1] == 0x8b;
}

static enum kz_result
open_file(struct reading *reading, const char *path)
{
	struct stat status;

	reading->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					     : open(path, O_RDONLY | O_CLOEXEC);
	if (reading->fd < 0 || fstat(reading->fd, &status) != 0)
		return errno == ENOENT ? KZ_NOT_FOUND : KZ_EIO;
	if (S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return KZ_EIO;
	}
	reading->device = status.st_dev;
	reading->inode = status.st_ino;
	reading->offset = 0;
	if (is_packed(reading->fd)) {
		reading->packed = gzdopen(reading->fd, "r");
		if (reading->packed == NULL)
			return KZ_ENOMEM;
		(void)gzbuffer(reading->packed, 1U << 17);
	}
	reading->use->begin(reading->use->arg,
		S_ISREG(status.st_mode) ? status.st_mtime : time(NULL));
	return KZ_OK;
}

static void
close_file(struct reading *reading)
{
	if (reading->packed != NULL)
		(void)gzclose(reading->packed);
	else if (reading->fd >= 0)
		(void)close(reading->fd);
	reading->packed = NULL;
	reading->fd = -1;
}

/* The name leads elsewhere, or the file was emptied. */
static bool
rotated(const struct reading *reading, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") == 0 || stat(path, &status) != 0)
		return false;
	return status.st_dev != reading->device ||
		status.st_ino != reading->inode ||
		status.st_size < reading->offset;
}

static void
wait_a_moment(void)
{
	(void)poll(NULL, 0, IDLE_MS);
}

/* What is there already first: read twice it counts once. */
static enum kz_result
follow_file(struct reading *reading, const char *path)
{
	enum kz_result result = KZ_OK;

	if (reading->packed != NULL)
		return read_all(reading);
	while (result == KZ_OK) {
		result = read_all(reading);
		if (result != KZ_OK || !reading->use->idle(reading->use->arg))
			break;
		if (rotated(reading, path)) {
			/* What came between reading and asking. */
			result = read_all(reading);
			give_rest(reading);
			close_file(reading);
			if (result == KZ_OK)
				result = open_file(reading, path);
		} else {
			wait_a_moment();
		}
	}
	return result;
}

enum kz_result
kz_logfile_read(const char *path, bool follow, const struct kz_logfile_use *use)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	enum kz_result result;
	int error;

	if (reading == NULL)
		return KZ_ENOMEM;
	reading->use = use;
	reading->fd = -1;
	result = open_file(reading, path);
	if (result == KZ_OK)
		result =
			follow ? follow_file(reading, path) : read_all(reading);
	error = errno;
	give_rest(reading);
	close_file(reading);
	free(reading);
	errno = error;
	return result;
}

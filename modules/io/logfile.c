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
/* The time of a first line, and more. */
#define FRONT_SIZE 128

struct reading {
	const struct kz_logfile_use *use;
	int fd;
	gzFile packed; /* NULL: plain */
	bool piped;    /* no file: nothing to look into or to come back to */
	dev_t device;
	ino_t inode;
	off_t offset;  /* plain: read so far */
	bool skipping; /* the rest of a line that was cut */
	bool glancing; /* the first of two readings */
	/* Its first octets: a log that was emptied and written on has others.
	 */
	size_t front_len;
	char front[FRONT_SIZE];
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

	if (!reading->skipping && reading->glancing)
		reading->use->glance(reading->use->arg, &given);
	else if (!reading->skipping)
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
		int error = Z_OK;

		if (result > 0)
			return result;
		/* One that was cut off ends as if it were whole. */
		(void)gzerror(reading->packed, &error);
		if (error != Z_OK && error != Z_ERRNO)
			errno = EBADMSG;
		return error == Z_OK ? 0 : -1;
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

/*
 * A pipe cannot be looked into.  written_s: when the file was last written; the
 * original's time is kept inside where gzip knew it, and a copy of the packed
 * file may be younger.
 */
static bool
is_packed(int fd, int64_t *written_s)
{
	/* RFC 1952 section 2.3.1: magic, method, flags, time, ... */
	unsigned char head[8];
	int64_t packed_s;

	if (pread(fd, head, sizeof(head), 0) != sizeof(head) ||
		head[0] != 0x1f || head[1] != 0x8b)
		return false;
	packed_s = (int64_t)head[4] | (int64_t)head[5] << 8 |
		(int64_t)head[6] << 16 | (int64_t)head[7] << 24;
	if (packed_s > 0 && packed_s < *written_s)
		*written_s = packed_s;
	return true;
}

/* The whole file once before its lines are given. */
static enum kz_result
glance(struct reading *reading)
{
	enum kz_result result;

	reading->glancing = true;
	result = read_all(reading);
	give_rest(reading);
	reading->glancing = false;
	reading->skipping = false;
	reading->offset = 0;
	/* What is damaged further on is read up to there. */
	if (reading->packed != NULL) {
		gzclearerr(reading->packed);
		return gzrewind(reading->packed) == 0 ? KZ_OK : KZ_EIO;
	}
	if (result == KZ_OK && lseek(reading->fd, 0, SEEK_SET) != 0)
		return KZ_EIO;
	return result;
}

static enum kz_result
open_file(struct reading *reading, const char *path)
{
	struct stat status;
	int64_t written_s = time(NULL);

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
	reading->front_len = 0;
	reading->piped = !S_ISREG(status.st_mode);
	if (!reading->piped)
		written_s = status.st_mtime;
	if (is_packed(reading->fd, &written_s)) {
		reading->packed = gzdopen(reading->fd, "r");
		if (reading->packed == NULL)
			return KZ_ENOMEM;
		(void)gzbuffer(reading->packed, 1U << 17);
	}
	reading->use->begin(reading->use->arg, written_s);
	return reading->piped ? KZ_OK : glance(reading);
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

/* Its name leads to another file. */
static bool
was_renamed(const struct reading *reading, const char *path)
{
	struct stat status;

	return strcmp(path, "-") != 0 && stat(path, &status) == 0 &&
		(status.st_dev != reading->device ||
			status.st_ino != reading->inode);
}

/* Emptied in its place; it may have grown again, to any length. */
static bool
was_emptied(struct reading *reading, const char *path)
{
	char now[FRONT_SIZE];
	struct stat status;
	ssize_t got;

	if (strcmp(path, "-") == 0 || fstat(reading->fd, &status) != 0 ||
		!S_ISREG(status.st_mode))
		return false;
	got = pread(reading->fd, now, sizeof(now), 0);
	if (got < 0)
		return false;
	if (status.st_size < reading->offset ||
		(size_t)got < reading->front_len ||
		memcmp(now, reading->front, reading->front_len) != 0)
		return true;
	memcpy(reading->front, now, (size_t)got);
	reading->front_len = (size_t)got;
	return false;
}

static void
wait_a_moment(void)
{
	(void)poll(NULL, 0, IDLE_MS);
}

/*
 * Who writes may pause: then the caller has its moment.  Standard input ends
 * with its writer, a named pipe waits for the next one.
 */
static enum kz_result
follow_pipe(struct reading *reading, const char *path)
{
	struct pollfd wait = {.fd = reading->fd, .events = POLLIN};

	for (;;) {
		ssize_t got = 0;
		bool ready = poll(&wait, 1, IDLE_MS) > 0;

		if (ready)
			got = read_more(reading);
		if (got < 0)
			return KZ_EIO;
		reading->used += (size_t)got;
		give_lines(reading);
		if (got > 0)
			continue;
		if (!reading->use->idle(reading->use->arg) ||
			(ready && strcmp(path, "-") == 0))
			return KZ_OK;
		if (ready)
			wait_a_moment();
	}
}

/* What is there already first: read twice it counts once. */
static enum kz_result
follow_file(struct reading *reading, const char *path)
{
	enum kz_result result = KZ_OK;

	if (reading->packed != NULL)
		return read_all(reading);
	if (reading->piped)
		return follow_pipe(reading, path);
	while (result == KZ_OK) {
		result = read_all(reading);
		if (result != KZ_OK || !reading->use->idle(reading->use->arg))
			break;
		if (!was_renamed(reading, path) && !was_emptied(reading, path))
			wait_a_moment();
		if (was_renamed(reading, path))
			/* What came between reading and asking. */
			result = read_all(reading);
		else if (!was_emptied(reading, path))
			continue;
		give_rest(reading);
		close_file(reading);
		if (result == KZ_OK)
			result = open_file(reading, path);
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

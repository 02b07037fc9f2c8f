/* SPDX-License-Identifier: ISC */
/*
 * logfile - the lines of a log: a file, a compressed one, a pipe
 *
 * What:   gives each line to a function.  A file is read to its end, or
 *         followed: over rotation (its name leads to another file) and
 *         truncation, asking twice a second.  Compressed files are known by
 *         their first bytes.  A file's lines are given twice: at a glance
 *         first, so that who reads them may learn from all of it what one
 *         line does not tell.  A pipe has only its one reading; followed, it
 *         ends with its writer where it is the standard input.
 * Foreign: a line of more than KZ_LOGFILE_LINE octets is cut there.
 * Errors: KZ_NOT_FOUND and KZ_EIO, with errno: EBADMSG for a compressed file
 *         that is damaged or cut off, after the lines before that.
 */
#ifndef KIZUKI_IO_LOGFILE_H
#define KIZUKI_IO_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

#define KZ_LOGFILE_LINE 65536

/* One line, without its newline, which lives during the call. */
struct kz_logfile_line {
	struct kz_str text;
	/* The journal's: who wrote it, and when; else empty and 0. */
	struct kz_str program, process;
	int64_t when_s;
};

/* What is to be done with what was read. */
struct kz_logfile_use {
	/* newest_s: when the file was last written; before its first line. */
	void (*begin)(void *arg, int64_t newest_s);
	/* Each line of a file that can be read twice, the first time. */
	void (*glance)(void *arg, const struct kz_logfile_line *line);
	void (*line)(void *arg, const struct kz_logfile_line *line);
	/*
	 * While following: nothing more is there for now.  False ends it; it
	 * is asked at least every half second.
	 */
	bool (*idle)(void *arg);
	void *arg;
};

/* path "-" is the standard input.  follow: until idle says that it ends. */
KZ_MUST_CHECK enum kz_result kz_logfile_read(
	const char *path, bool follow, const struct kz_logfile_use *use);

#endif

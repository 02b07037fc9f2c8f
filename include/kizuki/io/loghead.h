/* SPDX-License-Identifier: ISC */
/*
 * loghead - the head of a log line, and whether its rest is worth reading
 *
 * What:   takes "Feb 29 10:00:31 mx postfix/smtp[2101]: " and what else MTAs
 *         and name servers write in front of a message apart, by position, and
 *         drops most lines of a log at a glance, so that liblognorm reads only
 *         those that can matter.
 * Formats: syslog (RFC 3164 without a year, and ISO 8601), Exim's main log
 *         (also within syslog), BIND's own file, Unbound's own file.
 * Foreign: any bytes, any length; nothing is copied.
 * Owner:  views into the line.
 */
#ifndef KIZUKI_IO_LOGHEAD_H
#define KIZUKI_IO_LOGHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

#define KZ_LOGFORMAT_LIST(X)                                                   \
	X(AUTO, "auto")                                                        \
	X(POSTFIX, "postfix")                                                  \
	X(EXIM, "exim")                                                        \
	X(SENDMAIL, "sendmail")                                                \
	X(BIND, "bind")                                                        \
	X(UNBOUND, "unbound")

#define KZ_LOGFORMAT_ENUM(name, text) KZ_LOGFORMAT_##name,
enum kz_logformat { KZ_LOGFORMAT_LIST(KZ_LOGFORMAT_ENUM) KZ_LOGFORMAT_COUNT };
#undef KZ_LOGFORMAT_ENUM

struct kz_loghead {
	enum kz_logformat format; /* AUTO: a line of another program */
	struct kz_str time;       /* as written; kz_logtime_read knows it */
	struct kz_str program;    /* "smtp" of "postfix/smtp"; may be empty */
	struct kz_str process;    /* may be empty */
	struct kz_str queue;      /* Exim: identifier of the message */
	struct kz_str message;    /* the rest of the line */
};

/* Static texts, never NULL; and back.  KZ_NOT_FOUND: no such word. */
const char *kz_logformat_text(enum kz_logformat format);
KZ_MUST_CHECK enum kz_result kz_logformat_find(
	struct kz_str text, enum kz_logformat *format);

/*
 * Take line, which has no newline, apart.  expect: AUTO, or what lines of a
 * program that is not known are taken for.  False: it has no such head.
 */
bool kz_loghead_split(
	struct kz_str line, enum kz_logformat expect, struct kz_loghead *head);

/*
 * The same for an entry of the journal: who wrote it is told apart from the
 * message, which for Exim has its own head.
 */
bool kz_loghead_entry(struct kz_str program, struct kz_str process,
	struct kz_str message, enum kz_logformat expect,
	struct kz_loghead *head);

/* Whether the message holds a word that a shipped rule begins with. */
bool kz_loghead_matters(const struct kz_loghead *head);

/* A place among days whose year nobody told; 0: none. */
struct kz_logdays {
	int at;
	/* Before the last leap of over a month, and behind it. */
	int left, landed;
};

/*
 * Moments as logs write them; local time but where an offset is told.
 *
 * A year that is missing follows from the order: the lines of a file rise (by
 * up to a month they may not), and the newest one, where a glance at the whole
 * file was taken first, is of the year that brings it closest before newest_s,
 * the time at which the file was last written; a day ahead of it is allowed.
 * Where there is a 29 February it is of the last years that make it one.
 * Without a glance (a pipe) the first line is of the nearest past.  A line that
 * would be ahead of newest_s begins anew with the nearest past.
 *
 * All zero but newest_s is a new file.
 */
struct kz_logtime {
	int64_t newest_s;
	struct kz_logdays days;
	bool begun;
	int begin; /* the year from which those of days are counted */
	/* What the glance saw: the newest day, and in which years leap days. */
	struct kz_logdays glance;
	int last, last_month, last_day;
	uint64_t leaps;
	char day[6]; /* of the last line seen */
	/* The last minute without a year that was converted, and its begin. */
	char minute[12];
	int64_t minute_s;
};

/* A line of the first reading, in order. */
void kz_logtime_glance(struct kz_logtime *time, struct kz_str line);

/* A line of the second one whose moment need not be known. */
void kz_logtime_pass(struct kz_logtime *time, struct kz_str line);

/* KZ_EFORMAT: no moment. */
KZ_MUST_CHECK enum kz_result kz_logtime_read(
	struct kz_logtime *time, struct kz_str text, int64_t *when_s);

#endif

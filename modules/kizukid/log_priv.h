/* SPDX-License-Identifier: ISC */
/*
 * log_priv - kizukid's log: one line for one event
 *
 * What:   syslog (facility mail, ident kizukid), and stderr in the foreground
 *         and until the start is over.
 * Not:    no cleaning of foreign bytes: callers pass what base/text made.
 *         Safe on all threads.
 */
#ifndef KIZUKID_LOG_PRIV_H
#define KIZUKID_LOG_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/engine/engine.h"

/* Longest line that leaves; a longer one is cut. */
#define KZ_LOG_LINE_SIZE 4096

struct kz_log_queue;

struct kz_log {
	bool on_stderr;
	bool on_syslog;
	/*
	 * Whether somebody listens: without that each line would cost four
	 * system calls in vain.  Read by the store's thread too.
	 */
	atomic_bool syslog_there;
	struct kz_log_queue *queue; /* NULL: whoever speaks waits */
};

/* Peers that misbehave a thousand times a second fill no disk. */
struct kz_log_limit {
	int64_t window_ms; /* when this window began */
	unsigned said;
	unsigned kept_back;
};

void kz_log_open(struct kz_log *log, bool on_stderr, bool on_syslog);

/* About once a second: is syslog there? */
void kz_log_tick(struct kz_log *log);

/*
 * From now on a thread writes what is said, so that nobody waits for a journal
 * that hangs; what it does not take is lost then, and counted.  An alert is
 * waited for, half a second at most.
 */
void kz_log_start(struct kz_log *log);

/*
 * End that thread, all being written.  False: the log takes nothing; the
 * process can only end without its own clean-up.
 */
KZ_MUST_CHECK bool kz_log_stop(struct kz_log *log);

/*
 * From now on lines for stderr collect until kz_log_flush: a system call for
 * each decision would be a third of its cost.  An alert leaves at once.
 */
void kz_log_collect(void);
void kz_log_flush(const struct kz_log *log);

void kz_log_say(
	const struct kz_log *log, enum kz_log_level level, const char *line);

void kz_log_format(const struct kz_log *log, enum kz_log_level level,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * At most 10 lines a minute; how many were kept back is said with the first
 * line of the next minute.
 */
void kz_log_limited(const struct kz_log *log, struct kz_log_limit *limit,
	int64_t now_ms, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif

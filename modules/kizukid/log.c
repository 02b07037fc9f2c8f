/* SPDX-License-Identifier: ISC */
#include "log_inner_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define WINDOW_MS    60000
#define WINDOW_MAX   10
#define COLLECT_SIZE ((size_t)64 << 10)

static int
priority(enum kz_log_level level)
{
	switch (level) {
	case KZ_LOG_INFO:
		return LOG_INFO;
	case KZ_LOG_WARNING:
		return LOG_WARNING;
	case KZ_LOG_ALERT:
		return LOG_ALERT;
	}
	return LOG_INFO;
}

void
kz_log_open(struct kz_log *log, bool on_stderr, bool on_syslog)
{
	/* LOG_NDELAY: the descriptor exists before rights are dropped. */
	if (on_syslog)
		openlog("kizukid", LOG_PID | LOG_NDELAY, LOG_MAIL);
	log->on_stderr = on_stderr;
	log->on_syslog = on_syslog;
	kz_log_tick(log);
}

void
kz_log_tick(struct kz_log *log)
{
	log->syslog_there = access("/dev/log", F_OK) == 0;
}

void
kz_log_collect(void)
{
	/*
	 * Ours, and there as long as the stream is: without one glibc goes on
	 * with the single octet that an unbuffered stream has, and writes a
	 * line in pieces.
	 */
	static char buffer[COLLECT_SIZE];

	(void)setvbuf(stderr, buffer, _IOFBF, sizeof(buffer));
}

void
kz_log_write_end(const struct kz_log *log)
{
	if (log->on_stderr)
		(void)fflush(stderr);
}

/* In one piece also where stderr does not collect; far cheaper than printf. */
static void
say_stderr(const char *line)
{
	static const char prefix[] = "kizukid: ";
	char whole[sizeof(prefix) + KZ_LOG_LINE_SIZE];
	const size_t len = strnlen(line, KZ_LOG_LINE_SIZE - 1);

	memcpy(whole, prefix, sizeof(prefix) - 1);
	memcpy(whole + sizeof(prefix) - 1, line, len);
	whole[sizeof(prefix) - 1 + len] = '\n';
	(void)fwrite(whole, sizeof(prefix) + len, 1, stderr);
}

void
kz_log_write(
	const struct kz_log *log, enum kz_log_level level, const char *line)
{
	if (log->on_syslog && log->syslog_there)
		syslog(priority(level), "%s", line);
	if (!log->on_stderr)
		return;
	say_stderr(line);
	if (level == KZ_LOG_ALERT)
		kz_log_write_end(log);
}

void
kz_log_flush(const struct kz_log *log)
{
	if (log->queue != NULL)
		kz_log_queue_post(log->queue);
	else
		kz_log_write_end(log);
}

void
kz_log_say(const struct kz_log *log, enum kz_log_level level, const char *line)
{
	if (log->queue != NULL)
		kz_log_queue_put(log->queue, level, line);
	else
		kz_log_write(log, level, line);
}

static void say_va(const struct kz_log *log, enum kz_log_level level,
	const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void
say_va(const struct kz_log *log, enum kz_log_level level, const char *format,
	va_list args)
{
	char line[KZ_LOG_LINE_SIZE];

	if (vsnprintf(line, sizeof(line), format, args) < 0)
		return;
	kz_log_say(log, level, line);
}

void
kz_log_format(const struct kz_log *log, enum kz_log_level level,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_va(log, level, format, args);
	va_end(args);
}

void
kz_log_limited(const struct kz_log *log, struct kz_log_limit *limit,
	int64_t now_ms, const char *format, ...)
{
	va_list args;

	if (limit->said == 0 || now_ms - limit->window_ms >= WINDOW_MS) {
		if (limit->kept_back > 0)
			kz_log_format(log, KZ_LOG_WARNING,
				"%u more lines like the next one were kept "
				"back",
				limit->kept_back);
		limit->window_ms = now_ms;
		limit->said = 0;
		limit->kept_back = 0;
	}
	if (limit->said >= WINDOW_MAX) {
		limit->kept_back++;
		return;
	}
	limit->said++;
	va_start(args, format);
	say_va(log, KZ_LOG_WARNING, format, args);
	va_end(args);
}

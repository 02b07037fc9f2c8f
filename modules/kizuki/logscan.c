/* SPDX-License-Identifier: ISC */
/* Our own logs as findings: what is read, and what is made of it. */
#include <err.h>
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "kizuki/core/logscan.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/logfile.h"
#include "kizuki/io/logrules.h"
#include "logscan_priv.h"

struct scan {
	struct cli *cli;
	enum kz_logformat format;
	struct kz_logrules *rules;
	struct kz_logtime time;
	struct kz_logscan *core;
	struct kz_logscan_out out;
	struct logscan_sink *sink;
	uint64_t lines, understood;
	bool waiting; /* followed to the end of what is there */
};

static void
say_rules(void *arg, const char *message)
{
	(void)arg;
	fputs("kizuki: ", stderr);
	cli_put(stderr, message);
	fputc('\n', stderr);
}

/* ../share/kizuki/logrules beside the folder of this program. */
static bool
rules_beside(char *path, size_t size)
{
	char self[256];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return false;
	self[len] = '\0';
	len = snprintf(
		path, size, "%s/../share/kizuki/logrules", dirname(self));
	return len > 0 && (size_t)len < size;
}

static int
open_rules(struct scan *scan)
{
	const struct kz_config *config = &scan->cli->config;
	char path[512];

	if (config->log_rules[0] != '\0')
		(void)snprintf(path, sizeof(path), "%s", config->log_rules);
	else if (!rules_beside(path, sizeof(path)))
		return EX_OSFILE;
	switch (kz_logrules_open(
		path, config->log_rules_own, say_rules, NULL, &scan->rules)) {
	case KZ_OK:
		return 0;
	case KZ_ENOMEM:
		warnx("out of memory");
		return EX_OSERR;
	default:
		return EX_CONFIG;
	}
}

static void
on_finding(void *arg, const struct kz_finding *finding)
{
	struct scan *scan = arg;

	logscan_sink_finding(scan->sink, finding);
}

static void
on_touch(void *arg, const struct kz_touch *touch)
{
	struct scan *scan = arg;

	logscan_sink_touch(scan->sink, touch);
}

/* Each file has its own last year. */
static void
on_begin(void *arg, int64_t newest_s)
{
	struct scan *scan = arg;

	scan->time = (struct kz_logtime){.newest_s = newest_s < scan->cli->now_s
			? newest_s
			: scan->cli->now_s};
}

static void
on_glance(void *arg, const struct kz_logfile_line *line)
{
	struct scan *scan = arg;

	kz_logtime_glance(&scan->time, line->text);
}

static void
on_line(void *arg, const struct kz_logfile_line *given)
{
	struct scan *scan = arg;
	struct kz_logline line = {.when_s = given->when_s};
	struct kz_loghead head;
	bool headed;

	scan->lines++;
	if (given->when_s == 0)
		kz_logtime_pass(&scan->time, given->text);
	headed = given->program.len > 0
		? kz_loghead_entry(given->program, given->process, given->text,
			  scan->format, &head)
		: kz_loghead_split(given->text, scan->format, &head);
	if (!headed || !kz_logrules_want(scan->rules, &head) ||
		(given->when_s == 0 &&
			kz_logtime_read(&scan->time, head.time, &line.when_s) !=
				KZ_OK) ||
		!kz_logrules_apply(scan->rules, &head, &line))
		return;
	if (kz_logscan_take(scan->core, &line, &scan->out))
		scan->understood++;
}

/*
 * Whoever ends a scan that follows gets what it knows.  Before that, while it
 * works off what is there, signals end it as any program.
 */
static bool
ended(struct scan *scan)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	if (!scan->waiting)
		(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	scan->waiting = true;
	return sigpending(&ends) == 0 &&
		(sigismember(&ends, SIGINT) > 0 ||
			sigismember(&ends, SIGTERM) > 0);
}

/* While following: what is ready goes out. */
static bool
on_idle(void *arg)
{
	struct scan *scan = arg;

	if (ended(scan))
		return false;
	/* A file that is followed grows: its lines are of now. */
	scan->cli->now_s = kz_clock_now_s();
	scan->time.newest_s = scan->cli->now_s;
	if (scan->core->hour > 0 && scan->cli->now_s / 3600 > scan->core->hour)
		kz_logscan_flush(scan->core, &scan->out);
	return logscan_sink_send(scan->sink, true) == 0;
}

static int
read_one(struct scan *scan, const char *path)
{
	const struct kz_logfile_use use = {.begin = on_begin,
		.glance = on_glance,
		.line = on_line,
		.idle = on_idle,
		.arg = scan};
	enum kz_result result = logscan_is_journal(path)
		? logscan_journal(path, scan->cli->follow, &use)
		: kz_logfile_read(path, scan->cli->follow, &use);

	if (result == KZ_OK)
		return 0;
	if (errno == EBADMSG)
		warnx("%s: damaged or cut off; it is read up to there", path);
	else if (errno == ENODATA)
		warnx("%s: no journal is there", path);
	else
		warn("%s", path);
	return result == KZ_NOT_FOUND ? EX_NOINPUT : EX_IOERR;
}

static int
read_all(struct scan *scan, int argc, char **argv)
{
	int status = 0;

	if (argc == 0)
		return read_one(scan, "-");
	for (int i = 0; i < argc; i++) {
		int one = read_one(scan, argv[i]);

		if (status == 0)
			status = one;
	}
	return status;
}

static int
scan_all(struct scan *scan, int argc, char **argv)
{
	const struct kz_config *config = &scan->cli->config;
	uint32_t network_s = config->persistence[KZ_CLASS_N].slot_s;
	uint32_t log_s = config->persistence[KZ_CLASS_L].slot_s;
	int status, sent;

	scan->core->rules = (struct kz_logscan_rules){
		.slot_s = network_s < log_s ? network_s : log_s,
		.own = &config->network.own,
		/* Without a configuration nobody says what is global here. */
		.scope = scan->cli->config_found ? &config->network.scope
						 : NULL};
	scan->out = (struct kz_logscan_out){
		.finding = on_finding, .touch = on_touch, .arg = scan};
	status = read_all(scan, argc, argv);
	kz_logscan_flush(scan->core, &scan->out);
	sent = logscan_sink_send(scan->sink, false);
	if (sent == 0)
		sent = logscan_sink_say(
			scan->sink, scan->lines, scan->understood);
	return status != 0 ? status : sent;
}

int
cli_logscan(struct cli *cli, int argc, char **argv)
{
	struct scan scan = {.cli = cli, .format = KZ_LOGFORMAT_AUTO};
	int status;

	if (cli->format != NULL &&
		kz_logformat_find(
			(struct kz_str){cli->format, strlen(cli->format)},
			&scan.format) != KZ_OK) {
		warnx("--format %s: expected auto, postfix, exim, sendmail, "
		      "bind or unbound",
			cli->format);
		return EX_USAGE;
	}
	if (cli->follow && argc > 1) {
		warnx("--follow: one file, or the journal");
		return EX_USAGE;
	}
	scan.core = calloc(1, sizeof(*scan.core));
	scan.sink = logscan_sink_open(cli);
	status = scan.core == NULL || scan.sink == NULL ? EX_OSERR
							: open_rules(&scan);
	if (status == 0)
		status = scan_all(&scan, argc, argv);
	kz_logrules_close(&scan.rules);
	logscan_sink_close(&scan.sink);
	free(scan.core);
	return status;
}

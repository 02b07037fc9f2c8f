/* SPDX-License-Identifier: ISC */
/* Without kizukid: a kizuki-probe of our own looks at the sites. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli_priv.h"
#include "kizuki/base/text.h"
#include "kizuki/front/line.h"
#include "kizuki/io/clock.h"

#define GRACE_MS    30000 /* beyond the time that the examinations may take */
#define EXIT_NOEXEC 127   /* as a shell says it */

struct run {
	struct cli *cli;
	struct cli_look *looks;
	size_t count;
	struct cli_look pool; /* findings of sites that are not done yet */
	bool alive[KZ_NETCLASS_COUNT]; /* something answered: our line works */
	pid_t pid;
	int out; /* the probe's standard output */
	size_t used;
	char buffer[KZ_LINE_MAX];
	struct kz_line line;
};

/* A finding names the site or its zone; both are known once it is done. */
static int
take_done(struct run *run, const struct kz_line_done *done)
{
	int status = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct cli_look *look = &run->looks[i];

		if (look->done || !kz_name_equal(&look->site, &done->site))
			continue;
		look->done = true;
		memcpy(look->complete, done->complete, sizeof(look->complete));
		for (size_t at = 0; status == 0 && at < run->pool.count; at++) {
			const struct kz_finding *finding =
				&run->pool.findings[at];

			if (kz_name_equal(&finding->subject, &done->site) ||
				kz_name_equal(&finding->subject, &done->zone))
				status = cli_look_add(look, finding);
		}
	}
	return status;
}

static int
take_line(struct run *run, struct kz_str bytes)
{
	const struct kz_touch *touch = &run->line.u.touch;
	const char *why = "";

	if (kz_line_parse(bytes, &run->line, &why) != KZ_OK) {
		warnx("kizuki-probe said something else: %s", why);
		return 0;
	}
	switch (run->line.kind) {
	case KZ_LINE_FINDING:
		return cli_look_add(&run->pool, &run->line.u.finding);
	case KZ_LINE_TOUCHED:
		if (touch->reach == KZ_REACH_ALIVE)
			run->alive[kz_netclass_of(
				touch->service, &touch->addr)] = true;
		return 0;
	case KZ_LINE_DONE:
		return take_done(run, &run->line.u.done);
	case KZ_LINE_ERROR:
		fputs("kizuki: kizuki-probe: ", stderr);
		cli_put(stderr, run->line.u.error.text);
		fputs(": ", stderr);
		cli_put(stderr, run->line.u.error.line);
		fputc('\n', stderr);
		return 0;
	case KZ_LINE_EXAMINE:
	case KZ_LINE_QUESTION:
	case KZ_LINE_CANARY:
	case KZ_LINE_VERIFIED:
	case KZ_LINE_TURN:
	case KZ_LINE_REGISTERED:
		return 0;
	}
	return 0;
}

/* Whole lines of what was read; the rest moves to the front. */
static int
take_buffer(struct run *run)
{
	size_t start = 0;
	char *end;
	int status = 0;

	while (status == 0 &&
		(end = memchr(run->buffer + start, '\n', run->used - start)) !=
			NULL) {
		size_t len = (size_t)(end - (run->buffer + start));

		if (len > 0)
			status = take_line(
				run, (struct kz_str){run->buffer + start, len});
		start += len + 1;
	}
	memmove(run->buffer, run->buffer + start, run->used - start);
	run->used -= start;
	if (run->used == sizeof(run->buffer)) {
		warnx("kizuki-probe: a line without end");
		return EX_PROTOCOL;
	}
	return status;
}

/* Until the probe closes its output, or the time is over. */
static int
read_all(struct run *run)
{
	const struct kz_config *config = &run->cli->config;
	int64_t rounds = (int64_t)(run->count / config->probe.jobs) + 1;
	int64_t end_ms = kz_clock_mono_ms() + GRACE_MS +
		rounds * (int64_t)config->probe.site_ms;
	int status = 0;

	while (status == 0) {
		struct pollfd wait = {.fd = run->out, .events = POLLIN};
		int64_t left_ms = end_ms - kz_clock_mono_ms();
		ssize_t got;

		if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0) {
			warnx("kizuki-probe does not end: stopped");
			return EX_TEMPFAIL;
		}
		got = read(run->out, run->buffer + run->used,
			sizeof(run->buffer) - run->used);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR) {
			warn("kizuki-probe");
			return EX_IOERR;
		}
		run->used += got > 0 ? (size_t)got : 0;
		status = take_buffer(run);
	}
	return status;
}

/* The operator's canaries are asked too: they show whether our line works. */
static int
write_canaries(struct run *run, FILE *input)
{
	static const enum kz_service services[] = {
		KZ_SERVICE_SMTP25, KZ_SERVICE_DNS53UDP, KZ_SERVICE_DNS53TCP};

	for (size_t i = 0; i < 2 * sizeof(services) / sizeof(services[0]);
		i++) {
		/* classes come in pairs, v4 and v6 of a service */
		const struct kz_config_canary *canary =
			&run->cli->config.canary[i];

		for (size_t at = 0; at < canary->target_count; at++) {
			size_t len;

			run->line = (struct kz_line){.kind = KZ_LINE_CANARY};
			run->line.u.canary_ask.addr = canary->targets[at];
			run->line.u.canary_ask.service = services[i / 2];
			if (kz_line_print(&run->line, run->buffer,
				    sizeof(run->buffer), &len) != KZ_OK ||
				fwrite(run->buffer, 1, len, input) != len)
				return EX_IOERR;
		}
	}
	return 0;
}

/* What the probe reads, in a file without a name: no pipe to fill. */
static FILE *
make_input(struct run *run)
{
	FILE *input = tmpfile();

	if (input == NULL)
		return NULL;
	if (write_canaries(run, input) != 0) {
		(void)fclose(input);
		return NULL;
	}
	for (size_t i = 0; i < run->count; i++)
		fprintf(input, "%s\n", run->looks[i].site.text);
	if (fflush(input) != 0 || fseek(input, 0, SEEK_SET) != 0) {
		(void)fclose(input);
		return NULL;
	}
	return input;
}

static void
become_probe(const struct cli *cli, int in, int out)
{
	const char *path = cli->config.probe_path;

	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(EXIT_NOEXEC);
	if (cli->config_found)
		execl(path, "kizuki-probe", "-c", cli->config_path,
			(char *)NULL);
	else
		execl(path, "kizuki-probe", (char *)NULL);
	warn("%s", path);
	_exit(EXIT_NOEXEC);
}

static int
start(struct run *run)
{
	FILE *input = make_input(run);
	int pipes[2];

	if (input == NULL || pipe(pipes) != 0) {
		warn("cannot start kizuki-probe");
		if (input != NULL)
			(void)fclose(input);
		return EX_OSERR;
	}
	run->pid = fork();
	if (run->pid == 0) {
		close(pipes[0]);
		become_probe(run->cli, fileno(input), pipes[1]);
	}
	(void)fclose(input); /* the child has its own */
	close(pipes[1]);
	run->out = pipes[0];
	if (run->pid > 0)
		return 0;
	warn("cannot start kizuki-probe");
	close(run->out);
	return EX_OSERR;
}

static int
finish(struct run *run, int status)
{
	int ended = 0;
	bool all_done = true;

	close(run->out);
	if (status != 0)
		kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &ended, 0) < 0 && errno == EINTR)
		continue;
	if (status != 0)
		return status;
	if (WIFEXITED(ended) && WEXITSTATUS(ended) == EXIT_NOEXEC)
		return EX_UNAVAILABLE;
	for (size_t i = 0; i < run->count; i++)
		all_done = all_done && run->looks[i].done;
	if (!all_done && WIFSIGNALED(ended))
		warnx("kizuki-probe was ended by signal %d", WTERMSIG(ended));
	else if (!all_done)
		warnx("kizuki-probe ended with status %d before all was done",
			WEXITSTATUS(ended));
	return 0;
}

static bool
rests_on(const struct kz_finding *finding, enum kz_netclass class)
{
	for (size_t i = 0; i < finding->rest_count; i++)
		if (finding->rests[i].netclass == class)
			return true;
	return false;
}

/* The same service over the other family; itself where there is none. */
static enum kz_netclass other_family(enum kz_netclass class)
{
	return class <= KZ_NET_DNS53TCP_V6 ? (enum kz_netclass)(class ^ 1U)
					   : class;
}

/*
 * A failure may be ours where nothing of its class answered in this run.  On
 * a dual-stack target a family that never worked here is left out, as long as
 * the finding rests on the other one too and that one works.
 */
static bool
confirmed(const struct run *run, const struct kz_finding *finding)
{
	for (size_t i = 0; i < finding->rest_count; i++) {
		enum kz_netclass class = finding->rests[i].netclass;
		enum kz_netclass other = other_family(class);

		if (!run->alive[class] &&
			!(run->alive[other] && rests_on(finding, other)))
			return false;
	}
	return true;
}

static void
confirm_all(struct run *run, struct cli_look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		struct kz_finding *finding = &look->findings[i];
		struct kz_text why;

		if (finding->outcome != KZ_OUTCOME_BAD ||
			confirmed(run, finding))
			continue;
		finding->outcome = KZ_OUTCOME_UNKNOWN;
		why = kz_text_make(finding->why, sizeof(finding->why));
		kz_text_word(&why,
			"failed, but nothing else answered over this "
			"service either: it may be our own line");
	}
}

int
cli_probe(struct cli *cli, struct cli_look *looks, size_t count)
{
	struct run *run = calloc(1, sizeof(*run));
	int status;

	if (run == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	run->cli = cli;
	run->looks = looks;
	run->count = count;
	status = start(run);
	if (status == 0)
		status = finish(run, read_all(run));
	for (size_t i = 0; i < count; i++)
		confirm_all(run, &looks[i]);
	free(run->pool.findings);
	free(run);
	return status;
}

/* SPDX-License-Identifier: ISC */
#include "prober_priv.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "kizuki/io/clock.h"

#define END_S       10  /* from the last line to the end */
#define EXIT_NOEXEC 127 /* as a shell says it */

/* While it is held back, the end of a child can be waited for with a bound. */
static void
hold_sigchld(int how)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGCHLD);
	(void)sigprocmask(how, &ends, NULL);
}

static void
become_probe(const struct cli *cli, int in, int out, const char *options)
{
	const char *path = cli->config.probe_path;

	hold_sigchld(SIG_UNBLOCK);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(EXIT_NOEXEC);
	/* Where there are no options, their place is the end of the list. */
	if (cli->config_found)
		execl(path, "kizuki-probe", "-c", cli->config_path, options,
			(char *)NULL);
	else
		execl(path, "kizuki-probe", options, (char *)NULL);
	warn("%s", path);
	_exit(EXIT_NOEXEC);
}

int
cli_prober_start(const struct cli *cli, FILE *file, struct cli_prober *prober)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1};

	prober->used = 0;
	prober->pid = -1;
	hold_sigchld(SIG_BLOCK);
	if ((file != NULL || pipe2(in, O_CLOEXEC) == 0) &&
		pipe2(out, O_CLOEXEC) == 0)
		prober->pid = fork();
	if (prober->pid == 0)
		become_probe(cli, file != NULL ? fileno(file) : in[0], out[1],
			file != NULL ? NULL : "-kt");
	if (prober->pid < 0)
		warn("cannot start kizuki-probe");
	if (file != NULL)
		(void)fclose(file); /* the child has its own */
	else if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	prober->in = in[1];
	prober->out = out[0];
	if (prober->pid > 0)
		return 0;
	hold_sigchld(SIG_UNBLOCK);
	cli_prober_sent(prober);
	if (prober->out >= 0)
		close(prober->out);
	return EX_OSERR;
}

int
cli_prober_send(struct cli_prober *prober, const struct kz_line *line)
{
	char bytes[KZ_LINE_MAX];
	size_t len = 0;

	if (kz_line_print(line, bytes, sizeof(bytes), &len) != KZ_OK) {
		warnx("kizuki-probe cannot be told this");
		return EX_SOFTWARE;
	}
	/* Short lines, one at a time: a pipe has room for them. */
	if (write(prober->in, bytes, len) == (ssize_t)len)
		return 0;
	/* Where it ended, its end says more. */
	if (errno == EPIPE)
		return 0;
	warn("kizuki-probe");
	return EX_IOERR;
}

void
cli_prober_sent(struct cli_prober *prober)
{
	if (prober->in >= 0)
		close(prober->in);
	prober->in = -1;
}

static int
take_line(struct cli_prober *prober, struct kz_str bytes, cli_prober_take *take,
	void *arg)
{
	struct kz_line *line = &prober->line;
	const char *why = "";

	if (kz_line_parse(bytes, line, &why) != KZ_OK) {
		warnx("kizuki-probe said something else: %s", why);
		return 0;
	}
	if (line->kind != KZ_LINE_ERROR)
		return take(arg, line);
	fputs("kizuki: kizuki-probe: ", stderr);
	cli_put(stderr, line->u.error.text);
	fputs(": ", stderr);
	cli_put(stderr, line->u.error.line);
	fputc('\n', stderr);
	return 0;
}

/* Whole lines of what was read; the rest moves to the front. */
static int
take_buffer(struct cli_prober *prober, cli_prober_take *take, void *arg)
{
	size_t start = 0;
	char *end;
	int status = 0;

	while (status == 0 &&
		(end = memchr(prober->buffer + start, '\n',
			 prober->used - start)) != NULL) {
		size_t len = (size_t)(end - (prober->buffer + start));

		if (len > 0)
			status = take_line(prober,
				(struct kz_str){prober->buffer + start, len},
				take, arg);
		start += len + 1;
	}
	memmove(prober->buffer, prober->buffer + start, prober->used - start);
	prober->used -= start;
	if (prober->used == sizeof(prober->buffer)) {
		warnx("kizuki-probe: a line without end");
		return EX_PROTOCOL;
	}
	return status;
}

int
cli_prober_read(struct cli_prober *prober, const int64_t *end_ms,
	cli_prober_take *take, void *arg)
{
	int status = 0;

	while (status == 0) {
		struct pollfd wait = {.fd = prober->out, .events = POLLIN};
		int64_t left_ms = *end_ms - kz_clock_mono_ms();
		ssize_t got;

		if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0) {
			warnx("kizuki-probe does not end: stopped");
			return EX_TEMPFAIL;
		}
		got = read(prober->out, prober->buffer + prober->used,
			sizeof(prober->buffer) - prober->used);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR) {
			warn("kizuki-probe");
			return EX_IOERR;
		}
		prober->used += got > 0 ? (size_t)got : 0;
		status = take_buffer(prober, take, arg);
	}
	return status;
}

/* It closed its output; its end comes with it, or by force. */
static void
await_end(const struct cli_prober *prober)
{
	const struct timespec limit = {.tv_sec = END_S};
	sigset_t ends;
	int got;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGCHLD);
	do
		got = sigtimedwait(&ends, NULL, &limit);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		kill(prober->pid, SIGKILL);
}

int
cli_prober_end(struct cli_prober *prober, int status, int *ended)
{
	*ended = 0;
	cli_prober_sent(prober);
	close(prober->out);
	if (status != 0)
		kill(prober->pid, SIGKILL);
	else
		await_end(prober);
	while (waitpid(prober->pid, ended, 0) < 0 && errno == EINTR)
		continue;
	hold_sigchld(SIG_UNBLOCK);
	if (status == 0 && WIFEXITED(*ended) &&
		WEXITSTATUS(*ended) == EXIT_NOEXEC)
		return EX_UNAVAILABLE;
	return status;
}

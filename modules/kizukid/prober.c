/* SPDX-License-Identifier: ISC */
#include "prober_inner_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "kizuki/base/text.h"
#include "kizuki/engine/judge.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"
#include "kizuki/front/line.h"
#include "kizuki/io/clock.h"

#include "counts_priv.h"

/* A child that ends early is started again after 1, 2, 4 ... 60 s. */
#define BACKOFF_MIN_S 1
#define BACKOFF_MAX_S 60
/* One that lived so long was not at fault by its start. */
#define PROVED_MS 60000
/* A pipe holds 64 KiB; a grandchild that holds it open adds nothing. */
#define DRAIN_READS 64
/* All touches that still bound a rate, or thousands of verifications. */
#define QUEUE_MAX ((size_t)8 << 20)

static struct kz_now
now_read(void)
{
	return (struct kz_now){
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
}

static void
on_line(void *arg, struct kz_str bytes)
{
	struct kz_prober *prober = arg;
	struct kz_engine *engine = prober->engine;
	const struct kz_now now = now_read();
	const char *why = "";
	struct kz_line line;

	if (kz_line_parse(bytes, &line, &why) != KZ_OK) {
		prober->state.bad_lines++;
		kz_log_limited(prober->options.log, &prober->line_limit,
			now.mono_ms, "kizuki-probe: bad line: %s", why);
		return;
	}
	switch (line.kind) {
	case KZ_LINE_FINDING:
		kz_observe_finding(engine, &line.u.finding, &now);
		return;
	case KZ_LINE_TOUCHED:
		kz_observe_touch(engine, &line.u.touch, line.canary, &now);
		return;
	case KZ_LINE_DONE:
		kz_observe_done(engine, &line.u.done.site, &line.u.done.zone,
			line.u.done.complete, &now);
		return;
	case KZ_LINE_TURN:
		kz_observe_turn(engine, &line.u.turn, &now);
		return;
	case KZ_LINE_REGISTERED:
		kz_observe_registered(engine, &line.u.registered);
		return;
	case KZ_LINE_VERIFIED:
		if (kz_judge_verified(engine, &line.u.verified, &now))
			prober->woken = true;
		return;
	case KZ_LINE_ERROR:
		kz_log_limited(prober->options.log, &prober->line_limit,
			now.mono_ms, "kizuki-probe: %s: %s", line.u.error.text,
			line.u.error.line);
		return;
	case KZ_LINE_EXAMINE:
	case KZ_LINE_QUESTION:
	case KZ_LINE_CANARY:
	case KZ_LINE_LOOKUP:
	case KZ_LINE_GRANT:
	case KZ_LINE_LOOKED:
	case KZ_LINE_WANT:
		prober->state.bad_lines++;
		return;
	}
}

static void
on_complaint(void *arg, struct kz_str bytes)
{
	struct kz_prober *prober = arg;
	char clean[512];
	struct kz_text text = kz_text_make(clean, sizeof(clean));

	kz_text_foreign(&text, bytes, sizeof(clean) - 1);
	kz_log_limited(prober->options.log, &prober->complain_limit,
		kz_clock_mono_ms(), "kizuki-probe: %s", clean);
}

static void
free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

static void
close_pipes(struct kz_prober *prober)
{
	free_event(&prober->readable);
	free_event(&prober->writable);
	free_event(&prober->complains);
	close(prober->child.in);
	close(prober->child.out);
	close(prober->child.err);
	kz_lines_in_reset(&prober->out_lines);
	kz_lines_in_reset(&prober->err_lines);
	kz_lines_out_reset(&prober->in_lines);
}

static void
start_later(struct kz_prober *prober)
{
	const struct timeval wait = {.tv_sec = prober->backoff_s};

	(void)event_add(prober->again, &wait);
	prober->backoff_s *= 2;
	if (prober->backoff_s > BACKOFF_MAX_S)
		prober->backoff_s = BACKOFF_MAX_S;
}

/* What is still in its pipes: findings, and why it ended. */
static void
drain(struct kz_prober *prober)
{
	for (int i = 0; i < DRAIN_READS; i++)
		if (!kz_lines_in_read(&prober->out_lines, prober->child.out,
			    on_line, prober))
			break;
	for (int i = 0; i < DRAIN_READS; i++)
		if (!kz_lines_in_read(&prober->err_lines, prober->child.err,
			    on_complaint, prober))
			break;
}

/* A disk did not take or give what it counts: memory does. */
static void
leave_disk(struct kz_prober *prober)
{
	int fd = kz_counts_open(NULL, prober->options.log);

	if (fd < 0)
		return;
	(void)close(prober->counts_fd);
	prober->counts_fd = fd;
}

/* It ended; status is of waitpid. */
static void
bury(struct kz_prober *prober, int status)
{
	if (kz_clock_mono_ms() - prober->started_ms >= PROVED_MS)
		prober->backoff_s = BACKOFF_MIN_S;
	if (WIFSIGNALED(status))
		kz_log_format(prober->options.log, KZ_LOG_WARNING,
			"kizuki-probe: ended by signal %d (%s); started again "
			"in %d s",
			WTERMSIG(status), strsignal(WTERMSIG(status)),
			prober->backoff_s);
	else
		kz_log_format(prober->options.log, KZ_LOG_WARNING,
			"kizuki-probe: ended with status %d%s; started again "
			"in %d s",
			WEXITSTATUS(status),
			WEXITSTATUS(status) == 127 ? " (cannot be run)" : "",
			prober->backoff_s);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		leave_disk(prober);
	drain(prober);
	prober->up = false;
	close_pipes(prober);
	start_later(prober);
}

static void
on_ended(evutil_socket_t number, short what, void *arg)
{
	struct kz_prober *prober = arg;
	int status = 0;

	(void)number;
	(void)what;
	if (prober->up &&
		waitpid(prober->child.pid, &status, WNOHANG) ==
			prober->child.pid)
		bury(prober, status);
}

/* It closed a pipe but lives: of no use any more. */
static void
give_up(struct kz_prober *prober)
{
	free_event(&prober->readable);
	free_event(&prober->writable);
	free_event(&prober->complains);
	(void)kill(prober->child.pid, SIGKILL);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_prober *prober = arg;
	const uint64_t too_long = prober->out_lines.too_long;

	(void)what;
	prober->woken = false;
	if (!kz_lines_in_read(&prober->out_lines, fd, on_line, prober))
		give_up(prober);
	prober->state.bad_lines += prober->out_lines.too_long - too_long;
	if (prober->woken)
		prober->options.wake(prober->options.wake_arg);
}

static void
on_complains(evutil_socket_t fd, short what, void *arg)
{
	struct kz_prober *prober = arg;

	(void)what;
	if (!kz_lines_in_read(&prober->err_lines, fd, on_complaint, prober))
		(void)event_del(prober->complains);
}

void
kz_prober_write(struct kz_prober *prober)
{
	bool left = false;

	if (prober->writable == NULL)
		return;
	if (!kz_lines_out_write(&prober->in_lines, prober->child.in, &left))
		give_up(prober);
	else if (left)
		(void)event_add(prober->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	kz_prober_write(arg);
}

static bool
watch(struct kz_prober *prober)
{
	struct event_base *base = prober->options.base;

	prober->readable = event_new(base, prober->child.out,
		EV_READ | EV_PERSIST, on_readable, prober);
	prober->complains = event_new(base, prober->child.err,
		EV_READ | EV_PERSIST, on_complains, prober);
	prober->writable = event_new(
		base, prober->child.in, EV_WRITE, on_writable, prober);
	return prober->readable != NULL && prober->complains != NULL &&
		prober->writable != NULL &&
		event_add(prober->readable, NULL) == 0 &&
		event_add(prober->complains, NULL) == 0;
}

static void
start(struct kz_prober *prober)
{
	char *argv[] = {strdup(prober->options.path), strdup("-k"),
		strdup("-c"), strdup(prober->options.config), strdup("-m"),
		strdup("3"), NULL};
	const struct kz_now now = now_read();
	bool whole = true;

	for (size_t i = 0; i + 1 < sizeof(argv) / sizeof(argv[0]); i++)
		whole = whole && argv[i] != NULL;
	if (!whole ||
		kz_child_start(argv, prober->counts_fd, &prober->child) !=
			KZ_OK) {
		kz_log_format(prober->options.log, KZ_LOG_WARNING,
			"kizuki-probe: cannot be started (%s); tried again in "
			"%d s",
			whole ? strerror(errno) : "no memory",
			prober->backoff_s);
		start_later(prober);
	} else {
		prober->up = true;
		prober->started_ms = now.mono_ms;
		prober->state.starts++;
		if (!watch(prober))
			give_up(prober);
		kz_log_format(prober->options.log, KZ_LOG_INFO,
			"kizuki-probe: started, pid %ld",
			(long)prober->child.pid);
		kz_schedule_prober_new(prober->engine, &now);
	}
	for (size_t i = 0; i + 1 < sizeof(argv) / sizeof(argv[0]); i++)
		free(argv[i]);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start(arg);
}

enum kz_result
kz_prober_open(
	const struct kz_prober_options *options, struct kz_prober **prober)
{
	struct kz_prober *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->options = *options;
	made->backoff_s = BACKOFF_MIN_S;
	made->counts_fd = kz_counts_open(options->counts, options->log);
	made->ended = evsignal_new(options->base, SIGCHLD, on_ended, made);
	made->again = evtimer_new(options->base, on_again, made);
	if (made->counts_fd < 0 || made->ended == NULL || made->again == NULL ||
		kz_lines_in_open(&made->out_lines, KZ_LINE_MAX) != KZ_OK ||
		kz_lines_in_open(&made->err_lines, 1024) != KZ_OK ||
		kz_lines_out_open(&made->in_lines, QUEUE_MAX) != KZ_OK ||
		event_add(made->ended, NULL) != 0) {
		kz_prober_close(&made);
		return KZ_ENOMEM;
	}
	*prober = made;
	return KZ_OK;
}

void
kz_prober_start(struct kz_prober *prober, struct kz_engine *engine)
{
	prober->engine = engine;
	start(prober);
}

void
kz_prober_close(struct kz_prober **prober)
{
	struct kz_prober *old = *prober;

	if (old == NULL)
		return;
	if (old->up) {
		/* It keeps nothing that could be lost. */
		(void)kill(old->child.pid, SIGKILL);
		(void)waitpid(old->child.pid, NULL, 0);
		close_pipes(old);
	}
	if (old->counts_fd >= 0)
		close(old->counts_fd);
	free_event(&old->ended);
	free_event(&old->again);
	kz_lines_in_close(&old->out_lines);
	kz_lines_in_close(&old->err_lines);
	kz_lines_out_close(&old->in_lines);
	free(old);
	*prober = NULL;
}

void
kz_prober_state(const struct kz_prober *prober, struct kz_prober_state *state)
{
	*state = prober->state;
	state->up = prober->up;
}

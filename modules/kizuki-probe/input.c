/* SPDX-License-Identifier: ISC */
#include "input_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kizuki/io/idn.h"

#include "canary_priv.h"
#include "lookup_priv.h"
#include "output_priv.h"
#include "registry_priv.h"
#include "share_priv.h"
#include "site_priv.h"
#include "turns_priv.h"
#include "verify_priv.h"

/* Sites that wait for a place, so that questions behind them are seen. */
#define QUEUE_MAX 256
/* Questions, canaries and look-ups in flight; more are left in the pipe. */
#define VERIFYING_MAX 1000

struct waiting {
	STAILQ_ENTRY(waiting) next;
	struct kz_line_examine wanted;
};

struct input {
	struct probe *probe;
	struct event *wake; /* there are octets, or something ended */
	bool pollable;      /* false: a regular file, always readable */
	bool ended;         /* no more octets will come */
	bool skipping;      /* the rest of a line that was too long */
	size_t used, taken; /* octets in the buffer, of them worked on */
	size_t queued;
	STAILQ_HEAD(, waiting) queue;
	char bytes[KZ_LINE_MAX];
};

static void
enqueue(struct input *input, const struct kz_line_examine *wanted)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	if (waiting == NULL)
		probe_no_memory();
	waiting->wanted = *wanted;
	STAILQ_INSERT_TAIL(&input->queue, waiting, next);
	input->queued++;
}

static struct kz_str
trim(struct kz_str line)
{
	while (line.len > 0 && strchr(" \t\r", line.ptr[0]) != NULL) {
		line.ptr++;
		line.len--;
	}
	while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]) != NULL)
		line.len--;
	return line;
}

static void
take_name(struct input *input, struct kz_str line)
{
	struct kz_line_examine wanted = {.tcp = true};
	struct kz_addr addr;

	if (kz_addr_parse(line, &addr) == KZ_OK ||
		kz_idn_name(line, &wanted.site) != KZ_OK ||
		wanted.site.len == 0) {
		output_error(input->probe->output, "not a domain name", line);
		return;
	}
	enqueue(input, &wanted);
}

static void
take_json(struct input *input, struct kz_str bytes)
{
	struct probe *probe = input->probe;
	struct kz_line line;
	const char *why = "";

	if (kz_line_parse(bytes, &line, &why) != KZ_OK) {
		output_error(probe->output, why, bytes);
		return;
	}
	switch (line.kind) {
	case KZ_LINE_EXAMINE:
		enqueue(input, &line.u.examine);
		return;
	case KZ_LINE_QUESTION:
		verify_start(probe, &line.u.question);
		return;
	case KZ_LINE_CANARY:
		canary_start(probe, &line.u.canary_ask);
		return;
	case KZ_LINE_TOUCHED:
		share_touched(probe, &line.u.touch);
		return;
	case KZ_LINE_TURN:
		turns_told(probe, &line.u.turn);
		return;
	case KZ_LINE_REGISTERED:
		known_put(probe, &line.u.registered);
		return;
	case KZ_LINE_LOOKUP:
		lookup_start(probe, &line.u.lookup);
		return;
	case KZ_LINE_GRANT:
		turns_granted(probe, &line.u.grant);
		return;
	case KZ_LINE_FINDING:
	case KZ_LINE_VERIFIED:
	case KZ_LINE_DONE:
	case KZ_LINE_LOOKED:
	case KZ_LINE_WANT:
	case KZ_LINE_ERROR:
		break;
	}
	output_error(probe->output, "not a line for the prober", bytes);
}

static void
take_line(struct input *input, struct kz_str line)
{
	line = trim(line);
	if (line.len == 0)
		return;
	if (line.ptr[0] == '{')
		take_json(input, line);
	else
		take_name(input, line);
}

static bool
may_take(const struct input *input)
{
	const struct probe *probe = input->probe;

	return input->queued < QUEUE_MAX &&
		probe->verifying + probe->canaries + probe->lookups <
		VERIFYING_MAX &&
		!output_full(probe->output) && !output_broken(probe->output);
}

/* The next line of the buffer, if it is there and may be taken. */
static bool
take_next(struct input *input)
{
	const char *start = input->bytes + input->taken;
	size_t left = input->used - input->taken;
	const char *end = memchr(start, '\n', left);
	size_t len = end != NULL ? (size_t)(end - start) : left;

	if (!may_take(input) || (end == NULL && (!input->ended || left == 0)))
		return false;
	input->taken += end != NULL ? len + 1 : len;
	if (!input->skipping)
		take_line(input, (struct kz_str){start, len});
	input->skipping = false;
	return true;
}

/* Room for more octets; a line that fills all of it is too long. */
static void
make_room(struct input *input)
{
	memmove(input->bytes, input->bytes + input->taken,
		input->used - input->taken);
	input->used -= input->taken;
	input->taken = 0;
	if (input->used < sizeof(input->bytes))
		return;
	if (!input->skipping)
		output_error(input->probe->output, "line too long",
			(struct kz_str){input->bytes, input->used});
	input->skipping = true;
	input->used = 0;
}

/* False: nothing to be had now. */
static bool
read_some(struct input *input)
{
	ssize_t got;

	make_room(input);
	got = read(STDIN_FILENO, input->bytes + input->used,
		sizeof(input->bytes) - input->used);
	if (got > 0) {
		input->used += (size_t)got;
		return true;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	input->ended = true;
	turns_over(input->probe);
	return true;
}

static void
start_sites(struct input *input)
{
	struct probe *probe = input->probe;

	while (input->queued > 0 && probe->sites < probe->jobs &&
		!output_full(probe->output)) {
		struct waiting *first = STAILQ_FIRST(&input->queue);

		STAILQ_REMOVE_HEAD(&input->queue, next);
		input->queued--;
		site_start(probe, &first->wanted);
		free(first);
	}
}

static bool
all_done(const struct input *input)
{
	const struct probe *probe = input->probe;

	return input->ended && input->taken == input->used &&
		input->queued == 0 && probe->sites == 0 &&
		probe->verifying == 0 && probe->canaries == 0 &&
		probe->lookups == 0 && output_empty(probe->output);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct input *input = arg;
	bool readable = (what & EV_READ) != 0 || !input->pollable;

	(void)fd;
	for (;;) {
		start_sites(input);
		if (take_next(input))
			continue;
		/* One read for each time that the pipe is said to have some. */
		if (!readable || input->ended || !may_take(input) ||
			!read_some(input))
			break;
		readable = !input->pollable;
	}
	if (input->pollable) {
		if (input->ended || !may_take(input))
			event_del(input->wake);
		else if (event_add(input->wake, NULL) != 0)
			probe_no_memory();
	}
	if (all_done(input))
		event_base_loopbreak(input->probe->base);
}

struct input *
input_open(struct probe *probe)
{
	struct input *input = calloc(1, sizeof(*input));
	struct stat about;

	if (input == NULL)
		probe_no_memory();
	input->probe = probe;
	STAILQ_INIT(&input->queue);
	/* A file can be read at any time, but not waited for. */
	input->pollable = fstat(STDIN_FILENO, &about) == 0 &&
		probe_waits(&about, STDIN_FILENO);
	input->wake =
		event_new(probe->base, input->pollable ? STDIN_FILENO : -1,
			input->pollable ? EV_READ : 0, on_wake, input);
	if (input->wake == NULL)
		probe_no_memory();
	event_active(input->wake, EV_TIMEOUT, 0);
	return input;
}

void
input_close(struct input **input)
{
	struct waiting *waiting;

	if (*input == NULL)
		return;
	while ((waiting = STAILQ_FIRST(&(*input)->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&(*input)->queue, next);
		free(waiting);
	}
	event_free((*input)->wake);
	free(*input);
	*input = NULL;
}

void
input_poke(struct input *input)
{
	/* Later, from the loop: whoever calls is in the middle of something. */
	event_active(input->wake, EV_TIMEOUT, 0);
}

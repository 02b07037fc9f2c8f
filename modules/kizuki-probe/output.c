/* SPDX-License-Identifier: ISC */
#include "output_priv.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "kizuki/base/text.h"

#include "input_priv.h"

/* Octets waiting at which nothing new begins: a few hundred findings. */
#define QUEUE_FULL ((size_t)256 * 1024)
/* Servers whose last sign of life is remembered. */
#define ALIVE_MAX 4096

struct output {
	struct probe *probe;
	struct evbuffer *queue;
	struct event *room; /* NULL: a file, always writable */
	bool socket;
	bool broken;
	struct table alive;
};

struct alive {
	struct table_node node;
	int64_t when_s;
};

static void
alive_drop(struct table_node *node)
{
	free(node);
}

/* Nobody reads any more: no failure.  A full disk is one, and is said. */
static void
broken(struct output *output, int error)
{
	output->broken = true;
	if (error != EPIPE) {
		fprintf(stderr, "kizuki-probe: standard output: %s\n",
			strerror(error));
		output->probe->status = EX_IOERR;
	}
	if (output->room != NULL)
		event_del(output->room);
	event_base_loopbreak(output->probe->base);
}

/*
 * At most PIPE_BUF octets: a pipe that is writable takes so many without
 * waiting, and no flag of a descriptor that others share is changed.
 */
static bool
write_some(struct output *output)
{
	size_t have = evbuffer_get_length(output->queue);
	size_t size = have < PIPE_BUF ? have : PIPE_BUF;
	const unsigned char *bytes =
		evbuffer_pullup(output->queue, (ev_ssize_t)size);
	ssize_t wrote;

	if (bytes == NULL)
		return false;
	if (output->socket)
		wrote = send(STDOUT_FILENO, bytes, size,
			MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		wrote = write(STDOUT_FILENO, bytes, size);
	if (wrote < 0) {
		if (errno != EAGAIN && errno != EINTR)
			broken(output, errno);
		return false;
	}
	evbuffer_drain(output->queue, (size_t)wrote);
	return true;
}

static void
on_room(evutil_socket_t fd, short what, void *arg)
{
	struct output *output = arg;
	bool was_full = output_full(output);

	(void)fd;
	(void)what;
	(void)write_some(output);
	if (output->broken)
		return;
	if (output_empty(output))
		event_del(output->room);
	/* Who waits for room, or for the end, is told. */
	if (output_empty(output) || (was_full && !output_full(output)))
		input_poke(output->probe->input);
}

struct output *
output_open(struct probe *probe)
{
	struct output *output = calloc(1, sizeof(*output));
	struct stat about;

	if (output == NULL || (output->queue = evbuffer_new()) == NULL)
		probe_no_memory();
	output->probe = probe;
	table_make(&output->alive, ALIVE_MAX, alive_drop);
	if (fstat(STDOUT_FILENO, &about) != 0) {
		broken(output, errno);
		return output;
	}
	output->socket = S_ISSOCK(about.st_mode);
	if (!probe_waits(&about, STDOUT_FILENO))
		return output;
	output->room = event_new(probe->base, STDOUT_FILENO,
		EV_WRITE | EV_PERSIST, on_room, output);
	if (output->room == NULL)
		probe_no_memory();
	return output;
}

void
output_close(struct output **output)
{
	if (*output == NULL)
		return;
	if ((*output)->room != NULL)
		event_free((*output)->room);
	evbuffer_free((*output)->queue);
	table_clear(&(*output)->alive);
	free(*output);
	*output = NULL;
}

void
output_line(struct output *output, const struct kz_line *line)
{
	char bytes[KZ_LINE_MAX];
	size_t len;

	enum kz_result result;

	if (output->broken)
		return;
	result = kz_line_print(line, bytes, sizeof(bytes), &len);
	if (result == KZ_ENOMEM)
		probe_no_memory();
	if (result != KZ_OK) {
		fprintf(stderr, "kizuki-probe: a line cannot be printed: %s\n",
			kz_result_text(result));
		return;
	}
	if (evbuffer_add(output->queue, bytes, len) != 0)
		probe_no_memory();
	if (output->room != NULL) {
		if (event_add(output->room, NULL) != 0)
			probe_no_memory();
		return;
	}
	while (!output->broken && !output_empty(output)) {
		if (!write_some(output) && !output->broken)
			broken(output, errno);
	}
}

void
output_finding(struct output *output, const struct kz_finding *finding)
{
	struct kz_line line = {.kind = KZ_LINE_FINDING};

	line.u.finding = *finding;
	output_line(output, &line);
}

static bool
told_lately(struct output *output, const struct kz_touch *touch)
{
	uint8_t key[TABLE_KEY_SIZE];
	struct alive *alive;

	table_key(key, (uint8_t)touch->service, 0, &touch->addr, NULL);
	alive = (struct alive *)table_find(&output->alive, key);
	if (alive == NULL) {
		alive = calloc(1, sizeof(*alive));
		if (alive == NULL)
			probe_no_memory();
		memcpy(alive->node.key, key, sizeof(key));
		table_put(&output->alive, &alive->node);
	}
	if (alive->when_s == touch->when_s)
		return true;
	alive->when_s = touch->when_s;
	return false;
}

void
output_touch(struct output *output, const struct kz_touch *touch, bool canary)
{
	struct kz_line line = {.kind = KZ_LINE_TOUCHED};

	if (!canary && touch->reach == KZ_REACH_ALIVE &&
		touch->service != KZ_SERVICE_SMTP25 &&
		told_lately(output, touch))
		return;
	line.canary = canary;
	line.u.touch = *touch;
	output_line(output, &line);
}

void
output_error(struct output *output, const char *text, struct kz_str bytes)
{
	struct kz_line line = {.kind = KZ_LINE_ERROR};
	struct kz_text to =
		kz_text_make(line.u.error.text, sizeof(line.u.error.text));

	kz_text_word(&to, text);
	to = kz_text_make(line.u.error.line, sizeof(line.u.error.line));
	kz_text_foreign(&to, bytes, sizeof(line.u.error.line) - 1);
	output_line(output, &line);
}

bool
output_full(const struct output *output)
{
	return evbuffer_get_length(output->queue) > QUEUE_FULL;
}

bool
output_empty(const struct output *output)
{
	return evbuffer_get_length(output->queue) == 0;
}

bool
output_broken(const struct output *output)
{
	return output->broken;
}

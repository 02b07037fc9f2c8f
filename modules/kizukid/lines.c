/* SPDX-License-Identifier: ISC */
#include "lines_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>

/* Octets moved to the pipe at a time: what is in it cannot be overtaken. */
#define LEAVING_MAX 4096

enum kz_result
kz_lines_in_open(struct kz_lines_in *in, size_t max)
{
	*in = (struct kz_lines_in){.max = max, .bytes = malloc(max)};
	return in->bytes == NULL ? KZ_ENOMEM : KZ_OK;
}

void
kz_lines_in_close(struct kz_lines_in *in)
{
	free(in->bytes);
	in->bytes = NULL;
}

void
kz_lines_in_reset(struct kz_lines_in *in)
{
	in->used = 0;
	in->skipping = false;
}

/* Hand on the whole lines in the buffer and keep the rest. */
static void
cut(struct kz_lines_in *in, kz_lines_take *take, void *arg)
{
	size_t from = 0;

	while (from < in->used) {
		const char *start = in->bytes + from;
		const char *end = memchr(start, '\n', in->used - from);

		if (end == NULL)
			break;
		if (!in->skipping)
			take(arg,
				(struct kz_str){start, (size_t)(end - start)});
		in->skipping = false;
		from += (size_t)(end - start) + 1;
	}
	in->used -= from;
	memmove(in->bytes, in->bytes + from, in->used);
	if (in->used == in->max) {
		if (!in->skipping)
			in->too_long++;
		in->skipping = true;
		in->used = 0;
	}
}

bool
kz_lines_in_read(struct kz_lines_in *in, int fd, kz_lines_take *take, void *arg)
{
	const ssize_t len = read(fd, in->bytes + in->used, in->max - in->used);

	if (len == 0)
		return false;
	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	in->used += (size_t)len;
	cut(in, take, arg);
	return true;
}

enum kz_result
kz_lines_out_open(struct kz_lines_out *out, size_t max)
{
	*out = (struct kz_lines_out){.max = max,
		.urgent = evbuffer_new(),
		.usual = evbuffer_new(),
		.leaving = evbuffer_new()};
	if (out->urgent != NULL && out->usual != NULL && out->leaving != NULL)
		return KZ_OK;
	kz_lines_out_close(out);
	return KZ_ENOMEM;
}

static void
free_buffer(struct evbuffer **buffer)
{
	if (*buffer != NULL)
		evbuffer_free(*buffer);
	*buffer = NULL;
}

void
kz_lines_out_close(struct kz_lines_out *out)
{
	free_buffer(&out->urgent);
	free_buffer(&out->usual);
	free_buffer(&out->leaving);
}

static void
empty(struct evbuffer *buffer)
{
	(void)evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

void
kz_lines_out_reset(struct kz_lines_out *out)
{
	empty(out->urgent);
	empty(out->usual);
	empty(out->leaving);
}

bool
kz_lines_out_put(struct kz_lines_out *out, struct kz_str line, bool urgent)
{
	struct evbuffer *queue = urgent ? out->urgent : out->usual;

	if (evbuffer_get_length(queue) + line.len > out->max)
		return false;
	return evbuffer_add(queue, line.ptr, line.len) == 0;
}

/* Move whole lines, urgent ones first, until enough are leaving. */
static void
refill(struct kz_lines_out *out)
{
	while (evbuffer_get_length(out->leaving) < LEAVING_MAX) {
		struct evbuffer *from = evbuffer_get_length(out->urgent) > 0
			? out->urgent
			: out->usual;
		const struct evbuffer_ptr end =
			evbuffer_search(from, "\n", 1, NULL);

		if (end.pos < 0 ||
			evbuffer_remove_buffer(
				from, out->leaving, (size_t)end.pos + 1) < 0)
			return;
	}
}

bool
kz_lines_out_write(struct kz_lines_out *out, int fd, bool *left)
{
	for (;;) {
		refill(out);
		*left = evbuffer_get_length(out->leaving) > 0;
		if (!*left)
			return true;
		if (evbuffer_write(out->leaving, fd) < 0)
			return errno == EAGAIN || errno == EINTR;
	}
}

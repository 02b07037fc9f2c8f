/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "nsquery_priv.h"

/* RFC 1035 section 4.2.2: two octets of length before each message. */
#define PREFIX_SIZE 2
#define STREAM_MAX  (PREFIX_SIZE + 65535)

static void
leave(struct kz_nsquery_job *job, enum kz_reach reach)
{
	kz_nsquery_hang_up(job);
	job->answer.tcp_reach = reach;
	kz_nsquery_finish(job);
}

static void
fail(struct kz_nsquery_job *job, enum kz_reach reach)
{
	kz_nsquery_hang_up(job);
	if (reach != KZ_REACH_LIMITED)
		leave(job, reach);
	else if (!kz_nsquery_later(job, kz_nsquery_tcp))
		leave(job, KZ_REACH_OURS);
}

static void
too_late(struct kz_nsquery_job *job)
{
	leave(job, job->stream != NULL ? KZ_REACH_SILENT : KZ_REACH_TIMEOUT);
}

/* The first message decides. */
static void
take_stream(struct kz_nsquery_job *job)
{
	size_t have = evbuffer_get_length(job->stream);
	const uint8_t *octets;
	size_t len;

	if (have < PREFIX_SIZE)
		return;
	octets = evbuffer_pullup(job->stream, PREFIX_SIZE);
	if (octets == NULL) {
		leave(job, KZ_REACH_OURS);
		return;
	}
	len = (size_t)octets[0] << 8 | octets[1];
	if (have < PREFIX_SIZE + len)
		return;
	octets = evbuffer_pullup(job->stream, (ev_ssize_t)(PREFIX_SIZE + len));
	if (octets == NULL) {
		leave(job, KZ_REACH_OURS);
		return;
	}
	if (kz_nsquery_compare(job, octets + PREFIX_SIZE, len) !=
		KZ_NSQUERY_ANSWER) {
		leave(job, KZ_REACH_NOISE);
		return;
	}
	job->answer.tcp_failed = false;
	kz_nsquery_take(job, octets + PREFIX_SIZE, len);
	leave(job, KZ_REACH_ALIVE);
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_nsquery_job *job = arg;
	size_t room = STREAM_MAX - evbuffer_get_length(job->stream);
	int got;

	(void)what;
	got = evbuffer_read(job->stream, fd, (int)room);
	if (got > 0)
		take_stream(job);
	else if (got == 0)
		leave(job, KZ_REACH_RESET);
	else if (errno != EAGAIN && errno != EINTR)
		leave(job, kz_dial_reach(errno));
}

/* A question fits into the send buffer of any new connection. */
static bool
send_question(struct kz_nsquery_job *job)
{
	uint8_t octets[PREFIX_SIZE + KZ_NSQUERY_QUESTION_SIZE];
	size_t len = kz_nsquery_present_question(
		job, job->effort == KZ_NSQUERY_TCP, octets + PREFIX_SIZE);

	octets[0] = (uint8_t)(len >> 8);
	octets[1] = (uint8_t)(len & 0xff);
	len += PREFIX_SIZE;
	return send(job->fd, octets, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static void
connected(evutil_socket_t fd, short what, void *arg)
{
	struct kz_nsquery_job *job = arg;
	socklen_t size = sizeof(int);
	int error = 0;

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0) {
		fail(job, kz_dial_reach(error));
		return;
	}
	job->stream = evbuffer_new();
	if (job->stream == NULL ||
		!kz_nsquery_watch(job, EV_READ | EV_PERSIST, readable)) {
		leave(job, KZ_REACH_OURS);
		return;
	}
	if (!send_question(job))
		leave(job, KZ_REACH_RESET);
}

void
kz_nsquery_tcp(struct kz_nsquery_job *job)
{
	enum kz_reach reach = kz_nsquery_dial(job, SOCK_STREAM);

	/* the connection itself proves the source: nothing to be mixed */
	job->plain = true;
	job->edns_refused = true;
	if (reach != KZ_REACH_NONE) {
		fail(job, reach);
		return;
	}
	job->answer.sent++;
	kz_nsquery_set_timer(job, too_late, job->client->options.tcp_ms);
	if (!kz_nsquery_watch(job, EV_WRITE, connected))
		leave(job, KZ_REACH_OURS);
}

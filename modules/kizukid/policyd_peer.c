/* SPDX-License-Identifier: ISC */
#include "policyd_peer_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <bsd/string.h>
#include <event2/buffer.h>
#include <event2/event.h>

#include "kizuki/engine/judge.h"
#include "kizuki/front/protocol.h"
#include "kizuki/io/clock.h"

/* One read; every peer gets its turn before the next. */
#define READ_SIZE 16384
/* A peer that does not read its answers is not read from either. */
#define OUT_MAX 65536

/*
 * Each step below that can end the connection returns false then, and the
 * peer is gone: nothing may touch it after that.
 */

static void
set_reading(struct kz_peer *peer, bool on)
{
	if (on == peer->reading)
		return;
	if (on)
		(void)event_add(peer->readable, NULL);
	else
		(void)event_del(peer->readable);
	peer->reading = on;
}

static void
set_timer(struct kz_peer *peer, uint32_t wait_ms)
{
	const struct timeval wait = {.tv_sec = wait_ms / 1000,
		.tv_usec = (long)(wait_ms % 1000) * 1000};

	(void)event_add(peer->timer, &wait);
	peer->timed = true;
}

static void
stop_timer(struct kz_peer *peer)
{
	if (peer->timed)
		(void)event_del(peer->timer);
	peer->timed = false;
}

/*
 * reply NULL: the request was not understood, and why.  Most peers wait for
 * one answer and take it at once: that one is never in the buffer.
 */
static bool
queue_answer(
	struct kz_peer *peer, const struct kz_reply *reply, const char *why)
{
	if (peer->ready_len > 0 &&
		evbuffer_add(peer->out, peer->ready, peer->ready_len) != 0) {
		kz_peer_drop(peer, "no memory for its answers");
		return false;
	}
	peer->ready_len = reply != NULL
		? peer->speaks->answer(&peer->request, reply, peer->ready,
			  sizeof(peer->ready))
		: peer->speaks->refuse(why, peer->ready, sizeof(peer->ready));
	kz_peer_set_dirty(peer, true);
	return true;
}

static bool
judge(struct kz_peer *peer, bool final)
{
	const struct kz_policyd_options *options = &peer->policyd->options;
	const struct kz_now now = {
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
	struct kz_reply reply = {.action = KZ_ACTION_ACCEPT};
	const bool first = !peer->is_parked;

	if (first)
		peer->started_ms = now.mono_ms;
	if (kz_judge_ask(options->engine, &peer->request, &now,
		    peer->started_ms, final, &reply) == KZ_JUDGE_WAIT) {
		if (first) {
			kz_peer_set_parked(peer, true);
			set_timer(peer, options->config->helo_wait_ms);
		}
		return true;
	}
	if (!first) {
		kz_peer_set_parked(peer, false);
		stop_timer(peer);
	}
	return queue_answer(peer, &reply, NULL);
}

static bool
answer_request(struct kz_peer *peer, struct kz_str bytes)
{
	struct kz_policyd *policyd = peer->policyd;
	const char *why = "malformed";

	switch (peer->speaks->parse(bytes, &peer->request, &why)) {
	case KZ_OK:
		break;
	case KZ_EINVAL:
		/* Well-formed, but beyond what may be judged: mail goes on. */
		kz_engine_count(policyd->options.engine, KZ_COUNT_BAD_REQUESTS);
		kz_log_limited(policyd->options.log, &policyd->drop_limit,
			kz_clock_mono_ms(), "peer %s answered %s: %s",
			peer->text, peer->speaks->refusal, why);
		return queue_answer(peer, NULL, why);
	default:
		kz_peer_drop(peer, why);
		return false;
	}
	if (strlcpy(peer->request.peer, peer->text,
		    sizeof(peer->request.peer)) >= sizeof(peer->request.peer)) {
		kz_peer_drop(peer, "its address is too long");
		return false;
	}
	return judge(peer, false);
}

/*
 * Answer the whole requests at the beginning of bytes, until one must wait;
 * *used becomes the octets that were taken.
 */
static bool
answer_all(struct kz_peer *peer, struct kz_str bytes, size_t *used)
{
	const size_t max = peer->policyd->options.config->limits.request_bytes;

	*used = 0;
	while (!peer->is_parked && *used < bytes.len) {
		const struct kz_str rest = {
			bytes.ptr + *used, bytes.len - *used};
		const char *why = "malformed";
		size_t len = 0;

		switch (peer->speaks->find(rest, max, &len, &why)) {
		case KZ_OK:
			break;
		case KZ_ETRUNC:
			return true;
		default:
			kz_peer_drop(peer, why);
			return false;
		}
		if (!answer_request(peer, (struct kz_str){rest.ptr, len}))
			return false;
		*used += len;
	}
	return true;
}

/* Where does this leave the connection? */
static void
settle(struct kz_peer *peer)
{
	const struct kz_policyd_options *options = &peer->policyd->options;
	const bool within = evbuffer_get_length(peer->in) > 0;
	const bool unread = evbuffer_get_length(peer->out) > 0;

	if (peer->is_dirty || peer->is_parked) {
		/* The flush or the verification comes back to here. */
		kz_peer_set_idle(peer, false);
		if (peer->is_parked)
			set_reading(peer, false);
		return;
	}
	if (peer->ended && !unread) {
		if (within)
			kz_peer_drop(peer, "it ended within a request");
		else
			kz_peer_end(peer);
		return;
	}
	set_reading(
		peer, !peer->ended && evbuffer_get_length(peer->out) < OUT_MAX);
	kz_peer_set_idle(peer, !within && !unread);
	/* From the first octet: one that drips is no better than a silent. */
	if (!within && !unread)
		stop_timer(peer);
	else if (!peer->timed)
		set_timer(peer, options->config->limits.silence_s * 1000);
}

/* What is in the buffer, after a wait or with what came now. */
static void
work_buffer(struct kz_peer *peer)
{
	const size_t len = evbuffer_get_length(peer->in);
	const unsigned char *start = NULL;
	size_t used = 0;

	if (len > 0) {
		start = evbuffer_pullup(peer->in, -1);
		if (start == NULL) {
			kz_peer_drop(peer, "no memory for its request");
			return;
		}
		if (!answer_all(peer, (struct kz_str){(const char *)start, len},
			    &used))
			return;
		(void)evbuffer_drain(peer->in, used);
		if (used > 0)
			stop_timer(peer);
		if (peer->is_parked)
			set_timer(peer,
				peer->policyd->options.config->helo_wait_ms);
	}
	settle(peer);
}

static void
work_bytes(struct kz_peer *peer, const char *bytes, size_t len)
{
	size_t used = 0;

	if (evbuffer_get_length(peer->in) > 0) {
		if (evbuffer_add(peer->in, bytes, len) != 0)
			kz_peer_drop(peer, "no memory for its request");
		else
			work_buffer(peer);
		return;
	}
	/* The common case: a whole request in one read is never copied. */
	if (!answer_all(peer, (struct kz_str){bytes, len}, &used))
		return;
	if (used < len &&
		evbuffer_add(peer->in, bytes + used, len - used) != 0) {
		kz_peer_drop(peer, "no memory for its request");
		return;
	}
	settle(peer);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_peer *peer = arg;
	char bytes[READ_SIZE];
	ssize_t len = recv(fd, bytes, sizeof(bytes), 0);

	(void)what;
	if (len > 0) {
		work_bytes(peer, bytes, (size_t)len);
	} else if (len == 0) {
		peer->ended = true;
		settle(peer);
	} else if (errno != EAGAIN && errno != EINTR) {
		kz_peer_end(peer);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct kz_peer *peer = arg;

	(void)fd;
	(void)what;
	peer->timed = false;
	if (peer->is_parked)
		kz_peer_resume(peer, true);
	else if (evbuffer_get_length(peer->out) > 0)
		kz_peer_drop(peer, "it does not read its answers");
	else
		kz_peer_drop(peer, "silent within a request");
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	kz_peer_flush(arg);
}

void
kz_peer_resume(struct kz_peer *peer, bool final)
{
	if (judge(peer, final) && !peer->is_parked)
		work_buffer(peer);
}

/* 0, or errno; what the peer does not take now is in the buffer then. */
static int
write_out(struct kz_peer *peer)
{
	const size_t len = peer->ready_len;
	ssize_t sent = 0;

	peer->ready_len = 0;
	if (len > 0 && evbuffer_get_length(peer->out) == 0) {
		sent = send(peer->fd, peer->ready, len, MSG_NOSIGNAL);
		if (sent == (ssize_t)len)
			return 0;
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		if (sent < 0)
			sent = 0;
	}
	if (len > 0 &&
		evbuffer_add(
			peer->out, peer->ready + sent, len - (size_t)sent) != 0)
		return ENOMEM;
	if (evbuffer_write(peer->out, peer->fd) < 0 && errno != EAGAIN &&
		errno != EINTR)
		return errno;
	return 0;
}

void
kz_peer_flush(struct kz_peer *peer)
{
	kz_peer_set_dirty(peer, false);
	if (write_out(peer) != 0) {
		kz_peer_end(peer);
		return;
	}
	if (evbuffer_get_length(peer->out) > 0)
		(void)event_add(peer->writable, NULL);
	settle(peer);
}

void
kz_peer_begin(struct kz_policyd *policyd, const struct kz_protocol *speaks,
	int fd, const char *text)
{
	struct event_base *base = policyd->options.base;
	struct kz_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL) {
		close(fd);
		return;
	}
	peer->policyd = policyd;
	peer->speaks = speaks;
	peer->fd = fd;
	TAILQ_INSERT_TAIL(&policyd->all, peer, all);
	policyd->count++;
	peer->readable =
		event_new(base, fd, EV_READ | EV_PERSIST, on_readable, peer);
	peer->writable = event_new(base, fd, EV_WRITE, on_writable, peer);
	peer->timer = evtimer_new(base, on_timer, peer);
	peer->in = evbuffer_new();
	peer->out = evbuffer_new();
	if (peer->readable == NULL || peer->writable == NULL ||
		peer->timer == NULL || peer->in == NULL || peer->out == NULL ||
		strlcpy(peer->text, text, sizeof(peer->text)) >=
			sizeof(peer->text)) {
		kz_peer_end(peer);
		return;
	}
	set_reading(peer, true);
	kz_peer_set_idle(peer, true);
}

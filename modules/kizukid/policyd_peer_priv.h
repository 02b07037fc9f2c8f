/* SPDX-License-Identifier: ISC */
/*
 * policyd_peer_priv - one connection of the servers of MTAs
 *
 * What:   the state of a connection and its steps.  It is in one of these:
 *         idle (between requests), within a request, parked (its request
 *         waits for a verification), or answered (answers wait for the commit
 *         or for the peer to read them).
 */
#ifndef KIZUKID_POLICYD_PEER_PRIV_H
#define KIZUKID_POLICYD_PEER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bsd/sys/queue.h>

#include "kizuki/core/request.h"
#include "kizuki/front/protocol.h"
#include "policyd_priv.h"

struct event;
struct evbuffer;

struct kz_peer {
	TAILQ_ENTRY(kz_peer) all;
	TAILQ_ENTRY(kz_peer) idle;
	TAILQ_ENTRY(kz_peer) parked;
	TAILQ_ENTRY(kz_peer) dirty;
	struct kz_policyd *policyd;
	const struct kz_protocol *speaks;
	int fd;
	bool is_idle, is_parked, is_dirty; /* on that list */
	bool ended;   /* the peer sends no more: close when all is answered */
	bool reading; /* its event is added */
	bool timed;   /* its timer runs */
	char text[KZ_ADDR_TEXT_SIZE]; /* "unix" or its address */
	struct event *readable;
	struct event *writable;
	struct event *timer;
	struct evbuffer *in;  /* what is not a whole request yet */
	struct evbuffer *out; /* answers that it does not take at once */
	size_t ready_len;     /* 0: no answer is in ready */
	char ready[KZ_PROTOCOL_ANSWER_SIZE]; /* one that waits for the commit */
	int64_t started_ms;                  /* of the parked request */
	struct kz_request request;           /* the parked one */
};

TAILQ_HEAD(kz_peers, kz_peer);

struct kz_policyd {
	struct kz_policyd_options options;
	size_t count;
	struct kz_peers all;
	struct kz_peers idle; /* longest idle first */
	struct kz_peers parked;
	struct kz_peers dirty;
	struct kz_log_limit drop_limit;
	struct kz_log_limit refuse_limit;
	size_t acceptor_count;
	struct kz_accept_seat {
		struct kz_policyd *policyd;
		const struct kz_protocol *speaks;
		bool tcp;
		struct kz_acceptor *acceptor;
	} seats[KZ_LISTEN_MAX];
};

/* Begin to serve fd; it is closed where there is no memory. */
void kz_peer_begin(struct kz_policyd *policyd, const struct kz_protocol *speaks,
	int fd, const char *text);

/* Close and free it. */
void kz_peer_end(struct kz_peer *peer);

/* End it for its own fault: counted, and one line names it and why. */
void kz_peer_drop(struct kz_peer *peer, const char *why);

/* Put it on a list, at the end, or take it off. */
void kz_peer_set_idle(struct kz_peer *peer, bool on);
void kz_peer_set_parked(struct kz_peer *peer, bool on);
void kz_peer_set_dirty(struct kz_peer *peer, bool on);

/* Ask again for a parked request; final: answer in any case. */
void kz_peer_resume(struct kz_peer *peer, bool final);

/* Write what may leave. */
void kz_peer_flush(struct kz_peer *peer);

#endif

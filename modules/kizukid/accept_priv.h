/* SPDX-License-Identifier: ISC */
/*
 * accept_priv - take connections without ever spinning or starving
 *
 * What:   accepts a bounded number in each wake-up and hands them on.  Where
 *         descriptors have run out it asks for one to be closed, and else
 *         drops the newcomer with the help of a spare descriptor: without it
 *         the listening socket would stay readable and the loop would spin.
 * Owner:  the descriptor handed on belongs to the taker.
 */
#ifndef KIZUKID_ACCEPT_PRIV_H
#define KIZUKID_ACCEPT_PRIV_H

#include <stdbool.h>
#include <sys/socket.h>

#include "kizuki/base/result.h"
#include "log_priv.h"

struct event_base;
struct kz_acceptor;

struct kz_accept_hooks {
	/* Take a connection, non-blocking and closed on exec. */
	void (*take)(void *arg, int fd, const struct sockaddr *peer,
		socklen_t peer_len);
	/* Descriptors have run out: close one.  False: none can be spared. */
	bool (*make_room)(void *arg);
	void *arg;
};

/* Listen on fd, which stays the caller's.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_accept_open(struct event_base *base, int fd,
	const struct kz_accept_hooks *hooks, const struct kz_log *log,
	struct kz_acceptor **acceptor);
void kz_accept_close(struct kz_acceptor **acceptor);

#endif

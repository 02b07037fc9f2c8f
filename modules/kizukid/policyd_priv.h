/* SPDX-License-Identifier: ISC */
/*
 * policyd_priv - the server of MTAs: policy protocol and socketmap
 *
 * What:   many connections, each with its requests in order; a request that
 *         waits for a verification keeps its place and holds up no other
 *         connection.  Answers collect during a wake-up of the loop and leave
 *         with kz_policyd_flush, after the commit.
 * Limits: a cap of connections, octets of a request, time within a request.
 *         Who breaks one is dropped alone, counted, and named in the log.
 */
#ifndef KIZUKID_POLICYD_PRIV_H
#define KIZUKID_POLICYD_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "kizuki/base/result.h"
#include "listen_priv.h"

struct event_base;
struct kz_engine;
struct kz_policyd;

struct kz_policyd_options {
	struct event_base *base;
	struct kz_engine *engine;
	const struct kz_config *config;
	const struct kz_log *log;
	size_t connections; /* at once; above, the oldest idle one goes */
};

/* Serve the sockets of set that are for MTAs.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_policyd_open(
	const struct kz_policyd_options *options, const struct kz_listen *set,
	struct kz_policyd **policyd);
void kz_policyd_close(struct kz_policyd **policyd);

/* A verification came: ask again for the requests that wait. */
void kz_policyd_wake(struct kz_policyd *policyd);

/* After the commit: what was answered may leave. */
void kz_policyd_flush(struct kz_policyd *policyd);

/* Close the connection that is idle longest.  False: none is idle. */
bool kz_policyd_make_room(struct kz_policyd *policyd);

/* For the metrics. */
size_t kz_policyd_connections(const struct kz_policyd *policyd);

#endif

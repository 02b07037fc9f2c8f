/* SPDX-License-Identifier: ISC */
/*
 * httpd_priv - the HTTP server around kizuki/front/api.h
 *
 * What:   libmicrohttpd without threads of its own: its epoll descriptor and
 *         its timer are events of the loop.  What a call changed is committed
 *         before its answer leaves.
 * Limits: connections, time without progress, octets of headers and bodies.
 */
#ifndef KIZUKID_HTTPD_PRIV_H
#define KIZUKID_HTTPD_PRIV_H

#include "kizuki/base/result.h"
#include "kizuki/front/api.h"
#include "listen_priv.h"

/* Each holds a descriptor; the policy server's cap leaves room for them. */
#define KZ_HTTPD_CONNECTIONS 32

struct event_base;
struct kz_httpd;

struct kz_httpd_options {
	struct event_base *base;
	struct kz_engine *engine;
	const struct kz_log *log;
	/* What /v1/status and /metrics show of the program. */
	void (*describe)(void *arg, struct kz_call_program *program);
	/* Descriptors have run out: close one.  False: none to spare. */
	bool (*make_room)(void *arg);
	void *arg;
};

/* Serve the API sockets of set.  KZ_EIO: it could not be started; said. */
KZ_MUST_CHECK enum kz_result kz_httpd_open(
	const struct kz_httpd_options *options, const struct kz_listen *set,
	struct kz_httpd **httpd);
void kz_httpd_close(struct kz_httpd **httpd);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * web - one page of a host, from one of its addresses
 *
 * What:   GET by libcurl in the event loop: the name is never looked up, the
 *         address is given.  At most 64 KiB are read, no redirection is
 *         followed, no cookie kept, nothing of the page run.
 * Owner:  the result lives during the call-back.
 * Errors: what the network did is data.
 * Source: RFC 9110, RFC 9112.
 */
#ifndef KIZUKI_IO_WEB_H
#define KIZUKI_IO_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/netclass.h"

#define KZ_WEB_BODY_MAX 65536
#define KZ_WEB_LINE_MAX 255

struct event_base;
struct kz_web; /* the client */

struct kz_web_options {
	uint32_t connect_ms; /* 0: 15000 */
	uint32_t limit_ms;   /* of a whole fetch; 0: 30000 */
	const char *agent;   /* who we are, with a page that says more */
	/* Certificates to trust, read at once; NULL or unreadable: none. */
	const char *trusted;
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
	struct kz_addr_scope scope; /* not owned; checked on the sockaddr */
};

struct kz_web_request {
	struct kz_addr addr;
	struct kz_name host; /* the root: it is asked for by its address */
	const char *path;    /* "/robots.txt" */
	bool plain;          /* http on port 80 */
	bool verify;         /* the certificate must be good for the host */
};

struct kz_web_result {
	/*
	 * ALIVE: an answer by HTTP.  REFUSED, UNREACHABLE, TIMEOUT: not
	 * connected.  NOISE: connected, and no such answer.  OURS, SPECIAL.
	 */
	enum kz_reach reach;
	bool untrusted;  /* with NOISE: its certificate is not good */
	unsigned status; /* with ALIVE */
	struct kz_str body;
	char location[KZ_WEB_LINE_MAX + 1]; /* where it sends one; "" nowhere */
	int64_t until_s;                    /* of its certificate; 0: none */
	uint64_t certificate;               /* digest; 0: none */
};

/* Told the outcome, once; may ask again. */
typedef void kz_web_done(void *arg, const struct kz_web_result *result);

/* KZ_ENOMEM.  Files are read at once: a sandbox may close after it. */
KZ_MUST_CHECK enum kz_result kz_web_open(struct event_base *base,
	const struct kz_web_options *options, struct kz_web **web);

/* No call-back comes any more.  NULL is fine. */
void kz_web_close(struct kz_web **web);

/* done exactly once, never from within this call. */
KZ_MUST_CHECK enum kz_result kz_web_ask(struct kz_web *web,
	const struct kz_web_request *request, kz_web_done *done, void *arg);

#endif

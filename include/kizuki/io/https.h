/* SPDX-License-Identifier: ISC */
/*
 * https - one bounded GET from one address
 *
 * What:   libcurl in the event loop.  Whoever asks has looked the host up and
 *         follows redirects himself, so that every address is checked.
 * Owner:  the text lives during the call-back.
 * Errors: what the network or the server did is data.
 * Not:    proxies, cookies, redirects, files: nothing is opened once a sandbox
 *         has closed; certificates are read by kz_https_open.
 */
#ifndef KIZUKI_IO_HTTPS_H
#define KIZUKI_IO_HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

struct event_base;
struct kz_https; /* the client */

#define KZ_HTTPS_URL_MAX  512
#define KZ_HTTPS_TEXT_MAX ((size_t)256 * 1024)

struct kz_https_options {
	const char *authorities; /* file of certificates; "": the usual one */
	uint32_t limit_ms;       /* of all of it; 0: 20000 */
	bool insecure;           /* http too: a laboratory */
	struct kz_addr_scope scope; /* not owned; checked on the sockaddr */
};

struct kz_https_result {
	long status;          /* 0: there was no answer */
	bool cut;             /* longer than KZ_HTTPS_TEXT_MAX */
	int64_t retry_s;      /* the server's Retry-After; 0: none */
	const char *redirect; /* where it sends us; NULL: nowhere */
	struct kz_str text;
};

/* Told the outcome, once; may ask again. */
typedef void kz_https_done(void *arg, const struct kz_https_result *result);

/* Where a URL leads.  KZ_EINVAL: not https (or http where that is allowed). */
struct kz_https_place {
	char host[256]; /* a name, or an address without brackets */
	uint16_t port;
};
KZ_MUST_CHECK enum kz_result kz_https_place(
	const char *url, bool insecure, struct kz_https_place *place);

/* KZ_EIO: no certificates can be read, or no libcurl.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_https_open(struct event_base *base,
	const struct kz_https_options *options, struct kz_https **client);

/* No call-back comes any more; not from within one.  NULL is fine. */
void kz_https_close(struct kz_https **client);

/* done exactly once, never from within this call.  KZ_EINVAL: no such URL. */
KZ_MUST_CHECK enum kz_result kz_https_get(struct kz_https *client,
	const char *url, const struct kz_addr *server, kz_https_done *done,
	void *arg);

#endif

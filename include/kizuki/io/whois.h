/* SPDX-License-Identifier: ISC */
/*
 * whois - one question to one WHOIS server
 *
 * What:   connect to TCP port 43, send one line, read to the end: 64 KiB and
 *         so long at most.  One question a connection.
 * Owner:  the text lives during the call-back.
 * Errors: what the network did is data.
 * Not:    rate limits: the caller keeps them.
 * Source: RFC 3912.
 */
#ifndef KIZUKI_IO_WHOIS_H
#define KIZUKI_IO_WHOIS_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/netclass.h"

struct event_base;
struct kz_whois; /* the client */

/* Longest question, without its end of line. */
#define KZ_WHOIS_QUERY_MAX 300

struct kz_whois_options {
	uint32_t limit_ms;        /* of all of it; 0: 20000 */
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
	struct kz_addr_scope scope; /* not owned; checked on the sockaddr */
	uint16_t port;              /* 0: 43; tests on loopback */
};

struct kz_whois_result {
	/*
	 * ALIVE: it sent text and closed, or was cut.  RESET: closed without
	 * a word.  SILENT: connected, no word in time.  Else as for a
	 * connection that did not come about.
	 */
	enum kz_reach reach;
	bool cut; /* there was more, or no end in time */
	struct kz_str text;
};

/* Told the outcome, once; may ask again. */
typedef void kz_whois_done(void *arg, const struct kz_whois_result *result);

/* KZ_ENOMEM.  Options are copied, but for the lists of their scope. */
KZ_MUST_CHECK enum kz_result kz_whois_open(struct event_base *base,
	const struct kz_whois_options *options, struct kz_whois **client);

/* No call-back comes any more; not from within one.  NULL is fine. */
void kz_whois_close(struct kz_whois **client);

/*
 * done exactly once, never from within this call.  KZ_EINVAL: an empty query,
 * a control octet in it, or too long.
 */
KZ_MUST_CHECK enum kz_result kz_whois_ask(struct kz_whois *client,
	const struct kz_addr *server, struct kz_str query, kz_whois_done *done,
	void *arg);

#endif

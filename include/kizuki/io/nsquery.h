/* SPDX-License-Identifier: ISC */
/*
 * nsquery - one question to one named server, recursion not desired
 *
 * What:   connected UDP with IP_RECVERR, EDNS 1232, tries of 2, 3 and 4 s,
 *         TCP on truncation and once after the last try; random case in the
 *         question (0x20).  SOA and DNSKEY are asked for with their signatures
 *         (DO).  Before a server counts as silent it is asked in
 *         plain case and without EDNS.  An ICMP error ends the tries by UDP.
 *         Datagrams that do not answer this question are dropped and counted.
 * Owner:  the answer belongs to nsquery and lives during the call-back.
 * Errors: what the network did is data.
 * Source: RFC 1035 section 4, RFC 6891, RFC 7766.
 */
#ifndef KIZUKI_IO_NSQUERY_H
#define KIZUKI_IO_NSQUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/netclass.h"

struct event_base;
struct kz_nsquery;     /* the client: options and limits */
struct kz_nsquery_job; /* one question */

struct kz_nsquery_options {
	uint32_t try_ms[3];       /* 0: 2000, 3000, 4000 */
	uint32_t tcp_ms;          /* 0: 5000 */
	uint32_t in_flight;       /* sockets at once; the rest wait; 0: 1000 */
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
	struct kz_addr_scope scope; /* not owned; checked on the sockaddr */
	uint16_t port;              /* 0: 53; tests on loopback */
};

enum kz_nsquery_effort {
	KZ_NSQUERY_FULL,   /* all tries and TCP */
	KZ_NSQUERY_SINGLE, /* one datagram in plain case, no retry (shadow
			      authority) */
	KZ_NSQUERY_TCP     /* one connection, no datagram; with EDNS */
};

struct kz_ns_answer {
	/*
	 * ALIVE: a DNS answer to this question came, whatever its rcode.
	 * REFUSED, UNREACHABLE, TIMEOUT, NOISE, OURS, SPECIAL otherwise.
	 */
	enum kz_reach reach;
	bool tcp;              /* the answer (or the last failure) was by TCP */
	bool tcp_failed;       /* packet is what UDP gave, truncated: TCP gave
				  nothing, or SINGLE forbade it */
	uint8_t rcode;         /* with ALIVE */
	bool authoritative;    /* AA, with ALIVE */
	const uint8_t *packet; /* with ALIVE; NULL otherwise */
	size_t len;
	uint32_t sent; /* datagrams and TCP connections used */

	/*
	 * The same apart for each way, for those who report touches; NONE:
	 * not asked by it.  reach is their sum: ALIVE where one is, else
	 * OURS, else NOISE, else what came of UDP.
	 */
	enum kz_reach udp_reach;
	enum kz_reach tcp_reach; /* RESET: closed; SILENT: open, no answer */
	uint32_t dropped;        /* datagrams that answered something else */
};

/* Told the outcome, once; may ask again. */
typedef void kz_nsquery_done(void *arg, const struct kz_ns_answer *answer);

/* KZ_ENOMEM.  Options are copied, but for the lists of their scope. */
KZ_MUST_CHECK enum kz_result kz_nsquery_open(struct event_base *base,
	const struct kz_nsquery_options *options, struct kz_nsquery **client);

/* No call-back comes any more; allowed within one.  NULL is fine. */
void kz_nsquery_close(struct kz_nsquery **client);

/* As kz_resolver_ask: done exactly once, never from within this call. */
KZ_MUST_CHECK enum kz_result kz_nsquery_ask(struct kz_nsquery *client,
	const struct kz_addr *server, const struct kz_name *name,
	uint16_t rrtype, enum kz_nsquery_effort effort, kz_nsquery_done *done,
	void *arg);

#endif

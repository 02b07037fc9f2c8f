/* SPDX-License-Identifier: ISC */
/*
 * smtp - does an address speak SMTP on port 25?
 *
 * What:   connect, read until a full line that begins with three digits, say
 *         QUIT, read on for 5 s at most, close.  Where TLS is asked for, EHLO
 *         and STARTTLS come in between, and the certificates are looked at.
 *         Nothing else is ever said, and nothing before the banner.
 * Owner:  with starttls SIGPIPE must be ignored: OpenSSL writes.
 * Errors: what the network did is data.
 * Source: RFC 5321 section 3.1 and 4.5.3.2.1, RFC 3207.
 */
#ifndef KIZUKI_IO_SMTP_H
#define KIZUKI_IO_SMTP_H

#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/netclass.h"
#include "kizuki/core/tlsa.h"

struct event_base;
struct kz_smtp; /* the client */

struct kz_smtp_options {
	uint32_t connect_ms; /* 0: 15000 */
	uint32_t banner_ms;  /* 0: 60000 */
	uint32_t in_flight;  /* connections at once; the rest wait; 0: 1000 */
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
	struct kz_addr_scope scope; /* not owned; checked on the sockaddr */
	uint16_t port;              /* 0: 25; tests on loopback */
	bool starttls;              /* hosts may be asked for TLS */
	uint32_t tls_ms;     /* from EHLO to the certificates; 0: 30000 */
	struct kz_name ehlo; /* the root: our address in brackets */
};

struct kz_smtp_result {
	/*
	 * ALIVE: a full line that begins with three digits came.
	 * REFUSED, UNREACHABLE, TIMEOUT: not connected.
	 * RESET: closed or reset before such a line; SILENT: open, no such
	 * line in time; NOISE: the first line is another.  OURS, SPECIAL.
	 */
	enum kz_reach reach;
	int error;     /* errno of the failure, 0 where none */
	uint16_t code; /* with ALIVE: 220, 450, 554 ... */
	enum kz_tls_offer tls;
	const struct kz_tls_chain *chain; /* with SHOWN; lives in done */
};

/* Told the outcome, once; may ask again. */
typedef void kz_smtp_done(void *arg, const struct kz_smtp_result *result);

/* KZ_ENOMEM.  Options are copied, but for the lists of their scope. */
KZ_MUST_CHECK enum kz_result kz_smtp_open(struct event_base *base,
	const struct kz_smtp_options *options, struct kz_smtp **client);

/* No call-back comes any more; allowed within one.  NULL is fine. */
void kz_smtp_close(struct kz_smtp **client);

/*
 * done exactly once, never from within this call; as soon as the outcome is
 * known, while QUIT and the rest go on by themselves.  host: TLS is asked for
 * under this name, where options allow it; NULL: it is not.
 */
KZ_MUST_CHECK enum kz_result kz_smtp_ask(struct kz_smtp *client,
	const struct kz_addr *server, const struct kz_name *host,
	kz_smtp_done *done, void *arg);

#endif

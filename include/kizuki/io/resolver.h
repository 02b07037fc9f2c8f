/* SPDX-License-Identifier: ISC */
/*
 * resolver - validated DNS look-ups in the event loop
 *
 * What:   libunbound behind a table of functions, so that a test can put a
 *         table of answers in its place.  It finds, it never convicts: what it
 *         says of a zone is a hint where to ask.
 * Owner:  the answer belongs to the resolver and lives during the call-back.
 * Units:  limits in milliseconds.
 * Errors: a failed look-up is data (KZ_ANSWER_FAILED), not a result code.
 */
#ifndef KIZUKI_IO_RESOLVER_H
#define KIZUKI_IO_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"

struct event_base;
struct kz_resolver;
struct kz_resolver_job;
struct kz_suffix;

enum kz_answer_state {
	KZ_ANSWER_DATA,   /* records of the type asked for */
	KZ_ANSWER_NODATA, /* none: maybe an alias that ends at nothing */
	KZ_ANSWER_NXDOMAIN,
	KZ_ANSWER_FAILED, /* SERVFAIL: never a finding */
	KZ_ANSWER_BOGUS,  /* DNSSEC says the answer is forged or broken */
	KZ_ANSWER_TIMEOUT /* cut off by our limit */
};

struct kz_answer {
	enum kz_answer_state state;
	bool secure;           /* validated with a chain of trust */
	const uint8_t *packet; /* wire format; NULL unless DATA, NODATA, NX */
	size_t len;
};

/* Told the outcome, once; may ask again. */
typedef void kz_resolver_done(void *arg, const struct kz_answer *answer);

struct kz_resolver_options {
	const char *root_hints;   /* file */
	const char *trust_anchor; /* file; "" or NULL: no validation */
	/*
	 * No packet goes to a special-purpose address or to a network of
	 * never, whoever names it.  A special network that the scope declares
	 * global in part is left open as a whole.  NULL: no such bound.
	 */
	const struct kz_addr_scope *scope;
	const struct kz_nets *never;
	const struct kz_suffix *suffix; /* NULL without domain_rate */
	uint32_t limit_ms;              /* each look-up; 0: 10 s */
	uint32_t in_flight; /* look-ups handed to libunbound at once; the
			       rest wait here in order; 0: 1000 */
	uint32_t zone_rate; /* libunbound's ratelimit: look-ups a second in
			       one zone, more fail; each may take several
			       packets.  0: any number */
	/*
	 * Names a second that are looked up in one registrable domain, by the
	 * list that is lent: what five seconds bring at once, more wait for
	 * domain_wait_ms at most, and are cut off.  Names found to be there,
	 * and what the cache holds, do not count.  0: any number.
	 */
	uint32_t domain_rate;
	uint32_t domain_wait_ms;
	bool lab; /* answer reverse zones of private and documentation ranges */
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
};

/*
 * Reads the files at once (a sandbox may close after it).  KZ_EIO: a file
 * cannot be read or is no such file; the cause is logged to stderr.
 */
KZ_MUST_CHECK enum kz_result kz_resolver_open(struct event_base *base,
	const struct kz_resolver_options *options,
	struct kz_resolver **resolver);

/* A row of a table of answers. */
struct kz_resolver_row {
	const char *name;
	const char *records; /* answer section: zone file lines with full names
				and TTL; "" or NULL: empty */
	enum kz_answer_state state;
	uint16_t rrtype;
	bool secure;
};

/*
 * A resolver that answers from rows, which are copied: for tests.  A name in
 * no row is NXDOMAIN; a name of another type only, NODATA.  KZ_EFORMAT: a name
 * or a record cannot be read.
 */
KZ_MUST_CHECK enum kz_result kz_resolver_open_table(struct event_base *base,
	const struct kz_resolver_row *rows, size_t count,
	struct kz_resolver **resolver);

/*
 * Cancels what runs: no call-back comes any more.  NULL is fine.  Not from
 * within a call-back, where the library underneath is still at work.
 */
void kz_resolver_close(struct kz_resolver **resolver);

/*
 * Ask, from a call-back too; done is called exactly once and never from within
 * this call. rrtype is the number of RFC 1035 section 3.2.2 and later.  *job,
 * where job is not NULL, can be cancelled until done was called.
 */
KZ_MUST_CHECK enum kz_result kz_resolver_ask(struct kz_resolver *resolver,
	const struct kz_name *name, uint16_t rrtype, kz_resolver_done *done,
	void *arg, struct kz_resolver_job **job);

/* done will not be called.  NULL is fine; clears the pointer. */
void kz_resolver_cancel(struct kz_resolver_job **job);

#endif

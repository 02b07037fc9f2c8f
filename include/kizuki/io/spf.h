/* SPDX-License-Identifier: ISC */
/*
 * spf - may a client send mail of a domain?
 *
 * What:   libspf2 evaluates the domain's record (RFC 7208) over look-ups of
 *         the caller's.  Only the answer "pass" makes an identity.  A record
 *         that lets everybody pass (an address of documentation too) says
 *         nothing of this client: no.
 * Limits: 10 terms with look-ups (the library's), 2 void look-ups, 64 look-ups
 *         in all.  Blocks while its look-ups do.
 * Not:    the local part: terms with %{l} see "postmaster" (RFC 7208 section
 *         4.3).  No explanation is ever fetched.
 * Owner:  kz_spf_close.  For a process of its own: the library reads foreign
 *         text.
 */
#ifndef KIZUKI_IO_SPF_H
#define KIZUKI_IO_SPF_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/verify.h"
#include "kizuki/io/resolver.h"

#define KZ_SPF_RECORDS 64 /* taken from one answer */

struct kz_spf;

/* Record data as on the wire, names not compressed. */
struct kz_spf_answer {
	enum kz_answer_state state;
	size_t count;
	struct {
		const uint8_t *bytes;
		size_t len;
	} records[KZ_SPF_RECORDS];
};

/* Look one name up; what answer points to lives until the next call. */
typedef void kz_spf_lookup(void *arg, const char *name, uint16_t rrtype,
	struct kz_spf_answer *answer);

/* KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_spf_open(
	kz_spf_lookup *lookup, void *arg, struct kz_spf **spf);

/* NULL is fine; clears the pointer. */
void kz_spf_close(struct kz_spf **spf);

/*
 * YES: pass, and not everybody passes.  UNKNOWN: a look-up failed, or memory
 * ran out.  NO: anything else, no record and a faulty one too.
 */
enum kz_verify_outcome kz_spf_evaluate(struct kz_spf *spf,
	const struct kz_addr *client, const struct kz_name *domain);

#endif

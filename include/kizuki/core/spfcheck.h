/* SPDX-License-Identifier: ISC */
/*
 * spfcheck - can anybody evaluate a domain's SPF record?
 *
 * What:   reads the record and those that it includes, which the caller
 *         fetches one after another, for faults that make every evaluation a
 *         permanent error, and for records that let everybody pass.
 * Pure:   values in, values out; no client and no sender is ever looked at.
 * Limits: 10 terms with look-ups, as every evaluator has; so at most 11
 *         records are fetched.
 * Not:    names with macros: what they lead to depends on the mail, so that
 *         the check says only what holds without them.
 * Source: RFC 7208 sections 3.2, 4.5, 4.6 and 5.
 */
#ifndef KIZUKI_CORE_SPFCHECK_H
#define KIZUKI_CORE_SPFCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/str.h"

#define KZ_SPFCHECK_TERMS 10

struct kz_spfcheck {
	struct kz_name names[KZ_SPFCHECK_TERMS + 1]; /* to be fetched */
	bool passes[KZ_SPFCHECK_TERMS + 1];          /* a match there passes */
	size_t count, next;
	unsigned terms;    /* with look-ups */
	bool present;      /* the domain has a record */
	bool unsure;       /* a macro, or a record that could not be fetched */
	bool all;          /* everybody passes */
	const char *fault; /* NULL, or a static text */
	struct kz_name fault_at;
	uint32_t covered[256]; /* addresses that pass, by first octet */
};

/* Nothing fetched yet. */
void kz_spfcheck_begin(struct kz_spfcheck *check, const struct kz_name *domain);

/* The name whose TXT records are wanted next.  False: done. */
bool kz_spfcheck_next(const struct kz_spfcheck *check, struct kz_name *name);

/*
 * Its TXT records, strings of one record joined; none where there are none or
 * the name does not exist.  failed: it could not be found out.
 */
void kz_spfcheck_answer(struct kz_spfcheck *check, bool failed,
	const struct kz_str *records, size_t count);

/* With everything fetched: half of the IPv4 addresses or more pass. */
bool kz_spfcheck_allows_all(const struct kz_spfcheck *check);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * policytext - what a domain publishes about its mail, read for faults
 *
 * What:   DMARC records, MTA-STS records and policies.  Absence is never a
 *         fault; what contradicts itself is.
 * Pure:   texts in, values out.  Foreign text: every length is bounded.
 * Source: RFC 7489 sections 6.3 and 6.6.3, RFC 8461 sections 3.1, 3.2, 4.1.
 */
#ifndef KIZUKI_CORE_POLICYTEXT_H
#define KIZUKI_CORE_POLICYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/str.h"

#define KZ_DMARC_REPORTS 4
#define KZ_STS_PATTERNS  16

struct kz_dmarc {
	bool present;
	const char *fault; /* NULL, or a static text */
	/* Where reports go: domains of its rua. */
	size_t report_count;
	struct kz_name reports[KZ_DMARC_REPORTS];
};

/* From the TXT records of _dmarc.DOMAIN. */
void kz_dmarc_read(
	const struct kz_str *records, size_t count, struct kz_dmarc *dmarc);

/* From those of _mta-sts.DOMAIN: exactly one valid record announces one. */
bool kz_sts_announced(const struct kz_str *records, size_t count);

enum kz_sts_mode { KZ_STS_NONE, KZ_STS_TESTING, KZ_STS_ENFORCE };

struct kz_sts {
	const char *fault; /* NULL, or a static text */
	enum kz_sts_mode mode;
	bool cut; /* more patterns than are kept */
	size_t count;
	bool wildcard[KZ_STS_PATTERNS]; /* "*." before the name */
	struct kz_name patterns[KZ_STS_PATTERNS];
};

/* A policy as it was fetched. */
void kz_sts_read(struct kz_str body, struct kz_sts *sts);

/* What a fault weighs: who only tests a policy, or has none, harms nobody. */
uint8_t kz_sts_weight(enum kz_sts_mode mode);

/* Whether a mail exchanger is one that the policy names. */
bool kz_sts_allows(const struct kz_sts *sts, const struct kz_name *host);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * verify - questions whether a name a session gives leads to its client
 *
 * What:   the values of question and answer between kizukid and kizuki-probe.
 *         helo: A or AAAA of the name holds the client.  rdns: the client's
 *         reverse name, forward-confirmed.  mailfrom: A or an MX's address of
 *         the domain holds the client.  site: only which site holds a name.
 *         Every answer also says the site of the name: the zone that holds it,
 *         or for mailfrom the domain itself where it lies below the apex and
 *         has MX records of its own.  A zone that is a public suffix is no
 *         site.
 * Source: kizuki's docs/DESIGN.md, Terms; RFC 8601 section 3 for rdns.
 */
#ifndef KIZUKI_CORE_VERIFY_H
#define KIZUKI_CORE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

enum kz_verify_kind {
	KZ_VERIFY_MAILFROM,
	KZ_VERIFY_HELO,
	KZ_VERIFY_RDNS,
	KZ_VERIFY_SITE,
	KZ_VERIFY_COUNT
};

struct kz_question {
	uint64_t id; /* chosen by the asker, at most INT64_MAX; comes back */
	enum kz_verify_kind kind;
	struct kz_name name;   /* root for rdns: the prober finds it */
	struct kz_addr client; /* KZ_ADDR_NONE for site */
};

enum kz_verify_outcome {
	KZ_VERIFY_UNKNOWN, /* could not be found out: ask again later */
	KZ_VERIFY_NO,
	KZ_VERIFY_YES
};

struct kz_verified {
	uint64_t id;
	enum kz_verify_outcome outcome;
	struct kz_name name; /* as asked; for rdns the confirmed name */
	bool has_site;
	struct kz_name site; /* with has_site */
	struct kz_name zone; /* with has_site: site itself or above it */
};

/* Words of the lines, static, never NULL: "helo", "yes". */
const char *kz_verify_kind_text(enum kz_verify_kind kind);
const char *kz_verify_outcome_text(enum kz_verify_outcome outcome);

/* Words back to numbers.  KZ_NOT_FOUND: no such word. */
KZ_MUST_CHECK enum kz_result kz_verify_kind_find(
	struct kz_str text, enum kz_verify_kind *kind);
KZ_MUST_CHECK enum kz_result kz_verify_outcome_find(
	struct kz_str text, enum kz_verify_outcome *outcome);

#endif

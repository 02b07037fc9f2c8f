/* SPDX-License-Identifier: ISC */
/*
 * finding - one observation of one (site, symptom, object) at one moment
 *
 * What:   the value that travels from a prober, a log reader or an operator
 *         to the engine.
 * Units:  when_s is seconds since 1970 UTC; ttl_s seconds.
 * Owner:  a plain value; nothing points outside.
 * Source: kizuki's docs/DESIGN.md, Terms.
 */
#ifndef KIZUKI_CORE_FINDING_H
#define KIZUKI_CORE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/core/netclass.h"
#include "kizuki/core/symptom.h"

#define KZ_OBJECT_MAX 319 /* "host/address/25" */
#define KZ_VALUE_MAX  511
#define KZ_WHY_MAX    127
#define KZ_RESTS_MAX  16

/* unknown neither counts nor resets. */
enum kz_outcome { KZ_OUTCOME_UNKNOWN, KZ_OUTCOME_OK, KZ_OUTCOME_BAD };

/* Sources are equal; kept to say where a finding came from. */
enum kz_source { KZ_SOURCE_PROBE, KZ_SOURCE_LOG, KZ_SOURCE_FACT };

/* A bad rests on the classes of the addresses that failed. */
struct kz_rest {
	enum kz_netclass netclass;
	struct kz_addr addr;
};

struct kz_finding {
	int64_t when_s;
	struct kz_name subject; /* the site, or its zone */
	enum kz_symptom symptom;
	enum kz_outcome outcome;
	enum kz_source source;
	uint8_t weight; /* of a bad: 0 to the symptom's points */
	bool truncated; /* a cap of the examination was reached */
	bool judged;    /* our own side was already found without fault */
	uint32_t queue; /* class L: hash of the message's identifier in our
			   queue, so that three messages can be told from one;
			   0: none */
	uint32_t ttl_s; /* class C: of the record at fault; class O: seconds
			   until the statement ends; else 0 */
	char object[KZ_OBJECT_MAX + 1];
	/*
	 * What was seen, sorted, lower case.  Two findings are identical when
	 * their values are.  " | " parts what one side says from what the
	 * other says ({value} and {other} of the sentences).
	 */
	char value[KZ_VALUE_MAX + 1];
	char why[KZ_WHY_MAX + 1]; /* short cause: "EHOSTUNREACH" */
	size_t rest_count;
	struct kz_rest rests[KZ_RESTS_MAX];
};

/* The words of finding lines; static, never NULL. */
const char *kz_outcome_text(enum kz_outcome outcome);
const char *kz_source_text(enum kz_source source);

/* Words back to numbers.  KZ_NOT_FOUND: no such word. */
KZ_MUST_CHECK enum kz_result kz_outcome_find(
	struct kz_str text, enum kz_outcome *outcome);
KZ_MUST_CHECK enum kz_result kz_source_find(
	struct kz_str text, enum kz_source *source);

#endif

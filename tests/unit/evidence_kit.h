/* SPDX-License-Identifier: ISC */
/*
 * evidence_kit - findings by the dozen for the tests of evidence and verdict
 *
 * What:   the default rules, moments of one calendar, and findings with only
 *         what matters filled in.
 */
#ifndef EVIDENCE_KIT_H
#define EVIDENCE_KIT_H

#include <string.h>

#include "kizuki/core/evidence.h"

#define HOUR_S INT64_C(3600)
#define DAY_S  INT64_C(86400)
/* Monday, 3 February 2020, 00:00 UTC. */
#define MONDAY 1580688000

static const struct kz_persistence rules[KZ_CLASS_COUNT] = {
	[KZ_CLASS_N] = {.count = 8,
		.span_s = 14 * DAY_S,
		.quarters = 3,
		.weekdays = 1,
		.slot_s = HOUR_S,
		.max_age_s = 72 * HOUR_S},
	[KZ_CLASS_C] = {.count = 4,
		.span_s = 7 * DAY_S,
		.slot_s = HOUR_S,
		.ttl_factor = 2,
		.max_age_s = 7 * DAY_S},
	[KZ_CLASS_R] = {.count = 2,
		.span_s = 14 * DAY_S,
		.slot_s = HOUR_S,
		.max_age_s = 45 * DAY_S},
	[KZ_CLASS_L] = {.count = 8,
		.span_s = 14 * DAY_S,
		.quarters = 3,
		.weekdays = 1,
		.slot_s = HOUR_S,
		.queues = 3,
		.max_age_s = 7 * DAY_S},
};

static inline struct kz_addr
addr_of(const char *text)
{
	struct kz_addr addr = {0};

	KZ_IGNORE(kz_addr_parse((struct kz_str){text, strlen(text)}, &addr),
		"a test's own address");
	return addr;
}

static inline struct kz_finding
finding_of(enum kz_symptom symptom, enum kz_outcome outcome, int64_t when_s)
{
	return (struct kz_finding){.when_s = when_s,
		.symptom = symptom,
		.outcome = outcome,
		.weight = kz_symptom_info(symptom)->points,
		.value = "ishtar.example1.jp"};
}

static inline void
rest_on(struct kz_finding *finding, enum kz_netclass netclass, const char *addr)
{
	finding->rests[finding->rest_count++] =
		(struct kz_rest){netclass, addr_of(addr)};
}

#endif

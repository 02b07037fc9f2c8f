/* SPDX-License-Identifier: ISC */
/*
 * report - a verdict with its arithmetic as JSON
 *
 * What:   the member "verdict" that the API answers with and that the command
 *         prints: {"state","profile","total","families":{"MX":{"points",
 *         "cap","uncapped"},...},"reasons":[{"id","object","points","fate",
 *         "convicts","sentence","fix","first_bad","newest_bad","newest_ok",
 *         "count","needs"},...]}.  A family that has no points is left out.
 *         "needs" says in words what evidence lacks to be persistent, "" for
 *         nothing.
 * Units:  seconds since 1970 UTC; 0: never.
 * Owner:  the caller owns the JSON value (json_decref).
 */
#ifndef KIZUKI_FRONT_REPORT_H
#define KIZUKI_FRONT_REPORT_H

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/text.h"
#include "kizuki/core/evidence.h"
#include "kizuki/core/verdict.h"
#include "kizuki/core/words.h"

struct json_t;

struct kz_report {
	const struct kz_name *site;
	enum kz_language language; /* of sentences, advice and needs */
	enum kz_profile profile;
	const struct kz_persistence *rules; /* KZ_CLASS_COUNT of them */
	const struct kz_verdict *verdict;
	const struct kz_evidence_row *rows; /* that the verdict was made of */
};

/* KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_report_make(
	const struct kz_report *report, struct json_t **json);

/* Append what evidence lacks: "3 more findings, bad still on 2026-12-01". */
void kz_report_needs(const struct kz_evidence *evidence, enum kz_class class,
	const struct kz_persistence *rule, enum kz_language language,
	struct kz_text *text);

/* "counts", "dropped", "waiting", "suspended", "pardoned"; static. */
const char *kz_report_fate_text(enum kz_reason_fate fate);

#endif

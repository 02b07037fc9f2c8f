/* SPDX-License-Identifier: ISC */
/*
 * fact - what only a person can know of a site, as one line of a file
 *
 * What:   "example2.jp reg-contact-retired handle=RT0040JP by=tei
 *         on=2020-02-29 until=2021-03-31 why="left, confirmed by phone"":
 *         evidence of class O, which counts at once, until its day.
 *         A line that begins with "!" pardons one symptom of a site:
 *         "!example2.jp soa-mname-dead by=tei until=2021-03-31 why="..."".
 *         Days begin at 00:00 UTC.  "#" begins a comment.
 * Rule:   by, until and why must be there, until lies 400 days ahead at most.
 *         A fact names handle, phone or host, and a symptom that nobody can
 *         test; a pardon names none and any symptom.
 * Not:    why is never shown to the remote side.
 * Pure:   text in, values out.
 * Source: paper section 2.3 (a retired contact, figures 8 to 10).
 */
#ifndef KIZUKI_CORE_FACT_H
#define KIZUKI_CORE_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/base/text.h"
#include "kizuki/core/symptom.h"

#define KZ_FACT_OBJECT_MAX 64
#define KZ_FACT_BY_MAX     32
#define KZ_FACT_WHY_MAX    256
#define KZ_FACT_LINE_MAX   1024
#define KZ_FACT_DAYS_MAX   400

struct kz_fact {
	struct kz_name domain;
	enum kz_symptom symptom;
	bool pardon;
	const char *kind;                    /* "handle", ...; static */
	char object[KZ_FACT_OBJECT_MAX + 1]; /* printable ASCII; "": a pardon */
	char by[KZ_FACT_BY_MAX + 1];
	int64_t on_s;                  /* 0: not said */
	int64_t until_s;               /* not beyond this moment */
	char why[KZ_FACT_WHY_MAX + 1]; /* UTF-8, no control octets */
};

/*
 * One line without its newline.  KZ_NOT_FOUND: blank, or a comment alone.
 * KZ_EFORMAT: *why, a static text, says what was expected.
 */
KZ_MUST_CHECK enum kz_result kz_fact_parse(struct kz_str line, int64_t now_s,
	struct kz_fact *fact, const char **why);

/* Append the line that parses to the same, without a newline. */
void kz_fact_print(const struct kz_fact *fact, struct kz_text *text);

/* "2021-03-31" as the moment at which that day begins in UTC. */
KZ_MUST_CHECK enum kz_result kz_fact_day(struct kz_str text, int64_t *when_s);

#endif

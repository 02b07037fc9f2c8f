/* SPDX-License-Identifier: ISC */
/*
 * words - a symptom of one site in a sentence that its administrator reads
 *
 * What:   fills the placeholders of the catalogue's sentence and advice with
 *         what was seen, in English or Japanese.
 *         {domain} the site; {host} the object of a symptom about a host (up
 *         to the first "/"), else the first part of the value; {value} and
 *         {other} the two parts of a value "A | B"; {addr} the first address
 *         that failed, else the address in the object or the value; {since}
 *         day of the first bad; {count} bads; {days} whole days from first to
 *         newest bad; {date} the value, as a day where it is a number of
 *         seconds.  What is not known is "?".
 *         A {value} of our own words has a wording in Japanese too.
 * Rule:   foreign text shows as printable ASCII (other octets as \xNN), at
 *         most 255 octets of each; days are YYYY-MM-DD in UTC.
 * Not:    for terminals and pages alone: HTML and JSON escape it again.
 * Owner:  a struct kz_words points into what it was made from.
 */
#ifndef KIZUKI_CORE_WORDS_H
#define KIZUKI_CORE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/base/text.h"
#include "kizuki/core/finding.h"
#include "kizuki/core/verdict.h"

/* Enough for the longest sentence with the longest words. */
#define KZ_WORDS_MAX 2048

enum kz_language { KZ_LANGUAGE_EN, KZ_LANGUAGE_JA };

/* What the placeholders are filled from. */
struct kz_words {
	enum kz_symptom symptom;
	const char *domain;
	const char *object;
	const char *value;
	int64_t first_s;
	int64_t newest_s;
	uint32_t count;
	const struct kz_rest *rests;
	size_t rest_count;
};

/* From what is stored of a site. */
struct kz_words kz_words_of_evidence(
	const char *domain, const struct kz_evidence_row *row);

/* From one look: counts once, since its moment. */
struct kz_words kz_words_of_finding(const struct kz_finding *finding);

/* Append the sentence.  What does not fit marks the text as cut. */
void kz_words_sentence(const struct kz_words *words, enum kz_language language,
	struct kz_text *text);

/* Append the advice how to mend it. */
void kz_words_fix(const struct kz_words *words, enum kz_language language,
	struct kz_text *text);

/* Append the day of a moment, YYYY-MM-DD in UTC; "?" before 1970. */
void kz_words_day(int64_t when_s, struct kz_text *text);

/* "en" or "ja".  KZ_NOT_FOUND: another one. */
KZ_MUST_CHECK enum kz_result kz_language_find(
	struct kz_str text, enum kz_language *language);

#endif

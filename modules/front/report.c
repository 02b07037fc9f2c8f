/* SPDX-License-Identifier: ISC */
#include "kizuki/front/report.h"

#include <string.h>

#include <jansson.h>

#include "kizuki/core/words.h"

#define WORKDAYS   0x1fU /* bits of Monday to Friday */
#define NEEDS_SIZE 256

const char *
kz_report_fate_text(enum kz_reason_fate fate)
{
	switch (fate) {
	case KZ_REASON_COUNTS:
		return "counts";
	case KZ_REASON_DROPPED:
		return "dropped";
	case KZ_REASON_WAITING:
		return "waiting";
	case KZ_REASON_SUSPENDED:
		return "suspended";
	case KZ_REASON_PARDONED:
		return "pardoned";
	case KZ_REASON_WITHHELD:
		return "withheld";
	}
	return "";
}

/* What evidence lacks, under way. */
struct lacks {
	const struct kz_evidence *evidence;
	struct kz_text *text;
	size_t start;
	bool japanese;
};

static void
put_words(const struct lacks *lacks, const char *english, const char *japanese)
{
	kz_text_word(lacks->text, lacks->japanese ? japanese : english);
}

static void
put_separator(const struct lacks *lacks)
{
	if (lacks->text->used > lacks->start)
		put_words(lacks, ", ", "、");
}

static void
put_findings(const struct lacks *lacks, uint32_t number)
{
	put_separator(lacks);
	put_words(lacks, "", "bad があと ");
	kz_text_number(lacks->text, number);
	put_words(
		lacks, number == 1 ? " more finding" : " more findings", " 回");
}

static void
put_span(const struct lacks *lacks, int64_t until_s)
{
	put_separator(lacks);
	put_words(lacks, "bad still on ", "");
	kz_words_day(until_s, lacks->text);
	put_words(lacks, "", " にも bad");
}

static void
put_quarters(const struct lacks *lacks, const struct kz_persistence *rule)
{
	uint32_t seen = (uint32_t)__builtin_popcount(lacks->evidence->quarters);

	if (seen >= rule->quarters)
		return;
	put_separator(lacks);
	put_words(lacks, "", "一日の別の四分区であと ");
	kz_text_number(lacks->text, rule->quarters - seen);
	put_words(lacks,
		rule->quarters - seen == 1 ? " more quarter of the day"
					   : " more quarters of the day",
		" つ");
}

static void
put_messages(const struct lacks *lacks, const struct kz_persistence *rule)
{
	uint32_t seen = kz_evidence_messages(lacks->evidence, rule->queues);

	if (rule->queues == 0 || seen >= rule->queues)
		return;
	put_separator(lacks);
	put_words(lacks, "", "当方の別のメールであと ");
	kz_text_number(lacks->text, rule->queues - seen);
	put_words(lacks,
		rule->queues - seen == 1 ? " other message of ours"
					 : " other messages of ours",
		" 通");
}

void
kz_report_needs(const struct kz_evidence *evidence, enum kz_class class,
	const struct kz_persistence *rule, enum kz_language language,
	struct kz_text *text)
{
	const struct lacks lacks = {.evidence = evidence,
		.text = text,
		.start = text->used,
		.japanese = language == KZ_LANGUAGE_JA};
	uint32_t count = class == KZ_CLASS_C ? evidence->same : evidence->bads;
	int64_t first_s = class == KZ_CLASS_C ? evidence->same_first_s
					      : evidence->first_bad_s;
	int64_t span_s = rule->span_s;

	if (class == KZ_CLASS_O)
		return;
	if (class == KZ_CLASS_C &&
		(int64_t)rule->ttl_factor * evidence->ttl_s > span_s)
		span_s = (int64_t)rule->ttl_factor * evidence->ttl_s;
	if (count < rule->count)
		put_findings(&lacks, rule->count - count);
	if (evidence->newest_bad_s - first_s < span_s)
		put_span(&lacks, first_s + span_s);
	put_quarters(&lacks, rule);
	if (rule->weekdays > 0 && (evidence->weekdays & WORKDAYS) == 0) {
		put_separator(&lacks);
		put_words(&lacks, "one on a weekday", "平日に 1 回");
	}
	put_messages(&lacks, rule);
}

/* Foreign text as ASCII: JSON takes nothing but UTF-8. */
static json_t *
foreign(const char *text)
{
	char buffer[4 * KZ_VALUE_MAX + 1];
	struct kz_text clean = kz_text_make(buffer, sizeof(buffer));

	kz_text_foreign(&clean, (struct kz_str){text, strlen(text)},
		sizeof(buffer) - 1);
	return json_string(buffer);
}

static json_t *
sentence(const struct kz_words *words, enum kz_language language, bool fix)
{
	char buffer[KZ_WORDS_MAX];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (fix)
		kz_words_fix(words, language, &text);
	else
		kz_words_sentence(words, language, &text);
	return json_string(buffer);
}

static json_t *
needs(const struct kz_report *report, const struct kz_reason *reason)
{
	enum kz_class class = kz_symptom_info(reason->symptom)->class;
	const struct kz_persistence rule =
		kz_evidence_rule(reason->symptom, report->rules);
	char buffer[NEEDS_SIZE];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (reason->fate == KZ_REASON_WAITING)
		kz_report_needs(report->rows[reason->row].evidence, class,
			&rule, report->language, &text);
	return json_string(buffer);
}

static json_t *
reason_json(const struct kz_report *report, const struct kz_reason *reason)
{
	const struct kz_evidence_row *row = &report->rows[reason->row];
	const struct kz_evidence *evidence = row->evidence;
	struct kz_words words = kz_words_of_evidence(report->site->text, row);

	/* "o" takes over what it is given, also where another one is NULL */
	return json_pack("{s:s, s:s, s:o, s:i, s:s, s:b, s:o, s:o, s:o, s:I, "
			 "s:I, s:I, s:I}",
		"id", kz_symptom_info(reason->symptom)->id, "family",
		kz_family_text(kz_symptom_info(reason->symptom)->family),
		"object", foreign(row->object), "points", (int)reason->points,
		"fate", kz_report_fate_text(reason->fate), "convicts",
		(int)reason->convicts, "sentence",
		sentence(&words, report->language, false), "fix",
		sentence(&words, report->language, true), "needs",
		needs(report, reason), "first_bad",
		(json_int_t)evidence->first_bad_s, "newest_bad",
		(json_int_t)evidence->newest_bad_s, "newest_ok",
		(json_int_t)evidence->newest_ok_s, "count",
		(json_int_t)evidence->bads);
}

static json_t *
families_json(const struct kz_verdict *verdict)
{
	json_t *families = json_object();

	for (int i = 0; families != NULL && i < KZ_FAMILY_COUNT; i++) {
		enum kz_family family = (enum kz_family)i;

		if (verdict->uncapped[i] == 0)
			continue;
		if (json_object_set_new(families, kz_family_text(family),
			    json_pack("{s:i, s:i, s:i}", "points",
				    (int)verdict->family[i], "cap",
				    (int)kz_family_cap(family), "uncapped",
				    (int)verdict->uncapped[i])) != 0) {
			json_decref(families);
			return NULL;
		}
	}
	return families;
}

static json_t *
reasons_json(const struct kz_report *report)
{
	json_t *reasons = json_array();

	for (size_t i = 0; reasons != NULL && i < report->verdict->reason_count;
		i++)
		if (json_array_append_new(reasons,
			    reason_json(report,
				    &report->verdict->reasons[i])) != 0) {
			json_decref(reasons);
			return NULL;
		}
	return reasons;
}

enum kz_result
kz_report_make(const struct kz_report *report, struct json_t **json)
{
	const struct kz_verdict *verdict = report->verdict;
	json_t *made = json_pack("{s:s, s:s, s:i, s:o, s:o}", "state",
		kz_verdict_state_text(verdict->state), "profile",
		kz_profile_text(report->profile), "total", (int)verdict->total,
		"families", families_json(verdict), "reasons",
		reasons_json(report));

	if (made == NULL)
		return KZ_ENOMEM;
	*json = made;
	return KZ_OK;
}

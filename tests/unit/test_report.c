/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "kizuki/front/report.h"

#define DAY 86400

static const struct kz_persistence rule = {
	.count = 8,
	.span_s = 14 * DAY,
	.quarters = 3,
	.weekdays = 1,
	.slot_s = 3600,
	.ttl_factor = 2,
	.max_age_s = 3 * DAY,
};

static struct kz_persistence rules[KZ_CLASS_COUNT];

struct lack {
	const char *name;
	enum kz_class class;
	struct kz_evidence evidence;
	const char *words;
};

/* 2020-02-01 was a Saturday. */
#define FEBRUARY 1580515200

static const struct lack lacks[] = {
	{"nothing", KZ_CLASS_N,
		{.first_bad_s = FEBRUARY,
			.newest_bad_s = FEBRUARY + 14 * DAY,
			.bads = 8,
			.quarters = 7,
			.weekdays = 1},
		""},
	{"everything", KZ_CLASS_N,
		{.first_bad_s = FEBRUARY,
			.newest_bad_s = FEBRUARY,
			.bads = 1,
			.quarters = 1,
			.weekdays = 1 << 5},
		"7 more findings, bad still on 2020-02-15, 2 more quarters "
		"of the day, one on a weekday"},
	{"one of each", KZ_CLASS_N,
		{.first_bad_s = FEBRUARY,
			.newest_bad_s = FEBRUARY + 14 * DAY - 1,
			.bads = 7,
			.quarters = 3,
			.weekdays = 1},
		"1 more finding, bad still on 2020-02-15, 1 more quarter of "
		"the day"},
	{"content counts what is identical", KZ_CLASS_C,
		{.first_bad_s = FEBRUARY,
			.same_first_s = FEBRUARY + 10 * DAY,
			.newest_bad_s = FEBRUARY + 14 * DAY,
			.bads = 20,
			.same = 8,
			.quarters = 15,
			.weekdays = 1},
		"bad still on 2020-02-25"},
	{"content waits for the time to live", KZ_CLASS_C,
		{.first_bad_s = FEBRUARY,
			.same_first_s = FEBRUARY,
			.newest_bad_s = FEBRUARY + 14 * DAY,
			.bads = 8,
			.same = 8,
			.ttl_s = 10 * DAY,
			.quarters = 15,
			.weekdays = 1},
		"bad still on 2020-02-21"},
	{"an operator's fact", KZ_CLASS_O, {.bads = 1}, ""},
};

static void
what_evidence_lacks_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		char buffer[256];
		struct kz_text text = kz_text_make(buffer, sizeof(buffer));

		kz_report_needs(&lacks[i].evidence, lacks[i].class, &rule,
			KZ_LANGUAGE_EN, &text);
		if (strcmp(buffer, lacks[i].words) != 0)
			print_error("%s: %s\n", lacks[i].name, buffer);
		assert_string_equal(buffer, lacks[i].words);
		/* nothing lacks exactly where it is persistent */
		assert_int_equal(buffer[0] == '\0',
			kz_evidence_persistent(&lacks[i].evidence,
				lacks[i].class, &rule,
				lacks[i].evidence.newest_bad_s));
	}
}

static void
one_message_alone_is_not_enough(void **state)
{
	struct kz_persistence logs = rule;
	struct kz_evidence evidence = lacks[0].evidence;
	char buffer[256];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	(void)state;
	logs.queues = 3;
	evidence.slot_count = 1;
	evidence.slots[0] = (struct kz_slot){.when_s = evidence.newest_bad_s,
		.outcome = KZ_OUTCOME_BAD,
		.value_hash = 7};
	kz_report_needs(&evidence, KZ_CLASS_L, &logs, KZ_LANGUAGE_EN, &text);
	assert_non_null(strstr(buffer, "2 other messages of ours"));
	text = kz_text_make(buffer, sizeof(buffer));
	evidence.bads = 0;
	evidence.weekdays = 0;
	evidence.quarters = 0;
	kz_report_needs(&evidence, KZ_CLASS_L, &logs, KZ_LANGUAGE_JA, &text);
	assert_string_equal(buffer,
		"bad があと 8 回、一日の別の四分区であと 3 つ、平日に 1 "
		"回、当方の別のメールであと 2 通");
}

static json_t *
report(const struct kz_evidence_row *rows, size_t count)
{
	static struct kz_verdict verdict;
	struct kz_name site = {10, "example.jp"};
	struct kz_verdict_input input = {.rules = rules,
		.now_s = FEBRUARY + 14 * DAY,
		.examined = true,
		.rows = rows,
		.row_count = count};
	const struct kz_report made = {.site = &site,
		.rules = rules,
		.verdict = &verdict,
		.rows = rows};
	json_t *json = NULL;

	for (size_t i = 0; i < KZ_CLASS_COUNT; i++)
		rules[i] = rule;
	kz_verdict_make(&input, &verdict);
	assert_int_equal(kz_report_make(&made, &json), KZ_OK);
	return json;
}

static void
a_verdict_is_told_with_its_reasons(void **state)
{
	struct kz_evidence dead = lacks[0].evidence;
	struct kz_evidence young = lacks[2].evidence;
	const struct kz_evidence_row rows[] = {
		{.symptom = KZ_SYM_NS_DEAD,
			.object = "ns.\xff\x1b.jp",
			.evidence = &young},
		{.symptom = KZ_SYM_MX_BEST_DEAD,
			.object = "example.jp",
			.evidence = &dead}};
	const char *word = NULL;
	const char *fate = NULL;
	const char *object = NULL;
	const char *needs = NULL;
	int points = 0;
	int convicts = 0;
	json_t *json;

	(void)state;
	dead.weight = 6;
	(void)memcpy(dead.value, "mx.example.jp", 14);
	dead.slot_count = 1;
	dead.slots[0] = (struct kz_slot){
		.when_s = FEBRUARY, .outcome = KZ_OUTCOME_BAD, .weight = 6};
	young.weight = 5;
	json = report(rows, 2);
	assert_int_equal(json_unpack(json, "{s:s,s:{s:{s:i}}}", "state", &word,
				 "families", "MX", "points", &points),
		0);
	assert_string_equal(word, "broken");
	assert_int_equal(points, 6);
	assert_int_equal(json_unpack(json, "{s:[{s:s,s:s,s:b,s:s}]}", "reasons",
				 "id", &word, "fate", &fate, "convicts",
				 &convicts, "needs", &needs),
		0);
	assert_string_equal(word, "mx-best-dead");
	assert_string_equal(fate, "counts");
	assert_true(convicts);
	assert_string_equal(needs, "");
	assert_int_equal(
		json_unpack(json_array_get(json_object_get(json, "reasons"), 1),
			"{s:s,s:s,s:s}", "object", &object, "fate", &fate,
			"needs", &needs),
		0);
	/* JSON is UTF-8, whatever the object holds */
	assert_string_equal(object, "ns.\\xff\\x1b.jp");
	assert_string_equal(fate, "waiting");
	assert_string_equal(needs, lacks[2].words);
	json_decref(json);
}

static void
a_sound_site_has_no_reasons(void **state)
{
	json_t *json = report(NULL, 0);
	char *text = json_dumps(json, JSON_COMPACT);

	(void)state;
	assert_string_equal(text,
		"{\"state\":\"sound\",\"profile\":\"paper\",\"total\":0,"
		"\"families\":{},\"reasons\":[]}");
	free(text);
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_evidence_lacks_is_said),
		cmocka_unit_test(one_message_alone_is_not_enough),
		cmocka_unit_test(a_verdict_is_told_with_its_reasons),
		cmocka_unit_test(a_sound_site_has_no_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

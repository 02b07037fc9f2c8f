/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/evidence.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"

static const struct kz_persistence *const net = &rules[KZ_CLASS_N];
static const struct kz_persistence *const content = &rules[KZ_CLASS_C];

/* The real one: what matters is compared field by field. */
static void
assert_same_evidence(
	const struct kz_evidence *left, const struct kz_evidence *right)
{
	uint8_t a[KZ_EVIDENCE_RECORD_SIZE], b[KZ_EVIDENCE_RECORD_SIZE];
	size_t a_len = 0, b_len = 0;

	assert_int_equal(kz_evidence_encode(left, a, sizeof(a), &a_len), KZ_OK);
	assert_int_equal(
		kz_evidence_encode(right, b, sizeof(b), &b_len), KZ_OK);
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a, b, a_len);
}

static enum kz_evidence_step
bad(struct kz_evidence *evidence, int64_t when_s)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, when_s);

	return kz_evidence_add(evidence, &finding, net, when_s + 400 * DAY_S);
}

static enum kz_evidence_step
ok(struct kz_evidence *evidence, int64_t when_s)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_OK, when_s);

	return kz_evidence_add(evidence, &finding, net, when_s + 400 * DAY_S);
}

static bool
persistent(const struct kz_evidence *evidence, int64_t now_s)
{
	return kz_evidence_persistent(evidence, KZ_CLASS_N, net, now_s);
}

/* count bads, every step_s from first_s on. */
static void
bads(struct kz_evidence *evidence, int64_t first_s, size_t count,
	int64_t step_s)
{
	for (size_t i = 0; i < count; i++)
		(void)bad(evidence, first_s + (int64_t)i * step_s);
}

static int64_t
newest(const struct kz_evidence *evidence)
{
	return evidence->newest_bad_s;
}

/* Each row meets the rule of class N but for what its name says. */
static void
network_faults_need_count_span_quarters_and_a_weekday(void **state)
{
	static const struct {
		const char *name;
		int64_t first_s;
		size_t count;
		int64_t step_s;
		bool persistent;
	} rows[] = {
		{"eight over 14 d and 14 h, four quarters", MONDAY, 8,
			2 * DAY_S + 2 * HOUR_S, true},
		{"seven", MONDAY, 7, 2 * DAY_S + 10 * HOUR_S, false},
		{"always in the same quarter", MONDAY, 8, 2 * DAY_S, false},
		{"an hour short of 14 d", MONDAY + 5 * HOUR_S, 14,
			(14 * DAY_S - HOUR_S) / 13, false},
		{"exactly 14 d", MONDAY, 15, DAY_S + 0, false},
		{"exactly 14 d, quarters seen", MONDAY, 57, 6 * HOUR_S, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_evidence evidence = kz_evidence_make();

		print_message("  %s\n", rows[i].name);
		bads(&evidence, rows[i].first_s, rows[i].count, rows[i].step_s);
		assert_int_equal(persistent(&evidence, newest(&evidence)),
			rows[i].persistent);
	}
}

static void
weekends_alone_convict_nobody(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	const int64_t saturday = MONDAY + 5 * DAY_S;

	(void)state;
	for (int week = 0; week < 4; week++)
		bads(&evidence, saturday + 7 * DAY_S * week, 8, 6 * HOUR_S);
	assert_int_equal(evidence.bads, 32);
	assert_int_equal(evidence.weekdays, 0x60);
	assert_int_equal(evidence.quarters, 0xf);
	assert_false(persistent(&evidence, newest(&evidence)));
	/* Monday's settles it. */
	(void)bad(&evidence, newest(&evidence) + 6 * HOUR_S);
	assert_int_equal(evidence.weekdays, 0x61);
	assert_true(persistent(&evidence, newest(&evidence)));
}

static void
one_ok_ends_it_at_once_and_the_rule_starts_from_zero(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	int64_t when_s;

	(void)state;
	bads(&evidence, MONDAY, 57, 6 * HOUR_S);
	when_s = newest(&evidence) + 2 * HOUR_S;
	assert_true(persistent(&evidence, when_s));
	assert_int_equal(ok(&evidence, when_s), KZ_EVIDENCE_CLEARED);
	assert_false(persistent(&evidence, when_s));
	assert_false(kz_evidence_bad(&evidence, net, when_s));
	assert_int_equal(evidence.bads, 0);
	assert_string_equal(evidence.value, "");
	bads(&evidence, when_s + HOUR_S, 56, 6 * HOUR_S);
	assert_false(persistent(&evidence, newest(&evidence)));
	(void)bad(&evidence, newest(&evidence) + 6 * HOUR_S);
	assert_true(persistent(&evidence, newest(&evidence)));
}

static void
an_unknown_neither_counts_nor_resets(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_evidence before;
	struct kz_finding finding = finding_of(
		KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_UNKNOWN, MONDAY + 10 * DAY_S);

	(void)state;
	bads(&evidence, MONDAY, 8, DAY_S);
	before = evidence;
	assert_int_equal(
		kz_evidence_add(&evidence, &finding, net, finding.when_s),
		KZ_EVIDENCE_SAME);
	assert_same_evidence(&evidence, &before);
}

static void
an_ok_in_the_slot_wins_whichever_came_first(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();

	(void)state;
	/* bad, then ok in its slot */
	assert_int_equal(bad(&evidence, MONDAY + 10), KZ_EVIDENCE_CHANGED);
	assert_int_equal(bad(&evidence, MONDAY + 20), KZ_EVIDENCE_SAME);
	assert_int_equal(evidence.bads, 1);
	assert_int_equal(ok(&evidence, MONDAY + 30), KZ_EVIDENCE_CLEARED);
	assert_int_equal(evidence.bads, 0);
	/* bad after it in the same slot */
	assert_int_equal(bad(&evidence, MONDAY + 3599), KZ_EVIDENCE_SAME);
	assert_int_equal(bad(&evidence, MONDAY + 3600), KZ_EVIDENCE_CHANGED);
	/* a late ok in the slot of a bad, before it */
	evidence = kz_evidence_make();
	(void)bad(&evidence, MONDAY + 3000);
	assert_int_equal(ok(&evidence, MONDAY + 100), KZ_EVIDENCE_CLEARED);
	assert_int_equal(evidence.bads, 0);
	assert_int_equal(ok(&evidence, MONDAY + 200), KZ_EVIDENCE_SAME);
}

static void
a_late_ok_takes_the_bads_before_it_and_leaves_those_after(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();

	(void)state;
	/* Saturday and Sunday nights, then Monday and Tuesday at noon. */
	(void)bad(&evidence, MONDAY - 2 * DAY_S);
	(void)bad(&evidence, MONDAY - DAY_S);
	(void)bad(&evidence, MONDAY + 12 * HOUR_S);
	(void)bad(&evidence, MONDAY + 36 * HOUR_S);
	assert_int_equal(evidence.weekdays, 0x63);
	assert_int_equal(evidence.quarters, 0x5);
	assert_int_equal(ok(&evidence, MONDAY), KZ_EVIDENCE_CHANGED);
	assert_int_equal(evidence.bads, 2);
	assert_int_equal(evidence.first_bad_s, MONDAY + 12 * HOUR_S);
	assert_int_equal(evidence.same_first_s, MONDAY + 12 * HOUR_S);
	assert_int_equal(evidence.weekdays, 0x3);
	assert_int_equal(evidence.quarters, 0x4);
	assert_string_equal(evidence.value, "ishtar.example1.jp");
	/* What is not newer than it is ignored from now on. */
	assert_int_equal(bad(&evidence, MONDAY - DAY_S), KZ_EVIDENCE_SAME);
	assert_int_equal(ok(&evidence, MONDAY - DAY_S), KZ_EVIDENCE_SAME);
}

static void
a_late_ok_older_than_the_kept_slots_keeps_what_is_after_it(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_evidence early;

	(void)state;
	bads(&evidence, MONDAY, 60, 6 * HOUR_S);
	early = evidence;
	/* Before the first bad: nothing but itself. */
	assert_int_equal(ok(&early, MONDAY - DAY_S), KZ_EVIDENCE_CHANGED);
	assert_int_equal(early.bads, 60);
	assert_int_equal(early.first_bad_s, MONDAY);
	/* Among those whose slots are gone: only what is known counts. */
	assert_int_equal(ok(&evidence, MONDAY + DAY_S), KZ_EVIDENCE_CHANGED);
	assert_int_equal(evidence.bads, 32);
	assert_int_equal(evidence.first_bad_s, MONDAY + 6 * HOUR_S * 28);
}

static enum kz_evidence_step
seen(struct kz_evidence *evidence, int64_t when_s, const char *value,
	uint32_t ttl_s)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_DNS_SOA_SPLIT, KZ_OUTCOME_BAD, when_s);

	memset(finding.value, 0, sizeof(finding.value));
	memcpy(finding.value, value, strlen(value));
	finding.ttl_s = ttl_s;
	return kz_evidence_add(
		evidence, &finding, content, when_s + 100 * DAY_S);
}

static void
late_bads_are_put_in_order(void **state)
{
	struct kz_evidence forth = kz_evidence_make();
	struct kz_evidence back = kz_evidence_make();

	(void)state;
	bads(&forth, MONDAY, 20, 20 * HOUR_S);
	for (int i = 19; i >= 0; i--)
		(void)bad(&back, MONDAY + 20 * HOUR_S * i);
	assert_same_evidence(&forth, &back);
	assert_true(persistent(&back, newest(&back)));
	/* What the newest one showed stays what is shown. */
	(void)seen(&back, MONDAY + 3 * HOUR_S, "older", 300);
	assert_int_equal(back.bads, 21);
	assert_string_equal(back.value, "ishtar.example1.jp");
	assert_int_equal(back.weight, 6);
}

/* A year of log: an outage, its end, months of nothing, a dead server. */
static void
read_log(struct kz_evidence *evidence, size_t *changes)
{
	int64_t now_s = MONDAY + 300 * DAY_S;

	for (int hour = 0; hour < 300 * 24; hour += 5) {
		struct kz_finding finding = finding_of(KZ_SYM_MX_BEST_DEAD,
			KZ_OUTCOME_BAD, MONDAY + hour * HOUR_S);

		finding.source = KZ_SOURCE_LOG;
		if (hour > 10 * 24 && hour < 12 * 24)
			finding.outcome = KZ_OUTCOME_OK;
		else if (hour > 20 * 24 && hour < 280 * 24)
			continue;
		*changes += kz_evidence_add(evidence, &finding, net, now_s) !=
			KZ_EVIDENCE_SAME;
	}
}

static void
last_years_logs_can_be_read_twice(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_evidence once;
	size_t changes = 0;

	(void)state;
	read_log(&evidence, &changes);
	assert_true(changes > 100);
	assert_true(persistent(&evidence, MONDAY + 300 * DAY_S));
	assert_true(evidence.first_bad_s >= MONDAY + 280 * DAY_S);
	once = evidence;
	changes = 0;
	read_log(&evidence, &changes);
	assert_int_equal(changes, 0);
	assert_same_evidence(&evidence, &once);
}

static void
probes_and_logs_add_in_different_slots(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct kz_finding finding = finding_of(KZ_SYM_MX_BEST_DEAD,
			KZ_OUTCOME_BAD, MONDAY + i * (2 * DAY_S + 2 * HOUR_S));

		finding.source = i % 2 == 0 ? KZ_SOURCE_PROBE : KZ_SOURCE_LOG;
		assert_int_equal(kz_evidence_add(&evidence, &finding, net,
					 finding.when_s),
			KZ_EVIDENCE_CHANGED);
		/* What the other source saw within the hour adds nothing. */
		finding.source = KZ_SOURCE_LOG;
		finding.when_s += 60;
		assert_int_equal(kz_evidence_add(&evidence, &finding, net,
					 finding.when_s),
			KZ_EVIDENCE_SAME);
	}
	assert_int_equal(evidence.bads, 8);
	assert_true(persistent(&evidence, newest(&evidence)));
}

static void
what_lapsed_begins_anew(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	int64_t august_s;

	(void)state;
	/* The yearly power inspection: three days, each year. */
	bads(&evidence, MONDAY, 12, 6 * HOUR_S);
	august_s = MONDAY + 366 * DAY_S;
	bads(&evidence, august_s, 12, 6 * HOUR_S);
	assert_int_equal(evidence.first_bad_s, august_s);
	assert_int_equal(evidence.bads, 12);
	assert_false(persistent(&evidence, newest(&evidence)));
	/* kizukid was off for two weeks: that is no gap yet. */
	bads(&evidence, newest(&evidence) + 14 * DAY_S, 1, 1);
	assert_int_equal(evidence.bads, 13);
	assert_true(persistent(&evidence, newest(&evidence)));
	bads(&evidence, newest(&evidence) + 14 * DAY_S + 1, 1, 1);
	assert_int_equal(evidence.bads, 1);
}

static void
nothing_counts_longer_than_its_max_age(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	int64_t last_s;

	(void)state;
	assert_int_equal(kz_evidence_next_s(&evidence, net, MONDAY), INT64_MAX);
	bads(&evidence, MONDAY, 57, 6 * HOUR_S);
	last_s = newest(&evidence) + 72 * HOUR_S;
	assert_int_equal(
		kz_evidence_next_s(&evidence, net, MONDAY + 14 * DAY_S),
		last_s + 1);
	assert_true(persistent(&evidence, last_s));
	assert_true(kz_evidence_bad(&evidence, net, last_s));
	assert_false(persistent(&evidence, last_s + 1));
	assert_false(kz_evidence_bad(&evidence, net, last_s + 1));
	assert_int_equal(
		kz_evidence_next_s(&evidence, net, last_s + 1), INT64_MAX);
}

static bool
content_persistent(const struct kz_evidence *evidence)
{
	return kz_evidence_persistent(
		evidence, KZ_CLASS_C, content, evidence->newest_bad_s);
}

static void
content_faults_need_a_run_of_identical_values(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)seen(&evidence, MONDAY + 6 * HOUR_S * i,
			i % 3 == 0 ? "a | b" : "a | c", 300);
	assert_int_equal(evidence.bads, 40);
	assert_false(content_persistent(&evidence));
	for (int i = 40; i < 40 + 28; i++) {
		assert_false(content_persistent(&evidence));
		(void)seen(&evidence, MONDAY + 6 * HOUR_S * i, "x | y", 300);
	}
	assert_int_equal(evidence.same, 28);
	assert_false(content_persistent(&evidence));
	(void)seen(&evidence, MONDAY + 6 * HOUR_S * 68, "x | y", 300);
	assert_int_equal(evidence.same_first_s, MONDAY + 6 * HOUR_S * 40);
	assert_true(content_persistent(&evidence));
	/* A late one with another value, in the middle of the run. */
	assert_int_equal(seen(&evidence, MONDAY + 6 * HOUR_S * 60 + HOUR_S,
				 "a | b", 300),
		KZ_EVIDENCE_CHANGED);
	assert_int_equal(evidence.same, 8);
	assert_false(content_persistent(&evidence));
}

static void
content_faults_outlive_twice_their_ttl(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	uint32_t ttl_s = 5 * DAY_S;

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)seen(&evidence, MONDAY + 6 * HOUR_S * i, "x", ttl_s);
	/* 9 d 18 h: more than 7 d, and its first slot is pushed out. */
	assert_int_equal(evidence.same, 40);
	assert_false(content_persistent(&evidence));
	(void)seen(&evidence, MONDAY + 6 * HOUR_S * 40, "x", ttl_s);
	assert_true(content_persistent(&evidence));
}

static void
a_statement_holds_until_its_own_end(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_finding finding =
		finding_of(KZ_SYM_REG_CONTACT_RETIRED, KZ_OUTCOME_BAD, MONDAY);
	const struct kz_persistence *rule = &rules[KZ_CLASS_O];

	(void)state;
	finding.source = KZ_SOURCE_FACT;
	finding.ttl_s = 365 * DAY_S;
	(void)kz_evidence_add(&evidence, &finding, rule, MONDAY);
	assert_true(
		kz_evidence_persistent(&evidence, KZ_CLASS_O, rule, MONDAY));
	assert_true(kz_evidence_persistent(
		&evidence, KZ_CLASS_O, rule, MONDAY + 365 * DAY_S));
	assert_false(kz_evidence_persistent(
		&evidence, KZ_CLASS_O, rule, MONDAY + 365 * DAY_S + 1));
}

static void
a_clock_set_back_convicts_nobody_and_heals(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	int64_t now_s;

	(void)state;
	/* From the future by more than a slot: not taken. */
	assert_int_equal(
		ok(&evidence, MONDAY - 500 * DAY_S), KZ_EVIDENCE_CHANGED);
	bads(&evidence, MONDAY, 57, 6 * HOUR_S);
	now_s = newest(&evidence) - HOUR_S;
	assert_true(persistent(&evidence, now_s));
	assert_false(persistent(&evidence, now_s - 1));
	assert_int_equal(kz_evidence_next_s(&evidence, net, now_s - 1), now_s);
	/* The next finding of the clock that is right now begins anew. */
	{
		struct kz_finding finding = finding_of(
			KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, now_s - 5 * DAY_S);

		assert_int_equal(kz_evidence_add(&evidence, &finding, net,
					 now_s - 10 * DAY_S),
			KZ_EVIDENCE_SAME);
		assert_int_equal(kz_evidence_add(&evidence, &finding, net,
					 finding.when_s),
			KZ_EVIDENCE_CHANGED);
	}
	assert_int_equal(evidence.bads, 1);
	/* So it does with an ok. */
	bads(&evidence, now_s, 57, 6 * HOUR_S);
	{
		struct kz_finding finding = finding_of(
			KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_OK, now_s - 2 * DAY_S);

		(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
		assert_int_equal(evidence.bads, 0);
	}
	/* An ok of the future is not forgotten: it holds until now. */
	(void)ok(&evidence, now_s + 20 * DAY_S);
	{
		struct kz_finding finding =
			finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, now_s);

		(void)kz_evidence_add(&evidence, &finding, net, now_s);
		assert_int_equal(evidence.newest_ok_s, now_s);
		assert_int_equal(evidence.bads, 0);
		finding.when_s += 60;
		(void)kz_evidence_add(&evidence, &finding, net, now_s + 60);
		assert_int_equal(evidence.bads, 0);
		finding.when_s += HOUR_S;
		(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
		assert_int_equal(evidence.bads, 1);
	}
}

static void
more_weight_for_an_hour_does_not_count(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_SOME_DEAD, KZ_OUTCOME_BAD, MONDAY);

	(void)state;
	/* A dead backup of three, and then the other is down for a day. */
	for (int i = 0; i < 30; i++) {
		finding.weight = i < 28 ? 1 : 3;
		finding.when_s = MONDAY + 18 * HOUR_S * i;
		(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
	}
	assert_int_equal(evidence.weight, 3);
	assert_true(persistent(&evidence, newest(&evidence)));
	assert_int_equal(kz_evidence_weight(&evidence, net), 1);
	/* Down for good: from the day on which that is persistent too. */
	for (int i = 30; i < 28 + 19; i++) {
		finding.when_s = MONDAY + 18 * HOUR_S * i;
		(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
	}
	assert_int_equal(kz_evidence_weight(&evidence, net), 1);
	finding.when_s += 18 * HOUR_S;
	(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
	assert_int_equal(kz_evidence_weight(&evidence, net), 3);
	/* Less weight counts at once. */
	finding.weight = 1;
	finding.when_s += 18 * HOUR_S;
	(void)kz_evidence_add(&evidence, &finding, net, finding.when_s);
	assert_int_equal(kz_evidence_weight(&evidence, net), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			network_faults_need_count_span_quarters_and_a_weekday),
		cmocka_unit_test(weekends_alone_convict_nobody),
		cmocka_unit_test(
			one_ok_ends_it_at_once_and_the_rule_starts_from_zero),
		cmocka_unit_test(an_unknown_neither_counts_nor_resets),
		cmocka_unit_test(an_ok_in_the_slot_wins_whichever_came_first),
		cmocka_unit_test(
			a_late_ok_takes_the_bads_before_it_and_leaves_those_after),
		cmocka_unit_test(
			a_late_ok_older_than_the_kept_slots_keeps_what_is_after_it),
		cmocka_unit_test(late_bads_are_put_in_order),
		cmocka_unit_test(last_years_logs_can_be_read_twice),
		cmocka_unit_test(probes_and_logs_add_in_different_slots),
		cmocka_unit_test(what_lapsed_begins_anew),
		cmocka_unit_test(nothing_counts_longer_than_its_max_age),
		cmocka_unit_test(content_faults_need_a_run_of_identical_values),
		cmocka_unit_test(content_faults_outlive_twice_their_ttl),
		cmocka_unit_test(a_statement_holds_until_its_own_end),
		cmocka_unit_test(a_clock_set_back_convicts_nobody_and_heals),
		cmocka_unit_test(more_weight_for_an_hour_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

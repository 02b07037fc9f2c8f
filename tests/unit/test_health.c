/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/health.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/health.h"

#define FRESH_S  INT64_C(300)
#define HOLD_S   900
#define SETTLE_S 900
#define CLOSED_S INT64_C(86400)
/* The finding under test is of this moment. */
#define T (MONDAY + 10 * HOUR_S)

/* Addresses of four places, and a second one in the first place. */
#define V4_A  "192.0.2.1"
#define V4_A2 "192.0.2.9"
#define V4_B  "198.51.100.1"
#define V4_C  "203.0.113.1"
#define V6_A  "2001:db8:a::1"
#define V6_B  "2001:db8:b::1"
/* What failed. */
#define DEAD_V4 "10.224.31.110"
#define DEAD_V6 "2001:db8:268:810::110"

/* Too big for a stack. */
static struct kz_health health;

static int
begin(void **state)
{
	(void)state;
	memset(&health, 0, sizeof(health));
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++)
		health.rules[i] = (struct kz_health_rule){
			FRESH_S, HOLD_S, SETTLE_S, (uint32_t)CLOSED_S};
	return 0;
}

static void
touch(const char *addr, enum kz_reach reach, int64_t when_s, bool canary)
{
	struct kz_touch made = {.when_s = when_s,
		.addr = addr_of(addr),
		.service = KZ_SERVICE_SMTP25,
		.reach = reach};

	kz_health_touch(&health, &made, canary);
}

static void
alive(const char *addr, int64_t when_s)
{
	touch(addr, KZ_REACH_ALIVE, when_s, false);
}

static void
fails(const char *addr, int64_t when_s)
{
	touch(addr, KZ_REACH_TIMEOUT, when_s, true);
}

static struct kz_finding
dead_at(int64_t when_s)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, when_s);

	rest_on(&finding, KZ_NET_SMTP25_V4, DEAD_V4);
	return finding;
}

static struct kz_finding
dual_stack_dead_at(int64_t when_s)
{
	struct kz_finding finding = dead_at(when_s);

	rest_on(&finding, KZ_NET_SMTP25_V6, DEAD_V6);
	return finding;
}

static enum kz_health_answer
judge(int64_t when_s, int64_t now_s)
{
	struct kz_finding finding = dead_at(when_s);

	return kz_health_judge(&health, &finding, now_s);
}

/* Two oks around T, from two places or one; what they make of the bad. */
static void
a_bad_counts_only_between_two_oks_from_other_networks(void **state)
{
	static const struct {
		const char *name;
		const char *before, *after;
		int64_t before_s, after_s;
		enum kz_health_answer answer;
	} rows[] = {
		{"one second around", V4_A, V4_A, T - 1, T + 1,
			KZ_HEALTH_GREEN},
		{"in the same second, two places", V4_A, V4_B, T, T,
			KZ_HEALTH_GREEN},
		{"the borders of fresh", V4_A, V4_B, T - FRESH_S, T + FRESH_S,
			KZ_HEALTH_GREEN},
		{"before is too old", V4_A, V4_B, T - FRESH_S - 1, T + 10,
			KZ_HEALTH_HOLD},
		{"after is too late", V4_A, V4_B, T - 10, T + FRESH_S + 1,
			KZ_HEALTH_HOLD},
		{"both before", V4_A, V4_B, T - 10, T - 5, KZ_HEALTH_HOLD},
		{"both after", V4_A, V4_B, T + 5, T + 10, KZ_HEALTH_HOLD},
		{"before is the target's network", "10.224.31.7", V4_B, T - 10,
			T + 10, KZ_HEALTH_HOLD},
		{"after is the target's network", V4_A, "10.224.31.110", T - 10,
			T + 10, KZ_HEALTH_HOLD},
		{"of another class", V6_A, V6_B, T - 10, T + 10,
			KZ_HEALTH_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].name);
		(void)begin(state);
		alive(rows[i].before, rows[i].before_s);
		alive(rows[i].after, rows[i].after_s);
		assert_int_equal(judge(T, T + FRESH_S + 1), rows[i].answer);
		/* After hold the answer is final. */
		assert_int_not_equal(judge(T, T + HOLD_S), KZ_HEALTH_HOLD);
	}
}

static void
one_ok_is_not_two(void **state)
{
	(void)state;
	alive(V4_A, T);
	assert_int_equal(judge(T, T), KZ_HEALTH_HOLD);
	alive(V4_A, T + 20);
	assert_int_equal(judge(T, T + 20), KZ_HEALTH_GREEN);
}

static void
held_until_the_hold_is_over_then_unknown(void **state)
{
	(void)state;
	alive(V4_A, T - 10);
	assert_int_equal(judge(T, T), KZ_HEALTH_HOLD);
	assert_int_equal(judge(T, T + HOLD_S - 1), KZ_HEALTH_HOLD);
	assert_int_equal(judge(T, T + HOLD_S), KZ_HEALTH_UNKNOWN);
	/* An ok reported late still decides within the hold. */
	alive(V4_B, T + 30);
	assert_int_equal(judge(T, T + HOLD_S), KZ_HEALTH_GREEN);
}

static void
what_rests_on_no_address_needs_no_canary(void **state)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_TARGET_MISSING, KZ_OUTCOME_BAD, T);

	(void)state;
	assert_int_equal(
		kz_health_judge(&health, &finding, T), KZ_HEALTH_GREEN);
	finding = dead_at(T);
	assert_int_equal(
		kz_health_judge(&health, &finding, T), KZ_HEALTH_UNKNOWN);
	finding.judged = true;
	assert_int_equal(
		kz_health_judge(&health, &finding, T), KZ_HEALTH_GREEN);
}

static void
each_class_must_be_green_by_itself(void **state)
{
	struct kz_finding finding = dual_stack_dead_at(T);

	(void)state;
	alive(V4_A, T - 10);
	alive(V4_B, T + 10);
	alive(V6_A, T - 2 * DAY_S);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 20), KZ_HEALTH_HOLD);
	assert_int_equal(kz_health_judge(&health, &finding, T + HOLD_S),
		KZ_HEALTH_UNKNOWN);
	alive(V6_A, T - 20);
	alive(V6_B, T + 20);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 20), KZ_HEALTH_GREEN);
}

static void
a_family_we_never_had_is_left_out_of_dual_stack_targets_alone(void **state)
{
	struct kz_finding dual = dual_stack_dead_at(T);
	struct kz_finding single =
		finding_of(KZ_SYM_MX_FAMILY_DEAD, KZ_OUTCOME_BAD, T);
	struct kz_finding other = dead_at(T);

	(void)state;
	alive(V4_A, T - 10);
	alive(V4_B, T + 10);
	assert_int_equal(
		kz_health_judge(&health, &dual, T + 20), KZ_HEALTH_GREEN);
	/* Only the family that never worked here: nothing can be said. */
	rest_on(&single, KZ_NET_SMTP25_V6, DEAD_V6);
	assert_int_equal(
		kz_health_judge(&health, &single, T + 20), KZ_HEALTH_UNKNOWN);
	/* Another service is no other family. */
	rest_on(&other, KZ_NET_DNS53UDP_V6, DEAD_V6);
	assert_int_equal(
		kz_health_judge(&health, &other, T + 20), KZ_HEALTH_UNKNOWN);
	/* Once it has worked it is asked for, always. */
	alive(V6_A, T - 5 * HOUR_S);
	assert_int_equal(
		kz_health_judge(&health, &dual, T + HOLD_S), KZ_HEALTH_UNKNOWN);
}

static void
all_dead_needs_oks_from_two_places(void **state)
{
	struct kz_finding finding = dead_at(T);

	(void)state;
	finding.symptom = KZ_SYM_MX_ALL_DEAD;
	alive(V4_A, T - 10);
	alive(V4_A2, T + 60);
	assert_int_equal(judge(T, T + 60), KZ_HEALTH_GREEN);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 60), KZ_HEALTH_HOLD);
	alive(V4_B, T + 70);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 70), KZ_HEALTH_GREEN);
	alive(V4_A, T + 120);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 120), KZ_HEALTH_GREEN);
	/* Both before, one after. */
	(void)begin(state);
	alive(V4_A, T - 10);
	alive(V4_B, T - 5);
	alive(V4_A, T + 60);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 60), KZ_HEALTH_GREEN);
}

static uint32_t
red(int64_t now_s)
{
	return kz_health_suspended(&health, now_s);
}

static void
a_class_is_red_when_two_canaries_fail_and_nobody_answers(void **state)
{
	const uint32_t bit = 1U << KZ_NET_SMTP25_V4;

	(void)state;
	alive(V4_A, T - 10);
	alive(V4_B, T - 9);
	fails(V4_A, T + 10);
	assert_int_equal(red(T + 10), 0);
	fails(V4_A, T + 200);
	assert_int_equal(red(T + 200), 0);
	fails(V4_B, T + 210);
	assert_int_equal(red(T + 210), bit);
	assert_int_equal(judge(T, T + 220), KZ_HEALTH_UNKNOWN);
	/* The first ok ends it; settle begins. */
	alive(V4_C, T + 1000);
	assert_false(health.classes[KZ_NET_SMTP25_V4].red);
	assert_int_equal(red(T + 1000 + SETTLE_S - 1), bit);
	assert_int_equal(red(T + 1000 + SETTLE_S), 0);
	/* What was seen before it settled stays unknown, also later. */
	for (int64_t s = 1000; s < 3000; s += 100)
		alive(V4_C, T + s);
	assert_int_equal(
		judge(T + 1000 + SETTLE_S - 1, T + 2500), KZ_HEALTH_UNKNOWN);
	assert_int_equal(judge(T + 1000 + SETTLE_S, T + 2500), KZ_HEALTH_GREEN);
}

static void
canaries_that_die_themselves_do_not_make_red(void **state)
{
	(void)state;
	/* One of two. */
	for (int i = 0; i < 20; i++) {
		touch(V4_A, KZ_REACH_ALIVE, T + i * FRESH_S, true);
		fails(V4_B, T + i * FRESH_S + 1);
		alive(V4_C, T + i * FRESH_S + 2);
	}
	assert_int_equal(red(T + 20 * FRESH_S), 0);
	/* Both, while mail flows: for a while in doubt, then no more. */
	for (int i = 20; i < 20 + 14; i++) {
		fails(V4_A, T + i * FRESH_S);
		fails(V4_B, T + i * FRESH_S + 1);
		alive(V4_C, T + i * FRESH_S + 2);
	}
	for (int i = 34; i < 40; i++) {
		fails(V4_A, T + i * FRESH_S);
		fails(V4_B, T + i * FRESH_S + 1);
		assert_int_equal(red(T + i * FRESH_S + 1), 0);
		alive(V4_C, T + i * FRESH_S + 2);
	}
	/* A failure that was not asked as a canary's says nothing. */
	touch(V4_A, KZ_REACH_TIMEOUT, T + 41 * FRESH_S, false);
	touch(V4_B, KZ_REACH_TIMEOUT, T + 41 * FRESH_S, false);
	assert_int_equal(red(T + 41 * FRESH_S), 0);
}

static void
one_canary_that_answers_is_enough(void **state)
{
	(void)state;
	touch(V4_A, KZ_REACH_ALIVE, T, true);
	fails(V4_B, T + 1);
	fails(V4_C, T + 2);
	assert_int_equal(red(T + 2), 0);
	/* Asked again it fails as well. */
	fails(V4_A, T + 3);
	assert_int_not_equal(red(T + 3), 0);
}

static void
one_canary_alone_neither_makes_red_nor_convicts(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		fails(V4_A, T + i * FRESH_S);
	assert_int_equal(red(T + 20 * FRESH_S), 0);
	assert_int_equal(
		judge(T + FRESH_S, T + 2 * FRESH_S), KZ_HEALTH_UNKNOWN);
}

static void
each_reach_has_its_meaning_for_canaries(void **state)
{
	static const struct {
		enum kz_reach reach;
		bool makes_red;
	} rows[] = {
		{KZ_REACH_NONE, false},
		{KZ_REACH_ALIVE, false},
		{KZ_REACH_REFUSED, true},
		{KZ_REACH_UNREACHABLE, true},
		{KZ_REACH_TIMEOUT, true},
		{KZ_REACH_RESET, false},
		{KZ_REACH_SILENT, false},
		{KZ_REACH_NOISE, false},
		{KZ_REACH_OURS, true},
		{KZ_REACH_LIMITED, false},
		{KZ_REACH_SPECIAL, false},
	};

	assert_int_equal(sizeof(rows) / sizeof(rows[0]), KZ_REACH_COUNT);
	for (size_t i = 0; i < KZ_REACH_COUNT; i++) {
		print_message("  %s\n", kz_reach_text(rows[i].reach));
		(void)begin(state);
		touch(V4_A, rows[i].reach, T, true);
		touch(V4_B, rows[i].reach, T + 1, true);
		assert_int_equal(red(T + 1) != 0, rows[i].makes_red);
	}
}

static void
late_reports_change_nothing_that_is_newer(void **state)
{
	(void)state;
	fails(V4_A, T);
	fails(V4_B, T + 1);
	assert_int_not_equal(red(T + 1), 0);
	alive(V4_C, T - 100);
	assert_true(health.classes[KZ_NET_SMTP25_V4].red);
	alive(V4_C, T + 2);
	assert_false(health.classes[KZ_NET_SMTP25_V4].red);
	fails(V4_A, T - 50);
	fails(V4_B, T - 50);
	assert_false(health.classes[KZ_NET_SMTP25_V4].red);
	touch(V4_A, KZ_REACH_ALIVE, T + 100, true);
	fails(V4_A, T + 50);
	assert_true(health.classes[KZ_NET_SMTP25_V4].canaries[0].ok);
}

static void
a_busy_site_still_reaches_back_over_hold_and_fresh(void **state)
{
	char place[KZ_ADDR_TEXT_SIZE] = "100.100.0.1";

	(void)state;
	/* Ten oks a second from two hundred places, for an hour. */
	for (int64_t s = 0; s < HOUR_S; s++) {
		for (int i = 0; i < 10; i++) {
			struct kz_addr addr = addr_of(place);
			struct kz_touch made = {.when_s = T + s,
				.service = KZ_SERVICE_SMTP25,
				.reach = KZ_REACH_ALIVE};

			addr.bytes[2] = (uint8_t)((s * 10 + i) % 200);
			made.addr = addr;
			kz_health_touch(&health, &made, false);
		}
	}
	for (int64_t s = HOUR_S - HOLD_S; s < HOUR_S - 60; s++)
		assert_int_equal(judge(T + s, T + HOUR_S), KZ_HEALTH_GREEN);
}

static void
remembered_are_the_newest_one_for_each_place(void **state)
{
	struct kz_addr addrs[4];
	struct kz_addr first;

	(void)state;
	assert_int_equal(kz_health_remembered(&health, KZ_NET_SMTP25_V4,
				 INT64_MAX, addrs, 4),
		0);
	alive(V4_A, T);
	alive(V4_A2, T + 400);
	alive(V4_B, T + 800);
	alive(V4_C, T + 1200);
	assert_int_equal(kz_health_remembered(&health, KZ_NET_SMTP25_V4,
				 INT64_MAX, addrs, 4),
		3);
	first = addr_of(V4_C);
	assert_int_equal(kz_addr_compare(&addrs[0], &first), 0);
	first = addr_of(V4_A2);
	assert_int_equal(kz_addr_compare(&addrs[2], &first), 0);
	/* One that failed since then comes last, and is not forgotten. */
	fails(V4_C, T + 1300);
	assert_int_equal(kz_health_remembered(&health, KZ_NET_SMTP25_V4,
				 INT64_MAX, addrs, 4),
		3);
	first = addr_of(V4_C);
	assert_int_equal(kz_addr_compare(&addrs[2], &first), 0);
	assert_int_equal(kz_health_remembered(&health, KZ_NET_SMTP25_V4,
				 INT64_MAX, addrs, 2),
		2);
	/* Whoever was ok just now is not asked again. */
	assert_int_equal(kz_health_remembered(
				 &health, KZ_NET_SMTP25_V4, T + 399, addrs, 4),
		1);
	alive(V4_A, T + 2000);
	assert_int_equal(kz_health_remembered(
				 &health, KZ_NET_SMTP25_V4, T + 399, addrs, 4),
		0);
}

static void
a_clock_set_back_does_not_blind_for_long(void **state)
{
	(void)state;
	/* The clock ran a year ahead, was red, and settled. */
	fails(V4_A, T + 365 * DAY_S);
	fails(V4_B, T + 365 * DAY_S);
	for (int i = 0; i < 400; i++)
		alive(i % 2 == 0 ? V4_A : V4_B,
			T + 365 * DAY_S + 60 * (int64_t)i);
	alive(V4_A, T - 10);
	alive(V4_B, T + 10);
	assert_int_equal(judge(T, T + 20), KZ_HEALTH_UNKNOWN);
	kz_health_forget_future(&health, T);
	assert_int_not_equal(red(T), 0);
	assert_int_equal(red(T + SETTLE_S), 0);
	alive(V4_A, T + SETTLE_S);
	alive(V4_B, T + SETTLE_S + 90);
	assert_int_equal(
		judge(T + SETTLE_S + 30, T + SETTLE_S + 90), KZ_HEALTH_GREEN);
}

static void
a_class_broken_off_counts_nothing_until_it_settled(void **state)
{
	struct kz_finding finding = dead_at(T);

	(void)state;
	alive(V4_A, T - 60);
	alive(V4_B, T + 60);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 60), KZ_HEALTH_GREEN);
	kz_health_break(&health, KZ_NET_SMTP25_V4, T + 3600);
	/* An earlier end takes nothing back. */
	kz_health_break(&health, KZ_NET_SMTP25_V4, T + 60);
	assert_int_equal(
		kz_health_judge(&health, &finding, T + 60), KZ_HEALTH_UNKNOWN);
	assert_int_equal(kz_health_suspended(&health, T + 3600 + SETTLE_S - 1),
		1U << KZ_NET_SMTP25_V4);
	assert_int_equal(kz_health_suspended(&health, T + 3600 + SETTLE_S), 0);
	finding = dead_at(T + 3600 + SETTLE_S);
	alive(V4_A, finding.when_s - 60);
	alive(V4_B, finding.when_s + 60);
	assert_int_equal(
		kz_health_judge(&health, &finding, finding.when_s + 60),
		KZ_HEALTH_GREEN);
	/* Other classes never noticed. */
	assert_int_equal(
		kz_health_suspended(&health, T) & 1U << KZ_NET_DNS53UDP_V4, 0);
	/* A clock that is set back does not prolong it. */
	kz_health_break(&health, KZ_NET_SMTP25_V4, T + 9 * DAY_S);
	kz_health_forget_future(&health, T + DAY_S);
	assert_int_equal(kz_health_suspended(&health, T + DAY_S + SETTLE_S), 0);
}

static void
a_class_is_closed_when_nothing_answers_for_long(void **state)
{
	char addr[] = "10.1.0.1";

	(void)state;
	for (int place = 0; place < 7; place++) {
		addr[5] = (char)('1' + place);
		touch(addr, KZ_REACH_TIMEOUT, T + place, false);
		touch(addr, KZ_REACH_TIMEOUT, T + CLOSED_S + place, false);
	}
	/* Seven places are too few. */
	assert_false(
		kz_health_closed(&health, KZ_NET_SMTP25_V4, T + 2 * CLOSED_S));
	addr[5] = '9';
	touch(addr, KZ_REACH_UNREACHABLE, T + 2 * CLOSED_S, false);
	assert_true(
		kz_health_closed(&health, KZ_NET_SMTP25_V4, T + 2 * CLOSED_S));
	assert_false(
		kz_health_closed(&health, KZ_NET_SMTP25_V4, T + CLOSED_S - 1));
	assert_int_equal(kz_health_suspended(&health, T + 2 * CLOSED_S),
		1U << KZ_NET_SMTP25_V4);
	/* The first that answers opens it. */
	alive(V4_A, T + 2 * CLOSED_S + 1);
	assert_false(
		kz_health_closed(&health, KZ_NET_SMTP25_V4, T + 3 * CLOSED_S));
	/* A failure of before that says nothing. */
	touch(addr, KZ_REACH_TIMEOUT, T + 2 * CLOSED_S, false);
	assert_int_equal(health.classes[KZ_NET_SMTP25_V4].lost_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_bad_counts_only_between_two_oks_from_other_networks,
			begin),
		cmocka_unit_test_setup(one_ok_is_not_two, begin),
		cmocka_unit_test_setup(
			held_until_the_hold_is_over_then_unknown, begin),
		cmocka_unit_test_setup(
			what_rests_on_no_address_needs_no_canary, begin),
		cmocka_unit_test_setup(
			each_class_must_be_green_by_itself, begin),
		cmocka_unit_test_setup(
			a_family_we_never_had_is_left_out_of_dual_stack_targets_alone,
			begin),
		cmocka_unit_test_setup(
			all_dead_needs_oks_from_two_places, begin),
		cmocka_unit_test_setup(
			a_class_is_red_when_two_canaries_fail_and_nobody_answers,
			begin),
		cmocka_unit_test_setup(
			canaries_that_die_themselves_do_not_make_red, begin),
		cmocka_unit_test_setup(
			one_canary_that_answers_is_enough, begin),
		cmocka_unit_test_setup(
			one_canary_alone_neither_makes_red_nor_convicts, begin),
		cmocka_unit_test_setup(
			each_reach_has_its_meaning_for_canaries, begin),
		cmocka_unit_test_setup(
			late_reports_change_nothing_that_is_newer, begin),
		cmocka_unit_test_setup(
			a_busy_site_still_reaches_back_over_hold_and_fresh,
			begin),
		cmocka_unit_test_setup(
			remembered_are_the_newest_one_for_each_place, begin),
		cmocka_unit_test_setup(
			a_clock_set_back_does_not_blind_for_long, begin),
		cmocka_unit_test_setup(
			a_class_broken_off_counts_nothing_until_it_settled,
			begin),
		cmocka_unit_test_setup(
			a_class_is_closed_when_nothing_answers_for_long, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/greylist.h"

#define T0        INT64_C(1582941600) /* 2020-02-29 02:00 UTC */
#define DELAY     300
#define WINDOW    INT64_C(43200)
#define OPEN      INT64_C(7200)
#define MAX_DELAY INT64_C(10800)
#define KEEP      INT64_C(3024000)

static const struct kz_grey_policy policy = {
	.scope = KZ_SCOPE_BROKEN,
	.forget = KZ_FORGET_MTA,
	.delay_s = DELAY,
	.window_s = WINDOW,
	.open_s = OPEN,
	.max_delay_s = MAX_DELAY,
	.keep_s = KEEP,
	.allow_after = 5,
};
static const struct kz_grey_origin no_origin = {0};

static struct kz_grey_attempt
made(enum kz_grey_kind kind, bool ripens, const struct kz_grey_entry *found,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	return (struct kz_grey_attempt){
		.kind = kind,
		.ripens = ripens,
		.found = found,
		.origin = origin == NULL ? &no_origin : origin,
		.now_s = now_s,
	};
}

static enum kz_result
ask(const struct kz_grey_policy *rules, struct kz_grey_attempt attempt,
	struct kz_grey_step *step)
{
	return kz_grey_try(rules, &attempt, step);
}

static struct kz_grey_step
try_at(enum kz_grey_kind kind, bool ripens, const struct kz_grey_entry *found,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	struct kz_grey_step step = {0};

	assert_int_equal(
		ask(&policy, made(kind, ripens, found, origin, now_s), &step),
		KZ_OK);
	return step;
}

/* One try against what is stored for a broken origin; moments are after T0. */
struct try_case {
	const char *rule;
	struct { /* since NV: there is none; any other: never */
		int64_t since, first, last, opened, taken;
	} found;
	int64_t reset; /* NV: never */
	int64_t now;
	int64_t wait;
	enum kz_grey_reason reason;
	bool primary;
	bool begins; /* a new chain */
};

#define NV (-1)
#define NONE                                                                   \
	{                                                                      \
		NV, NV, NV, NV, NV                                             \
	}

static const struct try_case tries[] = {
	{"the first try waits the whole delay", NONE, NV, 0, DELAY,
		KZ_GREY_YOUNG, false, true},
	{"at the primary the first try is refused until max_delay", NONE, NV, 0,
		MAX_DELAY, KZ_GREY_REFUSED, true, true},
	{"one second before the delay is young", {0, 0, 0, NV, NV}, NV,
		DELAY - 1, 1, KZ_GREY_YOUNG, false, false},
	{"at the delay it is ripe", {0, 0, 0, NV, NV}, NV, DELAY, 0,
		KZ_GREY_RIPE, false, false},
	{"one second after it too", {0, 0, 0, NV, NV}, NV, DELAY + 1, 0,
		KZ_GREY_RIPE, false, false},
	{"a try early does not set the wait back", {0, 0, 299, NV, NV}, NV,
		DELAY, 0, KZ_GREY_RIPE, false, false},
	{"the primary never ripens", {0, 0, 0, NV, NV}, NV, DELAY,
		MAX_DELAY - DELAY, KZ_GREY_REFUSED, true, false},
	{"nor one second before max_delay", {0, 0, 9000, NV, NV}, NV,
		MAX_DELAY - 1, 1, KZ_GREY_REFUSED, true, false},
	{"at max_delay the primary lets in", {0, 0, 9000, NV, NV}, NV,
		MAX_DELAY, 0, KZ_GREY_MAX_DELAY, true, false},
	{"after max_delay the primary lets in", {0, 0, 9000, NV, NV}, NV,
		MAX_DELAY + 1, 0, KZ_GREY_MAX_DELAY, true, false},
	{"a reset makes old entries young", {0, 0, 600, NV, NV}, 601, 602,
		DELAY - 1, KZ_GREY_YOUNG, false, false},
	{"one second before reset + delay", {0, 0, 600, NV, NV}, 601,
		601 + DELAY - 1, 1, KZ_GREY_YOUNG, false, false},
	{"at reset + delay", {0, 0, 600, NV, NV}, 601, 601 + DELAY, 0,
		KZ_GREY_RIPE, false, false},
	{"an old reset says nothing", {1000, 1000, 1000, NV, NV}, 500,
		1000 + DELAY - 1, 1, KZ_GREY_YOUNG, false, false},
	{"a reset does not move max_delay", {0, 0, 10000, NV, NV},
		MAX_DELAY - 1, MAX_DELAY, 0, KZ_GREY_MAX_DELAY, false, false},
	{"before it the reset counts, told until max_delay at most",
		{0, 0, 10000, NV, NV}, MAX_DELAY - 2, MAX_DELAY - 1, 1,
		KZ_GREY_YOUNG, false, false},
	{"after a taking the next try begins a wait", {0, NV, 400, NV, 410}, NV,
		1000, DELAY, KZ_GREY_YOUNG, false, false},
	{"but since stays", {0, NV, 10000, NV, 10010}, NV, MAX_DELAY, 0,
		KZ_GREY_MAX_DELAY, false, false},
	{"opened: one second before 2 h", {0, 0, 11000, 11000, NV}, NV,
		11000 + OPEN - 1, 0, KZ_GREY_OPEN, true, false},
	{"opened 2 h ago: a new chain", {0, 0, 11000, 11000, NV}, NV,
		11000 + OPEN, MAX_DELAY, KZ_GREY_REFUSED, true, true},
	{"opened 2 h ago, tried lately: a new chain",
		{0, 0, 11000 + OPEN - 1, 11000, 11001}, NV, 11000 + OPEN, DELAY,
		KZ_GREY_YOUNG, false, true},
	{"opened lets in at the primary and while young",
		{0, NV, 11000, 11000, 11001}, 11001, 11002, 0, KZ_GREY_OPEN,
		false, false},
	{"the chain lives one second before the window", {0, 0, 100, NV, NV},
		NV, 100 + WINDOW - 1, 0, KZ_GREY_MAX_DELAY, true, false},
	{"it ends with the window", {0, 0, 100, NV, NV}, NV, 100 + WINDOW,
		MAX_DELAY, KZ_GREY_REFUSED, true, true},
	{"once taken it lives one second before 2 h", {0, NV, 400, NV, 410}, NV,
		400 + OPEN - 1, DELAY, KZ_GREY_YOUNG, false, false},
	{"once taken it ends 2 h after the last try", {0, NV, 4000, NV, 410},
		NV, 4000 + OPEN, DELAY, KZ_GREY_YOUNG, false, true},
	{"2 h count from the last try, not from the taking",
		{0, NV, 4000, NV, 4100}, NV, 4000 + OPEN, DELAY, KZ_GREY_YOUNG,
		false, true},
	{"never taken it lives on after 2 h", {0, 0, 0, NV, NV}, NV, OPEN, 0,
		KZ_GREY_RIPE, false, false},
	{"clock set back: no time has passed", {0, 0, 200, NV, NV}, NV, 100,
		200, KZ_GREY_YOUNG, false, false},
	{"clock set back: what was ripe stays ripe", {0, 0, 400, NV, NV}, NV,
		100, 0, KZ_GREY_RIPE, false, false},
	{"clock set back: a wait grows by the jump", {1000, 1000, 1200, NV, NV},
		NV, 200, 1000 + DELAY - 200, KZ_GREY_YOUNG, false, false},
	{"clock set back before the reset: still young", {0, 0, 2000, NV, NV},
		1900, 1500, 1900 + DELAY - 1500, KZ_GREY_YOUNG, false, false},
	{"a reset after a clock set back lets nobody in early",
		{0, 0, 2000, NV, NV}, 1400, 1401, DELAY - 1, KZ_GREY_YOUNG,
		false, false},
	{"set back by the window the chain is still believed",
		{0, 0, 100 + WINDOW, NV, NV}, NV, 100, 0, KZ_GREY_MAX_DELAY,
		true, false},
	{"set back by more it counts as not there",
		{0, 0, 101 + WINDOW, NV, NV}, NV, 100, MAX_DELAY,
		KZ_GREY_REFUSED, true, true},
	{"a reset from beyond the window counts as not there",
		{0, 0, 0, NV, NV}, DELAY + WINDOW + 1, DELAY, 0, KZ_GREY_RIPE,
		false, false},
};

static int64_t
moment(int64_t after_s)
{
	return after_s == NV ? 0 : T0 + after_s;
}

static void
check_try(const struct try_case *c)
{
	struct kz_grey_entry found = {
		.since_s = moment(c->found.since),
		.first_s = moment(c->found.first),
		.last_s = moment(c->found.last),
		.opened_s = moment(c->found.opened),
		.taken_s = moment(c->found.taken),
		.tries = 7,
	};
	struct kz_grey_origin origin = {.reset_s = moment(c->reset)};
	bool known = c->found.since != NV;
	int64_t now_s = T0 + c->now;
	struct kz_grey_step step = try_at(KZ_GREY_BROKEN, !c->primary,
		known ? &found : NULL, &origin, now_s);
	bool pass = c->reason != KZ_GREY_YOUNG && c->reason != KZ_GREY_REFUSED;
	int64_t seen_s = now_s;

	if (!c->begins && now_s < found.last_s)
		seen_s = found.last_s;
	assert_int_equal(step.reason, c->reason);
	assert_int_equal(step.pass, pass);
	assert_int_equal(step.wait_s, c->wait);
	assert_int_equal(step.write, KZ_GREY_PUT);
	assert_true(kz_grey_entry_valid(&step.entry));
	assert_int_equal(step.entry.last_s, seen_s);
	assert_int_equal(step.entry.tries, c->begins ? 1 : 8);
	assert_int_equal(step.entry.since_s, c->begins ? now_s : found.since_s);
	assert_int_equal(step.waited_s, step.entry.last_s - step.entry.since_s);
	if (c->reason == KZ_GREY_MAX_DELAY)
		assert_int_equal(step.entry.opened_s, step.entry.last_s);
	else
		assert_int_equal(
			step.entry.opened_s, c->begins ? 0 : found.opened_s);
	if (known)
		assert_int_equal(kz_grey_entry_over(&policy, KZ_GREY_BROKEN,
					 &found, now_s),
			c->begins);
}

static void
each_try_follows_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		print_message("%s\n", tries[i].rule);
		check_try(&tries[i]);
	}
}

static void
without_max_delay_the_primary_never_lets_in(void **state)
{
	struct kz_grey_policy literal = policy;
	struct kz_grey_entry entry = {T0, T0, T0 + INT64_C(8640000), 0, 0, 9};
	struct kz_grey_step step;

	(void)state;
	literal.max_delay_s = 0;
	assert_int_equal(ask(&literal,
				 made(KZ_GREY_BROKEN, false, &entry, &no_origin,
					 T0 + INT64_C(8640000) + 1),
				 &step),
		KZ_OK);
	assert_int_equal(step.reason, KZ_GREY_REFUSED);
	assert_int_equal(step.wait_s, 0);
	assert_int_equal(ask(&literal,
				 made(KZ_GREY_BROKEN, true, &entry, &no_origin,
					 T0 + INT64_C(8640000) + 1),
				 &step),
		KZ_OK);
	assert_int_equal(step.reason, KZ_GREY_RIPE);
}

static void
a_taking_makes_the_next_mail_wait_again(void **state)
{
	struct kz_grey_origin origin = {0};
	struct kz_grey_step step =
		try_at(KZ_GREY_BROKEN, true, NULL, &origin, T0);
	struct kz_grey_entry mine, other = step.entry;

	(void)state;
	step = try_at(KZ_GREY_BROKEN, true, &step.entry, &origin, T0 + DELAY);
	assert_int_equal(step.reason, KZ_GREY_RIPE);
	/* The connection broke before the final dot: nothing is lost. */
	step = try_at(
		KZ_GREY_BROKEN, true, &step.entry, &origin, T0 + DELAY + 5);
	assert_int_equal(step.reason, KZ_GREY_RIPE);

	mine = step.entry;
	kz_grey_taken(&policy, KZ_GREY_BROKEN, &mine, &origin, T0 + 310);
	assert_int_equal(mine.first_s, 0);
	assert_int_equal(mine.since_s, T0);
	assert_int_equal(mine.taken_s, T0 + 310);
	assert_int_equal(origin.reset_s, T0 + 310);
	assert_int_equal(origin.let_in, 0);
	step = try_at(KZ_GREY_BROKEN, true, &mine, &origin, T0 + 320);
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	assert_int_equal(step.entry.first_s, T0 + 320);
	/* The paper's: the entry of that MTA is deleted. */
	step = try_at(KZ_GREY_BROKEN, true, &other, &origin, T0 + 320);
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	assert_int_equal(step.wait_s, DELAY - 10);
}

static void
forget_message_resets_nothing_else(void **state)
{
	struct kz_grey_policy message = policy;
	struct kz_grey_origin origin = {0};
	struct kz_grey_entry mine = {T0, T0, T0 + DELAY, 0, 0, 2};

	(void)state;
	message.forget = KZ_FORGET_MESSAGE;
	kz_grey_taken(&message, KZ_GREY_BROKEN, &mine, &origin, T0 + 310);
	assert_int_equal(mine.first_s, 0);
	assert_memory_equal(&origin, &no_origin, sizeof(origin));
	assert_true(kz_grey_origin_over(&message, &origin, T0 + 310));
}

static void
an_origin_without_an_entry_is_reset_too(void **state)
{
	struct kz_grey_origin origin = {0};

	(void)state;
	kz_grey_taken(&policy, KZ_GREY_BROKEN, NULL, &origin, T0);
	assert_int_equal(origin.reset_s, T0);
	assert_false(kz_grey_origin_over(&policy, &origin, T0 + DELAY - 1));
	assert_true(kz_grey_origin_over(&policy, &origin, T0 + DELAY));
	assert_false(kz_grey_origin_over(&policy, &origin, T0 - WINDOW));
	assert_true(kz_grey_origin_over(&policy, &origin, T0 - WINDOW - 1));
}

static void
ordinary_entries_stay_35_days_after_they_passed(void **state)
{
	struct kz_grey_step step =
		try_at(KZ_GREY_ORDINARY, true, NULL, NULL, T0);
	int64_t passed_s = T0 + DELAY;

	(void)state;
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	assert_int_equal(step.wait_s, DELAY);
	step = try_at(KZ_GREY_ORDINARY, true, &step.entry, NULL, passed_s - 1);
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	step = try_at(KZ_GREY_ORDINARY, true, &step.entry, NULL, passed_s);
	assert_int_equal(step.reason, KZ_GREY_RIPE);
	assert_int_equal(step.entry.opened_s, passed_s);
	assert_int_equal(step.waited_s, DELAY);
	kz_grey_taken(&policy, KZ_GREY_ORDINARY, &step.entry,
		&(struct kz_grey_origin){0}, passed_s + 1);
	assert_int_equal(step.entry.first_s, T0);

	assert_false(kz_grey_entry_over(
		&policy, KZ_GREY_ORDINARY, &step.entry, passed_s + KEEP - 1));
	assert_int_equal(try_at(KZ_GREY_ORDINARY, true, &step.entry, NULL,
				 passed_s + KEEP)
				 .reason,
		KZ_GREY_YOUNG);
	step = try_at(
		KZ_GREY_ORDINARY, true, &step.entry, NULL, passed_s + KEEP - 1);
	assert_int_equal(step.reason, KZ_GREY_PASSED);
	assert_int_equal(step.waited_s, 0);
	/* Each passing counts: a daily sender is not asked to wait again. */
	step = try_at(KZ_GREY_ORDINARY, true, &step.entry, NULL,
		passed_s + 2 * (KEEP - 1));
	assert_int_equal(step.reason, KZ_GREY_PASSED);
}

static void
ordinary_waiting_is_bounded_too(void **state)
{
	struct kz_grey_policy slow = policy;
	struct kz_grey_entry entry = {T0, T0, T0 + 60, 0, 0, 2};
	struct kz_grey_step step;

	(void)state;
	slow.delay_s = 2 * MAX_DELAY;
	assert_int_equal(ask(&slow,
				 made(KZ_GREY_ORDINARY, true, &entry,
					 &no_origin, T0 + MAX_DELAY),
				 &step),
		KZ_OK);
	assert_int_equal(step.reason, KZ_GREY_MAX_DELAY);
	assert_true(kz_grey_entry_over(
		&policy, KZ_GREY_ORDINARY, &entry, T0 + 60 + WINDOW));
	assert_false(kz_grey_entry_over(
		&policy, KZ_GREY_ORDINARY, &entry, T0 + 60 + WINDOW - 1));
}

static void
an_origin_is_allowed_after_five_mails(void **state)
{
	struct kz_grey_origin origin = {0};
	struct kz_grey_step step;

	(void)state;
	for (int64_t mail = 1; mail <= 5; mail++) {
		struct kz_grey_entry entry = {T0, T0, T0, T0, 0, 1};

		step = try_at(KZ_GREY_ORDINARY, true, NULL, &origin, T0 + mail);
		assert_int_equal(step.reason, KZ_GREY_YOUNG);
		/* Two recipients of one mail count once. */
		kz_grey_taken(
			&policy, KZ_GREY_ORDINARY, &entry, &origin, T0 + mail);
		kz_grey_taken(
			&policy, KZ_GREY_ORDINARY, NULL, &origin, T0 + mail);
		assert_int_equal(origin.let_in, mail);
	}
	step = try_at(KZ_GREY_ORDINARY, true, NULL, &origin, T0 + 6);
	assert_int_equal(step.reason, KZ_GREY_ALLOWED);
	assert_true(step.pass);
	assert_int_equal(step.write, KZ_GREY_KEEP);
	assert_int_equal(step.waited_s, 0);
	/* It holds 35 d from the newest mail, and for this kind alone. */
	step = try_at(KZ_GREY_ORDINARY, true, NULL, &origin, T0 + 5 + KEEP - 1);
	assert_int_equal(step.reason, KZ_GREY_ALLOWED);
	step = try_at(KZ_GREY_ORDINARY, true, NULL, &origin, T0 + 5 + KEEP);
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	assert_true(kz_grey_origin_over(&policy, &origin, T0 + 5 + KEEP));
	assert_false(kz_grey_origin_over(&policy, &origin, T0 + 4 + KEEP));
	step = try_at(KZ_GREY_BROKEN, true, NULL, &origin, T0 + 6);
	assert_int_equal(step.reason, KZ_GREY_YOUNG);
	kz_grey_taken(&policy, KZ_GREY_ORDINARY, NULL, &origin, T0 + 5 + KEEP);
	assert_int_equal(origin.let_in, 1);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct kz_grey_entry bad[] = {
		{T0, T0, T0, 0, 0, 0},
		{T0, T0, T0, 0, 0, KZ_GREY_TRIES_MAX + 1},
		{T0, T0, T0 - 1, 0, 0, 1},
		{0, 0, T0, 0, 0, 1},
		{T0, T0 - 1, T0, 0, 0, 1},
		{T0, T0 + 1, T0, 0, 0, 1},
		{T0, T0, T0, T0 - 1, 0, 1},
		{T0, T0, T0, T0 + 1, 0, 1},
		{T0, T0, T0, 0, T0 - 1, 1},
		{T0, T0, KZ_GREY_MOMENT_MAX + 1, 0, 0, 1},
		{-5, -5, T0, 0, 0, 1},
	};
	struct kz_grey_origin origin = {.reset_s = -1};
	struct kz_grey_step step;
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(kz_grey_entry_valid(&bad[i]));
		assert_int_equal(ask(&policy,
					 made(KZ_GREY_BROKEN, true, &bad[i],
						 &no_origin, T0),
					 &step),
			KZ_EINVAL);
		assert_int_equal(kz_grey_entry_encode(
					 &bad[i], record, sizeof(record), &len),
			KZ_EINVAL);
	}
	assert_int_equal(
		ask(&policy, made(KZ_GREY_BROKEN, true, NULL, &origin, T0),
			&step),
		KZ_EINVAL);
	assert_int_equal(
		kz_grey_origin_encode(&origin, record, sizeof(record), &len),
		KZ_EINVAL);
	assert_int_equal(
		ask(&policy, made(KZ_GREY_BROKEN, true, NULL, &no_origin, 0),
			&step),
		KZ_EINVAL);
	assert_int_equal(ask(&policy,
				 made(KZ_GREY_BROKEN, true, NULL, &no_origin,
					 KZ_GREY_MOMENT_MAX + 1),
				 &step),
		KZ_EINVAL);
}

static void
tries_stop_at_their_bound(void **state)
{
	struct kz_grey_entry entry = {T0, T0, T0, 0, 0, KZ_GREY_TRIES_MAX};

	(void)state;
	assert_int_equal(
		try_at(KZ_GREY_BROKEN, true, &entry, NULL, T0 + 1).entry.tries,
		KZ_GREY_TRIES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_try_follows_its_rule),
		cmocka_unit_test(without_max_delay_the_primary_never_lets_in),
		cmocka_unit_test(a_taking_makes_the_next_mail_wait_again),
		cmocka_unit_test(forget_message_resets_nothing_else),
		cmocka_unit_test(an_origin_without_an_entry_is_reset_too),
		cmocka_unit_test(
			ordinary_entries_stay_35_days_after_they_passed),
		cmocka_unit_test(ordinary_waiting_is_bounded_too),
		cmocka_unit_test(an_origin_is_allowed_after_five_mails),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(tries_stop_at_their_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Who is not asked again for a month whether he serves a second copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../modules/kizuki-probe/quiet_priv.h"

#define NOW_S   INT64_C(1582941600)
#define MONTH_S (30 * INT64_C(86400))

static struct table quiet;
static const struct kz_addr addr = {KZ_ADDR_V4, {10, 158, 129, 144}};
static const struct kz_name zone = {11, "example3.jp"};

static int
begin(void **state)
{
	(void)state;
	quiet_open(&quiet, 8);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	quiet_close(&quiet);
	return 0;
}

static void
note(enum kz_outcome outcome, int64_t when_s)
{
	quiet_note(&quiet, &addr, &zone, outcome, when_s);
}

static bool
rests(int64_t now_s)
{
	return quiet_rests(&quiet, &addr, &zone, now_s);
}

static void
who_refuses_rests_for_a_month(void **state)
{
	const struct kz_addr other = {KZ_ADDR_V4, {10, 158, 129, 145}};
	const struct kz_name sibling = {11, "example4.jp"};

	(void)state;
	assert_false(rests(NOW_S));
	note(KZ_OUTCOME_OK, NOW_S);
	assert_true(rests(NOW_S));
	assert_true(rests(NOW_S + MONTH_S - 1));
	assert_false(rests(NOW_S + MONTH_S));
	/* The clock was set back. */
	assert_false(rests(NOW_S - 1));
	assert_false(quiet_rests(&quiet, &other, &zone, NOW_S));
	assert_false(quiet_rests(&quiet, &addr, &sibling, NOW_S));
}

static void
silence_counts_when_it_was_heard_three_times(void **state)
{
	(void)state;
	note(KZ_OUTCOME_UNKNOWN, NOW_S);
	note(KZ_OUTCOME_UNKNOWN, NOW_S);
	note(KZ_OUTCOME_UNKNOWN, NOW_S + 1);
	assert_false(rests(NOW_S + 1));
	note(KZ_OUTCOME_UNKNOWN, NOW_S + 2);
	assert_true(rests(NOW_S + 2));
	/* After a month it is as new. */
	note(KZ_OUTCOME_UNKNOWN, NOW_S + 2 + MONTH_S);
	assert_false(rests(NOW_S + 2 + MONTH_S));
}

static void
who_was_ever_found_with_a_copy_never_rests(void **state)
{
	(void)state;
	note(KZ_OUTCOME_BAD, NOW_S);
	assert_false(rests(NOW_S));
	note(KZ_OUTCOME_OK, NOW_S + 1);
	note(KZ_OUTCOME_OK, NOW_S + 2 + 2 * MONTH_S);
	assert_false(rests(NOW_S + 2 + 2 * MONTH_S));
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		ROW(who_refuses_rests_for_a_month),
		ROW(silence_counts_when_it_was_heard_three_times),
		ROW(who_was_ever_found_with_a_copy_never_rests),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}

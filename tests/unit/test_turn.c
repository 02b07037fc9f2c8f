/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/turn.h"

#define NOW_S INT64_C(1583000000)
#define DAY_S INT64_C(86400)

static void
a_day_has_its_share(void **state)
{
	struct kz_turn turn = {0};

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(kz_turn_free(&turn, 3, NOW_S + i));
		kz_turn_count(&turn, 1, NOW_S + i);
	}
	assert_false(kz_turn_free(&turn, 3, NOW_S + 3));
	assert_false(kz_turn_free(&turn, 3, NOW_S + DAY_S - 1));
	assert_true(kz_turn_free(&turn, 3, NOW_S + DAY_S));
	/* set back: a day of its own */
	assert_true(kz_turn_free(&turn, 3, NOW_S - 1));
	kz_turn_count(&turn, UINT32_MAX, NOW_S + 4);
	assert_int_equal(turn.count, UINT32_MAX);
}

static void
who_refuses_rests_longer_each_time(void **state)
{
	static const int64_t spans[] = {
		3600, 7200, 14400, 28800, 57600, DAY_S, DAY_S};
	struct kz_turn turn = {0};
	int64_t now_s = NOW_S;

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		kz_turn_back_off(&turn, 3600, now_s);
		assert_false(kz_turn_free(&turn, 50, now_s + spans[i] - 1));
		now_s += spans[i];
		assert_true(kz_turn_free(&turn, 50, now_s));
	}
	/* a moment too far ahead: the clock was set back */
	assert_true(kz_turn_free(&turn, 50, NOW_S - 10 * DAY_S));
	assert_false(kz_turn_over(&turn, now_s + DAY_S));
	assert_true(kz_turn_over(&turn, now_s + DAY_S + 1));
}

static void
it_says_when_it_may_be_asked_again(void **state)
{
	struct kz_turn turn = {0};

	(void)state;
	assert_int_equal(kz_turn_next_s(&turn, 1, NOW_S), NOW_S);
	kz_turn_count(&turn, 1, NOW_S);
	assert_int_equal(kz_turn_next_s(&turn, 2, NOW_S + 5), NOW_S + 5);
	assert_int_equal(kz_turn_next_s(&turn, 1, NOW_S + 5), NOW_S + DAY_S);
	kz_turn_back_off(&turn, 3600, NOW_S + 5);
	assert_int_equal(kz_turn_next_s(&turn, 2, NOW_S + 5), NOW_S + 3605);
	assert_int_equal(kz_turn_next_s(&turn, 1, NOW_S + 5), NOW_S + DAY_S);
	kz_turn_back_off(&turn, 2 * DAY_S, NOW_S + 5);
	assert_int_equal(
		kz_turn_next_s(&turn, 1, NOW_S + 5), NOW_S + 5 + 2 * DAY_S);
}

static void
the_record_is_as_it_was(void **state)
{
	static const struct kz_turn turn = {.day_s = 1583000000,
		.count = 49,
		.until_s = 1583007200,
		.back_off_s = 7200,
		.last_s = 1583003600};
	static const uint8_t golden[KZ_TURN_RECORD_SIZE] = {1, 0, 0, 0, 0, 0x5e,
		0x5a, 0xa9, 0xc0, 0, 0, 0, 49, 0, 0, 0, 0, 0x5e, 0x5a, 0xc5,
		0xe0, 0, 0, 0x1c, 0x20, 0, 0, 0, 0, 0x5e, 0x5a, 0xb7, 0xd0};
	uint8_t record[KZ_TURN_RECORD_SIZE];
	struct kz_turn read;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_turn_encode(&turn, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(len, sizeof(golden));
	assert_memory_equal(record, golden, sizeof(golden));
	assert_int_equal(kz_turn_decode(golden, len, &read), KZ_OK);
	assert_int_equal(read.count, 49);
	assert_int_equal(read.last_s, 1583003600);
	for (size_t cut = 0; cut < sizeof(golden); cut++)
		assert_int_equal(kz_turn_decode(golden, cut, &read), KZ_ETRUNC);
	record[0] = 2;
	assert_int_equal(kz_turn_decode(record, len, &read), KZ_EVERSION);
	record[0] = 0;
	assert_int_equal(kz_turn_decode(record, len, &read), KZ_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_its_share),
		cmocka_unit_test(who_refuses_rests_longer_each_time),
		cmocka_unit_test(it_says_when_it_may_be_asked_again),
		cmocka_unit_test(the_record_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/breaker.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/breaker.h"

#define T (MONDAY + 10 * HOUR_S)

static const struct kz_breaker_rule rule = {30, 10, 30, 3600};
static struct kz_breaker breaker;

static int
begin(void **state)
{
	(void)state;
	memset(&breaker, 0, sizeof(breaker));
	return 0;
}

/* Each 65536 one more network of the same /16. */
#define NEXT_NET 65536U

static void
touch(unsigned place, enum kz_reach reach, int64_t when_s, bool quiet)
{
	struct kz_touch made = {
		.when_s = when_s,
		.addr = {.family = KZ_ADDR_V4,
			.bytes = {(uint8_t)(20 + (place >> 8)), (uint8_t)place,
				(uint8_t)(place >> 16), 1}},
		.service = KZ_SERVICE_SMTP25,
		.reach = reach,
	};

	kz_breaker_touch(&breaker, &made, quiet);
}

/* A week in which so many of a thousand contacts failed. */
static void
week(unsigned failed)
{
	for (unsigned i = 0; i < 1000; i++)
		touch(i % 100, i < failed ? KZ_REACH_TIMEOUT : KZ_REACH_ALIVE,
			T - 2 * DAY_S - i, false);
}

/* An hour of so many places, of which failed failed. */
static void
hour(unsigned places, unsigned failed)
{
	for (unsigned i = 0; i < places; i++)
		touch(1000 + i, i < failed ? KZ_REACH_TIMEOUT : KZ_REACH_ALIVE,
			T - 60 - i, false);
}

static void
it_trips_above_the_share_of_the_hours_places(void **state)
{
	week(0);
	hour(40, 12);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	(void)begin(state);
	week(0);
	hour(40, 13);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
	/* Not any more when the hour is over. */
	assert_true(kz_breaker_trips(&breaker, &rule, T + 3400));
	assert_false(kz_breaker_trips(&breaker, &rule, T + 3600));
}

static void
few_places_say_nothing(void **state)
{
	week(0);
	hour(29, 29);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	touch(2000, KZ_REACH_TIMEOUT, T, false);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
	/* Nor does a place that is asked a hundred times. */
	(void)begin(state);
	week(0);
	for (unsigned i = 0; i < 100; i++)
		touch(5, KZ_REACH_TIMEOUT, T - i, false);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
}

/* All networks of a /16 answer once, then fall silent at once. */
static void
one_owner_of_many_networks_is_two(void **state)
{
	week(0);
	hour(40, 0);
	for (unsigned i = 0; i < 200; i++)
		touch(1 + i * NEXT_NET, KZ_REACH_TIMEOUT, T, true);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	/* Eight such do: 16 of 56. */
	for (unsigned i = 0; i < 16; i++)
		touch(2 + i / 2 + i % 2 * NEXT_NET, KZ_REACH_TIMEOUT, T, true);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
	/* Nor do they hide that the others' fail. */
	(void)begin(state);
	week(0);
	hour(40, 14);
	for (unsigned i = 0; i < 200; i++)
		touch(1 + i * NEXT_NET, KZ_REACH_ALIVE, T, true);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
	/* Few owners are few networks, however many they have. */
	(void)begin(state);
	week(0);
	for (unsigned i = 0; i < 140; i++)
		touch(i % 7 + i / 7 * NEXT_NET, KZ_REACH_TIMEOUT, T, true);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	/* Half of thirty have a say, and more than thirty are heard. */
	touch(500, KZ_REACH_TIMEOUT, T, true);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
}

/* Our line is down: each of the networks of hosters fails as the others do. */
static void
our_own_outage_is_seen_at_hosters_too(void **state)
{
	(void)state;
	week(0);
	for (unsigned i = 0; i < 100; i++)
		touch(i % 20 + i / 20 * NEXT_NET,
			i % 5 < 2 ? KZ_REACH_TIMEOUT : KZ_REACH_ALIVE, T, true);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
}

static void
where_failures_are_usual_a_rise_is_none(void **state)
{
	week(99);
	hour(40, 13);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	(void)begin(state);
	week(80);
	hour(40, 13);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
	/* A week of which nothing is known is no measure. */
	(void)begin(state);
	hour(29, 29);
	touch(2000, KZ_REACH_TIMEOUT, T, true);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
}

static void
what_comes_in_doubt_is_no_part_of_the_week(void **state)
{
	(void)state;
	week(0);
	for (unsigned i = 0; i < 1000; i++)
		touch(i, KZ_REACH_TIMEOUT, T - DAY_S - i, true);
	hour(40, 20);
	assert_true(kz_breaker_trips(&breaker, &rule, T));
}

static void
a_week_ago_is_forgotten(void **state)
{
	(void)state;
	week(200);
	assert_int_equal(breaker.days[0].good + breaker.days[0].bad, 1000);
	touch(1, KZ_REACH_ALIVE, T + 7 * DAY_S, false);
	assert_int_equal(breaker.days[0].good, 1);
	for (unsigned i = 0; i < KZ_BREAKER_DAYS; i++)
		assert_true(breaker.days[i].bad == 0);
}

static void
the_newest_contact_speaks_for_its_place(void **state)
{
	(void)state;
	week(0);
	hour(40, 20);
	for (unsigned i = 0; i < 20; i++)
		touch(1000 + i, KZ_REACH_ALIVE, T, false);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	/* A late report of an earlier failure changes nothing. */
	for (unsigned i = 0; i < 20; i++)
		touch(1000 + i, KZ_REACH_TIMEOUT, T - 1, true);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
}

static void
neither_silence_nor_noise_is_a_failure(void **state)
{
	(void)state;
	week(0);
	for (unsigned i = 0; i < 40; i++) {
		touch(1000 + i, KZ_REACH_RESET, T, false);
		touch(1100 + i, KZ_REACH_SILENT, T, false);
		touch(1200 + i, KZ_REACH_LIMITED, T, false);
	}
	assert_false(kz_breaker_trips(&breaker, &rule, T));
}

static void
a_clock_that_ran_ahead_is_forgotten(void **state)
{
	(void)state;
	week(0);
	for (unsigned i = 0; i < 40; i++)
		touch(1000 + i, KZ_REACH_TIMEOUT, T + 3 * DAY_S, true);
	hour(40, 0);
	assert_false(kz_breaker_trips(&breaker, &rule, T));
	assert_false(kz_breaker_trips(&breaker, &rule, T + 3 * DAY_S + 60));
	/* Reports come late by minutes at most. */
	touch(1000, KZ_REACH_ALIVE, T + 600, false);
	touch(1001, KZ_REACH_ALIVE, T, false);
	assert_int_equal(breaker.count, 140);
}

static void
many_places_push_the_oldest_out(void **state)
{
	(void)state;
	week(0);
	for (unsigned i = 0; i < 1000; i++)
		touch(1000 + i, KZ_REACH_ALIVE, T + i, false);
	assert_int_equal(breaker.count, KZ_BREAKER_PLACES);
	assert_int_equal(breaker.list[KZ_BREAKER_PLACES - 1].when_s, T + 999);
	assert_int_equal(breaker.list[0].when_s, T + 1000 - KZ_BREAKER_PLACES);
}

static void
the_week_is_kept_and_damaged_records_are_refused(void **state)
{
	/* Version 1, day 18295, one contact that failed on it. */
	static const uint8_t golden[] = {
		1, 0, 0, 0, 0, 0, 0, 0x47, 0x77, 0, 0, 0, 0, 0, 0, 0, 1};
	static struct kz_breaker read;
	uint8_t record[KZ_BREAKER_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	touch(1, KZ_REACH_TIMEOUT, T, false);
	assert_int_equal(
		kz_breaker_encode(&breaker, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, 9 + 8 * KZ_BREAKER_DAYS);
	assert_memory_equal(record, golden, sizeof(golden));
	assert_int_equal(kz_breaker_decode(record, len, &read), KZ_OK);
	assert_int_equal(read.day, breaker.day);
	assert_memory_equal(read.days, breaker.days, sizeof(read.days));
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
			kz_breaker_decode(record, i, &read), KZ_ETRUNC);
	record[0] = 2;
	assert_int_equal(kz_breaker_decode(record, len, &read), KZ_EVERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			it_trips_above_the_share_of_the_hours_places, begin),
		cmocka_unit_test_setup(few_places_say_nothing, begin),
		cmocka_unit_test_setup(
			one_owner_of_many_networks_is_two, begin),
		cmocka_unit_test_setup(
			our_own_outage_is_seen_at_hosters_too, begin),
		cmocka_unit_test_setup(
			where_failures_are_usual_a_rise_is_none, begin),
		cmocka_unit_test_setup(
			what_comes_in_doubt_is_no_part_of_the_week, begin),
		cmocka_unit_test_setup(a_week_ago_is_forgotten, begin),
		cmocka_unit_test_setup(
			the_newest_contact_speaks_for_its_place, begin),
		cmocka_unit_test_setup(
			neither_silence_nor_noise_is_a_failure, begin),
		cmocka_unit_test_setup(
			a_clock_that_ran_ahead_is_forgotten, begin),
		cmocka_unit_test_setup(many_places_push_the_oldest_out, begin),
		cmocka_unit_test_setup(
			the_week_is_kept_and_damaged_records_are_refused,
			begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

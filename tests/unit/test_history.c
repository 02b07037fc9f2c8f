/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/history.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/history.h"

#define T (MONDAY + 10 * HOUR_S)

static void
history_moves_the_weight_of_two_symptoms(void **state)
{
	static const struct {
		int64_t symptom;
		int64_t weight;
		int64_t zones;
		int64_t still_days;
		int64_t becomes;
	} cases[] = {
		/* A hidden primary is a hint until its zone stood still. */
		{KZ_SYM_SOA_MNAME_DEAD, 2, 1, 0, 2},
		{KZ_SYM_SOA_MNAME_DEAD, 2, 1, 399, 2},
		{KZ_SYM_SOA_MNAME_DEAD, 2, 1, 400, 4},
		{KZ_SYM_SOA_MNAME_DEAD, 4, 1, 0, 4},
		/* A constant of a provider. */
		{KZ_SYM_SOA_MNAME_DEAD, 4, 50, 0, 4},
		{KZ_SYM_SOA_MNAME_DEAD, 4, 51, 0, 1},
		{KZ_SYM_SOA_MNAME_DEAD, 2, 51, 400, 1},
		/* One name may be many machines. */
		{KZ_SYM_NS_EFFECTIVELY_SINGLE, 6, 49, 0, 6},
		{KZ_SYM_NS_EFFECTIVELY_SINGLE, 6, 50, 0, 3},
		/* Others are what one look saw. */
		{KZ_SYM_NS_DEAD, 5, 1000, 4000, 5},
		{KZ_SYM_MX_BEST_DEAD, 6, 1000, 4000, 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_finding finding = finding_of(
			(enum kz_symptom)cases[i].symptom, KZ_OUTCOME_BAD, T);
		struct kz_history history = {.zones = (uint32_t)cases[i].zones,
			.many = 50,
			.still_s = cases[i].still_days * DAY_S,
			.neglect_s = 400 * DAY_S};

		finding.weight = (uint8_t)cases[i].weight;
		if (kz_history_weight(&finding, &history) != cases[i].becomes)
			fail_msg("case %zu is %d", i,
				kz_history_weight(&finding, &history));
	}
}

static void
a_serial_is_read_from_the_value(void **state)
{
	static const struct {
		const char *value;
		enum kz_result result;
		uint32_t serial;
	} cases[] = {
		{"10.224.31.110 | serial 2013042893", KZ_OK, 2013042893},
		{"10.0.0.1, 10.0.0.2 | serial 0", KZ_OK, 0},
		{" | serial 4294967295", KZ_OK, 4294967295},
		{" | serial 4294967296", KZ_NOT_FOUND, 7},
		{" | serial 99999999999999999999999", KZ_NOT_FOUND, 7},
		{" | serial ", KZ_NOT_FOUND, 7},
		{" | serial 5x", KZ_NOT_FOUND, 7},
		{"10.0.0.1", KZ_NOT_FOUND, 7},
		{"", KZ_NOT_FOUND, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_finding finding =
			finding_of(KZ_SYM_SOA_MNAME_DEAD, KZ_OUTCOME_BAD, T);
		uint32_t serial = 7;

		memcpy(finding.value, cases[i].value,
			strlen(cases[i].value) + 1);
		assert_int_equal(
			kz_history_serial(&finding, &serial), cases[i].result);
		assert_int_equal(serial, cases[i].serial);
		finding.symptom = KZ_SYM_NS_DEAD;
		assert_int_equal(
			kz_history_serial(&finding, &serial), KZ_NOT_FOUND);
	}
}

static void
a_serial_stands_still_until_it_moves(void **state)
{
	struct kz_serial watch = {0};

	(void)state;
	kz_serial_see(&watch, 5, T);
	kz_serial_see(&watch, 5, T + 30 * DAY_S);
	assert_int_equal(watch.since_s, T);
	assert_int_equal(watch.newest_s, T + 30 * DAY_S);
	/* A late report takes nothing back. */
	kz_serial_see(&watch, 5, T + DAY_S);
	assert_int_equal(watch.newest_s, T + 30 * DAY_S);
	kz_serial_see(&watch, 6, T + 31 * DAY_S);
	assert_int_equal(watch.since_s, T + 31 * DAY_S);
	/* The clock was set back. */
	kz_serial_see(&watch, 6, T);
	assert_int_equal(watch.since_s, T);
	assert_int_equal(watch.newest_s, T);
}

static void
a_new_or_changed_symptom_observes_but_not_at_the_first_start(void **state)
{
	struct kz_revision stored = {0};

	(void)state;
	assert_true(kz_revision_update(
		&stored, false, true, KZ_SYM_MX_BEST_DEAD, T));
	assert_false(kz_revision_observes(&stored, 14 * DAY_S, T));
	assert_false(kz_revision_update(
		&stored, true, false, KZ_SYM_MX_BEST_DEAD, T));
	/* Its points change. */
	stored.points--;
	assert_true(kz_revision_update(
		&stored, true, false, KZ_SYM_MX_BEST_DEAD, T));
	assert_true(kz_revision_observes(&stored, 14 * DAY_S, T));
	assert_true(
		kz_revision_observes(&stored, 14 * DAY_S, T + 14 * DAY_S - 1));
	assert_false(kz_revision_observes(&stored, 14 * DAY_S, T + 14 * DAY_S));
	/* A clock set back does not prolong it. */
	assert_false(kz_revision_observes(&stored, 14 * DAY_S, T - 1));
	/* Its test changes. */
	stored.since_s = 0;
	stored.revision++;
	assert_true(kz_revision_update(
		&stored, true, false, KZ_SYM_MX_BEST_DEAD, T));
	assert_true(kz_revision_observes(&stored, 14 * DAY_S, T));
	/* Others were known, this one was not. */
	memset(&stored, 0, sizeof(stored));
	assert_true(kz_revision_update(
		&stored, false, false, KZ_SYM_MX_BEST_DEAD, T));
	assert_true(kz_revision_observes(&stored, 14 * DAY_S, T));
}

static void
the_ceiling_needs_a_share_and_a_number(void **state)
{
	(void)state;
	assert_false(kz_history_above(20, 1000, 2, 20));
	assert_true(kz_history_above(21, 1000, 2, 20));
	assert_false(kz_history_above(19, 100, 2, 20));
	assert_true(kz_history_above(20, 100, 2, 20));
	assert_false(kz_history_above(100, 5000, 2, 20));
	assert_true(kz_history_above(101, 5000, 2, 20));
}

static void
records_are_fixed_and_damaged_ones_are_refused(void **state)
{
	static const uint8_t serial_golden[KZ_SERIAL_RECORD_SIZE] = {
		1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 0};
	static const uint8_t revision_golden[KZ_REVISION_RECORD_SIZE] = {
		1, 0, 2, 6, 1, 0, 0, 0, 0, 0, 0, 0, 9};
	struct kz_serial watch = {5, 9, 256}, watch_read;
	struct kz_revision revision = {2, 6, 1, 9}, revision_read;
	uint8_t record[64];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_serial_encode(&watch, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(len, sizeof(serial_golden));
	assert_memory_equal(record, serial_golden, len);
	assert_int_equal(kz_serial_decode(record, len, &watch_read), KZ_OK);
	assert_int_equal(watch_read.serial, 5);
	assert_int_equal(watch_read.since_s, 9);
	assert_int_equal(watch_read.newest_s, 256);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
			kz_serial_decode(record, i, &watch_read), KZ_ETRUNC);
	record[0] = 2;
	assert_int_equal(
		kz_serial_decode(record, len, &watch_read), KZ_EVERSION);
	assert_int_equal(
		kz_revision_encode(&revision, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, sizeof(revision_golden));
	assert_memory_equal(record, revision_golden, len);
	assert_int_equal(
		kz_revision_decode(record, len, &revision_read), KZ_OK);
	assert_int_equal(revision_read.since_s, 9);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(kz_revision_decode(record, i, &revision_read),
			KZ_ETRUNC);
	record[0] = 2;
	assert_int_equal(
		kz_revision_decode(record, len, &revision_read), KZ_EVERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(history_moves_the_weight_of_two_symptoms),
		cmocka_unit_test(a_serial_is_read_from_the_value),
		cmocka_unit_test(a_serial_stands_still_until_it_moves),
		cmocka_unit_test(
			a_new_or_changed_symptom_observes_but_not_at_the_first_start),
		cmocka_unit_test(the_ceiling_needs_a_share_and_a_number),
		cmocka_unit_test(
			records_are_fixed_and_damaged_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/site.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/site.h"

#define MONDAY 1580688000
#define DAY_S  86400

/* These bytes are on disks out there; if this test fails, add a version. */
static const uint8_t golden[] = {
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x80,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x38,
	0xb4,
	0x00,
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x81,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x82,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x83,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x80,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x8a,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x94,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x9e,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0xa8,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0xb2,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0xbc,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0xc6,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x0b,
	0x65,
	0x78,
	0x61,
	0x6d,
	0x70,
	0x6c,
	0x65,
	0x31,
	0x2e,
	0x6a,
	0x70,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x38,
	0xb4,
	0x00,
	0x08,
	0x73,
	0x70,
	0x61,
	0x6d,
	0x20,
	0x72,
	0x75,
	0x6e,
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
};

static struct kz_site
example(void)
{
	struct kz_site site = {.first_seen_s = MONDAY,
		.last_seen_s = MONDAY + DAY_S,
		.second_day = true,
		.examined_s = MONDAY + 1,
		.asked_s = MONDAY + 2,
		.next_look_s = MONDAY + 3,
		.zone = {.len = 11, .text = "example1.jp"},
		.deny = {.said = true,
			.until_s = MONDAY + DAY_S,
			.why = "spam run"},
		.pardon = {.said = true}};

	for (int i = 0; i < KZ_FAMILY_COUNT - 1; i++)
		site.family_s[i] = MONDAY + (int64_t)10 * i;
	return site;
}

static void
record_version_1_never_changes(void **state)
{
	struct kz_site site = example();
	struct kz_site back;
	uint8_t record[KZ_SITE_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_site_encode(&site, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(len, sizeof(golden));
	assert_memory_equal(record, golden, sizeof(golden));
	assert_int_equal(kz_site_decode(golden, sizeof(golden), &back), KZ_OK);
	assert_int_equal(back.first_seen_s, site.first_seen_s);
	assert_int_equal(back.last_seen_s, site.last_seen_s);
	assert_true(back.second_day);
	assert_int_equal(back.examined_s, site.examined_s);
	assert_int_equal(back.asked_s, site.asked_s);
	assert_int_equal(back.next_look_s, site.next_look_s);
	for (int i = 0; i < KZ_FAMILY_COUNT; i++)
		assert_int_equal(back.family_s[i], site.family_s[i]);
	assert_true(kz_name_equal(&back.zone, &site.zone));
	assert_false(back.allow.said);
	assert_true(back.deny.said);
	assert_int_equal(back.deny.until_s, site.deny.until_s);
	assert_string_equal(back.deny.why, "spam run");
	assert_true(back.pardon.said);
	assert_int_equal(back.pardon.until_s, 0);
}

static void
the_longest_site_fits_its_record(void **state)
{
	struct kz_site site = example();
	struct kz_site back;
	uint8_t record[KZ_SITE_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	site.zone.len = KZ_NAME_MAX;
	for (size_t i = 0; i < KZ_NAME_MAX; i++)
		site.zone.text[i] = i % 2 == 0 ? 'a' : '.';
	site.allow.said = true;
	memset(site.allow.why, 'w', KZ_SITE_NOTE_MAX);
	memset(site.deny.why, 'w', KZ_SITE_NOTE_MAX);
	memset(site.pardon.why, 'w', KZ_SITE_NOTE_MAX);
	assert_int_equal(
		kz_site_encode(&site, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(kz_site_decode(record, len, &back), KZ_OK);
	assert_true(kz_name_equal(&back.zone, &site.zone));
	assert_int_equal(
		kz_site_encode(&site, record, len - 1, &len), KZ_ETRUNC);
}

static void
damaged_records_are_refused(void **state)
{
	uint8_t record[sizeof(golden) + 1] = {0};
	struct kz_site site = example();
	size_t len;

	(void)state;
	memcpy(record, golden, sizeof(golden));
	for (len = 0; len < sizeof(golden); len++)
		assert_int_equal(kz_site_decode(record, len, &site), KZ_ETRUNC);
	assert_int_equal(
		kz_site_decode(record, sizeof(record), &site), KZ_EINVAL);
	record[0] = 2;
	assert_int_equal(
		kz_site_decode(record, sizeof(golden), &site), KZ_EVERSION);
	record[0] = 1;
	/* A flag that is none, a name in capitals, a moment before 1970. */
	record[17] = 2;
	assert_int_not_equal(
		kz_site_decode(record, sizeof(golden), &site), KZ_OK);
	memcpy(record, golden, sizeof(golden));
	record[115] = 'E';
	assert_int_not_equal(
		kz_site_decode(record, sizeof(golden), &site), KZ_OK);
	memcpy(record, golden, sizeof(golden));
	record[1] = 0x80;
	assert_int_equal(
		kz_site_decode(record, sizeof(golden), &site), KZ_EINVAL);
	/* What was not said has no end and no reason. */
	site.allow.until_s = 1;
	assert_int_equal(
		kz_site_encode(&site, record, sizeof(record), &len), KZ_EINVAL);
}

static void
a_word_holds_until_its_end(void **state)
{
	struct kz_site_word word = {.until_s = MONDAY};

	(void)state;
	assert_false(kz_site_word_holds(&word, MONDAY - 1));
	word.said = true;
	assert_true(kz_site_word_holds(&word, MONDAY - 1));
	assert_false(kz_site_word_holds(&word, MONDAY));
	/* The clock set back: it holds again, as it did then. */
	assert_true(kz_site_word_holds(&word, MONDAY - 400 * DAY_S));
	word.until_s = 0;
	assert_true(kz_site_word_holds(&word, INT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_version_1_never_changes),
		cmocka_unit_test(the_longest_site_fits_its_record),
		cmocka_unit_test(damaged_records_are_refused),
		cmocka_unit_test(a_word_holds_until_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

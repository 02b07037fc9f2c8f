/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/greylist.h"

/* Never to be edited: records of version 1 are on disks. */
static const uint8_t golden_entry[KZ_GREY_ENTRY_SIZE] = {
	0x01,                         /* version */
	0x00, 0x5e, 0x59, 0xc5, 0xa0, /* since 1582941600 */
	0x00, 0x5e, 0x59, 0xc5, 0xa1, /* first, 1 s later */
	0x00, 0x5e, 0x59, 0xf0, 0x00, /* last 1582952448 */
	0x00, 0x5e, 0x59, 0xef, 0xff, /* opened 1582952447 */
	0x12, 0x34, 0x56, 0x78, 0x9a, /* taken: all five octets in use */
	0x01, 0x02,                   /* 258 tries */
};
static const struct kz_grey_entry entry = {
	.since_s = 1582941600,
	.first_s = 1582941601,
	.last_s = 1582952448,
	.opened_s = 1582952447,
	.taken_s = INT64_C(0x123456789a),
	.tries = 258,
};
static const uint8_t golden_origin[KZ_GREY_ORIGIN_SIZE] = {
	0x01,                         /* version */
	0x00, 0x5e, 0x59, 0xc5, 0xa0, /* reset */
	0xff, 0xff, 0xff, 0xff, 0xff, /* last: the latest moment */
	0x00, 0x00, 0x01, 0x05,       /* 261 let in */
};
static const struct kz_grey_origin origin = {
	.reset_s = 1582941600,
	.last_s = KZ_GREY_MOMENT_MAX,
	.let_in = 261,
};

static void
golden_entry_holds(void **state)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	struct kz_grey_entry read;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_grey_entry_encode(&entry, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, sizeof(golden_entry));
	assert_memory_equal(record, golden_entry, sizeof(golden_entry));
	assert_int_equal(
		kz_grey_entry_decode(golden_entry, sizeof(golden_entry), &read),
		KZ_OK);
	assert_int_equal(read.since_s, entry.since_s);
	assert_int_equal(read.first_s, entry.first_s);
	assert_int_equal(read.last_s, entry.last_s);
	assert_int_equal(read.opened_s, entry.opened_s);
	assert_int_equal(read.taken_s, entry.taken_s);
	assert_int_equal(read.tries, entry.tries);
}

static void
golden_origin_holds(void **state)
{
	uint8_t record[KZ_GREY_ORIGIN_SIZE];
	struct kz_grey_origin read;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_grey_origin_encode(&origin, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, sizeof(golden_origin));
	assert_memory_equal(record, golden_origin, sizeof(golden_origin));
	assert_int_equal(kz_grey_origin_decode(
				 golden_origin, sizeof(golden_origin), &read),
		KZ_OK);
	assert_int_equal(read.reset_s, origin.reset_s);
	assert_int_equal(read.last_s, origin.last_s);
	assert_int_equal(read.let_in, origin.let_in);
}

static void
records_cut_at_any_length_are_refused(void **state)
{
	uint8_t longer[KZ_GREY_ENTRY_SIZE + 1] = {0};
	struct kz_grey_entry read_entry;
	struct kz_grey_origin read_origin;

	(void)state;
	for (size_t len = 0; len < sizeof(golden_entry); len++)
		assert_int_equal(
			kz_grey_entry_decode(golden_entry, len, &read_entry),
			KZ_ETRUNC);
	for (size_t len = 0; len < sizeof(golden_origin); len++)
		assert_int_equal(
			kz_grey_origin_decode(golden_origin, len, &read_origin),
			KZ_ETRUNC);
	memcpy(longer, golden_entry, sizeof(golden_entry));
	assert_int_equal(
		kz_grey_entry_decode(longer, sizeof(longer), &read_entry),
		KZ_EINVAL);
	memcpy(longer, golden_origin, sizeof(golden_origin));
	assert_int_equal(kz_grey_origin_decode(longer,
				 sizeof(golden_origin) + 1, &read_origin),
		KZ_EINVAL);
}

static void
other_versions_are_left_alone(void **state)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	struct kz_grey_entry read_entry;
	struct kz_grey_origin read_origin;

	(void)state;
	memcpy(record, golden_entry, sizeof(record));
	for (unsigned version = 0; version < 256; version++) {
		enum kz_result expected = version == 1 ? KZ_OK : KZ_EVERSION;

		record[0] = (uint8_t)version;
		assert_int_equal(kz_grey_entry_decode(
					 record, sizeof(record), &read_entry),
			expected);
		if (version != 1)
			assert_int_equal(
				kz_grey_origin_decode(record, 2, &read_origin),
				KZ_EVERSION);
	}
}

static void
damaged_entries_are_refused(void **state)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	struct kz_grey_entry read = {.tries = 99};

	(void)state;
	memcpy(record, golden_entry, sizeof(record));
	record[26] = record[27] = 0; /* no try */
	assert_int_equal(
		kz_grey_entry_decode(record, sizeof(record), &read), KZ_EINVAL);
	memcpy(record, golden_entry, sizeof(record));
	record[1] = 0xff; /* since after last */
	assert_int_equal(
		kz_grey_entry_decode(record, sizeof(record), &read), KZ_EINVAL);
	assert_int_equal(read.tries, 99);
}

static void
a_small_buffer_is_refused(void **state)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	size_t len = 77;

	(void)state;
	for (size_t size = 0; size < KZ_GREY_ENTRY_SIZE; size++)
		assert_int_equal(
			kz_grey_entry_encode(&entry, record, size, &len),
			KZ_ETRUNC);
	for (size_t size = 0; size < KZ_GREY_ORIGIN_SIZE; size++)
		assert_int_equal(
			kz_grey_origin_encode(&origin, record, size, &len),
			KZ_ETRUNC);
	assert_int_equal(len, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_entry_holds),
		cmocka_unit_test(golden_origin_holds),
		cmocka_unit_test(records_cut_at_any_length_are_refused),
		cmocka_unit_test(other_versions_are_left_alone),
		cmocka_unit_test(damaged_entries_are_refused),
		cmocka_unit_test(a_small_buffer_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Tests for the records of kizuki/core/evidence.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"

/* These bytes are on disks out there; if this test fails, add a version. */
static const uint8_t golden[] = {
	0x01,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0xa8,
	0xd0,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x39,
	0x08,
	0x60,
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
	0xa8,
	0xd0,
	0x00,
	0x00,
	0x00,
	0x02,
	0x00,
	0x00,
	0x00,
	0x02,
	0x03,
	0x03,
	0x06,
	0x00,
	0x00,
	0x01,
	0x2c,
	0x03,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x37,
	0x62,
	0x80,
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
	0x5e,
	0x37,
	0xa8,
	0xd0,
	0x02,
	0x06,
	0x76,
	0xca,
	0xd8,
	0xdb,
	0x00,
	0x00,
	0x00,
	0x00,
	0x5e,
	0x39,
	0x08,
	0x60,
	0x02,
	0x06,
	0x76,
	0xca,
	0xd8,
	0xdb,
	0x02,
	0x09,
	0x73,
	0x6d,
	0x74,
	0x70,
	0x32,
	0x35,
	0x2d,
	0x76,
	0x36,
	0x06,
	0x20,
	0x01,
	0x0d,
	0xb8,
	0x02,
	0x68,
	0x08,
	0x10,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x00,
	0x01,
	0x10,
	0x09,
	0x73,
	0x6d,
	0x74,
	0x70,
	0x32,
	0x35,
	0x2d,
	0x76,
	0x34,
	0x04,
	0x0a,
	0xe0,
	0x1f,
	0x6e,
	0x00,
	0x12,
	0x69,
	0x73,
	0x68,
	0x74,
	0x61,
	0x72,
	0x2e,
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
	0x0c,
	0x45,
	0x48,
	0x4f,
	0x53,
	0x54,
	0x55,
	0x4e,
	0x52,
	0x45,
	0x41,
	0x43,
	0x48,
};

/* An ok, and two bads of which the newest rests on two addresses. */
static struct kz_evidence
example(void)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_OK, MONDAY);
	const struct kz_persistence *rule = &rules[KZ_CLASS_N];

	(void)kz_evidence_add(&evidence, &finding, rule, MONDAY);
	finding.outcome = KZ_OUTCOME_BAD;
	finding.when_s = MONDAY + 5 * HOUR_S;
	(void)kz_evidence_add(&evidence, &finding, rule, finding.when_s);
	rest_on(&finding, KZ_NET_SMTP25_V6, "2001:db8:268:810::110");
	rest_on(&finding, KZ_NET_SMTP25_V4, "10.224.31.110");
	memcpy(finding.why, "EHOSTUNREACH", sizeof("EHOSTUNREACH"));
	finding.ttl_s = 300;
	finding.when_s = MONDAY + 30 * HOUR_S;
	(void)kz_evidence_add(&evidence, &finding, rule, finding.when_s);
	return evidence;
}

static void
record_version_1_never_changes(void **state)
{
	struct kz_evidence evidence = example();
	struct kz_evidence back;
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_evidence_encode(&evidence, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, sizeof(golden));
	assert_memory_equal(record, golden, sizeof(golden));
	assert_int_equal(
		kz_evidence_decode(golden, sizeof(golden), &back), KZ_OK);
	assert_int_equal(back.first_bad_s, MONDAY + 5 * HOUR_S);
	assert_int_equal(back.newest_bad_s, MONDAY + 30 * HOUR_S);
	assert_int_equal(back.newest_ok_s, MONDAY);
	assert_int_equal(back.bads, 2);
	assert_int_equal(back.same, 2);
	assert_int_equal(back.ttl_s, 300);
	assert_int_equal(back.weight, 6);
	assert_int_equal(back.slot_count, 3);
	assert_int_equal(back.slots[1].weight, 6);
	assert_int_equal(back.rest_count, 2);
	assert_int_equal(back.rests[1].netclass, KZ_NET_SMTP25_V4);
	assert_int_equal(kz_evidence_netclasses(&back),
		1U << KZ_NET_SMTP25_V6 | 1U << KZ_NET_SMTP25_V4);
	assert_string_equal(back.value, "ishtar.example1.jp");
	assert_string_equal(back.why, "EHOSTUNREACH");
}

static void
the_longest_evidence_fits_its_record(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_evidence back;
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, MONDAY);
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	uint8_t again[KZ_EVIDENCE_RECORD_SIZE];
	size_t len = 0;
	size_t again_len = 0;

	(void)state;
	memset(finding.value, 'v', KZ_VALUE_MAX);
	memset(finding.why, 'w', KZ_WHY_MAX);
	for (uint8_t i = 0; i < KZ_RESTS_MAX; i++) {
		rest_on(&finding, KZ_NET_DNS53UDP_V6, "2001:db8::ff");
		finding.rests[i].addr.bytes[15] = 0x40 - i;
	}
	/* A class of its own far behind is not lost, nor the smallest. */
	finding.rests[14].netclass = KZ_NET_SMTP25_V6;
	finding.rests[14].addr = addr_of("2001:db8::ffff");
	for (int64_t i = 0; i < 40; i++) {
		finding.when_s = MONDAY + i * HOUR_S;
		(void)kz_evidence_add(&evidence, &finding, &rules[KZ_CLASS_N],
			finding.when_s);
	}
	assert_int_equal(evidence.slot_count, KZ_EVIDENCE_SLOTS);
	assert_int_equal(evidence.rest_count, KZ_EVIDENCE_RESTS);
	assert_int_equal(kz_evidence_netclasses(&evidence),
		1U << KZ_NET_DNS53UDP_V6 | 1U << KZ_NET_SMTP25_V6);
	assert_int_equal(evidence.rests[0].addr.bytes[15], 0x40);
	assert_int_equal(evidence.rests[5].addr.bytes[15], 0x40 - 5);
	assert_int_equal(evidence.rests[7].addr.bytes[15], 0x40 - 15);
	assert_int_equal(
		kz_evidence_encode(&evidence, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(kz_evidence_decode(record, len, &back), KZ_OK);
	assert_int_equal(
		kz_evidence_encode(&back, again, sizeof(again), &again_len),
		KZ_OK);
	assert_int_equal(again_len, len);
	assert_memory_equal(record, again, len);
	assert_int_equal(kz_evidence_encode(&evidence, record, len - 1, &len),
		KZ_ETRUNC);
}

static void
an_empty_one_is_a_record_too(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_evidence_encode(&evidence, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(kz_evidence_decode(record, len, &evidence), KZ_OK);
	assert_int_equal(evidence.bads, 0);
}

static void
damaged_records_are_refused(void **state)
{
	uint8_t record[sizeof(golden) + 1] = {0};
	struct kz_evidence evidence = example();
	struct kz_evidence before = evidence;

	(void)state;
	memcpy(record, golden, sizeof(golden));
	for (size_t len = 0; len < sizeof(golden); len++)
		assert_int_equal(
			kz_evidence_decode(record, len, &evidence), KZ_ETRUNC);
	assert_int_equal(kz_evidence_decode(record, sizeof(record), &evidence),
		KZ_EINVAL);
	record[0] = 2;
	assert_int_equal(kz_evidence_decode(record, sizeof(golden), &evidence),
		KZ_EVERSION);
	record[0] = 1;
	/* On failure nothing is touched. */
	assert_int_equal(evidence.bads, before.bads);
	assert_string_equal(evidence.value, before.value);
}

static void
evidence_that_contradicts_itself_is_refused(void **state)
{
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t len;

	(void)state;
	for (int i = 0; i < 14; i++) {
		struct kz_evidence evidence = example();

		switch (i) {
		case 0:
			evidence.bads = 0;
			break;
		case 1:
			evidence.first_bad_s = evidence.newest_bad_s + 1;
			break;
		case 2:
			evidence.newest_ok_s = evidence.newest_bad_s;
			break;
		case 3:
			evidence.same = 3;
			break;
		case 4:
			evidence.quarters = 0x10;
			break;
		case 5:
			evidence.weekdays = 0x80;
			break;
		case 6:
			evidence.slot_count = 0;
			break;
		case 7:
			evidence.slots[1].when_s = evidence.slots[2].when_s;
			break;
		case 8:
			evidence.slots[0].outcome = KZ_OUTCOME_UNKNOWN;
			break;
		case 9:
			evidence.slots[0].weight = 1;
			break;
		case 10:
			evidence.slot_count = KZ_EVIDENCE_SLOTS + 1;
			break;
		case 11:
			evidence.rest_count = KZ_EVIDENCE_RESTS + 1;
			break;
		case 12:
			evidence.rests[0].netclass = KZ_NETCLASS_COUNT;
			break;
		default:
			evidence.newest_ok_s = -1;
			break;
		}
		assert_int_equal(kz_evidence_encode(&evidence, record,
					 sizeof(record), &len),
			KZ_EINVAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_version_1_never_changes),
		cmocka_unit_test(the_longest_evidence_fits_its_record),
		cmocka_unit_test(an_empty_one_is_a_record_too),
		cmocka_unit_test(damaged_records_are_refused),
		cmocka_unit_test(evidence_that_contradicts_itself_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

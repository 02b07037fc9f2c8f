/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/allow.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/allow.h"

#define MONDAY 1580688000

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static void
the_written_form_becomes_one_text(void **state)
{
	static const struct {
		const char *given, *text;
		enum kz_allow_kind kind;
	} cases[] = {
		{"client:10.0.0.0/8", "client:10.0.0.0/8", KZ_ALLOW_CLIENT},
		{"client:10.24.3.9", "client:10.24.3.9/32", KZ_ALLOW_CLIENT},
		{"client:2001:DB8:0:0::/32", "client:2001:db8::/32",
			KZ_ALLOW_CLIENT},
		{"client:::ffff:10.1.2.3", "client:10.1.2.3/32",
			KZ_ALLOW_CLIENT},
		{"client:0.0.0.0/0", "client:0.0.0.0/0", KZ_ALLOW_CLIENT},
		{"sender:Tei@Example1.JP.", "sender:tei@example1.jp",
			KZ_ALLOW_SENDER},
		{"sender:@example1.jp", "sender:@example1.jp", KZ_ALLOW_SENDER},
		{"recipient:\"a@b\"@jikocho.jp", "recipient:\"a@b\"@jikocho.jp",
			KZ_ALLOW_RECIPIENT},
		{"recipient:@jikocho.jp", "recipient:@jikocho.jp",
			KZ_ALLOW_RECIPIENT},
		{"recipient:Orders@", "recipient:orders@", KZ_ALLOW_RECIPIENT},
		{"sender:caf\xc3\xa9@a.jp", "sender:caf\xc3\xa9@a.jp",
			KZ_ALLOW_SENDER},
	};
	struct kz_allow_subject subject, again;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			kz_allow_parse(str(cases[i].given), &subject), KZ_OK);
		assert_string_equal(subject.text, cases[i].text);
		assert_int_equal(subject.kind, cases[i].kind);
		assert_int_equal(
			kz_allow_parse(str(subject.text), &again), KZ_OK);
		assert_string_equal(again.text, subject.text);
		assert_true(kz_net_equal(&again.net, &subject.net));
	}
}

static void
what_is_none_is_refused(void **state)
{
	static const char *const wrong[] = {"client:", "client:10.0.0.1/8",
		"client:10.0.0.0/33", "client:localhost", "client: 10.0.0.1",
		"sender:", "sender:@", "sender:user@", "sender:user",
		"sender:user@[10.0.0.1]", "sender:a b@example.jp",
		"sender:<a@example.jp>", "sender:a\r@example.jp", "recipient:@",
		"recipient:user", "recipient:@a..jp", "recipient:@.",
		"recipient:user@."};
	static const char *const sites[] = {"", "example1.jp", "10.0.0.1",
		"user@example.jp", "Client:10.0.0.1", "client", "site:a.jp"};
	struct kz_allow_subject subject = {.text = "as it was"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (kz_allow_parse(str(wrong[i]), &subject) != KZ_EINVAL)
			fail_msg("\"%s\" was taken", wrong[i]);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		assert_int_equal(
			kz_allow_parse(str(sites[i]), &subject), KZ_NOT_FOUND);
	assert_string_equal(subject.text, "as it was");
}

static void
an_address_has_a_subject_of_each_form(void **state)
{
	static const struct {
		const char *address;
		const char *texts[3]; /* by form; NULL: none */
	} cases[] = {
		{"Tei@Jikocho.JP",
			{"recipient:tei@jikocho.jp", "recipient:@jikocho.jp",
				"recipient:tei@"}},
		{"a@b@jikocho.jp.",
			{"recipient:a@b@jikocho.jp", "recipient:@jikocho.jp",
				"recipient:a@b@"}},
		{"tei@[10.0.0.1]",
			{"recipient:tei@[10.0.0.1]", "recipient:@[10.0.0.1]",
				"recipient:tei@"}},
		{"", {NULL, NULL, NULL}},
		{"postmaster", {NULL, NULL, NULL}},
		{"@jikocho.jp", {NULL, NULL, NULL}},
		{"tei@", {NULL, NULL, NULL}},
	};
	struct kz_allow_subject subject;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int form = 0; form < 3; form++) {
			const char *text = cases[i].texts[form];
			bool has = kz_allow_of_address(KZ_ALLOW_RECIPIENT,
				(enum kz_allow_form)form, cases[i].address,
				&subject);

			assert_int_equal(has, text != NULL);
			if (text != NULL)
				assert_string_equal(subject.text, text);
		}
	}
}

/* The longest that a request can hold has room; one longer is none. */
static void
long_addresses_fit_or_are_refused(void **state)
{
	char address[KZ_ADDRESS_MAX + 40], given[sizeof(address) + 20];
	struct kz_allow_subject subject;
	size_t tail = strlen("@a.jp");

	(void)state;
	memset(address, 'x', sizeof(address));
	memcpy(address + KZ_ADDRESS_MAX - tail, "@a.jp", tail + 1);
	assert_true(kz_allow_of_address(
		KZ_ALLOW_RECIPIENT, KZ_ALLOW_WHOLE, address, &subject));
	assert_int_equal(strlen(subject.text), KZ_ALLOW_SUBJECT_MAX);
	(void)snprintf(given, sizeof(given), "recipient:%s", address);
	assert_int_equal(kz_allow_parse(str(given), &subject), KZ_OK);
	memset(address, 'x', sizeof(address));
	memcpy(address + KZ_ADDRESS_MAX + 1 - tail, "@a.jp", tail + 1);
	assert_false(kz_allow_of_address(
		KZ_ALLOW_RECIPIENT, KZ_ALLOW_WHOLE, address, &subject));
	(void)snprintf(given, sizeof(given), "recipient:%s", address);
	assert_int_equal(kz_allow_parse(str(given), &subject), KZ_EINVAL);
}

static void
it_holds_up_to_its_end(void **state)
{
	struct kz_allow good = {.since_s = MONDAY};
	struct kz_allow ends = {.since_s = MONDAY, .until_s = MONDAY + 10};

	(void)state;
	assert_true(kz_allow_holds(&good, INT64_MAX));
	assert_true(kz_allow_holds(&ends, MONDAY + 9));
	assert_false(kz_allow_holds(&ends, MONDAY + 10));
	assert_false(kz_allow_holds(&ends, MONDAY + 11));
	assert_true(kz_allow_holds(&ends, MONDAY - 10)); /* clock set back */
}

/* These bytes are on disks out there; if this test fails, add a version. */
static const uint8_t golden[] = {0x01, 0x00, 0x00, 0x00, 0x00, 0x5e, 0x37, 0x62,
	0x80, 0x00, 0x00, 0x00, 0x00, 0x5e, 0x38, 0xb4, 0x00, 0x04, 'w', 'h',
	'y', '?'};

static void
records_of_version_1_stay_readable(void **state)
{
	const struct kz_allow said = {
		.since_s = 1580688000, .until_s = 1580774400, .why = "why?"};
	uint8_t record[KZ_ALLOW_RECORD_SIZE];
	struct kz_allow read;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		kz_allow_encode(&said, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(len, sizeof(golden));
	assert_memory_equal(record, golden, sizeof(golden));
	assert_int_equal(kz_allow_decode(golden, sizeof(golden), &read), KZ_OK);
	assert_int_equal(read.since_s, said.since_s);
	assert_int_equal(read.until_s, said.until_s);
	assert_string_equal(read.why, said.why);
}

static void
damaged_records_are_refused(void **state)
{
	struct kz_allow read = {.since_s = 7};
	uint8_t record[KZ_ALLOW_RECORD_SIZE];

	(void)state;
	for (size_t len = 0; len < sizeof(golden); len++)
		assert_int_equal(
			kz_allow_decode(golden, len, &read), KZ_ETRUNC);
	memcpy(record, golden, sizeof(golden));
	record[sizeof(golden)] = 'x';
	assert_int_equal(
		kz_allow_decode(record, sizeof(golden) + 1, &read), KZ_EINVAL);
	record[0] = 2;
	assert_int_equal(
		kz_allow_decode(record, sizeof(golden), &read), KZ_EVERSION);
	record[0] = 1;
	record[1] = 0x80; /* before 1970 */
	assert_int_equal(
		kz_allow_decode(record, sizeof(golden), &read), KZ_EINVAL);
	assert_int_equal(read.since_s, 7);
}

static void
what_cannot_be_stored_is_refused(void **state)
{
	struct kz_allow said = {.since_s = -1};
	uint8_t record[KZ_ALLOW_RECORD_SIZE];
	size_t len = 0;

	(void)state;
	assert_int_equal(kz_allow_encode(&said, record, sizeof(record), &len),
		KZ_EINVAL);
	said = (struct kz_allow){.until_s = -1};
	assert_int_equal(kz_allow_encode(&said, record, sizeof(record), &len),
		KZ_EINVAL);
	said.until_s = 0;
	memset(said.why, 'y', KZ_ALLOW_WHY_MAX);
	assert_int_equal(
		kz_allow_encode(&said, record, sizeof(record), &len), KZ_OK);
	assert_int_equal(
		kz_allow_encode(&said, record, len - 1, &len), KZ_ETRUNC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_written_form_becomes_one_text),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(an_address_has_a_subject_of_each_form),
		cmocka_unit_test(long_addresses_fit_or_are_refused),
		cmocka_unit_test(it_holds_up_to_its_end),
		cmocka_unit_test(records_of_version_1_stay_readable),
		cmocka_unit_test(damaged_records_are_refused),
		cmocka_unit_test(what_cannot_be_stored_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/policytext.h"

static struct kz_str
text(const char *of)
{
	return (struct kz_str){of, strlen(of)};
}

static void
dmarc_records(void **state)
{
	static const struct {
		const char *first, *second;
		bool present;
		const char *fault;
		size_t reports;
	} cases[] = {
		{"v=DMARC1; p=none", "", true, NULL, 0},
		{"v=DMARC1;p=reject;rua=mailto:d@a.jp,mailto:e@b.jp!10m", "",
			true, NULL, 2},
		{"v=DMARC1; p=QUARANTINE", "", true, NULL, 0},
		{"v=DMARC1; p=block", "", true, "unknown policy", 0},
		{"v=DMARC1; rua=mailto:d@a.jp", "", true, "no policy", 1},
		{"v=DMARC1", "", true, "no policy", 0},
		{"v=DMARC1; p=none", "v=DMARC1; p=reject", true,
			"more than one record", 0},
		{"v=DMARC1; p=none", "something else", true, NULL, 0},
		/* The version stands first, in capitals, or it is none. */
		{"p=none; v=DMARC1", "", false, NULL, 0},
		{"v=dmarc1; p=block", "", false, NULL, 0},
		{"v=spf1 -all", "", false, NULL, 0},
		{"v=DMARC1; p=none; rua=https://a.jp/x", "", true, NULL, 0},
		{"v=DMARC1; p=none; rua=mailto:", "", true, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_str records[2] = {
			text(cases[i].first), text(cases[i].second)};
		struct kz_dmarc dmarc;

		kz_dmarc_read(
			records, cases[i].second[0] != '\0' ? 2 : 1, &dmarc);
		if (dmarc.present != cases[i].present ||
			(dmarc.fault == NULL) != (cases[i].fault == NULL) ||
			(dmarc.fault != NULL &&
				strcmp(dmarc.fault, cases[i].fault) != 0) ||
			dmarc.report_count != cases[i].reports)
			fail_msg("%s: %s, %zu reports", cases[i].first,
				dmarc.fault != NULL ? dmarc.fault : "no fault",
				dmarc.report_count);
	}
}

static void
mta_sts_announcements(void **state)
{
	struct kz_str records[2] = {
		text("v=STSv1; id=20200229T0000Z;"), text("v=STSv1; id=2")};
	struct kz_str bad = text("v=STSv1; id=a-b");

	(void)state;
	assert_true(kz_sts_announced(records, 1));
	assert_false(kz_sts_announced(records, 2));
	assert_false(kz_sts_announced(records, 0));
	assert_false(kz_sts_announced(&bad, 1));
	bad = text("v=STSv1;");
	assert_false(kz_sts_announced(&bad, 1));
}

static void
mta_sts_policies(void **state)
{
	struct kz_name mx, other;
	struct kz_sts sts;

	(void)state;
	assert_int_equal(kz_name_parse(text("mx1.a.jp"), &mx), KZ_OK);
	assert_int_equal(kz_name_parse(text("b.mx1.a.jp"), &other), KZ_OK);
	kz_sts_read(text("version: STSv1\r\nmode: enforce\r\nmx: *.a.jp\r\n"
			 "mx: mx.b.jp\r\nmax_age: 604800\r\n"),
		&sts);
	assert_null(sts.fault);
	assert_int_equal(sts.mode, KZ_STS_ENFORCE);
	assert_true(kz_sts_allows(&sts, &mx));
	/* One label only. */
	assert_false(kz_sts_allows(&sts, &other));
	kz_sts_read(text("version: STSv1\nmode: none\nmax_age: 1"), &sts);
	assert_null(sts.fault);
	kz_sts_read(text("version: STSv1\nmode: testing\nmax_age: 1"), &sts);
	assert_non_null(sts.fault);
	assert_int_equal(kz_sts_weight(KZ_STS_ENFORCE), 3);
	assert_int_equal(kz_sts_weight(KZ_STS_NONE), 1);
	kz_sts_read(text("version: STSv1\nmode: testing\nmx: mx.b.jp\n"
			 "max_age: 1"),
		&sts);
	assert_null(sts.fault);
	assert_int_equal(kz_sts_weight(sts.mode), 1);
	assert_false(kz_sts_allows(&sts, &mx));
	kz_sts_read(text("<html>not found</html>"), &sts);
	assert_non_null(sts.fault);
	kz_sts_read(text("version: STSv1\nmode: enforce\nmx: a..b\nmax_age: 1"),
		&sts);
	assert_non_null(sts.fault);
	kz_sts_read(text(""), &sts);
	assert_non_null(sts.fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dmarc_records),
		cmocka_unit_test(mta_sts_announcements),
		cmocka_unit_test(mta_sts_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

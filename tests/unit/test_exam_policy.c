/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

static void
site_with(struct kit *kit, const char *mx, const char *served, bool sender)
{
	struct kz_exam *exam = &kit->exam;

	kit_begin(kit, "example1.jp");
	exam->sender = sender;
	kit_hosts(exam, "ns1.example1.jp 10.0.9.1=answers", false);
	(void)kit_soa(exam, "ns1.example1.jp", "root.example1.jp", 7);
	exam->mx_look = KZ_EXAM_DATA;
	exam->mx = kit_mxset(exam, mx);
	kit_serve(exam, kit_nsset(exam, "ns1.example1.jp"),
		kit_mxset(exam, served));
}

static void
no_mail_and_mail_at_the_same_time(void **state)
{
	static const struct {
		const char *what, *mx, *served;
		bool sender;
		const char *expected;
	} cases[] = {
		{"mixed", "0 ., 10 mx.example1.jp", "0 ., 10 mx.example1.jp",
			true,
			"nullmx-mixed example1.jp bad 3;"
			"nullmx-sender example1.jp ok"},
		{"not borne out", "0 ., 10 mx.example1.jp", "10 mx.example1.jp",
			true, "nullmx-mixed example1.jp unknown"},
		{"sends", "0 .", "0 .", true,
			"nullmx-sender example1.jp bad 4;"
			"nullmx-mixed example1.jp ok"},
		{"does not send", "0 .", "0 .", false,
			"nullmx-sender example1.jp unknown;"
			"nullmx-mixed example1.jp ok"},
		{"another preference is the same", "10 .", "10 .", true,
			"nullmx-sender example1.jp bad 4;"
			"nullmx-mixed example1.jp ok"},
		{"usual", "10 mx.example1.jp", "10 mx.example1.jp", true,
			"nullmx-sender example1.jp ok;"
			"nullmx-mixed example1.jp ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		site_with(&kit, cases[i].mx, cases[i].served, cases[i].sender);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
texts_at_fault(void **state)
{
	static const struct {
		const char *what;
		struct kz_exam_text spf;
		bool all;
		const char *expected;
	} cases[] = {
		{"in order", {.known = true, .present = true}, false,
			"spf-broken example1.jp ok;"
			"spf-allows-all example1.jp ok"},
		{"absence is no fault", {.known = true}, false,
			"spf-broken example1.jp none;"
			"spf-allows-all example1.jp none"},
		{"at fault",
			{.known = true,
				.present = true,
				.proven = true,
				.fault = "syntax error"},
			false, "spf-broken example1.jp bad 2"},
		{"not borne out",
			{.known = true,
				.present = true,
				.fault = "syntax error"},
			false, "spf-broken example1.jp unknown"},
		{"not read to the end", {.present = true}, false,
			"spf-broken example1.jp unknown"},
		{"everybody", {.known = true, .present = true, .proven = true},
			true,
			"spf-allows-all example1.jp bad 2;"
			"spf-broken example1.jp ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool complete[KZ_FAMILY_COUNT];
		struct kit kit;

		site_with(&kit, "10 mx.example1.jp", "10 mx.example1.jp", true);
		kit.exam.policy.asked = true;
		kit.exam.policy.spf = cases[i].spf;
		kit.exam.policy.spf_all = cases[i].all;
		kit.exam.policy.dmarc.known = true;
		kit.exam.policy.sts.known = true;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
		kz_exam_complete(&kit.exam, complete);
		assert_int_equal(complete[KZ_FAMILY_POL], cases[i].spf.known);
	}
}

static void
weights_of_dmarc_and_mta_sts(void **state)
{
	struct kit kit;

	(void)state;
	site_with(&kit, "10 mx.example1.jp", "10 mx.example1.jp", true);
	kit.exam.policy.asked = true;
	kit.exam.policy.spf.known = true;
	kit.exam.policy.dmarc = (struct kz_exam_text){.known = true,
		.present = true,
		.proven = true,
		.fault = "no policy"};
	kit.exam.policy.sts = (struct kz_exam_text){.known = true,
		.present = true,
		.proven = true,
		.fault = "its policy cannot be fetched"};
	kit.exam.policy.sts_weight = 1;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "weights",
		"dmarc-broken example1.jp bad 1;"
		"mta-sts-broken example1.jp bad 1");
	assert_string_equal(
		kit_find(&kit, "dmarc-broken", "example1.jp")->value,
		"no policy");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_mail_and_mail_at_the_same_time),
		cmocka_unit_test(texts_at_fault),
		cmocka_unit_test(weights_of_dmarc_and_mta_sts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

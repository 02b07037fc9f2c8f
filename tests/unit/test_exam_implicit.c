/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

struct given {
	const char *what;
	const char *self; /* the site's own address */
	bool sender;
	const char *expected;
};

/* A site without MX records, by the resolver and by its only server. */
static void
no_mx(struct kit *kit, const struct given *given)
{
	struct kz_exam *exam = &kit->exam;

	kit_begin(kit, "example1.jp");
	exam->sender = given->sender;
	exam->mx_look = KZ_EXAM_NODATA;
	kit_hosts(exam, "ns1.example1.jp 10.0.9.1=answers", false);
	(void)kit_soa(exam, "ns1.example1.jp", "root.example1.jp", 7);
	kit_serve(
		exam, kit_nsset(exam, "ns1.example1.jp"), kit_mxset(exam, ""));
	if (given->self[0] != '\0')
		kit_hosts(exam, given->self, true);
}

static void
mail_to_a_name_without_mx(void **state)
{
	static const struct given cases[] = {
		{"dead", "example1.jp 10.0.0.1=timeout", true,
			"mx-implicit-dead example1.jp bad 3"},
		{"refused", "example1.jp 10.0.0.1=refused", true,
			"mx-implicit-dead example1.jp bad 3"},
		{"alive", "example1.jp 10.0.0.1=alive", true,
			"mx-implicit-dead example1.jp ok"},
		{"a host name that only says hello",
			"example1.jp 10.0.0.1=timeout", false,
			"mx-implicit-dead example1.jp unknown"},
		{"no address either", "example1.jp nx", true,
			"mx-implicit-dead example1.jp unknown"},
		{"our own line", "example1.jp 10.0.0.1=ours", true,
			"mx-implicit-dead example1.jp unknown"},
		{"one family alive",
			"example1.jp 10.0.0.1=timeout 2001::1=alive", true,
			"mx-implicit-dead example1.jp ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		no_mx(&kit, &cases[i]);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
the_servers_must_bear_out_that_there_is_no_mx(void **state)
{
	static const struct given given = {
		"", "example1.jp 10.0.0.1=timeout", true, ""};
	struct kit kit;

	(void)state;
	no_mx(&kit, &given);
	kit_serve(&kit.exam, 0, kit_mxset(&kit.exam, "10 mx.example1.jp"));
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(
		&kit, "they have one", "mx-implicit-dead example1.jp unknown");
}

static void
completeness_waits_for_the_implicit_host(void **state)
{
	static const struct given given = {
		"", "example1.jp 10.0.0.1=limited", true, ""};
	bool complete[KZ_FAMILY_COUNT];
	struct kit kit;

	(void)state;
	no_mx(&kit, &given);
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_MX]);
	kit.exam.addrs[1].smtp = KZ_REACH_TIMEOUT;
	kz_exam_complete(&kit.exam, complete);
	assert_true(complete[KZ_FAMILY_MX]);
	kit.exam.addrs[1].smtp = KZ_REACH_NONE;
	kit.exam.sender = false;
	kz_exam_complete(&kit.exam, complete);
	assert_true(complete[KZ_FAMILY_MX]);
}

static void
an_exchanger_that_is_ours(void **state)
{
	static const struct {
		const char *what, *host;
		bool served;
		const char *expected;
	} cases[] = {
		{"not theirs to name", "mx.example1.jp 10.1.0.25 proven", false,
			"mx-is-us mx.example1.jp bad 3"},
		{"not borne out", "mx.example1.jp 10.1.0.25", false,
			"mx-is-us mx.example1.jp unknown"},
		{"we are their backup", "mx.example1.jp 10.1.0.25 proven", true,
			"mx-is-us mx.example1.jp ok"},
		{"another's", "mx.example1.jp 10.9.0.25", false,
			"mx-is-us mx.example1.jp ok"},
		{"not looked up", "mx.example1.jp failed", false,
			"mx-is-us mx.example1.jp unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;
		struct kz_exam *exam = &kit.exam;

		kit_begin(&kit, "example1.jp");
		exam->served = cases[i].served;
		kit_hosts(exam, "ns1.example1.jp 10.0.9.1=answers", false);
		kit_hosts(exam, cases[i].host, true);
		(void)kit_soa(exam, "ns1.example1.jp", "root.example1.jp", 7);
		exam->mx_look = KZ_EXAM_DATA;
		exam->mx = kit_mxset(exam, "10 mx.example1.jp");
		kit_serve(exam, kit_nsset(exam, "ns1.example1.jp"), exam->mx);
		for (size_t a = 0; a < exam->addr_count; a++)
			exam->addrs[a].ours = exam->addrs[a].addr.bytes[1] == 1;
		kz_exam_judge(exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
silence_counts_only_after_the_long_wait(void **state)
{
	struct kit kit;
	struct kz_exam *exam = &kit.exam;

	(void)state;
	kit_begin(&kit, "example1.jp");
	kit_hosts(exam, "mx.example1.jp 10.0.0.25=silent", true);
	exam->mx_look = KZ_EXAM_DATA;
	exam->mx = kit_mxset(exam, "10 mx.example1.jp");
	exam->addrs[0].patient = false;
	kz_exam_judge(exam, kit_take, &kit);
	kit_expect(&kit, "60 s", "mx-no-banner example1.jp unknown");
	kit.count = 0;
	exam->addrs[0].patient = true;
	kz_exam_judge(exam, kit_take, &kit);
	kit_expect(&kit, "300 s", "mx-no-banner example1.jp bad 3");
	kit.count = 0;
	exam->addrs[0].patient = false;
	exam->addrs[0].smtp = KZ_REACH_NOISE;
	kz_exam_judge(exam, kit_take, &kit);
	kit_expect(&kit, "not SMTP", "mx-no-banner example1.jp bad 3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_to_a_name_without_mx),
		cmocka_unit_test(the_servers_must_bear_out_that_there_is_no_mx),
		cmocka_unit_test(completeness_waits_for_the_implicit_host),
		cmocka_unit_test(an_exchanger_that_is_ours),
		cmocka_unit_test(silence_counts_only_after_the_long_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

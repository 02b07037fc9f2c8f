/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

/* Two servers, and a primary beside them where mname is another name. */
static void
zone_of(struct kit *kit, const char *primary)
{
	struct kz_exam *exam = &kit->exam;
	uint8_t mx;

	kit_begin(kit, "example2.jp");
	kit_hosts(exam,
		"ns1.example2.jp 10.0.0.1=answers;"
		"ns2.example2.jp 10.0.1.1=answers",
		false);
	if (primary[0] != '\0')
		kit_hosts(exam, primary, false);
	(void)kit_soa(exam,
		primary[0] != '\0' ? "dns.example2.jp" : "ns1.example2.jp",
		"root.example2.jp", 2020022801);
	mx = kit_mxset(exam, "");
	kit_serve(exam, kit_nsset(exam, "ns1.example2.jp ns2.example2.jp"), mx);
	exam->parent = KZ_EXAM_PARENT_AGREED;
	exam->parent_ns = kit_set(exam, "ns1.example2.jp ns2.example2.jp");
	for (size_t i = 0; i < 2; i++)
		exam->addrs[i].dns.serial = 2020022801;
}

static void
a_primary_that_does_not_serve(void **state)
{
	static const struct {
		const char *what, *primary, *expected;
	} cases[] = {
		{"refuses strangers", "dns.example2.jp 10.0.2.1=rcode5",
			"soa-mname-lame dns.example2.jp bad 1"},
		{"servfail", "dns.example2.jp 10.0.2.1=rcode2",
			"soa-mname-lame dns.example2.jp bad 2"},
		{"not authoritative", "dns.example2.jp 10.0.2.1=noaa",
			"soa-mname-lame dns.example2.jp bad 2"},
		{"serves", "dns.example2.jp 10.0.2.1=answers",
			"soa-mname-lame dns.example2.jp ok"},
		{"dead is another symptom", "dns.example2.jp 10.0.2.1=timeout",
			"soa-mname-lame dns.example2.jp unknown"},
		{"one address lame, one silent",
			"dns.example2.jp 10.0.2.1=rcode5 10.0.2.2=timeout",
			"soa-mname-lame dns.example2.jp unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		zone_of(&kit, cases[i].primary);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
timers_that_lose_the_zone(void **state)
{
	static const struct {
		const char *what;
		uint32_t refresh_s, retry_s, expire_s;
		const char *expected;
	} cases[] = {
		{"usual", 10800, 3600, 1209600,
			"soa-timers-bad example2.jp ok"},
		{"at the bounds", 100000, 72800, 172800,
			"soa-timers-bad example2.jp ok"},
		{"expires in less than two days", 10800, 3600, 172799,
			"soa-timers-bad example2.jp bad 1"},
		{"before a refresh and a retry", 400000, 300000, 699999,
			"soa-timers-bad example2.jp bad 1"},
		{"no overflow", 4294967295U, 4294967295U, 4294967295U,
			"soa-timers-bad example2.jp bad 1"},
		{"retry slower than refresh", 3600, 3601, 1209600,
			"soa-timers-bad example2.jp bad 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		zone_of(&kit, "");
		kit.exam.soas[0].refresh_s = cases[i].refresh_s;
		kit.exam.soas[0].retry_s = cases[i].retry_s;
		kit.exam.soas[0].expire_s = cases[i].expire_s;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
		if (i == 2)
			assert_string_equal(
				kit_find(&kit, "soa-timers-bad", "example2.jp")
					->value,
				"10800/3600/172799");
	}
}

static void
timers_that_differ_between_servers_are_not_judged(void **state)
{
	struct kit kit;
	struct kz_exam_soa other;

	(void)state;
	zone_of(&kit, "");
	other = kit.exam.soas[0];
	other.expire_s = 60;
	assert_int_equal(kz_exam_soa(&kit.exam, &other), 0);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "differ", "soa-timers-bad example2.jp unknown");
}

static void
the_keepers_mailbox(void **state)
{
	static const struct {
		const char *what;
		enum kz_exam_rname rname;
		const char *expected;
	} cases[] = {
		{"fine", KZ_EXAM_RNAME_FINE,
			"soa-rname-undeliverable example2.jp ok"},
		{"not borne out", KZ_EXAM_RNAME_UNKNOWN,
			"soa-rname-undeliverable example2.jp unknown"},
		{"no such domain", KZ_EXAM_RNAME_MISSING,
			"soa-rname-undeliverable example2.jp bad 2"},
		{"takes no mail", KZ_EXAM_RNAME_NULL,
			"soa-rname-undeliverable example2.jp bad 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		zone_of(&kit, "");
		kit.exam.rname = cases[i].rname;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
a_root_mailbox_says_nothing(void **state)
{
	struct kit kit;

	(void)state;
	zone_of(&kit, "");
	kit.exam.soas[0].rname_domain = (struct kz_name){0};
	kit.exam.rname = KZ_EXAM_RNAME_MISSING;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "root", "soa-rname-undeliverable example2.jp unknown");
}

/* Mail for the keeper goes to the site's own hosts, which are all dead. */
static void
a_mailbox_behind_dead_hosts(void **state)
{
	const struct kz_finding *found;
	struct kit kit;
	struct kz_exam *exam = &kit.exam;

	(void)state;
	zone_of(&kit, "");
	kit_hosts(exam, "mx.example2.jp 10.0.3.1=timeout", true);
	exam->mx_look = KZ_EXAM_DATA;
	exam->mx = kit_mxset(exam, "10 mx.example2.jp");
	kit_serve(exam, 0, exam->mx);
	exam->rname = KZ_EXAM_RNAME_FINE;
	kz_exam_judge(exam, kit_take, &kit);
	kit_expect(&kit, "dead",
		"soa-rname-undeliverable example2.jp bad 2;"
		"mx-all-dead example2.jp bad 10");
	found = kit_find(&kit, "soa-rname-undeliverable", "example2.jp");
	assert_string_equal(found->value, "root@example2.jp");
	assert_int_equal(found->rest_count, 1);
	/* Silence to port 25 is not looked at where it may not be. */
	kit.count = 0;
	exam->tcp = false;
	kz_exam_judge(exam, kit_take, &kit);
	kit_expect(&kit, "not contacted",
		"soa-rname-undeliverable example2.jp ok");
}

static void
an_old_copy_of_the_zone(void **state)
{
	static const struct {
		const char *what;
		uint32_t first, second;
		const char *expected;
	} cases[] = {
		{"alike", 7, 7,
			"dns-serial-skew ns1.example2.jp ok;"
			"dns-serial-skew ns2.example2.jp ok"},
		{"the second is behind", 2020022802, 2020022801,
			"dns-serial-skew ns1.example2.jp ok;"
			"dns-serial-skew ns2.example2.jp bad 2"},
		/* RFC 1982: 3 comes after 4294967295. */
		{"wrapped around", 3, 4294967295U,
			"dns-serial-skew ns1.example2.jp ok;"
			"dns-serial-skew ns2.example2.jp bad 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		zone_of(&kit, "");
		kit.exam.addrs[0].dns.serial = cases[i].first;
		kit.exam.addrs[1].dns.serial = cases[i].second;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
an_old_copy_must_outlast_the_expiry(void **state)
{
	const struct kz_finding *found;
	struct kit kit;

	(void)state;
	zone_of(&kit, "");
	kit.exam.addrs[1].dns.serial = 2020022701;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	found = kit_find(&kit, "dns-serial-skew", "ns2.example2.jp");
	assert_non_null(found);
	assert_string_equal(found->value, "2020022701 | 2020022801");
	/* Content must last for twice its TTL: 14 days. */
	assert_int_equal(found->ttl_s, 604800);
}

static void
several_masters_are_not_compared(void **state)
{
	struct kit kit;

	(void)state;
	zone_of(&kit, "");
	kit.exam.addrs[1].dns.soa = kit_soa(
		&kit.exam, "ns2.example2.jp", "root.example2.jp", 2020022801);
	kit.exam.addrs[1].dns.serial = 1;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "two masters",
		"dns-serial-skew ns2.example2.jp none;"
		"dns-soa-split example2.jp bad 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_primary_that_does_not_serve),
		cmocka_unit_test(timers_that_lose_the_zone),
		cmocka_unit_test(
			timers_that_differ_between_servers_are_not_judged),
		cmocka_unit_test(the_keepers_mailbox),
		cmocka_unit_test(a_root_mailbox_says_nothing),
		cmocka_unit_test(a_mailbox_behind_dead_hosts),
		cmocka_unit_test(an_old_copy_of_the_zone),
		cmocka_unit_test(an_old_copy_must_outlast_the_expiry),
		cmocka_unit_test(several_masters_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

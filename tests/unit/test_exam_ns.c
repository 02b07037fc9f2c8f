/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

/* A zone with these name servers, of which parent and zone say the same. */
static void
zone_of(struct kit *kit, const char *hosts, const char *names)
{
	uint8_t mx;

	kit_begin(kit, "example1.jp");
	kit_hosts(&kit->exam, hosts, false);
	(void)kit_soa(&kit->exam, "ns1.example1.jp", "root.example1.jp", 7);
	mx = kit_mxset(&kit->exam, "");
	kit_serve(&kit->exam, kit_nsset(&kit->exam, names), mx);
	kit->exam.parent = KZ_EXAM_PARENT_AGREED;
	kit->exam.parent_ns = kit_set(&kit->exam, names);
	kit->exam.parent_ttl_s = 86400;
}

struct hosts_case {
	const char *what, *hosts, *expected;
};

static void
judge_cases(const struct hosts_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kit kit;

		zone_of(&kit, cases[i].hosts,
			"ns1.example1.jp ns2.example1.jp");
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}
#define JUDGE(cases) judge_cases(cases, sizeof(cases) / sizeof((cases)[0]))

static void
a_dead_zone_is_dead_by_its_glue(void **state)
{
	static const struct hosts_case cases[] = {
		{"both silent",
			"ns1.example1.jp failed glue 10.0.0.1=timeout;"
			"ns2.example1.jp failed glue 10.0.1.1=unreachable",
			"dns-all-dead example1.jp bad 8"},
		{"looked up and silent",
			"ns1.example1.jp 10.0.0.1=timeout;"
			"ns2.example1.jp nx proven",
			"dns-all-dead example1.jp bad 8"},
		{"all names missing is another symptom",
			"ns1.example1.jp nx proven; ns2.example1.jp nx proven",
			"dns-all-dead example1.jp unknown"},
		{"one not contacted",
			"ns1.example1.jp failed glue 10.0.0.1=timeout;"
			"ns2.example1.jp failed glue 10.0.1.1=limited",
			"dns-all-dead example1.jp unknown"},
		{"our own line",
			"ns1.example1.jp failed glue 10.0.0.1=ours;"
			"ns2.example1.jp failed glue 10.0.1.1=ours",
			"dns-all-dead example1.jp unknown"},
		{"our own IPv6 only",
			"ns1.example1.jp failed glue 10.0.0.1=timeout "
			"2001::1=ours;"
			"ns2.example1.jp failed glue 10.0.1.1=timeout",
			"dns-all-dead example1.jp bad 8"},
		{"one that refuses lives",
			"ns1.example1.jp failed glue 10.0.0.1=rcode5;"
			"ns2.example1.jp failed glue 10.0.1.1=timeout",
			"dns-all-dead example1.jp unknown"},
		{"one that answers",
			"ns1.example1.jp 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=timeout",
			"dns-all-dead example1.jp ok"},
		{"a name that could not be looked up, without glue",
			"ns1.example1.jp failed; ns2.example1.jp failed",
			"dns-all-dead example1.jp unknown"},
	};

	(void)state;
	JUDGE(cases);
}

static void
one_machine_by_two_names(void **state)
{
	static const struct hosts_case cases[] = {
		{"the same address",
			"ns1.example1.jp 10.0.0.1=answers proven;"
			"ns2.example1.jp 10.0.0.1=answers proven",
			"ns-same-host example1.jp bad 3;"
			"ns-effectively-single example1.jp unknown"},
		{"not borne out",
			"ns1.example1.jp 10.0.0.1=answers proven;"
			"ns2.example1.jp 10.0.0.1=answers",
			"ns-same-host example1.jp unknown"},
		{"the same /24 is two machines",
			"ns1.example1.jp 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.0.2=answers",
			"ns-same-host example1.jp ok"},
		{"v4 alike, v6 not",
			"ns1.example1.jp 10.0.0.1=answers 2001::1=answers;"
			"ns2.example1.jp 10.0.0.1=answers 2001::2=answers",
			"ns-same-host example1.jp ok"},
		{"one look-up failed",
			"ns1.example1.jp 10.0.0.1=answers proven;"
			"ns2.example1.jp 10.0.0.1=answers v6failed proven",
			"ns-same-host example1.jp unknown"},
	};

	(void)state;
	JUDGE(cases);
}

static void
one_family_of_a_name_server_dead(void **state)
{
	static const struct hosts_case cases[] = {
		{"v6",
			"ns1.example1.jp 10.0.0.1=answers 2001::1=timeout;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-family-dead ns1.example1.jp bad 2;"
			"ns-dead ns1.example1.jp ok;"
			"ns-family-dead ns2.example1.jp none"},
		{"our own IPv6",
			"ns1.example1.jp 10.0.0.1=answers 2001::1=ours;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-family-dead ns1.example1.jp unknown"},
		{"both work",
			"ns1.example1.jp 10.0.0.1=answers 2001::1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-family-dead ns1.example1.jp ok"},
		{"both dead is ns-dead",
			"ns1.example1.jp 10.0.0.1=timeout 2001::1=timeout;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-family-dead ns1.example1.jp unknown;"
			"ns-dead ns1.example1.jp bad"},
	};

	(void)state;
	JUDGE(cases);
}

static void
name_servers_that_are_aliases(void **state)
{
	static const struct hosts_case cases[] = {
		{"an alias",
			"ns1.example1.jp alias proven 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-target-cname ns1.example1.jp bad 2;"
			"ns-target-cname ns2.example1.jp ok"},
		{"not borne out",
			"ns1.example1.jp alias 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-target-cname ns1.example1.jp unknown"},
		{"made by a DNAME",
			"ns1.example1.jp dname proven 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns-target-cname ns1.example1.jp unknown"},
	};

	(void)state;
	JUDGE(cases);
}

static void
tcp_is_dead_only_when_no_server_connects(void **state)
{
	static const struct {
		const char *what;
		enum kz_reach first, second;
		const char *expected;
	} cases[] = {
		{"none connects", KZ_REACH_TIMEOUT, KZ_REACH_REFUSED,
			"ns-tcp-dead example1.jp bad 1"},
		{"one does", KZ_REACH_TIMEOUT, KZ_REACH_ALIVE,
			"ns-tcp-dead example1.jp ok"},
		{"one connects and says nothing", KZ_REACH_TIMEOUT,
			KZ_REACH_SILENT, "ns-tcp-dead example1.jp unknown"},
		{"ours", KZ_REACH_OURS, KZ_REACH_TIMEOUT,
			"ns-tcp-dead example1.jp unknown"},
		{"one was not asked", KZ_REACH_TIMEOUT, KZ_REACH_NONE,
			"ns-tcp-dead example1.jp unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		zone_of(&kit,
			"ns1.example1.jp 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"ns1.example1.jp ns2.example1.jp");
		kit.exam.addrs[0].dns.tcp = cases[i].first;
		kit.exam.addrs[1].dns.tcp = cases[i].second;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
a_failed_connection_rests_on_the_class_of_tcp(void **state)
{
	const struct kz_finding *found;
	struct kit kit;

	(void)state;
	zone_of(&kit, "ns1.example1.jp 10.0.0.1=answers", "ns1.example1.jp");
	kit.exam.addrs[0].dns.tcp = KZ_REACH_TIMEOUT;
	kit.exam.addrs[0].dns.tcp_when_s = KIT_NOW_S - 3;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	found = kit_find(&kit, "ns-tcp-dead", "example1.jp");
	assert_non_null(found);
	assert_int_equal(found->rest_count, 1);
	assert_int_equal(found->rests[0].netclass, KZ_NET_DNS53TCP_V4);
	assert_int_equal(found->when_s, KIT_NOW_S - 3);
	assert_string_equal(found->why, "ETIMEDOUT");
}

struct view_case {
	const char *what, *hosts, *first, *second, *expected;
};

static void
judge_views(const struct view_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kit kit;

		zone_of(&kit, cases[i].hosts,
			"ns1.example1.jp ns2.example1.jp");
		kit_view(&kit.exam, 0, "ns1.example1.jp", cases[i].first);
		kit_view(&kit.exam, 1, "ns1.example1.jp", cases[i].second);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
an_address_on_one_server_only(void **state)
{
	static const char hosts[] = "ns1.example1.jp 10.0.0.1=answers;"
				    "ns2.example1.jp 10.0.1.1=answers";
	static const struct view_case cases[] = {
		{"no AAAA at the second", hosts, "10.0.0.1 2001::1", "10.0.0.1",
			"dns-addr-inconsistent ns1.example1.jp bad 2"},
		{"nothing at the second", hosts, "10.0.0.1", "",
			"dns-addr-inconsistent ns1.example1.jp bad 2"},
		{"other data is a weighted answer", hosts, "10.0.0.1",
			"10.9.9.9", "dns-addr-inconsistent ns1.example1.jp ok"},
		{"one did not answer", hosts, "10.0.0.1", "?",
			"dns-addr-inconsistent ns1.example1.jp unknown"},
		{"alike", hosts, "10.0.0.1", "10.0.0.1",
			"dns-addr-inconsistent ns1.example1.jp ok;"
			"dns-addr-inconsistent ns2.example1.jp unknown"},
	};

	(void)state;
	judge_views(cases, sizeof(cases) / sizeof(cases[0]));
}

static void
glue_against_the_zones_own_word(void **state)
{
	static const char glue[] = "ns1.example1.jp glue 10.0.0.1=answers;"
				   "ns2.example1.jp 10.0.1.1=answers";
	static const struct view_case cases[] = {
		{"alike", glue, "10.0.0.1", "10.0.0.1",
			"glue-mismatch ns1.example1.jp ok;"
			"glue-mismatch ns2.example1.jp unknown"},
		{"moved", glue, "10.0.0.9", "10.0.0.9",
			"glue-mismatch ns1.example1.jp bad 3"},
		{"a second one", glue, "10.0.0.1 10.0.0.9", "10.0.0.1 10.0.0.9",
			"glue-mismatch ns1.example1.jp bad 3"},
		{"IPv6 that the registry does not have", glue,
			"10.0.0.1 2001::1", "10.0.0.1 2001::1",
			"glue-mismatch ns1.example1.jp bad 1"},
		{"the servers differ", glue, "10.0.0.1", "10.0.0.9",
			"glue-mismatch ns1.example1.jp unknown"},
		{"more glue than is kept",
			"ns1.example1.jp cut glue 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"10.0.0.9", "10.0.0.9",
			"glue-mismatch ns1.example1.jp unknown"},
		{"a name outside the zone has none of ours",
			"ns1.example1.jp 10.0.0.1=answers;"
			"ns2.example1.jp 10.0.1.1=answers",
			"10.0.0.1", "10.0.0.1",
			"glue-mismatch ns1.example1.jp unknown"},
	};

	(void)state;
	judge_views(cases, sizeof(cases) / sizeof(cases[0]));
}

static void
glue_names_both_sides(void **state)
{
	const struct kz_finding *found;
	struct kit kit;

	(void)state;
	zone_of(&kit, "ns1.example1.jp glue 10.0.0.1=answers",
		"ns1.example1.jp");
	kit_view(&kit.exam, 0, "ns1.example1.jp", "10.0.0.9 10.0.0.2");
	kz_exam_judge(&kit.exam, kit_take, &kit);
	found = kit_find(&kit, "glue-mismatch", "ns1.example1.jp");
	assert_non_null(found);
	assert_string_equal(found->value, "10.0.0.1 | 10.0.0.2, 10.0.0.9");
	/* Twice the longer TTL of both sides. */
	assert_int_equal(found->ttl_s, 86400);
}

static void
reserved_addresses(void **state)
{
	struct kit kit;

	(void)state;
	zone_of(&kit,
		"ns1.example1.jp 10.0.0.1=answers;"
		"ns2.example1.jp 192.168.0.1 proven",
		"ns1.example1.jp ns2.example1.jp");
	kit.exam.addrs[1].reserved = true;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "reserved",
		"addr-doc-or-reserved ns2.example1.jp bad 3;"
		"addr-doc-or-reserved ns1.example1.jp ok");
	zone_of(&kit,
		"ns1.example1.jp 10.0.0.1=answers;"
		"ns2.example1.jp 192.168.0.1 proven",
		"ns1.example1.jp ns2.example1.jp");
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "private only",
		"addr-doc-or-reserved ns2.example1.jp ok;"
		"addr-private-ns ns2.example1.jp bad 4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_zone_is_dead_by_its_glue),
		cmocka_unit_test(one_machine_by_two_names),
		cmocka_unit_test(one_family_of_a_name_server_dead),
		cmocka_unit_test(name_servers_that_are_aliases),
		cmocka_unit_test(tcp_is_dead_only_when_no_server_connects),
		cmocka_unit_test(a_failed_connection_rests_on_the_class_of_tcp),
		cmocka_unit_test(an_address_on_one_server_only),
		cmocka_unit_test(glue_against_the_zones_own_word),
		cmocka_unit_test(glue_names_both_sides),
		cmocka_unit_test(reserved_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

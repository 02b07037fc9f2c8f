/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#define Z "example3.jp"

static struct kit kit;

/* Two servers that say the same, and the paper's MX. */
static void
sound(void)
{
	struct kz_exam *exam = &kit.exam;

	kit_begin(&kit, Z);
	kit_hosts(exam,
		"ns.example1.jp 10.224.31.98=answers;"
		"dns102 10.61.216.35=answers",
		false);
	kit_soa(exam, "ns.example1.jp", "postmaster.example1.jp", 2020022893);
	exam->zone_mx = exam->mx = kit_mxset(exam, "10 ns." Z);
	exam->mx_look = exam->zone_mx_look = KZ_EXAM_DATA;
	kit_serve(exam, kit_nsset(exam, "ns.example1.jp dns102"), exam->mx);
	exam->parent = KZ_EXAM_PARENT_AGREED;
	exam->parent_asked = true;
	exam->parent_ns = kit_set(exam, "ns.example1.jp dns102");
}

static void
judge(const char *what, const char *want)
{
	kit.count = 0;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, what, want);
}

/* The server at the second address says something else. */
static struct kz_exam_server *
second(void)
{
	return &kit.exam.addrs[1].dns;
}

static void
servers_that_agree_are_in_order(void **state)
{
	(void)state;
	sound();
	judge("agree", "dns-soa-split " Z " ok; dns-mx-inconsistent " Z " ok");
	second()->reach = KZ_REACH_TIMEOUT;
	judge("one is silent: not to be told",
		"dns-soa-split " Z " unknown; dns-mx-inconsistent " Z
		" unknown");
}

static void
a_single_server_agrees_with_itself(void **state)
{
	struct kz_exam *exam = &kit.exam;

	(void)state;
	kit_begin(&kit, Z);
	kit_hosts(exam, "ns1 10.0.0.1=answers", false);
	kit_soa(exam, "ns1", "hostmaster." Z, 17);
	kit_serve(exam, kit_nsset(exam, "ns1"), kit_mxset(exam, ""));
	judge("all there are",
		"dns-soa-split " Z " ok; dns-mx-inconsistent " Z " ok");
}

static void
two_truths_in_the_soa(void **state)
{
	const struct kz_finding *bad;

	(void)state;
	sound();
	second()->soa =
		kit_soa(&kit.exam, "dns102", "hostmaster.provider.ne.jp", 1);
	judge("each calls itself primary, contents equal",
		"dns-soa-split " Z " bad 1; dns-mx-inconsistent " Z " ok");
	second()->zone_mx = kit_mxset(&kit.exam, "10 mail." Z);
	judge("the MX differs too",
		"dns-soa-split " Z " bad 5; dns-mx-inconsistent " Z " bad 5");
	bad = kit_find(&kit, "dns-soa-split", Z);
	assert_string_equal(bad->value,
		"dns102 hostmaster.provider.ne.jp | "
		"ns.example1.jp postmaster.example1.jp");
	assert_int_equal(bad->ttl_s, 1800);
	assert_int_equal(bad->rest_count, 0);
	assert_int_equal(bad->when_s, KIT_NOW_S - 5);

	sound();
	second()->soa =
		kit_soa(&kit.exam, "ns.example1.jp", "info.example4.jp", 1);
	second()->ns = kit_nsset(&kit.exam, "dns102");
	judge("rname and NS differ", "dns-soa-split " Z " bad 5");

	sound();
	second()->soa = kit_soa(&kit.exam, "ns.example1.jp",
		"postmaster.example1.jp", 2020022894);
	judge("only the serial differs", "dns-soa-split " Z " ok");
}

static void
two_truths_in_the_mx(void **state)
{
	(void)state;
	sound();
	second()->zone_mx = kit_mxset(&kit.exam, "20 mail." Z ", 10 mail." Z);
	judge("other hosts", "dns-mx-inconsistent " Z " bad 5");
	assert_string_equal(kit_find(&kit, "dns-mx-inconsistent", Z)->value,
		"10 mail.example3.jp, 20 mail.example3.jp | "
		"10 ns.example3.jp");
	second()->zone_mx = kit_mxset(&kit.exam, "");
	judge("none at one of them", "dns-mx-inconsistent " Z " bad 5");
	assert_string_equal(kit_find(&kit, "dns-mx-inconsistent", Z)->value,
		"no mx | 10 ns.example3.jp");
	second()->zone_mx = kit_mxset(&kit.exam, "20 ns." Z);
	judge("another preference", "dns-mx-inconsistent " Z " bad 5");
	second()->zone_mx = KZ_EXAM_NONE;
	judge("one gave no such answer", "dns-mx-inconsistent " Z " unknown");
}

/* It may be a change that the secondaries have not fetched yet. */
static void
a_secondary_may_lag_as_long_as_its_timers_say(void **state)
{
	static const struct {
		uint32_t refresh_s, retry_s, ttl_s;
	} rows[] = {
		{3600, 900, 3600},
		{3600, 3600, 3600},
		{3600, 3601, 3601},
		{12 * 86400, 86400, 13 * 43200},
		{UINT32_MAX, UINT32_MAX, 14 * 86400},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sound();
		kit.exam.soas[0].refresh_s = rows[i].refresh_s;
		kit.exam.soas[0].retry_s = rows[i].retry_s;
		second()->zone_mx = kit_mxset(&kit.exam, "20 mail." Z);
		judge("lag", "dns-mx-inconsistent " Z " bad 5");
		assert_int_equal(
			kit_find(&kit, "dns-mx-inconsistent", Z)->ttl_s,
			rows[i].ttl_s);
	}
}

/* A machine of the domain that is no name server of it. */
static struct kz_exam_shadow *
shadow_at(const char *text)
{
	struct kz_exam *exam = &kit.exam;
	struct kz_exam_shadow *shadow = &exam->shadows[exam->shadow_count++];
	struct kz_addr addr;

	assert_int_equal(
		kz_addr_parse((struct kz_str){text, strlen(text)}, &addr),
		KZ_OK);
	memset(shadow, 0, sizeof(*shadow));
	shadow->addr = kz_exam_addr(exam, &addr, false);
	shadow->soa_reach = shadow->mx_reach = shadow->control_reach =
		KZ_REACH_ALIVE;
	shadow->soa_authoritative = shadow->mx_authoritative = true;
	shadow->soa = kit_soa(
		exam, "dns3.example4.com", "info.example4.co.jp", 1523237442);
	shadow->zone_mx = kit_mxset(exam, "10 mail." Z);
	shadow->when_s = KIT_NOW_S - 3;
	return shadow;
}

#define RENTAL "10.158.129.144"
#define SHADOW "dns-shadow-authority " RENTAL

static void
a_second_zone_at_the_hosting_company(void **state)
{
	const struct kz_finding *bad;

	(void)state;
	sound();
	(void)shadow_at(RENTAL);
	judge("figures 11 and 12", SHADOW " bad 5; dns-soa-split " Z " ok");
	bad = kit_find(&kit, "dns-shadow-authority", RENTAL);
	assert_string_equal(bad->value,
		"dns3.example4.com info.example4.co.jp, mx 10 "
		"mail.example3.jp | ns.example1.jp postmaster.example1.jp, mx "
		"10 ns.example3.jp");
	assert_int_equal(bad->rest_count, 0);
	assert_int_equal(bad->when_s, KIT_NOW_S - 3);
}

static void
what_is_no_shadow(void **state)
{
	struct kz_exam_shadow *shadow;

	(void)state;
	sound();
	shadow = shadow_at(RENTAL);
	shadow->soa_reach = KZ_REACH_TIMEOUT;
	judge("silent", SHADOW " unknown");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->soa_authoritative = false;
	shadow->soa_rcode = 5;
	judge("refused", SHADOW " ok");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->soa = kit.exam.addrs[0].dns.soa;
	shadow->zone_mx = kit.exam.addrs[0].dns.zone_mx;
	judge("a copy", SHADOW " ok");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->soa = kit.exam.addrs[0].dns.soa;
	judge("a forwarder that sets AA", SHADOW " unknown");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->zone_mx = kit.exam.addrs[0].dns.zone_mx;
	judge("moved away, mail hosts equal", SHADOW " bad 2");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->soa = kit_soa(&kit.exam, "ns.example1.jp", "info." Z, 1);
	judge("the same primary, other mail hosts", SHADOW " bad 2");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->control_authoritative = true;
	judge("it answers for any name", SHADOW " unknown");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->control_reach = KZ_REACH_TIMEOUT;
	judge("no word on the control name", SHADOW " unknown");

	sound();
	shadow = shadow_at(RENTAL);
	shadow->mx_reach = KZ_REACH_TIMEOUT;
	shadow->zone_mx = KZ_EXAM_NONE;
	judge("no word on MX", SHADOW " unknown");

	sound();
	(void)shadow_at(RENTAL);
	kit.exam.addrs[0].dns.reach = KZ_REACH_TIMEOUT;
	second()->reach = KZ_REACH_TIMEOUT;
	judge("nothing to compare with", SHADOW " unknown");
}

static const struct {
	const char *what, *hosts, *want;
} private_rows[] = {
	{"an exchanger, only", "ns." Z " 192.168.1.1 proven",
		"addr-private-mx ns." Z " bad 6;"
		"addr-private-published ns." Z " none"},
	{"an exchanger, also", "ns." Z " 10.0.0.5 192.168.1.1 proven",
		"addr-private-mx ns." Z " bad 3"},
	{"by hearsay (DNS64, rebinding filters)", "ns." Z " 192.168.1.1",
		"addr-private-mx ns." Z " unknown"},
	{"none", "ns." Z " 10.0.0.5", "addr-private-mx ns." Z " ok"},
	{"no address", "ns." Z " nx proven", "addr-private-mx ns." Z " none"},
	{"SERVFAIL", "ns." Z " failed", "addr-private-mx ns." Z " unknown"},
	{"figure 13", "tokkyo." Z " 192.168.110.109 proven",
		"addr-private-published tokkyo." Z " bad 3"},
	{"IPv6", "tokkyo." Z " fc00::1 proven",
		"addr-private-published tokkyo." Z " bad 3"},
	{"loopback on purpose", "tokkyo." Z " 127.0.0.2 proven",
		"addr-private-published tokkyo." Z " bad 1"},
	{"null route", "tokkyo." Z " 0.0.0.0 proven",
		"addr-private-published tokkyo." Z " bad 1"},
	{"loopback and private", "tokkyo." Z " 127.0.0.2 192.168.0.1 proven",
		"addr-private-published tokkyo." Z " bad 3"},
	{"localhost", "localhost." Z " 127.0.0.1 proven",
		"addr-private-published localhost." Z " none"},
	/* RFC 7534: such names are answered by others, on purpose. */
	{"AS112", "168.192.in-addr.arpa 192.168.0.1 proven",
		"addr-private-published 168.192.in-addr.arpa none"},
	{"repaired", "tokkyo." Z " 10.0.0.5",
		"addr-private-published tokkyo." Z " ok"},
	{"deleted", "tokkyo." Z " nx",
		"addr-private-published tokkyo." Z " none"},
	{"a name server", "dns102 192.168.0.1 proven",
		"addr-private-ns dns102 bad 4;"
		"addr-private-published dns102 none"},
	{"a name server that is sound", "", "addr-private-ns dns102 ok"},
};

static void
private_addresses_in_public_names(void **state)
{

	(void)state;
	for (size_t i = 0; i < sizeof(private_rows) / sizeof(private_rows[0]);
		i++) {
		sound();
		kit_hosts(&kit.exam, private_rows[i].hosts, true);
		kit.exam.hosts[kit_host(&kit.exam, "dns102")].a = KZ_EXAM_DATA;
		kit.exam.published = kit_set(&kit.exam,
			"tokkyo." Z " localhost." Z " ns." Z
			" dns102 168.192.in-addr.arpa");
		judge(private_rows[i].what, private_rows[i].want);
	}
	sound();
	kit_hosts(&kit.exam, "tokkyo." Z " 192.168.110.109 proven", true);
	kit.exam.hosts[kit_host(&kit.exam, "tokkyo." Z)].ttl_s = 99;
	kit.exam.published = kit_set(&kit.exam, "tokkyo." Z);
	judge("", "addr-private-published tokkyo." Z " bad 3");
	assert_string_equal(
		kit_find(&kit, "addr-private-published", "tokkyo." Z)->value,
		"192.168.110.109");
	assert_int_equal(
		kit_find(&kit, "addr-private-published", "tokkyo." Z)->ttl_s,
		99);
}

static void
the_papers_sites_as_scenarios(void **state)
{
	struct kz_exam *exam = &kit.exam;

	(void)state;
	/* 4: example3.jp */
	sound();
	kit_hosts(exam, "ns." Z " 10.224.31.98=alive", true);
	kit_hosts(exam, "tokkyo." Z " 192.168.110.109 proven", true);
	exam->published = kit_set(exam, Z " tokkyo." Z);
	(void)shadow_at(RENTAL);
	judge("scenario 4",
		SHADOW " bad 5; addr-private-published tokkyo." Z
		       " bad 3; mx-best-dead " Z " ok; ns-effectively-single " Z
		       " ok");
	/* 5: null MX */
	sound();
	exam->mx = exam->zone_mx = kit_mxset(exam, "0 .");
	kit_serve(exam, 0, exam->mx);
	judge("scenario 5", "dns-mx-inconsistent " Z " ok");
	kit_expect_nothing_bad(&kit, "scenario 5");
	/* 8: our port 25 is blocked; 7 likewise for IPv6 */
	sound();
	kit_hosts(exam, "ns." Z " 10.224.31.98=ours 2001:db8::98=ours", true);
	judge("scenario 8", "mx-all-dead " Z " unknown");
	kit_expect_nothing_bad(&kit, "scenario 8");
	/* 9: greylisting, tarpits and 554 are life */
	sound();
	kit_hosts(exam, "ns." Z " 10.224.31.98=alive", true);
	judge("scenario 9", "mx-best-dead " Z " ok");
	kit_expect_nothing_bad(&kit, "scenario 9");
}

static void
a_town_does_not_judge_its_prefecture(void **state)
{
	struct kz_exam *exam = &kit.exam;

	(void)state;
	/* Scenario 20: MX of the site, the rest of its zone. */
	kit_begin(&kit, "town.taishi.osaka.lg.jp");
	exam->zone = kit_name("osaka.lg.jp");
	kit_hosts(exam, "ns1 10.0.0.1=answers; ns2 10.0.0.2=answers", false);
	kit_soa(exam, "ns1", "hostmaster.osaka.lg.jp", 17);
	kit_hosts(exam, "a 10.0.0.3=timeout; b 10.0.0.4=alive", true);
	exam->mx_look = exam->zone_mx_look = KZ_EXAM_DATA;
	exam->mx = kit_mxset(exam, "10 a");
	exam->zone_mx = kit_mxset(exam, "10 b");
	kit_serve(exam, kit_nsset(exam, "ns1 ns2"), exam->mx);
	exam->addrs[0].dns.zone_mx = exam->addrs[1].dns.zone_mx = exam->zone_mx;
	judge("",
		"mx-all-dead town.taishi.osaka.lg.jp bad 10;"
		"dns-mx-inconsistent osaka.lg.jp ok; addr-private-mx b ok;"
		"addr-private-mx a none; mx-target-missing b none");
	assert_string_equal(
		kit_find(&kit, "mx-all-dead", "town.taishi.osaka.lg.jp")
			->subject.text,
		"town.taishi.osaka.lg.jp");
	assert_string_equal(kit_find(&kit, "dns-mx-inconsistent", "osaka.lg.jp")
				    ->subject.text,
		"osaka.lg.jp");
}

static void
con_is_complete_when_the_servers_and_names_were_asked(void **state)
{
	bool complete[KZ_FAMILY_COUNT];

	(void)state;
	sound();
	kz_exam_complete(&kit.exam, complete);
	assert_true(complete[KZ_FAMILY_CON]);
	kit.exam.published = kit_set(&kit.exam, "www." Z);
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_CON]);
	kit_hosts(&kit.exam, "www." Z " nx", true);
	kz_exam_complete(&kit.exam, complete);
	assert_true(complete[KZ_FAMILY_CON]);
	kit.exam.zone_mx_look = KZ_EXAM_FAILED;
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_CON]);
	kit.exam.zone_mx_look = KZ_EXAM_NODATA;
	kit.exam.addrs[0].dns.reach = KZ_REACH_TIMEOUT;
	second()->reach = KZ_REACH_TIMEOUT;
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_CON]);
}

static void
what_does_not_fit_is_left_out_and_said(void **state)
{
	struct kz_exam *exam = &kit.exam;
	struct kz_exam_mxset set = {0};
	bool truncated;
	char name[16];

	(void)state;
	kit_begin(&kit, Z);
	for (unsigned i = 0; i <= KZ_EXAM_HOSTS; i++) {
		(void)snprintf(name, sizeof(name), "h%u", i);
		(void)kit_host(exam, name);
	}
	assert_int_equal(exam->host_count, KZ_EXAM_HOSTS);
	assert_true(exam->hosts_cut);
	for (uint16_t i = 40; i-- > 0;) {
		struct kz_exam_mx mx = {i, (uint8_t)i, false};

		kz_exam_mx_put(exam, &set, &mx);
		kz_exam_mx_put(exam, &set, &mx);
	}
	assert_int_equal(set.count, KZ_EXAM_MX);
	assert_true(set.cut);
	assert_int_equal(set.list[0].preference, 0);
	assert_int_equal(set.list[KZ_EXAM_MX - 1].preference, KZ_EXAM_MX - 1);
	exam->mx = kz_exam_mxset(exam, &set);
	assert_int_equal(kz_exam_mx_hosts(exam, exam->mx, &truncated),
		(1 << KZ_EXAM_MX_TESTED) - 1);
	assert_true(truncated);
	for (unsigned i = 0; i < KZ_EXAM_VARIANTS + 1; i++) {
		(void)snprintf(name, sizeof(name), "r%u", i);
		(void)kit_soa(exam, "h1", name, 1);
	}
	assert_int_equal(exam->soa_count, KZ_EXAM_VARIANTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_that_agree_are_in_order),
		cmocka_unit_test(a_single_server_agrees_with_itself),
		cmocka_unit_test(two_truths_in_the_soa),
		cmocka_unit_test(two_truths_in_the_mx),
		cmocka_unit_test(a_secondary_may_lag_as_long_as_its_timers_say),
		cmocka_unit_test(a_second_zone_at_the_hosting_company),
		cmocka_unit_test(what_is_no_shadow),
		cmocka_unit_test(private_addresses_in_public_names),
		cmocka_unit_test(the_papers_sites_as_scenarios),
		cmocka_unit_test(a_town_does_not_judge_its_prefecture),
		cmocka_unit_test(
			con_is_complete_when_the_servers_and_names_were_asked),
		cmocka_unit_test(what_does_not_fit_is_left_out_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

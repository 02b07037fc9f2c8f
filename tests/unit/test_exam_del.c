/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#define Z "example2.jp"

/* One row: the parent's list, the zone's list, the hosts, what is said. */
struct row {
	const char *what;
	const char *parent; /* "": not to be seen */
	const char *child;
	const char *hosts;
	const char *want;
};

static struct kit kit;

static void
examine(const struct row *row, const char *mname, uint32_t serial)
{
	struct kz_exam *exam = &kit.exam;

	kit_begin(&kit, Z);
	kit_hosts(exam, row->hosts, false);
	kit_soa(exam, mname, "root." Z, serial);
	exam->parent_asked = true;
	exam->parent_ns = kit_set(exam, row->parent);
	exam->parent_ttl_s = 86400;
	if (exam->parent_ns != 0)
		exam->parent = KZ_EXAM_PARENT_AGREED;
	kit_serve(exam, kit_nsset(exam, row->child), kit_mxset(exam, ""));
	kz_exam_judge(exam, kit_take, &kit);
}

static void
play(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		examine(&rows[i], "ns1", 2020022801);
		kit_expect(&kit, rows[i].what, rows[i].want);
	}
}

#define PLAY(rows) play((rows), sizeof(rows) / sizeof((rows)[0]))

static const struct row dead_rows[] = {
	{"one of two", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=timeout",
		"ns-dead ns2 bad 5; ns-dead ns1 ok;"
		"ns-effectively-single " Z " bad 6"},
	{"one of three", "ns1 ns2 ns3", "ns1 ns2 ns3",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=unreachable;"
		"ns3 10.0.0.3=answers",
		"ns-dead ns2 bad 2; ns-effectively-single " Z " ok"},
	{"who is not known may answer", "ns1 ns2 ns3", "ns1 ns2 ns3",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=timeout;"
		"ns3 10.0.0.3=ours",
		"ns-dead ns2 bad 2; ns-dead ns3 unknown;"
		"ns-effectively-single " Z " unknown"},
	{"scenario 21: one of four", "ns1 ns2 ns3 ns4", "ns1 ns2 ns3 ns4",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers;"
		"ns3 10.0.0.3=answers; ns4 10.0.0.4=timeout",
		"ns-dead ns4 bad 2"},
	{"port closed", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=refused",
		"ns-dead ns2 bad 5"},
	{"one address answers", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers;"
		"ns2 10.0.0.2=timeout 2001:db8::2=answers",
		"ns-dead ns2 ok; ns-effectively-single " Z " ok"},
	{"it says something, not what", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=noise",
		"ns-dead ns2 unknown"},
	{"lame is another symptom", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=noaa",
		"ns-dead ns2 unknown; ns-lame ns2 bad 4"},
	{"special", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 192.168.0.1 proven",
		"ns-dead ns2 unknown; ns-effectively-single " Z
		" unknown; addr-private-ns ns2 bad 4"},
	{"we have no IPv6", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers;"
		"ns2 10.0.0.2=timeout 2001:db8::2=ours",
		"ns-dead ns2 bad 5"},
	{"by glue alone", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 nodata proven glue "
		"10.0.0.2=timeout",
		"ns-dead ns2 bad 5; ns-name-missing ns2 bad 4"},
	{"listed by the parent alone", "ns1 old", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers; old "
		"10.0.0.3=timeout",
		"ns-dead old bad 2; deleg-ns-mismatch " Z " bad 3"},
	{"all are dead: nobody is single", "ns1 ns2", "",
		"ns1 10.0.0.1=timeout; ns2 10.0.0.2=timeout",
		"ns-dead ns1 bad 5; ns-effectively-single " Z
		" unknown; deleg-ns-mismatch " Z " unknown"},
};

static void
a_silent_name_server_is_dead(void **state)
{
	const struct kz_finding *bad;

	(void)state;
	PLAY(dead_rows);
	examine(&dead_rows[0], "ns1", 2020022801);
	bad = kit_find(&kit, "ns-dead", "ns2");
	assert_int_equal(bad->rest_count, 1);
	assert_int_equal(bad->rests[0].netclass, KZ_NET_DNS53UDP_V4);
	assert_string_equal(bad->subject.text, Z);
	assert_int_equal(bad->when_s, KIT_NOW_S - 5);
	bad = kit_find(&kit, "ns-effectively-single", Z);
	assert_string_equal(bad->value, "ns1");
	assert_int_equal(bad->rest_count, 1);
}

static void
single_means_one_machine_that_answers(void **state)
{
	static const struct row rows[] = {
		{"the other does not exist", "ns1", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 nx proven",
			"ns-effectively-single " Z " bad 6"},
		{"the other is lame", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=rcode5",
			"ns-effectively-single " Z " bad 6"},
		{"missing by hearsay", "ns1", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 nx",
			"ns-effectively-single " Z " unknown"},
		{"two names of one machine, a dead third", "ns1 ns2 ns3",
			"ns1 ns2 ns3",
			"ns1 10.0.0.1=answers; ns2 10.0.0.1=answers;"
			"ns3 10.0.0.3=timeout",
			"ns-effectively-single " Z " bad 6"},
		{"two names of one machine are another symptom", "ns1 ns2",
			"ns1 ns2", "ns1 10.0.0.1=answers; ns2 10.0.0.1=answers",
			"ns-effectively-single " Z " unknown"},
		{"two addresses of one name", "ns1.example2.jp",
			"ns1.example2.jp",
			"ns1.example2.jp 10.0.0.1=answers 10.0.0.2=answers",
			"ns-effectively-single " Z " unknown;"
			"ns-single-listed " Z " bad 4"},
		{"limited", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=limited",
			"ns-effectively-single " Z " unknown; ns-dead ns2 "
			"unknown"},
	};

	(void)state;
	PLAY(rows);
}

static void
names_of_servers_must_exist(void **state)
{
	static const struct row rows[] = {
		{"retired", "ns1", "ns1 sigw.sinet.ad.jp",
			"ns1 10.0.0.1=answers; sigw.sinet.ad.jp nx proven",
			"ns-name-missing sigw.sinet.ad.jp bad 6;"
			"ns-dead sigw.sinet.ad.jp unknown;"
			"ns-lame sigw.sinet.ad.jp unknown"},
		{"hearsay", "ns1", "ns1 ns2", "ns1 10.0.0.1=answers; ns2 nx",
			"ns-name-missing ns2 unknown"},
		{"SERVFAIL", "ns1", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 failed",
			"ns-name-missing ns2 unknown"},
		{"glue only, working", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers;"
			"ns2 nx proven glue 10.0.0.2=answers",
			"ns-name-missing ns2 bad 4; ns-dead ns2 ok"},
		{"it exists", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers",
			"ns-name-missing ns2 ok"},
	};

	(void)state;
	PLAY(rows);
	/* Only one of two servers names it: they differ, nothing is proven. */
	examine(&rows[0], "ns1", 2020022801);
	kit.count = 0;
	kit_hosts(&kit.exam, "ns3 10.0.0.3=answers", false);
	kit.exam.parent_ns |= kit_set(&kit.exam, "ns3");
	kit.exam.addrs[1].dns.ns = kit_nsset(&kit.exam, "ns1");
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "lists differ",
		"ns-name-missing sigw.sinet.ad.jp unknown;"
		"deleg-ns-mismatch " Z " unknown");
}

static void
lame_servers_answer_without_serving(void **state)
{
	static const struct row rows[] = {
		{"no AA", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=noaa",
			"ns-lame ns2 bad 4; ns-lame ns1 ok"},
		{"referral upwards", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=upward",
			"ns-lame ns2 bad 4"},
		{"REFUSED may be meant for us alone", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=rcode5",
			"ns-lame ns2 bad 2"},
		{"SERVFAIL may pass", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=rcode2",
			"ns-lame ns2 bad 2"},
		{"one address serves", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers;"
			"ns2 10.0.0.2=answers 10.0.0.3=noaa",
			"ns-lame ns2 unknown; ns-dead ns2 ok"},
		{"one address is silent", "ns1 ns2", "ns1 ns2",
			"ns1 10.0.0.1=answers;"
			"ns2 10.0.0.2=noaa 10.0.0.3=timeout",
			"ns-lame ns2 unknown"},
	};

	(void)state;
	PLAY(rows);
	examine(&rows[2], "ns1", 2020022801);
	assert_string_equal(kit_find(&kit, "ns-lame", "ns2")->value, "refused");
	assert_int_equal(kit_find(&kit, "ns-lame", "ns2")->rest_count, 0);
	assert_int_equal(kit_find(&kit, "ns-lame", "ns2")->ttl_s, 86400);
}

static void
lists_of_parent_and_zone(void **state)
{
	static const struct row rows[] = {
		{"equal", "ns1 ns2", "ns2 ns1",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers",
			"deleg-ns-mismatch " Z " ok; ns-single-listed " Z
			" ok"},
		{"figure 7 and 8", "ns1", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 nx proven",
			"deleg-ns-mismatch " Z " bad 3; ns-single-listed " Z
			" bad 4"},
		{"the zone names more, all answer", "ns1 ns2", "ns1 ns2 ns3",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers; ns3 "
			"10.0.0.3=answers",
			"deleg-ns-mismatch " Z " bad 1"},
		{"one anycast name", "ns.anycast.example", "ns.anycast.example",
			"ns.anycast.example 10.0.0.1=answers "
			"10.0.0.2=answers",
			"ns-single-listed " Z " bad 2"},
		{"the parent serves both", "", "ns1 ns2",
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers",
			"deleg-ns-mismatch " Z " unknown; ns-single-listed " Z
			" unknown; ns-dead ns1 ok"},
	};

	(void)state;
	PLAY(rows);
	examine(&rows[1], "ns1", 2020022801);
	assert_string_equal(kit_find(&kit, "deleg-ns-mismatch", Z)->value,
		"ns1 | ns1, ns2");
	kit.count = 0;
	kit.exam.parent = KZ_EXAM_PARENT_DIFFERS;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "the parent's servers differ",
		"deleg-ns-mismatch " Z " unknown; ns-single-listed " Z
		" unknown");
}

static const struct {
	const char *what, *mname, *hosts, *want;
	uint32_t serial;
} primary_rows[] = {
	{"figures 5 and 6", "dns", "dns 10.203.181.101=timeout",
		"soa-mname-dead dns bad 4; soa-mname-missing dns ok",
		2013042893},
	{"scenario 6: a hidden primary, looked after", "dns",
		"dns 10.203.181.101=timeout", "soa-mname-dead dns bad 2",
		2020012801},
	{"old by Unix seconds", "dns", "dns 10.203.181.101=refused",
		"soa-mname-dead dns bad 4", 1523237442},
	{"a serial that counts", "dns", "dns 10.203.181.101=timeout",
		"soa-mname-dead dns bad 2", 17},
	{"it answers", "dns", "dns 10.203.181.101=answers",
		"soa-mname-dead dns ok", 2013042893},
	{"lame is another symptom", "dns", "dns 10.203.181.101=rcode5",
		"soa-mname-dead dns unknown", 2013042893},
	{"ours", "dns", "dns 10.203.181.101=ours", "soa-mname-dead dns unknown",
		2013042893},
	{"listed: it is ns-dead", "ns2", "",
		"soa-mname-dead ns2 unknown; ns-dead ns2 bad 5", 2013042893},
	{"there is no primary", ".", "",
		"soa-mname-dead . ok; soa-mname-missing . ok", 2013042893},
	{"missing", "dns", "dns nx proven",
		"soa-mname-missing dns bad 4; soa-mname-dead dns "
		"unknown",
		2020012801},
	{"missing by hearsay", "dns", "dns nx", "soa-mname-missing dns unknown",
		2020012801},
	{"private only", "dns", "dns 192.168.0.1 proven",
		"soa-mname-missing dns bad 4; addr-private-ns dns bad "
		"2; soa-mname-dead dns unknown",
		2020012801},
	{"private too", "dns", "dns 10.0.0.9=timeout 192.168.0.1 proven",
		"soa-mname-missing dns ok; soa-mname-dead dns bad 2;"
		"addr-private-ns dns bad 2",
		2020012801},
	{"localhost", "localhost", "localhost nx",
		"soa-mname-missing localhost bad 4", 2020012801},
	{"SERVFAIL", "dns", "dns failed",
		"soa-mname-missing dns unknown; soa-mname-dead dns "
		"unknown",
		2020012801},
};

static void
the_primary_in_the_soa(void **state)
{

	(void)state;
	for (size_t i = 0; i < sizeof(primary_rows) / sizeof(primary_rows[0]);
		i++) {
		char hosts[512];
		struct row row = {primary_rows[i].what, "ns1 ns2", "ns1 ns2",
			hosts, primary_rows[i].want};

		(void)snprintf(hosts, sizeof(hosts),
			"ns1 10.0.0.1=answers; ns2 10.0.0.2=timeout; %s",
			primary_rows[i].hosts);
		examine(&row, primary_rows[i].mname, primary_rows[i].serial);
		kit_expect(&kit, primary_rows[i].what, primary_rows[i].want);
	}
}

static void
an_inner_primary_weighs_less_where_all_servers_answer(void **state)
{
	static const struct row row = {"", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers; dc nx proven",
		"soa-mname-missing dc bad 2"};
	static const struct row listed = {"", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 nx proven",
		"soa-mname-missing ns2 unknown; ns-name-missing ns2 bad 6"};

	(void)state;
	examine(&row, "dc", 17);
	kit_expect(&kit, "directory server", row.want);
	examine(&listed, "ns2", 17);
	kit_expect(&kit, "listed and missing", listed.want);
}

static void
servers_that_differ_prove_no_primary(void **state)
{
	static const struct row row = {"", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=answers; ns2 10.0.0.2=answers; dns "
		"10.0.0.9=timeout",
		""};

	(void)state;
	examine(&row, "dns", 2013042893);
	kit.count = 0;
	kit.exam.addrs[1].dns.soa =
		kit_soa(&kit.exam, "other", "root." Z, 2013042893);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "differ",
		"soa-mname-dead dns unknown; soa-mname-dead other unknown;"
		"soa-mname-missing other unknown");
}

static void
serials_prove_neglect_by_date_alone(void **state)
{
	static const struct {
		uint32_t serial;
		bool old;
	} rows[] = {
		{2013042893, true},
		{2020022893, false},
		{2019012601, false},
		{2019012501, true},  /* midnight is 400 days and 2 hours ago */
		{2019130101, false}, /* no such month; seconds to come */
		{2021010101, false}, /* to come */
		{1523237442, true},
		{1582848000, false},
		{1548381600 - 1, true}, /* 400 days and a second */
		{1548381600, false},
		{0, false},
		{4294967295, false},
		{20130428, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(kz_exam_serial_old(rows[i].serial, KIT_NOW_S),
			rows[i].old);
	/* A clock set back makes every serial one to come. */
	assert_false(kz_exam_serial_old(2013042893, 0));
}

/* The primary may be there all the same: it is not cleared. */
static void
nothing_is_learned_where_nobody_answers(void)
{
	struct row row = {"", "ns1 ns2", "ns1 ns2",
		"ns1 10.0.0.1=timeout; ns2 10.0.0.2=timeout", ""};
	bool complete[KZ_FAMILY_COUNT];

	examine(&row, "ns1", 17);
	kit.exam.parent_asked = true;
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_DEL]);
}

static void
del_is_complete_when_every_server_was_asked(void **state)
{
	static const struct {
		const char *hosts;
		bool asked, cut, complete;
	} rows[] = {
		{"ns2 10.0.0.2=timeout", true, false, true},
		{"ns2 10.0.0.2=ours", true, false, true},
		{"ns2 nx", true, false, true},
		{"ns2 10.0.0.2=timeout", false, false, false},
		{"ns2 10.0.0.2=timeout", true, true, false},
		{"ns2 10.0.0.2=limited", true, false, false},
		{"ns2 10.0.0.2", true, false, false},
		{"ns2 failed", true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool complete[KZ_FAMILY_COUNT];
		char hosts[256];
		struct row row = {"", "ns1 ns2", "ns1 ns2", hosts, ""};

		(void)snprintf(hosts, sizeof(hosts), "ns1 10.0.0.1=answers; %s",
			rows[i].hosts);
		examine(&row, "ns1", 17);
		kit.exam.parent_asked = rows[i].asked;
		kit.exam.dns_cut = rows[i].cut;
		kz_exam_complete(&kit.exam, complete);
		assert_int_equal(complete[KZ_FAMILY_DEL], rows[i].complete);
	}
	nothing_is_learned_where_nobody_answers();
	kit.exam.zone_known = false;
	kit.count = 0;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	assert_int_equal(kit.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_name_server_is_dead),
		cmocka_unit_test(single_means_one_machine_that_answers),
		cmocka_unit_test(names_of_servers_must_exist),
		cmocka_unit_test(lame_servers_answer_without_serving),
		cmocka_unit_test(lists_of_parent_and_zone),
		cmocka_unit_test(the_primary_in_the_soa),
		cmocka_unit_test(
			an_inner_primary_weighs_less_where_all_servers_answer),
		cmocka_unit_test(servers_that_differ_prove_no_primary),
		cmocka_unit_test(serials_prove_neglect_by_date_alone),
		cmocka_unit_test(del_is_complete_when_every_server_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

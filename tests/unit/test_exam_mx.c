/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

/*
 * One row: the MX set, what became of the hosts, what must be said.  S is the
 * site.  Unless servers says otherwise, two name servers bear the set out.
 */
struct row {
	const char *what;
	const char *mx;
	const char *hosts;
	const char *want;
};

#define S "example1.jp"

static struct kit kit;

static void
examine(const struct row *row, bool agreed)
{
	struct kz_exam *exam = &kit.exam;
	uint8_t mx;

	kit_begin(&kit, S);
	kit_hosts(exam, "ns1 10.9.0.1=answers; ns2 10.9.0.2=answers", false);
	kit_soa(exam, "ns1", "hostmaster." S, 2020022801);
	kit_hosts(exam, row->hosts, true);
	mx = kit_mxset(exam, row->mx);
	kit_serve(exam, kit_nsset(exam, "ns1 ns2"), mx);
	if (!agreed)
		exam->addrs[1].dns.mx = kit_mxset(exam, "1 elsewhere");
	exam->mx_look = row->mx[0] != '\0' ? KZ_EXAM_DATA : KZ_EXAM_NODATA;
	exam->mx = row->mx[0] != '\0' ? mx : KZ_EXAM_NONE;
	kz_exam_judge(exam, kit_take, &kit);
}

static void
play(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		examine(&rows[i], true);
		kit_expect(&kit, rows[i].what, rows[i].want);
	}
}

#define PLAY(rows) play((rows), sizeof(rows) / sizeof((rows)[0]))

static const struct row best_rows[] = {
	{"figures 2 to 4", "10 ishtar, 100 kerochan",
		"ishtar 10.224.31.110=unreachable "
		"2001:db8::110=unreachable;"
		"kerochan 10.224.31.100=alive 2001:db8::100=alive",
		"mx-best-dead " S " bad 6; mx-best-refused " S
		" unknown; mx-all-dead " S " ok; mx-no-banner " S
		" unknown; mx-some-dead kerochan ok;"
		"mx-family-dead ishtar unknown;"
		"mx-family-dead kerochan ok; mx-some-dead ishtar none"},
	{"silence", "10 a, 20 b", "a 10.0.0.1=timeout; b 10.0.0.2=alive",
		"mx-best-dead " S " bad 6"},
	{"only refusals", "10 a, 20 b",
		"a 10.0.0.1=refused 2001:db8::1=refused;"
		"b 10.0.0.2=alive",
		"mx-best-refused " S " bad 4; mx-best-dead " S
		" unknown; mx-all-dead " S " ok"},
	{"one silence among refusals", "10 a, 20 b",
		"a 10.0.0.1=refused 10.0.0.3=timeout; b "
		"10.0.0.2=alive",
		"mx-best-dead " S " bad 6; mx-best-refused " S " unknown"},
	{"one address of it is alive", "10 a, 20 b",
		"a 10.0.0.1=timeout 10.0.0.3=alive; b 10.0.0.2=alive",
		"mx-best-dead " S " ok; mx-best-refused " S " ok"},
	{"one of two equals is alive", "10 a, 10 b, 20 c",
		"a 10.0.0.1=timeout; b 10.0.0.2=alive; c "
		"10.0.0.3=alive",
		"mx-best-dead " S " ok; mx-some-dead a none"},
	{"both equals dead", "10 a, 10 b, 20 c",
		"a 10.0.0.1=timeout; b 10.0.0.2=refused; c "
		"10.0.0.3=alive",
		"mx-best-dead " S " bad 6"},
	{"a reset says nothing", "10 a, 20 b",
		"a 10.0.0.1=timeout 10.0.0.3=reset; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown; mx-best-refused " S " unknown"},
	{"our side failed", "10 a, 20 b", "a 10.0.0.1=ours; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"our side failed for one of two addresses", "10 a, 20 b",
		"a 10.0.0.1=ours 10.0.0.3=timeout; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"we have no IPv6", "10 a, 20 b",
		"a 10.0.0.1=timeout 2001:db8::1=ours; b "
		"10.0.0.2=alive",
		"mx-best-dead " S " bad 6"},
	{"limited", "10 a, 20 b",
		"a 10.0.0.1=timeout 10.0.0.3=limited; b "
		"10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"cut off", "10 a, 20 b",
		"a 10.0.0.1=timeout 10.0.0.3; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"an address is left out", "10 a, 20 b",
		"a 10.0.0.1=timeout cut; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"AAAA is not known", "10 a, 20 b",
		"a 10.0.0.1=timeout v6failed; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"a special address beside it is not contacted", "10 a, 20 b",
		"a 10.0.0.1=timeout 192.168.0.1; b 10.0.0.2=alive",
		"mx-best-dead " S " bad 6"},
	{"only special addresses", "10 a, 20 b",
		"a 192.168.0.1 proven; b 10.0.0.2=alive",
		"mx-best-dead " S " unknown"},
	{"the worse one is dead too", "10 a, 20 b",
		"a 10.0.0.1=timeout; b 10.0.0.2=timeout",
		"mx-best-dead " S " unknown; mx-all-dead " S " bad 10"},
	{"the worse one is not known", "10 a, 20 b",
		"a 10.0.0.1=timeout; b 10.0.0.2=ours",
		"mx-best-dead " S " unknown; mx-all-dead " S " unknown"},
	{"glue of a name server is no mail address", "10 a, 20 b",
		"a 10.0.0.1=timeout glue 10.0.0.8; b 10.0.0.2=alive",
		"mx-best-dead " S " bad 6"},
};

static void
the_best_exchanger_is_dead_when_nothing_of_it_answers(void **state)
{

	(void)state;
	PLAY(best_rows);
}

static void
all_are_dead_only_when_each_failed(void **state)
{
	static const struct row rows[] = {
		{"the only one", "10 a", "a 10.0.0.1=refused",
			"mx-all-dead " S " bad 10; mx-best-refused " S
			" unknown"},
		{"dead and proven missing", "10 a, 20 b",
			"a 10.0.0.1=timeout; b nx proven",
			"mx-all-dead " S " bad 10"},
		{"dead and missing by hearsay", "10 a, 20 b",
			"a 10.0.0.1=timeout; b nx",
			"mx-all-dead " S " unknown"},
		{"all missing is another symptom", "10 a", "a nx proven",
			"mx-all-dead " S " unknown; mx-target-missing a bad "
			"6"},
		{"one is open and mute", "10 a, 20 b",
			"a 10.0.0.1=timeout; b 10.0.0.2=silent",
			"mx-all-dead " S " unknown"},
		{"one alive", "10 a, 20 b",
			"a 10.0.0.1=timeout; b 10.0.0.2=alive",
			"mx-all-dead " S " ok"},
		{"a record that names no host", "10 a, 20 ?",
			"a 10.0.0.1=timeout", "mx-all-dead " S " unknown"},
	};

	(void)state;
	PLAY(rows);
}

static void
a_dead_backup_counts_by_what_is_left(void **state)
{
	static const struct row rows[] = {
		{"one is left", "10 a, 20 b",
			"a 10.0.0.1=alive; b 10.0.0.2=timeout",
			"mx-some-dead b bad 3; mx-best-dead " S " ok"},
		{"two are left", "10 a, 20 b, 30 c",
			"a 10.0.0.1=alive; b 10.0.0.2=timeout; c "
			"10.0.0.3=alive",
			"mx-some-dead b bad 1; mx-some-dead c ok"},
		{"one is left, another is not known", "10 a, 20 b, 30 c",
			"a 10.0.0.1=alive; b 10.0.0.2=timeout; c "
			"10.0.0.3=ours",
			"mx-some-dead b bad 1; mx-some-dead c unknown"},
		{"backups that refuse while the primary is up", "10 a, 20 b",
			"a 10.0.0.1=alive; b 10.0.0.2=refused",
			"mx-some-dead b unknown"},
		{"any digit line is life", "10 a, 20 b",
			"a 10.0.0.1=alive; b 10.0.0.2=alive",
			"mx-some-dead b ok"},
		{"the best is dead: another symptom", "10 a, 20 b, 30 c",
			"a 10.0.0.1=timeout; b 10.0.0.2=timeout; c "
			"10.0.0.3=alive",
			"mx-some-dead b unknown; mx-best-dead " S " bad 6"},
		{"listed twice, the better place counts", "10 a, 20 a",
			"a 10.0.0.1=alive", "mx-some-dead a none"},
	};

	(void)state;
	PLAY(rows);
}

static void
one_dead_family_beside_a_living_one(void **state)
{
	static const struct row rows[] = {
		{"IPv6", "10 a", "a 10.0.0.1=alive 2001:db8::1=timeout",
			"mx-family-dead a bad 3; mx-best-dead " S " ok"},
		{"IPv4", "10 a", "a 10.0.0.1=refused 2001:db8::1=alive",
			"mx-family-dead a bad 3"},
		{"both alive", "10 a", "a 10.0.0.1=alive 2001:db8::1=alive",
			"mx-family-dead a ok"},
		{"one of two of the family lives", "10 a",
			"a 10.0.0.1=alive 2001:db8::1=timeout "
			"2001:db8::2=alive",
			"mx-family-dead a ok"},
		{"ENETUNREACH is ours", "10 a",
			"a 10.0.0.1=alive 2001:db8::1=ours",
			"mx-family-dead a unknown"},
		{"reset", "10 a", "a 10.0.0.1=alive 2001:db8::1=reset",
			"mx-family-dead a unknown"},
		{"the AAAA was deleted", "10 a", "a 10.0.0.1=alive",
			"mx-family-dead a none"},
		{"the AAAA is not known", "10 a", "a 10.0.0.1=alive v6failed",
			"mx-family-dead a unknown"},
		{"both dead", "10 a", "a 10.0.0.1=timeout 2001:db8::1=timeout",
			"mx-family-dead a unknown"},
	};

	(void)state;
	PLAY(rows);
	examine(&rows[0], true);
	assert_string_equal(
		kit_find(&kit, "mx-family-dead", "a")->value, "ipv6");
	assert_int_equal(kit_find(&kit, "mx-family-dead", "a")->rest_count, 1);
}

static void
targets_that_are_no_hosts(void **state)
{
	static const struct row rows[] = {
		{"the best is missing", "10 a, 20 b",
			"a nx proven; b "
			"10.0.0.2=alive",
			"mx-target-missing a bad 6; mx-target-missing b ok;"
			"mx-best-dead " S " unknown"},
		{"no address at all", "10 a, 20 b",
			"a nodata proven; b 10.0.0.2=alive",
			"mx-target-missing a bad 6"},
		{"a worse one is missing", "10 a, 20 b",
			"a 10.0.0.1=alive; b nx proven",
			"mx-target-missing b bad 2"},
		{"hearsay", "10 a", "a nx", "mx-target-missing a unknown"},
		{"SERVFAIL", "10 a", "a failed", "mx-target-missing a unknown"},
		{"AAAA fails, A is empty", "10 a", "a v6failed proven",
			"mx-target-missing a unknown"},
		{"an alias", "10 a", "a 10.0.0.1=alive alias proven",
			"mx-target-cname a bad 1; mx-target-missing a ok"},
		{"an alias by hearsay", "10 a", "a 10.0.0.1=alive alias",
			"mx-target-cname a unknown"},
		{"an alias made by a DNAME", "10 a",
			"a 10.0.0.1=alive dname proven",
			"mx-target-cname a none"},
		{"no alias", "10 a", "a 10.0.0.1=alive",
			"mx-target-cname a ok; mx-target-ip a none"},
		{"an address in brackets", "10 [10.224.31.110], 20 b",
			"b 10.0.0.2=alive",
			"mx-target-ip [10.224.31.110] bad 3;"
			"mx-target-missing [10.224.31.110] unknown;"
			"mx-best-dead " S " unknown; mx-target-ip b none"},
		{"an address", "10 10.224.31.110, 20 b",
			"10.224.31.110 nx proven; b 10.0.0.2=alive",
			"mx-target-ip 10.224.31.110 bad 3;"
			"mx-target-missing 10.224.31.110 unknown;"
			"mx-best-dead " S " unknown"},
	};

	(void)state;
	PLAY(rows);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		examine(&rows[i], false);
		for (size_t f = 0; f < kit.count; f++) {
			/* Servers that differ: that is the fault then. */
			if (kz_symptom_info(kit.found[f].symptom)->family ==
					KZ_FAMILY_MX &&
				kz_symptom_info(kit.found[f].symptom)->class ==
					KZ_CLASS_C)
				assert_int_not_equal(
					kit.found[f].outcome, KZ_OUTCOME_BAD);
		}
	}
}

static void
verification_records_are_no_exchangers(void **state)
{
	static const struct row rows[] = {
		{"scenario 22", "0 real, 32767 ms12345678.msv1.invalid",
			"real 10.0.0.1=alive; ms12345678.msv1.invalid nx "
			"proven",
			"mx-target-missing ms12345678.msv1.invalid none;"
			"mx-best-dead " S " ok; mx-all-dead " S " ok"},
		{"any preference", "10 real, 20 x.mx-verification.google.com",
			"real 10.0.0.1=alive; x.mx-verification.google.com "
			"nx proven",
			"mx-target-missing x.mx-verification.google.com none"},
		{"the worst preference beside a living one",
			"10 real, 32767 proof.example",
			"real 10.0.0.1=alive; proof.example nx proven",
			"mx-target-missing proof.example none"},
		{"beside a dead one it is not to be told",
			"10 real, 32767 proof.example",
			"real 10.0.0.1=timeout; proof.example nx proven",
			"mx-target-missing proof.example unknown"},
		{"a silent one of the worst preference",
			"10 real, 32767 proof.example",
			"real 10.0.0.1=alive; proof.example 10.0.0.9=timeout",
			"mx-some-dead proof.example none"},
		{"nothing else", "0 ms1.msv1.invalid", "",
			"mx-all-dead " S " none"},
	};

	(void)state;
	PLAY(rows);
}

static void
banners_that_do_not_come(void **state)
{
	static const struct row rows[] = {
		{"mute", "10 a, 20 b", "a 10.0.0.1=silent; b 10.0.0.2=alive",
			"mx-no-banner " S " bad 3; mx-best-dead " S " unknown"},
		{"not SMTP", "10 a", "a 10.0.0.1=noise",
			"mx-no-banner " S " bad 3; mx-all-dead " S " unknown"},
		{"reset", "10 a", "a 10.0.0.1=reset",
			"mx-no-banner " S " bad 3"},
		{"one refuses", "10 a", "a 10.0.0.1=silent 10.0.0.2=refused",
			"mx-no-banner " S " unknown"},
		{"one speaks", "10 a", "a 10.0.0.1=silent 10.0.0.2=alive",
			"mx-no-banner " S " ok"},
		{"dead", "10 a", "a 10.0.0.1=timeout",
			"mx-no-banner " S " unknown"},
	};

	(void)state;
	PLAY(rows);
}

static void
no_mail_wanted_is_no_fault(void **state)
{
	static const struct row rows[] = {
		{"null MX", "0 .", "", "mx-all-dead " S " none"},
		{"implicit MX", "", "", "mx-all-dead " S " none"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bool complete[KZ_FAMILY_COUNT];

		examine(&rows[i], true);
		kit_expect(&kit, rows[i].what, rows[i].want);
		kz_exam_complete(&kit.exam, complete);
		assert_true(complete[KZ_FAMILY_MX]);
	}
}

static void
findings_carry_their_evidence(void **state)
{
	static const struct row row = {"", "10 b, 10 a, 20 c",
		"a 10.0.0.2=timeout 2001:db8::1=unreachable;"
		"b 10.0.0.1=timeout; c 10.0.0.3=alive",
		""};
	const struct kz_finding *bad;

	(void)state;
	examine(&row, true);
	bad = kit_find(&kit, "mx-best-dead", S);
	assert_string_equal(bad->value, "a, b");
	assert_string_equal(bad->subject.text, S);
	assert_int_equal(bad->rest_count, 3);
	assert_int_equal(bad->rests[0].netclass, KZ_NET_SMTP25_V4);
	assert_int_equal(bad->rests[1].netclass, KZ_NET_SMTP25_V6);
	assert_string_equal(bad->why, "ETIMEDOUT, EHOSTUNREACH");
	assert_int_equal(bad->when_s, KIT_NOW_S - 7);
	assert_int_equal(bad->ttl_s, 0);
	assert_int_equal(
		kit_find(&kit, "mx-all-dead", S)->when_s, KIT_NOW_S - 7);
	assert_int_equal(bad->source, KZ_SOURCE_PROBE);
	assert_false(bad->judged);
}

static void
a_family_is_complete_only_when_all_was_tried(void **state)
{
	static const struct {
		const char *mx, *hosts;
		bool tcp, cut, complete;
	} rows[] = {
		{"10 a", "a 10.0.0.1=timeout", true, false, true},
		{"10 a", "a 10.0.0.1=ours", true, false, true},
		{"10 a", "a 10.0.0.1=timeout", false, false, false},
		{"10 a", "a 10.0.0.1=timeout", true, true, false},
		{"10 a", "a 10.0.0.1=limited", true, false, false},
		{"10 a", "a 10.0.0.1", true, false, false},
		{"10 a", "a failed", true, false, false},
		{"10 a", "a 10.0.0.1=alive cut", true, false, false},
		{"10 a, 20 ?", "a 10.0.0.1=alive", true, false, false},
		{"10 1.2.3.4", "", true, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = {"", rows[i].mx, rows[i].hosts, ""};
		bool complete[KZ_FAMILY_COUNT];

		examine(&row, true);
		kit.exam.tcp = rows[i].tcp;
		kit.exam.mx_cut = rows[i].cut;
		kz_exam_complete(&kit.exam, complete);
		assert_int_equal(complete[KZ_FAMILY_MX], rows[i].complete);
	}
}

static void
without_tcp_only_records_are_judged(void **state)
{
	static const struct row row = {
		"", "10 a, 20 b", "a 10.0.0.1; b nx proven", ""};

	(void)state;
	examine(&row, true);
	kit.count = 0;
	kit.exam.tcp = false;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "no tcp",
		"mx-target-missing b bad 2; mx-best-dead " S
		" none; mx-all-dead " S " none; mx-family-dead a none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_best_exchanger_is_dead_when_nothing_of_it_answers),
		cmocka_unit_test(all_are_dead_only_when_each_failed),
		cmocka_unit_test(a_dead_backup_counts_by_what_is_left),
		cmocka_unit_test(one_dead_family_beside_a_living_one),
		cmocka_unit_test(targets_that_are_no_hosts),
		cmocka_unit_test(verification_records_are_no_exchangers),
		cmocka_unit_test(banners_that_do_not_come),
		cmocka_unit_test(no_mail_wanted_is_no_fault),
		cmocka_unit_test(findings_carry_their_evidence),
		cmocka_unit_test(a_family_is_complete_only_when_all_was_tried),
		cmocka_unit_test(without_tcp_only_records_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

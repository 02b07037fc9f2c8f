/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

/* Of each of two servers: signatures by UDP and TCP, and keys. */
struct seen {
	enum kz_exam_sig sig, tcp;
	enum kz_exam_keys keys;
};

struct sec_case {
	const char *what;
	enum kz_exam_sec_state zone;
	bool parent_secure;
	struct seen first, second;
	const char *expected;
};

#define OLD                                                                    \
	{                                                                      \
		KZ_EXAM_SIG_EXPIRED, KZ_EXAM_SIG_UNKNOWN, KZ_EXAM_KEYS_MATCH   \
	}
#define GOOD                                                                   \
	{                                                                      \
		KZ_EXAM_SIG_VALID, KZ_EXAM_SIG_UNKNOWN, KZ_EXAM_KEYS_MATCH     \
	}
#define OTHER                                                                  \
	{                                                                      \
		KZ_EXAM_SIG_VALID, KZ_EXAM_SIG_UNKNOWN, KZ_EXAM_KEYS_OTHER     \
	}
#define BARE                                                                   \
	{                                                                      \
		KZ_EXAM_SIG_NONE, KZ_EXAM_SIG_NONE, KZ_EXAM_KEYS_OTHER         \
	}

static void
signed_zone(struct kit *kit, const struct sec_case *given)
{
	struct kz_exam *exam = &kit->exam;
	const struct seen *seen[2] = {&given->first, &given->second};

	kit_begin(kit, "example1.jp");
	kit_hosts(exam,
		"ns1.example1.jp 10.0.0.1=answers;"
		"ns2.example1.jp 10.0.1.1=answers",
		false);
	(void)kit_soa(exam, "ns1.example1.jp", "root.example1.jp", 7);
	kit_serve(exam, kit_nsset(exam, "ns1.example1.jp ns2.example1.jp"),
		kit_mxset(exam, ""));
	exam->sec.zone = given->zone;
	exam->sec.parent_secure = given->parent_secure;
	exam->sec.ds = KZ_EXAM_DATA;
	exam->sec.ds_secure = given->parent_secure;
	exam->sec.ds_count = 1;
	exam->sec.ds_ttl_s = 86400;
	for (size_t i = 0; i < 2; i++) {
		exam->addrs[i].dns.sig = seen[i]->sig;
		exam->addrs[i].dns.sig_tcp = seen[i]->tcp;
		exam->addrs[i].dns.sig_until_s =
			seen[i]->sig == KZ_EXAM_SIG_EXPIRED ? 1500000000 : 0;
		exam->addrs[i].dns.keys = seen[i]->keys;
	}
}

static void
signatures_and_keys(void **state)
{
	static const struct sec_case cases[] = {
		{"in order", KZ_EXAM_SEC_SECURE, true, GOOD, GOOD,
			"dnssec-bogus example1.jp ok;"
			"dnssec-sig-expired example1.jp ok;"
			"dnssec-ds-orphan example1.jp ok;"
			"dnssec-ns-unsigned example1.jp ok"},
		{"expired everywhere", KZ_EXAM_SEC_BOGUS, true, OLD, OLD,
			"dnssec-bogus example1.jp bad 6;"
			"dnssec-sig-expired example1.jp bad 5;"
			"dnssec-ds-orphan example1.jp ok"},
		{"one old copy is no expiry", KZ_EXAM_SEC_BOGUS, true, OLD,
			GOOD,
			"dnssec-bogus example1.jp bad 6;"
			"dnssec-sig-expired example1.jp unknown"},
		{"another key", KZ_EXAM_SEC_BOGUS, true, OTHER, OTHER,
			"dnssec-ds-orphan example1.jp bad 6;"
			"dnssec-sig-expired example1.jp unknown"},
		{"a key roll under way", KZ_EXAM_SEC_BOGUS, true, GOOD, OTHER,
			"dnssec-ds-orphan example1.jp unknown"},
		{"one server without signatures", KZ_EXAM_SEC_SECURE, true,
			GOOD, BARE,
			"dnssec-ns-unsigned example1.jp bad 3;"
			"dnssec-bogus example1.jp ok;"
			"dnssec-ds-orphan example1.jp unknown"},
		{"datagrams stripped on the way", KZ_EXAM_SEC_SECURE, true,
			GOOD,
			{KZ_EXAM_SIG_NONE, KZ_EXAM_SIG_VALID,
				KZ_EXAM_KEYS_MATCH},
			"dnssec-ns-unsigned example1.jp unknown"},
		{"unsigned altogether", KZ_EXAM_SEC_BOGUS, true, BARE, BARE,
			"dnssec-bogus example1.jp bad 6;"
			"dnssec-ns-unsigned example1.jp unknown;"
			"dnssec-ds-orphan example1.jp bad 6"},
		/* Our clock, our anchor, or the zone above. */
		{"nothing validates", KZ_EXAM_SEC_BOGUS, false, OLD, OLD,
			"dnssec-bogus example1.jp unknown;"
			"dnssec-sig-expired example1.jp unknown"},
		{"the look-up failed", KZ_EXAM_SEC_UNKNOWN, true, OLD, OTHER,
			"dnssec-bogus example1.jp unknown;"
			"dnssec-sig-expired example1.jp unknown;"
			"dnssec-ds-orphan example1.jp unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		signed_zone(&kit, &cases[i]);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

/* By the resolver alone, or where an operator told it not to validate. */
static void
more_than_one_must_say_that_it_is_bogus(void **state)
{
	static const struct sec_case bogus = {
		"", KZ_EXAM_SEC_BOGUS, true, OTHER, OTHER, ""};
	static const char unknown[] = "dnssec-bogus example1.jp unknown;"
				      "dnssec-sig-expired example1.jp unknown;"
				      "dnssec-ds-orphan example1.jp unknown";
	struct kit kit;

	(void)state;
	signed_zone(&kit, &bogus);
	kit.exam.addrs[0].dns.reach = kit.exam.addrs[1].dns.reach =
		KZ_REACH_TIMEOUT;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "no server answers", unknown);
	signed_zone(&kit, &bogus);
	kit.exam.sec.zone = KZ_EXAM_SEC_INSECURE;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "a negative trust anchor", unknown);
	signed_zone(&kit, &bogus);
	kit.exam.sec.ds_secure = false;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "the DS does not validate", unknown);
	/* A key roll that is under way for so long is a fault. */
	signed_zone(&kit, &bogus);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "it is", "dnssec-ds-orphan example1.jp bad 6");
	assert_int_equal(
		kit_find(&kit, "dnssec-ds-orphan", "example1.jp")->ttl_s,
		86400);
}

static void
unsigned_is_no_symptom(void **state)
{
	static const struct sec_case given = {
		"", KZ_EXAM_SEC_INSECURE, true, BARE, BARE, ""};
	static const char nothing[] = "dnssec-bogus example1.jp none;"
				      "dnssec-sig-expired example1.jp none;"
				      "dnssec-ds-orphan example1.jp none;"
				      "dnssec-ns-unsigned example1.jp none";
	bool complete[KZ_FAMILY_COUNT];
	struct kit kit;

	(void)state;
	signed_zone(&kit, &given);
	kit.exam.sec.ds = KZ_EXAM_NODATA;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "no DS", nothing);
	kz_exam_complete(&kit.exam, complete);
	assert_true(complete[KZ_FAMILY_SEC]);
	kit.count = 0;
	kit.exam.sec.ds = KZ_EXAM_DATA;
	kit.exam.sec.ds_count = 0;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "algorithms nobody knows", nothing);
	kit.exam.sec.ds = KZ_EXAM_FAILED;
	kz_exam_complete(&kit.exam, complete);
	assert_false(complete[KZ_FAMILY_SEC]);
}

static void
what_is_told(void **state)
{
	static const struct sec_case old = {
		"", KZ_EXAM_SEC_BOGUS, true, OLD, OLD, ""};
	static const struct sec_case half = {
		"", KZ_EXAM_SEC_SECURE, true, GOOD, BARE, ""};
	struct kit kit;

	(void)state;
	signed_zone(&kit, &old);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	assert_string_equal(
		kit_find(&kit, "dnssec-sig-expired", "example1.jp")->value,
		"1500000000");
	assert_string_equal(
		kit_find(&kit, "dnssec-bogus", "example1.jp")->value,
		"signatures expired");
	signed_zone(&kit, &half);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	assert_string_equal(
		kit_find(&kit, "dnssec-ns-unsigned", "example1.jp")->value,
		"ns2.example1.jp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_and_keys),
		cmocka_unit_test(more_than_one_must_say_that_it_is_bogus),
		cmocka_unit_test(unsigned_is_no_symptom),
		cmocka_unit_test(what_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

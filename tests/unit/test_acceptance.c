/* SPDX-License-Identifier: ISC */
/*
 * The catalogue's acceptance scenarios that need no MTA, by their numbers:
 * weeks of findings through health, evidence and verdict, in both profiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/health.h"
#include "kizuki/core/verdict.h"

#define ROWS_MAX 12
#define WORLD_V4 "100.100.1.1" /* others, who answer */
#define WORLD_V6 "2001:db8:1::1"

/* One site through time: its evidence, and our own side. */
static struct kz_health health;
static struct kz_evidence evidence[ROWS_MAX];
static struct kz_evidence_row rows[ROWS_MAX];
static struct kz_verdict verdict;
static size_t row_count;
static int64_t now_s;

static int
begin(void **state)
{
	(void)state;
	memset(&health, 0, sizeof(health));
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++)
		health.rules[i] = (struct kz_health_rule){300, 900, 900, 86400};
	memset(evidence, 0, sizeof(evidence));
	row_count = 0;
	now_s = MONDAY;
	return 0;
}

static struct kz_evidence *
evidence_of(enum kz_symptom symptom, const char *object)
{
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].symptom == symptom &&
			strcmp(rows[i].object, object) == 0)
			return &evidence[i];
	}
	assert_true(row_count < ROWS_MAX);
	rows[row_count] = (struct kz_evidence_row){.symptom = symptom,
		.object = object,
		.evidence = &evidence[row_count]};
	return &evidence[row_count++];
}

/* As the engine does, with the answer that holds after the hold. */
static void
see(struct kz_finding finding, const char *object)
{
	finding.when_s = now_s;
	if (kz_health_judge(&health, &finding, now_s + 900) != KZ_HEALTH_GREEN)
		return;
	(void)kz_evidence_add(evidence_of(finding.symptom, object), &finding,
		&rules[kz_symptom_info(finding.symptom)->class], now_s);
}

/* The world around the finding of now: each service, each family. */
static void
world(bool v4, bool v6, bool smtp)
{
	for (int service = 0; service < KZ_SERVICE_COUNT; service++) {
		for (int64_t around = -60; around <= 60; around += 120) {
			struct kz_touch touch = {.when_s = now_s + around,
				.service = (enum kz_service)service,
				.reach = KZ_REACH_ALIVE};

			if (service == KZ_SERVICE_SMTP25 && !smtp)
				continue;
			touch.addr = addr_of(WORLD_V4);
			if (v4)
				kz_health_touch(&health, &touch, false);
			touch.addr = addr_of(WORLD_V6);
			if (v6)
				kz_health_touch(&health, &touch, false);
		}
	}
}

static enum kz_verdict_state
judged(enum kz_profile profile)
{
	struct kz_verdict_input input = {.profile = profile,
		.rules = rules,
		.suspended = kz_health_suspended(&health, now_s),
		.examined = true,
		.now_s = now_s,
		.rows = rows,
		.row_count = row_count};

	kz_verdict_make(&input, &verdict);
	return verdict.state;
}

#define assert_convicts(paper, cautious)                                       \
	do {                                                                   \
		assert_int_equal(                                              \
			judged(KZ_PROFILE_PAPER) == KZ_VERDICT_BROKEN, paper); \
		assert_int_equal(                                              \
			judged(KZ_PROFILE_CAUTIOUS) == KZ_VERDICT_BROKEN,      \
			cautious);                                             \
	} while (0)

/* One finding a look, every six hours for days; nothing else happens. */
typedef void examination(void);

static void
weeks_of(examination *look, int64_t days)
{
	for (int64_t end_s = now_s + days * DAY_S; now_s <= end_s;
		now_s += 6 * HOUR_S) {
		world(true, true, true);
		look();
	}
	now_s -= 6 * HOUR_S;
}

/* Figures 2 to 4: ishtar is dead over both families, kerochan is alive. */
static void
look_ishtar(void)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, now_s);

	rest_on(&finding, KZ_NET_SMTP25_V6, "2001:db8:268:810::110");
	rest_on(&finding, KZ_NET_SMTP25_V4, "10.224.31.110");
	see(finding, "example1.jp");
}

static void
ishtar_answers(void)
{
	see(finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_OK, now_s),
		"example1.jp");
}

static void
n1_the_best_mx_is_dead(void **state)
{
	(void)state;
	weeks_of(look_ishtar, 13);
	assert_convicts(false, false);
	weeks_of(look_ishtar, 2);
	assert_convicts(true, false);
	assert_int_equal(verdict.family[KZ_FAMILY_MX], 6);
	assert_int_equal(verdict.total, 6);
}

/* Figures 9 and 10, as the operator states and the registry shows them. */
static void
look_registry_of_example1(void)
{
	struct kz_finding retired =
		finding_of(KZ_SYM_REG_CONTACT_RETIRED, KZ_OUTCOME_BAD, now_s);

	retired.source = KZ_SOURCE_FACT;
	retired.ttl_s = 300 * 86400;
	look_ishtar();
	see(retired, "RT030JP");
	see(finding_of(KZ_SYM_REG_NET_STALE, KZ_OUTCOME_BAD, now_s),
		"10.224.31.96/28");
}

static void
n2_and_the_contact_has_retired(void **state)
{
	(void)state;
	weeks_of(look_registry_of_example1, 15);
	assert_convicts(true, true);
	assert_int_equal(verdict.family[KZ_FAMILY_MX], 6);
	assert_int_equal(verdict.family[KZ_FAMILY_REG], 6);
	assert_int_equal(verdict.total, 12);
}

/* Figures 5 to 8; registry: whether WHOIS was asked. */
static void
look_example2(bool registry)
{
	struct kz_finding mname =
		finding_of(KZ_SYM_SOA_MNAME_DEAD, KZ_OUTCOME_BAD, now_s);
	struct kz_finding dead =
		finding_of(KZ_SYM_NS_DEAD, KZ_OUTCOME_BAD, now_s);
	struct kz_finding single =
		finding_of(KZ_SYM_NS_EFFECTIVELY_SINGLE, KZ_OUTCOME_BAD, now_s);

	rest_on(&mname, KZ_NET_DNS53UDP_V4, "10.203.181.101");
	rest_on(&dead, KZ_NET_DNS53UDP_V4, "10.2.2.2");
	rest_on(&single, KZ_NET_DNS53UDP_V4, "10.2.2.2");
	see(mname, "dns.example2.jp");
	see(dead, "sigw.sinet.ad.jp");
	see(single, "example2.jp");
	see(finding_of(KZ_SYM_DELEG_NS_MISMATCH, KZ_OUTCOME_BAD, now_s),
		"example2.jp");
	if (!registry)
		return;
	see(finding_of(KZ_SYM_REG_NS_SINGLE, KZ_OUTCOME_BAD, now_s),
		"example2.jp");
	see(finding_of(KZ_SYM_REG_NS_MISMATCH, KZ_OUTCOME_BAD, now_s),
		"example2.jp");
}

static void
look_example2_all(void)
{
	look_example2(true);
}

static void
look_example2_without_whois(void)
{
	look_example2(false);
}

static void
n3_dns_faults_left_alone(void **state)
{
	(void)state;
	weeks_of(look_example2_all, 15);
	assert_convicts(true, true);
	assert_int_equal(verdict.uncapped[KZ_FAMILY_DEL], 10);
	assert_int_equal(verdict.family[KZ_FAMILY_DEL], 8);
	assert_int_equal(verdict.family[KZ_FAMILY_REG], 4);
	assert_int_equal(verdict.total, 12);
	(void)begin(state);
	weeks_of(look_example2_without_whois, 15);
	assert_convicts(true, true);
	assert_int_equal(verdict.uncapped[KZ_FAMILY_DEL], 13);
	assert_int_equal(verdict.total, 8);
}

/* Figures 11 to 13. */
static void
look_example3(void)
{
	see(finding_of(KZ_SYM_DNS_SHADOW_AUTHORITY, KZ_OUTCOME_BAD, now_s),
		"10.158.129.144");
	see(finding_of(KZ_SYM_ADDR_PRIVATE_PUBLISHED, KZ_OUTCOME_BAD, now_s),
		"tokkyo.example3.jp");
}

static void
n4_two_truths_and_a_private_address(void **state)
{
	(void)state;
	weeks_of(look_example3, 8);
	assert_convicts(true, false);
	assert_int_equal(verdict.family[KZ_FAMILY_CON], 8);
	assert_int_equal(verdict.total, 8);
	/* With any second family of two it convicts in both. */
	for (int i = 0; i < 32; i++) {
		now_s += 6 * HOUR_S;
		look_example3();
		see(finding_of(KZ_SYM_SPF_BROKEN, KZ_OUTCOME_BAD, now_s),
			"example3.jp");
	}
	assert_convicts(true, true);
}

static void
n5_a_null_mx_is_no_fault(void **state)
{
	(void)state;
	assert_convicts(false, false);
	assert_int_equal(verdict.state, KZ_VERDICT_SOUND);
	assert_int_equal(verdict.total, 0);
}

static void
look_hidden_primary(void)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_SOA_MNAME_DEAD, KZ_OUTCOME_BAD, now_s);

	finding.weight = 2;
	rest_on(&finding, KZ_NET_DNS53UDP_V4, "10.3.3.3");
	see(finding, "hidden.example5.jp");
}

static void
n6_a_hidden_primary_is_a_hint(void **state)
{
	(void)state;
	weeks_of(look_hidden_primary, 30);
	assert_convicts(false, false);
	assert_int_equal(verdict.total, 2);
	assert_int_equal(verdict.state, KZ_VERDICT_SUSPECT);
}

/* Two canaries of IPv6 fail for weeks, after a day on which it worked. */
static void
n7_our_ipv6_is_out_of_order(void **state)
{
	(void)state;
	world(true, true, true);
	now_s += DAY_S;
	for (int i = 0; i < 80; i++, now_s += 6 * HOUR_S) {
		struct kz_finding finding = finding_of(
			KZ_SYM_MX_FAMILY_DEAD, KZ_OUTCOME_BAD, now_s);
		struct kz_touch canary = {.when_s = now_s,
			.service = KZ_SERVICE_SMTP25,
			.reach = KZ_REACH_TIMEOUT};

		world(true, false, true);
		canary.addr = addr_of(WORLD_V6);
		kz_health_touch(&health, &canary, true);
		canary.addr = addr_of("2001:db8:2::1");
		kz_health_touch(&health, &canary, true);
		rest_on(&finding, KZ_NET_SMTP25_V6, "2001:db8:268:810::110");
		see(finding, "ishtar.example1.jp");
		/* A target that failed over both is unknown as well. */
		look_ishtar();
	}
	assert_int_equal(row_count, 0);
	assert_convicts(false, false);
	assert_int_equal(
		kz_health_suspended(&health, now_s), 1U << KZ_NET_SMTP25_V6);
}

static void
n8_port_25_is_blocked_at_our_side(void **state)
{
	(void)state;
	for (int i = 0; i < 80; i++, now_s += 6 * HOUR_S) {
		world(true, true, false);
		look_ishtar();
	}
	assert_int_equal(row_count, 0);
	assert_convicts(false, false);
}

/* A tarpit, a greylister and a 554 all send three digits: ok. */
static void
n9_who_greets_at_all_is_alive(void **state)
{
	(void)state;
	weeks_of(look_ishtar, 14);
	weeks_of(ishtar_answers, 1);
	assert_convicts(false, false);
	assert_int_equal(verdict.state, KZ_VERDICT_SOUND);
}

static void
n10_a_long_weekend_is_not_persistent(void **state)
{
	(void)state;
	now_s = MONDAY + 4 * DAY_S + 20 * HOUR_S;
	for (int64_t end_s = now_s + 60 * HOUR_S; now_s < end_s;
		now_s += HOUR_S) {
		world(true, true, true);
		look_ishtar();
		assert_convicts(false, false);
	}
	assert_int_equal(verdict.state, KZ_VERDICT_SUSPECT);
	ishtar_answers();
	assert_convicts(false, false);
	assert_int_equal(verdict.state, KZ_VERDICT_SOUND);
}

static void
n11_one_ok_begins_the_fortnight_anew(void **state)
{
	int64_t ok_s;

	(void)state;
	weeks_of(look_ishtar, 12);
	now_s += 6 * HOUR_S;
	ok_s = now_s;
	ishtar_answers();
	now_s += 6 * HOUR_S;
	weeks_of(look_ishtar, 12);
	assert_convicts(false, false);
	while (judged(KZ_PROFILE_PAPER) != KZ_VERDICT_BROKEN) {
		weeks_of(look_ishtar, 0);
		now_s += 6 * HOUR_S;
		assert_true(now_s < MONDAY + 60 * DAY_S);
	}
	assert_true(now_s - ok_s >= 14 * DAY_S);
	assert_true(now_s - ok_s <= 15 * DAY_S);
}

static void
n15_a_repaired_site_passes_at_once(void **state)
{
	(void)state;
	weeks_of(look_ishtar, 30);
	assert_convicts(true, false);
	now_s += 2 * HOUR_S;
	ishtar_answers();
	assert_convicts(false, false);
	assert_int_equal(verdict.state, KZ_VERDICT_SOUND);
	/* So does one that deleted the record. */
	now_s += 6 * HOUR_S;
	weeks_of(look_ishtar, 30);
	assert_convicts(true, false);
	now_s += 2 * HOUR_S;
	assert_int_equal(
		kz_evidence_clear(&evidence[0], now_s), KZ_EVIDENCE_CLEARED);
	assert_convicts(false, false);
}

/* Weight 2, as three others answer; halved, as ten sites name it. */
static void
look_big_hoster(void)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_NS_DEAD, KZ_OUTCOME_BAD, now_s);

	finding.weight = 2 / 2;
	rest_on(&finding, KZ_NET_DNS53UDP_V4, "10.4.4.4");
	see(finding, "ns4.provider.ne.jp");
}

static void
n21_one_of_four_servers_of_a_hoster_is_dead(void **state)
{
	(void)state;
	weeks_of(look_big_hoster, 30);
	assert_convicts(false, false);
	assert_int_equal(verdict.total, 1);
}

/* The record for verification is no target: nothing bad is ever said. */
static void
look_microsoft_365(void)
{
	see(finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_OK, now_s),
		"example6.jp");
	see(finding_of(KZ_SYM_MX_TARGET_MISSING, KZ_OUTCOME_UNKNOWN, now_s),
		"ms12345678.msv1.invalid");
}

static void
n22_a_verification_record_is_no_fault(void **state)
{
	(void)state;
	weeks_of(look_microsoft_365, 30);
	assert_convicts(false, false);
	assert_int_equal(verdict.state, KZ_VERDICT_SOUND);
	assert_int_equal(verdict.total, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(n1_the_best_mx_is_dead, begin),
		cmocka_unit_test_setup(n2_and_the_contact_has_retired, begin),
		cmocka_unit_test_setup(n3_dns_faults_left_alone, begin),
		cmocka_unit_test_setup(
			n4_two_truths_and_a_private_address, begin),
		cmocka_unit_test_setup(n5_a_null_mx_is_no_fault, begin),
		cmocka_unit_test_setup(n6_a_hidden_primary_is_a_hint, begin),
		cmocka_unit_test_setup(n7_our_ipv6_is_out_of_order, begin),
		cmocka_unit_test_setup(
			n8_port_25_is_blocked_at_our_side, begin),
		cmocka_unit_test_setup(n9_who_greets_at_all_is_alive, begin),
		cmocka_unit_test_setup(
			n10_a_long_weekend_is_not_persistent, begin),
		cmocka_unit_test_setup(
			n11_one_ok_begins_the_fortnight_anew, begin),
		cmocka_unit_test_setup(
			n15_a_repaired_site_passes_at_once, begin),
		cmocka_unit_test_setup(
			n21_one_of_four_servers_of_a_hoster_is_dead, begin),
		cmocka_unit_test_setup(
			n22_a_verification_record_is_no_fault, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

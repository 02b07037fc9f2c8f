/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/verdict.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/verdict.h"

#define ROWS_MAX 100
#define NOW_S    (MONDAY + 60 * DAY_S)

/* Evidence under construction; one case at a time. */
static struct kz_evidence evidence[ROWS_MAX];
static struct kz_evidence_row rows[ROWS_MAX];
static struct kz_verdict_input input;
static struct kz_verdict verdict;

static int
begin(void **state)
{
	(void)state;
	memset(evidence, 0, sizeof(evidence));
	input = (struct kz_verdict_input){.profile = KZ_PROFILE_PAPER,
		.rules = rules,
		.examined = true,
		.now_s = NOW_S,
		.rows = rows};
	return 0;
}

/* Four bads a day for days, the newest one now. */
static struct kz_evidence *
bad_for(enum kz_symptom symptom, const char *object, uint8_t weight,
	int64_t days, const char *addr)
{
	struct kz_evidence *made = &evidence[input.row_count];
	enum kz_class class = kz_symptom_info(symptom)->class;
	struct kz_finding finding =
		finding_of(symptom, KZ_OUTCOME_BAD, NOW_S - days * DAY_S);

	finding.weight = weight;
	finding.ttl_s = class == KZ_CLASS_O ? 400 * 86400 : 300;
	if (addr != NULL)
		rest_on(&finding,
			kz_symptom_info(symptom)->family == KZ_FAMILY_MX
				? KZ_NET_SMTP25_V4
				: KZ_NET_DNS53UDP_V4,
			addr);
	for (; finding.when_s <= NOW_S; finding.when_s += 6 * HOUR_S) {
		/* A log tells of another message each time. */
		finding.queue += class == KZ_CLASS_L;
		(void)kz_evidence_add(made, &finding, &rules[class], NOW_S);
	}
	rows[input.row_count++] = (struct kz_evidence_row){
		.symptom = symptom, .object = object, .evidence = made};
	return made;
}

static struct kz_evidence *
bad(enum kz_symptom symptom, const char *object, const char *addr)
{
	return bad_for(
		symptom, object, kz_symptom_info(symptom)->points, 20, addr);
}

static enum kz_verdict_state
judged(enum kz_profile profile)
{
	input.profile = profile;
	kz_verdict_make(&input, &verdict);
	return verdict.state;
}

static enum kz_reason_fate
fate_of(enum kz_symptom symptom)
{
	for (size_t i = 0; i < verdict.reason_count; i++) {
		if (verdict.reasons[i].symptom == symptom)
			return verdict.reasons[i].fate;
	}
	fail_msg("no reason %s", kz_symptom_info(symptom)->id);
	return KZ_REASON_WAITING;
}

static void
nothing_bad_is_sound_or_unknown(void **state)
{
	(void)state;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SOUND);
	assert_int_equal(verdict.until_s, INT64_MAX);
	input.examined = false;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_UNKNOWN);
	/* Evidence that lapsed says nothing. */
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", NULL);
	input.now_s = NOW_S + 73 * HOUR_S;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_UNKNOWN);
	assert_int_equal(verdict.reason_count, 0);
	input.now_s = NOW_S + 72 * HOUR_S;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	assert_int_equal(verdict.until_s, NOW_S + 72 * HOUR_S + 1);
}

static void
only_persistent_faults_count(void **state)
{
	(void)state;
	(void)bad_for(KZ_SYM_MX_ALL_DEAD, "example1.jp", 10, 13, NULL);
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	assert_int_equal(fate_of(KZ_SYM_MX_ALL_DEAD), KZ_REASON_WAITING);
	assert_int_equal(verdict.total, 0);
	/* One look: what would it be, if this lasts? */
	input.if_this_lasts = true;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_BROKEN);
	assert_int_equal(verdict.total, 10);
}

/* Which symptoms convict alone in profile paper. */
static void
the_papers_own_symptoms_convict_alone_at_full_weight(void **state)
{
	static const char *const convicting[] = {"mx-best-dead", "mx-all-dead",
		"mx-some-dead", "mx-target-missing", "soa-mname-dead",
		"soa-mname-missing", "ns-dead", "ns-name-missing",
		"ns-effectively-single", "reg-contact-gone",
		"reg-contact-retired", "dns-soa-split", "dns-mx-inconsistent",
		"dns-shadow-authority", "addr-private-mx", "log-mx-unreachable",
		"log-queue-expired"};

	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		enum kz_symptom symptom = (enum kz_symptom)i;
		uint8_t points = kz_symptom_info(symptom)->points;
		bool alone = false;

		for (size_t j = 0;
			j < sizeof(convicting) / sizeof(convicting[0]); j++)
			alone |= strcmp(convicting[j],
					 kz_symptom_info(symptom)->id) == 0;
		print_message("  %s\n", kz_symptom_info(symptom)->id);
		(void)begin(state);
		(void)bad(symptom, "x", NULL);
		/* Eight points convict by the rule of cautious. */
		assert_int_equal(judged(KZ_PROFILE_PAPER) == KZ_VERDICT_BROKEN,
			alone || points >= 8);
		assert_int_equal(
			judged(KZ_PROFILE_CAUTIOUS) == KZ_VERDICT_BROKEN,
			points >= 8);
		if (points == 1)
			continue;
		(void)begin(state);
		(void)bad_for(symptom, "x", points - 1, 20, NULL);
		assert_int_equal(judged(KZ_PROFILE_PAPER) == KZ_VERDICT_BROKEN,
			points - 1 >= 8);
	}
}

static void
a_refusing_best_mx_convicts_where_nolisting_does(void **state)
{
	(void)state;
	(void)bad(KZ_SYM_MX_BEST_REFUSED, "example1.jp", "10.0.0.1");
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	input.nolisting_convicts = true;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
}

static void
no_observation_weighs_more_than_its_symptom(void **state)
{
	(void)state;
	(void)bad_for(KZ_SYM_REG_NET_STALE, "RT030JP", 200, 20, NULL);
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	assert_int_equal(verdict.total, 1);
}

static void
a_dead_machine_counts_once(void **state)
{
	(void)state;
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_NS_DEAD, "ns.example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_SOA_MNAME_DEAD, "ns.example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_MX_SOME_DEAD, "mx2.example1.jp", "10.0.0.2");
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	assert_int_equal(verdict.total, 9);
	assert_int_equal(verdict.family[KZ_FAMILY_MX], 9);
	assert_int_equal(verdict.family[KZ_FAMILY_DEL], 0);
	assert_int_equal(fate_of(KZ_SYM_NS_DEAD), KZ_REASON_DROPPED);
	assert_int_equal(fate_of(KZ_SYM_SOA_MNAME_DEAD), KZ_REASON_DROPPED);
	assert_int_equal(fate_of(KZ_SYM_MX_SOME_DEAD), KZ_REASON_COUNTS);
}

static void
a_dropped_fault_still_convicts_in_paper(void **state)
{
	(void)state;
	(void)bad(KZ_SYM_MX_BEST_REFUSED, "example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_SOA_MNAME_DEAD, "ns.example1.jp", "10.0.0.1");
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	/* Equal points: the catalogue's order decides. */
	assert_int_equal(fate_of(KZ_SYM_MX_BEST_REFUSED), KZ_REASON_COUNTS);
	assert_int_equal(fate_of(KZ_SYM_SOA_MNAME_DEAD), KZ_REASON_DROPPED);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
}

static void
causes_without_addresses_are_told_apart_by_object(void **state)
{
	(void)state;
	/* One missing name, twice; a domain's own faults, two. */
	(void)bad(KZ_SYM_MX_TARGET_MISSING, "gone.example1.jp", NULL);
	(void)bad(KZ_SYM_SOA_MNAME_MISSING, "gone.example1.jp", NULL);
	(void)bad(KZ_SYM_SOA_TIMERS_BAD, "example1.jp", NULL);
	(void)bad(KZ_SYM_DMARC_BROKEN, "example1.jp", NULL);
	(void)bad(KZ_SYM_MX_TARGET_CNAME, "example1.jp", NULL);
	(void)bad(KZ_SYM_HELO_MISMATCH, "example9.jp", NULL);
	(void)bad(KZ_SYM_NULLMX_MIXED, "example9.jp", NULL);
	/* An address as an object is no machine that is dead. */
	(void)bad(KZ_SYM_MX_SOME_DEAD, "mx2.example1.jp", "10.0.0.2");
	(void)bad(KZ_SYM_RDNS_MISSING, "10.0.0.2", NULL);
	(void)judged(KZ_PROFILE_PAPER);
	assert_int_equal(fate_of(KZ_SYM_SOA_MNAME_MISSING), KZ_REASON_DROPPED);
	assert_int_equal(verdict.total, 6 + 1 + 1 + 1 + 1 + 3 + 3 + 3);
}

static void
each_group_of_causes_counts_once(void **state)
{
	static const enum kz_symptom groups[][3] = {
		{KZ_SYM_NS_EFFECTIVELY_SINGLE, KZ_SYM_NS_SINGLE_LISTED,
			KZ_SYM_REG_NS_SINGLE},
		{KZ_SYM_NS_EFFECTIVELY_SINGLE, KZ_SYM_NS_DEAD, KZ_SYM_NS_LAME},
		{KZ_SYM_REG_NS_MISMATCH, KZ_SYM_DELEG_NS_MISMATCH,
			KZ_SYM_DELEG_NS_MISMATCH},
		{KZ_SYM_DNS_SOA_SPLIT, KZ_SYM_DNS_MX_INCONSISTENT,
			KZ_SYM_DNS_SHADOW_AUTHORITY},
		{KZ_SYM_DNSSEC_BOGUS, KZ_SYM_DNSSEC_SIG_EXPIRED,
			KZ_SYM_DNSSEC_DS_ORPHAN},
		{KZ_SYM_SPF_BROKEN, KZ_SYM_SPF_ALLOWS_ALL,
			KZ_SYM_SPF_ALLOWS_ALL},
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		(void)begin(state);
		(void)bad(groups[i][0], "a", "10.0.0.1");
		(void)bad(groups[i][1], "b", "10.0.0.2");
		(void)bad(groups[i][2], "c", NULL);
		(void)judged(KZ_PROFILE_PAPER);
		assert_int_equal(
			verdict.total, kz_symptom_info(groups[i][0])->points);
		assert_int_equal(verdict.reasons[0].fate, KZ_REASON_COUNTS);
		assert_int_equal(verdict.reasons[1].fate, KZ_REASON_DROPPED);
		assert_int_equal(verdict.reasons[2].fate, KZ_REASON_DROPPED);
	}
}

static void
dead_servers_join_the_set_only_while_it_is_single(void **state)
{
	(void)state;
	(void)bad_for(
		KZ_SYM_NS_EFFECTIVELY_SINGLE, "example2.jp", 6, 3, "10.0.0.2");
	(void)bad(KZ_SYM_NS_DEAD, "ns2.example2.jp", "10.0.0.2");
	(void)bad(KZ_SYM_REG_NS_SINGLE, "example2.jp", NULL);
	(void)judged(KZ_PROFILE_PAPER);
	assert_int_equal(
		fate_of(KZ_SYM_NS_EFFECTIVELY_SINGLE), KZ_REASON_WAITING);
	assert_int_equal(fate_of(KZ_SYM_NS_DEAD), KZ_REASON_COUNTS);
	assert_int_equal(fate_of(KZ_SYM_REG_NS_SINGLE), KZ_REASON_COUNTS);
	assert_int_equal(verdict.total, 9);
}

static void
families_are_capped_and_rows_ordered(void **state)
{
	(void)state;
	(void)bad(KZ_SYM_NS_SINGLE_LISTED, "example1.jp", NULL);
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_MX_SOME_DEAD, "mx2.example1.jp", "10.0.0.2");
	(void)bad(KZ_SYM_MX_TARGET_MISSING, "gone.example1.jp", NULL);
	(void)judged(KZ_PROFILE_PAPER);
	assert_int_equal(verdict.uncapped[KZ_FAMILY_MX], 15);
	assert_int_equal(verdict.family[KZ_FAMILY_MX], 10);
	assert_int_equal(verdict.total, 14);
	for (size_t i = 1; i < verdict.reason_count; i++)
		assert_true(verdict.reasons[i - 1].points >=
			verdict.reasons[i].points);
	assert_int_equal(verdict.reasons[0].symptom, KZ_SYM_MX_BEST_DEAD);
	assert_int_equal(verdict.reasons[0].row, 1);
}

static void
cautious_wants_two_families_or_three_causes(void **state)
{
	(void)state;
	/* 6 + 1: a second family of one point is none. */
	(void)bad(KZ_SYM_MX_TARGET_MISSING, "gone.example1.jp", NULL);
	(void)bad(KZ_SYM_SOA_TIMERS_BAD, "example1.jp", NULL);
	(void)bad(KZ_SYM_REG_NET_STALE, "RT030JP", NULL);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	assert_int_equal(verdict.total, 8);
	/* 6 + 2: POL may be the second. */
	(void)begin(state);
	(void)bad(KZ_SYM_MX_TARGET_MISSING, "gone.example1.jp", NULL);
	(void)bad(KZ_SYM_SPF_BROKEN, "example1.jp", NULL);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_BROKEN);
	/* 4 + 3: a total of 7. */
	(void)begin(state);
	(void)bad(KZ_SYM_NS_SINGLE_LISTED, "example1.jp", NULL);
	(void)bad(KZ_SYM_MX_FAMILY_DEAD, "mx.example1.jp", "10.0.0.1");
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	/* Three causes in POL: 3 + 4 + 2 = 9, but it only supports. */
	(void)begin(state);
	(void)bad(KZ_SYM_NULLMX_MIXED, "example1.jp", NULL);
	(void)bad(KZ_SYM_NULLMX_SENDER, "example1.jp", NULL);
	(void)bad(KZ_SYM_SPF_BROKEN, "example1.jp", NULL);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	assert_int_equal(verdict.uncapped[KZ_FAMILY_POL], 9);
	/* Two causes in MX with 9. */
	(void)begin(state);
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_MX_SOME_DEAD, "mx2.example1.jp", "10.0.0.2");
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	(void)bad(KZ_SYM_MX_TARGET_CNAME, "mx3.example1.jp", NULL);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_BROKEN);
	/* What cautious convicts, paper convicts too. */
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
}

static void
verdicts_on_a_class_in_doubt_are_suspended(void **state)
{
	(void)state;
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	(void)bad(KZ_SYM_SPF_BROKEN, "example1.jp", NULL);
	input.suspended = 1U << KZ_NET_DNS53UDP_V4;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	assert_int_equal(verdict.netclasses, 1U << KZ_NET_SMTP25_V4);
	input.suspended = 1U << KZ_NET_SMTP25_V4;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	assert_int_equal(fate_of(KZ_SYM_MX_BEST_DEAD), KZ_REASON_SUSPENDED);
	assert_int_equal(verdict.total, 2);
	/* The caller learns on which class it depends, also now. */
	assert_int_equal(verdict.netclasses, 1U << KZ_NET_SMTP25_V4);
	/* What counts without the class does so again by itself. */
	(void)begin(state);
	(void)bad(KZ_SYM_NS_EFFECTIVELY_SINGLE, "example2.jp", "10.0.0.2");
	(void)bad(KZ_SYM_REG_NS_SINGLE, "example2.jp", NULL);
	input.suspended = 1U << KZ_NET_DNS53UDP_V4;
	(void)judged(KZ_PROFILE_PAPER);
	assert_int_equal(fate_of(KZ_SYM_REG_NS_SINGLE), KZ_REASON_COUNTS);
}

static void
many_faults_keep_the_weightiest(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS_MAX - 1; i++)
		(void)bad(KZ_SYM_MX_TARGET_CNAME, "mx.example1.jp", NULL);
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	assert_int_equal(verdict.reason_count, KZ_REASONS_MAX);
	assert_int_equal(verdict.reasons[0].symptom, KZ_SYM_MX_BEST_DEAD);
	assert_int_equal(verdict.total, 7);
}

static void
a_providers_fault_counts_half_and_never_alone(void **state)
{
	(void)bad(KZ_SYM_NS_DEAD, "ns3.hoster.example", "10.0.0.2");
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
	rows[0].shared = true;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	assert_int_equal(verdict.total, 2);
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	(void)begin(state);
	/* One of four name servers: two points, of which one is left. */
	(void)bad_for(KZ_SYM_NS_DEAD, "ns3.hoster.example", 2, 20, "10.0.0.2");
	rows[0].shared = true;
	(void)judged(KZ_PROFILE_PAPER);
	assert_int_equal(verdict.total, 1);
	(void)begin(state);
	/* Ten points are five then. */
	(void)bad(KZ_SYM_MX_ALL_DEAD, "example1.jp", "10.0.0.1");
	rows[0].shared = true;
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_SUSPECT);
	/* It supports what else is there. */
	(void)bad(KZ_SYM_NS_EFFECTIVELY_SINGLE, "example1.jp", "10.0.0.2");
	rows[1].shared = false;
	assert_int_equal(judged(KZ_PROFILE_CAUTIOUS), KZ_VERDICT_BROKEN);
}

static void
a_symptom_that_is_withheld_is_shown_and_does_not_count(void **state)
{
	static enum kz_withheld withheld[KZ_SYMPTOM_COUNT];

	(void)state;
	withheld[KZ_SYM_MX_ALL_DEAD] = KZ_WITHHELD_CEILING;
	(void)bad(KZ_SYM_MX_ALL_DEAD, "example1.jp", "10.0.0.1");
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(kz_verdict_alone(KZ_PROFILE_PAPER, &verdict.reasons[0]));
	input.withheld = withheld;
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_SUSPECT);
	assert_int_equal(fate_of(KZ_SYM_MX_ALL_DEAD), KZ_REASON_WITHHELD);
	assert_int_equal(verdict.total, 0);
	/* The count of those that it would convict goes on. */
	assert_true(kz_verdict_alone(KZ_PROFILE_PAPER, &verdict.reasons[0]));
	assert_true(kz_verdict_alone(KZ_PROFILE_CAUTIOUS, &verdict.reasons[0]));
	rows[0].shared = true;
	(void)judged(KZ_PROFILE_PAPER);
	assert_false(kz_verdict_alone(KZ_PROFILE_PAPER, &verdict.reasons[0]));
	/* Not of those that do not count for another reason. */
	rows[0].shared = false;
	rows[0].pardoned = true;
	(void)judged(KZ_PROFILE_PAPER);
	assert_false(kz_verdict_alone(KZ_PROFILE_PAPER, &verdict.reasons[0]));
	/* Another symptom counts as before. */
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.3");
	assert_int_equal(judged(KZ_PROFILE_PAPER), KZ_VERDICT_BROKEN);
}

static void
the_moment_that_decides_is_told(void **state)
{
	(void)state;
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(verdict.ripe_s == INT64_MAX);
	/* Network faults: 14 days after the first; content: 7 days. */
	(void)bad_for(KZ_SYM_MX_BEST_DEAD, "example1.jp", 6, 3, "10.0.0.1");
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(verdict.ripe_s == NOW_S + 11 * DAY_S);
	(void)bad_for(KZ_SYM_DNS_MX_INCONSISTENT, "example1.jp", 5, 2, NULL);
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(verdict.ripe_s == NOW_S + 5 * DAY_S);
	/* A long TTL makes it longer. */
	evidence[1].ttl_s = 8 * 86400;
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(verdict.ripe_s == NOW_S + 11 * DAY_S);
	/* What is persistent waits for nothing. */
	(void)begin(state);
	input.row_count = 0;
	(void)bad(KZ_SYM_MX_BEST_DEAD, "example1.jp", "10.0.0.1");
	(void)judged(KZ_PROFILE_PAPER);
	assert_true(verdict.ripe_s == INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_bad_is_sound_or_unknown, begin),
		cmocka_unit_test_setup(only_persistent_faults_count, begin),
		cmocka_unit_test_setup(
			the_papers_own_symptoms_convict_alone_at_full_weight,
			begin),
		cmocka_unit_test_setup(
			a_refusing_best_mx_convicts_where_nolisting_does,
			begin),
		cmocka_unit_test_setup(
			no_observation_weighs_more_than_its_symptom, begin),
		cmocka_unit_test_setup(a_dead_machine_counts_once, begin),
		cmocka_unit_test_setup(
			a_dropped_fault_still_convicts_in_paper, begin),
		cmocka_unit_test_setup(
			causes_without_addresses_are_told_apart_by_object,
			begin),
		cmocka_unit_test_setup(each_group_of_causes_counts_once, begin),
		cmocka_unit_test_setup(
			dead_servers_join_the_set_only_while_it_is_single,
			begin),
		cmocka_unit_test_setup(
			families_are_capped_and_rows_ordered, begin),
		cmocka_unit_test_setup(
			cautious_wants_two_families_or_three_causes, begin),
		cmocka_unit_test_setup(
			verdicts_on_a_class_in_doubt_are_suspended, begin),
		cmocka_unit_test_setup(many_faults_keep_the_weightiest, begin),
		cmocka_unit_test_setup(the_moment_that_decides_is_told, begin),
		cmocka_unit_test_setup(
			a_providers_fault_counts_half_and_never_alone, begin),
		cmocka_unit_test_setup(
			a_symptom_that_is_withheld_is_shown_and_does_not_count,
			begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

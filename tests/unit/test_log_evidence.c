/* SPDX-License-Identifier: ISC */
/* What findings of our own logs add up to, alone and beside the prober's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>
#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/schedule.h"

#define LOG_MX KZ_SYM_LOG_MX_UNREACHABLE

static struct kz_finding
finding_of(const char *site, enum kz_symptom symptom, const char *object,
	int64_t ago_s)
{
	struct kz_finding finding = {.when_s = NOW_S - ago_s,
		.symptom = symptom,
		.outcome = KZ_OUTCOME_BAD,
		.source = KZ_SOURCE_LOG,
		.judged = true,
		.weight = kz_symptom_info(symptom)->points};

	assert_int_equal(kz_name_parse((struct kz_str){site, strlen(site)},
				 &finding.subject),
		KZ_OK);
	(void)strlcpy(finding.object, object, sizeof(finding.object));
	return finding;
}

static struct kz_import_counts
import(struct scene *scene, const struct kz_finding *findings, size_t count)
{
	struct kz_import *import = NULL;
	struct kz_import_counts counts;

	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
			kz_import_finding(import, &findings[i]), KZ_OK);
	while (kz_import_step(import, &scene->now))
		;
	kz_import_counts(import, &counts);
	kz_import_drop(&import);
	return counts;
}

static size_t
import_one(struct scene *scene, struct kz_finding finding)
{
	return import(scene, &finding, 1).taken;
}

/* Twelve days' failures, one each 34 hours, by so many messages. */
static void
weeks_of(struct scene *scene, const char *site, enum kz_symptom symptom,
	const char *object, uint32_t messages)
{
	for (uint32_t i = 0; i < 12; i++) {
		struct kz_finding finding = finding_of(site, symptom, object,
			INT64_C(3600) + i * INT64_C(34) * 3600);

		finding.queue = 1 + i % messages;
		(void)strlcpy(finding.value, object, sizeof(finding.value));
		assert_int_equal(import_one(scene, finding), 1);
	}
}

/* A session verified it. */
static void
session_of(struct scene *scene, const struct kz_name *site)
{
	const struct kz_addr client = {
		.family = KZ_ADDR_V4, .bytes = {10, 9, 8, 7}};
	const struct kz_seen seen = {
		.site = site, .zone = site, .name = site, .client = client};

	kz_schedule_seen(scene->engine, &seen, &scene->now);
}

static void
three_messages_convict_and_two_do_not(void **state)
{
	struct scene *scene = *state;

	weeks_of(scene, "three.jp", LOG_MX, "mx.three.jp", 3);
	weeks_of(scene, "two.jp", LOG_MX, "mx.two.jp", 2);
	assert_int_equal(state_of(scene, "three.jp"), KZ_VERDICT_BROKEN);
	assert_int_equal(state_of(scene, "two.jp"), KZ_VERDICT_SUSPECT);
}

static void
two_messages_that_expired_are_enough(void **state)
{
	struct scene *scene = *state;
	struct kz_finding finding = finding_of("exp.jp",
		KZ_SYM_LOG_QUEUE_EXPIRED, "exp.jp", INT64_C(20) * DAY_S);

	finding.queue = 7;
	assert_int_equal(import_one(scene, finding), 1);
	finding.when_s = NOW_S - INT64_C(15) * DAY_S;
	assert_int_equal(import_one(scene, finding), 1);
	assert_int_equal(state_of(scene, "exp.jp"), KZ_VERDICT_SUSPECT);
	finding.queue = 8;
	finding.when_s = NOW_S - INT64_C(9) * DAY_S;
	assert_int_equal(import_one(scene, finding), 1);
	assert_int_equal(state_of(scene, "exp.jp"), KZ_VERDICT_BROKEN);
}

static void
what_rests_on_no_address_must_be_judged(void **state)
{
	struct scene *scene = *state;
	struct kz_finding finding = finding_of(
		"unjudged.jp", KZ_SYM_LOG_QUEUE_EXPIRED, "unjudged.jp", DAY_S);

	finding.judged = false;
	assert_int_equal(import(scene, &finding, 1).unknown, 1);
	finding.symptom = KZ_SYM_LOG_HOST_LOOKUP_FAIL;
	assert_int_equal(import(scene, &finding, 1).unknown, 1);
}

static void
a_delivery_clears_what_the_prober_found_of_that_host(void **state)
{
	struct scene *scene = *state;
	struct kz_finding sent =
		finding_of("best.jp", LOG_MX, "mx2.best.jp", 60);

	for (int i = 0; i < 12; i++) {
		struct kz_finding finding =
			finding_of("best.jp", KZ_SYM_MX_BEST_DEAD, "best.jp",
				INT64_C(3600) + i * INT64_C(34) * 3600);

		(void)strlcpy(
			finding.value, "mx1.best.jp", sizeof(finding.value));
		assert_int_equal(import_one(scene, finding), 1);
	}
	assert_int_equal(state_of(scene, "best.jp"), KZ_VERDICT_BROKEN);
	/* The second exchanger lives: no news. */
	sent.outcome = KZ_OUTCOME_OK;
	(void)import_one(scene, sent);
	assert_int_equal(state_of(scene, "best.jp"), KZ_VERDICT_BROKEN);
	(void)strlcpy(sent.object, "mx1.best.jp", sizeof(sent.object));
	(void)import_one(scene, sent);
	assert_int_not_equal(state_of(scene, "best.jp"), KZ_VERDICT_BROKEN);
}

static void
a_failure_in_the_log_adds_to_what_the_prober_found(void **state)
{
	struct scene *scene = *state;
	struct kz_finding probe = finding_of(
		"both.jp", KZ_SYM_MX_BEST_DEAD, "both.jp", INT64_C(16) * DAY_S);

	probe.source = KZ_SOURCE_PROBE;
	(void)strlcpy(probe.value, "mx.both.jp", sizeof(probe.value));
	assert_int_equal(import_one(scene, probe), 1);
	/* Two messages convict by themselves no more than one does. */
	weeks_of(scene, "both.jp", LOG_MX, "mx.both.jp", 2);
	assert_int_equal(state_of(scene, "both.jp"), KZ_VERDICT_BROKEN);
}

static void
a_probe_that_finds_it_alive_clears_the_log(void **state)
{
	struct scene *scene = *state;
	struct kz_finding alive =
		finding_of("alive.jp", KZ_SYM_MX_BEST_DEAD, "alive.jp", 0);

	weeks_of(scene, "alive.jp", LOG_MX, "mx.alive.jp", 5);
	assert_int_equal(state_of(scene, "alive.jp"), KZ_VERDICT_BROKEN);
	alive.outcome = KZ_OUTCOME_OK;
	alive.source = KZ_SOURCE_PROBE;
	kz_observe_finding(scene->engine, &alive, &scene->now);
	assert_int_not_equal(state_of(scene, "alive.jp"), KZ_VERDICT_BROKEN);
}

static void
a_delivery_ends_all_that_the_log_held_against_a_domain(void **state)
{
	struct scene *scene = *state;
	struct kz_finding finding = finding_of("gone.jp",
		KZ_SYM_LOG_QUEUE_EXPIRED, "gone.jp", INT64_C(9) * DAY_S);

	finding.queue = 1;
	(void)import_one(scene, finding);
	finding.queue = 2;
	finding.when_s += DAY_S;
	(void)import_one(scene, finding);
	assert_int_equal(state_of(scene, "gone.jp"), KZ_VERDICT_BROKEN);
	finding = finding_of("gone.jp", LOG_MX, "mx.gone.jp", 60);
	finding.outcome = KZ_OUTCOME_OK;
	(void)import_one(scene, finding);
	assert_int_not_equal(state_of(scene, "gone.jp"), KZ_VERDICT_BROKEN);
}

static void
our_reports_count_for_sites_that_are_known_to_send(void **state)
{
	struct scene *scene = *state;
	struct kz_finding finding = finding_of(
		"forged.jp", KZ_SYM_LOG_DSN_UNDELIVERABLE, "forged.jp", DAY_S);

	assert_int_equal(import(scene, &finding, 1).unknown, 1);
	session_of(scene, &finding.subject);
	assert_int_equal(import_one(scene, finding), 1);
}

static void
a_hint_has_known_sites_examined_and_no_others(void **state)
{
	struct scene *scene = *state;
	struct kz_finding hint =
		finding_of("www.hint.jp", KZ_SYM_LOG_NS_LAME, "10.0.0.1", 60);
	struct kz_name site;
	struct kz_import_counts counts;

	hint.outcome = KZ_OUTCOME_UNKNOWN;
	counts = import(scene, &hint, 1);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(counts.looks, 0);
	site = kz_name_parent(&hint.subject);
	session_of(scene, &site);
	counts = import(scene, &hint, 1);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(counts.looks, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_messages_convict_and_two_do_not),
		cmocka_unit_test(two_messages_that_expired_are_enough),
		cmocka_unit_test(what_rests_on_no_address_must_be_judged),
		cmocka_unit_test(
			a_delivery_clears_what_the_prober_found_of_that_host),
		cmocka_unit_test(
			a_failure_in_the_log_adds_to_what_the_prober_found),
		cmocka_unit_test(a_probe_that_finds_it_alive_clears_the_log),
		cmocka_unit_test(
			a_delivery_ends_all_that_the_log_held_against_a_domain),
		cmocka_unit_test(
			our_reports_count_for_sites_that_are_known_to_send),
		cmocka_unit_test(a_hint_has_known_sites_examined_and_no_others),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

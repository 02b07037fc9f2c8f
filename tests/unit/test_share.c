/* SPDX-License-Identifier: ISC */
/* Who makes a dead host its provider's fault; the names say the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>
#include <cmocka.h>

#include "api_kit.h"

#define LOOK_S (INT64_C(34) * 3600)
/* More than the two weeks that convict. */
#define LOOKS 12

static const struct kz_addr dead = {KZ_ADDR_V4, {10, 30, 0, 25}};

static struct kz_finding
finding_of(const char *site, int64_t when_s)
{
	struct kz_finding finding = {.when_s = when_s,
		.symptom = KZ_SYM_MX_BEST_DEAD,
		.outcome = KZ_OUTCOME_BAD,
		.source = KZ_SOURCE_PROBE,
		.judged = true,
		.weight = kz_symptom_info(KZ_SYM_MX_BEST_DEAD)->points,
		.rest_count = 1,
		.rests = {{.netclass = KZ_NET_SMTP25_V4, .addr = dead}}};

	assert_int_equal(kz_name_parse((struct kz_str){site, strlen(site)},
				 &finding.subject),
		KZ_OK);
	(void)strlcpy(finding.object, "mx.example", sizeof(finding.object));
	(void)strlcpy(finding.value, "mx.example", sizeof(finding.value));
	return finding;
}

/* The bads of so many looks up to now, told at once. */
static void
tell(struct scene *scene, const char *site, int looks)
{
	for (int i = looks; i > 0; i--) {
		struct kz_finding finding = finding_of(
			site, scene->now.wall_s - 3600 - (i - 1) * LOOK_S);

		kz_observe_finding(scene->engine, &finding, &scene->now);
	}
}

static void
tell_ten(struct scene *scene, int looks)
{
	char site[32];

	for (int i = 0; i < 10; i++) {
		(void)snprintf(site, sizeof(site), "s%d.example.com", i);
		tell(scene, site, looks);
	}
}

static void
ten_that_come_after_the_verdict_free_nobody(void **state)
{
	struct scene *scene = *state;

	tell(scene, "broken.example.net", LOOKS);
	assert_int_equal(
		state_of(scene, "broken.example.net"), KZ_VERDICT_BROKEN);
	tell_ten(scene, 1);
	scene->now.wall_s += LOOK_S;
	tell_ten(scene, 1);
	tell(scene, "broken.example.net", 1);
	assert_int_equal(
		state_of(scene, "broken.example.net"), KZ_VERDICT_BROKEN);
}

static void
customers_told_at_once_are_a_providers_from_their_own_moments(void **state)
{
	struct scene *scene = *state;

	tell_ten(scene, LOOKS);
	assert_int_equal(state_of(scene, "s0.example.com"), KZ_VERDICT_SUSPECT);
	assert_int_equal(state_of(scene, "s9.example.com"), KZ_VERDICT_SUSPECT);
	/* Whoever joins them has no fault of his own. */
	tell(scene, "late.example.net", LOOKS / 2);
	scene->now.wall_s += LOOK_S;
	for (int i = 0; i < LOOKS / 2; i++) {
		scene->now.wall_s += LOOK_S;
		tell(scene, "late.example.net", 1);
	}
	assert_int_equal(
		state_of(scene, "late.example.net"), KZ_VERDICT_SUSPECT);
}

static void
nine_are_no_provider(void **state)
{
	struct scene *scene = *state;
	char site[32];

	for (int i = 0; i < 9; i++) {
		(void)snprintf(site, sizeof(site), "s%d.example.com", i);
		tell(scene, site, LOOKS);
	}
	assert_int_equal(state_of(scene, "s0.example.com"), KZ_VERDICT_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			ten_that_come_after_the_verdict_free_nobody, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			customers_told_at_once_are_a_providers_from_their_own_moments,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			nine_are_no_provider, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* When a suspect is looked at next, as its evidence grows ripe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>
#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

#define HOUR_S INT64_C(3600)
#define SPAN_S (INT64_C(14) * DAY_S)
/* Looks are 6 to 18 hours apart by chance: so many sites show all of it. */
#define SITES 40
/* The look that decides comes so soon after its moment. */
#define SOON_S 600

static struct kz_name
name_of(int number)
{
	struct kz_name name;
	char text[32];
	int len = snprintf(text, sizeof(text), "s%d.example", number);

	assert_int_equal(
		kz_name_parse((struct kz_str){text, (size_t)len}, &name),
		KZ_OK);
	return name;
}

/* A session leads to it, and the engine has it looked at. */
static void
begin_look(struct scene *scene, const struct kz_name *site, int number)
{
	const struct kz_seen seen = {.site = site,
		.zone = site,
		.name = site,
		.client = {KZ_ADDR_V4, {10, 9, (uint8_t)number, 7}}};

	kz_schedule_seen(scene->engine, &seen, &scene->now);
	scene->now.mono_ms += 1000;
	kz_schedule_tick(scene->engine, &scene->now);
	assert_true(kz_name_equal(&scene->order.site, site));
}

/* A name server that has been dead since first_s. */
static void
find_dead(struct scene *scene, const struct kz_name *site, int64_t first_s)
{
	struct kz_finding finding = {.subject = *site,
		.symptom = KZ_SYM_NS_DEAD,
		.outcome = KZ_OUTCOME_BAD,
		.judged = true,
		.weight = kz_symptom_info(KZ_SYM_NS_DEAD)->points,
		.object = "ns.example",
		.value = "ns.example"};

	for (finding.when_s = first_s; finding.when_s < scene->now.wall_s;
		finding.when_s += 34 * HOUR_S)
		kz_observe_finding(scene->engine, &finding, &scene->now);
	finding.when_s = scene->now.wall_s;
	kz_observe_finding(scene->engine, &finding, &scene->now);
}

/* Its look ends now; when the next one is due. */
static int64_t
next_look(struct scene *scene, int number, int64_t ripe_in_s)
{
	const bool complete[KZ_FAMILY_COUNT] = {[KZ_FAMILY_DEL] = true};
	const struct kz_name site = name_of(number);
	struct kz_site_view *view = NULL;
	int64_t next_s;

	begin_look(scene, &site, number);
	find_dead(scene, &site, scene->now.wall_s + ripe_in_s - SPAN_S);
	kz_observe_done(scene->engine, &site, &site, complete, &scene->now);
	assert_int_equal(kz_site_view_make(scene->engine, &site, false,
				 &scene->now, &view),
		KZ_OK);
	assert_int_equal(view->verdict.state, KZ_VERDICT_SUSPECT);
	next_s = view->site.next_look_s - scene->now.wall_s;
	kz_site_view_free(&view);
	return next_s;
}

static void
none_comes_shortly_before_the_one_that_decides(void **state)
{
	struct scene *scene = *state;
	const int64_t ripe_s = 15 * HOUR_S;
	int waited = 0;

	for (int i = 0; i < SITES; i++) {
		int64_t next_s = next_look(scene, i, ripe_s);

		/* With its distance before it, or just when it is time. */
		assert_true(next_s >= 6 * HOUR_S);
		assert_true(next_s <= ripe_s - 6 * HOUR_S || next_s >= ripe_s);
		assert_true(next_s <= ripe_s + SOON_S);
		waited += next_s >= ripe_s ? 1 : 0;
	}
	assert_true(waited > 0 && waited < SITES);
}

static void
what_is_ripe_later_than_any_look_waits_for_none(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < SITES; i++) {
		int64_t next_s = next_look(scene, i, 19 * HOUR_S);

		assert_true(next_s >= 6 * HOUR_S && next_s <= 18 * HOUR_S);
	}
}

static void
what_is_almost_ripe_keeps_its_distance(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < SITES; i++)
		assert_int_equal(next_look(scene, i, HOUR_S), 6 * HOUR_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			none_comes_shortly_before_the_one_that_decides, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_ripe_later_than_any_look_waits_for_none, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_almost_ripe_keeps_its_distance, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

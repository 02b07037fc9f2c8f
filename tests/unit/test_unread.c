/* SPDX-License-Identifier: ISC */
/* A disk that does not answer for a while: nothing on it is written over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/admin.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

#define DAYS(n) ((int64_t)(n)*DAY_S)

static struct kz_name site;

/* End kizukid and start it; without its disk at first, where that is wanted. */
static void
start_again(struct scene *scene, bool disk)
{
	const struct kz_engine_hooks hooks = {.ask = on_ask,
		.examine = on_examine,
		.canary = on_canary,
		.touched = on_touched,
		.log = on_log,
		.arg = scene};
	struct kz_store_options options = {.log = place_log,
		.log_arg = scene->place,
		.home = scene->place->home};

	kz_engine_commit(scene->engine, &scene->now);
	kz_engine_close(&scene->engine);
	kz_store_close(&scene->store);
	assert_int_equal(disk ? kz_store_open(&options, &scene->store)
			      : kz_store_open_memory(&options, &scene->store),
		KZ_OK);
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
}

static void
find(struct scene *scene)
{
	struct kz_finding finding = {.when_s = scene->now.wall_s,
		.subject = site,
		.symptom = KZ_SYM_DNS_MX_INCONSISTENT,
		.outcome = KZ_OUTCOME_BAD,
		.weight = 5,
		.judged = true,
		.object = "example1.jp",
		.value = "10 a | 10 b"};

	kz_observe_finding(scene->engine, &finding, &scene->now);
}

static void
mail_comes(struct scene *scene)
{
	struct kz_seen seen = {.site = &site, .zone = &site, .name = &site};

	seen.client.family = KZ_ADDR_V4;
	kz_schedule_seen(scene->engine, &seen, &scene->now);
}

static void
what_cannot_be_read_is_not_begun_anew(void **state)
{
	struct scene *scene = *state;
	struct kz_site_view *view = NULL;
	int64_t first_s = scene->now.wall_s;

	assert_int_equal(kz_name_parse(KZ_STR("example1.jp"), &site), KZ_OK);
	mail_comes(scene);
	find(scene);
	assert_int_equal(kz_admin_say(scene->engine, &site, KZ_WORD_ALLOW, 0,
				 KZ_STR("known"), &scene->now),
		KZ_OK);
	start_again(scene, false);
	scene->now.wall_s += DAYS(3);
	scene->now.mono_ms += DAYS(3) * 1000;
	mail_comes(scene);
	find(scene);
	/* The disk is back. */
	kz_engine_commit(scene->engine, &scene->now);
	scene->now.wall_s += 60;
	scene->now.mono_ms += 60000;
	mail_comes(scene);
	find(scene);
	start_again(scene, true);
	assert_int_equal(kz_site_view_make(scene->engine, &site, false,
				 &scene->now, &view),
		KZ_OK);
	assert_int_equal(view->site.first_seen_s, first_s);
	assert_true(view->site.allow.said);
	assert_int_equal(view->row_count, 1);
	assert_int_equal(view->rows[0].evidence->first_bad_s, first_s);
	assert_int_equal(view->rows[0].evidence->bads, 2);
	kz_site_view_free(&view);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_cannot_be_read_is_not_begun_anew, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* A symptom that an upgrade changed only observes, over restarts too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/core/history.h"
#include "kizuki/engine/observe.h"

static void
start_again(struct scene *scene)
{
	const struct kz_engine_hooks hooks = {.ask = on_ask,
		.examine = on_examine,
		.canary = on_canary,
		.touched = on_touched,
		.log = on_log,
		.arg = scene};

	kz_engine_commit(scene->engine, &scene->now);
	kz_engine_close(&scene->engine);
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
}

/* What an earlier release would have left of a symptom. */
static void
leave(struct scene *scene, const char *key, const struct kz_revision *revision)
{
	uint8_t record[KZ_REVISION_RECORD_SIZE];
	size_t len = 0;

	assert_int_equal(
		kz_revision_encode(revision, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(
		kz_store_put(scene->store, KZ_TABLE_META, (const uint8_t *)key,
			strlen(key), record, len),
		KZ_OK);
}

static enum kz_withheld
withheld(const struct scene *scene, enum kz_symptom symptom)
{
	return kz_engine_withheld(scene->engine, symptom);
}

static void
a_first_start_observes_nothing(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++)
		assert_int_equal(
			withheld(scene, (enum kz_symptom)i), KZ_WITHHELD_NO);
	start_again(scene);
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++)
		assert_int_equal(
			withheld(scene, (enum kz_symptom)i), KZ_WITHHELD_NO);
}

static void
a_changed_or_new_symptom_observes_for_two_weeks(void **state)
{
	static const char changed[] = "symptom/mx-all-dead";
	static const char unknown[] = "symptom/ns-lame";
	struct scene *scene = *state;
	struct kz_revision earlier = {
		.revision = 1, .points = 9, .class = KZ_CLASS_N};

	leave(scene, changed, &earlier);
	assert_int_equal(kz_store_delete(scene->store, KZ_TABLE_META,
				 (const uint8_t *)unknown, sizeof(unknown) - 1),
		KZ_OK);
	start_again(scene);
	assert_int_equal(withheld(scene, KZ_SYM_MX_ALL_DEAD), KZ_WITHHELD_NEW);
	assert_int_equal(withheld(scene, KZ_SYM_NS_LAME), KZ_WITHHELD_NEW);
	assert_int_equal(withheld(scene, KZ_SYM_MX_BEST_DEAD), KZ_WITHHELD_NO);
	/* Neither a restart nor the days that pass shorten or prolong it. */
	scene->now.wall_s += INT64_C(13) * DAY_S;
	start_again(scene);
	assert_int_equal(withheld(scene, KZ_SYM_MX_ALL_DEAD), KZ_WITHHELD_NEW);
	scene->now.wall_s += DAY_S;
	kz_observe_tick(scene->engine, &scene->now);
	assert_int_equal(withheld(scene, KZ_SYM_MX_ALL_DEAD), KZ_WITHHELD_NO);
	assert_int_equal(withheld(scene, KZ_SYM_NS_LAME), KZ_WITHHELD_NO);
}

static void
what_is_withheld_is_told_in_the_metrics(void **state)
{
	struct scene *scene = *state;
	struct kz_revision earlier = {
		.revision = 1, .points = 9, .class = KZ_CLASS_N};
	char *text = malloc(BIG);

	assert_non_null(text);
	leave(scene, "symptom/mx-all-dead", &earlier);
	start_again(scene);
	(void)kz_engine_metrics(scene->engine, text, BIG);
	assert_non_null(strstr(text,
		"kizuki_symptom_withheld{symptom=\"mx-all-dead\",why="
		"\"observes\"} 1\n"));
	assert_null(strstr(text, "mx-best-dead"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_first_start_observes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_changed_or_new_symptom_observes_for_two_weeks, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_withheld_is_told_in_the_metrics, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Imports: worked off in slices, in the order of their moments. */
#include "api_kit.h"

#include "kizuki/engine/observe.h"

/* More than a run holds, so that runs are merged. */
#define MANY 3000
/* Rows that a slice may leave for one commit: a decision waits for it. */
#define SLICE_ROWS 200

static struct kz_finding
bad_of(size_t number, int64_t when_s)
{
	struct kz_finding finding = {
		.when_s = when_s,
		.symptom = KZ_SYM_MX_BEST_DEAD,
		.outcome = KZ_OUTCOME_BAD,
		.weight = 6,
		.value = "mx",
		.why = "ETIMEDOUT",
		.rest_count = 1,
		.rests = {{KZ_NET_SMTP25_V4, {KZ_ADDR_V4, {198, 51, 100, 9}}}},
	};
	const int len = snprintf(finding.subject.text,
		sizeof(finding.subject.text), "site%zu.jp", number);

	assert_true(len > 0);
	finding.subject.len = (uint8_t)len;
	return finding;
}

/* Of two networks by turns: an ok before and one after are two. */
static struct kz_touch
alive_at(size_t number, int64_t when_s)
{
	return (struct kz_touch){
		.when_s = when_s,
		.addr = {KZ_ADDR_V4, {10, (uint8_t)(20 + number % 2), 0, 25}},
		.service = KZ_SERVICE_SMTP25,
		.reach = KZ_REACH_ALIVE,
	};
}

/* All numbers below MANY, one far from the next. */
static size_t
shuffled(size_t i)
{
	return i * 1009 % MANY;
}

/* The steps that it took; what each left for the commit is bounded. */
static size_t
work_off(struct scene *scene, struct kz_import *import)
{
	struct kz_store_state state;
	size_t steps = 0;

	/* A new engine notes the age of each symptom: no part of a slice. */
	kz_engine_commit(scene->engine, &scene->now);
	while (kz_import_step(import, &scene->now)) {
		kz_store_state(scene->store, &state);
		assert_in_range(state.waiting, 0, SLICE_ROWS);
		kz_engine_commit(scene->engine, &scene->now);
		steps++;
	}
	kz_store_state(scene->store, &state);
	assert_int_equal(state.waiting, 0);
	return steps;
}

static void
a_long_import_is_worked_off_in_slices(void **state)
{
	struct scene *scene = *state;
	struct kz_import *import = NULL;
	struct kz_import_counts counts;

	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	for (size_t i = 0; i < MANY; i++) {
		struct kz_finding finding = bad_of(i, NOW_S - 600);

		finding.judged = true;
		assert_int_equal(kz_import_finding(import, &finding), KZ_OK);
	}
	assert_true(work_off(scene, import) >= MANY / SLICE_ROWS);
	kz_import_counts(import, &counts);
	assert_int_equal(counts.taken, MANY);
	kz_import_drop(&import);
}

/* The health forgets: out of order most of these could not be judged. */
static void
what_came_in_any_order_is_judged_in_its_own(void **state)
{
	struct scene *scene = *state;
	struct kz_import *import = NULL;
	struct kz_import_counts counts;
	const int64_t begin_s = NOW_S - MANY * 60;

	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	for (size_t i = 0; i < MANY; i++) {
		const size_t at = shuffled(i);
		const int64_t when_s = begin_s + (int64_t)at * 60;
		const struct kz_finding finding = bad_of(at + MANY, when_s + 1);
		const struct kz_touch touch = alive_at(at, when_s);

		assert_int_equal(kz_import_finding(import, &finding), KZ_OK);
		assert_int_equal(kz_import_touch(import, &touch), KZ_OK);
	}
	(void)work_off(scene, import);
	kz_import_counts(import, &counts);
	/* Behind the last one no ok came. */
	assert_int_equal(counts.taken, MANY - 1);
	assert_int_equal(counts.unknown, 1);
	kz_import_drop(&import);
}

/* Touches without findings count for nothing, and end nevertheless. */
static void
an_import_of_nothing_ends(void **state)
{
	struct scene *scene = *state;
	const struct kz_touch touch = alive_at(0, NOW_S);
	struct kz_import *import = NULL;
	struct kz_import_counts counts;

	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	assert_false(kz_import_step(import, &scene->now));
	kz_import_drop(&import);
	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	assert_int_equal(kz_import_touch(import, &touch), KZ_OK);
	(void)work_off(scene, import);
	kz_import_counts(import, &counts);
	assert_int_equal(counts.taken + counts.ignored + counts.unknown, 0);
	kz_import_drop(&import);
}

static void
one_import_holds_a_hundred_thousand(void **state)
{
	struct scene *scene = *state;
	const struct kz_touch touch = alive_at(0, NOW_S);
	struct kz_import *import = NULL;

	assert_int_equal(kz_import_open(scene->engine, &import), KZ_OK);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(kz_import_touch(import, &touch), KZ_OK);
	assert_int_equal(kz_import_touch(import, &touch), KZ_EFULL);
	kz_import_drop(&import);
	assert_null(import);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_import_is_worked_off_in_slices),
		cmocka_unit_test(what_came_in_any_order_is_judged_in_its_own),
		cmocka_unit_test(an_import_of_nothing_ends),
		cmocka_unit_test(one_import_holds_a_hundred_thousand),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: ISC */
/*
 * How many names of one domain are looked up: whose share a name takes from,
 * what a burst is, what never counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "../../modules/io/resolver_pace_priv.h"
#include "name_kit.h"

#define T_MS    INT64_C(1000000)
#define RATE    20
#define BURST   100 /* five seconds of it */
#define WAIT_MS 2000

struct scene {
	struct kz_suffix *suffix;
	struct kz_pace *pace;
	int64_t now_ms;
};

static int
begin(void **state)
{
	static struct scene scene;

	assert_true(sodium_init() >= 0);
	scene.now_ms = T_MS;
	assert_int_equal(kz_suffix_open("", &scene.suffix), KZ_OK);
	scene.pace = kz_pace_open(scene.suffix, RATE, WAIT_MS);
	assert_non_null(scene.pace);
	*state = &scene;
	return 0;
}

static int
finish(void **state)
{
	struct scene *scene = *state;

	kz_pace_close(&scene->pace);
	assert_null(scene->pace);
	kz_pace_close(&scene->pace);
	kz_suffix_close(&scene->suffix);
	return 0;
}

static bool
takes(struct scene *scene, const char *text, uint32_t *wait_ms)
{
	struct kz_name name = kit_name(text);

	return kz_pace_take(scene->pace, &name, scene->now_ms, wait_ms);
}

/* Names made up below a domain, until no more may be: those at once, all. */
static uint32_t
flood(struct scene *scene, const char *below, uint32_t *all)
{
	uint32_t at_once = 0, wait_ms = 0;
	char text[KZ_NAME_MAX + 1];

	for (*all = 0;; ++*all) {
		assert_true(snprintf(text, sizeof(text), "r%u.%s",
				    (unsigned)*all, below) > 0);
		if (!takes(scene, text, &wait_ms))
			return at_once;
		at_once += wait_ms == 0;
		assert_true(wait_ms <= WAIT_MS);
	}
}

static void
a_domain_has_a_burst_and_then_its_rate(void **state)
{
	struct scene *scene = *state;
	uint32_t all;

	assert_int_equal(flood(scene, "nap.jp", &all), BURST);
	assert_int_equal(all, BURST + RATE * WAIT_MS / 1000);
	/* those who wait have taken two seconds in advance */
	scene->now_ms += 3000;
	assert_int_equal(flood(scene, "nap.jp", &all), RATE);
	/* another one has its own share, and nothing is saved up beyond it */
	assert_int_equal(flood(scene, "good.jp", &all), BURST);
	scene->now_ms += INT64_C(3600) * 1000;
	assert_int_equal(flood(scene, "nap.jp", &all), BURST);
}

static void
names_of_one_owner_have_one_share(void **state)
{
	static const struct {
		const char *used, *name;
		bool same;
	} rows[] = {
		{"nap.jp", "nap.jp", true},
		{"nap.jp", "www.mail.nap.jp", true},
		{"deep.sub.nap.co.jp", "nap.co.jp", true},
		{"nap.co.jp", "good.co.jp", false},
		{"nap.co.jp", "co.jp", false},
		{"a.github.io", "b.github.io", false},
		{"2.0.10.in-addr.arpa", "9.2.0.10.in-addr.arpa", true},
		{"2.0.10.in-addr.arpa", "9.3.0.10.in-addr.arpa", false},
		{"8.6.2.0.8.b.d.0.1.0.0.2.ip6.arpa",
			"1.0.0.0.8.6.2.0.8.b.d.0.1.0.0.2.ip6.arpa", true},
		{"8.6.2.0.8.b.d.0.1.0.0.2.ip6.arpa",
			"9.6.2.0.8.b.d.0.1.0.0.2.ip6.arpa", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *scene = *state;
		uint32_t all, wait_ms;

		kz_pace_close(&scene->pace);
		scene->pace = kz_pace_open(scene->suffix, RATE, WAIT_MS);
		(void)flood(scene, rows[i].used, &all);
		if (takes(scene, rows[i].name, &wait_ms) == rows[i].same)
			fail_msg("%s and %s", rows[i].used, rows[i].name);
	}
}

/* Who makes up names below it does not keep us from those that it has. */
static void
names_that_are_there_do_not_count(void **state)
{
	struct scene *scene = *state;
	struct kz_name there = kit_name("mx1.example1.jp");
	uint32_t all, wait_ms = 9;

	kz_pace_learn(scene->pace, &there, true);
	(void)flood(scene, "example1.jp", &all);
	assert_false(takes(scene, "mx2.example1.jp", &wait_ms));
	for (uint32_t i = 0; i < 2 * BURST; i++) {
		assert_true(takes(scene, "mx1.example1.jp", &wait_ms));
		assert_int_equal(wait_ms, 0);
	}
	/* another name that is not there leaves it known */
	there = kit_name("mx2.example1.jp");
	kz_pace_learn(scene->pace, &there, false);
	assert_true(takes(scene, "mx1.example1.jp", &wait_ms));
	there = kit_name("mx1.example1.jp");
	kz_pace_learn(scene->pace, &there, false);
	assert_false(takes(scene, "mx1.example1.jp", &wait_ms));
}

static void
what_nobody_was_asked_for_is_given_back(void **state)
{
	struct scene *scene = *state;
	uint32_t all, wait_ms;

	for (uint32_t i = 0; i < 2 * BURST; i++) {
		assert_true(takes(scene, "nap.jp", &wait_ms));
		kz_pace_undo(scene->pace);
	}
	assert_int_equal(flood(scene, "nap.jp", &all), BURST);
	/* so it is with one that does not count, and with one refused */
	assert_false(takes(scene, "nap.jp", &wait_ms));
	kz_pace_undo(scene->pace);
	assert_false(takes(scene, "nap.jp", &wait_ms));
}

/* Tens of thousands of domains: each may be short of some, none is let more. */
static void
many_domains_do_not_make_room_for_more(void **state)
{
	struct scene *scene = *state;
	char text[KZ_NAME_MAX + 1];
	uint32_t all, wait_ms;

	(void)flood(scene, "nap.jp", &all);
	for (unsigned i = 0; i < 30000; i++) {
		assert_true(snprintf(text, sizeof(text), "d%u.jp", i) > 0);
		(void)takes(scene, text, &wait_ms);
	}
	assert_false(takes(scene, "more.nap.jp", &wait_ms));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(a_domain_has_a_burst_and_then_its_rate),
		TEST(names_of_one_owner_have_one_share),
		TEST(names_that_are_there_do_not_count),
		TEST(what_nobody_was_asked_for_is_given_back),
		TEST(many_domains_do_not_make_room_for_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

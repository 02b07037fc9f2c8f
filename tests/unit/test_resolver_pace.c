/* SPDX-License-Identifier: ISC */
/* Names that are made up in one domain: asked, late or not at all. */
#include "resolver_kit.h"

#include "kizuki/io/suffix.h"

static struct kz_suffix *suffix;

static void
open_paced(struct lab *lab, uint32_t rate, uint32_t wait_ms)
{
	struct kz_resolver_options options = {.domain_rate = rate,
		.domain_wait_ms = wait_ms,
		.suffix = suffix};

	open_unbound(lab, options);
}

/* So many names that are not there; how many of them were cut off. */
static size_t
flood(struct lab *lab, size_t count)
{
	size_t cut_off = 0;

	for (size_t i = 0; i < count; i++) {
		char name[] = "nx?.data.jp";

		name[2] = (char)('a' + i);
		ask_and_wait(lab, name, A);
		cut_off += lab->state == KZ_ANSWER_TIMEOUT;
		assert_true(lab->state == KZ_ANSWER_TIMEOUT ||
			lab->state == KZ_ANSWER_NXDOMAIN);
	}
	return cut_off;
}

static void
a_flood_is_cut_off(void **state)
{
	struct lab *lab = *state;
	size_t cut_off;

	if (!in_namespace)
		skip();
	open_paced(lab, 1, 0);
	ask_and_wait(lab, "data.jp", A);
	/* five at once with that one; one more each second, if this is slow */
	cut_off = flood(lab, 20);
	assert_true(cut_off >= 8 && cut_off <= 16);
	/* what is known to be there, and other domains, are asked for */
	ask_and_wait(lab, "data.jp", MX);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
	ask_and_wait(lab, "nx.other.jp", A);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
}

static void
what_the_cache_holds_is_free(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_paced(lab, 1, 0);
	for (size_t i = 0; i < 20; i++) {
		ask_and_wait(lab, "nx.data.jp", A);
		assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	}
	assert_true(flood(lab, 4) == 0);
}

/* Many who ask the same at once are asked for once. */
static void
what_is_under_way_is_free(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_paced(lab, 1, 0);
	for (size_t i = 0; i < 20; i++)
		ask(lab, "mute.data.jp", A, NULL);
	lab_run_for(lab->base, 100);
	assert_int_equal(lab->answers, 0);
	kz_resolver_close(&lab->resolver);
}

static void
who_waits_gets_a_turn(void **state)
{
	struct lab *lab = *state;
	struct kz_resolver_job *job = NULL;

	if (!in_namespace)
		skip();
	/* a burst of five, and then one each second */
	open_paced(lab, 1, 5000);
	assert_int_equal(flood(lab, 5), 0);
	/* cancelled while it waits, and closed while another one does */
	ask(lab, "nx1.data.jp", A, NULL);
	ask(lab, "nx2.data.jp", A, &job);
	lab_run_for(lab->base, 20);
	kz_resolver_cancel(&job);
	lab_run_until(lab->base, &lab->answers, 6);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	ask(lab, "nx3.data.jp", A, NULL);
	lab_run_for(lab->base, 20);
	kz_resolver_close(&lab->resolver);
	assert_int_equal(lab->answers, 6);
}

static int
begin(void **state)
{
	assert_int_equal(kz_suffix_open("", &suffix), KZ_OK);
	return enter_namespace(state);
}

static int
end(void **state)
{
	kz_suffix_close(&suffix);
	return leave(state);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_flood_is_cut_off),
		TEST(what_the_cache_holds_is_free),
		TEST(what_is_under_way_is_free),
		TEST(who_waits_gets_a_turn),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

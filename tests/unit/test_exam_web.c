/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#define DAY_S INT64_C(86400)

/* www.example1.jp with one page for each family. */
static void
pages(struct kit *kit, struct kz_exam_page v4, struct kz_exam_page v6)
{
	struct kz_exam *exam = &kit->exam;

	kit_begin(kit, "example1.jp");
	kit_hosts(exam, "www.example1.jp 10.0.0.80 2001::80", false);
	exam->page_count = 2;
	exam->pages[0] = v4;
	exam->pages[1] = v6;
	exam->pages[1].addr = 1;
	exam->pages[0].when_s = exam->pages[1].when_s = KIT_NOW_S - 4;
}

#define ALIVE   .reach = KZ_REACH_ALIVE
#define SILENT  .reach = KZ_REACH_TIMEOUT, .plain = KZ_REACH_TIMEOUT
#define REFUSED .reach = KZ_REACH_REFUSED, .plain = KZ_REACH_REFUSED

static void
two_families_of_one_host(void **state)
{
	static const struct {
		const char *what;
		struct kz_exam_page v4, v6;
		const char *expected;
	} cases[] = {
		{"alike", {ALIVE, .status = 200, .title = "a"},
			{ALIVE, .status = 200, .title = "a"},
			"web-v6-dead www.example1.jp ok;"
			"web-v4v6-differ www.example1.jp ok;"
			"web-tls-expired www.example1.jp none"},
		{"IPv6 dead", {ALIVE, .status = 200}, {SILENT},
			"web-v6-dead www.example1.jp bad 2;"
			"web-v4v6-differ www.example1.jp unknown"},
		{"both dead", {SILENT}, {REFUSED},
			"web-v6-dead www.example1.jp unknown"},
		{"our own IPv6", {ALIVE, .status = 200},
			{.reach = KZ_REACH_OURS},
			"web-v6-dead www.example1.jp unknown"},
		{"http alone lives", {ALIVE, .status = 200},
			{.reach = KZ_REACH_REFUSED,
				.plain = KZ_REACH_ALIVE,
				.status = 200},
			"web-v6-dead www.example1.jp ok"},
		{"it speaks, though no HTTP", {ALIVE, .status = 200},
			{.reach = KZ_REACH_NOISE},
			"web-v6-dead www.example1.jp ok;"
			"web-v4v6-differ www.example1.jp unknown"},
		/* Edges of a provider. */
		{"another certificate",
			{ALIVE, .status = 200, .title = "a", .certificate = 1},
			{ALIVE, .status = 200, .title = "a", .certificate = 2},
			"web-v4v6-differ www.example1.jp ok"},
		{"another title alone", {ALIVE, .status = 200, .title = "a"},
			{ALIVE, .status = 200, .title = "b"},
			"web-v4v6-differ www.example1.jp ok"},
		{"another title and certificate",
			{ALIVE, .status = 200, .title = "a", .certificate = 1},
			{ALIVE, .status = 200, .title = "b", .certificate = 2},
			"web-v4v6-differ www.example1.jp bad 2"},
		{"another status and title",
			{ALIVE, .status = 200, .title = "a"},
			{ALIVE, .status = 404, .title = "b"},
			"web-v4v6-differ www.example1.jp bad 2"},
		{"the same class of status",
			{ALIVE, .status = 200, .title = "a"},
			{ALIVE, .status = 204, .title = "a"},
			"web-v4v6-differ www.example1.jp ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		pages(&kit, cases[i].v4, cases[i].v6);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
a_dead_page_rests_on_its_class(void **state)
{
	const struct kz_finding *found;
	struct kit kit;

	(void)state;
	pages(&kit, (struct kz_exam_page){ALIVE, .status = 200},
		(struct kz_exam_page){SILENT});
	kz_exam_judge(&kit.exam, kit_take, &kit);
	found = kit_find(&kit, "web-v6-dead", "www.example1.jp");
	assert_non_null(found);
	assert_int_equal(found->rest_count, 1);
	assert_int_equal(found->rests[0].netclass, KZ_NET_HTTPS443_V6);
}

static void
certificates_two_weeks_out_of_date(void **state)
{
	static const struct {
		int64_t v4_s, v6_s;
		const char *expected;
	} cases[] = {
		{KIT_NOW_S - 4 - 14 * DAY_S, 0,
			"web-tls-expired www.example1.jp ok"},
		{KIT_NOW_S - 5 - 14 * DAY_S, 0,
			"web-tls-expired www.example1.jp bad 1"},
		/* The better one counts. */
		{KIT_NOW_S - 90 * DAY_S, KIT_NOW_S + DAY_S,
			"web-tls-expired www.example1.jp ok"},
		{0, 0, "web-tls-expired www.example1.jp none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_exam_page v4 = {ALIVE, .status = 200};
		struct kz_exam_page v6 = {ALIVE, .status = 200};
		struct kit kit;

		v4.until_s = cases[i].v4_s;
		v6.until_s = cases[i].v6_s;
		pages(&kit, v4, v6);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, "certificate", cases[i].expected);
	}
}

static void
links_to_inner_names(void **state)
{
	static const struct {
		const char *host, *expected;
	} cases[] = {
		{"in.example1.jp 192.168.0.1 proven",
			"web-link-internal in.example1.jp bad 2"},
		{"in.example1.jp 192.168.0.1",
			"web-link-internal in.example1.jp unknown"},
		{"in.example1.jp 192.168.0.1 10.0.0.9 proven",
			"web-link-internal in.example1.jp unknown"},
		{"in.example1.jp 10.0.0.9",
			"web-link-internal in.example1.jp ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;

		kit_begin(&kit, "example1.jp");
		kit_hosts(&kit.exam, cases[i].host, false);
		kit.exam.linked = 1;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].host, cases[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_families_of_one_host),
		cmocka_unit_test(a_dead_page_rests_on_its_class),
		cmocka_unit_test(certificates_two_weeks_out_of_date),
		cmocka_unit_test(links_to_inner_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/spfcheck.h"

/* What is published: "name=record", several of one name apart. */
struct published {
	const char *name, *record;
};

struct spf_case {
	const char *what;
	struct published list[4];
	const char *fault; /* NULL: none */
	bool all, unsure;
};

static const struct published *
published(const struct spf_case *given, const struct kz_name *name, size_t i)
{
	for (size_t p = 0; p < 4 && given->list[p].name != NULL; p++) {
		if (strcmp(given->list[p].name, name->text) == 0 && i-- == 0)
			return &given->list[p];
	}
	return NULL;
}

static void
run(const struct spf_case *given, struct kz_spfcheck *check)
{
	struct kz_name name;
	size_t fetched = 0;

	assert_int_equal(kz_name_parse(KZ_STR("a.jp"), &name), KZ_OK);
	kz_spfcheck_begin(check, &name);
	while (kz_spfcheck_next(check, &name)) {
		struct kz_str records[4];
		const struct published *one;
		size_t count = 0;

		assert_true(++fetched <= KZ_SPFCHECK_TERMS + 1);
		while ((one = published(given, &name, count)) != NULL)
			records[count++] = (struct kz_str){
				one->record, strlen(one->record)};
		kz_spfcheck_answer(check, strcmp(name.text, "down.jp") == 0,
			records, count);
	}
}

static const char many[] = "more than 10 look-ups";
static const char two[] = "more than one record";
static const char none[] = "include or redirect without a record";
static const char odd[] = "syntax error";

static const struct spf_case cases[] = {
	{.what = "no record", .list = {{"a.jp", "hello"}}},
	{.what = "usual", .list = {{"a.jp", "v=spf1 mx a:b.jp/24//64 -all"}}},
	{.what = "capitals",
		.list = {{"a.jp", "V=SPF1 MX IP4:10.0.0.0/8 -ALL"}}},
	{.what = "another version", .list = {{"a.jp", "v=spf10 nonsense"}}},
	{.what = "two records",
		.list = {{"a.jp", "v=spf1 -all"}, {"a.jp", "v=spf1 mx -all"}},
		.fault = two},
	{.what = "unknown mechanism",
		.list = {{"a.jp", "v=spf1 ipv4:10.0.0.1"}},
		.fault = odd},
	{.what = "a bad net",
		.list = {{"a.jp", "v=spf1 ip4:10.0.0.0/33"}},
		.fault = odd},
	{.what = "a net that is none",
		.list = {{"a.jp", "v=spf1 ip4:10.0.0"}},
		.fault = odd},
	{.what = "IPv6", .list = {{"a.jp", "v=spf1 ip6:2001:db8::/32 -all"}}},
	{.what = "IPv6 where IPv4 is due",
		.list = {{"a.jp", "v=spf1 ip4:2001:db8::/32 -all"}},
		.fault = odd},
	{.what = "a fault behind all counts",
		.list = {{"a.jp", "v=spf1 -all ip4:nonsense"}},
		.fault = odd},
	{.what = "unknown modifiers do not",
		.list = {{"a.jp", "v=spf1 x-y.z=1 -all"}}},
	{.what = "two redirections",
		.list = {{"a.jp", "v=spf1 redirect=b.jp redirect=c.jp"}},
		.fault = odd},
	{.what = "all makes a redirection moot",
		.list = {{"a.jp", "v=spf1 redirect=b.jp -all"}}},
	{.what = "redirection to nothing",
		.list = {{"a.jp", "v=spf1 redirect=b.jp"}},
		.fault = none},
	{.what = "include of nothing",
		.list = {{"a.jp", "v=spf1 include:b.jp -all"}},
		.fault = none},
	{.what = "include of two",
		.list = {{"a.jp", "v=spf1 include:b.jp"}, {"b.jp", "v=spf1 mx"},
			{"b.jp", "v=spf1 a"}},
		.fault = two},
	{.what = "include behind all is not evaluated",
		.list = {{"a.jp", "v=spf1 -all include:b.jp"}}},
	{.what = "includes itself",
		.list = {{"a.jp", "v=spf1 include:a.jp"}},
		.fault = many},
	{.what = "ten terms",
		.list = {{"a.jp",
			"v=spf1 mx mx mx mx mx a a a exists:b.jp ptr -all"}}},
	{.what = "eleven terms",
		.list = {{"a.jp", "v=spf1 mx mx mx mx mx a a a a a a -all"}},
		.fault = many},
	{.what = "eleven terms in two records",
		.list = {{"a.jp", "v=spf1 mx mx mx mx mx include:b.jp -all"},
			{"b.jp", "v=spf1 a a a a a -all"}},
		.fault = many},
	{.what = "terms behind all cost nothing",
		.list = {{"a.jp",
			"v=spf1 -all mx mx mx mx mx mx mx mx mx mx mx mx"}}},
	{.what = "a macro",
		.list = {{"a.jp", "v=spf1 include:%{i}.b.jp -all"}},
		.unsure = true},
	{.what = "a macro in exists",
		.list = {{"a.jp", "v=spf1 exists:%{i}.b.jp -all"}}},
	{.what = "one that could not be fetched",
		.list = {{"a.jp", "v=spf1 include:down.jp -all"}},
		.unsure = true},
	{.what = "everybody", .list = {{"a.jp", "v=spf1 +all"}}, .all = true},
	{.what = "everybody, unsaid",
		.list = {{"a.jp", "v=spf1 all"}},
		.all = true},
	{.what = "neutral is not pass", .list = {{"a.jp", "v=spf1 ?all"}}},
	{.what = "everybody by two nets",
		.list = {{"a.jp", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"}},
		.all = true},
	{.what = "half",
		.list = {{"a.jp", "v=spf1 ip4:128.0.0.0/1 -all"}},
		.all = true},
	{.what = "less than half", .list = {{"a.jp", "v=spf1 ip4:64.0.0.0/2"}}},
	{.what = "the same net many times",
		.list = {{"a.jp",
			"v=spf1 ip4:64.0.0.0/2 ip4:64.0.0.0/2 "
			"ip4:64.0.0.0/2 -all"}}},
	{.what = "a net that fails",
		.list = {{"a.jp", "v=spf1 -ip4:0.0.0.0/0"}}},
	{.what = "everybody by an include",
		.list = {{"a.jp", "v=spf1 include:b.jp -all"},
			{"b.jp", "v=spf1 +all"}},
		.all = true},
	{.what = "an include whose match fails",
		.list = {{"a.jp", "v=spf1 -include:b.jp -all"},
			{"b.jp", "v=spf1 +all"}}},
	{.what = "everybody by a redirection",
		.list = {{"a.jp", "v=spf1 redirect=b.jp"},
			{"b.jp", "v=spf1 +all"}},
		.all = true},
	{.what = "the whole of IPv6",
		.list = {{"a.jp", "v=spf1 ip6:::/0"}},
		.all = true},
};

static void
records_are_read_as_every_evaluator_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct spf_case *given = &cases[i];
		struct kz_spfcheck check;

		run(given, &check);
		if ((given->fault == NULL) != (check.fault == NULL) ||
			(given->fault != NULL &&
				strcmp(given->fault, check.fault) != 0))
			fail_msg("%s: %s", given->what,
				check.fault != NULL ? check.fault : "no fault");
		if (kz_spfcheck_allows_all(&check) != given->all)
			fail_msg("%s: everybody?", given->what);
		if (check.unsure != given->unsure)
			fail_msg("%s: sure?", given->what);
	}
}

/* "v=spf1 " and a rest out of pieces of records, other ones each time. */
static void
make_text(char *text, size_t size, uint32_t *seed)
{
	static const char *const pieces[] = {"include:", "b.jp", "a.jp", " ",
		"ip4:", "10.0.0.0", "/", "8", "redirect=", "all", "+", "-", "%",
		"mx", "a", ":", "exists:", "ip6:", "::", "//", "=", "exp="};
	size_t used = (size_t)snprintf(text, size, "v=spf1 ");

	while (used + 16 < size) {
		*seed = *seed * 1664525U + 1013904223U;
		used += (size_t)snprintf(text + used, size - used, "%s",
			pieces[(*seed >> 16) %
				(sizeof(pieces) / sizeof(pieces[0]))]);
	}
}

static void
any_text_is_survived(void **state)
{
	char text[300];
	uint32_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 20000; round++) {
		struct spf_case given = {
			.list = {{"a.jp", text}, {"b.jp", text}}};
		struct kz_spfcheck check;

		make_text(text, sizeof(text), &seed);
		run(&given, &check);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_as_every_evaluator_does),
		cmocka_unit_test(any_text_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/webtext.h"

static struct kz_str
text(const char *of)
{
	return (struct kz_str){of, strlen(of)};
}

static void
titles_are_cleaned_and_bounded(void **state)
{
	static const struct {
		const char *page, *title;
	} cases[] = {
		{"<html><TITLE>\n Our  shop </TITLE>", "Our shop"},
		{"<title lang=ja>a</title><title>b</title>", "a"},
		{"<title>\343\201\202x\033[31m</title>", "x [31m"},
		{"<title></title>", ""},
		{"<title", ""},
		{"<title>never ends", "never ends"},
		{"", ""},
	};
	char title[KZ_WEBTEXT_TITLE + 1];
	char page[400] = "<title>";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kz_webtext_title(text(cases[i].page), title);
		assert_string_equal(title, cases[i].title);
	}
	memset(page + 7, 'x', 390);
	kz_webtext_title(text(page), title);
	assert_int_equal(strlen(title), KZ_WEBTEXT_TITLE);
}

static void
links_below_the_site_each_once(void **state)
{
	struct kz_name site, list[4];
	size_t count;

	(void)state;
	assert_int_equal(kz_name_parse(text("a.jp"), &site), KZ_OK);
	count = kz_webtext_links(
		text("<a href=\"http://IN.a.jp:8080/x\"><a HREF='//b.a.jp'>"
		     "<a href=https://in.a.jp/><a href=\"/local\">"
		     "<a href=\"http://other.jp/\"><a href=\"http://a..a.jp/\">"
		     "<a href=\"mailto:x@a.jp\"><a href="),
		&site, list, 4);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].text, "in.a.jp");
	assert_string_equal(list[1].text, "b.a.jp");
	assert_int_equal(kz_webtext_links(text("<a href=//b.a.jp>"
					       "<a href=//c.a.jp>"),
				 &site, list, 1),
		1);
}

static void
robots_keep_out(void **state)
{
	static const struct {
		const char *robots;
		bool out;
	} cases[] = {
		{"User-agent: *\nDisallow: /\n", true},
		{"User-agent: *\r\nDisallow: /\r\n", true},
		{"User-agent: kizuki-probe\nDisallow: /", true},
		{"User-agent: evil\nUser-agent: *\nDisallow: /", true},
		{"User-agent: evil\nDisallow: /\n", false},
		{"User-agent: evil\nDisallow: /\nUser-agent: *\nDisallow:\n",
			false},
		{"User-agent: *\nDisallow: /private\n", false},
		{"Disallow: /\n", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (kz_webtext_keeps_out(text(cases[i].robots)) != cases[i].out)
			fail_msg("%s", cases[i].robots);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_are_cleaned_and_bounded),
		cmocka_unit_test(links_below_the_site_each_once),
		cmocka_unit_test(robots_keep_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/decision.h"

#define LINE_MAX_OCTETS 512

/* The line as the client reads it. */
static const char *
whole_line(enum kz_grey_reason reason, int64_t wait_s, struct kz_str helo,
	const char *site, const char *url)
{
	static char line[2 * KZ_REPLY_MAX];
	char text[KZ_REPLY_MAX], shown[KZ_HELO_MAX + 1];
	struct kz_name name = {0};
	int len;

	if (site != NULL)
		assert_int_equal(
			kz_name_parse(
				(struct kz_str){site, strlen(site)}, &name),
			KZ_OK);
	kz_reply_text(
		reason, wait_s, helo, site == NULL ? NULL : &name, url, text);
	len = snprintf(line, sizeof(line),
		"450 4.7.1 <%s>: Helo command rejected: %s\r\n",
		kz_reply_helo(helo, shown), text);
	assert_in_range(len, 1, LINE_MAX_OCTETS);
	for (int i = 0; i < len - 2; i++)
		assert_in_range(line[i], ' ', '~');
	line[len - 2] = '\0';
	return line;
}

static void
refusal_is_figure_14_to_the_letter(void **state)
{
	(void)state;
	assert_string_equal(whole_line(KZ_GREY_REFUSED, 0,
				    KZ_STR("example1.jp"), NULL, NULL),
		"450 4.7.1 <example1.jp>: Helo command rejected: "
		"We don't talk to broken sites/servers.");
}

static void
waiting_tells_the_seconds(void **state)
{
	(void)state;
	assert_string_equal(
		whole_line(KZ_GREY_YOUNG, 300, KZ_STR("example1.jp"), NULL, ""),
		"450 4.7.1 <example1.jp>: Helo command rejected: "
		"Greylisted, please try again in 300 seconds.");
	assert_string_equal(
		whole_line(KZ_GREY_YOUNG, 0, KZ_STR("a"), NULL, NULL),
		"450 4.7.1 <a>: Helo command rejected: "
		"Greylisted, please try again in 1 seconds.");
}

static void
site_and_url_follow(void **state)
{
	(void)state;
	assert_string_equal(
		whole_line(KZ_GREY_REFUSED, 0, KZ_STR("relay.example.com"),
			"example1.jp", "https://mx.jikocho.jp/why/TOKEN"),
		"450 4.7.1 <relay.example.com>: Helo command rejected: "
		"We don't talk to broken sites/servers. (example1.jp) "
		"See https://mx.jikocho.jp/why/TOKEN");
	assert_string_equal(whole_line(KZ_GREY_YOUNG, 12, KZ_STR("example1.jp"),
				    NULL, "https://mx.jikocho.jp/why/TOKEN"),
		"450 4.7.1 <example1.jp>: Helo command rejected: "
		"Greylisted, please try again in 12 seconds. "
		"See https://mx.jikocho.jp/why/TOKEN");
}

static void
an_unclean_url_is_left_out(void **state)
{
	static const char *const urls[] = {"https://x/ y", "https://x/\r\n250",
		"https://x/\xe6\xb0\x97", "\x7f"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_string_equal(whole_line(KZ_GREY_REFUSED, 0, KZ_STR("a"),
					    NULL, urls[i]),
			"450 4.7.1 <a>: Helo command rejected: "
			"We don't talk to broken sites/servers.");
}

static void
hostile_helo_bytes_become_question_marks(void **state)
{
	char text[KZ_HELO_MAX + 1];
	char all[256], longer[KZ_HELO_MAX + 2];

	(void)state;
	assert_string_equal(
		kz_reply_helo(KZ_STR("a\r\n250 ok<x>\\\0\x7f\xff~!"), text),
		"a??250?ok?x?????~!");
	assert_string_equal(kz_reply_helo(KZ_STR(""), text), "");
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	kz_reply_helo((struct kz_str){all, 255}, text);
	assert_int_equal(strlen(text), 255);
	for (size_t i = 0; i < 255; i++)
		assert_true(text[i] > ' ' && text[i] <= '~' && text[i] != '<' &&
			text[i] != '>' && text[i] != '\\');
	memset(longer, 'x', sizeof(longer));
	kz_reply_helo((struct kz_str){longer, sizeof(longer)}, text);
	assert_int_equal(strlen(text), KZ_HELO_MAX);
}

static char *
repeat(char *text, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text[i] = word[i % strlen(word)];
	text[len] = '\0';
	return text;
}

/* The line with everything fits exactly, or is one octet too long. */
static void
at_512_octets_the_url_goes_first(void **state)
{
	char helo[KZ_HELO_MAX + 1], url[KZ_REPLY_MAX];
	struct kz_str long_helo = {repeat(helo, "h", 200), 200};
	const char *site = "example1.jp";
	size_t without_url =
		strlen(whole_line(KZ_GREY_REFUSED, 0, long_helo, site, NULL));
	size_t room = LINE_MAX_OCTETS - 2 - without_url - strlen(" See ");
	const char *line;

	(void)state;
	line = whole_line(
		KZ_GREY_REFUSED, 0, long_helo, site, repeat(url, "u", room));
	assert_int_equal(strlen(line), LINE_MAX_OCTETS - 2);
	assert_non_null(strstr(line, " (example1.jp) See uuu"));
	line = whole_line(KZ_GREY_REFUSED, 0, long_helo, site,
		repeat(url, "u", room + 1));
	assert_int_equal(strlen(line), without_url);
	assert_non_null(strstr(line, "servers. (example1.jp)"));
	assert_null(strstr(line, " See "));
}

/* A name of len octets. */
static char *
long_name(char *text, size_t len)
{
	repeat(text, "s", len);
	for (size_t i = 40; i + 1 < len; i += 41)
		text[i] = '.';
	return text;
}

static void
then_the_site_goes(void **state)
{
	char helo[KZ_HELO_MAX + 1], site[KZ_NAME_MAX + 1];
	struct kz_str long_helo = {repeat(helo, "h", 255), 255};
	size_t without =
		strlen(whole_line(KZ_GREY_REFUSED, 0, long_helo, NULL, NULL));
	size_t room = LINE_MAX_OCTETS - 2 - without - strlen(" ()");
	const char *line;

	(void)state;
	line = whole_line(
		KZ_GREY_REFUSED, 0, long_helo, long_name(site, room), "u");
	assert_int_equal(strlen(line), LINE_MAX_OCTETS - 2);
	assert_null(strstr(line, " See "));
	line = whole_line(
		KZ_GREY_REFUSED, 0, long_helo, long_name(site, room + 1), "u");
	assert_int_equal(strlen(line), without);
	/* With the most of everything it still says what it must. */
	line = whole_line(KZ_GREY_YOUNG, INT64_MAX, long_helo,
		long_name(site, KZ_NAME_MAX),
		"https://mx.jikocho.jp/why/TOKEN");
	assert_non_null(strstr(line, "9223372036854775807 seconds."));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusal_is_figure_14_to_the_letter),
		cmocka_unit_test(waiting_tells_the_seconds),
		cmocka_unit_test(site_and_url_follow),
		cmocka_unit_test(an_unclean_url_is_left_out),
		cmocka_unit_test(hostile_helo_bytes_become_question_marks),
		cmocka_unit_test(at_512_octets_the_url_goes_first),
		cmocka_unit_test(then_the_site_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

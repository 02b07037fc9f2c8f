/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/factfile.h"

#define NOW_S INT64_C(1582941600) /* 2020-02-29 02:00 UTC */
#define GOOD                                                                   \
	"example2.jp reg-contact-retired handle=RT0040JP by=tei "              \
	"on=2020-02-29 until=2021-03-31 why=\"left, by phone\""

static struct kz_fact fact;
static const char *why;

static enum kz_result
parse(const char *line)
{
	why = NULL;
	return kz_fact_parse(
		(struct kz_str){line, strlen(line)}, NOW_S, &fact, &why);
}

static void
refused(const char *line, const char *expected)
{
	assert_int_equal(parse(line), KZ_EFORMAT);
	if (strstr(why, expected) == NULL)
		fail_msg("%s: %s", line, why);
}

static void
a_fact_says_who_until_when_and_why(void **state)
{
	(void)state;
	assert_int_equal(parse(GOOD "  # a comment"), KZ_OK);
	assert_string_equal(fact.domain.text, "example2.jp");
	assert_int_equal(fact.symptom, KZ_SYM_REG_CONTACT_RETIRED);
	assert_false(fact.pardon);
	assert_string_equal(fact.object, "RT0040JP");
	assert_string_equal(fact.by, "tei");
	assert_string_equal(fact.why, "left, by phone");
	assert_int_equal(fact.on_s, 1582934400);
	assert_int_equal(fact.until_s, 1617148800);
	assert_int_equal(parse("!example2.jp soa-mname-dead by=tei "
			       "until=2020-12-31 why=隠しプライマリ"),
		KZ_OK);
	assert_true(fact.pardon);
	assert_int_equal(parse(""), KZ_NOT_FOUND);
	assert_int_equal(parse(" \t# nothing"), KZ_NOT_FOUND);
}

static void
what_is_wrong_with_a_line_is_said(void **state)
{
	(void)state;
	refused("jp reg-contact-retired", "expected a domain name");
	refused("a..b reg-contact-retired", "expected a domain name");
	refused("example2.jp reg-retired", "expected a symptom");
	refused("example2.jp", "expected a symptom");
	refused("example2.jp reg-contact-retired handle", "KEY=VALUE");
	refused("example2.jp reg-contact-retired hand=x", "expected handle");
	refused("example2.jp reg-contact-retired handle=a handle=b", "one ");
	refused("example2.jp reg-contact-retired why=\"x", "closing quote");
	refused("example2.jp reg-contact-retired until=2021-02-29", "until:");
	refused("example2.jp reg-contact-retired handle=x by=y why=z",
		"must all be there");
	refused("example2.jp reg-contact-retired by=y why=z until=2020-03-01",
		"expected handle");
	refused("example2.jp reg-contact-retired handle=x by=y why=z "
		"until=2021-04-05",
		"400 days");
	refused("example2.jp mx-best-dead host=x by=y why=z until=2020-03-01",
		"is tested");
	refused("!example2.jp mx-best-dead host=x by=y why=z until=2020-03-01",
		"a pardon");
	refused("example2.jp reg-contact-retired handle=x by=y why=\"a\x01\"",
		"why:");
}

static void
days_are_counted_as_the_calendar_does(void **state)
{
	static const struct {
		const char *day;
		int64_t when_s; /* -1: none */
	} rows[] = {
		{"1970-01-01", 0},
		{"1972-02-29", 68169600},
		{"1999-12-31", 946598400},
		{"2000-02-29", 951782400},
		{"2000-03-01", 951868800},
		{"2100-03-01", 4107542400},
		{"2026-11-24", 1795478400},
		{"2100-02-29", -1},
		{"2026-13-01", -1},
		{"2026-00-01", -1},
		{"2026-1-01", -1},
		{"2026-11-31", -1},
		{"1969-12-31", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_str text = {rows[i].day, strlen(rows[i].day)};
		int64_t when_s = -1;

		if (kz_fact_day(text, &when_s) != KZ_OK)
			when_s = -1;
		if (when_s != rows[i].when_s)
			fail_msg("%s: %lld", rows[i].day, (long long)when_s);
	}
}

static void
what_is_printed_parses_to_the_same(void **state)
{
	char buffer[KZ_FACT_LINE_MAX + 1];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	(void)state;
	assert_int_equal(parse(GOOD), KZ_OK);
	kz_fact_print(&fact, &text);
	assert_string_equal(buffer, GOOD);
}

static char said[1024];

static void
keep_saying(void *arg, const char *message)
{
	(void)arg;
	(void)snprintf(said, sizeof(said), "%s", message);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
assert_file(const char *path, const char *text)
{
	char buffer[4096] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	buffer[fread(buffer, 1, sizeof(buffer) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	assert_string_equal(buffer, text);
}

static void
a_change_leaves_the_rest_of_the_file(void **state)
{
	char folder[] = "/tmp/kz-facts-XXXXXX", path[64];
	struct kz_facts facts;
	enum kz_symptom symptom = KZ_SYM_REG_CONTACT_RETIRED;
	struct stat found;
	size_t count;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/facts.conf", folder);
	assert_int_equal(
		kz_factfile_read(path, NOW_S, keep_saying, NULL, &facts),
		KZ_NOT_FOUND);
	write_file(path, "# ours\nnonsense\n\nexample1.jp");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(parse(GOOD), KZ_OK);
	assert_int_equal(kz_factfile_add(path, &fact), KZ_OK);
	assert_file(path, "# ours\nnonsense\n\nexample1.jp\n" GOOD "\n");
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0640);
	assert_int_equal(
		kz_factfile_read(path, NOW_S, keep_saying, NULL, &facts),
		KZ_EINVAL);
	assert_non_null(strstr(said, "facts.conf:4: expected a symptom"));
	assert_int_equal(facts.count, 1);
	free(facts.list);
	assert_int_equal(
		kz_factfile_remove(path, &fact.domain, &symptom, true, &count),
		KZ_NOT_FOUND);
	assert_int_equal(
		kz_factfile_remove(path, &fact.domain, &symptom, false, &count),
		KZ_OK);
	assert_int_equal(count, 1);
	assert_file(path, "# ours\nnonsense\n\nexample1.jp\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_line_that_is_too_long_is_said(void **state)
{
	char folder[] = "/tmp/kz-facts-XXXXXX", path[64];
	char text[8192];
	struct kz_facts facts;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/facts.conf", folder);
	memset(text, 'a', 5000);
	(void)snprintf(text + 5000, sizeof(text) - 5000, "\n%s\n", GOOD);
	write_file(path, text);
	assert_int_equal(
		kz_factfile_read(path, NOW_S, keep_saying, NULL, &facts),
		KZ_EINVAL);
	assert_non_null(strstr(said, "facts.conf:1: expected a line"));
	assert_int_equal(facts.count, 1);
	free(facts.list);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_says_who_until_when_and_why),
		cmocka_unit_test(what_is_wrong_with_a_line_is_said),
		cmocka_unit_test(days_are_counted_as_the_calendar_does),
		cmocka_unit_test(what_is_printed_parses_to_the_same),
		cmocka_unit_test(a_change_leaves_the_rest_of_the_file),
		cmocka_unit_test(a_line_that_is_too_long_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/*
 * Lists of domains from files: what counts, what is said, and the list of
 * shared senders that comes with kizuki.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/namelist.h"

#define SHIPPED "data/shared-senders"

static char path[] = "/tmp/kizuki-names.XXXXXX";
static char said[2048];

static void
remember(void *arg, const char *message)
{
	size_t used = strlen(said);

	(void)arg;
	(void)snprintf(said + used, sizeof(said) - used, "%s\n", message);
}

static void
write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Adds text as a file to list. */
static enum kz_result
add(struct kz_namelist *list, const char *text)
{
	said[0] = '\0';
	write_file(text, strlen(text));
	return kz_namelist_add(list, path, remember, NULL);
}

static bool
has(const struct kz_namelist *list, const char *text)
{
	struct kz_name name;

	assert_int_equal(
		kz_name_parse((struct kz_str){text, strlen(text)}, &name),
		KZ_OK);
	return kz_namelist_has(list, &name);
}

static void
assert_said(const char *what)
{
	if (strstr(said, what) == NULL)
		fail_msg("expected \"%s\" in \"%s\"", what, said);
}

static void
a_domain_and_what_lies_below_it_is_on_the_list(void **state)
{
	struct kz_namelist list = {.count = 0};

	(void)state;
	assert_int_equal(add(&list,
				 "# big ones\n\n big.example # a comment\r\n"
				 "\tRelay.Example.\n"),
		KZ_OK);
	assert_string_equal(said, "");
	assert_int_equal(list.count, 2);
	assert_true(has(&list, "big.example"));
	assert_true(has(&list, "a.b.big.example"));
	assert_true(has(&list, "mx.relay.example"));
	assert_false(has(&list, "notbig.example"));
	assert_false(has(&list, "example"));
	kz_namelist_free(&list);
	assert_false(has(&list, "big.example"));
}

static void
of_two_entries_the_longer_then_the_later_decides(void **state)
{
	struct kz_namelist list = {.count = 0};

	(void)state;
	assert_int_equal(
		add(&list, "big.example\nrelay.example\nlist.example\n"),
		KZ_OK);
	assert_int_equal(add(&list,
				 "!vps.big.example\nmail.vps.big.example\n"
				 "!relay.example\nown.example\n"
				 "!twice.example\ntwice.example\n"),
		KZ_OK);
	assert_true(has(&list, "mx.big.example"));
	assert_false(has(&list, "vps.big.example"));
	assert_false(has(&list, "v17.vps.big.example"));
	assert_true(has(&list, "out.mail.vps.big.example"));
	assert_false(has(&list, "relay.example"));
	assert_true(has(&list, "list.example"));
	assert_true(has(&list, "own.example"));
	assert_true(has(&list, "twice.example"));
	kz_namelist_free(&list);
}

static void
the_date_is_that_of_the_first_file_that_says_one(void **state)
{
	struct kz_namelist list = {.count = 0};

	(void)state;
	assert_int_equal(add(&list, "big.example\n"), KZ_OK);
	assert_int_equal(list.date_s, 0);
	assert_int_equal(add(&list, "date: 2020-02-29\n"), KZ_OK);
	assert_int_equal(list.date_s, 1582934400);
	assert_int_equal(add(&list, "date:2021-01-01 # own\n"), KZ_OK);
	assert_int_equal(list.date_s, 1582934400);
	kz_namelist_free(&list);
}

static void
a_bad_line_is_said_with_its_number_and_left_out(void **state)
{
	static const char *const lines[] = {"jp", "!", "! x.example",
		"a..example", "two words.example", "10.0.0.1/8",
		"user@a.example", "date: yesterday", "date: 2020-02-30x",
		"date:", "-"};
	struct kz_namelist list = {.count = 0};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		(void)snprintf(text, sizeof(text), "a.example\n%s\nb.example\n",
			lines[i]);
		if (add(&list, text) != KZ_EFORMAT)
			fail_msg("\"%s\" was taken", lines[i]);
		assert_said(path);
		assert_said(":2: ");
		assert_int_equal(list.count, 2);
		assert_int_equal(list.date_s, 0);
	}
	kz_namelist_free(&list);
}

/* The rest of a long line is no line of its own. */
static void
a_long_line_is_left_out_whole(void **state)
{
	struct kz_namelist list = {.count = 0};
	char text[1200];

	(void)state;
	memset(text, ' ', sizeof(text));
	(void)memcpy(text + 600, "evil.example\nb.example\n", 24);
	assert_int_equal(add(&list, text), KZ_EFORMAT);
	assert_said(":1: the line is too long");
	assert_int_equal(list.count, 1);
	assert_true(has(&list, "b.example"));
	kz_namelist_free(&list);
}

static void
a_missing_file_is_none_and_a_folder_is_an_error(void **state)
{
	struct kz_namelist list = {.count = 0};

	(void)state;
	said[0] = '\0';
	assert_int_equal(
		kz_namelist_add(&list, "/nonexistent/list", remember, NULL),
		KZ_NOT_FOUND);
	assert_string_equal(said, "");
	assert_int_equal(
		kz_namelist_add(&list, "/tmp", remember, NULL), KZ_EIO);
	assert_said("/tmp: Is a directory");
	assert_int_equal(list.count, 0);
}

static void
more_names_than_the_bound_are_left_out(void **state)
{
	struct kz_namelist list = {.count = 0};
	FILE *file = fopen(path, "we");

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < KZ_NAMELIST_MAX + 10; i++)
		(void)fprintf(file, "n%d.example\n", i);
	assert_int_equal(fclose(file), 0);
	said[0] = '\0';
	assert_int_equal(
		kz_namelist_add(&list, path, remember, NULL), KZ_EFORMAT);
	assert_said(":100001: too many names");
	assert_int_equal(list.count, KZ_NAMELIST_MAX);
	kz_namelist_free(&list);
}

/* Each line stands once, so that taking one off takes it off. */
static void
the_list_that_comes_with_kizuki_is_good(void **state)
{
	static const char *const names[] = {"mail-lf1-f46.google.com",
		"mail-os0jpn01on2097.outbound.protection.outlook.com",
		"a9-31.smtp-out.amazonses.com", "o1.ptr1.sendgrid.net",
		"mfsmax.docomo.ne.jp", "lsean.ezweb.ne.jp",
		"www1234.sakura.ne.jp", "sv1.xserver.jp",
		"mx0a-001.pphosted.com", "mail02.groups.io"};
	static const char *const others[] = {
		"example1.jp", "kantei.go.jp", "co.jp", "u-tokyo.ac.jp"};
	struct kz_namelist list = {.count = 0};

	(void)state;
	said[0] = '\0';
	assert_int_equal(
		kz_namelist_add(&list, SHIPPED, remember, NULL), KZ_OK);
	assert_string_equal(said, "");
	assert_true(list.count > 250);
	assert_int_equal(list.count, list.turns);
	assert_true(list.date_s > 1700000000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!has(&list, names[i]))
			fail_msg("%s is not on the list", names[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(has(&list, others[i]));
	for (size_t i = 0; i < list.count; i++)
		assert_false(list.list[i].off);
	kz_namelist_free(&list);
}

/* The administrator's own file begins with comments alone. */
static void
the_template_of_the_own_file_changes_nothing(void **state)
{
	struct kz_namelist list = {.count = 0};

	(void)state;
	assert_int_equal(kz_namelist_add(&list, "packaging/shared-senders",
				 remember, NULL),
		KZ_OK);
	assert_int_equal(list.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_domain_and_what_lies_below_it_is_on_the_list),
		cmocka_unit_test(
			of_two_entries_the_longer_then_the_later_decides),
		cmocka_unit_test(
			the_date_is_that_of_the_first_file_that_says_one),
		cmocka_unit_test(
			a_bad_line_is_said_with_its_number_and_left_out),
		cmocka_unit_test(a_long_line_is_left_out_whole),
		cmocka_unit_test(
			a_missing_file_is_none_and_a_folder_is_an_error),
		cmocka_unit_test(more_names_than_the_bound_are_left_out),
		cmocka_unit_test(the_list_that_comes_with_kizuki_is_good),
		cmocka_unit_test(the_template_of_the_own_file_changes_nothing),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	(void)close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return failed;
}

/* SPDX-License-Identifier: ISC */
/*
 * kizuki registry: a kizuki-probe of our own that says prepared lines, with and
 * without a kizukid of prepared answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cmocka.h>

#include "cli_run.h"

#define OK_HEAD "HTTP/1.0 200 OK\r\n\r\n"
#define SIZE    4096

static char asked[SIZE];
static char heard[CANNED_REQUEST];
static struct canned canned;
static struct cli_run run;

#define WANT "{\"v\":1,\"turn_wanted\":\"whois.jprs.jp\",\"rdap\":false}"
#define SAYS(outcome, rest)                                                    \
	"{\"v\":1,\"registry_says\":\"example2.jp\","                          \
	"\"server\":\"whois.jprs.jp\",\"outcome\":\"" outcome "\"" rest "}"
#define FOUND                                                                  \
	SAYS("found",                                                          \
		",\"kind\":\"domain\",\"domain\":\"example2.jp\","             \
		"\"states\":[\"Connected\"],\"servers\":[\"ns.example2.jp\"]," \
		"\"contacts\":[[\"RT0040JP\",2,\"example.org\"]]")

/*
 * Run in sh behind the reading of the question.  say TEXT: a line; hear: the
 * next one that it is told, kept.
 */
static void
ask(const char *const *answers, const char *script, const char *domain)
{
	char path[128];
	char program[SIZE];
	char config[512];

	if (answers != NULL)
		canned_start(&canned, answers);
	cli_make(&run, answers != NULL ? &canned : NULL, "");
	cli_path(&run, "probe", path, sizeof(path));
	(void)snprintf(program, sizeof(program),
		"#!/bin/sh\necho \"$*\" >%s/asked\n"
		"say() { printf '%%s\\n' \"$1\"; }\n"
		"hear() { read line; printf '%%s\\n' \"$line\" >>%s/asked; }\n"
		"hear\n%s\n",
		run.folder, run.folder, script);
	cli_write(path, program, 0700);
	(void)snprintf(config, sizeof(config),
		"run_dir = \"%s\"\nprobe_path = \"%s\"\n",
		answers != NULL ? canned.folder : run.folder, path);
	cli_write(run.config, config, 0600);
	CLI(&run, "registry", domain);
	cli_path(&run, "asked", path, sizeof(path));
	cli_read(path, asked, sizeof(asked));
	cli_clean(&run);
	if (answers != NULL)
		canned_stop(&canned, heard, sizeof(heard), true);
}

static void
says(const char *text, const char *words)
{
	if (strstr(text, words) == NULL)
		print_error("no \"%s\" in:\n%s\n%s\n%s", words, run.out,
			run.err, asked);
	assert_non_null(strstr(text, words));
}

static void
what_it_says_is_printed(void **state)
{
	(void)state;
	ask(NULL, "say '" WANT "'; hear; say '" FOUND "'; cat", "example2.jp");
	assert_int_equal(run.status, 0);
	assert_string_equal(run.out,
		"server: whois.jprs.jp\ndomain: example2.jp\n"
		"status: Connected\nname server: ns.example2.jp\n"
		"contact: tech RT0040JP (mail at example.org)\n");
	assert_string_equal(run.err, "");
	says(asked, " -kt\n{\"v\":1,\"registry_of\":\"example2.jp\"}\n");
	says(asked,
		"{\"v\":1,\"turn_answer\":\"whois.jprs.jp\",\"rdap\":false,"
		"\"granted\":true,\"wait\":0}\n");
}

static void
each_outcome_has_its_status(void **state)
{
	static const struct {
		const char *script;
		int status;
		const char *out, *err;
	} table[] = {
		{"say '" SAYS("not found", "") "'", 1,
			"server: whois.jprs.jp\nanswer: not found\n", ""},
		{"say '" SAYS("refused", "") "'", EX_TEMPFAIL, "",
			"whois.jprs.jp: it refused the question\n"},
		{"say '" SAYS("unclear", "") "'", EX_TEMPFAIL, "",
			"whois.jprs.jp: its answer says nothing"},
		{"say '" SAYS("refused", ",\"why\":\"timeout\"") "'",
			EX_TEMPFAIL, "",
			"whois.jprs.jp: no answer (timeout)\n"},
		{"say '{\"v\":1,\"registry_says\":\"example2.jp\","
		 "\"server\":\"\",\"outcome\":\"unclear\"}'",
			EX_UNAVAILABLE, "",
			"example2.jp: kizuki knows no registry to ask"},
		{"say '" SAYS("not found", ",\"more\":true") "'; say '" FOUND
							     "'",
			0, "server: whois.jprs.jp\ndomain: example2.jp\n",
			"whois.jprs.jp: not found there; another one is"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ask(NULL, table[i].script, "example2.jp");
		assert_int_equal(run.status, table[i].status);
		says(run.out, table[i].out);
		says(run.err, table[i].err);
		if (table[i].out[0] == '\0')
			assert_string_equal(run.out, "");
	}
}

static void
a_prober_that_fails_is_told(void **state)
{
	static const struct {
		const char *script;
		int status;
		const char *err;
	} table[] = {
		{"exit 3", EX_TEMPFAIL, "ended with status 3 before it"},
		{"kill -9 $$", EX_TEMPFAIL, "ended by signal 9"},
		{"say what?; say '{\"v\":1,\"error\":\"no\",\"line\":\"x\"}'",
			EX_TEMPFAIL, "said something else"},
		{"while say '" WANT "'; do hear; done", EX_PROTOCOL,
			"wants more than 16 turns"},
		{"head -c 20000 /dev/zero | tr '\\0' x; cat", EX_PROTOCOL,
			"a line without end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ask(NULL, table[i].script, "10.0.0.1");
		assert_int_equal(run.status, table[i].status);
		says(run.err, table[i].err);
		assert_string_equal(run.out, "");
	}
	says(asked, "{\"v\":1,\"registry_of\":\"10.0.0.1\"}\n");
	cli_make(&run, NULL, "probe_path = /nonexistent/kizuki-probe\n");
	CLI(&run, "registry", "example2.jp");
	cli_clean(&run);
	assert_int_equal(run.status, EX_UNAVAILABLE);
	says(run.err, "No such file");
}

static void
what_kizukid_keeps_is_shown_without_a_question(void **state)
{
	static const char *const answers[] = {OK_HEAD "{}",
		OK_HEAD "{\"asked\":1582941600,\"server\":\"whois.jprs.jp\","
			"\"status\":[\"Connected\"]}",
		NULL};

	(void)state;
	ask(answers, "exit 3", "www.example2.jp");
	assert_int_equal(run.status, 0);
	says(run.out, "kept answer of 2020-02-29 02:00 from whois.jprs.jp\n");
	says(heard, "GET /v1/registered/example2.jp HTTP");
}

#define NOT_KEPT OK_HEAD "{}", "HTTP/1.0 404 No\r\n\r\n{\"error\":\"no\"}"

static void
a_turn_is_kizukids(void **state)
{
	static const char *const answers[] = {
		NOT_KEPT, OK_HEAD "{}", OK_HEAD "{\"v\":1,\"wait\":7}", NULL};

	(void)state;
	ask(answers, "say '" WANT "'; hear; say '" FOUND "'", "example2.jp");
	assert_int_equal(run.status, 0);
	says(heard, "POST /v1/turns HTTP");
	says(heard, "{\"server\":\"whois.jprs.jp\",\"rdap\":false}");
	says(asked, "\"granted\":true,\"wait\":7}\n");
	says(run.err, "whois.jprs.jp: its turn is in 7 s\n");
}

static void
who_has_no_turn_is_told_until_when(void **state)
{
	static const char *const answers[] = {NOT_KEPT, OK_HEAD "{}",
		"HTTP/1.0 429 No\r\n\r\n{\"error\":\"no\","
		"\"until\":1582945200}",
		NULL};
	static const char *const broken[] = {NOT_KEPT, OK_HEAD "{}",
		"HTTP/1.0 500 No\r\n\r\n{\"error\":\"no\"}", NULL};

	(void)state;
	ask(answers,
		"say '" WANT
		"'; hear; say '" SAYS("unclear", ",\"why\":\"left alone\"") "'",
		"example2.jp");
	assert_int_equal(run.status, EX_TEMPFAIL);
	says(asked, "\"granted\":false,\"wait\":0}\n");
	says(run.err,
		"whois.jprs.jp: no answer (left alone); it is not asked "
		"before 2020-02-29 03:00 UTC\n");
	ask(broken, "say '" WANT "'; cat", "example2.jp");
	assert_int_equal(run.status, EX_TEMPFAIL);
	says(run.err, "kizukid grants no turn at whois.jprs.jp (500)");
}

static void
a_refusal_is_told_to_kizukid(void **state)
{
	static const char *const answers[] = {NOT_KEPT, OK_HEAD "{}",
		OK_HEAD "{\"v\":1,\"wait\":0}", OK_HEAD "{}",
		OK_HEAD "{\"v\":1,\"until\":1582945200}", NULL};

	(void)state;
	ask(answers,
		"say '" WANT "'; hear; say '{\"v\":1,\"t\":1582941600,"
		"\"turn\":\"whois.jprs.jp\",\"rdap\":false,\"asked\":0,"
		"\"until\":1582945200,\"back_off\":3600}'; say '" SAYS(
			"refused", "") "'",
		"example2.jp");
	assert_int_equal(run.status, EX_TEMPFAIL);
	says(heard,
		"{\"server\":\"whois.jprs.jp\",\"rdap\":false,"
		"\"refused\":3600}");
	says(run.err,
		"whois.jprs.jp: it refused the question; it is not asked "
		"before 2020-02-29 03:00 UTC\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_printed),
		cmocka_unit_test(each_outcome_has_its_status),
		cmocka_unit_test(a_prober_that_fails_is_told),
		cmocka_unit_test(
			what_kizukid_keeps_is_shown_without_a_question),
		cmocka_unit_test(a_turn_is_kizukids),
		cmocka_unit_test(who_has_no_turn_is_told_until_when),
		cmocka_unit_test(a_refusal_is_told_to_kizukid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

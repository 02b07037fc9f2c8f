/* SPDX-License-Identifier: ISC */
/* kizuki check: through a server of prepared answers, and by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>

#include <cmocka.h>

#include "cli_run.h"

#define OK_HEAD "HTTP/1.0 200 OK\r\n\r\n"
#define SIZE    4096

static char asked[CANNED_REQUEST];
static struct canned canned;
static struct cli_run run;

/* A finding of just now; rests as in a line. */
static const char *
finding(const char *id, const char *object, const char *outcome, int weight,
	const char *rests)
{
	static char text[8][SIZE / 4];
	static size_t next;
	char *line = text[next++ % 8];

	(void)snprintf(line, SIZE / 4,
		"{\"v\":1,\"t\":%lld,\"subject\":\"example1.jp\",\"id\":\"%s\","
		"\"object\":\"%s\",\"outcome\":\"%s\",\"weight\":%d,"
		"\"value\":\"ishtar.example1.jp\",\"rests\":[%s],"
		"\"why\":\"EHOSTUNREACH\",\"truncated\":false}",
		(long long)time(NULL), id, object, outcome, weight, rests);
	return line;
}

#define V4 "[\"smtp25-v4\",\"10.224.31.110\"]"
#define V6 "[\"smtp25-v6\",\"2001:db8:268:810::110\"]"

/* One look at example1.jp that finds this. */
static void
look(const char *findings, const char *complete, const char *const *args)
{
	char done[SIZE];
	const char *const answers[] = {OK_HEAD "{\"v\":1}",
		OK_HEAD "{\"look\":7}", OK_HEAD "{\"state\":\"running\"}", done,
		NULL};

	(void)snprintf(done, sizeof(done),
		OK_HEAD "{\"state\":\"done\",\"findings\":[%s],\"complete\":"
			"[%s]}",
		findings, complete);
	canned_start(&canned, answers);
	cli_make(&run, &canned, "");
	cli_run_with(&run, "", args);
	canned_stop(&canned, asked, sizeof(asked), true);
	cli_clean(&run);
}

static const char *const check[] = {"check", "example1.jp", NULL};
static const char all[] = "\"MX\",\"DEL\",\"CON\"";

static void
what_would_convict_is_status_2(void **state)
{
	char seen[SIZE];

	(void)state;
	(void)snprintf(seen, sizeof(seen), "%s,%s",
		finding("mx-best-dead", "example1.jp", "bad", 6, V4 "," V6),
		finding("mx-best-refused", "example1.jp", "unknown", 0, ""));
	look(seen, all, check);
	assert_int_equal(run.status, 2);
	assert_string_equal(run.err, "");
	cli_says(&run,
		"example1.jp: would be broken if this lasts; paper profile, "
		"6 points\n");
	cli_says(&run, "MX: 6 of at most 10 points\n");
	cli_says(&run, "   6  mx-best-dead  example1.jp  convicts alone\n");
	cli_says(&run, "      advice: Bring ishtar.example1.jp back");
	cli_says(&run, "\nDEL: examined, nothing bad\n");
	assert_null(strstr(run.out, "cannot tell"));
	assert_non_null(strstr(asked, "GET /v1/status HTTP"));
	assert_non_null(strstr(asked, "POST /v1/sites/example1.jp/look HTTP"));
	assert_non_null(strstr(asked, "GET /v1/looks/7 HTTP"));
}

static void
what_would_not_is_status_1(void **state)
{
	(void)state;
	look(finding("addr-private-published", "tokkyo.example1.jp", "bad", 3,
		     ""),
		all, check);
	assert_int_equal(run.status, 1);
	cli_says(&run, "example1.jp: something is bad, but would not convict");
}

static void
nothing_bad_is_status_0(void **state)
{
	(void)state;
	look(finding("mx-best-dead", "example1.jp", "ok", 0, ""), all, check);
	assert_int_equal(run.status, 0);
	cli_says(&run, "example1.jp: nothing bad");
	look("", all, check);
	assert_int_equal(run.status, 0);
}

static void
what_was_not_seen_is_status_3(void **state)
{
	(void)state;
	look("", "\"DEL\",\"CON\"", check);
	assert_int_equal(run.status, 3);
	cli_says(&run, "example1.jp: cannot tell");
	cli_says(&run, "MX: not examined completely\n");
	/* complete, but all of it unknown: our own port 25 is closed */
	look(finding("mx-best-dead", "example1.jp", "unknown", 0, ""), all,
		check);
	assert_int_equal(run.status, 3);
	cli_says(&run,
		"MX: nothing bad in what could be seen\n"
		"   ?  mx-best-dead  example1.jp\n"
		"      cannot tell: EHOSTUNREACH\n");
}

/* Much of its family was seen, but not what matters: our line may be at fault.
 */
static void
what_would_convict_but_is_in_doubt_is_status_3(void **state)
{
	char seen[SIZE];

	(void)state;
	(void)snprintf(seen, sizeof(seen), "%s,%s",
		finding("mx-target-missing", "ishtar.example1.jp", "ok", 0, ""),
		finding("mx-best-dead", "example1.jp", "unknown", 6, V4));
	look(seen, all, check);
	assert_int_equal(run.status, 3);
	cli_says(&run, "example1.jp: cannot tell");
	cli_says(&run, "   ?  mx-best-dead  example1.jp\n");
	/* One family that never answered here convicts nobody. */
	(void)snprintf(seen, sizeof(seen), "%s,%s",
		finding("mx-best-dead", "example1.jp", "ok", 0, ""),
		finding("mx-family-dead", "ishtar.example1.jp", "unknown", 3,
			V6));
	look(seen, all, check);
	assert_int_equal(run.status, 0);
}

static void
doubts_are_told_in_japanese(void **state)
{
	static const char *const args[] = {
		"check", "example1.jp", "--lang=ja", NULL};
	char text[SIZE / 4];
	char seen[SIZE];
	char *why;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s",
		finding("dns-soa-split", "example1.jp", "unknown", 0, ""));
	why = strstr(text, "EHOSTUNREACH");
	assert_non_null(why);
	*why = '\0';
	(void)snprintf(seen, sizeof(seen), "%sthe servers differ%s,%s", text,
		why + sizeof("EHOSTUNREACH") - 1,
		finding("mx-no-banner", "example1.jp", "unknown", 0, ""));
	look(seen, all, args);
	cli_says(&run, "example1.jp: 判断できない");
	cli_says(&run, "      判断できない: サーバ間で異なる\n");
	cli_says(&run, "      判断できない: EHOSTUNREACH\n");
}

static void
programs_get_one_object_a_line(void **state)
{
	static const char *const args[] = {
		"check", "--json", "example1.jp", NULL};

	(void)state;
	look(finding("mx-best-dead", "example1.jp", "bad", 6, V4 "," V6), all,
		args);
	assert_int_equal(run.status, 2);
	cli_says(&run,
		"{\"v\":1,\"site\":\"example1.jp\",\"if_this_lasts\":true,"
		"\"verdict\":{\"state\":\"broken\",\"profile\":\"paper\","
		"\"total\":6,");
	cli_says(&run, "\"complete\":[\"MX\",\"DEL\",\"CON\"]");
	cli_says(&run, "\"value\":\"ishtar.example1.jp\"");
	assert_ptr_equal(strchr(run.out, '\n') + 1, run.out + strlen(run.out));
}

static void
the_sentences_are_there_in_japanese(void **state)
{
	static const char *const args[] = {
		"check", "--lang", "ja", "example1.jp", NULL};

	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	look(finding("mx-best-dead", "example1.jp", "bad", 6, V4 "," V6), all,
		args);
	assert_int_equal(run.status, 2);
	cli_says(&run, "example1.jp の優先度が最も高いメールサーバ");
	for (const char *line = run.out; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		assert_true(len <= (size_t)3 * 79);
		line += len + 1;
	}
}

static void
a_refused_look_is_told(void **state)
{
	static const char *const answers[] = {OK_HEAD "{}",
		"HTTP/1.0 503 Busy\r\n\r\n{\"error\":\"the prober is down\"}",
		OK_HEAD "{}", OK_HEAD "{\"look\":[]}", OK_HEAD "{}",
		OK_HEAD "{\"look\":\"a1\"}",
		OK_HEAD "{\"state\":\"done\",\"findings\":[3]}", NULL};

	(void)state;
	canned_start(&canned, answers);
	cli_make(&run, &canned, "");
	CLI(&run, "check", "example1.jp");
	assert_int_equal(run.status, EX_TEMPFAIL);
	assert_non_null(strstr(run.err, "the prober is down"));
	CLI(&run, "check", "example1.jp");
	assert_int_equal(run.status, EX_PROTOCOL);
	assert_non_null(strstr(run.err, "names no look"));
	CLI(&run, "check", "example1.jp");
	assert_int_equal(run.status, EX_PROTOCOL);
	canned_stop(&canned, asked, sizeof(asked), true);
	cli_clean(&run);
	assert_non_null(strstr(asked, "GET /v1/looks/a1 HTTP"));
}

/* A kizuki-probe of our own says these lines; what it is asked is kept. */
static void
probe_says(const char *lines, const char *more, const char *const *args)
{
	char path[128];
	char script[SIZE];
	char config[512];

	cli_make(&run, NULL, "");
	(void)snprintf(script, sizeof(script),
		"#!/bin/sh\ncat >%s/asked\ncat <<'END'\n%s\nEND\n%s\n",
		run.folder, lines, more);
	cli_path(&run, "probe", path, sizeof(path));
	cli_write(path, script, 0700);
	(void)snprintf(config, sizeof(config),
		"run_dir = \"%s\"\nprobe_path = \"%s\"\n"
		"canary smtp25_v4 { targets = 10.20.0.25 }\n",
		run.folder, path);
	cli_write(run.config, config, 0600);
	cli_run_with(&run, "", args);
	cli_path(&run, "asked", path, sizeof(path));
	cli_read(path, asked, sizeof(asked));
	cli_clean(&run);
}

static const char *
touched(const char *addr, const char *reach)
{
	static char text[256];

	(void)snprintf(text, sizeof(text),
		"{\"v\":1,\"t\":%lld,\"touched\":\"%s\",\"service\":\"smtp25\","
		"\"outcome\":\"%s\"}",
		(long long)time(NULL), addr, reach);
	return text;
}

#define DONE                                                                   \
	"{\"v\":1,\"done\":\"example1.jp\",\"complete\":[\"MX\",\"DEL\","      \
	"\"CON\"]}"

static void
without_kizukid_check_looks_by_itself(void **state)
{
	char lines[SIZE];

	(void)state;
	(void)snprintf(lines, sizeof(lines), "%s\n%s\n%s",
		touched("10.224.31.100", "alive"),
		finding("mx-best-dead", "example1.jp", "bad", 6, V4 "," V6),
		DONE);
	probe_says(lines, "", check);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "kizukid does not listen in"));
	assert_non_null(strstr(run.err, "/probe instead"));
	cli_says(&run, "   6  mx-best-dead  example1.jp  convicts alone\n");
	assert_non_null(strstr(asked, "\"canary\":\"10.20.0.25\""));
	assert_non_null(strstr(asked, "\nexample1.jp\n"));
}

static void
a_failure_that_may_be_ours_is_unknown(void **state)
{
	char lines[SIZE];

	(void)state;
	(void)snprintf(lines, sizeof(lines), "%s\n%s\n%s",
		touched("10.224.31.100", "refused"),
		finding("mx-all-dead", "example1.jp", "bad", 10, V4), DONE);
	probe_says(lines, "", check);
	assert_int_equal(run.status, 3);
	cli_says(&run, "it may be our own line");
	/* IPv6 never worked here, and nothing but IPv6 failed */
	(void)snprintf(lines, sizeof(lines), "%s\n%s\n%s",
		touched("10.224.31.100", "alive"),
		finding("mx-family-dead", "example1.jp", "bad", 3, V6), DONE);
	probe_says(lines, "", check);
	assert_int_equal(run.status, 3);
}

static void
a_probe_that_fails_is_told(void **state)
{
	static const char *const missing[] = {"check", "example1.jp", NULL};

	(void)state;
	probe_says("{\"v\":1,\"error\":\"no name\",\"line\":\"a..b\"}\n"
		   "what?",
		"exit 3", check);
	assert_int_equal(run.status, 3);
	assert_non_null(strstr(run.err, "kizuki-probe: no name: a..b"));
	assert_non_null(strstr(run.err, "kizuki-probe said something else"));
	assert_non_null(strstr(run.err, "ended with status 3 before all"));
	cli_says(&run, "example1.jp: cannot tell");
	cli_make(&run, NULL, "probe_path = /nonexistent/kizuki-probe\n");
	cli_run_with(&run, "", missing);
	cli_clean(&run);
	assert_int_equal(run.status, EX_UNAVAILABLE);
	assert_non_null(strstr(run.err, "No such file"));
}

static void
of_several_sites_the_worst_counts(void **state)
{
	static const char *const two[] = {
		"check", "b.jp", "example1.jp", "c.jp", NULL};
	char lines[SIZE];

	(void)state;
	(void)snprintf(lines, sizeof(lines),
		"%s\n%s\n"
		"{\"v\":1,\"done\":\"b.jp\",\"complete\":[\"MX\",\"DEL\","
		"\"CON\"]}",
		finding("addr-private-published", "x.example1.jp", "bad", 3,
			""),
		DONE);
	probe_says(lines, "", two);
	assert_int_equal(run.status, 1);
	cli_says(&run, "b.jp: nothing bad");
	cli_says(&run,
		"\n\nexample1.jp: something is bad, but would not convict");
	cli_says(&run, "\n\nc.jp: cannot tell");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_convict_is_status_2),
		cmocka_unit_test(
			what_would_convict_but_is_in_doubt_is_status_3),
		cmocka_unit_test(doubts_are_told_in_japanese),
		cmocka_unit_test(what_would_not_is_status_1),
		cmocka_unit_test(nothing_bad_is_status_0),
		cmocka_unit_test(what_was_not_seen_is_status_3),
		cmocka_unit_test(programs_get_one_object_a_line),
		cmocka_unit_test(the_sentences_are_there_in_japanese),
		cmocka_unit_test(a_refused_look_is_told),
		cmocka_unit_test(without_kizukid_check_looks_by_itself),
		cmocka_unit_test(a_failure_that_may_be_ours_is_unknown),
		cmocka_unit_test(a_probe_that_fails_is_told),
		cmocka_unit_test(of_several_sites_the_worst_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

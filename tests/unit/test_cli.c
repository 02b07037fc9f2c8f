/* SPDX-License-Identifier: ISC */
/* The kizuki command from outside, against a server of prepared answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cmocka.h>

#include "cli_run.h"

#define OK(body) "HTTP/1.0 200 OK\r\n\r\n" body

static char asked[CANNED_REQUEST];
static struct canned canned;
static struct cli_run run;

static void
begin(const char *const *answers)
{
	canned_start(&canned, answers);
	cli_make(&run, &canned, "");
}

static void
end(void)
{
	canned_stop(&canned, asked, sizeof(asked), true);
	cli_clean(&run);
}

#define BROKEN                                                                 \
	"{\"v\":1,\"site\":\"example1.jp\",\"known\":true,"                    \
	"\"first_seen\":1580000000,\"last_seen\":1582900000,"                  \
	"\"examined\":1582890000,\"next_look\":1582911600,"                    \
	"\"zone\":\"example1.jp\","                                            \
	"\"pardon\":{\"until\":1585000000,\"why\":\"they know\"},"             \
	"\"verdict\":{\"state\":\"broken\",\"profile\":\"paper\","             \
	"\"total\":10,\"families\":{\"MX\":{\"points\":10,\"cap\":10,"         \
	"\"uncapped\":12}},\"reasons\":["                                      \
	"{\"id\":\"mx-best-dead\",\"object\":\"example1.jp\",\"points\":6,"    \
	"\"fate\":\"counts\",\"convicts\":true,\"sentence\":\"It is dead.\","  \
	"\"fix\":\"Mend it.\",\"first_bad\":1581000000,"                       \
	"\"newest_bad\":1582890000,\"newest_ok\":1570000000,\"count\":12},"    \
	"{\"id\":\"ns-dead\",\"object\":\"ns\\u001b[31m\\u009b.jp\","          \
	"\"points\":5,\"fate\":\"waiting\",\"convicts\":false,"                \
	"\"sentence\":\"s\",\"fix\":\"f\",\"needs\":\"3 more findings\"}]}}"

static void
show_prints_the_verdict_with_its_arithmetic(void **state)
{
	static const char *const answers[] = {
		OK(BROKEN), OK(BROKEN), OK(BROKEN), NULL};

	(void)state;
	begin(answers);
	CLI(&run, "show", "Example1.JP.");
	assert_int_equal(run.status, 0);
	assert_string_equal(run.err, "");
	cli_says(&run, "example1.jp: broken; paper profile, 10 points\n");
	cli_says(&run,
		"  seen in mail from 2020-01-26 00:53 to 2020-02-28 14:26\n");
	cli_says(&run,
		"  examined 2020-02-28 11:40, next look 2020-02-28 17:40\n");
	cli_says(&run, "  pardon until 2020-03-23 21:46: they know\n");
	cli_says(&run, "MX: 10 of at most 10 points (12 before the cap)\n");
	cli_says(&run,
		"   6  mx-best-dead  example1.jp  (counts)  convicts alone\n");
	cli_says(&run,
		"      It is dead.\n      bad 12 times, 2020-02-06 14:40 to "
		"2020-02-28 11:40; last ok 2019-10-02 07:06\n"
		"      advice: Mend it.\n");
	cli_says(&run, "DEL: nothing that counts\n");
	/* what would steer a terminal does not reach it */
	cli_says(&run, "   5  ns-dead  ns?[31m?.jp  (waiting)\n");
	cli_says(&run, "      needed to count: 3 more findings\n");
	CLI(&run, "show", "ja.日本");
	assert_int_equal(run.status, 0);
	CLI(&run, "--json", "--lang=ja", "show", "example1.jp");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"\"pardon\":{\"until\":1585000000,\"why\":\"they know\"}");
	end();
	assert_non_null(strstr(asked, "GET /v1/sites/example1.jp HTTP"));
	assert_non_null(strstr(asked, "GET /v1/sites/ja.xn--wgv71a HTTP"));
	assert_non_null(
		strstr(asked, "GET /v1/sites/example1.jp?lang=ja HTTP"));
}

/* The frame too, not only what the catalogue says. */
static void
the_whole_page_is_japanese(void **state)
{
	static const char *const answers[] = {
		OK(BROKEN), OK("{\"v\":1,\"known\":false}"), NULL};

	(void)state;
	begin(answers);
	CLI(&run, "show", "example1.jp", "--lang", "ja");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"example1.jp: 不備あり（遅延の対象）、プロファイル paper、10 "
		"点\n"
		"  受信: 初回 2020-01-26 00:53、最終 2020-02-28 14:26\n"
		"  確認: 2020-02-28 11:40、次回 2020-02-28 17:40\n"
		"  ゾーン example1.jp\n"
		"  猶予（2020-03-23 21:46 まで）: they know\n"
		"MX: 10 点（上限 10 点）（上限を除けば 12 点）\n"
		"   6  mx-best-dead  example1.jp  (算入)  単独で判定\n"
		"      It is dead.\n"
		"      bad 12 回、2020-02-06 14:40 から 2020-02-28 11:40 まで、"
		"最後の ok 2019-10-02 07:06\n"
		"      対処: Mend it.\n"
		"DEL: 算入するものはなし\n"
		"   5  ns-dead  ns?[31m?.jp  (継続待ち)\n"
		"      s\n"
		"      bad 0 回、なし から なし まで\n"
		"      算入の条件: 3 more findings\n"
		"      対処: f\n");
	CLI(&run, "show", "x.jp", "--lang=ja");
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out,
		"x.jp: 記録がありません。kizuki check x.jp で確認できます。\n");
	end();
}

static void
an_unknown_site_is_status_1(void **state)
{
	static const char *const answers[] = {
		OK("{\"v\":1,\"site\":\"x.jp\",\"known\":false}"), NULL};

	(void)state;
	begin(answers);
	CLI(&run, "show", "x.jp");
	assert_int_equal(run.status, 1);
	cli_says(&run, "x.jp: nothing is known of it");
	end();
}

static void
list_is_a_table(void **state)
{
	static const char *const answers[] = {
		OK("{\"v\":1,\"sites\":[{\"site\":\"example1.jp\",\"state\":"
		   "\"broken\",\"total\":6,\"since\":1582890000,"
		   "\"next_look\":1582911600},{\"site\":\"b.jp\",\"state\":"
		   "\"sound\",\"total\":0,\"since\":0,\"next_look\":0}]}"),
		NULL};

	(void)state;
	begin(answers);
	CLI(&run, "list", "broken", "--limit", "2");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"\nexample1.jp                               broken       6  "
		"2020-02-28 11:40  2020-02-28 17:40\n");
	cli_says(&run,
		"\nb.jp                                      sound        0  "
		"never");
	cli_complains(&run, 0, "there may be more");
	CLI(&run, "list", "dead");
	cli_complains(
		&run, EX_USAGE, "expected broken, suspect, sound or allowed");
	CLI(&run, "list", "--limit", "0");
	cli_complains(&run, EX_USAGE, "expected a number");
	end();
	assert_non_null(strstr(asked, "GET /v1/sites?limit=2&state=broken "));
}

static void
clients_senders_and_recipients_are_allowed(void **state)
{
	static const char *const answers[] = {OK("{}"), OK("{}"), OK("{}"),
		OK("{\"v\":1,\"allowed\":[{\"subject\":\"client:10.0.0.0/8\","
		   "\"since\":1582890000,\"until\":0,\"why\":\"ours\\u001b\"},"
		   "{\"subject\":\"sender:@a.jp\",\"since\":1582890000,"
		   "\"until\":1585000000,\"why\":\"\"}]}"),
		NULL};

	(void)state;
	begin(answers);
	CLI(&run, "allow", "client:10.0.0.0/8", "--why", "ours");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"client:10.0.0.0/8: never delayed until this is withdrawn\n");
	CLI(&run, "allow", "sender:Tei@日本.jp", "--until", "2999-12-31");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"sender:tei@xn--wgv71a.jp: never delayed until 2999-12-31 "
		"00:00");
	CLI(&run, "--withdraw", "allow", "recipient:orders@");
	assert_int_equal(run.status, 0);
	cli_says(&run, "recipient:orders@: withdrawn\n");
	CLI(&run, "list", "allowed");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"\nclient:10.0.0.0/8                         2020-02-28 11:40  "
		"withdrawn         ours?\n");
	cli_says(&run,
		"\nsender:@a.jp                              2020-02-28 11:40  "
		"2020-03-23 21:46  \n");
	CLI(&run, "allow", "client:10.0.0.1/8");
	cli_complains(
		&run, EX_DATAERR, "client:10.0.0.1/8: expected client:ADDRESS");
	CLI(&run, "allow", "sender:user@");
	cli_complains(&run, EX_DATAERR, "expected client:ADDRESS");
	CLI(&run, "deny", "client:10.0.0.1", "--until", "30d", "--why", "x");
	cli_complains(&run, EX_DATAERR, "client:10.0.0.1: is no domain name");
	end();
	assert_non_null(strstr(asked, "POST /v1/allowed HTTP"));
	assert_non_null(strstr(asked,
		"{\"subject\":\"client:10.0.0.0/8\",\"until\":0,"
		"\"why\":\"ours\"}"));
	assert_non_null(strstr(asked, "POST /v1/allowed/withdraw HTTP"));
	assert_non_null(strstr(asked, "GET /v1/allowed HTTP"));
}

static void
an_operators_words_are_told_and_taken_back(void **state)
{
	static const char *const answers[] = {OK("{}"), OK("{}"), OK("{}"),
		OK("{}"), OK("{}"), OK("{}"), NULL};

	(void)state;
	begin(answers);
	CLI(&run, "allow", "a.jp", "--why", "our \"partner\"");
	assert_int_equal(run.status, 0);
	cli_says(&run, "a.jp: never delayed until this is withdrawn\n");
	CLI(&run, "deny", "b.jp", "--until", "2999-12-31", "--why", "w");
	assert_int_equal(run.status, 0);
	cli_says(&run, "b.jp: broken until 2999-12-31 00:00\n");
	CLI(&run, "pardon", "c.jp", "30d");
	assert_int_equal(run.status, 0);
	CLI(&run, "--json", "--withdraw", "pardon", "c.jp");
	assert_int_equal(run.status, 0);
	assert_string_equal(run.out, "{}\n");
	CLI(&run, "recheck", "d.jp");
	assert_int_equal(run.status, 0);
	CLI(&run, "forget", "d.jp");
	assert_int_equal(run.status, 0);
	end();
	assert_non_null(strstr(asked, "POST /v1/sites/a.jp/allow HTTP"));
	assert_non_null(
		strstr(asked, "{\"until\":0,\"why\":\"our \\\"partner\\\"\"}"));
	assert_non_null(strstr(asked, "POST /v1/sites/b.jp/deny HTTP"));
	assert_non_null(strstr(asked, "{\"until\":32503593600,\"why\":\"w\"}"));
	assert_non_null(strstr(asked, "POST /v1/sites/c.jp/pardon HTTP"));
	assert_non_null(strstr(asked, "DELETE /v1/sites/c.jp/pardon HTTP"));
	assert_non_null(strstr(asked, "POST /v1/sites/d.jp/recheck HTTP"));
	assert_non_null(strstr(asked, "POST /v1/sites/d.jp/forget HTTP"));
}

static void
mistakes_are_told_before_anything_is_asked(void **state)
{
	static const char *const answers[] = {NULL};

	(void)state;
	begin(answers);
	CLI(&run, "show", "10.0.0.1");
	cli_complains(&run, EX_DATAERR, "10.0.0.1: is an address");
	CLI(&run, "show", "2001:db8::1");
	cli_complains(&run, EX_DATAERR, "is an address");
	CLI(&run, "show", "postmaster@example1.jp");
	cli_complains(&run, EX_DATAERR, "is a mail address");
	CLI(&run, "show", "https://example1.jp/");
	cli_complains(&run, EX_DATAERR, "is a URL");
	CLI(&run, "show", "a..jp");
	cli_complains(&run, EX_DATAERR, "is no domain name");
	CLI(&run, "show", "a\033[31mb.jp");
	cli_complains(&run, EX_DATAERR, "a?[31mb.jp: is no domain name");
	CLI(&run, "show", "jp");
	cli_complains(&run, EX_DATAERR, "is a top-level domain");
	CLI(&run, "deny", "a.jp", "--why", "w");
	cli_complains(&run, EX_USAGE, "deny needs --until");
	CLI(&run, "pardon", "a.jp");
	cli_complains(&run, EX_USAGE, "pardon needs a time");
	CLI(&run, "pardon", "a.jp", "soon");
	cli_complains(
		&run, EX_USAGE, "soon: expected a duration up to 400 days");
	CLI(&run, "allow", "a.jp", "--until", "2001-01-01");
	cli_complains(&run, EX_USAGE, "this day is over");
	CLI(&run, "allow", "a.jp", "--until", "2999-02-31x");
	cli_complains(&run, EX_USAGE, "expected a duration");
	CLI(&run, "--lang", "fr", "show", "a.jp");
	cli_complains(&run, EX_USAGE, "--lang fr: expected en or ja");
	CLI(&run, "shew", "a.jp");
	cli_complains(&run, EX_USAGE, "shew: no such command");
	CLI(&run, "show");
	cli_complains(&run, EX_USAGE, "usage: kizuki show SITE");
	CLI(&run, "--frobnicate");
	cli_complains(&run, EX_USAGE, "frobnicate");
	end();
	assert_string_equal(asked, "");
}

static void
what_hinders_us_is_told_apart(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.0 404 No\r\n\r\n"
		"{\"error\":\"no\\u001b such word\"}",
		"HTTP/1.0 503 Busy\r\n\r\n{\"error\":\"too many looks\"}",
		"HTTP/1.0 500 Oops\r\n\r\n<html>", OK("not json"), "gibberish",
		NULL};

	(void)state;
	begin(answers);
	CLI(&run, "allow", "a.jp", "--withdraw");
	cli_complains(&run, EX_DATAERR, "kizukid: no? such word (404)");
	CLI(&run, "recheck", "a.jp");
	cli_complains(&run, EX_TEMPFAIL, "kizukid: too many looks (503)");
	CLI(&run, "recheck", "a.jp");
	cli_complains(&run, EX_TEMPFAIL, "it refused (500)");
	CLI(&run, "status");
	cli_complains(&run, EX_PROTOCOL, "is no JSON");
	CLI(&run, "status");
	cli_complains(&run, EX_PROTOCOL, "cut off or is no HTTP");
	waitpid(canned.pid, NULL, 0);
	CLI(&run, "status");
	cli_complains(&run, EX_UNAVAILABLE, "api.sock: is it running?");
	end();
}

static void
without_rights_the_group_is_named(void **state)
{
	static const char *const answers[] = {NULL};

	(void)state;
	if (geteuid() != 0)
		return; /* who is not root cannot become nobody */
	begin(answers);
	assert_int_equal(chmod(run.folder, 0755), 0);
	run.as_nobody = true;
	CLI(&run, "status");
	run.as_nobody = false;
	cli_complains(&run, EX_NOPERM, "is your user in group kizuki?");
	end();
}

static void
the_configuration_is_checked(void **state)
{
	(void)state;
	cli_make(&run, NULL, "mood = x\nmode = stern\n");
	CLI(&run, "status");
	cli_complains(&run, EX_CONFIG, "kizuki.conf:2: mood: unknown");
	cli_complains(
		&run, EX_CONFIG, "kizuki.conf:3: mode: expected observe or");
	unlink(run.config);
	CLI(&run, "status");
	cli_complains(&run, EX_NOINPUT, "No such file");
	cli_write(run.config, "mode = enforce\n", 0600);
	CLI(&run, "config", "check");
	assert_int_equal(run.status, 0);
	cli_says(&run, "kizuki.conf: good\n");
	CLI(&run, "config", "sample");
	cli_says(&run, "#mode = observe\n");
	CLI(&run, "config", "poem");
	cli_complains(&run, EX_USAGE, "expected sample, manual");
	cli_clean(&run);
}

static void
registrable_domains_need_no_kizukid(void **state)
{
	(void)state;
	cli_make(&run, NULL, "");
	CLI(&run, "org", "mx.town.taishi.osaka.lg.jp", "co.jp", "example1.jp");
	assert_int_equal(run.status, 0);
	assert_string_equal(run.out, "osaka.lg.jp\n-\nexample1.jp\n");
	CLI(&run, "org", "www.example1.jp", "a..b");
	cli_complains(&run, EX_DATAERR, "a..b: is no domain name");
	assert_string_equal(run.out, "example1.jp\n-\n");
	cli_clean(&run);
}

static void
the_catalogue_is_printed(void **state)
{
	(void)state;
	cli_make(&run, NULL, "");
	CLI(&run, "symptoms", "soa-mname-dead");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"4 points · convicts alone · evidence: network · about: a "
		"host");
	CLI(&run, "--lang", "ja", "symptoms", "soa-mname-dead");
	cli_says(&run, "4 点 · 単独で判定 · 種別: ネットワーク · 対象: ホスト");
	CLI(&run, "symptoms", "mx-target-cname");
	cli_says(&run, "1 point · evidence: content");
	CLI(&run, "symptoms", "soa-dead");
	cli_complains(&run, EX_USAGE, "soa-dead: no such symptom");
	cli_clean(&run);
}

#define FINDING                                                                \
	"{\"v\":1,\"t\":1582941600,\"subject\":\"example1.jp\",\"id\":"        \
	"\"mx-best-dead\",\"object\":\"example1.jp\",\"outcome\":\"bad\","     \
	"\"weight\":6,\"value\":\"x\",\"rests\":[],\"why\":\"EHOSTUNREACH\","  \
	"\"truncated\":false}\n"

static void
findings_go_out_and_in(void **state)
{
	static const char *const answers[] = {OK(FINDING FINDING), OK(FINDING),
		OK("{\"taken\":1,\"ignored\":2,\"unknown\":3,\"bad_lines\":[]"
		   "}"),
		OK("{\"taken\":0,\"ignored\":0,\"unknown\":0,\"bad_lines\":"
		   "[{\"line\":1,\"error\":\"no JSON\"}]}"),
		NULL};

	(void)state;
	begin(answers);
	CLI(&run, "findings", "example1.jp");
	assert_int_equal(run.status, 0);
	cli_says(&run,
		"2020-02-29 02:00  bad      mx-best-dead              "
		"example1.jp"
		"  example1.jp  EHOSTUNREACH\n2020");
	CLI(&run, "findings", "--json");
	assert_string_equal(run.out, FINDING);
	cli_run_with(&run, FINDING, (const char *const[]){"import", "-", NULL});
	assert_int_equal(run.status, 0);
	cli_says(&run, "taken 1, ignored 2, unknown 3, bad lines 0\n");
	CLI(&run, "import", run.config);
	cli_complains(&run, EX_DATAERR,
		"bad line {\"line\":1,\"error\":\"no JSON\"}");
	CLI(&run, "import", "/nonexistent/findings");
	cli_complains(&run, EX_NOINPUT, "No such file");
	end();
	assert_non_null(
		strstr(asked, "GET /v1/findings?site=example1.jp HTTP"));
	assert_non_null(strstr(asked, "GET /v1/findings HTTP"));
	assert_non_null(strstr(asked, "POST /v1/findings HTTP"));
	assert_non_null(strstr(asked, "\"why\":\"EHOSTUNREACH\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(show_prints_the_verdict_with_its_arithmetic),
		cmocka_unit_test(the_whole_page_is_japanese),
		cmocka_unit_test(an_unknown_site_is_status_1),
		cmocka_unit_test(list_is_a_table),
		cmocka_unit_test(clients_senders_and_recipients_are_allowed),
		cmocka_unit_test(an_operators_words_are_told_and_taken_back),
		cmocka_unit_test(mistakes_are_told_before_anything_is_asked),
		cmocka_unit_test(what_hinders_us_is_told_apart),
		cmocka_unit_test(without_rights_the_group_is_named),
		cmocka_unit_test(the_configuration_is_checked),
		cmocka_unit_test(registrable_domains_need_no_kizukid),
		cmocka_unit_test(the_catalogue_is_printed),
		cmocka_unit_test(findings_go_out_and_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

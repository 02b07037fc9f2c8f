/* SPDX-License-Identifier: ISC */
/* Saved answers and facts, as a user of the kizuki command has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <cmocka.h>

#include "cli_run.h"

static struct cli_run run;

#define ANSWER "Domain Name: EXAMPLE.NET\r\nName Server: ns.example.net\r\n"

static void
an_answer_may_be_saved_anyhow(void **state)
{
	static char longer[300000];
	size_t len = sizeof(ANSWER) - 1;

	(void)state;
	cli_make(&run, NULL, "");
	cli_run_with(&run, ANSWER,
		(const char *const[]){"registry", "--parse=-", NULL});
	assert_int_equal(run.status, 0);
	assert_string_equal(
		run.out, "domain: example.net\nname server: ns.example.net\n");
	/* Options in any order; who gave it is anybody's word. */
	cli_run_with(&run, ANSWER,
		(const char *const[]){"--server", "a\033\377", "registry",
			"--json", "--parse", "-", NULL});
	assert_int_equal(run.status, 0);
	cli_says(&run, "\"server\":\"a\\\\x1b\\\\xff\"");
	cli_run_with(&run,
		"\357\273\277\r\n{\"objectClassName\":\"domain\","
		"\"ldhName\":\"example.net\"}",
		(const char *const[]){"registry", "--parse", "-", NULL});
	assert_string_equal(run.out, "domain: example.net\n");
	/* What is left out is said. */
	memset(longer, '\n', sizeof(longer) - 1);
	memcpy(longer, ANSWER, len);
	for (size_t size = 70000; size < sizeof(longer); size += 210000) {
		longer[size] = '\0';
		cli_run_with(&run, longer,
			(const char *const[]){
				"registry", "--parse", "-", "--json", NULL});
		cli_says(&run, "\"cut\":true");
		longer[size] = '\n';
	}
	cli_run_with(&run, "hello",
		(const char *const[]){"registry", "--parse", "-", NULL});
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "answer: unclear\n");
	cli_clean(&run);
}

#define FACT    "fact", "add"
#define RETIRED "reg-contact-retired", "handle=RT0040JP"

/* A file of facts that is not there yet. */
static void
begin_facts(char *path, size_t size)
{
	char more[160];

	cli_make(&run, NULL, "");
	cli_path(&run, "facts", path, size);
	(void)snprintf(more, sizeof(more), "facts = \"%s\"\n", path);
	cli_write(run.config, more, 0644);
}

static void
facts_are_named_as_sites_are(void **state)
{
	char path[128];

	(void)state;
	begin_facts(path, sizeof(path));
	CLI(&run, FACT, "\346\227\245\346\234\254.jp", RETIRED, "by=tei",
		"--until", "30d", "--why", "left");
	assert_int_equal(run.status, 0);
	CLI(&run, FACT, "!Example2.JP.", "soa-mname-dead", "--until=30d",
		"--why=hidden");
	assert_int_equal(run.status, 0);
	CLI(&run, "fact", "list", "EXAMPLE2.jp");
	assert_int_equal(run.status, 0);
	cli_says(&run, "!example2.jp soa-mname-dead by=");
	assert_null(strstr(run.out, "xn--"));
	CLI(&run, "fact", "list");
	cli_says(&run,
		"xn--wgv71a.jp reg-contact-retired handle=RT0040JP by=tei on=");
	CLI(&run, "fact", "remove", "\346\227\245\346\234\254.jp");
	assert_int_equal(run.status, 0);
	CLI(&run, "fact", "list", "xn--wgv71a.jp");
	assert_string_equal(run.out, "");
	unlink(path);
	cli_clean(&run);
}

static void
mistakes_in_facts_are_told(void **state)
{
	char path[128];

	(void)state;
	begin_facts(path, sizeof(path));
	CLI(&run, FACT, "a b.jp", RETIRED, "--until", "30d", "--why", "x");
	cli_complains(&run, EX_DATAERR, "a b.jp: is no domain name");
	CLI(&run, FACT);
	cli_complains(&run, EX_USAGE, "usage: kizuki fact add");
	CLI(&run, FACT, "example2.jp", RETIRED, "--until", "never", "--why",
		"x");
	cli_complains(&run, EX_USAGE, "a fact ends, at most 400 days ahead");
	CLI(&run, FACT, "example2.jp", RETIRED, "--until", "401d", "--why",
		"x");
	cli_complains(
		&run, EX_USAGE, "401d: expected a duration up to 400 days");
	CLI(&run, "fact", "list", "nonsense..jp");
	cli_complains(&run, EX_DATAERR, "nonsense..jp: is no domain name");
	/* A bad line is told in either form, and the others are listed. */
	cli_write(path,
		"bad\nexample2.jp reg-contact-retired handle=A by=b "
		"until=2026-12-31 why=c\n",
		0644);
	CLI(&run, "fact", "list");
	cli_complains(
		&run, EX_DATAERR, "facts:1: expected a domain name first");
	cli_says(&run, "example2.jp reg-contact-retired handle=A");
	CLI(&run, "--json", "fact", "list");
	cli_complains(
		&run, EX_DATAERR, "facts:1: expected a domain name first");
	cli_says(&run, "{\"site\":\"example2.jp\",");
	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
	CLI(&run, "fact", "list");
	cli_complains(&run, EX_DATAERR, "facts: Is a directory");
	rmdir(path);
	cli_clean(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_may_be_saved_anyhow),
		cmocka_unit_test(facts_are_named_as_sites_are),
		cmocka_unit_test(mistakes_in_facts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

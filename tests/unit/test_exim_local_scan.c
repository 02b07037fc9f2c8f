/* SPDX-License-Identifier: ISC */
/*
 * The Exim module as local_scan library, in one process with its dlfuncs.
 */
#include "exim_kit.h"

#define HEADER "X-Kizuki: delayed; seconds=312; site=example1.jp"

static void
rcpt(const char *message)
{
	(void)snprintf(acl_message, sizeof(acl_message), "%s", message);
	seen->results[0] |=
		check(message, "a@jikocho.jp", seen->word, &seen->first_ms);
}

/* What Exim does at the final dot; message is "" where no RCPT set one. */
static void
final_dot(const char *message)
{
	uschar *text = NULL;

	(void)snprintf(acl_message, sizeof(acl_message), "%s", message);
	seen->results[1] |= local_scan(-1, &text);
	if (text != NULL)
		seen->results[1] = -1;
}

/* How many ends of DATA the daemon heard of; *number: the last one's. */
static int
reports(char number[16])
{
	const char *at = seen->request, *last;
	int count = 0;

	number[0] = '\0';
	while ((at = strstr(at, "protocol_state=END-OF-MESSAGE\n")) != NULL) {
		count++;
		at = strstr(at, "instance=");
		last = at + strcspn(at, "\n");
		while (last[-1] != '.')
			last--;
		(void)snprintf(
			number, 16, "%.*s", (int)strcspn(last, "\n"), last);
	}
	return count;
}

static void
the_version_is_that_of_debian_12(void **state)
{
	(void)state;
	assert_int_equal(local_scan_version_major(), 6);
	assert_int_equal(local_scan_version_minor(), 0);
}

static void
one_message(void)
{
	rcpt("1");
	final_dot("1");
}

static void
the_end_of_data_is_told_as_it_was_asked(void **state)
{
	const char *eom;
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=DUNNO\n\n");
	play(one_message, true);
	assert_string_equal(seen->word, "accept");
	assert_int_equal(reports(number), 1);
	assert_string_equal(number, "1");
	assert_int_equal(seen->headers_added, 0);
	eom = strstr(seen->request, "protocol_state=END-OF-MESSAGE\n");
	assert_non_null(strstr(eom, "\npolicy_context=primary\n"));
	assert_non_null(strstr(eom, "\nclient_address=10.224.31.100\n"));
	assert_non_null(strstr(eom, "\nrecipient=\n"));
}

static void
what_waited_gets_its_header(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=PREPEND " HEADER "\n\n");
	play(one_message, true);
	assert_int_equal(seen->headers_added, 1);
	assert_string_equal(seen->added, HEADER "\n");
	assert_int_equal(reports(number), 1);
}

static void
deferred_message(void)
{
	rcpt("1");
	final_dot("1"); /* postmaster was among its recipients, say */
}

static void
of_what_was_not_let_in_nothing_is_told(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
	play(deferred_message, true);
	assert_string_equal(seen->word, "defer");
	assert_int_equal(reports(number), 0);
	assert_int_equal(seen->headers_added, 0);
}

static void
messages_of_one_connection(void)
{
	rcpt("1");      /* broke off before its final dot */
	final_dot("2"); /* to postmaster alone: nobody was asked */
	final_dot("");  /* and without any RCPT of ours */
	rcpt("3");
	final_dot("3");
	final_dot("3"); /* nothing is told twice */
}

static void
each_message_stands_for_itself(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=PREPEND " HEADER "\n\n");
	play(messages_of_one_connection, true);
	assert_int_equal(reports(number), 1);
	assert_string_equal(number, "3");
	assert_int_equal(seen->headers_added, 1);
}

static void
both_ways_configured(void)
{
	rcpt("1");
	commit("1"); /* the DATA ACL comes first */
	final_dot("1");
}

static void
beside_the_data_acl_one_report_goes_out(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=PREPEND " HEADER "\n\n");
	play(both_ways_configured, true);
	assert_int_equal(reports(number), 1);
	assert_int_equal(seen->headers_added, 0);
}

static void
a_played_session(void)
{
	host_checking = 1;
	rcpt("1");
	commit("1");
	final_dot("1");
}

static void
a_local_submission(void)
{
	client[0] = '\0';
	rcpt("1");
	final_dot("1");
}

static void
exim_bh_and_local_mail_tell_nothing(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=DUNNO\n\n");
	play(a_played_session, true);
	assert_int_equal(reports(number), 0);
	play(a_local_submission, true);
	assert_string_equal(seen->request, "");
}

/* The daemon dies between RCPT and the final dot. */
static void
daemon_gone(void)
{
	long start;

	rcpt("1");
	assert_int_equal(unlink(stub.path), 0);
	start = now_ms();
	final_dot("1");
	seen->second_ms = now_ms() - start;
	rcpt("2");
	final_dot("2");
}

static void
an_absent_daemon_costs_no_mail(void **state)
{
	char number[16];

	(void)state;
	set_stub(ANSWER, "action=PREPEND " HEADER "\n\n");
	play(daemon_gone, true);
	assert_string_equal(seen->word, "accept");
	assert_int_equal(reports(number), 0);
	assert_int_equal(seen->log_lines, 1);
	assert_non_null(strstr(seen->log, "No such file or directory"));
	assert_in_range(seen->second_ms, 0, 5000);
	/* what was known before it died still stands in the mail */
	assert_int_equal(seen->headers_added, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_is_that_of_debian_12),
		cmocka_unit_test(the_end_of_data_is_told_as_it_was_asked),
		cmocka_unit_test(what_waited_gets_its_header),
		cmocka_unit_test(of_what_was_not_let_in_nothing_is_told),
		cmocka_unit_test(each_message_stands_for_itself),
		cmocka_unit_test(beside_the_data_acl_one_report_goes_out),
		cmocka_unit_test(exim_bh_and_local_mail_tell_nothing),
		cmocka_unit_test(an_absent_daemon_costs_no_mail),
	};
	int failed;

	if (kit_begin() != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	kit_end();
	return failed;
}

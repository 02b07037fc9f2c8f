/* SPDX-License-Identifier: ISC */
/*
 * The Exim module against daemons that are well, sick and dead.
 */
#include "exim_kit.h"

static void
two_recipients(void)
{
	uschar *yield = NULL;

	seen->results[0] =
		check("1", "a@jikocho.jp", seen->word, &seen->first_ms);
	seen->results[1] = kz_text(&yield, 0, NULL);
	(void)snprintf(seen->text, sizeof(seen->text), "%s", (char *)yield);
	seen->results[2] = kz_header(&yield, 0, NULL);
	(void)snprintf(seen->header, sizeof(seen->header), "%s", (char *)yield);
	seen->results[3] =
		check("1", "b@jikocho.jp", seen->second, &seen->second_ms);
}

static void
assert_failed_open(const char *why, long at_least_ms)
{
	assert_string_equal(seen->word, "accept");
	assert_string_equal(seen->second, "accept");
	assert_int_equal(seen->log_lines, 1);
	if (strstr(seen->log, why) == NULL)
		fail_msg("expected \"%s\" in \"%s\"", why, seen->log);
	/* the bound, and what a busy machine adds; 300 ms: it was waited */
	assert_in_range(seen->first_ms, at_least_ms, 5000);
	assert_in_range(seen->second_ms, 0, 290);
}

static void
figure_14_is_said_to_the_letter(void **state)
{
	(void)state;
	set_stub(ANSWER,
		"action=450 4.7.1 We don't talk to broken "
		"sites/servers.\n\n");
	play(two_recipients, true);
	assert_string_equal(seen->word, "defer");
	assert_string_equal(seen->second, "defer");
	assert_string_equal(seen->text,
		"<example1.jp>: Helo command rejected: We don't talk to broken "
		"sites/servers.");
	assert_int_equal(seen->log_lines, 0);
}

static void
other_answers_let_mail_in(void **state)
{
	static const char *const answers[] = {"action=DUNNO\n\n",
		"action=OK\n\n", "action=REJECT whatever\n\n", "action=450\n\n",
		"action=550 5.7.1 no\n\n", "action=\n\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_stub(ANSWER, answers[i]);
		play(two_recipients, true);
		assert_string_equal(seen->word, "accept");
		assert_string_equal(seen->header, "");
		assert_int_equal(seen->log_lines, 0);
	}
}

static void
only_our_own_header_is_added(void **state)
{
	(void)state;
	set_stub(ANSWER, "action=PREPEND X-Kizuki: waited 300 s\n\n");
	play(two_recipients, true);
	assert_string_equal(seen->word, "accept");
	assert_string_equal(seen->header, "X-Kizuki: waited 300 s");
	set_stub(ANSWER, "action=PREPEND Bcc: somebody@example3.jp\n\n");
	play(two_recipients, true);
	assert_failed_open("nonsense", 0);
	assert_string_equal(seen->header, "");
}

static void
nonsense_lets_mail_in(void **state)
{
	static char huge[70000];
	static const char *const answers[] = {"hello\n\n",
		"action=450 4.7.1 \n\n", "action=450 4.7.1 a\tb\n\n",
		"action=450 4.7.1 caf\xc3\xa9\n\n", "\n\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_stub(ANSWER, answers[i]);
		play(two_recipients, true);
		assert_failed_open("nonsense", 0);
	}
	set_stub(ANSWER, "x");
	stub.answer = "action=DUNNO\0\n\n";
	stub.answer_len = 15;
	play(two_recipients, true);
	assert_failed_open("nonsense", 0);
	set_stub(ANSWER, "x");
	memset(huge, 'a', sizeof(huge));
	stub.answer = huge;
	stub.answer_len = sizeof(huge);
	play(two_recipients, true);
	assert_failed_open("does not end", 0);
}

static void
a_sick_daemon_costs_the_bound_once(void **state)
{
	static const struct {
		enum behaviour behaviour;
		const char *why;
		long at_least_ms;
	} cases[] = {{MUTE, "no answer in time", 290},
		{DRIP, "no answer in time", 290},
		{NOT_ACCEPTED, "no answer in time", 290},
		{FULL, "no answer in time", 290},
		{DROP, "closed before the answer was whole", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_stub(cases[i].behaviour, NULL);
		play(two_recipients, true);
		assert_failed_open(cases[i].why, cases[i].at_least_ms);
	}
}

static void
an_absent_daemon_costs_nothing(void **state)
{
	int fd;

	(void)state;
	set_stub(ANSWER, "action=DUNNO\n\n");
	play(two_recipients, false);
	assert_failed_open("No such file or directory", 0);
	fd = stub_listen(); /* a socket that nobody serves any more */
	(void)close(fd);
	play(two_recipients, false);
	(void)unlink(stub.path);
	assert_failed_open("Connection refused", 0);
	assert_in_range(seen->first_ms, 0, 290);
}

static void
make_alive(time_t age_s)
{
	struct timespec t[2] = {{.tv_sec = time(NULL) - age_s}};
	char path[80];
	int fd;

	t[1] = t[0];
	(void)snprintf(path, sizeof(path), "%s/alive", folder);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(futimens(fd, t), 0);
	(void)close(fd);
}

static void
an_old_sign_of_life_spares_the_wait(void **state)
{
	(void)state;
	set_stub(MUTE, NULL);
	make_alive(7);
	play(two_recipients, true);
	assert_failed_open("no sign of life", 0);
	assert_in_range(seen->first_ms, 0, 290);
	make_alive(3);
	play(two_recipients, true);
	assert_failed_open("no answer in time", 290);
	make_alive(-3600); /* our clock was set back since */
	set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
	play(two_recipients, true);
	assert_string_equal(seen->word, "defer");
	make_alive(7);
	(void)snprintf(stub.options, sizeof(stub.options), " alive=none  ");
	play(two_recipients, true);
	assert_string_equal(seen->word, "defer");
	(void)snprintf(stub.path, sizeof(stub.path), "%s/alive", folder);
	(void)unlink(stub.path);
}

static void
a_client_cannot_write_into_the_protocol(void **state)
{
	(void)state;
	set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
	(void)snprintf(helo, sizeof(helo), "a\n\nrequest=x\r%%s<b>\x7f\\");
	play(two_recipients, true);
	assert_string_equal(seen->word, "defer");
	assert_non_null(
		strstr(seen->request, "\nhelo_name=a??request=x?%s<b>?\\\n"));
	assert_string_equal(seen->text,
		"<a?\?request?x?\?s?b?\?\?>: Helo command rejected: wait");
	assert_non_null(strstr(seen->request,
		"request=smtpd_access_policy\nprotocol_state=RCPT\n"
		"policy_context=primary\ninstance=mx1.jikocho.jp."));
	assert_non_null(
		strstr(seen->request, "\nclient_address=10.224.31.100\n"));
	assert_non_null(strstr(seen->request,
		"\nsender=ishijima@example1.jp\n"
		"client_name=kerochan.example1.jp\nsasl_username=\n"
		"recipient=a@jikocho.jp\nkz_spf=pass\nkz_dnswl=\n\n"));
}

static void
long_values_do_no_harm(void **state)
{
	(void)state;
	set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
	memset(helo, 'h', sizeof(helo) - 1);
	play(two_recipients, true);
	assert_string_equal(seen->word, "defer");
	assert_int_equal(strlen(seen->text),
		255 + strlen("<>: Helo command rejected: wait"));
	memset(sender, 's', sizeof(sender) - 1);
	play(two_recipients, true);
	assert_failed_open("question is too long", 0);
	assert_string_equal(seen->request, "");
}

static void
options_are_understood_or_said(void **state)
{
	static const char *const wrong[] = {"time=0s", "time=5", "time=61s",
		"time=99999999999999999999s", "alive=", "wait=1s", "time=1sx"};
	static const char *const paths[] = {"", "relative/sock",
		"inet:", "inet:10.0.0.1", "inet:10.0.0.1:0",
		"inet:10.0.0.1:65536", "inet:localhost:25", "inet:[::1:25"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
		(void)snprintf(
			stub.options, sizeof(stub.options), "%s", wrong[i]);
		play(two_recipients, false);
		assert_failed_open("options: expected", 0);
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		set_stub(ANSWER, NULL);
		(void)snprintf(stub.path, sizeof(stub.path), "%s", paths[i]);
		play(two_recipients, false);
		assert_failed_open("expected", 0);
	}
}

static void
tcp_is_spoken_too(void **state)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t len = sizeof(in6);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	pid_t server;

	(void)state;
	set_stub(ANSWER, "action=450 4.7.1 wait\n\n");
	if (fd < 0 || bind(fd, (struct sockaddr *)&in6, len) != 0)
		skip(); /* a machine without IPv6 */
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in6, &len), 0);
	(void)snprintf(stub.path, sizeof(stub.path), "inet:[::1]:%d",
		ntohs(in6.sin6_port));
	server = stub_start(fd);
	play(two_recipients, false);
	assert_string_equal(seen->word, "defer");
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	(void)close(fd);
	play(two_recipients, false);
	assert_failed_open("Connection refused", 0);
}

static void
messages_and_commits(void)
{
	uschar *yield = NULL;

	commit("1"); /* nobody was asked about */
	seen->results[0] =
		check("2", "a@jikocho.jp", seen->word, &seen->first_ms);
	commit("1");
	commit("2");
	commit("2");
	client[0] = '\0'; /* a local submission */
	seen->results[1] =
		check("3", "c@jikocho.jp", seen->second, &seen->second_ms);
	commit("3");
	seen->results[2] = kz_ready(&yield, 0, NULL);
	(void)snprintf(seen->text, sizeof(seen->text), "%s", (char *)yield);
}

static void
the_end_of_data_is_told_once_where_it_matters(void **state)
{
	const char *eom;

	(void)state;
	set_stub(ANSWER, "action=DUNNO\n\n");
	play(messages_and_commits, true);
	assert_string_equal(seen->word, "accept");
	assert_string_equal(seen->second, "accept");
	assert_string_equal(seen->text, "*");
	eom = strstr(seen->request, "protocol_state=END-OF-MESSAGE\n");
	assert_non_null(eom);
	assert_null(strstr(eom + 1, "protocol_state="));
	assert_non_null(strstr(eom, ".2\nclient_address="));
	assert_null(strstr(seen->request, "c@jikocho.jp"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figure_14_is_said_to_the_letter),
		cmocka_unit_test(other_answers_let_mail_in),
		cmocka_unit_test(only_our_own_header_is_added),
		cmocka_unit_test(nonsense_lets_mail_in),
		cmocka_unit_test(a_sick_daemon_costs_the_bound_once),
		cmocka_unit_test(an_absent_daemon_costs_nothing),
		cmocka_unit_test(an_old_sign_of_life_spares_the_wait),
		cmocka_unit_test(a_client_cannot_write_into_the_protocol),
		cmocka_unit_test(long_values_do_no_harm),
		cmocka_unit_test(options_are_understood_or_said),
		cmocka_unit_test(tcp_is_spoken_too),
		cmocka_unit_test(the_end_of_data_is_told_once_where_it_matters),
	};
	int failed;

	if (kit_begin() != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	kit_end();
	return failed;
}

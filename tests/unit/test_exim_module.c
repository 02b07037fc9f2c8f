/* SPDX-License-Identifier: ISC */
/*
 * The Exim module against daemons that are well, sick and dead.  Each case
 * plays one connection in a process of its own, as Exim does; the stub daemon
 * is another one.  What Exim would export, this file defines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef unsigned char uschar;
int kz_ready(uschar **yield, int argc, uschar *argv[]);
int kz_check(uschar **yield, int argc, uschar *argv[]);
int kz_text(uschar **yield, int argc, uschar *argv[]);
int kz_header(uschar **yield, int argc, uschar *argv[]);
int kz_commit(uschar **yield, int argc, uschar *argv[]);
uschar *expand_string(const uschar *what);
void log_write(unsigned int selector, int which, const char *format, ...);
extern uschar *sender_host_name;

/* --- Exim's side */
static char client_name[] = "kerochan.example1.jp";
uschar *sender_host_name = (uschar *)client_name;
static char helo[700] = "example1.jp";
static char client[40] = "10.224.31.100";
static char sender[10000] = "ishijima@example1.jp";

uschar *
expand_string(const uschar *what)
{
	static char host[] = "mx1.jikocho.jp", none[] = "";
	const char *name = (const char *)what;

	if (strcmp(name, "$sender_helo_name") == 0)
		return (uschar *)helo;
	if (strcmp(name, "$sender_host_address") == 0)
		return (uschar *)client;
	if (strcmp(name, "$sender_address") == 0)
		return (uschar *)sender;
	if (strcmp(name, "$primary_hostname") == 0)
		return (uschar *)host;
	return strcmp(name, "$authenticated_id") == 0 ? (uschar *)none : NULL;
}

/* --- what a case leaves behind, in memory that the processes share */
static struct outcome {
	int results[4]; /* of check, text, header, second check */
	char word[32], second[32], text[1200], header[600];
	long first_ms, second_ms;
	int log_lines;
	char log[300];
	char request[20000]; /* all that the stub heard */
} * seen;

/* Exim's own name; its header does not tell the compiler of the format. */
__attribute__((format(printf, 3, 4))) void
log_write(unsigned int selector, int which, const char *format, ...)
{
	va_list args;

	(void)selector;
	(void)which;
	seen->log_lines++;
	va_start(args, format);
	(void)vsnprintf(seen->log, sizeof(seen->log), format, args);
	va_end(args);
}

/* --- the stub daemon */
enum behaviour {
	ANSWER,       /* stub.answer, then on with the next question */
	MUTE,         /* accepts, never answers */
	DROP,         /* half an answer, then dies */
	DRIP,         /* an octet now and then */
	NOT_ACCEPTED, /* sits there with an open queue */
	FULL          /* the same with a full queue */
};
static char folder[] = "/tmp/kizuki-exim.XXXXXX";
static struct {
	char path[64], options[64];
	enum behaviour behaviour;
	const char *answer;
	size_t answer_len;
} stub;

static void
stub_hear(int fd)
{
	char *start = seen->request + strlen(seen->request);
	char *end = start, *limit = seen->request + sizeof(seen->request) - 1;
	ssize_t n;

	while (strstr(start, "\n\n") == NULL) {
		n = read(fd, end, (size_t)(limit - end));
		if (n <= 0)
			return;
		end += n;
	}
}

static void
stub_serve(int fd)
{
	static const struct timespec tick = {.tv_nsec = 60000000};

	stub_hear(fd);
	switch (stub.behaviour) {
	case ANSWER:
		(void)!write(fd, stub.answer, stub.answer_len);
		break;
	case DROP:
		(void)!write(fd, "action=450 4.7", 14);
		break;
	case DRIP:
		for (size_t i = 0; i < 40; i++) {
			(void)!send(fd, "a", 1, MSG_NOSIGNAL);
			(void)nanosleep(&tick, NULL);
		}
		break;
	case MUTE:
	case NOT_ACCEPTED:
	case FULL:
		(void)pause();
		break;
	}
	(void)close(fd);
}

static int
stub_listen(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), extra;

	assert_true(fd >= 0);
	memcpy(un.sun_path, stub.path, strlen(stub.path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, stub.behaviour == FULL ? 0 : 16), 0);
	while (stub.behaviour == FULL) {
		extra = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(extra, (struct sockaddr *)&un, sizeof(un)) != 0)
			break;
	}
	return fd;
}

static pid_t
stub_start(int listener)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	while (stub.behaviour != NOT_ACCEPTED && stub.behaviour != FULL) {
		fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			stub_serve(fd);
	}
	(void)pause();
	_exit(0);
}

/* --- one connection */
static long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
check(const char *message, const char *recipient, char word[32], long *ms)
{
	char stage[] = "primary", spf[] = "pass", dnswl[] = "";
	char number[16], rcpt[320];
	uschar *argv[] = {(uschar *)stub.path, (uschar *)stub.options,
		(uschar *)stage, (uschar *)number, (uschar *)rcpt,
		(uschar *)spf, (uschar *)dnswl, NULL};
	uschar *yield = NULL;
	long start = now_ms();
	int result;

	(void)snprintf(number, sizeof(number), "%s", message);
	(void)snprintf(rcpt, sizeof(rcpt), "%s", recipient);
	result = kz_check(&yield, 7, argv);
	*ms = now_ms() - start;
	(void)snprintf(word, 32, "%s", (const char *)yield);
	return result;
}

static void
commit(const char *message)
{
	char stage[] = "primary", number[16];
	uschar *argv[] = {(uschar *)stub.path, (uschar *)stub.options,
		(uschar *)stage, (uschar *)number, NULL};
	uschar *yield = NULL;

	(void)snprintf(number, sizeof(number), "%s", message);
	seen->results[3] |= kz_commit(&yield, 4, argv);
	if (yield == NULL || yield[0] != '\0')
		seen->results[3] = -1;
}

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

/* Run session in a process of its own against the stub. */
static void
play(void (*session)(void), bool listening)
{
	int listener = listening ? stub_listen() : -1, status = 0;
	pid_t server = listening ? stub_start(listener) : 0, mta;

	memset(seen, 0, sizeof(*seen));
	mta = fork();
	if (mta == 0) {
		session();
		_exit(0);
	}
	assert_int_equal(waitpid(mta, &status, 0), mta);
	assert_int_equal(status, 0);
	if (listening) {
		(void)kill(server, SIGKILL);
		(void)waitpid(server, NULL, 0);
		(void)close(listener);
		(void)unlink(stub.path);
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(seen->results[i], 0); /* Exim's OK */
}

static void
set_stub(enum behaviour behaviour, const char *answer)
{
	stub.behaviour = behaviour;
	stub.answer = answer;
	stub.answer_len = answer == NULL ? 0 : strlen(answer);
	(void)snprintf(stub.path, sizeof(stub.path), "%s/sock", folder);
	(void)snprintf(stub.options, sizeof(stub.options), "time=300ms");
	(void)snprintf(helo, sizeof(helo), "example1.jp");
	(void)snprintf(sender, sizeof(sender), "ishijima@example1.jp");
}

static void
assert_failed_open(const char *why, long at_least_ms)
{
	assert_string_equal(seen->word, "accept");
	assert_string_equal(seen->second, "accept");
	assert_int_equal(seen->log_lines, 1);
	if (strstr(seen->log, why) == NULL)
		fail_msg("expected \"%s\" in \"%s\"", why, seen->log);
	/* the bound, and what a busy machine adds */
	assert_in_range(seen->first_ms, at_least_ms, 1500);
	assert_in_range(seen->second_ms, 0, 200);
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
	assert_in_range(seen->first_ms, 0, 200);
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
	assert_in_range(seen->first_ms, 0, 200);
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

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED || mkdtemp(folder) == NULL)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}

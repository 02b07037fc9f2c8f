/* SPDX-License-Identifier: ISC */
/* What a mail server says to EHLO and STARTTLS, and what is made of it. */
#include "net_lab.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "kizuki/io/smtp.h"

struct lab {
	struct event_base *base;
	struct kz_smtp_result result;
	size_t answers;
};

static const struct dialogue {
	const char *name;
	const char *greeting, *ehlo, *starttls; /* NULL: hangs up */
	enum kz_tls_offer tls;
	const char *heard; /* all that the client says */
} dialogues[] = {
	{"not offered", "220 mx\r\n", "250-mx\r\n250 SIZE 1\r\n", NULL,
		KZ_TLS_NONE, "EHLO mx.jikocho.jp\r\nQUIT\r\n"},
	{"one like it", "220 mx\r\n", "250-mx\r\n250 STARTTLSX\r\n", NULL,
		KZ_TLS_NONE, "EHLO mx.jikocho.jp\r\nQUIT\r\n"},
	{"a word in a long line", "220 mx\r\n",
		"250-mx greets you STARTTLS\r\n250 HELP\r\n", NULL, KZ_TLS_NONE,
		"EHLO mx.jikocho.jp\r\nQUIT\r\n"},
	{"refused", "220 mx\r\n", "250-mx\r\n250-starttls\r\n250 HELP\r\n",
		"454 later\r\n", KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\nSTARTTLS\r\nQUIT\r\n"},
	{"with words behind", "220 mx\r\n", "250-mx\n250 STARTTLS now\n",
		"501 no\r\n", KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\nSTARTTLS\r\nQUIT\r\n"},
	{"no EHLO", "220 mx\r\n", "502 what\r\n", NULL, KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\nQUIT\r\n"},
	{"no reply at all", "220 mx\r\n", "hello\r\n", NULL, KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\nQUIT\r\n"},
	{"hangs up", "220 mx\r\n", NULL, NULL, KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\n"},
	{"silent", "220 mx\r\n", "", NULL, KZ_TLS_UNKNOWN,
		"EHLO mx.jikocho.jp\r\n"},
	{"not now", "421 mx\r\n", NULL, NULL, KZ_TLS_UNKNOWN, "QUIT\r\n"},
};

/* Writes one piece and hears one line.  False: the client is gone. */
static bool
turn(int fd, const char *say, char *heard)
{
	size_t len = strlen(heard);

	if (say == NULL)
		return false;
	(void)send(fd, say, strlen(say), MSG_NOSIGNAL);
	for (;;) {
		if (len > 200 || recv(fd, heard + len, 1, 0) != 1)
			return false;
		heard[++len] = '\0';
		if (heard[len - 1] == '\n')
			return true;
	}
}

/* In a process of its own; 0: the client said what is expected. */
static int
serve(int listener, const struct dialogue *dialogue)
{
	int fd = accept(listener, NULL, NULL);
	char heard[256] = "";

	(void)alarm(20);
	if (turn(fd, dialogue->greeting, heard) &&
		strstr(heard, "QUIT") == NULL &&
		turn(fd, dialogue->ehlo, heard) &&
		strstr(heard, "QUIT") == NULL)
		(void)turn(fd, dialogue->starttls, heard);
	(void)close(fd);
	return strcmp(heard, dialogue->heard) == 0 ? 0 : 1;
}

static void
told(void *arg, const struct kz_smtp_result *result)
{
	struct lab *lab = arg;

	lab->result = *result;
	lab->answers++;
}

static void
a_server_that_lives_is_alive_whatever_it_offers(void **state)
{
	struct kz_smtp_options options = {
		.scope = lab_scope(), .starttls = true, .tls_ms = 1000};
	struct lab lab = {.base = event_base_new()};
	struct kz_addr addr = lab_addr("127.0.0.77");
	struct kz_name host = kit_name("mx.example1.jp");
	int listener = lab_bind("127.0.0.77", SOCK_STREAM, &options.port);
	struct kz_smtp *client = NULL;

	(void)state;
	options.ehlo = kit_name("mx.jikocho.jp");
	assert_int_equal(fcntl(listener, F_SETFL, 0), 0);
	assert_int_equal(kz_smtp_open(lab.base, &options, &client), KZ_OK);
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
		pid_t child = fork();
		int status = -1;

		if (child == 0)
			_exit(serve(listener, &dialogues[i]));
		print_message("  %s\n", dialogues[i].name);
		assert_int_equal(
			kz_smtp_ask(client, &addr, &host, told, &lab), KZ_OK);
		lab_run_until(lab.base, &lab.answers, i + 1);
		assert_int_equal(lab.result.reach, KZ_REACH_ALIVE);
		assert_int_equal(lab.result.tls, dialogues[i].tls);
		assert_null(lab.result.chain);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	kz_smtp_close(&client);
	event_base_free(lab.base);
	(void)close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_server_that_lives_is_alive_whatever_it_offers),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

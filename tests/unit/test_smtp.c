/* SPDX-License-Identifier: ISC */
#include "net_lab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "kizuki/io/smtp.h"

/*
 * A server in this process.  It writes its greeting in pieces, so that the
 * client meets every cut of it, and keeps what the client says.
 */
struct server {
	const char *greeting; /* "" says nothing */
	size_t greeting_len;
	size_t piece; /* octets written at once; 0: all */
	bool endless; /* the greeting again and again */
	bool hang_up; /* after the greeting */
	bool reset;
	int listener;
	int fd;
	size_t written;
	size_t connections;
	struct event *accepting;
	struct event *writing;
	struct event *reading;
	char heard[64];
	size_t heard_len;
	bool heard_early; /* before the greeting was out */
	size_t gone;      /* 1: the client closed */
};

struct lab {
	struct event_base *base;
	struct kz_smtp *client;
	struct kz_smtp_result result;
	size_t answers;
	uint16_t port;
	bool close_in_answer;
};

static void
server_close(struct server *server)
{
	if (server->writing != NULL)
		event_free(server->writing);
	if (server->reading != NULL)
		event_free(server->reading);
	server->writing = server->reading = NULL;
	if (server->fd >= 0)
		(void)close(server->fd);
	server->fd = -1;
}

static void
server_write(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	size_t left = server->greeting_len - server->written;
	size_t piece = server->piece != 0 && server->piece < left
		? server->piece
		: left;
	ssize_t done;

	(void)what;
	if (piece == 0) {
		(void)event_del(server->writing);
		if (server->hang_up)
			server_close(server);
		return;
	}
	done = send(
		fd, server->greeting + server->written, piece, MSG_NOSIGNAL);
	if (done < 0 && errno != EAGAIN)
		(void)event_del(server->writing);
	if (done > 0)
		server->written += (size_t)done;
	if (server->endless && server->written == server->greeting_len)
		server->written = 0;
}

static void
server_read(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	size_t room = sizeof(server->heard) - 1 - server->heard_len;
	ssize_t got = recv(fd, server->heard + server->heard_len, room, 0);

	(void)what;
	if (got > 0 && server->written < server->greeting_len)
		server->heard_early = true;
	if (got > 0)
		server->heard_len += (size_t)got;
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		server->gone = 1;
		server_close(server);
	}
}

static void
server_accept(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	struct event_base *base = event_get_base(server->accepting);
	struct linger hard = {.l_onoff = 1};

	(void)what;
	assert_int_equal(server->fd, -1); /* one at a time */
	server->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(server->fd >= 0);
	server->connections++;
	if (server->reset) {
		assert_int_equal(setsockopt(server->fd, SOL_SOCKET, SO_LINGER,
					 &hard, sizeof(hard)),
			0);
		server_close(server);
		return;
	}
	server->reading = event_new(
		base, server->fd, EV_READ | EV_PERSIST, server_read, server);
	server->writing = event_new(
		base, server->fd, EV_WRITE | EV_PERSIST, server_write, server);
	assert_int_equal(event_add(server->reading, NULL), 0);
	assert_int_equal(event_add(server->writing, NULL), 0);
}

static void
server_start(struct lab *lab, struct server *server, const char *addr)
{
	server->fd = -1;
	server->listener = lab_bind(addr, SOCK_STREAM, &lab->port);
	server->accepting = event_new(lab->base, server->listener,
		EV_READ | EV_PERSIST, server_accept, server);
	assert_int_equal(event_add(server->accepting, NULL), 0);
}

static void
server_stop(struct server *server)
{
	server_close(server);
	event_free(server->accepting);
	(void)close(server->listener);
}

static void
told(void *arg, const struct kz_smtp_result *result)
{
	struct lab *lab = arg;

	lab->result = *result;
	lab->answers++;
	if (lab->close_in_answer)
		kz_smtp_close(&lab->client);
}

static int
set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	lab->base = event_base_new();
	*state = lab;
	return 0;
}

static int
tear_down(void **state)
{
	struct lab *lab = *state;

	kz_smtp_close(&lab->client);
	event_base_free(lab->base);
	free(lab);
	return 0;
}

static void
open_client(struct lab *lab, struct kz_smtp_options options)
{
	options.scope = lab_scope();
	options.port = lab->port;
	assert_int_equal(
		kz_smtp_open(lab->base, &options, &lab->client), KZ_OK);
}

static void
ask(struct lab *lab, const char *text)
{
	struct kz_addr addr = lab_addr(text);
	size_t before = lab->answers;

	assert_int_equal(
		kz_smtp_ask(lab->client, &addr, NULL, told, lab), KZ_OK);
	/* never from within the call */
	assert_int_equal(lab->answers, before);
}

#define LETTERS /* octets without an end of line */                            \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxx"                                                                \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxx"

static const struct greeting {
	const char *name;
	const char *text;
	enum kz_reach reach;
	uint16_t code;
	bool hang_up;
	bool quit;  /* QUIT is said */
	bool waits; /* until the limit */
} greetings[] = {
	{"a greeting", "220 mx.example1.jp ESMTP\r\n", KZ_REACH_ALIVE, 220,
		false, true, false},
	{"the code alone", "220\r\n", KZ_REACH_ALIVE, 220, false, true, false},
	{"bare line feed", "220 mx\n", KZ_REACH_ALIVE, 220, false, true, false},
	{"no service here", "554 no\r\n", KZ_REACH_ALIVE, 554, true, false,
		false},
	{"too busy", "421 later\r\n", KZ_REACH_ALIVE, 421, false, true, false},
	{"several lines", "220-one\r\n220-two\r\n220 three\r\n", KZ_REACH_ALIVE,
		220, false, true, false},
	{"odd line in between", "220-one\r\n\r\ntwo\r\n220 three\r\n",
		KZ_REACH_ALIVE, 220, false, true, false},
	{"last line never comes", "220-one\r\n220-two\r\n", KZ_REACH_ALIVE, 220,
		false, false, true},
	{"hangs up before the last line", "220-one\r\n", KZ_REACH_ALIVE, 220,
		true, false, false},
	{"silence", "", KZ_REACH_SILENT, 0, false, false, true},
	{"hangs up at once", "", KZ_REACH_RESET, 0, true, false, false},
	{"hangs up in the first line", "220 mx", KZ_REACH_RESET, 0, true, false,
		false},
	{"first line without end", "220 mx", KZ_REACH_SILENT, 0, false, false,
		true},
	{"another protocol", "SSH-2.0-x\r\n", KZ_REACH_NOISE, 0, false, false,
		false},
	{"two digits", "22 x\r\n", KZ_REACH_NOISE, 0, false, false, false},
	{"empty line first", "\r\n220 mx\r\n", KZ_REACH_NOISE, 0, false, false,
		false},
	{"code in the second line", "hello\r\n220 mx\r\n", KZ_REACH_NOISE, 0,
		false, false, false},
};

/* Each greeting whole, and octet by octet. */
static void
a_greeting_is_told_from_noise(void **state)
{
	struct lab *lab = *state;

	for (size_t i = 0; i < 2 * sizeof(greetings) / sizeof(greetings[0]);
		i++) {
		const struct greeting *greeting = &greetings[i / 2];
		struct server server = {.greeting = greeting->text,
			.greeting_len = strlen(greeting->text),
			.piece = i % 2,
			.hang_up = greeting->hang_up};

		print_message("%s\n", greeting->name);
		lab->port = 0;
		lab->answers = 0;
		server_start(lab, &server, "127.0.0.1");
		/* short only where the limit itself is looked at */
		open_client(lab,
			(struct kz_smtp_options){
				.banner_ms = greeting->waits ? 250 : 0});
		ask(lab, "127.0.0.1");
		lab_run_until(lab->base, &lab->answers, 1);
		assert_int_equal(lab->result.reach, greeting->reach);
		assert_int_equal(lab->result.code, greeting->code);
		assert_int_equal(lab->result.error, 0);
		if (greeting->quit) {
			size_t *heard = &server.heard_len;

			lab_run_until(lab->base, heard, 6);
			assert_string_equal(server.heard, "QUIT\r\n");
		}
		assert_false(server.heard_early);
		kz_smtp_close(&lab->client);
		server_stop(&server);
	}
}

/* The bound is in the client: these servers never stop. */
static void
an_endless_greeting_is_cut(void **state)
{
	static const struct {
		const char *text;
		enum kz_reach reach;
	} cases[] = {{"220-more\r\n", KZ_REACH_ALIVE},
		{"2222222222", KZ_REACH_NOISE}, {LETTERS, KZ_REACH_NOISE}};
	struct lab *lab = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server server = {.greeting = cases[i].text,
			.greeting_len = strlen(cases[i].text),
			.endless = true};

		lab->port = 0;
		lab->answers = 0;
		server_start(lab, &server, "127.0.0.1");
		/* time is no help: it would take 60 s */
		open_client(lab, (struct kz_smtp_options){.banner_ms = 60000});
		ask(lab, "127.0.0.1");
		lab_run_until(lab->base, &lab->answers, 1);
		assert_int_equal(lab->result.reach, cases[i].reach);
		kz_smtp_close(&lab->client);
		server_stop(&server);
	}
}

static void
a_reset_and_a_refusal_stay_apart(void **state)
{
	struct lab *lab = *state;
	struct server server = {.greeting = "", .reset = true};

	server_start(lab, &server, "127.0.0.1");
	open_client(lab, (struct kz_smtp_options){0});
	ask(lab, "127.0.0.1");
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->result.reach, KZ_REACH_RESET);
	assert_int_equal(lab->result.error, ECONNRESET);
	ask(lab, "127.0.0.2");
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(lab->result.reach, KZ_REACH_REFUSED);
	assert_int_equal(lab->result.error, ECONNREFUSED);
	server_stop(&server);
}

static void
special_addresses_are_never_contacted(void **state)
{
	static const char *const special[] = {"192.168.110.109", "0.0.0.0",
		"::", "::1", "::ffff:192.168.0.1", "224.0.0.1", "fe80::1",
		"255.255.255.255", "10.0.0.1", "2001:db8::1"};
	struct lab *lab = *state;
	struct rlimit before;

	lab->port = 1;
	open_client(lab, (struct kz_smtp_options){0});
	/* a socket could not even be opened */
	before = lab_use_up_descriptors();
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		ask(lab, special[i]);
		lab_run_until(lab->base, &lab->answers, i + 1);
		assert_int_equal(lab->result.reach, KZ_REACH_SPECIAL);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void
a_lack_of_descriptors_is_waited_out(void **state)
{
	struct lab *lab = *state;
	struct server server = {.greeting = "220 mx\r\n", .greeting_len = 8};
	struct rlimit before;

	server_start(lab, &server, "127.0.0.1");
	open_client(lab, (struct kz_smtp_options){0});
	before = lab_use_up_descriptors();
	ask(lab, "127.0.0.1");
	lab_run_for(lab->base, 300);
	assert_int_equal(lab->answers, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->result.reach, KZ_REACH_ALIVE);
	server_stop(&server);
}

static void
a_source_that_is_not_ours_is_our_fault(void **state)
{
	struct lab *lab = *state;

	lab->port = 1;
	open_client(lab,
		(struct kz_smtp_options){.source_v4 = lab_addr("192.0.2.1")});
	ask(lab, "127.0.0.1");
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->result.reach, KZ_REACH_OURS);
}

/* A connection that lingers holds its place, and the outcome does not wait. */
static void
connections_at_once_are_bounded(void **state)
{
	struct lab *lab = *state;
	struct server first = {.greeting = "220 mx\r\n", .greeting_len = 8};
	struct server second = first;

	server_start(lab, &first, "127.0.0.1");
	server_start(lab, &second, "127.0.0.2");
	open_client(lab, (struct kz_smtp_options){.in_flight = 1});
	ask(lab, "127.0.0.1");
	ask(lab, "127.0.0.2");
	lab_run_until(lab->base, &lab->answers, 1);
	lab_run_for(lab->base, 50);
	assert_int_equal(second.connections, 0);
	server_close(&first);
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(second.connections, 1);
	server_stop(&first);
	server_stop(&second);
}

static void
a_client_may_be_closed_in_an_answer(void **state)
{
	struct lab *lab = *state;
	struct server server = {.greeting = "220 mx\r\n", .greeting_len = 8};

	server_start(lab, &server, "127.0.0.1");
	open_client(lab, (struct kz_smtp_options){0});
	lab->close_in_answer = true;
	for (size_t i = 0; i < 5; i++)
		ask(lab, i == 3 ? "127.0.0.1" : "127.0.0.2");
	lab_run_until(lab->base, &lab->answers, 1);
	lab_run_for(lab->base, 50);
	assert_int_equal(lab->answers, 1);
	server_stop(&server);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_greeting_is_told_from_noise),
		TEST(an_endless_greeting_is_cut),
		TEST(a_reset_and_a_refusal_stay_apart),
		TEST(special_addresses_are_never_contacted),
		TEST(a_lack_of_descriptors_is_waited_out),
		TEST(a_source_that_is_not_ours_is_our_fault),
		TEST(connections_at_once_are_bounded),
		TEST(a_client_may_be_closed_in_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include "fake_dns.h"

#include "kizuki/io/nsquery.h"

#define TYPE_SOA 6

struct lab {
	struct event_base *base;
	struct kz_nsquery *client;
	struct kz_ns_answer answer; /* packet points into packet below */
	uint8_t packet[BIG];
	size_t answers;
	uint16_t port;
	bool close_in_answer;
};

static void
told(void *arg, const struct kz_ns_answer *answer)
{
	struct lab *lab = arg;

	lab->answer = *answer;
	if (answer->packet != NULL)
		memcpy(lab->packet, answer->packet, answer->len);
	assert_int_equal(
		answer->packet != NULL, answer->reach == KZ_REACH_ALIVE);
	lab->answers++;
	if (lab->close_in_answer)
		kz_nsquery_close(&lab->client);
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

	kz_nsquery_close(&lab->client);
	event_base_free(lab->base);
	free(lab);
	return 0;
}

static void
open_client(struct lab *lab, struct kz_nsquery_options options)
{
	options.scope = lab_scope();
	options.port = lab->port;
	assert_int_equal(
		kz_nsquery_open(lab->base, &options, &lab->client), KZ_OK);
}

static void
ask(struct lab *lab, const char *text, enum kz_nsquery_effort effort)
{
	struct kz_addr addr = lab_addr(text);
	struct kz_name name = kit_name("some-long.name.example1.jp");
	size_t before = lab->answers;

	assert_int_equal(kz_nsquery_ask(lab->client, &addr, &name, TYPE_SOA,
				 effort, told, lab),
		KZ_OK);
	/* never from within the call */
	assert_int_equal(lab->answers, before);
}

static void
the_question_is_as_promised(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", ANSWER, true);
	bool mixed = false;
	size_t end;

	open_client(lab, (struct kz_nsquery_options){0});
	for (size_t i = 0; i < 4; i++) {
		ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
		lab_run_until(lab->base, &lab->answers, i + 1);
		mixed = mixed || !is_plain(server);
	}
	end = name_end(server->question) + 4;
	assert_int_equal(server->question[2], 0); /* RD=0, QUERY */
	assert_int_equal(server->question[3], 0);
	assert_int_equal(server->question[5], 1);
	assert_int_equal(server->question[end - 3], TYPE_SOA);
	assert_true(has_edns(server));
	assert_int_equal(server->len, end + 11);
	assert_int_equal(
		server->question[end + 3] << 8 | server->question[end + 4],
		1232);
	/* 88 letters: never by chance */
	assert_true(mixed);
	assert_int_equal(server->connections, 0);
	assert_int_equal(lab->answer.reach, KZ_REACH_ALIVE);
	assert_true(lab->answer.authoritative);
	assert_int_equal(lab->answer.rcode, 0);
	assert_int_equal(lab->answer.sent, 1);
	assert_int_equal(lab->answer.len, end);
	server_stop(server);
}

static const struct outcome {
	const char *name;
	enum habit udp, tcp;
	bool listens, closes;
	enum kz_nsquery_effort effort;
	enum kz_reach reach, by_udp, by_tcp;
	uint32_t sent;
} outcomes[] = {
	{"answer", ANSWER, MUTE, true, false, KZ_NSQUERY_FULL, KZ_REACH_ALIVE,
		KZ_REACH_ALIVE, KZ_REACH_NONE, 1},
	{"refused is an answer", REFUSE, MUTE, true, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 1},
	{"silence, TCP refused", MUTE, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_TIMEOUT, KZ_REACH_TIMEOUT, KZ_REACH_REFUSED, 4},
	{"silence, TCP silent", MUTE, MUTE, true, false, KZ_NSQUERY_FULL,
		KZ_REACH_TIMEOUT, KZ_REACH_TIMEOUT, KZ_REACH_SILENT, 4},
	{"silence, TCP hangs up", MUTE, MUTE, true, true, KZ_NSQUERY_FULL,
		KZ_REACH_TIMEOUT, KZ_REACH_TIMEOUT, KZ_REACH_RESET, 4},
	{"silence, TCP answers", MUTE, ANSWER, true, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_TIMEOUT, KZ_REACH_ALIVE, 4},
	{"silence, TCP talks nonsense", MUTE, OTHER_ID, true, false,
		KZ_NSQUERY_FULL, KZ_REACH_NOISE, KZ_REACH_TIMEOUT,
		KZ_REACH_NOISE, 4},
	{"garbage", GARBAGE, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_NOISE, KZ_REACH_NOISE, KZ_REACH_REFUSED, 4},
	{"another ID", OTHER_ID, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_NOISE, KZ_REACH_NOISE, KZ_REACH_REFUSED, 4},
	{"another type", OTHER_TYPE, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_NOISE, KZ_REACH_NOISE, KZ_REACH_REFUSED, 4},
	{"forged before the answer", FORGED_FIRST, MUTE, false, false,
		KZ_NSQUERY_FULL, KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE,
		1},
	{"a flood", FLOOD, MUTE, false, false, KZ_NSQUERY_FULL, KZ_REACH_NOISE,
		KZ_REACH_NOISE, KZ_REACH_REFUSED, 4},
	{"case not echoed", UPPER, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 2},
	{"EDNS unknown", NO_EDNS, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 2},
	{"EDNS unknown, header alone", BARE_FORMERR, MUTE, false, false,
		KZ_NSQUERY_FULL, KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE,
		2},
	{"EDNS swallowed", DROP_EDNS, MUTE, false, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 3},
	{"truncated", TRUNCATE, ANSWER, true, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_ALIVE, 2},
	{"truncated, TCP refused", TRUNCATE, MUTE, false, false,
		KZ_NSQUERY_FULL, KZ_REACH_ALIVE, KZ_REACH_ALIVE,
		KZ_REACH_REFUSED, 2},
	{"truncated, TCP silent", TRUNCATE, MUTE, true, false, KZ_NSQUERY_FULL,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_SILENT, 2},
	{"single", ANSWER, MUTE, true, false, KZ_NSQUERY_SINGLE, KZ_REACH_ALIVE,
		KZ_REACH_ALIVE, KZ_REACH_NONE, 1},
	{"single, case not echoed", UPPER, MUTE, true, false, KZ_NSQUERY_SINGLE,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 1},
	{"single, EDNS unknown", BARE_FORMERR, MUTE, true, false,
		KZ_NSQUERY_SINGLE, KZ_REACH_ALIVE, KZ_REACH_ALIVE,
		KZ_REACH_NONE, 1},
	{"single, silence", MUTE, ANSWER, true, false, KZ_NSQUERY_SINGLE,
		KZ_REACH_TIMEOUT, KZ_REACH_TIMEOUT, KZ_REACH_NONE, 1},
	{"single, garbage", GARBAGE, ANSWER, true, false, KZ_NSQUERY_SINGLE,
		KZ_REACH_NOISE, KZ_REACH_NOISE, KZ_REACH_NONE, 1},
	{"single, truncated", TRUNCATE, ANSWER, true, false, KZ_NSQUERY_SINGLE,
		KZ_REACH_ALIVE, KZ_REACH_ALIVE, KZ_REACH_NONE, 1},
};

/* Short where silence is to come, long where a busy machine must not hurt. */
static struct kz_nsquery_options
limits_for(const struct outcome *want)
{
	struct kz_nsquery_options options = {
		.try_ms = {2000, 2000, 2000}, .tcp_ms = 2000};

	if (want->by_udp != KZ_REACH_ALIVE || want->sent > 2)
		options.try_ms[0] = options.try_ms[1] = 20;
	if (want->by_udp != KZ_REACH_ALIVE)
		options.try_ms[2] = 20;
	if (want->by_tcp == KZ_REACH_SILENT)
		options.tcp_ms = 50;
	return options;
}

static void
outcomes_stay_apart(void **state)
{
	struct lab *lab = *state;

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		const struct outcome *want = &outcomes[i];
		const struct kz_ns_answer *got = &lab->answer;
		struct server *server;

		print_message("%s\n", want->name);
		lab->port = 0;
		lab->answers = 0;
		server = server_start(lab->base, &lab->port, "127.0.0.1",
			want->udp, want->listens);
		server->tcp_habit = want->tcp;
		server->tcp_close = want->closes;
		open_client(lab, limits_for(want));
		ask(lab, "127.0.0.1", want->effort);
		lab_run_until(lab->base, &lab->answers, 1);
		assert_int_equal(got->reach, want->reach);
		assert_int_equal(got->udp_reach, want->by_udp);
		assert_int_equal(got->tcp_reach, want->by_tcp);
		assert_int_equal(got->sent, want->sent);
		assert_int_equal(got->tcp,
			want->by_tcp == KZ_REACH_ALIVE ||
				(want->by_tcp != KZ_REACH_NONE &&
					want->by_udp != KZ_REACH_ALIVE));
		assert_int_equal(got->tcp_failed,
			want->udp == TRUNCATE &&
				want->by_tcp != KZ_REACH_ALIVE);
		/* a flood is not read to its end */
		assert_true(got->dropped <= 3 * 64);
		kz_nsquery_close(&lab->client);
		server_stop(server);
	}
}

static void
before_silence_comes_a_plain_question(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", MUTE, false);

	open_client(lab, (struct kz_nsquery_options){.try_ms = {20, 20, 20}});
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &server->questions, 2);
	assert_true(has_edns(server));
	assert_false(is_plain(server));
	lab_run_until(lab->base, &server->questions, 3);
	assert_false(has_edns(server));
	assert_true(is_plain(server));
	lab_run_until(lab->base, &lab->answers, 1);
	server_stop(server);
}

/* The root and the longest name: 253 octets. */
static void
names_of_any_length_are_asked(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", ANSWER, false);
	struct kz_addr addr = lab_addr("127.0.0.1");
	struct kz_name names[2] = {{0}, {.len = KZ_NAME_MAX}};
	static const size_t lens[2] = {1, KZ_NAME_MAX + 2};

	for (size_t i = 0; i < KZ_NAME_MAX; i++)
		names[1].text[i] = i % 64 == 63 ? '.' : 'a';
	open_client(lab, (struct kz_nsquery_options){0});
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(kz_nsquery_ask(lab->client, &addr, &names[i],
					 TYPE_SOA, KZ_NSQUERY_FULL, told, lab),
			KZ_OK);
		lab_run_until(lab->base, &lab->answers, i + 1);
		assert_int_equal(lab->answer.reach, KZ_REACH_ALIVE);
		assert_int_equal(lab->answer.sent, 1);
		assert_int_equal(lab->answer.len, HEADER_SIZE + lens[i] + 4);
	}
	server_stop(server);
}

/* The first try is answered while the second one waits. */
static void
a_late_answer_counts(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", MUTE, false);

	open_client(
		lab, (struct kz_nsquery_options){.try_ms = {20, 1000, 1000}});
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &server->questions, 2);
	send_datagram(server, ANSWER);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->answer.reach, KZ_REACH_ALIVE);
	server_stop(server);
}

static void
the_longest_answer_by_tcp_is_taken(void **state)
{
	struct lab *lab = *state;
	struct server *server = server_start(
		lab->base, &lab->port, "127.0.0.1", TRUNCATE, true);

	server->tcp_len = BIG;
	open_client(lab, (struct kz_nsquery_options){0});
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->answer.reach, KZ_REACH_ALIVE);
	assert_int_equal(lab->answer.len, BIG);
	assert_memory_equal(lab->packet, server->answer, BIG);
	server_stop(server);
}

static void
a_closed_port_is_refused_at_once(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", MUTE, false);

	open_client(lab, (struct kz_nsquery_options){.try_ms = {60000}});
	ask(lab, "127.0.0.2", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->answer.reach, KZ_REACH_REFUSED);
	assert_int_equal(lab->answer.sent, 2);
	ask(lab, "127.0.0.2", KZ_NSQUERY_SINGLE);
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(lab->answer.reach, KZ_REACH_REFUSED);
	server_stop(server);
}

static void
special_addresses_are_never_contacted(void **state)
{
	static const char *const special[] = {"192.168.110.109", "0.0.0.0",
		"::", "::1", "224.0.0.1", "fe80::1", "255.255.255.255",
		"10.0.0.1"};
	struct lab *lab = *state;
	struct rlimit before;

	lab->port = 1;
	open_client(lab, (struct kz_nsquery_options){0});
	/* a socket could not even be opened */
	before = lab_use_up_descriptors();
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		ask(lab, special[i], KZ_NSQUERY_FULL);
		lab_run_until(lab->base, &lab->answers, i + 1);
		assert_int_equal(lab->answer.reach, KZ_REACH_SPECIAL);
		assert_int_equal(lab->answer.sent, 0);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void
a_lack_of_descriptors_is_waited_out(void **state)
{
	struct lab *lab = *state;
	struct server *server = server_start(
		lab->base, &lab->port, "127.0.0.1", TRUNCATE, true);
	struct rlimit before;

	open_client(lab, (struct kz_nsquery_options){0});
	before = lab_use_up_descriptors();
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_for(lab->base, 300);
	assert_int_equal(lab->answers, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->answer.reach, KZ_REACH_ALIVE);
	server_stop(server);
}

static void
the_source_address_is_bound(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", ANSWER, false);
	struct kz_addr from;

	open_client(lab,
		(struct kz_nsquery_options){
			.source_v4 = lab_addr("127.0.9.9")});
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(
		kz_addr_from_bytes(
			(const uint8_t *)&server->from.sin_addr, 4, &from),
		KZ_OK);
	assert_int_equal(from.bytes[2], 9);
	kz_nsquery_close(&lab->client);
	/* one that this host lacks is our fault, not the server's */
	open_client(lab,
		(struct kz_nsquery_options){
			.source_v4 = lab_addr("192.0.2.1")});
	ask(lab, "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(lab->answer.reach, KZ_REACH_OURS);
	server_stop(server);
}

static void
questions_at_once_are_bounded(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", MUTE, false);

	open_client(lab,
		(struct kz_nsquery_options){.in_flight = 3, .try_ms = {500}});
	for (size_t i = 0; i < 10; i++)
		ask(lab, "127.0.0.1", KZ_NSQUERY_SINGLE);
	lab_run_until(lab->base, &server->questions, 3);
	lab_run_for(lab->base, 30);
	assert_int_equal(server->questions, 3);
	server->udp_habit = ANSWER;
	lab_run_until(lab->base, &lab->answers, 10);
	assert_int_equal(server->questions, 10);
	server_stop(server);
}

static void
a_client_may_be_closed_in_an_answer(void **state)
{
	struct lab *lab = *state;
	struct server *server =
		server_start(lab->base, &lab->port, "127.0.0.1", ANSWER, false);

	open_client(lab, (struct kz_nsquery_options){.in_flight = 3});
	lab->close_in_answer = true;
	for (size_t i = 0; i < 5; i++)
		ask(lab, i == 3 ? "0.0.0.0" : "127.0.0.1", KZ_NSQUERY_FULL);
	lab_run_until(lab->base, &lab->answers, 1);
	lab_run_for(lab->base, 50);
	assert_int_equal(lab->answers, 1);
	server_stop(server);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_question_is_as_promised),
		TEST(outcomes_stay_apart),
		TEST(before_silence_comes_a_plain_question),
		TEST(names_of_any_length_are_asked),
		TEST(a_late_answer_counts),
		TEST(the_longest_answer_by_tcp_is_taken),
		TEST(a_closed_port_is_refused_at_once),
		TEST(special_addresses_are_never_contacted),
		TEST(a_lack_of_descriptors_is_waited_out),
		TEST(the_source_address_is_bound),
		TEST(questions_at_once_are_bounded),
		TEST(a_client_may_be_closed_in_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

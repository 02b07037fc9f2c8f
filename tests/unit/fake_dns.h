/* SPDX-License-Identifier: ISC */
/*
 * fake_dns - a name server inside a test, with good and bad habits
 *
 * What:   answers each question with the question itself and no records, or
 *         does one of the things that real servers do instead.
 */
#ifndef KIZUKI_TESTS_FAKE_DNS_H
#define KIZUKI_TESTS_FAKE_DNS_H

#include "net_lab.h"

#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>

#define HEADER_SIZE 12
#define BIG         65535

/* What a server does with the question that it got. */
enum habit {
	ANSWER,
	MUTE,
	GARBAGE,  /* octets that are no answer to anything */
	OTHER_ID, /* an answer to another question */
	OTHER_NAME,
	OTHER_TYPE,
	FORGED_FIRST, /* the two above, then the answer */
	UPPER,        /* the question comes back in capitals */
	NO_EDNS,      /* FORMERR to who sends an OPT record */
	BARE_FORMERR, /* the same, as a header alone */
	DROP_EDNS,
	REFUSE, /* rcode 5, not authoritative */
	TRUNCATE,
	FLOOD /* more garbage than anyone should read */
};

/* A name server in this process, with a habit for each transport. */
struct server {
	enum habit udp_habit;
	enum habit tcp_habit;
	size_t tcp_len; /* octets of the answer by TCP; 0: as by UDP */
	bool tcp_close; /* hangs up instead of answering */
	int udp;
	int tcp; /* listens; -1: not */
	int peer;
	struct event *udp_event;
	struct event *tcp_event;
	struct event *peer_event;
	size_t questions; /* by UDP */
	size_t connections;
	size_t len; /* of the last question */
	uint8_t question[512];
	struct sockaddr_in from;
	uint8_t answer[BIG];
};

static inline size_t
name_end(const uint8_t *question)
{
	size_t at = HEADER_SIZE;

	while (question[at] != 0)
		at += question[at] + 1U;
	return at + 1;
}

static inline bool
has_edns(const struct server *server)
{
	return server->question[11] != 0;
}

static inline bool
is_plain(const struct server *server)
{
	for (size_t i = HEADER_SIZE; i < name_end(server->question); i++)
		if (server->question[i] >= 'A' && server->question[i] <= 'Z')
			return false;
	return true;
}

/* The answer to the last question by one habit; 0: none. */
static inline size_t
make_answer(struct server *server, enum habit habit)
{
	uint8_t *answer = server->answer;
	size_t end = name_end(server->question) + 4;

	memset(answer, 0, sizeof(server->answer));
	memcpy(answer, server->question, end);
	answer[2] = 0x84; /* QR, AA */
	answer[11] = 0;
	if (habit == OTHER_ID)
		answer[0] ^= 1;
	if (habit == OTHER_NAME)
		answer[HEADER_SIZE + 1] = '-';
	if (habit == OTHER_TYPE)
		answer[end - 3] ^= 0x20;
	if (habit == REFUSE) {
		answer[2] = 0x80;
		answer[3] = 5;
	}
	if (habit == TRUNCATE)
		answer[2] |= 0x02;
	if (habit == UPPER)
		for (size_t i = HEADER_SIZE; i < end - 5; i++)
			if (answer[i] >= 'a' && answer[i] <= 'z')
				answer[i] = (uint8_t)(answer[i] - 'a' + 'A');
	if ((habit == NO_EDNS || habit == BARE_FORMERR) && has_edns(server))
		answer[3] = 1;
	if (habit == BARE_FORMERR && has_edns(server)) {
		answer[5] = 0; /* QDCOUNT */
		return HEADER_SIZE;
	}
	if (habit == MUTE || (habit == DROP_EDNS && has_edns(server)))
		return 0;
	if (habit == GARBAGE || habit == FLOOD)
		return HEADER_SIZE - 1;
	return end;
}

static inline void
send_datagram(struct server *server, enum habit habit)
{
	size_t len = make_answer(server, habit);

	if (len != 0)
		(void)sendto(server->udp, server->answer, len, 0,
			(struct sockaddr *)&server->from, sizeof(server->from));
}

static inline void
take_datagram(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	socklen_t from_len = sizeof(server->from);
	ssize_t len = recvfrom(fd, server->question, sizeof(server->question),
		0, (struct sockaddr *)&server->from, &from_len);

	(void)what;
	if (len < 0)
		return;
	server->questions++;
	server->len = (size_t)len;
	if (server->udp_habit == FORGED_FIRST) {
		send_datagram(server, OTHER_ID);
		send_datagram(server, OTHER_NAME);
	}
	for (size_t i = 0; i < (server->udp_habit == FLOOD ? 100 : 1); i++)
		send_datagram(server, server->udp_habit);
}

static inline void
drop_peer(struct server *server)
{
	if (server->peer_event != NULL)
		event_free(server->peer_event);
	server->peer_event = NULL;
	if (server->peer >= 0)
		(void)close(server->peer);
	server->peer = -1;
}

static inline void
send_all(int fd, const uint8_t *octets, size_t len)
{
	/* the send buffer takes it: loopback, and 64 KiB at most */
	assert_int_equal(send(fd, octets, len, MSG_NOSIGNAL), len);
}

static inline void
take_stream(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	uint8_t prefix[2];
	size_t len;

	(void)what;
	if (recv(fd, prefix, 2, 0) != 2 || server->tcp_close) {
		drop_peer(server);
		return;
	}
	server->len = (size_t)prefix[0] << 8 | prefix[1];
	assert_true(server->len <= sizeof(server->question));
	assert_int_equal(
		recv(fd, server->question, server->len, 0), server->len);
	len = make_answer(server, server->tcp_habit);
	if (len == 0)
		return;
	if (server->tcp_len != 0)
		len = server->tcp_len;
	prefix[0] = (uint8_t)(len >> 8);
	prefix[1] = (uint8_t)(len & 0xff);
	/* octet by octet where it matters: length and header */
	send_all(fd, prefix, 1);
	send_all(fd, prefix + 1, 1);
	send_all(fd, server->answer, 5);
	send_all(fd, server->answer + 5, len - 5);
}

static inline void
take_connection(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	int on = 1;

	(void)what;
	assert_int_equal(server->peer, -1);
	server->connections++;
	server->peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(server->peer >= 0);
	(void)setsockopt(
		server->peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	server->peer_event = event_new(event_get_base(server->tcp_event),
		server->peer, EV_READ | EV_PERSIST, take_stream, server);
	assert_int_equal(event_add(server->peer_event, NULL), 0);
}

static inline struct server *
server_start(struct event_base *base, uint16_t *port, const char *addr,
	enum habit udp, bool tcp)
{
	struct server *server = calloc(1, sizeof(*server));

	server->udp_habit = udp;
	server->peer = server->tcp = -1;
	server->udp = lab_bind(addr, SOCK_DGRAM, port);
	server->udp_event = event_new(
		base, server->udp, EV_READ | EV_PERSIST, take_datagram, server);
	assert_int_equal(event_add(server->udp_event, NULL), 0);
	if (!tcp)
		return server;
	server->tcp = lab_bind(addr, SOCK_STREAM, port);
	server->tcp_event = event_new(base, server->tcp, EV_READ | EV_PERSIST,
		take_connection, server);
	assert_int_equal(event_add(server->tcp_event, NULL), 0);
	return server;
}

static inline void
server_stop(struct server *server)
{
	drop_peer(server);
	event_free(server->udp_event);
	(void)close(server->udp);
	if (server->tcp >= 0) {
		event_free(server->tcp_event);
		(void)close(server->tcp);
	}
	free(server);
}

#endif

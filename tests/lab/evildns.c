/* SPDX-License-Identifier: ISC */
/*
 * evildns - a name server with one fault on each of its addresses
 *
 *   evildns ADDRESS=MODE...      by UDP and TCP, until it is killed
 *
 * KZ_EVILDNS_PORT is the port (53); KZ_READY names a file that is made once
 * all addresses are open.  Whatever zone is asked for, it is its server: SOA
 * for SOA, else no data.  The modes:
 *
 *   aa         no fault              servfail refused nxdomain   that rcode
 *   noaa       AA not set            mute       no answer, TCP not open
 *   slowN      aa after N ms         tcponly    mute by UDP only
 *   badid badq another ID, question  flood      both first, then the answer
 *   short      11 octets             ptrloop    a name that points at itself
 *   upcase     question in capitals  other      the SOA of another zone
 *   formerr    to whoever sends EDNS dropedns   no answer to them
 *   tc         truncated by UDP      tcclose    tc, and TCP hangs up
 *   tcmute     tc, TCP is silent     big        tc, and 64 KiB by TCP
 *   udponly    aa, TCP not open
 */
#include <bsd/stdlib.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "kizuki/base/wire.h"

#define HEADER_SIZE  12
#define QUERY_MAX    512
#define ANSWER_MAX   65535
#define DATAGRAM_MAX 1232
#define TYPE_SOA     6
#define TYPE_TXT     16
#define CLASS_IN     1
#define SERIAL       2020022893
#define IDLE_S       30

/* Flags of a header, RFC 1035 section 4.1.1. */
enum { QR = 0x8000, AA = 0x0400, TC = 0x0200 };
enum { NOERROR = 0, FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };

enum body { SOA, NOTHING, LOOP, OTHER_ZONE, HUGE_BODY };

/* What differs from a good server. */
struct mode {
	const char *name; /* "slow" takes a number behind it */
	uint16_t flags;
	uint8_t rcode;
	enum body body;
	bool mute, deaf; /* by UDP; no TCP at all */
	bool other_id, other_name, upper, short_packet, forge_first;
	bool truncate, tcp_closes, tcp_silent;
	bool edns_formerr, edns_mute;
};

static const struct mode modes[] = {
	{.name = "aa", .flags = AA},
	{.name = "mute", .mute = true, .deaf = true},
	{.name = "udponly", .flags = AA, .deaf = true},
	{.name = "tcponly", .flags = AA, .mute = true},
	{.name = "badid", .flags = AA, .other_id = true},
	{.name = "badq", .flags = AA, .other_name = true},
	{.name = "flood", .flags = AA, .forge_first = true},
	{.name = "tc", .flags = AA, .truncate = true},
	{.name = "tcclose", .flags = AA, .truncate = true, .tcp_closes = true},
	{.name = "tcmute", .flags = AA, .truncate = true, .tcp_silent = true},
	{.name = "big", .flags = AA, .truncate = true, .body = HUGE_BODY},
	{.name = "servfail", .flags = AA, .rcode = SERVFAIL, .body = NOTHING},
	{.name = "refused", .rcode = REFUSED, .body = NOTHING},
	{.name = "nxdomain", .flags = AA, .rcode = NXDOMAIN, .body = NOTHING},
	{.name = "noaa"},
	{.name = "short", .flags = AA, .short_packet = true},
	{.name = "ptrloop", .flags = AA, .body = LOOP},
	{.name = "other", .flags = AA, .body = OTHER_ZONE},
	{.name = "slow", .flags = AA},
	{.name = "upcase", .flags = AA, .upper = true},
	{.name = "formerr", .flags = AA, .edns_formerr = true},
	{.name = "dropedns", .flags = AA, .edns_mute = true},
};

/* One address. */
struct server {
	const struct mode *mode;
	uint32_t delay_ms;
	int fd;
};

/* A delayed datagram. */
struct late {
	int fd;
	struct sockaddr_storage to;
	socklen_t to_len;
	size_t len;
	struct event *timer;
	uint8_t packet[DATAGRAM_MAX];
};

static struct event_base *base;

/* The length of header and question; 0 for what is no query. */
static size_t
question_end(const uint8_t *query, size_t len)
{
	size_t at = HEADER_SIZE;

	if (len < HEADER_SIZE || (query[2] & 0x80) != 0 || query[4] != 0 ||
		query[5] != 1)
		return 0;
	while (at < len && query[at] != 0) {
		if (query[at] > 63)
			return 0;
		at += query[at] + 1U;
	}
	return at + 5 <= len ? at + 5 : 0;
}

static void
put_soa(struct kz_writer *out, const struct mode *mode)
{
	static const char other[] = "\5other\7example";
	size_t self = out->used;

	if (mode->body == LOOP)
		kz_writer_put(out, 2, 0xc000U | self);
	else if (mode->body == OTHER_ZONE)
		for (size_t i = 0; i < sizeof(other); i++)
			kz_writer_put(out, 1, (uint8_t)other[i]);
	else
		kz_writer_put(out, 2, 0xc000U | HEADER_SIZE);
	kz_writer_put(out, 2, TYPE_SOA);
	kz_writer_put(out, 2, CLASS_IN);
	kz_writer_put(out, 4, 3600);
	kz_writer_put(out, 2, 24); /* RDLENGTH */
	kz_writer_put(out, 2, 0xc000U | HEADER_SIZE);
	kz_writer_put(out, 2, 0xc000U | HEADER_SIZE);
	kz_writer_put(out, 4, SERIAL);
	kz_writer_put(out, 4, 10800);
	kz_writer_put(out, 4, 3600);
	kz_writer_put(out, 4, 1209600);
	kz_writer_put(out, 4, 3600);
}

/* As many records as a message holds; returns their number. */
static uint16_t
put_filling(struct kz_writer *out)
{
	enum { RECORD_SIZE = 12 + 256 };
	uint16_t count = 0;

	for (; out->used + RECORD_SIZE <= ANSWER_MAX; count++) {
		kz_writer_put(out, 2, 0xc000U | HEADER_SIZE);
		kz_writer_put(out, 2, TYPE_TXT);
		kz_writer_put(out, 2, CLASS_IN);
		kz_writer_put(out, 4, 3600);
		kz_writer_put(out, 2, 256);
		kz_writer_put(out, 1, 255);
		for (size_t i = 0; i < 255; i++)
			kz_writer_put(out, 1, 'x');
	}
	return count;
}

/* The question of the query, with the fault of its mode. */
static void
put_question(struct kz_writer *out, const struct mode *mode,
	const uint8_t *query, size_t end)
{
	for (size_t i = HEADER_SIZE; i < end; i++) {
		uint8_t octet = query[i];
		bool name = i < end - 4;

		if (mode->upper && name && octet >= 'a' && octet <= 'z')
			octet = (uint8_t)(octet - 'a' + 'A');
		if (mode->other_name && i == HEADER_SIZE + 1)
			octet = octet == 'x' ? 'y' : 'x';
		kz_writer_put(out, 1, octet);
	}
}

/* The answer to a query; 0: none. */
static size_t
answer(const struct mode *mode, bool tcp, const uint8_t *query, size_t len,
	uint8_t *packet)
{
	struct kz_writer out = kz_writer_make(packet, ANSWER_MAX);
	size_t end = question_end(query, len);
	bool edns = end != 0 && len > end;
	bool cut = mode->truncate && !tcp;
	uint8_t rcode = mode->rcode;
	uint16_t records = 0;
	bool soa;

	if (end == 0 || (edns && mode->edns_mute))
		return 0;
	if (edns && mode->edns_formerr)
		rcode = FORMERR;
	soa = query[end - 4] == 0 && query[end - 3] == TYPE_SOA;
	kz_writer_put(&out, 1, query[0] ^ (mode->other_id ? 1U : 0U));
	kz_writer_put(&out, 1, query[1]);
	kz_writer_put(&out, 2,
		QR | mode->flags | (cut ? TC : 0) | (query[2] & 1U) << 8 |
			rcode);
	kz_writer_put(&out, 2, 1);
	kz_writer_put(&out, 6, 0);
	put_question(&out, mode, query, end);
	if (mode->short_packet)
		return HEADER_SIZE - 1;
	if (cut || rcode != NOERROR || mode->body == NOTHING)
		return out.used;
	put_soa(&out, mode);
	if (mode->body == HUGE_BODY)
		records = put_filling(&out);
	packet[soa ? 7 : 9] = 1; /* the SOA: ANCOUNT or NSCOUNT */
	packet[10] = (uint8_t)(records >> 8);
	packet[11] = (uint8_t)(records & 0xff);
	return out.used;
}

static void
send_late(evutil_socket_t fd, short what, void *arg)
{
	struct late *late = arg;

	(void)fd;
	(void)what;
	(void)sendto(late->fd, late->packet, late->len, 0,
		(const struct sockaddr *)&late->to, late->to_len);
	event_free(late->timer);
	free(late);
}

/* Sends at once or after the delay of the server. */
static void
respond(const struct server *server, const uint8_t *packet, size_t len,
	const struct sockaddr_storage *to, socklen_t to_len)
{
	struct timeval delay = {.tv_sec = server->delay_ms / 1000,
		.tv_usec = (suseconds_t)(server->delay_ms % 1000) * 1000};
	struct late *late;

	if (len == 0 || len > DATAGRAM_MAX)
		return;
	if (server->delay_ms == 0) {
		(void)sendto(server->fd, packet, len, 0,
			(const struct sockaddr *)to, to_len);
		return;
	}
	late = calloc(1, sizeof(*late));
	if (late == NULL)
		err(EX_OSERR, "memory");
	late->fd = server->fd;
	late->to = *to;
	late->to_len = to_len;
	late->len = len;
	memcpy(late->packet, packet, len);
	late->timer = evtimer_new(base, send_late, late);
	if (late->timer == NULL || evtimer_add(late->timer, &delay) != 0)
		errx(EX_OSERR, "no timer");
}

static void
take_datagram(evutil_socket_t fd, short what, void *arg)
{
	static const struct mode forged[] = {{.flags = AA, .other_id = true},
		{.flags = AA, .other_name = true}};
	static uint8_t packet[ANSWER_MAX];
	const struct server *server = arg;
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	uint8_t query[QUERY_MAX];
	ssize_t len = recvfrom(fd, query, sizeof(query), 0,
		(struct sockaddr *)&from, &from_len);

	(void)what;
	if (len < 0 || server->mode->mute)
		return;
	if (server->mode->forge_first)
		for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
			respond(server, packet,
				answer(&forged[i], false, query, (size_t)len,
					packet),
				&from, from_len);
	respond(server, packet,
		answer(server->mode, false, query, (size_t)len, packet), &from,
		from_len);
}

static void
stream_ended(struct bufferevent *stream, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(stream);
}

static void
take_stream(struct bufferevent *stream, void *arg)
{
	static uint8_t packet[ANSWER_MAX];
	const struct server *server = arg;
	struct evbuffer *in = bufferevent_get_input(stream);
	uint8_t prefix[2];
	uint8_t query[QUERY_MAX];

	if (server->mode->tcp_closes) {
		bufferevent_free(stream);
		return;
	}
	while (evbuffer_copyout(in, prefix, sizeof(prefix)) == 2) {
		size_t len = (size_t)prefix[0] << 8 | prefix[1];

		if (len > sizeof(query)) {
			bufferevent_free(stream);
			return;
		}
		if (evbuffer_get_length(in) < sizeof(prefix) + len)
			return;
		(void)evbuffer_drain(in, sizeof(prefix));
		(void)evbuffer_remove(in, query, len);
		len = answer(server->mode, true, query, len, packet);
		if (len == 0 || server->mode->tcp_silent)
			continue;
		prefix[0] = (uint8_t)(len >> 8);
		prefix[1] = (uint8_t)(len & 0xff);
		(void)bufferevent_write(stream, prefix, sizeof(prefix));
		(void)bufferevent_write(stream, packet, len);
	}
}

static void
take_connection(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *from, int from_len, void *server)
{
	struct timeval idle = {.tv_sec = IDLE_S};
	struct bufferevent *stream =
		bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	(void)listener;
	(void)from;
	(void)from_len;
	if (stream == NULL)
		errx(EX_OSERR, "no stream");
	bufferevent_setcb(stream, take_stream, NULL, stream_ended, server);
	bufferevent_set_timeouts(stream, &idle, NULL);
	(void)bufferevent_enable(stream, EV_READ | EV_WRITE);
}

static const struct mode *
find_mode(const char *name, uint32_t *delay_ms)
{
	const char *trouble;

	*delay_ms = 0;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		size_t len = strlen(modes[i].name);

		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
		if (strcmp(modes[i].name, "slow") != 0 ||
			strncmp(name, "slow", len) != 0)
			continue;
		*delay_ms = (uint32_t)strtonum(name + len, 1, 60000, &trouble);
		if (trouble == NULL)
			return &modes[i];
	}
	errx(EX_USAGE, "no such mode: %s", name);
}

/* "ADDRESS=MODE": opens it by UDP and, unless deaf, by TCP. */
static void
serve(char *word, const char *port)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_storage at;
	int at_len = sizeof(at);
	char text[80];
	char *mode = strrchr(word, '=');
	struct event *readable;

	if (server == NULL || mode == NULL)
		errx(EX_USAGE, "not ADDRESS=MODE: %s", word);
	*mode++ = '\0';
	server->mode = find_mode(mode, &server->delay_ms);
	if (snprintf(text, sizeof(text),
		    strchr(word, ':') != NULL ? "[%s]:%s" : "%s:%s", word,
		    port) < 0 ||
		evutil_parse_sockaddr_port(
			text, (struct sockaddr *)&at, &at_len) != 0)
		errx(EX_USAGE, "no address: %s", word);
	server->fd = socket(
		at.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server->fd < 0 ||
		bind(server->fd, (struct sockaddr *)&at, (socklen_t)at_len) !=
			0)
		err(EX_OSERR, "%s", text);
	readable = event_new(
		base, server->fd, EV_READ | EV_PERSIST, take_datagram, server);
	if (readable == NULL || event_add(readable, NULL) != 0)
		errx(EX_OSERR, "no event");
	if (!server->mode->deaf &&
		evconnlistener_new_bind(base, take_connection, server,
			LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE, 64,
			(struct sockaddr *)&at, at_len) == NULL)
		err(EX_OSERR, "%s by TCP", text);
}

int
main(int argc, char **argv)
{
	const char *port = getenv("KZ_EVILDNS_PORT");
	const char *ready = getenv("KZ_READY");
	int fd;

	if (argc < 2)
		errx(EX_USAGE, "usage: evildns ADDRESS=MODE...");
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	if (base == NULL)
		errx(EX_OSERR, "no event base");
	for (int i = 1; i < argc; i++)
		serve(argv[i], port != NULL ? port : "53");
	if (ready != NULL) {
		fd = open(ready, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd < 0 || close(fd) != 0)
			err(EX_CANTCREAT, "%s", ready);
	}
	return event_base_dispatch(base) == 0 ? EX_OK : EX_OSERR;
}

/* SPDX-License-Identifier: ISC */
/*
 * sink - a TCP server with one behaviour on each of its addresses
 *
 *   sink ADDRESS:PORT=MODE...     an IPv6 address in [brackets]
 *
 * KZ_READY names a file that is made once all addresses are open; KZ_SINK_WHOIS
 * the folder of the answers of "whois".  The modes:
 *
 *   smtp      "220", then 250 to everything and 221 to QUIT
 *   DDD       the same with that code in the greeting: 554, 421 ...
 *   delayN    smtp, whose greeting comes after N ms
 *   multi     a greeting of several lines, the last one after 200 ms
 *   endless   a greeting of lines without end
 *   longline  a first line without end
 *   noise     a greeting of another protocol
 *   mute      says nothing      close   hangs up at once    reset  by RST
 *   whois     one line in, the file of that name out ('/' in it is '_')
 *
 * Whoever speaks before the greeting is told so in the log on stderr.
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
#include <strings.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#define BACKLOG      4096
#define LINE_MAX_LEN 1024
#define MULTI_MS     200
#define IDLE_S       120
/* An endless greeting is written in pieces of this many octets. */
#define PIECE 4096

enum kind {
	GREET,
	MULTI,
	ENDLESS,
	LONG_LINE,
	NOISE,
	MUTE,
	CLOSE,
	RESET,
	WHOIS
};

struct server {
	enum kind kind;
	char code[4];
	uint32_t delay_ms;
	const char *name; /* as on the command line */
};

struct peer {
	const struct server *server;
	struct bufferevent *stream;
	struct event *timer;
	bool greeted;
	bool closing; /* once all is written */
};

static struct event_base *base;

static void
drop(struct peer *peer)
{
	event_free(peer->timer);
	bufferevent_free(peer->stream);
	free(peer);
}

static void
ended(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	drop(arg);
}

static void
say(struct peer *peer, const char *text)
{
	(void)bufferevent_write(peer->stream, text, strlen(text));
}

static void
fill(struct peer *peer)
{
	static const char line[] = "220-there is more\r\n";
	char piece[PIECE];

	if (peer->server->kind == ENDLESS) {
		for (size_t i = 0; i < PIECE / sizeof(line); i++)
			say(peer, line);
		return;
	}
	memset(piece, '2', sizeof(piece));
	(void)bufferevent_write(peer->stream, piece, sizeof(piece));
}

/* All that was to be written is on its way. */
static void
written(struct bufferevent *stream, void *arg)
{
	struct peer *peer = arg;

	if (evbuffer_get_length(bufferevent_get_output(stream)) != 0)
		return;
	if (peer->closing)
		drop(peer);
	else if (peer->server->kind == ENDLESS ||
		peer->server->kind == LONG_LINE)
		fill(peer);
}

static void
greet(struct peer *peer)
{
	peer->greeted = true;
	say(peer, peer->server->code);
	say(peer, " lab ESMTP\r\n");
}

static void
timer_rings(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	greet(arg);
}

static void
close_when_written(struct peer *peer)
{
	peer->closing = true;
	(void)bufferevent_disable(peer->stream, EV_READ);
}

/* The file that the line names; a name never leaves the folder. */
static void
answer_whois(struct peer *peer, char *line)
{
	const char *folder = getenv("KZ_SINK_WHOIS");
	struct evbuffer *out = bufferevent_get_output(peer->stream);
	char path[LINE_MAX_LEN * 2];
	int fd = -1;

	for (char *at = line; *at != '\0'; at++)
		if (*at == '/')
			*at = '_';
	if (folder != NULL && line[0] != '.' && line[0] != '\0' &&
		snprintf(path, sizeof(path), "%s/%s", folder, line) <
			(int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || evbuffer_add_file(out, fd, 0, -1) != 0)
		say(peer, "No match!!\r\n");
	close_when_written(peer);
}

static void
take_line(struct peer *peer, char *line)
{
	if (peer->server->kind == WHOIS) {
		answer_whois(peer, line);
	} else if (strcasecmp(line, "QUIT") == 0) {
		say(peer, "221 2.0.0 bye\r\n");
		close_when_written(peer);
	} else {
		say(peer, "250 2.0.0 ok\r\n");
	}
}

static void
readable(struct bufferevent *stream, void *arg)
{
	struct peer *peer = arg;
	struct evbuffer *in = bufferevent_get_input(stream);
	char *line;

	if (!peer->greeted) {
		(void)fprintf(stderr, "sink: %s: talks before the greeting\n",
			peer->server->name);
		peer->greeted = true; /* said once */
	}
	while (!peer->closing &&
		(line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
		take_line(peer, line);
		free(line);
	}
	if (evbuffer_get_length(in) > LINE_MAX_LEN)
		(void)evbuffer_drain(in, evbuffer_get_length(in));
}

static void
greet_later(struct peer *peer, uint32_t delay_ms)
{
	struct timeval delay = {.tv_sec = delay_ms / 1000,
		.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000};

	if (evtimer_add(peer->timer, &delay) != 0)
		errx(EX_OSERR, "no timer");
}

static void
begin(struct peer *peer)
{
	switch (peer->server->kind) {
	case GREET:
		if (peer->server->delay_ms == 0)
			greet(peer);
		else
			greet_later(peer, peer->server->delay_ms);
		break;
	case MULTI:
		say(peer, "220-lab ESMTP\r\n220-no spam\r\n");
		greet_later(peer, MULTI_MS);
		break;
	case ENDLESS:
	case LONG_LINE:
		fill(peer);
		break;
	case NOISE:
		say(peer, "SSH-2.0-OpenSSH_9.2\r\n");
		break;
	case WHOIS:
		peer->greeted = true; /* the client begins */
		break;
	case MUTE:
	case CLOSE:
	case RESET:
		break;
	}
}

static void
take_connection(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *from, int from_len, void *arg)
{
	const struct server *server = arg;
	struct linger hard = {.l_onoff = 1, .l_linger = 0};
	struct timeval idle = {.tv_sec = IDLE_S};
	struct peer *peer;

	(void)listener;
	(void)from;
	(void)from_len;
	if (server->kind == RESET)
		(void)setsockopt(
			fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	if (server->kind == RESET || server->kind == CLOSE) {
		(void)close(fd);
		return;
	}
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL)
		err(EX_OSERR, "memory");
	peer->server = server;
	peer->stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	peer->timer = evtimer_new(base, timer_rings, peer);
	if (peer->stream == NULL || peer->timer == NULL)
		errx(EX_OSERR, "no stream");
	bufferevent_setcb(peer->stream, readable, written, ended, peer);
	bufferevent_set_timeouts(peer->stream, &idle, &idle);
	(void)bufferevent_enable(peer->stream, EV_READ | EV_WRITE);
	begin(peer);
}

/* What a word of the command line asks for. */
static void
set_mode(struct server *server, const char *mode)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {{"smtp", GREET}, {"multi", MULTI}, {"endless", ENDLESS},
		{"longline", LONG_LINE}, {"noise", NOISE}, {"mute", MUTE},
		{"close", CLOSE}, {"reset", RESET}, {"whois", WHOIS}};
	const char *trouble = NULL;

	memcpy(server->code, "220", sizeof(server->code));
	server->kind = GREET;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, mode) == 0) {
			server->kind = kinds[i].kind;
			return;
		}
	if (strncmp(mode, "delay", 5) == 0)
		server->delay_ms =
			(uint32_t)strtonum(mode + 5, 1, 600000, &trouble);
	else if (strlen(mode) == 3 && strspn(mode, "0123456789") == 3)
		memcpy(server->code, mode, sizeof(server->code));
	else
		trouble = "unknown";
	if (trouble != NULL)
		errx(EX_USAGE, "mode %s: %s", mode, trouble);
}

static void
serve(char *word)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_storage at;
	int at_len = sizeof(at);
	char *mode = strrchr(word, '=');

	if (server == NULL || mode == NULL)
		errx(EX_USAGE, "not ADDRESS:PORT=MODE: %s", word);
	*mode++ = '\0';
	server->name = word;
	set_mode(server, mode);
	if (evutil_parse_sockaddr_port(word, (struct sockaddr *)&at, &at_len) !=
		0)
		errx(EX_USAGE, "no address: %s", word);
	if (evconnlistener_new_bind(base, take_connection, server,
		    LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE |
			    LEV_OPT_CLOSE_ON_EXEC,
		    BACKLOG, (struct sockaddr *)&at, at_len) == NULL)
		err(EX_OSERR, "%s", word);
}

int
main(int argc, char **argv)
{
	const char *ready = getenv("KZ_READY");
	int fd;

	if (argc < 2)
		errx(EX_USAGE, "usage: sink ADDRESS:PORT=MODE...");
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	if (base == NULL)
		errx(EX_OSERR, "no event base");
	for (int i = 1; i < argc; i++)
		serve(argv[i]);
	if (ready != NULL) {
		fd = open(ready, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd < 0 || close(fd) != 0)
			err(EX_CANTCREAT, "%s", ready);
	}
	return event_base_dispatch(base) == 0 ? EX_OK : EX_OSERR;
}

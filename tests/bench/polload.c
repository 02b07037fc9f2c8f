/* SPDX-License-Identifier: ISC */
/*
 * polload - policy requests, or keys of a socketmap, over a unix socket, as
 * many as go
 *
 * Usage: polload SOCKET REQUESTS CONNECTIONS SEED [socketmap]
 * Every second request is about a (sender, recipient) that was asked about
 * before, the others are new; every session comes from one of 100 sites
 * (bN.example) whose reverse name the MTA verified.  One request is under way
 * on each connection.  Prints "rate=R/s p50=US p99=US max=US defer=N".
 */
#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#define CONNECTIONS_MAX 256
#define SITES           100

struct connection {
	int fd;
	int64_t sent_ns;
	size_t used;
	char answer[1024];
};

static struct connection connections[CONNECTIONS_MAX];
static uint32_t *latencies_us;
static uint64_t sent, answered, wanted, deferred, seed;
static bool socketmap;

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* One question of a session of site number % SITES, into text. */
static int
policy_words(char *text, size_t size, uint64_t number, uint64_t site)
{
	return snprintf(text, size,
		"request=smtpd_access_policy\nprotocol_state=RCPT\n"
		"protocol_name=ESMTP\nclient_address=10.1.%" PRIu64 ".1\n"
		"client_name=mx.b%" PRIu64 ".example\nclient_port=58435\n"
		"reverse_client_name=mx.b%" PRIu64 ".example\n"
		"helo_name=mx.b%" PRIu64 ".example\n"
		"sender=s%" PRIx64 ".%" PRIx64 "@b%" PRIu64 ".example\n"
		"recipient=user%" PRIu64 "@jikocho.jp\nrecipient_count=0\n"
		"queue_id=\ninstance=%" PRIx64 ".%" PRIx64 "\nsize=1234\n"
		"etrn_domain=\nstress=\nsasl_method=\nsasl_username=\n"
		"sasl_sender=\nccert_subject=\nccert_issuer=\n"
		"ccert_fingerprint=\nccert_pubkey_fingerprint=\n"
		"encryption_protocol=\nencryption_cipher=\n"
		"encryption_keysize=0\npolicy_context=secondary\n\n",
		site, site, site, site, seed, number, site, number % 1000, seed,
		sent);
}

static int
socketmap_words(char *text, size_t size, uint64_t number, uint64_t site)
{
	char key[512];
	int len = snprintf(key, sizeof(key),
		"kizuki 1;secondary;rcpt;mx1.jikocho.jp;%" PRIx64 ".%" PRIx64
		";10.1.%" PRIu64 ".1;OK;mx.b%" PRIu64 ".example;mx.b%" PRIu64
		".example;<s%" PRIx64 ".%" PRIx64 "@b%" PRIu64
		".example>;<user%" PRIu64 "@jikocho.jp>",
		seed, sent, site, site, site, seed, number, site,
		number % 1000);

	return snprintf(text, size, "%d:%s,", len, key);
}

static void
send_next(struct connection *connection)
{
	/* Odd ones look back at a number that was asked a while ago. */
	uint64_t number = sent % 2 == 0 ? sent : (sent / 2) & ~1ull;
	uint64_t site = number / 2 % SITES;
	char request[1024];
	int len = (socketmap ? socketmap_words : policy_words)(
		request, sizeof(request), number, site);

	connection->sent_ns = now_ns();
	connection->used = 0;
	sent++;
	if (write(connection->fd, request, (size_t)len) != len)
		err(EX_IOERR, "write");
}

static void
open_connection(struct connection *connection, const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlcpy(addr.sun_path, path, sizeof(addr.sun_path)) >=
		sizeof(addr.sun_path))
		errx(EX_USAGE, "%s: too long", path);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
		connect(connection->fd, (const struct sockaddr *)&addr,
			sizeof(addr)) < 0)
		err(EX_UNAVAILABLE, "%s", path);
}

static void
take_answer(struct connection *connection)
{
	ssize_t got =
		read(connection->fd, connection->answer + connection->used,
			sizeof(connection->answer) - 1 - connection->used);

	if (got <= 0)
		errx(EX_PROTOCOL, "connection closed after %" PRIu64, answered);
	connection->used += (size_t)got;
	connection->answer[connection->used] = '\0';
	if (socketmap ? connection->answer[connection->used - 1] != ','
		      : strstr(connection->answer, "\n\n") == NULL)
		return;
	if (strncmp(connection->answer, "action=450", 10) == 0 ||
		strstr(connection->answer, ":OK ERROR:4.7.1:\"450 ") != NULL)
		deferred++;
	latencies_us[answered++] =
		(uint32_t)((now_ns() - connection->sent_ns) / 1000);
	if (sent < wanted)
		send_next(connection);
}

static int
compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[CONNECTIONS_MAX];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	size_t count;
	int64_t start_ns;
	double seconds;

	socketmap = argc == 6 && strcmp(argv[5], "socketmap") == 0;
	if (argc != 5 && !socketmap)
		errx(EX_USAGE,
			"usage: polload SOCKET REQUESTS CONNECTIONS SEED "
			"[socketmap]");
	wanted = (uint64_t)strtonum(argv[2], 1000, 100000000, NULL);
	count = (size_t)strtonum(argv[3], 1, CONNECTIONS_MAX, NULL);
	seed = (uint64_t)strtonum(argv[4], 0, INT32_MAX, NULL);
	latencies_us = calloc(wanted, sizeof(*latencies_us));
	if (wanted == 0 || count == 0 || latencies_us == NULL)
		errx(EX_USAGE, "numbers out of range");
	for (size_t i = 0; i < count; i++) {
		struct epoll_event event = {
			.events = EPOLLIN, .data.ptr = &connections[i]};

		open_connection(&connections[i], argv[1]);
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connections[i].fd,
			    &event) < 0)
			err(EX_OSERR, "epoll_ctl");
	}
	start_ns = now_ns();
	for (size_t i = 0; i < count; i++)
		send_next(&connections[i]);
	while (answered < wanted) {
		int ready =
			epoll_wait(epoll_fd, events, CONNECTIONS_MAX, 10000);

		if (ready <= 0)
			errx(EX_TEMPFAIL, "no answer for 10 s");
		for (int i = 0; i < ready; i++)
			take_answer(events[i].data.ptr);
	}
	seconds = (double)(now_ns() - start_ns) / 1e9;
	qsort(latencies_us, wanted, sizeof(*latencies_us), compare);
	printf("rate=%.0f/s p50=%uus p99=%uus max=%uus defer=%" PRIu64 "\n",
		(double)wanted / seconds, latencies_us[wanted / 2],
		latencies_us[wanted / 100 * 99], latencies_us[wanted - 1],
		deferred);
	return 0;
}

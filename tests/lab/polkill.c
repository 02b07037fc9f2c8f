/* SPDX-License-Identifier: ISC */
/*
 * polkill - were all acknowledged decisions kept over a SIGKILL?
 *
 * Usage: polkill load SOCKET ROUND <nothing >acked
 *        polkill check SOCKET DELAY <acked
 * load asks about new (sender, recipient) pairs on 16 connections until the
 * daemon goes away, and writes a line for each pair that was answered 450.
 * check asks about each pair again: whoever has an entry waits less than
 * DELAY by now, a lost one would wait DELAY from the start.
 */
#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#define CONNECTIONS 16

struct connection {
	int fd;
	size_t used;
	char answer[1024];
	char pair[64]; /* under way */
};

static int
open_socket(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlcpy(addr.sun_path, path, sizeof(addr.sun_path)) >=
		sizeof(addr.sun_path))
		errx(EX_USAGE, "%s: too long", path);
	if (fd < 0 ||
		connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(EX_UNAVAILABLE, "%s", path);
	return fd;
}

/* False: the daemon is gone. */
static bool
ask(struct connection *connection, const char *pair)
{
	char request[512];
	int len = snprintf(request, sizeof(request),
		"request=smtpd_access_policy\nprotocol_state=RCPT\n"
		"client_address=10.1.2.3\nclient_name=mx.b1.example\n"
		"helo_name=mx.b1.example\nsender=%s@b1.example\n"
		"recipient=user@jikocho.jp\ninstance=%s\n"
		"policy_context=secondary\n\n",
		pair, pair);

	(void)strlcpy(connection->pair, pair, sizeof(connection->pair));
	connection->used = 0;
	return send(connection->fd, request, (size_t)len, MSG_NOSIGNAL) == len;
}

/* 1: a whole answer stands in connection->answer; 0: not yet; -1: gone. */
static int
take(struct connection *connection)
{
	ssize_t got =
		read(connection->fd, connection->answer + connection->used,
			sizeof(connection->answer) - 1 - connection->used);

	if (got <= 0)
		return -1;
	connection->used += (size_t)got;
	connection->answer[connection->used] = '\0';
	return strstr(connection->answer, "\n\n") != NULL;
}

static int
load(const char *path, const char *round)
{
	struct connection connections[CONNECTIONS];
	struct pollfd polls[CONNECTIONS];
	char pair[64];
	unsigned number = 0;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		connections[i].fd = open_socket(path);
		polls[i] = (struct pollfd){
			.fd = connections[i].fd, .events = POLLIN};
		(void)snprintf(pair, sizeof(pair), "r%s.%u", round, number++);
		if (!ask(&connections[i], pair))
			return 0;
	}
	while (poll(polls, CONNECTIONS, 30000) > 0) {
		for (size_t i = 0; i < CONNECTIONS; i++) {
			struct connection *one = &connections[i];
			int taken;

			if (polls[i].revents == 0)
				continue;
			taken = take(one);
			if (taken < 0)
				return 0;
			if (taken == 0)
				continue;
			if (strncmp(one->answer, "action=450", 10) == 0 &&
				puts(one->pair) < 0)
				err(EX_IOERR, "stdout");
			(void)snprintf(
				pair, sizeof(pair), "r%s.%u", round, number++);
			if (!ask(one, pair))
				return 0;
		}
	}
	errx(EX_TEMPFAIL, "no answer for 30 s");
}

static int
check(const char *path, long long delay)
{
	struct connection one = {.fd = open_socket(path)};
	unsigned long asked = 0, lost = 0;
	char pair[64];

	while (fgets(pair, sizeof(pair), stdin) != NULL) {
		const char *word = "try again in ", *found;
		int taken = 0;

		pair[strcspn(pair, "\n")] = '\0';
		if (!ask(&one, pair))
			errx(EX_PROTOCOL, "the daemon is gone");
		while (taken == 0)
			taken = take(&one);
		if (taken < 0)
			errx(EX_PROTOCOL, "the daemon is gone");
		found = strstr(one.answer, word);
		asked++;
		if (found == NULL ||
			strtoll(found + strlen(word), NULL, 10) >= delay) {
			lost++;
			fprintf(stderr, "lost: %s: %s", pair, one.answer);
		}
	}
	printf("%lu acknowledged, %lu lost\n", asked, lost);
	return lost == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "load") == 0)
		return load(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check(argv[2], strtonum(argv[3], 1, 1000000, NULL));
	errx(EX_USAGE,
		"usage: polkill load SOCKET ROUND | "
		"polkill check SOCKET DELAY");
}

/* SPDX-License-Identifier: ISC */
/*
 * smtpload - mails to one server, some connections at once
 *
 * Usage: smtpload OWN_ADDRESS SERVER HELO DOMAIN CONNECTIONS ROUNDS MAILS
 * Each of CONNECTIONS processes makes ROUNDS connections with MAILS mails of
 * 2 KiB each; QUIT and close.  Prints the mails taken in a second.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

struct load {
	struct sockaddr_in own, server;
	const char *helo, *domain;
	int rounds, mails;
};

static char body[2100];

static struct sockaddr_in
address(const char *text, uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
		errx(EX_USAGE, "no IPv4 address: %s", text);
	return addr;
}

static int
open_session(const struct load *load)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
		bind(fd, (const struct sockaddr *)&load->own,
			sizeof(load->own)) < 0 ||
		connect(fd, (const struct sockaddr *)&load->server,
			sizeof(load->server)) < 0)
		err(EX_UNAVAILABLE, "connect");
	return fd;
}

/* Read a whole reply; it must begin with code. */
static void
expect(FILE *session, const char *code)
{
	char line[1024];

	do {
		if (fgets(line, sizeof(line), session) == NULL)
			errx(EX_PROTOCOL, "connection closed");
	} while (strlen(line) > 3 && line[3] == '-');
	if (strncmp(line, code, strlen(code)) != 0)
		errx(EX_PROTOCOL, "expected %s: %s", code, line);
}

static void
say(int fd, FILE *session, const char *words, const char *code)
{
	size_t len = strlen(words);

	if (write(fd, words, len) != (ssize_t)len)
		err(EX_IOERR, "write");
	expect(session, code);
}

static void
one_session(const struct load *load, int worker)
{
	int fd = open_session(load);
	FILE *session = fdopen(fd, "r");
	char words[256];

	if (session == NULL)
		err(EX_OSERR, "fdopen");
	expect(session, "220");
	(void)snprintf(words, sizeof(words), "EHLO %s\r\n", load->helo);
	say(fd, session, words, "250");
	for (int i = 0; i < load->mails; i++) {
		(void)snprintf(words, sizeof(words),
			"MAIL FROM:<w%d.%d@%s>\r\n", worker, i, load->domain);
		say(fd, session, words, "250");
		say(fd, session, "RCPT TO:<tei@jikocho.jp>\r\n", "250");
		say(fd, session, "DATA\r\n", "354");
		say(fd, session, body, "250");
	}
	if (write(fd, "QUIT\r\n", 6) != 6)
		err(EX_IOERR, "write");
	(void)fclose(session);
}

/* A header, 32 lines of 62 octets, the final dot. */
static void
make_body(void)
{
	size_t used = strlcpy(body, "Subject: load\r\n\r\n", sizeof(body));

	for (int line = 0; line < 32; line++) {
		memset(body + used, 'x', 60);
		used += 60;
		used += strlcpy(body + used, "\r\n", sizeof(body) - used);
	}
	(void)strlcpy(body + used, ".\r\n", sizeof(body) - used);
}

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct load load;
	int workers, failed = 0, status;
	double start;

	if (argc != 8)
		errx(EX_USAGE,
			"usage: smtpload OWN SERVER HELO DOMAIN "
			"CONNECTIONS ROUNDS MAILS");
	load.own = address(argv[1], 0);
	load.server = address(argv[2], 25);
	load.helo = argv[3];
	load.domain = argv[4];
	workers = (int)strtonum(argv[5], 1, 100, NULL);
	load.rounds = (int)strtonum(argv[6], 1, 100000, NULL);
	load.mails = (int)strtonum(argv[7], 1, 100000, NULL);
	make_body();
	start = now();
	for (int worker = 0; worker < workers; worker++) {
		pid_t child = fork();

		if (child < 0)
			err(EX_OSERR, "fork");
		if (child == 0) {
			for (int i = 0; i < load.rounds; i++)
				one_session(&load, worker);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed > 0)
		errx(EX_SOFTWARE, "%d workers failed", failed);
	printf("%.1f\n", workers * load.rounds * load.mails / (now() - start));
	return 0;
}

/* SPDX-License-Identifier: ISC */
/*
 * sessions - SMTP sessions as a policy service hears of them, as many as go
 *
 *   sessions SOCKET CONNECTIONS DEPTH <LINES
 *
 * A line is a session with one recipient: "CLIENT HELO SENDER [NAME]", NAME
 * the reverse name that the MTA verified.  DEPTH requests are under way on
 * each connection.  Prints how it went:
 *
 *   sessions=N rate=R/s p50=MS p99=MS max=MS late=N deferred=N
 *
 * in milliseconds; late: those that took more than 100 ms.
 */
#include <err.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#define CONNECTIONS_MAX 64
#define DEPTH_MAX       16
#define LINE_SIZE       1024
#define SESSIONS_MAX    1000000
#define LATE_US         100000
#define PATIENCE_MS     30000

struct connection {
	int64_t sent_us[DEPTH_MAX]; /* in order, as the answers will come */
	size_t waiting;
	size_t used;
	char answers[16384];
};

static struct connection connections[CONNECTIONS_MAX];
static struct pollfd polled[CONNECTIONS_MAX];
static uint32_t *latencies_us;
static size_t sent, answered, deferred, late;

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The next session of the input, as a request.  0: there is none. */
static size_t
next_request(char *request, size_t size)
{
	char line[LINE_SIZE];
	const char *words[4] = {"", "", "", "unknown"};
	char *rest = NULL, *word;
	size_t count = 0;
	int len;

	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	for (word = strtok_r(line, " \n", &rest); word != NULL && count < 4;
		word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	if (count < 3)
		errx(EX_DATAERR, "not CLIENT HELO SENDER: %s", line);
	len = snprintf(request, size,
		"request=smtpd_access_policy\nprotocol_state=RCPT\n"
		"protocol_name=ESMTP\nclient_address=%s\nclient_name=%s\n"
		"reverse_client_name=%s\nhelo_name=%s\nsender=%s\n"
		"recipient=tei@jikocho.jp\nrecipient_count=0\nqueue_id=\n"
		"instance=%x.%zx\nsize=0\nsasl_method=\nsasl_username=\n"
		"policy_context=primary\n\n",
		words[0], words[3], words[3], words[1], words[2],
		(unsigned)getpid(), sent);
	if (len < 0 || (size_t)len >= size)
		errx(EX_DATAERR, "too long: %s", line);
	return (size_t)len;
}

/* As many as may be under way on it. */
static void
fill(size_t index, size_t depth)
{
	struct connection *connection = &connections[index];
	char request[2 * LINE_SIZE];
	size_t len;

	while (connection->waiting < depth && sent < SESSIONS_MAX &&
		(len = next_request(request, sizeof(request))) > 0) {
		connection->sent_us[connection->waiting++] = now_us();
		sent++;
		if (write(polled[index].fd, request, len) != (ssize_t)len)
			err(EX_IOERR, "write");
	}
}

static void
count_answer(struct connection *connection, const char *answer)
{
	int64_t took_us = now_us() - connection->sent_us[0];

	if (strncmp(answer, "action=450", 10) == 0)
		deferred++;
	else if (strncmp(answer, "action=", 7) != 0)
		errx(EX_PROTOCOL, "no answer: %s", answer);
	if (took_us > LATE_US)
		late++;
	latencies_us[answered++] = (uint32_t)took_us;
	memmove(connection->sent_us, connection->sent_us + 1,
		(DEPTH_MAX - 1) * sizeof(connection->sent_us[0]));
	connection->waiting--;
}

static void
take_answers(size_t index)
{
	struct connection *connection = &connections[index];
	char *start = connection->answers, *end;
	ssize_t got = read(polled[index].fd, start + connection->used,
		sizeof(connection->answers) - 1 - connection->used);

	if (got <= 0)
		errx(EX_PROTOCOL, "connection closed after %zu", answered);
	connection->used += (size_t)got;
	start[connection->used] = '\0';
	while ((end = strstr(start, "\n\n")) != NULL) {
		*end = '\0';
		if (connection->waiting == 0)
			errx(EX_PROTOCOL, "nobody asked: %s", start);
		count_answer(connection, start);
		start = end + 2;
	}
	connection->used -= (size_t)(start - connection->answers);
	memmove(connection->answers, start, connection->used);
}

static int
open_connection(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlcpy(addr.sun_path, path, sizeof(addr.sun_path)) >=
			sizeof(addr.sun_path) ||
		fd < 0 ||
		connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0)
		err(EX_UNAVAILABLE, "%s", path);
	return fd;
}

static int
compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

static double
part_ms(size_t percent)
{
	size_t at = answered * percent / 100;

	return latencies_us[at < answered ? at : answered - 1] / 1e3;
}

static void
report(int64_t took_us)
{
	if (answered == 0)
		errx(EX_DATAERR, "no sessions");
	qsort(latencies_us, answered, sizeof(*latencies_us), compare);
	printf("sessions=%zu rate=%.0f/s p50=%.1fms p99=%.1fms max=%.1fms "
	       "late=%zu deferred=%zu\n",
		answered, (double)answered * 1e6 / (double)took_us, part_ms(50),
		part_ms(99), part_ms(100), late, deferred);
}

int
main(int argc, char **argv)
{
	size_t count, depth;
	int64_t started_us;

	if (argc != 4)
		errx(EX_USAGE, "usage: sessions SOCKET CONNECTIONS DEPTH");
	count = (size_t)strtonum(argv[2], 1, CONNECTIONS_MAX, NULL);
	depth = (size_t)strtonum(argv[3], 1, DEPTH_MAX, NULL);
	latencies_us = calloc(SESSIONS_MAX, sizeof(*latencies_us));
	if (count == 0 || depth == 0 || latencies_us == NULL)
		errx(EX_USAGE, "numbers out of range");
	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){
			.fd = open_connection(argv[1]), .events = POLLIN};
	started_us = now_us();
	for (size_t i = 0; i < count; i++)
		fill(i, depth);
	while (answered < sent) {
		if (poll(polled, count, PATIENCE_MS) <= 0)
			errx(EX_TEMPFAIL, "no answer for 30 s");
		for (size_t i = 0; i < count; i++) {
			if ((polled[i].revents & (POLLIN | POLLHUP)) == 0)
				continue;
			take_answers(i);
			fill(i, depth);
		}
	}
	report(now_us() - started_us);
	return 0;
}

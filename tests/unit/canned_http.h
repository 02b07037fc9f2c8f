/* SPDX-License-Identifier: ISC */
/*
 * canned_http - a Unix socket that gives prepared answers, for tests
 *
 * What:   a child process takes one connection after the other, reads a
 *         request, writes the next answer as it stands, and closes.  What it
 *         was asked is read from asked_fd: the whole requests in their order.
 * Owner:  canned_start, canned_stop; at most CANNED_MAX answers.
 */
#ifndef KIZUKI_TESTS_CANNED_HTTP_H
#define KIZUKI_TESTS_CANNED_HTTP_H

#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNED_MAX     16
#define CANNED_REQUEST 65536

struct canned {
	char folder[64];
	struct sockaddr_un socket;
	pid_t pid;
	int asked_fd;
};

static inline bool
canned_complete(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n");
	const char *length = strcasestr(request, "content-length:");

	if (end == NULL)
		return false;
	if (strcasestr(request, "transfer-encoding: chunked") != NULL)
		return strstr(end, "\r\n0\r\n\r\n") != NULL;
	if (length == NULL)
		return true;
	return strlen(end + 4) >= strtoul(length + 15, NULL, 10);
}

static inline void
canned_serve(int listener, int asked, const char *const *answers)
{
	static char request[CANNED_REQUEST];

	for (; *answers != NULL; answers++) {
		int peer = accept(listener, NULL, NULL);
		size_t used = 0;
		ssize_t got = 1;

		request[0] = '\0';
		while (got > 0 && !canned_complete(request) &&
			used + 1 < sizeof(request)) {
			got = read(peer, request + used,
				sizeof(request) - 1 - used);
			used += got > 0 ? (size_t)got : 0;
			request[used] = '\0';
		}
		/* "silence" keeps the peer waiting until the test kills us */
		if (strcmp(*answers, "silence") == 0)
			pause();
		if (write(asked, request, used) < 0 ||
			write(peer, *answers, strlen(*answers)) < 0)
			_exit(1);
		close(peer);
	}
	_exit(0);
}

/* answers ends with NULL. */
static inline void
canned_start(struct canned *canned, const char *const *answers)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int asked[2];

	(void)snprintf(canned->folder, sizeof(canned->folder),
		"/tmp/kizuki-canned.XXXXXX");
	if (listener < 0 || mkdtemp(canned->folder) == NULL || pipe(asked) != 0)
		abort();
	canned->socket = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(canned->socket.sun_path, sizeof(canned->socket.sun_path),
		"%s/api.sock", canned->folder);
	if (bind(listener, (struct sockaddr *)&canned->socket,
		    sizeof(canned->socket)) != 0 ||
		listen(listener, 4) != 0)
		abort();
	canned->pid = fork();
	if (canned->pid < 0)
		abort();
	if (canned->pid == 0) {
		close(asked[0]);
		canned_serve(listener, asked[1], answers);
	}
	close(listener);
	close(asked[1]);
	canned->asked_fd = asked[0];
}

/* All that was asked into text; ends the child. */
static inline void
canned_stop(struct canned *canned, char *text, size_t size, bool kill_it)
{
	size_t used = 0;
	ssize_t got = 1;

	if (kill_it)
		kill(canned->pid, SIGKILL);
	waitpid(canned->pid, NULL, 0);
	while (got > 0 && used + 1 < size) {
		got = read(canned->asked_fd, text + used, size - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	text[used] = '\0';
	close(canned->asked_fd);
	unlink(canned->socket.sun_path);
	rmdir(canned->folder);
}

#endif

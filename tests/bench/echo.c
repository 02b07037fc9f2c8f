/* SPDX-License-Identifier: ISC */
/*
 * echo - the comparison for kizukid: a bare epoll server that answers every
 * policy request, or every netstring, with the same words and remembers
 * nothing
 *
 * Usage: echo SOCKET [socketmap]
 */
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <bsd/string.h>

#define EVENTS  64
#define FDS_MAX 1024

static char last[FDS_MAX];   /* octet that ended the read before */
static size_t head[FDS_MAX]; /* netstring: its length, as far as it is read */
static size_t left[FDS_MAX]; /* netstring: octets to come, its comma too */

static int
listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlcpy(addr.sun_path, path, sizeof(addr.sun_path)) >=
		sizeof(addr.sun_path))
		errx(EX_USAGE, "%s: too long", path);
	if (fd < 0 ||
		bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		listen(fd, 128) < 0)
		err(EX_OSERR, "%s", path);
	return fd;
}

static void
watch(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		err(EX_OSERR, "epoll_ctl");
}

/* Does this octet end a request? */
typedef bool ends_request(int fd, char octet);

static bool
ends_policy(int fd, char octet)
{
	const bool end = octet == '\n' && last[fd] == '\n';

	last[fd] = octet;
	if (end)
		last[fd] = '\0';
	return end;
}

static bool
ends_netstring(int fd, char octet)
{
	if (left[fd] > 0)
		return --left[fd] == 0;
	if (octet == ':') {
		left[fd] = head[fd] + 1;
		head[fd] = 0;
	} else {
		head[fd] = head[fd] * 10 + (size_t)(octet - '0');
	}
	return false;
}

static void
answer(int fd, ends_request *ends, const char *words)
{
	char buffer[65536];
	ssize_t got = read(fd, buffer, sizeof(buffer));

	if (got <= 0 || fd >= FDS_MAX) {
		(void)close(fd);
		return;
	}
	for (ssize_t i = 0; i < got; i++)
		if (ends(fd, buffer[i]) && write(fd, words, strlen(words)) < 0)
			err(EX_IOERR, "write");
}

int
main(int argc, char **argv)
{
	static const char policy[] =
		"action=450 4.7.1 We don't talk to broken sites/servers.\n\n";
	static const char netstring[] =
		"97:OK ERROR:4.7.1:\"450 <example1.jp>: Helo command rejected: "
		"We don't talk to broken sites/servers.\",";
	const bool socketmap = argc == 3 && strcmp(argv[2], "socketmap") == 0;
	struct epoll_event events[EVENTS];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	int listen_fd;

	if (argc != 2 && !socketmap)
		errx(EX_USAGE, "usage: echo SOCKET [socketmap]");
	listen_fd = listen_at(argv[1]);
	watch(epoll_fd, listen_fd);
	for (;;) {
		int ready = epoll_wait(epoll_fd, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			if (events[i].data.fd == listen_fd)
				watch(epoll_fd,
					accept4(listen_fd, NULL, NULL,
						SOCK_CLOEXEC));
			else
				answer(events[i].data.fd,
					socketmap ? ends_netstring
						  : ends_policy,
					socketmap ? netstring : policy);
		}
	}
}

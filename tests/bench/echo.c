/* SPDX-License-Identifier: ISC */
/*
 * echo - the comparison for kizukid: a bare epoll server that answers every
 * policy request with the same words and remembers nothing
 *
 * Usage: echo SOCKET
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

static char last[FDS_MAX]; /* octet that ended the read before */

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

static void
answer(int fd)
{
	static const char words[] =
		"action=450 4.7.1 We don't talk to broken sites/servers.\n\n";
	char buffer[65536];
	ssize_t got = read(fd, buffer, sizeof(buffer));

	if (got <= 0 || fd >= FDS_MAX) {
		(void)close(fd);
		return;
	}
	for (ssize_t i = 0; i < got; i++) {
		bool end = buffer[i] == '\n' && last[fd] == '\n';

		last[fd] = buffer[i];
		if (end)
			last[fd] = '\0';
		if (end && write(fd, words, sizeof(words) - 1) < 0)
			err(EX_IOERR, "write");
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	int listen_fd;

	if (argc != 2)
		errx(EX_USAGE, "usage: echo SOCKET");
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
				answer(events[i].data.fd);
		}
	}
}

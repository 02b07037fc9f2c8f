/* SPDX-License-Identifier: ISC */
#include "accept_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/event.h>

#include "kizuki/io/clock.h"

/* In one wake-up: those who are connected already get their turn, too. */
#define PER_WAKEUP 64
/* A pause where nothing else helps; peers wait in the backlog. */
#define PAUSE_S 1

struct kz_acceptor {
	int fd;
	int spare;
	struct event *readable;
	struct event *pause;
	struct kz_accept_hooks hooks;
	const struct kz_log *log;
	struct kz_log_limit limit;
};

static int
open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool
exhausted(int cause)
{
	return cause == EMFILE || cause == ENFILE || cause == ENOBUFS ||
		cause == ENOMEM;
}

static int
accept_one(struct kz_acceptor *acceptor, struct sockaddr_storage *peer,
	socklen_t *len)
{
	*len = sizeof(*peer);
	return accept4(acceptor->fd, (struct sockaddr *)peer, len,
		SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* True: go on accepting. */
static bool
without_descriptors(struct kz_acceptor *acceptor, int cause)
{
	const struct timeval pause = {.tv_sec = PAUSE_S};
	struct sockaddr_storage peer;
	socklen_t len = 0;
	int fd = -1;

	kz_log_limited(acceptor->log, &acceptor->limit, kz_clock_mono_ms(),
		"no descriptor for a new connection: %s", strerror(cause));
	if (acceptor->hooks.make_room(acceptor->hooks.arg))
		return true;
	if (acceptor->spare >= 0) {
		close(acceptor->spare);
		fd = accept_one(acceptor, &peer, &len);
		if (fd >= 0)
			close(fd);
		acceptor->spare = open_spare();
		if (fd >= 0)
			return true;
	}
	if (event_del(acceptor->readable) == 0)
		(void)event_add(acceptor->pause, &pause);
	return false;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_acceptor *acceptor = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < PER_WAKEUP; i++) {
		struct sockaddr_storage peer;
		socklen_t len = 0;
		int taken = accept_one(acceptor, &peer, &len);

		if (taken >= 0) {
			acceptor->hooks.take(acceptor->hooks.arg, taken,
				(const struct sockaddr *)&peer, len);
			continue;
		}
		if (errno == EAGAIN ||
			(exhausted(errno) &&
				!without_descriptors(acceptor, errno)))
			return;
		/* ECONNABORTED, EINTR, ...: that peer alone is gone. */
	}
}

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct kz_acceptor *acceptor = arg;

	(void)fd;
	(void)what;
	if (acceptor->spare < 0)
		acceptor->spare = open_spare();
	(void)event_add(acceptor->readable, NULL);
}

enum kz_result
kz_accept_open(struct event_base *base, int fd,
	const struct kz_accept_hooks *hooks, const struct kz_log *log,
	struct kz_acceptor **acceptor)
{
	struct kz_acceptor *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->fd = fd;
	made->hooks = *hooks;
	made->log = log;
	made->spare = open_spare();
	made->readable =
		event_new(base, fd, EV_READ | EV_PERSIST, on_readable, made);
	made->pause = evtimer_new(base, on_pause_over, made);
	if (made->readable == NULL || made->pause == NULL ||
		event_add(made->readable, NULL) != 0) {
		kz_accept_close(&made);
		return KZ_ENOMEM;
	}
	*acceptor = made;
	return KZ_OK;
}

void
kz_accept_close(struct kz_acceptor **acceptor)
{
	struct kz_acceptor *old = *acceptor;

	if (old == NULL)
		return;
	if (old->readable != NULL)
		event_free(old->readable);
	if (old->pause != NULL)
		event_free(old->pause);
	if (old->spare >= 0)
		close(old->spare);
	free(old);
	*acceptor = NULL;
}

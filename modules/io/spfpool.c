/* SPDX-License-Identifier: ISC */
#include "spfpool_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bsd/sys/queue.h>
#include <event2/event.h>

#define UNDER_WAY_MAX 256
#define LIMIT_S       (SPF_LIMIT_S + 2) /* a worker ends by itself before */

struct asking {
	TAILQ_ENTRY(asking) all;
	struct kz_spfpool *pool;
	uint64_t id;
	struct event *limit;
	kz_spfpool_done *done;
	void *arg;
};

struct kz_spfpool {
	struct event_base *base;
	int fd;
	pid_t keeper;
	struct event *readable;
	uint64_t next_id;
	size_t count;
	TAILQ_HEAD(, asking) list;
};

static void
end(struct asking *asking, enum kz_verify_outcome outcome)
{
	struct kz_spfpool *pool = asking->pool;
	kz_spfpool_done *done = asking->done;
	void *arg = asking->arg;

	TAILQ_REMOVE(&pool->list, asking, all);
	pool->count--;
	event_free(asking->limit);
	free(asking);
	done(arg, outcome);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end(arg, KZ_VERIFY_UNKNOWN);
}

static void
take_reply(struct kz_spfpool *pool, const struct spf_reply *reply)
{
	struct asking *asking;

	TAILQ_FOREACH (asking, &pool->list, all) {
		if (asking->id != reply->id)
			continue;
		end(asking,
			reply->outcome == KZ_VERIFY_YES ||
					reply->outcome == KZ_VERIFY_NO
				? (enum kz_verify_outcome)reply->outcome
				: KZ_VERIFY_UNKNOWN);
		return;
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_spfpool *pool = arg;
	struct spf_reply reply;
	ssize_t got = recv(fd, &reply, sizeof(reply), MSG_DONTWAIT);

	(void)what;
	if (got == (ssize_t)sizeof(reply))
		take_reply(pool, &reply);
	else if (got == 0)
		(void)event_del(pool->readable); /* the keeper is gone */
}

static void
open_child(int fd, const struct kz_resolver_options *options)
{
	int null;

	/* standard output is the parent's word; it must not outlive it */
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	do
		null = dup(fd);
	while (null >= 0 && null < STDERR_FILENO);
	spf_keep(fd, options);
}

enum kz_result
kz_spfpool_open(struct event_base *base,
	const struct kz_resolver_options *options, struct kz_spfpool **pool)
{
	struct kz_spfpool *made = calloc(1, sizeof(*made));
	int pair[2];

	if (made == NULL)
		return KZ_ENOMEM;
	TAILQ_INIT(&made->list);
	made->base = base;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		free(made);
		return KZ_EIO;
	}
	made->fd = pair[0];
	made->keeper = fork();
	if (made->keeper == 0) {
		(void)close(pair[0]);
		open_child(pair[1], options);
	}
	(void)close(pair[1]);
	made->readable = event_new(
		base, made->fd, EV_READ | EV_PERSIST, on_readable, made);
	if (made->keeper < 0 || made->readable == NULL ||
		event_add(made->readable, NULL) != 0) {
		kz_spfpool_close(&made);
		return KZ_EIO;
	}
	*pool = made;
	return KZ_OK;
}

void
kz_spfpool_close(struct kz_spfpool **pool)
{
	struct asking *asking;

	if (*pool == NULL)
		return;
	while ((asking = TAILQ_FIRST(&(*pool)->list)) != NULL) {
		TAILQ_REMOVE(&(*pool)->list, asking, all);
		event_free(asking->limit);
		free(asking);
	}
	if ((*pool)->readable != NULL)
		event_free((*pool)->readable);
	(void)close((*pool)->fd);
	/*
	 * The sandbox forbids both to wait and to kill, and neither is needed:
	 * they end when the socket does, at the latest with this process.
	 */
	free(*pool);
	*pool = NULL;
}

enum kz_result
kz_spfpool_ask(struct kz_spfpool *pool, const struct kz_addr *client,
	const struct kz_name *domain, kz_spfpool_done *done, void *arg)
{
	const struct timeval limit = {.tv_sec = LIMIT_S};
	struct spf_question question = {
		.id = ++pool->next_id, .client = *client, .domain = *domain};
	struct asking *asking;

	if (pool->count >= UNDER_WAY_MAX)
		return KZ_EFULL;
	asking = calloc(1, sizeof(*asking));
	if (asking == NULL)
		return KZ_ENOMEM;
	asking->limit = evtimer_new(pool->base, on_limit, asking);
	if (asking->limit == NULL || event_add(asking->limit, &limit) != 0 ||
		send(pool->fd, &question, sizeof(question),
			MSG_DONTWAIT | MSG_NOSIGNAL) !=
			(ssize_t)sizeof(question)) {
		if (asking->limit != NULL)
			event_free(asking->limit);
		free(asking);
		return KZ_EFULL;
	}
	asking->pool = pool;
	asking->id = question.id;
	asking->done = done;
	asking->arg = arg;
	TAILQ_INSERT_TAIL(&pool->list, asking, all);
	pool->count++;
	return KZ_OK;
}

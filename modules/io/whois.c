/* SPDX-License-Identifier: ISC */
#include "kizuki/io/whois.h"

#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "kizuki/core/registry.h"

#include "dial_priv.h"

#define DEFAULT_LIMIT_MS 20000
#define WHOIS_PORT       43
#define READ_SIZE        4096

struct job {
	LIST_ENTRY(job) link;
	struct kz_whois *client;
	struct kz_addr server;
	kz_whois_done *done;
	void *arg;
	int fd; /* -1: none */
	struct event *watch;
	struct event *timer;
	bool connected;
	size_t query_len, sent;
	char query[KZ_WHOIS_QUERY_MAX + 2];
	size_t used;
	char *text; /* KZ_REGISTRY_TEXT_MAX octets, with connected */
};

struct kz_whois {
	struct event_base *base;
	uint32_t limit_ms;
	struct kz_dial dial;
	LIST_HEAD(, job) jobs;
};

static void
free_job(struct job *job)
{
	LIST_REMOVE(job, link);
	if (job->watch != NULL)
		event_free(job->watch);
	if (job->timer != NULL)
		event_free(job->timer);
	if (job->fd >= 0)
		(void)close(job->fd);
	free(job->text);
	free(job);
}

/* The job ends here; the last act of whoever calls it. */
static void
finish(struct job *job, enum kz_reach reach, bool cut)
{
	struct kz_whois_result result = {.reach = reach, .cut = cut};

	result.text = job->used > 0 ? (struct kz_str){job->text, job->used}
				    : KZ_STR("");
	job->done(job->arg, &result);
	free_job(job);
}

static void
late(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;

	(void)fd;
	(void)what;
	if (job->used > 0)
		finish(job, KZ_REACH_ALIVE, true);
	else
		finish(job, job->connected ? KZ_REACH_SILENT : KZ_REACH_TIMEOUT,
			false);
}

static bool
watch(struct job *job, short events, event_callback_fn react)
{
	if (job->watch != NULL)
		event_free(job->watch);
	job->watch = event_new(job->client->base, job->fd, events, react, job);
	return job->watch != NULL && event_add(job->watch, NULL) == 0;
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	size_t room = KZ_REGISTRY_TEXT_MAX - job->used;
	ssize_t got = recv(fd, job->text + job->used,
		room < READ_SIZE ? room : READ_SIZE, 0);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		job->used += (size_t)got;
		if (job->used == KZ_REGISTRY_TEXT_MAX)
			finish(job, KZ_REACH_ALIVE, true);
		return;
	}
	/* A reset in the middle leaves half an answer. */
	if (job->used > 0)
		finish(job, KZ_REACH_ALIVE, got < 0);
	else
		finish(job, KZ_REACH_RESET, false);
}

static void
writable(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	socklen_t size = sizeof(int);
	ssize_t wrote;
	int error = 0;

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0) {
		finish(job, kz_dial_reach(error), false);
		return;
	}
	job->connected = true;
	wrote = send(fd, job->query + job->sent, job->query_len - job->sent,
		MSG_NOSIGNAL);
	if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
		finish(job, kz_dial_reach(errno), false);
		return;
	}
	job->sent += wrote > 0 ? (size_t)wrote : 0;
	if (job->sent < job->query_len)
		return;
	if (job->text == NULL)
		job->text = malloc(KZ_REGISTRY_TEXT_MAX);
	if (job->text == NULL || !watch(job, EV_READ | EV_PERSIST, readable))
		finish(job, KZ_REACH_OURS, false);
}

/* From the loop, so that done is never reached from within kz_whois_ask. */
static void
begin(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	int error = 0;
	enum kz_reach reach = kz_dial_open(&job->client->dial, &job->server,
		SOCK_STREAM, &job->fd, &error);

	(void)fd;
	(void)what;
	if (reach != KZ_REACH_NONE)
		finish(job, reach == KZ_REACH_LIMITED ? KZ_REACH_OURS : reach,
			false);
	else if (!watch(job, EV_WRITE | EV_PERSIST, writable))
		finish(job, KZ_REACH_OURS, false);
}

static bool
is_query(struct kz_str query)
{
	for (size_t i = 0; i < query.len; i++) {
		if (query.ptr[i] < ' ' || query.ptr[i] > '~')
			return false;
	}
	return query.len > 0 && query.len <= KZ_WHOIS_QUERY_MAX;
}

enum kz_result
kz_whois_ask(struct kz_whois *client, const struct kz_addr *server,
	struct kz_str query, kz_whois_done *done, void *arg)
{
	struct timeval limit = kz_dial_span(client->limit_ms);
	struct job *job;

	if (!is_query(query))
		return KZ_EINVAL;
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return KZ_ENOMEM;
	job->client = client;
	job->server = *server;
	job->done = done;
	job->arg = arg;
	job->fd = -1;
	memcpy(job->query, query.ptr, query.len);
	memcpy(job->query + query.len, "\r\n", 2);
	job->query_len = query.len + 2;
	LIST_INSERT_HEAD(&client->jobs, job, link);
	job->watch = evtimer_new(client->base, begin, job);
	job->timer = evtimer_new(client->base, late, job);
	if (job->watch == NULL || job->timer == NULL ||
		evtimer_add(job->timer, &limit) != 0) {
		free_job(job);
		return KZ_ENOMEM;
	}
	event_active(job->watch, EV_TIMEOUT, 0);
	return KZ_OK;
}

enum kz_result
kz_whois_open(struct event_base *base, const struct kz_whois_options *options,
	struct kz_whois **client)
{
	struct kz_whois *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->base = base;
	made->limit_ms =
		options->limit_ms != 0 ? options->limit_ms : DEFAULT_LIMIT_MS;
	made->dial = (struct kz_dial){.source_v4 = options->source_v4,
		.source_v6 = options->source_v6,
		.scope = options->scope,
		.port = options->port != 0 ? options->port : WHOIS_PORT};
	LIST_INIT(&made->jobs);
	*client = made;
	return KZ_OK;
}

void
kz_whois_close(struct kz_whois **client)
{
	struct job *job, *next;

	if (*client == NULL)
		return;
	LIST_FOREACH_SAFE(job, &(*client)->jobs, link, next)
	free_job(job);
	free(*client);
	*client = NULL;
}

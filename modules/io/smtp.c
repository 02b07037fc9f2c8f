/* SPDX-License-Identifier: ISC */
#include "kizuki/io/smtp.h"

#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "kizuki/io/clock.h"

#include "smtp_priv.h"

#define DEFAULT_CONNECT_MS 15000
#define DEFAULT_BANNER_MS  60000
#define DEFAULT_IN_FLIGHT  1000
#define SMTP_PORT          25
#define LINGER_MS          5000
#define DEFAULT_TLS_MS     30000
/* After QUIT this much is read and thrown away before we hang up. */
#define LINGER_OCTETS 65536

static void begin(struct kz_smtp_job *job);

static void
hang_up(struct kz_smtp_job *job)
{
	if (job->watch != NULL)
		event_free(job->watch);
	job->watch = NULL;
	kz_smtp_tls_free(job);
	if (job->fd >= 0)
		(void)close(job->fd);
	job->fd = -1;
}

static void
free_job(struct kz_smtp_job *job)
{
	hang_up(job);
	if (job->timer != NULL)
		event_free(job->timer);
	free(job->chain);
	free(job);
}

/* Gives the place of the job to the next one. */
static void
retire(struct kz_smtp_job *job)
{
	struct kz_smtp *client = job->client;

	TAILQ_REMOVE(&client->running, job, link);
	client->running_count--;
	if (!TAILQ_EMPTY(&client->waiting))
		event_active(client->pump, 0, 0);
	free_job(job);
}

void
kz_smtp_finish(struct kz_smtp_job *job, enum kz_reach reach, int error)
{
	struct kz_smtp_result result = {.reach = reach,
		.error = error,
		.code = job->banner.code,
		.tls = job->offer,
		.chain = job->chain};
	struct kz_tls_chain *chain = job->chain;
	kz_smtp_done *done = job->done;
	void *arg = job->arg;

	if (reach != KZ_REACH_ALIVE)
		result.code = 0;
	job->chain = NULL;
	retire(job);
	done(arg, &result);
	free(chain);
}

static void
timer_rings(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;

	(void)fd;
	(void)what;
	job->ring(job);
}

void
kz_smtp_set_timer(struct kz_smtp_job *job, kz_smtp_step *ring, uint32_t span_ms)
{
	struct timeval span = kz_dial_span(span_ms);

	job->ring = ring;
	/* without memory for a timer: at once, for a job must end */
	if (evtimer_add(job->timer, &span) != 0)
		event_active(job->timer, EV_TIMEOUT, 0);
}

bool
kz_smtp_watch(struct kz_smtp_job *job, short events, event_callback_fn react)
{
	if (job->watch != NULL)
		event_free(job->watch);
	job->watch = event_new(job->client->base, job->fd, events, react, job);
	return job->watch != NULL && event_add(job->watch, NULL) == 0;
}

/* Not connected.  Where nothing was to be had: again after a moment. */
static void
fail(struct kz_smtp_job *job, enum kz_reach reach, int error)
{
	int64_t now_ms = kz_clock_mono_ms();

	hang_up(job);
	if (reach != KZ_REACH_LIMITED) {
		kz_smtp_finish(job, reach, error);
		return;
	}
	if (job->starved_ms == 0)
		job->starved_ms = now_ms;
	if (now_ms - job->starved_ms < KZ_DIAL_STARVED_MS)
		kz_smtp_set_timer(job, begin, KZ_DIAL_AGAIN_MS);
	else
		kz_smtp_finish(job, KZ_REACH_OURS, error);
}

static void
connect_late(struct kz_smtp_job *job)
{
	kz_smtp_finish(job, KZ_REACH_TIMEOUT, ETIMEDOUT);
}

/* A greeting of several lines that never ends is a greeting all the same. */
static void
banner_late(struct kz_smtp_job *job)
{
	kz_smtp_finish(job,
		job->banner.state == KZ_SMTP_MORE ? KZ_REACH_ALIVE
						  : KZ_REACH_SILENT,
		0);
}

/* Reads on, so that the peer sees an orderly end and logs no error. */
static void
lingering(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;
	uint8_t octets[KZ_SMTP_READ_SIZE];
	ssize_t got = recv(fd, octets, sizeof(octets), 0);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		job->lingered += (size_t)got;
	if (got <= 0 || job->lingered > LINGER_OCTETS)
		retire(job);
}

void
kz_smtp_quit(struct kz_smtp_job *job)
{
	static const char quit[] = "QUIT\r\n";
	struct kz_smtp_result result = {.reach = KZ_REACH_ALIVE,
		.code = job->banner.code,
		.tls = job->offer,
		.chain = job->chain};
	struct kz_tls_chain *chain = job->chain;
	kz_smtp_done *done = job->done;
	void *arg = job->arg;

	if (!kz_smtp_say(job, quit, sizeof(quit) - 1) ||
		!kz_smtp_watch(job, EV_READ | EV_PERSIST, lingering)) {
		kz_smtp_finish(job, KZ_REACH_ALIVE, 0);
		return;
	}
	job->done = NULL;
	job->chain = NULL;
	kz_smtp_set_timer(job, retire, LINGER_MS);
	/* done may close the client: the job is not touched from here */
	done(arg, &result);
	free(chain);
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;
	uint8_t octets[KZ_SMTP_READ_SIZE];
	ssize_t got = recv(fd, octets, sizeof(octets), 0);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		bool alive = job->banner.state == KZ_SMTP_MORE;

		kz_smtp_finish(job, alive ? KZ_REACH_ALIVE : KZ_REACH_RESET,
			alive || got == 0 ? 0 : errno);
		return;
	}
	kz_smtp_banner_take(&job->banner, octets, (size_t)got);
	switch (job->banner.state) {
	case KZ_SMTP_START:
	case KZ_SMTP_MORE:
		break;
	case KZ_SMTP_GREETED:
		if (kz_smtp_tls_wanted(job))
			kz_smtp_tls_begin(job);
		else
			kz_smtp_quit(job);
		break;
	case KZ_SMTP_ENDLESS:
		kz_smtp_finish(job, KZ_REACH_ALIVE, 0);
		break;
	case KZ_SMTP_NOISE:
		kz_smtp_finish(job, KZ_REACH_NOISE, 0);
		break;
	}
}

static void
connected(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;
	socklen_t size = sizeof(int);
	int error = 0;

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0) {
		fail(job, kz_dial_reach(error), error);
		return;
	}
	job->starved_ms = 0;
	kz_smtp_set_timer(job, banner_late, job->client->options.banner_ms);
	if (!kz_smtp_watch(job, EV_READ | EV_PERSIST, readable))
		kz_smtp_finish(job, KZ_REACH_OURS, ENOMEM);
}

static void
begin(struct kz_smtp_job *job)
{
	int error;
	enum kz_reach reach = kz_dial_open(&job->client->dial, &job->server,
		SOCK_STREAM, &job->fd, &error);

	if (reach != KZ_REACH_NONE) {
		fail(job, reach, error);
		return;
	}
	kz_smtp_set_timer(job, connect_late, job->client->options.connect_ms);
	if (!kz_smtp_watch(job, EV_WRITE, connected))
		kz_smtp_finish(job, KZ_REACH_OURS, ENOMEM);
}

/*
 * Starts one job.  Alone in its event, so that done is never reached from
 * within kz_smtp_ask.
 */
static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp *client = arg;
	struct kz_smtp_job *job = TAILQ_FIRST(&client->waiting);

	(void)fd;
	(void)what;
	if (job == NULL || client->running_count >= client->options.in_flight)
		return;
	TAILQ_REMOVE(&client->waiting, job, link);
	TAILQ_INSERT_TAIL(&client->running, job, link);
	client->running_count++;
	if (!TAILQ_EMPTY(&client->waiting))
		event_active(client->pump, 0, 0);
	begin(job);
}

static void
set_defaults(struct kz_smtp_options *options)
{
	if (options->connect_ms == 0)
		options->connect_ms = DEFAULT_CONNECT_MS;
	if (options->banner_ms == 0)
		options->banner_ms = DEFAULT_BANNER_MS;
	if (options->in_flight == 0)
		options->in_flight = DEFAULT_IN_FLIGHT;
	if (options->tls_ms == 0)
		options->tls_ms = DEFAULT_TLS_MS;
	if (options->port == 0)
		options->port = SMTP_PORT;
}

enum kz_result
kz_smtp_open(struct event_base *base, const struct kz_smtp_options *options,
	struct kz_smtp **client)
{
	struct kz_smtp *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->base = base;
	made->options = *options;
	set_defaults(&made->options);
	made->dial = (struct kz_dial){.source_v4 = options->source_v4,
		.source_v6 = options->source_v6,
		.scope = options->scope,
		.port = made->options.port};
	TAILQ_INIT(&made->waiting);
	TAILQ_INIT(&made->running);
	made->pump = event_new(base, -1, 0, pump, made);
	if (options->starttls)
		made->tls = kz_tlschain_context();
	if (made->pump == NULL || (options->starttls && made->tls == NULL)) {
		kz_smtp_close(&made);
		return KZ_ENOMEM;
	}
	*client = made;
	return KZ_OK;
}

void
kz_smtp_close(struct kz_smtp **client)
{
	struct kz_smtp *closed = *client;
	struct kz_smtp_job *job;
	struct kz_smtp_job *next;

	if (closed == NULL)
		return;
	TAILQ_FOREACH_SAFE (job, &closed->running, link, next)
		free_job(job);
	TAILQ_FOREACH_SAFE (job, &closed->waiting, link, next)
		free_job(job);
	if (closed->pump != NULL)
		event_free(closed->pump);
	SSL_CTX_free(closed->tls);
	free(closed);
	*client = NULL;
}

enum kz_result
kz_smtp_ask(struct kz_smtp *client, const struct kz_addr *server,
	const struct kz_name *host, kz_smtp_done *done, void *arg)
{
	struct kz_smtp_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return KZ_ENOMEM;
	job->client = client;
	job->server = *server;
	if (host != NULL)
		job->host = *host;
	job->done = done;
	job->arg = arg;
	job->fd = -1;
	job->timer = evtimer_new(client->base, timer_rings, job);
	if (job->timer == NULL) {
		free_job(job);
		return KZ_ENOMEM;
	}
	TAILQ_INSERT_TAIL(&client->waiting, job, link);
	if (client->running_count < client->options.in_flight)
		event_active(client->pump, 0, 0);
	return KZ_OK;
}

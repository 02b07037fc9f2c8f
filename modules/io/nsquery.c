/* SPDX-License-Identifier: ISC */
#include "kizuki/io/nsquery.h"

#include <stdlib.h>
#include <unistd.h>

#include <ldns/ldns.h>

#include "kizuki/io/clock.h"

#include "nsquery_priv.h"

/* SYMPTOMS: 3 tries by UDP, then one by TCP. */
static const uint32_t default_try_ms[KZ_NSQUERY_TRIES] = {2000, 3000, 4000};
#define DEFAULT_TCP_MS    5000
#define DEFAULT_IN_FLIGHT 1000
#define DNS_PORT          53

void
kz_nsquery_hang_up(struct kz_nsquery_job *job)
{
	if (job->watch != NULL)
		event_free(job->watch);
	job->watch = NULL;
	if (job->fd >= 0)
		(void)close(job->fd);
	job->fd = -1;
}

static void
free_job(struct kz_nsquery_job *job)
{
	kz_nsquery_hang_up(job);
	if (job->timer != NULL)
		event_free(job->timer);
	if (job->stream != NULL)
		evbuffer_free(job->stream);
	free(job->cut);
	free(job);
}

/* What both ways together came to. */
static void
sum_up(struct kz_ns_answer *answer)
{
	enum kz_reach udp = answer->udp_reach;
	enum kz_reach tcp = answer->tcp_reach;

	if (udp == KZ_REACH_ALIVE || tcp == KZ_REACH_ALIVE)
		answer->reach = KZ_REACH_ALIVE;
	else if (udp == KZ_REACH_OURS || tcp == KZ_REACH_OURS)
		answer->reach = KZ_REACH_OURS;
	else if (udp == KZ_REACH_NOISE || tcp == KZ_REACH_NOISE)
		answer->reach = KZ_REACH_NOISE;
	else
		answer->reach = udp != KZ_REACH_NONE ? udp : tcp;
	answer->tcp = tcp == KZ_REACH_ALIVE ||
		(tcp != KZ_REACH_NONE && udp != KZ_REACH_ALIVE);
}

void
kz_nsquery_finish(struct kz_nsquery_job *job)
{
	struct kz_nsquery *client = job->client;

	kz_nsquery_hang_up(job);
	(void)evtimer_del(job->timer);
	TAILQ_REMOVE(&client->running, job, link);
	client->running_count--;
	if (!TAILQ_EMPTY(&client->waiting))
		event_active(client->pump, 0, 0);
	sum_up(&job->answer);
	/* done may close the client: nothing of it is touched from here */
	job->done(job->arg, &job->answer);
	free_job(job);
}

enum kz_reach
kz_nsquery_dial(struct kz_nsquery_job *job, int type)
{
	int error;
	enum kz_reach reach = kz_dial_open(
		&job->client->dial, &job->server, type, &job->fd, &error);

	if (reach == KZ_REACH_NONE)
		job->starved_ms = 0;
	return reach;
}

bool
kz_nsquery_watch(
	struct kz_nsquery_job *job, short events, event_callback_fn react)
{
	if (job->watch != NULL)
		event_free(job->watch);
	job->watch = event_new(job->client->base, job->fd, events, react, job);
	return job->watch != NULL && event_add(job->watch, NULL) == 0;
}

static void
timer_rings(evutil_socket_t fd, short what, void *arg)
{
	struct kz_nsquery_job *job = arg;

	(void)fd;
	(void)what;
	job->step(job);
}

void
kz_nsquery_set_timer(
	struct kz_nsquery_job *job, kz_nsquery_step *step, uint32_t span_ms)
{
	struct timeval span = kz_dial_span(span_ms);

	job->step = step;
	/* without memory for a timer: at once, for a job must end */
	if (evtimer_add(job->timer, &span) != 0)
		event_active(job->timer, EV_TIMEOUT, 0);
}

bool
kz_nsquery_later(struct kz_nsquery_job *job, kz_nsquery_step *step)
{
	int64_t now_ms = kz_clock_mono_ms();

	if (job->starved_ms == 0)
		job->starved_ms = now_ms;
	if (now_ms - job->starved_ms >= KZ_DIAL_STARVED_MS)
		return false;
	kz_nsquery_set_timer(job, step, KZ_DIAL_AGAIN_MS);
	return true;
}

void
kz_nsquery_take(struct kz_nsquery_job *job, const uint8_t *packet, size_t len)
{
	job->answer.rcode = packet[3] & 0x0f;
	job->answer.authoritative = (packet[2] & 0x04) != 0; /* AA */
	job->answer.packet = packet;
	job->answer.len = len;
}

/*
 * Starts one job.  Alone in its event, so that done is never reached from
 * within kz_nsquery_ask.
 */
static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct kz_nsquery *client = arg;
	struct kz_nsquery_job *job = TAILQ_FIRST(&client->waiting);

	(void)fd;
	(void)what;
	if (job == NULL || client->running_count >= client->options.in_flight)
		return;
	TAILQ_REMOVE(&client->waiting, job, link);
	TAILQ_INSERT_TAIL(&client->running, job, link);
	client->running_count++;
	if (!TAILQ_EMPTY(&client->waiting))
		event_active(client->pump, 0, 0);
	if (job->effort == KZ_NSQUERY_TCP)
		kz_nsquery_tcp(job);
	else
		kz_nsquery_udp(job);
}

static void
set_defaults(struct kz_nsquery_options *options)
{
	for (size_t i = 0; i < KZ_NSQUERY_TRIES; i++)
		if (options->try_ms[i] == 0)
			options->try_ms[i] = default_try_ms[i];
	if (options->tcp_ms == 0)
		options->tcp_ms = DEFAULT_TCP_MS;
	if (options->in_flight == 0)
		options->in_flight = DEFAULT_IN_FLIGHT;
	if (options->port == 0)
		options->port = DNS_PORT;
}

enum kz_result
kz_nsquery_open(struct event_base *base,
	const struct kz_nsquery_options *options, struct kz_nsquery **client)
{
	struct kz_nsquery *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	/* ldns opens its source of numbers once; a sandbox may close next. */
	(void)ldns_get_random();
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
	if (made->pump == NULL) {
		free(made);
		return KZ_ENOMEM;
	}
	*client = made;
	return KZ_OK;
}

void
kz_nsquery_close(struct kz_nsquery **client)
{
	struct kz_nsquery *closed = *client;
	struct kz_nsquery_job *job;
	struct kz_nsquery_job *next;

	if (closed == NULL)
		return;
	TAILQ_FOREACH_SAFE (job, &closed->running, link, next)
		free_job(job);
	TAILQ_FOREACH_SAFE (job, &closed->waiting, link, next)
		free_job(job);
	event_free(closed->pump);
	free(closed);
	*client = NULL;
}

/*
 * Seven parameters: server, name, type and effort are the question, and a
 * struct for them would be filled in by its only callers one line before.
 */
enum kz_result
/* NOLINTNEXTLINE(readability-function-size) */
kz_nsquery_ask(struct kz_nsquery *client, const struct kz_addr *server,
	const struct kz_name *name, uint16_t rrtype,
	enum kz_nsquery_effort effort, kz_nsquery_done *done, void *arg)
{
	enum kz_result result;
	struct kz_nsquery_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return KZ_ENOMEM;
	*job = (struct kz_nsquery_job){.client = client,
		.server = *server,
		.name = *name,
		.rrtype = rrtype,
		.effort = effort,
		.done = done,
		.arg = arg,
		.fd = -1};
	job->timer = evtimer_new(client->base, timer_rings, job);
	result =
		job->timer != NULL ? kz_nsquery_write_question(job) : KZ_ENOMEM;
	if (result != KZ_OK) {
		free_job(job);
		return result;
	}
	TAILQ_INSERT_TAIL(&client->waiting, job, link);
	if (client->running_count < client->options.in_flight)
		event_active(client->pump, 0, 0);
	return KZ_OK;
}

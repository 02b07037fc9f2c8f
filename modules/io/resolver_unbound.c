/* SPDX-License-Identifier: ISC */
#include <bsd/sys/queue.h>
#include <stdlib.h>

#include <event2/event.h>
#include <unbound-event.h>
#include <unbound.h>

#include "kizuki/io/clock.h"
#include "kizuki/io/dnsmsg.h"

#include "dial_priv.h"
#include "resolver_pace_priv.h"
#include "resolver_priv.h"
#include "resolver_start_priv.h"

#define DEFAULT_LIMIT_MS  10000
#define DEFAULT_IN_FLIGHT 1000
#define DNS_HEADER_SIZE   12
#define CLASS_IN          1

/* What libunbound's call-back says of the security of an answer. */
enum { SEC_INSECURE = 0, SEC_BOGUS = 1, SEC_SECURE = 2 };

struct lookup {
	struct kz_resolver_job common;
	TAILQ_ENTRY(lookup) link;
	struct event *limit; /* NULL until it is handed over */
	struct event *turn;  /* NULL unless it waits for its domain's turn */
	bool counted;        /* its domain had to do without it once */
	int async_id;        /* 0: not known, not handed over */
};

TAILQ_HEAD(lookups, lookup);

struct unbound {
	struct kz_resolver common;
	struct event_base *base;
	struct ub_ctx *context;
	struct event *pump;
	struct kz_pace *pace;   /* NULL: there is none */
	struct lookups waiting; /* in order */
	struct lookups paced;   /* each until its domain's turn */
	struct lookups running; /* handed to libunbound */
	size_t running_count;
	size_t in_flight;
	uint32_t limit_ms;
	/* what ub_resolve_event has in its hands; NULL once it answered */
	struct lookup *handing;
};

static void
forget(struct unbound *unbound, struct lookup *lookup)
{
	if (lookup->limit != NULL) {
		TAILQ_REMOVE(&unbound->running, lookup, link);
		unbound->running_count--;
		event_free(lookup->limit);
		if (!TAILQ_EMPTY(&unbound->waiting))
			event_active(unbound->pump, 0, 0);
	} else if (lookup->turn != NULL) {
		TAILQ_REMOVE(&unbound->paced, lookup, link);
		event_free(lookup->turn);
	} else {
		TAILQ_REMOVE(&unbound->waiting, lookup, link);
	}
	if (unbound->handing == lookup)
		unbound->handing = NULL;
}

/* The last act of whoever calls it: done may ask and cancel. */
static void
finish(struct lookup *lookup, const struct kz_answer *answer)
{
	forget((struct unbound *)lookup->common.resolver, lookup);
	lookup->common.done(lookup->common.arg, answer);
	free(lookup);
}

/* The state of a packet that libunbound calls good. */
static enum kz_answer_state
judge_packet(const uint8_t *packet, size_t len, uint16_t rrtype)
{
	enum kz_answer_state state = KZ_ANSWER_NODATA;
	struct kz_dnsmsg *message = NULL;

	if (len < DNS_HEADER_SIZE)
		return KZ_ANSWER_FAILED;
	switch (packet[3] & 0x0f) { /* RFC 1035 section 4.1.1, RCODE */
	case 0:
		break;
	case 3:
		return KZ_ANSWER_NXDOMAIN;
	default:
		return KZ_ANSWER_FAILED;
	}
	if (packet[6] == 0 && packet[7] == 0) /* ANCOUNT */
		return KZ_ANSWER_NODATA;
	if (kz_dnsmsg_parse(packet, len, &message) != KZ_OK)
		return KZ_ANSWER_FAILED;
	if (kz_dnsmsg_has(message, KZ_DNS_ANSWER, rrtype))
		state = KZ_ANSWER_DATA;
	kz_dnsmsg_free(&message);
	return state;
}

/*
 * libunbound's call-back.  It comes from the loop, or from within
 * ub_resolve_event for what is in the cache or in a local zone.
 */
static void
/* NOLINTNEXTLINE(readability-*): libunbound's prototype */
answered(void *arg, int rcode, void *packet, int len, int sec, char *why,
	int was_ratelimited)
{
	struct lookup *lookup = arg;
	struct unbound *unbound = (struct unbound *)lookup->common.resolver;
	struct kz_answer answer = {.state = KZ_ANSWER_FAILED};

	(void)why;
	(void)was_ratelimited;
	/* a bogus answer has rcode 0 and holds the forged data; a failed one
	 * holds whatever was last in the buffer: the order counts */
	if (sec == SEC_BOGUS)
		answer.state = KZ_ANSWER_BOGUS;
	else if (rcode == 0 && packet != NULL && len > 0)
		answer.state = judge_packet(
			packet, (size_t)len, lookup->common.rrtype);
	if (answer.state <= KZ_ANSWER_NXDOMAIN) {
		if (unbound->pace != NULL)
			kz_pace_learn(unbound->pace, &lookup->common.name,
				answer.state != KZ_ANSWER_NXDOMAIN);
		answer.secure = sec == SEC_SECURE;
		answer.packet = packet;
		answer.len = (size_t)len;
	}
	finish(lookup, &answer);
}

static void
limit_passed(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *lookup = arg;
	struct unbound *unbound = (struct unbound *)lookup->common.resolver;
	struct kz_answer answer = {.state = KZ_ANSWER_TIMEOUT};

	(void)fd;
	(void)what;
	(void)ub_cancel(unbound->context, lookup->async_id);
	finish(lookup, &answer);
}

/* From waiting to running; false and back where memory is out. */
static bool
arm_limit(struct unbound *unbound, struct lookup *lookup)
{
	struct timeval span = kz_dial_span(unbound->limit_ms);

	lookup->limit = evtimer_new(unbound->base, limit_passed, lookup);
	if (lookup->limit == NULL)
		return false;
	if (evtimer_add(lookup->limit, &span) != 0) {
		event_free(lookup->limit);
		lookup->limit = NULL;
		return false;
	}
	TAILQ_REMOVE(&unbound->waiting, lookup, link);
	TAILQ_INSERT_TAIL(&unbound->running, lookup, link);
	unbound->running_count++;
	return true;
}

static void
turn_came(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *lookup = arg;
	struct unbound *unbound = (struct unbound *)lookup->common.resolver;

	(void)fd;
	(void)what;
	event_free(lookup->turn);
	lookup->turn = NULL;
	TAILQ_REMOVE(&unbound->paced, lookup, link);
	TAILQ_INSERT_TAIL(&unbound->waiting, lookup, link);
	event_active(unbound->pump, 0, 0);
}

/* From waiting to paced; false and back where memory is out. */
static bool
postpone(struct unbound *unbound, struct lookup *lookup, uint32_t wait_ms)
{
	struct timeval span = kz_dial_span(wait_ms);

	lookup->turn = evtimer_new(unbound->base, turn_came, lookup);
	if (lookup->turn == NULL)
		return false;
	if (evtimer_add(lookup->turn, &span) != 0) {
		event_free(lookup->turn);
		lookup->turn = NULL;
		return false;
	}
	TAILQ_REMOVE(&unbound->waiting, lookup, link);
	TAILQ_INSERT_TAIL(&unbound->paced, lookup, link);
	return true;
}

/* libunbound asks but once for what is asked for several times. */
static bool
under_way(const struct unbound *unbound, const struct lookup *lookup)
{
	const struct kz_resolver_job *job = &lookup->common;
	const struct lookup *other;

	TAILQ_FOREACH (other, &unbound->running, link)
		if (other->common.rrtype == job->rrtype &&
			kz_name_equal(&other->common.name, &job->name))
			return true;
	return false;
}

enum admission { ADMITTED, ADMITTED_COUNTED, NOT_NOW };

/* With NOT_NOW it waits elsewhere, or is over. */
static enum admission
admit(struct unbound *unbound, struct lookup *lookup)
{
	struct kz_answer cut_off = {.state = KZ_ANSWER_TIMEOUT};
	uint32_t wait_ms = 0;
	bool taken;

	if (unbound->pace == NULL || lookup->counted)
		return ADMITTED;
	taken = kz_pace_take(unbound->pace, &lookup->common.name,
		kz_clock_mono_ms(), &wait_ms);
	lookup->counted = taken;
	if (taken && wait_ms == 0)
		return ADMITTED_COUNTED;
	if (under_way(unbound, lookup)) {
		if (taken)
			kz_pace_undo(unbound->pace);
		return ADMITTED;
	}
	if (!taken || !postpone(unbound, lookup, wait_ms))
		finish(lookup, &cut_off);
	return NOT_NOW;
}

/*
 * Hands one look-up over.  Alone in its event, so that it is never reached
 * from within kz_resolver_ask or a call-back.
 */
static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct unbound *unbound = arg;
	struct lookup *lookup = TAILQ_FIRST(&unbound->waiting);
	struct kz_answer failed = {.state = KZ_ANSWER_FAILED};
	enum admission admission;
	int async_id = 0;

	(void)fd;
	(void)what;
	if (lookup == NULL || unbound->running_count >= unbound->in_flight)
		return;
	if (TAILQ_NEXT(lookup, link) != NULL)
		event_active(unbound->pump, 0, 0);
	admission = admit(unbound, lookup);
	if (admission == NOT_NOW)
		return;
	if (!arm_limit(unbound, lookup)) {
		finish(lookup, &failed);
		return;
	}
	unbound->handing = lookup;
	if (ub_resolve_event(unbound->context,
		    lookup->common.name.len == 0 ? "."
						 : lookup->common.name.text,
		    lookup->common.rrtype, CLASS_IN, lookup, answered,
		    &async_id) != 0) {
		if (unbound->handing != NULL)
			finish(lookup, &failed);
		return;
	}
	/* the id says nothing about whether the answer came already */
	if (unbound->handing != NULL)
		lookup->async_id = async_id;
	else if (admission == ADMITTED_COUNTED)
		kz_pace_undo(unbound->pace);
	unbound->handing = NULL;
}

static void
unbound_start(struct kz_resolver_job *common)
{
	struct unbound *unbound = (struct unbound *)common->resolver;

	TAILQ_INSERT_TAIL(&unbound->waiting, (struct lookup *)common, link);
	if (unbound->running_count < unbound->in_flight)
		event_active(unbound->pump, 0, 0);
}

static void
unbound_cancel(struct kz_resolver_job *common)
{
	struct lookup *lookup = (struct lookup *)common;
	struct unbound *unbound = (struct unbound *)common->resolver;

	if (lookup->limit != NULL)
		(void)ub_cancel(unbound->context, lookup->async_id);
	forget(unbound, lookup);
	free(lookup);
}

static void
unbound_close(struct kz_resolver *common)
{
	struct unbound *unbound = (struct unbound *)common;
	struct lookup *lookup;
	struct lookup *next;

	/* cancelled first: deleting a context calls back what still runs */
	TAILQ_FOREACH_SAFE (lookup, &unbound->running, link, next) {
		(void)ub_cancel(unbound->context, lookup->async_id);
		event_free(lookup->limit);
		free(lookup);
	}
	TAILQ_FOREACH_SAFE (lookup, &unbound->paced, link, next) {
		event_free(lookup->turn);
		free(lookup);
	}
	TAILQ_FOREACH_SAFE (lookup, &unbound->waiting, link, next)
		free(lookup);
	kz_pace_close(&unbound->pace);
	if (unbound->context != NULL)
		ub_ctx_delete(unbound->context);
	if (unbound->pump != NULL)
		event_free(unbound->pump);
	free(unbound);
}

static const struct kz_resolver_ops unbound_ops = {
	.job_size = sizeof(struct lookup),
	.start = unbound_start,
	.cancel = unbound_cancel,
	.close = unbound_close};

enum kz_result
kz_resolver_open(struct event_base *base,
	const struct kz_resolver_options *options,
	struct kz_resolver **resolver)
{
	enum kz_result result = KZ_ENOMEM;
	struct unbound *unbound = calloc(1, sizeof(*unbound));

	if (unbound == NULL)
		return KZ_ENOMEM;
	unbound->common.ops = &unbound_ops;
	unbound->base = base;
	TAILQ_INIT(&unbound->waiting);
	TAILQ_INIT(&unbound->paced);
	TAILQ_INIT(&unbound->running);
	unbound->limit_ms =
		options->limit_ms != 0 ? options->limit_ms : DEFAULT_LIMIT_MS;
	unbound->in_flight = options->in_flight != 0 ? options->in_flight
						     : DEFAULT_IN_FLIGHT;
	unbound->pump = event_new(base, -1, 0, pump, unbound);
	unbound->context = ub_ctx_create_event(base);
	if (options->domain_rate != 0)
		unbound->pace = kz_pace_open(options->suffix,
			options->domain_rate, options->domain_wait_ms);
	if (unbound->pump != NULL && unbound->context != NULL &&
		(options->domain_rate == 0 || unbound->pace != NULL))
		result = kz_resolver_start_unbound(unbound->context, options);
	if (result != KZ_OK) {
		unbound_close(&unbound->common);
		return result;
	}
	*resolver = &unbound->common;
	return KZ_OK;
}

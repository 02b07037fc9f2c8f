/* SPDX-License-Identifier: ISC */
/*
 * engine - what kizukid knows while it runs, and the three that use it
 *
 * What:   judge (request -> decision), observe (finding -> evidence ->
 *         verdict) and schedule (which site is probed when) share the store,
 *         the configuration, caches of verdicts and verifications, the health
 *         of the network classes and counters.
 * Owner:  the engine borrows store and configuration; both outlive it.
 * Time:   every call is told now.
 */
#ifndef KIZUKI_ENGINE_ENGINE_H
#define KIZUKI_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/site.h"
#include "kizuki/core/verdict.h"
#include "kizuki/core/verify.h"

struct kz_config;
struct kz_fact;
struct kz_registry_answer;
struct kz_turn_told;
struct kz_engine;
struct kz_store;
struct kz_touch;

/* Names met in sessions that an examination looks at too. */
#define KZ_ORDER_WATCHED 8

/* What the prober is told to examine. */
#define KZ_ORDER_CLIENTS 4

/* Who sent mail of a site, and what it called itself. */
struct kz_order_client {
	struct kz_addr addr;
	char helo[KZ_NAME_MAX + 3];
};

struct kz_order {
	struct kz_name site;
	bool tcp;     /* SMTP may be contacted */
	bool confirm; /* the shorter rate limit holds: an operator asked */
	bool sender;  /* its name was seen as a verified MAIL FROM */
	struct kz_name zone; /* the root: not known */
	bool registry;       /* registries are asked too */
	bool reconsider;     /* where what they said no longer fits */
	size_t watch_count;
	struct kz_name watch[KZ_ORDER_WATCHED];
	size_t client_count;
	struct kz_order_client clients[KZ_ORDER_CLIENTS];
};

/* One moment, read once for each event. */
struct kz_now {
	int64_t wall_s;
	int64_t mono_ms;
};

enum kz_log_level { KZ_LOG_INFO, KZ_LOG_WARNING, KZ_LOG_ALERT };

/* What the engine asks of its program. */
struct kz_engine_hooks {
	/* Ask the prober.  False: it is down; nothing was sent. */
	bool (*ask)(void *arg, const struct kz_question *question);
	bool (*examine)(void *arg, const struct kz_order *order);
	bool (*canary)(
		void *arg, const struct kz_addr *addr, enum kz_service service);
	/* What an earlier prober touched: it keeps the rate limits. */
	bool (*touched)(void *arg, const struct kz_touch *touch);
	/*
	 * The same of registries: what their servers were asked, and what they
	 * said of a domain.  NULL: nobody wants to know.
	 */
	bool (*turn)(void *arg, const struct kz_turn_told *told);
	bool (*registered)(void *arg, const struct kz_registry_answer *answer);
	void (*log)(void *arg, enum kz_log_level level, const char *line);
	void *arg;
	/*
	 * Names the run of the machine through which the monotonic clock goes
	 * on; read while the engine is opened.  NULL: not known; a clock that
	 * jumped before this start is believed.
	 */
	const char *boot;
};

/* Counters: name, name in the metrics, its help text. */
#define KZ_COUNTER_LIST(X)                                                     \
	X(REQUESTS, "requests", "policy requests answered")                    \
	X(ACCEPTED, "accepted", "recipients let in")                           \
	X(DEFERRED, "deferred", "recipients deferred")                         \
	X(WOULD_DEFER, "would_defer", "deferrals in mode observe")             \
	X(EOM, "taken", "ends of DATA reported")                               \
	X(WAITED, "verify_waits", "requests that waited for a verification")   \
	X(WAIT_OVER, "verify_timeouts", "of them, how many ran out of time")   \
	X(FINDINGS, "findings", "findings received")                           \
	X(FINDINGS_BAD, "findings_bad", "of them bad")                         \
	X(HELD_LOST, "findings_unknown", "bads that could not be judged")      \
	X(EXAMINED, "examinations", "examinations finished")                   \
	X(QUEUE_DROPPED, "queue_dropped", "sites dropped from a full queue")   \
	X(SITES_REFUSED, "sites_refused", "new sites above the hourly limits") \
	X(BAD_REQUESTS, "bad_requests", "malformed requests")                  \
	X(BREAKS, "breaks", "sudden rises of failures of our own")             \
	X(CONVICTED, "convictions", "verdicts that became broken")             \
	X(RELEASED, "releases", "verdicts that stopped being broken")

#define KZ_COUNTER_ENUM(name, text, help) KZ_COUNT_##name,
enum kz_counter { KZ_COUNTER_LIST(KZ_COUNTER_ENUM) KZ_COUNTER_COUNT };
#undef KZ_COUNTER_ENUM

/* Reads the secret and the lists of shared senders.  KZ_EIO: no libsodium. */
KZ_MUST_CHECK enum kz_result kz_engine_open(const struct kz_config *config,
	struct kz_store *store, const struct kz_engine_hooks *hooks,
	const struct kz_now *now, struct kz_engine **engine);

/* Free it; nothing is lost that was committed.  NULL is fine. */
void kz_engine_close(struct kz_engine **engine);

/*
 * What the operator states from now on, instead of what was stated before;
 * list is copied.
 */
void kz_engine_facts(struct kz_engine *engine, const struct kz_fact *list,
	size_t count, const struct kz_now *now);

/* Make what was decided durable; after it the answers may leave. */
void kz_engine_commit(struct kz_engine *engine, const struct kz_now *now);

/* The lists of shared senders, as they were read at the start. */
struct kz_shared_view {
	size_t names;
	int64_t date_s; /* of the list that comes with kizuki; 0: not known */
};
void kz_engine_shared_view(
	const struct kz_engine *engine, struct kz_shared_view *view);

/*
 * Sites whose hosts sent for five domains of others and more of late, and that
 * are on no list: perhaps shared senders.  False ends it.
 */
typedef bool kz_carrier_take(void *arg, const struct kz_name *site);
void kz_carrier_each(struct kz_engine *engine, const struct kz_now *now,
	kz_carrier_take *take, void *arg);

/* Since the start. */
uint64_t kz_engine_counter(
	const struct kz_engine *engine, enum kz_counter counter);

/* What is held of our own side, by network class. */
enum kz_class_state {
	KZ_CLASS_WELL,
	KZ_CLASS_SUSPENDED, /* in doubt: verdicts that rest on it do not count
			     */
	KZ_CLASS_CLOSED     /* nothing answers: its symptoms are off */
};
enum kz_class_state kz_engine_class(
	const struct kz_engine *engine, enum kz_netclass netclass);

/* Whether a symptom counts at present, and why not. */
enum kz_withheld kz_engine_withheld(
	const struct kz_engine *engine, enum kz_symptom symptom);

/* One more. */
void kz_engine_count(struct kz_engine *engine, enum kz_counter counter);

/*
 * All counters and gauges in the Prometheus text format, NUL-terminated;
 * returns the octets written.  64 KiB always suffice.
 */
size_t kz_engine_metrics(
	const struct kz_engine *engine, char *buffer, size_t size);

#endif

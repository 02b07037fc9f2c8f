/* SPDX-License-Identifier: ISC */
#include "share_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

#include "output_priv.h"

/* A longer answer is told, but not kept. */
#define PACKET_MAX 4096

enum kind { KIND_DNS = 1, KIND_SMTP };

struct share {
	struct table_node node;
	struct probe *probe;
	enum kind kind;
	bool done;
	bool canary;        /* some canary waits for it */
	struct event *turn; /* until the limits allow it; tells who waits */
	TAILQ_HEAD(, ask) waiters;
	struct kz_addr addr;
	struct kz_name name, zone; /* of port 25: whom TLS is asked for as */
	uint16_t type;
	enum kz_nsquery_effort effort;
	bool patient; /* waits for a banner to the end */
	/* the answer */
	enum kz_reach reach;
	uint8_t rcode;
	bool authoritative;
	uint8_t *packet; /* of port 25: a struct kz_tls_chain */
	size_t len;
	enum kz_tls_offer tls;
	int64_t when_s;
	int64_t until_s;
};

static void
share_drop(struct table_node *node)
{
	struct share *share = (struct share *)node;
	struct ask *ask, *next;

	/* At the end of the program: whoever waited has given up. */
	TAILQ_FOREACH_SAFE (ask, &share->waiters, in_share, next) {
		assert(ask->group == NULL);
		free(ask);
	}
	if (share->turn != NULL)
		event_free(share->turn);
	share->probe->shared_octets -= share->len;
	free(share->packet);
	free(share);
}

void
share_open(struct probe *probe)
{
	table_make(&probe->shared, SHARE_ENTRIES_MAX, share_drop);
}

void
share_close(struct probe *probe)
{
	table_clear(&probe->shared);
}

static void
answer_one(
	struct share *share, struct ask *ask, const struct kz_dnsmsg *message)
{
	struct dns_reply reply = {share->reach, share->rcode,
		share->authoritative, message, share->when_s};
	struct smtp_reply spoken = {share->reach, share->patient, share->when_s,
		share->tls, (const void *)share->packet, &share->name};

	if (ask->group == NULL)
		return;
	if (share->kind == KIND_SMTP)
		ask->done.smtp(ask->arg, ask->tag, &spoken);
	else
		ask->done.dns(ask->arg, ask->tag, &reply);
}

/* Tell all who wait.  New ones may join meanwhile: they get it next time. */
static void
answer_all(struct share *share)
{
	struct kz_dnsmsg *message = NULL;
	struct ask *ask;
	size_t waiting = 0;

	if (share->kind == KIND_DNS && share->packet != NULL &&
		kz_dnsmsg_parse(share->packet, share->len, &message) != KZ_OK)
		message = NULL;
	TAILQ_FOREACH (ask, &share->waiters, in_share)
		waiting++;
	for (; waiting > 0; waiting--) {
		ask = TAILQ_FIRST(&share->waiters);
		TAILQ_REMOVE(&share->waiters, ask, in_share);
		answer_one(share, ask, message);
		ask_close(ask);
	}
	kz_dnsmsg_free(&message);
	if (!TAILQ_EMPTY(&share->waiters))
		event_active(share->turn, 0, 0);
	else
		share->node.held--;
}

static void
touch(struct share *share, enum kz_service service, enum kz_reach reach)
{
	struct kz_touch made = {share->when_s, share->addr, service, reach};

	if (reach != KZ_REACH_NONE)
		output_touch(share->probe->output, &made, share->canary);
}

static void
finish(struct share *share, int64_t keep_s)
{
	share->done = true;
	share->canary = false;
	share->until_s = share->when_s + keep_s;
	answer_all(share);
}

static void
keep(struct share *share, const void *octets, size_t len)
{
	share->packet = malloc(len);
	if (share->packet == NULL)
		probe_no_memory();
	memcpy(share->packet, octets, len);
	share->len = len;
	share->probe->shared_octets += len;
}

static void
on_dns(void *arg, const struct kz_ns_answer *answer)
{
	struct share *share = arg;
	struct probe *probe = share->probe;
	struct limits_now now = limits_now_read();

	share->when_s = now.wall_s;
	share->reach = answer->reach;
	share->rcode = answer->rcode;
	share->authoritative = answer->authoritative;
	/* Cut short, and no longer version to be had: it says nothing. */
	if (answer->reach == KZ_REACH_ALIVE && !answer->tcp_failed &&
		answer->packet != NULL)
		keep(share, answer->packet, answer->len);
	if (answer->sent > 1)
		limits_dns_more(&probe->limits, &share->addr, &share->zone,
			answer->sent - 1, &now);
	touch(share, KZ_SERVICE_DNS53UDP, answer->udp_reach);
	touch(share, KZ_SERVICE_DNS53TCP, answer->tcp_reach);
	finish(share,
		share->len > PACKET_MAX ? 0
					: share_keep_dns_s(share->reach,
						  share->packet, share->len));
}

static void
on_smtp(void *arg, const struct kz_smtp_result *result)
{
	struct share *share = arg;
	struct limits_now now = limits_now_read();

	share->when_s = now.wall_s;
	share->reach = result->reach;
	share->tls = result->tls;
	if (result->chain != NULL)
		keep(share, result->chain, sizeof(*result->chain));
	touch(share, KZ_SERVICE_SMTP25, result->reach);
	limits_smtp_silent(&share->probe->limits, &share->addr,
		result->reach == KZ_REACH_SILENT, &now);
	finish(share, share_keep_smtp_s(result->reach));
}

static void
contact(struct share *share)
{
	struct probe *probe = share->probe;
	enum kz_result result;

	if (share->kind == KIND_SMTP)
		result = kz_smtp_ask(
			share->patient ? probe->smtp_patient : probe->smtp,
			&share->addr, share->name.len > 0 ? &share->name : NULL,
			on_smtp, share);
	else
		result = kz_nsquery_ask(probe->nsquery, &share->addr,
			&share->name, share->type, share->effort, on_dns,
			share);
	if (result != KZ_OK)
		probe_no_memory();
}

/* The turn of this contact came, or an answer is there for who joined. */
static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct share *share = arg;

	(void)fd;
	(void)what;
	if (share->done)
		answer_all(share);
	else
		contact(share);
}

static struct share *
share_new(struct probe *probe, const uint8_t key[TABLE_KEY_SIZE])
{
	struct share *share = calloc(1, sizeof(*share));
	struct table_node *oldest;

	if (share == NULL)
		probe_no_memory();
	memcpy(share->node.key, key, TABLE_KEY_SIZE);
	share->probe = probe;
	TAILQ_INIT(&share->waiters);
	share->turn = evtimer_new(probe->base, on_turn, share);
	if (share->turn == NULL)
		probe_no_memory();
	oldest = TAILQ_FIRST(&probe->shared.order);
	if (probe->shared_octets > SHARE_OCTETS_MAX && oldest != NULL &&
		oldest->held == 0)
		table_remove(&probe->shared, oldest);
	table_put(&probe->shared, &share->node);
	return share;
}

/* An entry that may be used, or one that is to be asked anew. */
static struct share *
share_find(struct probe *probe, const uint8_t key[TABLE_KEY_SIZE],
	int64_t oldest_s)
{
	struct share *share = (struct share *)table_find(&probe->shared, key);
	int64_t now_s = kz_clock_now_s();

	if (share == NULL || !share->done || share->node.held > 0)
		return share;
	/* The clock set back makes an answer of the future: ask again. */
	if (share->until_s > now_s && share->when_s <= now_s &&
		share->when_s >= oldest_s)
		return share;
	table_remove(&probe->shared, &share->node);
	return NULL;
}

/* Let a new entry be asked in its turn, or say at once why not. */
static void
begin(struct share *share, bool witness, struct limits_answer allowed)
{
	struct timeval wait = {allowed.wait_ms / 1000,
		(suseconds_t)(allowed.wait_ms % 1000) * 1000};

	share->node.held++;
	if (probe_special(share->probe, &share->addr)) {
		share->reach = KZ_REACH_SPECIAL;
		share->done = true;
	} else if (!allowed.allowed ||
		probe_never(share->probe, &share->addr, witness)) {
		share->reach = KZ_REACH_LIMITED;
		share->done = true;
	} else if (allowed.wait_ms == 0) {
		contact(share);
		return;
	}
	share->when_s = kz_clock_now_s();
	if (share->done)
		event_active(share->turn, 0, 0);
	else if (evtimer_add(share->turn, &wait) != 0)
		probe_no_memory();
}

/* Wait for an entry; who comes late gets the answer in the next turn. */
static void
join(struct share *share, struct ask *ask)
{
	if (share->done && TAILQ_EMPTY(&share->waiters)) {
		if (share->node.held == 0)
			share->node.held++;
		event_active(share->turn, 0, 0);
	}
	TAILQ_INSERT_TAIL(&share->waiters, ask, in_share);
}

void
ask_dns(struct group *group, const struct dns_question *question,
	dns_done *done, void *arg, uint32_t tag)
{
	struct probe *probe = group->probe;
	struct ask *ask = ask_open(group, sizeof(*ask));
	enum kz_nsquery_effort effort = KZ_NSQUERY_FULL;
	uint8_t key[TABLE_KEY_SIZE];
	struct limits_now now = limits_now_read();
	struct share *share;
	bool fresh;

	ask->done.dns = done;
	ask->arg = arg;
	ask->tag = tag;
	if (question->single)
		effort = KZ_NSQUERY_SINGLE;
	else if (question->tcp)
		effort = KZ_NSQUERY_TCP;
	table_key(key, (uint8_t)(KIND_DNS | effort << 6), question->type,
		&question->server, question->name);
	share = share_find(probe, key, question->oldest_s);
	fresh = share == NULL;
	if (fresh) {
		share = share_new(probe, key);
		share->kind = KIND_DNS;
		share->addr = question->server;
		share->name = *question->name;
		share->zone = question->zone != NULL ? *question->zone
						     : *question->name;
		share->type = question->type;
		share->effort = effort;
	}
	share->canary = share->canary || question->canary;
	join(share, ask);
	if (fresh)
		begin(share, question->witness,
			limits_dns(&probe->limits, &share->addr, &share->zone,
				&now));
}

void
ask_smtp(struct group *group, const struct smtp_question *question,
	smtp_done *done, void *arg, uint32_t tag)
{
	struct probe *probe = group->probe;
	struct ask *ask = ask_open(group, sizeof(*ask));
	struct limits_answer allowed = {true, 0};
	struct limits_now now = limits_now_read();
	uint8_t key[TABLE_KEY_SIZE];
	struct share *share;

	ask->done.smtp = done;
	ask->arg = arg;
	ask->tag = tag;
	table_key(key, KIND_SMTP, 0, &question->addr, NULL);
	share = share_find(probe, key, question->oldest_s);
	if (share != NULL) {
		share->canary = share->canary || question->canary;
		join(share, ask);
		return;
	}
	share = share_new(probe, key);
	share->kind = KIND_SMTP;
	share->addr = question->addr;
	if (question->host != NULL)
		share->name = *question->host;
	share->canary = question->canary;
	share->patient = limits_smtp_patient(&probe->limits, &share->addr);
	join(share, ask);
	if (!question->unlimited)
		allowed = limits_smtp(
			&probe->limits, &share->addr, question->purpose, &now);
	begin(share, false, allowed);
}

void
share_touched(struct probe *probe, const struct kz_touch *touched)
{
	struct limits_now now = limits_now_read();
	uint8_t key[TABLE_KEY_SIZE];
	struct share *share;

	if (touched->service != KZ_SERVICE_SMTP25 ||
		touched->reach == KZ_REACH_LIMITED ||
		touched->reach == KZ_REACH_SPECIAL)
		return;
	limits_smtp_touched(
		&probe->limits, &touched->addr, touched->when_s, &now);
	limits_smtp_silent(&probe->limits, &touched->addr,
		touched->reach == KZ_REACH_SILENT, &now);
	table_key(key, KIND_SMTP, 0, &touched->addr, NULL);
	if (share_find(probe, key, touched->when_s) != NULL)
		return;
	share = share_new(probe, key);
	share->kind = KIND_SMTP;
	share->addr = touched->addr;
	share->reach = touched->reach;
	share->when_s = touched->when_s;
	share->until_s = touched->when_s + share_keep_smtp_s(touched->reach);
	share->done = true;
}

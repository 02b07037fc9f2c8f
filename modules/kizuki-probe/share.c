/* SPDX-License-Identifier: ISC */
#include "share_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

#include "output_priv.h"

/* A longer answer is told, but not kept. */
#define PACKET_MAX 4096

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
	if (share->kind == SHARE_SMTP)
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

	if (share->kind == SHARE_DNS && share->packet != NULL &&
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

void
share_touch(struct share *share, enum kz_service service, enum kz_reach reach)
{
	struct kz_touch made = {share->when_s, share->addr, service, reach};

	if (reach != KZ_REACH_NONE)
		output_touch(share->probe->output, &made, share->canary);
}

void
share_finish(struct share *share, int64_t keep_s)
{
	share->done = true;
	share->canary = false;
	share->until_s = share->when_s + keep_s;
	answer_all(share);
}

void
share_keep(struct share *share, const void *octets, size_t len)
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
		share_keep(share, answer->packet, answer->len);
	if (answer->sent > 1)
		limits_dns_more(&probe->limits, &share->addr, &share->zone,
			answer->sent - 1, &now);
	share_touch(share, KZ_SERVICE_DNS53UDP, answer->udp_reach);
	share_touch(share, KZ_SERVICE_DNS53TCP, answer->tcp_reach);
	share_finish(share,
		share->len > PACKET_MAX ? 0
					: share_keep_dns_s(share->reach,
						  share->packet, share->len));
}

static void
contact(struct share *share)
{
	struct probe *probe = share->probe;
	enum kz_result result;

	if (share->kind == SHARE_SMTP)
		result = share_smtp_contact(share);
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

struct share *
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

struct share *
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

void
share_begin(struct share *share, bool witness, struct limits_answer allowed)
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

void
share_join(struct share *share, struct ask *ask)
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
	table_key(key, (uint8_t)(SHARE_DNS | effort << 6), question->type,
		&question->server, question->name);
	share = share_find(probe, key, question->oldest_s);
	fresh = share == NULL;
	if (fresh) {
		share = share_new(probe, key);
		share->kind = SHARE_DNS;
		share->addr = question->server;
		share->name = *question->name;
		share->zone = question->zone != NULL ? *question->zone
						     : *question->name;
		share->type = question->type;
		share->effort = effort;
	}
	share->canary = share->canary || question->canary;
	share_join(share, ask);
	if (fresh)
		share_begin(share, question->witness,
			limits_dns(&probe->limits, &share->addr, &share->zone,
				&now));
}

/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

#include "ask_priv.h"

/* Servers of the zone that are asked. */
#define ASKED_MAX 4

enum phase { PHASE_ZONE, PHASE_SERVERS, PHASE_SOA, PHASE_ANSWER };

struct confirm_job {
	struct ask ask;
	struct group sub;
	struct confirm_claim claim;
	enum phase phase;
	bool zone_known;
	struct kz_name zone;
	struct servers_reply servers;
	bool answers[ASKED_MAX]; /* for the zone */
	unsigned alike, unlike;
	struct proof_reply reply;
};

static void
confirm_cancel(struct ask *ask)
{
	struct confirm_job *job = (struct confirm_job *)ask;

	group_give_up(&job->sub);
	free(job);
}

static void
confirm_finish(struct confirm_job *job, bool proven)
{
	job->reply.proven = proven;
	job->ask.cancel = NULL;
	if (job->ask.group != NULL)
		job->ask.done.proof(job->ask.arg, job->ask.tag, &job->reply);
	ask_close(&job->ask);
}

static uint32_t
asked(const struct confirm_job *job)
{
	return job->servers.count < ASKED_MAX ? (uint32_t)job->servers.count
					      : ASKED_MAX;
}

static void
on_zone(void *arg, uint32_t tag, const struct zone_reply *reply)
{
	struct confirm_job *job = arg;

	(void)tag;
	job->zone_known = reply->known;
	job->zone = reply->zone;
}

static void
on_servers(void *arg, uint32_t tag, const struct servers_reply *reply)
{
	struct confirm_job *job = arg;

	(void)tag;
	job->servers = *reply;
}

static void
on_soa(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct confirm_job *job = arg;

	job->answers[tag] = reply->reach == KZ_REACH_ALIVE &&
		reply->authoritative && reply->rcode == 0;
}

static uint32_t
ttl_of(const struct kz_dnsmsg *message)
{
	uint32_t ttl_s = kz_dnsmsg_ttl(message, KZ_DNS_ANSWER);
	struct kz_dns_soa soa;

	if (ttl_s == 0 &&
		kz_dnsmsg_soa(message, KZ_DNS_AUTHORITY, &soa) == KZ_OK)
		ttl_s = soa.minimum_s < soa.ttl_s ? soa.minimum_s : soa.ttl_s;
	return ttl_s;
}

static void
on_answer(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct confirm_job *job = arg;
	struct kz_name target;
	uint32_t ttl_s;

	(void)tag;
	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		(reply->rcode != 0 && reply->rcode != 3) ||
		reply->message == NULL)
		return;
	/* Behind an alias another zone speaks, which was not asked. */
	if (kz_dnsmsg_cname(reply->message, &job->claim.name, &target) ||
		(reply->rcode == 3) != job->claim.missing ||
		kz_dnsmsg_digest(reply->message, job->claim.type) !=
			job->claim.digest) {
		job->unlike++;
		return;
	}
	job->alike++;
	ttl_s = ttl_of(reply->message);
	if (ttl_s > job->reply.ttl_s)
		job->reply.ttl_s = ttl_s;
	if (reply->when_s < job->reply.when_s)
		job->reply.when_s = reply->when_s;
}

static void
start_queries(struct confirm_job *job, enum phase phase)
{
	struct dns_question question = {
		.zone = &job->zone,
		.witness = true,
		.oldest_s = job->claim.oldest_s,
	};

	job->phase = phase;
	for (uint32_t i = 0; i < asked(job); i++) {
		question.server = job->servers.list[i];
		if (phase == PHASE_SOA) {
			question.name = &job->zone;
			question.type = TYPE_SOA;
			ask_dns(&job->sub, &question, on_soa, job, i);
		} else if (job->answers[i]) {
			question.name = &job->claim.name;
			question.type = job->claim.type;
			ask_dns(&job->sub, &question, on_answer, job, i);
		}
	}
}

static void
confirm_idle(void *arg)
{
	struct confirm_job *job = arg;

	switch (job->phase) {
	case PHASE_ZONE:
		if (!job->zone_known) {
			confirm_finish(job, false);
			return;
		}
		job->phase = PHASE_SERVERS;
		ask_servers(&job->sub, &job->zone, on_servers, job, 0);
		return;
	case PHASE_SERVERS:
		start_queries(job, PHASE_SOA);
		break;
	case PHASE_SOA:
		start_queries(job, PHASE_ANSWER);
		break;
	case PHASE_ANSWER:
		confirm_finish(job, job->alike > 0 && job->unlike == 0);
		return;
	}
	/* Nobody to ask. */
	if (job->sub.pending == 0)
		confirm_finish(job, false);
}

void
ask_confirm(struct group *group, const struct confirm_claim *claim,
	proof_done *done, void *arg, uint32_t tag)
{
	struct confirm_job *job = ask_open(group, sizeof(*job));

	job->ask.done.proof = done;
	job->ask.arg = arg;
	job->ask.tag = tag;
	job->ask.cancel = confirm_cancel;
	job->claim = *claim;
	job->reply.when_s = kz_clock_now_s();
	group_make(&job->sub, group->probe, confirm_idle, job);
	ask_zone(&job->sub, &job->claim.name, on_zone, job, 0);
}

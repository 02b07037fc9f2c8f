/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

#include "ask_priv.h"

/* Aliases followed (kizuki's docs/DESIGN.md, Probing). */
#define CHAIN_MAX 8
/* Servers of a foreign zone that are asked. */
#define ASKED_MAX 8

enum phase { PHASE_ZONE, PHASE_SERVERS, PHASE_SOA, PHASE_ADDRS };

/* What one server says of the name. */
struct picture {
	bool usable[2]; /* A and AAAA were answered with authority */
	bool alias;
	struct kz_name target;
	bool globals;
	bool cut;
	size_t all_count;
	struct kz_addr all[KZ_EXAM_HOST_ADDRS];
	size_t count; /* special ones */
	struct kz_addr special[KZ_EXAM_HOST_ADDRS];
};

struct proof_job {
	struct ask ask;
	struct group sub;
	struct proof_claim claim;
	enum phase phase;
	unsigned depth;
	struct kz_name at, zone;
	bool zone_known;
	struct servers_reply servers;
	bool answers[ASKED_MAX]; /* for the zone */
	struct picture pictures[ASKED_MAX];
	struct proof_reply reply;
};

static void
proof_cancel(struct ask *ask)
{
	struct proof_job *job = (struct proof_job *)ask;

	group_give_up(&job->sub);
	free(job);
}

static void
proof_finish(struct proof_job *job, bool proven)
{
	job->reply.proven = proven;
	job->ask.cancel = NULL;
	if (job->ask.group != NULL)
		job->ask.done.proof(job->ask.arg, job->ask.tag, &job->reply);
	ask_close(&job->ask);
}

static size_t
asked(const struct proof_job *job)
{
	return job->servers.count < ASKED_MAX ? job->servers.count : ASKED_MAX;
}

static void
on_zone(void *arg, uint32_t tag, const struct zone_reply *reply)
{
	struct proof_job *job = arg;

	(void)tag;
	job->zone_known = reply->known;
	job->zone = reply->zone;
}

static void
on_servers(void *arg, uint32_t tag, const struct servers_reply *reply)
{
	struct proof_job *job = arg;

	(void)tag;
	job->servers = *reply;
}

static void
on_soa(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct proof_job *job = arg;

	job->answers[tag] = reply->reach == KZ_REACH_ALIVE &&
		reply->authoritative && reply->rcode == 0;
}

static void
picture_addrs(struct proof_job *job, struct picture *picture,
	const struct kz_dnsmsg *message)
{
	struct kz_addr list[KZ_EXAM_HOST_ADDRS];
	bool cut;
	size_t count = kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &job->at, list,
		KZ_EXAM_HOST_ADDRS, &cut);

	picture->cut = picture->cut || cut;
	for (size_t i = 0; i < count; i++) {
		if (picture->all_count < KZ_EXAM_HOST_ADDRS)
			picture->all[picture->all_count++] = list[i];
		else
			picture->cut = true;
		if (!probe_special(job->sub.probe, &list[i]))
			picture->globals = true;
		else if (picture->count < KZ_EXAM_HOST_ADDRS)
			picture->special[picture->count++] = list[i];
	}
}

/* tag: twice the number of the server, plus 1 for AAAA. */
static void
on_addrs(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct proof_job *job = arg;
	struct picture *picture = &job->pictures[tag / 2];
	struct kz_dns_soa soa;
	uint32_t ttl_s;

	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		(reply->rcode != 0 && reply->rcode != 3) ||
		reply->message == NULL)
		return;
	picture->usable[tag % 2] = true;
	if (kz_dnsmsg_cname(reply->message, &job->at, &picture->target))
		picture->alias = true;
	else
		picture_addrs(job, picture, reply->message);
	ttl_s = kz_dnsmsg_ttl(reply->message, KZ_DNS_ANSWER);
	if (ttl_s == 0 &&
		kz_dnsmsg_soa(reply->message, KZ_DNS_AUTHORITY, &soa) == KZ_OK)
		ttl_s = soa.minimum_s < soa.ttl_s ? soa.minimum_s : soa.ttl_s;
	if (ttl_s > job->reply.ttl_s)
		job->reply.ttl_s = ttl_s;
	if (reply->when_s < job->reply.when_s)
		job->reply.when_s = reply->when_s;
}

static bool
holds(const struct kz_addr *list, size_t count, const struct kz_addr *addr)
{
	for (size_t i = 0; i < count; i++) {
		if (kz_addr_compare(&list[i], addr) == 0)
			return true;
	}
	return false;
}

static bool
same_addrs(const struct kz_addr *left, size_t left_count,
	const struct kz_addr *right, size_t right_count)
{
	if (left_count != right_count)
		return false;
	for (size_t i = 0; i < left_count; i++) {
		if (!holds(right, right_count, &left[i]))
			return false;
	}
	return true;
}

static bool
same_picture(const struct picture *left, const struct picture *right)
{
	if (left->alias != right->alias)
		return false;
	if (left->alias)
		return kz_name_equal(&left->target, &right->target);
	return left->globals == right->globals &&
		same_addrs(left->special, left->count, right->special,
			right->count);
}

/* The picture that all servers give that answered; NULL: none, or they
 * differ. */
static const struct picture *
common_picture(const struct proof_job *job)
{
	const struct picture *common = NULL;

	for (size_t i = 0; i < asked(job); i++) {
		const struct picture *one = &job->pictures[i];

		if (!one->usable[0] || !one->usable[1])
			continue;
		if (common != NULL && !same_picture(common, one))
			return NULL;
		common = one;
	}
	return common;
}

static void
start_zone(struct proof_job *job)
{
	job->phase = PHASE_ZONE;
	job->zone_known = false;
	memset(job->answers, 0, sizeof(job->answers));
	memset(job->pictures, 0, sizeof(job->pictures));
	ask_zone(&job->sub, &job->at, on_zone, job, 0);
}

static void
start_queries(struct proof_job *job, enum phase phase)
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
			question.name = &job->at;
			question.type = TYPE_A;
			ask_dns(&job->sub, &question, on_addrs, job, 2 * i);
			question.type = TYPE_AAAA;
			ask_dns(&job->sub, &question, on_addrs, job, 2 * i + 1);
		}
	}
}

static void
judge(struct proof_job *job)
{
	const struct picture *picture = common_picture(job);
	const struct proof_claim *claim = &job->claim;

	if (picture == NULL) {
		proof_finish(job, false);
		return;
	}
	if (picture->alias) {
		if (++job->depth > CHAIN_MAX) {
			proof_finish(job, false);
			return;
		}
		job->at = picture->target;
		start_zone(job);
		return;
	}
	proof_finish(job,
		claim->alias == (job->depth > 0) &&
			claim->missing ==
				(!picture->globals && picture->count == 0) &&
			same_addrs(claim->special, claim->special_count,
				picture->special, picture->count) &&
			(!claim->exact ||
				(!picture->cut &&
					same_addrs(claim->list, claim->count,
						picture->all,
						picture->all_count))));
}

static void
proof_idle(void *arg)
{
	struct proof_job *job = arg;

	switch (job->phase) {
	case PHASE_ZONE:
		if (!job->zone_known) {
			proof_finish(job, false);
			return;
		}
		job->phase = PHASE_SERVERS;
		ask_servers(&job->sub, &job->zone, on_servers, job, 0);
		return;
	case PHASE_SERVERS:
		start_queries(job, PHASE_SOA);
		break;
	case PHASE_SOA:
		start_queries(job, PHASE_ADDRS);
		break;
	case PHASE_ADDRS:
		judge(job);
		return;
	}
	/* Nobody to ask. */
	if (job->sub.pending == 0)
		proof_finish(job, false);
}

void
ask_proof(struct group *group, const struct proof_claim *claim,
	proof_done *done, void *arg, uint32_t tag)
{
	struct proof_job *job = ask_open(group, sizeof(*job));

	job->ask.done.proof = done;
	job->ask.arg = arg;
	job->ask.tag = tag;
	job->ask.cancel = proof_cancel;
	job->claim = *claim;
	job->at = claim->name;
	job->reply.when_s = kz_clock_now_s();
	group_make(&job->sub, group->probe, proof_idle, job);
	start_zone(job);
}

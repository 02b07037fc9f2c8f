/* SPDX-License-Identifier: ISC */
/*
 * The reverse zone of an address whose look-up fails: does any of its servers
 * answer?  From the nearest zone above that is in order, along its delegation.
 */
#include <stdlib.h>
#include <string.h>

#include "ask_priv.h"

/* Servers asked: of the zone above, names below, addresses of each family. */
#define ABOVE_ASKED 2
#define NAMES_ASKED 4
#define ADDRS_ASKED 8

enum phase { PHASE_ABOVE, PHASE_SERVERS, PHASE_CUT, PHASE_NAMES, PHASE_SOA };

struct reverse_job {
	struct ask ask;
	struct group sub;
	enum phase phase;
	struct kz_name name, at, above, zone;
	bool above_known;
	struct servers_reply servers;
	size_t names;
	struct kz_name list[NAMES_ASKED];
	bool unsure; /* a name server that could not be looked up */
	size_t count;
	struct kz_addr addrs[ADDRS_ASKED];
	enum {
		FATE_UNKNOWN,
		FATE_DEAD,
		FATE_LAME,
		FATE_ANSWERS
	} fates[ADDRS_ASKED];
	struct reverse_reply reply;
};

static void
reverse_cancel(struct ask *ask)
{
	struct reverse_job *job = (struct reverse_job *)ask;

	group_give_up(&job->sub);
	free(job);
}

static void
reverse_finish(struct reverse_job *job)
{
	struct reverse_reply *reply = &job->reply;

	reply->broken =
		job->phase == PHASE_SOA && job->count > 0 && !job->unsure;
	for (size_t i = 0; i < job->count; i++) {
		if (job->fates[i] == FATE_DEAD)
			reply->dead[reply->dead_count++] = job->addrs[i];
		else if (job->fates[i] != FATE_LAME)
			reply->broken = false;
	}
	job->ask.cancel = NULL;
	if (job->ask.group != NULL)
		job->ask.done.reverse(job->ask.arg, job->ask.tag, reply);
	ask_close(&job->ask);
}

/* From the address upwards, until a zone is in order. */
static void
on_soa_above(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct reverse_job *job = arg;
	struct kz_dns_soa soa;

	(void)tag;
	if (reply->message != NULL &&
		(kz_dnsmsg_soa(reply->message, KZ_DNS_ANSWER, &soa) == KZ_OK ||
			kz_dnsmsg_soa(reply->message, KZ_DNS_AUTHORITY, &soa) ==
				KZ_OK) &&
		kz_name_within(&job->name, &soa.owner)) {
		job->above_known = true;
		job->above = soa.owner;
		return;
	}
	job->at = kz_name_parent(&job->at);
	if (job->at.len > 0)
		ask_name(&job->sub, &job->at, TYPE_SOA, on_soa_above, job, 0);
}

static void
on_servers(void *arg, uint32_t tag, const struct servers_reply *reply)
{
	struct reverse_job *job = arg;

	(void)tag;
	job->servers = *reply;
}

static void
add_addr(struct reverse_job *job, const struct kz_addr *addr)
{
	if (probe_special(job->sub.probe, addr))
		return;
	for (size_t i = 0; i < job->count; i++) {
		if (kz_addr_compare(&job->addrs[i], addr) == 0)
			return;
	}
	if (job->count < ADDRS_ASKED)
		job->addrs[job->count++] = *addr;
	else
		job->unsure = true;
}

static void
on_cut(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct reverse_job *job = arg;
	struct kz_name owner;
	bool cut = false;

	(void)tag;
	if (reply->reach != KZ_REACH_ALIVE || reply->rcode != 0 ||
		reply->authoritative || reply->message == NULL ||
		job->names > 0 ||
		kz_dnsmsg_ns_owner(reply->message, KZ_DNS_AUTHORITY, &owner) !=
			KZ_OK ||
		!kz_name_within(&job->name, &owner))
		return;
	job->zone = owner;
	job->names = kz_dnsmsg_ns(reply->message, KZ_DNS_AUTHORITY, &owner,
		job->list, NAMES_ASKED, &cut);
	job->unsure = cut;
	for (size_t i = 0; i < job->names; i++) {
		struct kz_addr glue[4];
		size_t count = kz_dnsmsg_addrs(reply->message,
			KZ_DNS_ADDITIONAL, &job->list[i], glue, 4, &cut);

		for (size_t g = 0; g < count; g++)
			add_addr(job, &glue[g]);
	}
}

/* tag: the number of the name server. */
static void
on_addr(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct reverse_job *job = arg;
	struct kz_addr list[4];
	bool cut = false;
	size_t count;

	/* In the broken zone itself only glue is to be had. */
	if (reply->message == NULL) {
		job->unsure = job->unsure ||
			!kz_name_within(&job->list[tag], &job->zone);
		return;
	}
	count = kz_dnsmsg_addrs(
		reply->message, KZ_DNS_ANSWER, &job->list[tag], list, 4, &cut);
	job->unsure = job->unsure || cut;
	for (size_t i = 0; i < count; i++)
		add_addr(job, &list[i]);
}

static void
on_soa(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct reverse_job *job = arg;

	if (reply->when_s > job->reply.when_s)
		job->reply.when_s = reply->when_s;
	if (reply->reach == KZ_REACH_ALIVE)
		job->fates[tag] = reply->authoritative && reply->rcode == 0
			? FATE_ANSWERS
			: FATE_LAME;
	else if (reply->reach == KZ_REACH_TIMEOUT ||
		reply->reach == KZ_REACH_UNREACHABLE ||
		reply->reach == KZ_REACH_REFUSED)
		job->fates[tag] = FATE_DEAD;
}

static void
ask_cut(struct reverse_job *job)
{
	struct dns_question question = {
		.name = &job->name, .zone = &job->above, .type = TYPE_NS};

	for (size_t i = 0; i < job->servers.count && i < ABOVE_ASKED; i++) {
		question.server = job->servers.list[i];
		ask_dns(&job->sub, &question, on_cut, job, 0);
	}
}

static void
ask_soa(struct reverse_job *job)
{
	struct dns_question question = {
		.name = &job->zone, .zone = &job->zone, .type = TYPE_SOA};

	for (uint32_t i = 0; i < job->count; i++) {
		question.server = job->addrs[i];
		ask_dns(&job->sub, &question, on_soa, job, i);
	}
}

static void
reverse_idle(void *arg)
{
	struct reverse_job *job = arg;

	switch (job->phase) {
	case PHASE_ABOVE:
		job->phase = PHASE_SERVERS;
		if (job->above_known)
			ask_servers(&job->sub, &job->above, on_servers, job, 0);
		break;
	case PHASE_SERVERS:
		job->phase = PHASE_CUT;
		ask_cut(job);
		break;
	case PHASE_CUT:
		job->phase = PHASE_NAMES;
		for (uint32_t i = 0; i < job->names; i++) {
			ask_name(&job->sub, &job->list[i], TYPE_A, on_addr, job,
				i);
			ask_name(&job->sub, &job->list[i], TYPE_AAAA, on_addr,
				job, i);
		}
		break;
	case PHASE_NAMES:
		job->phase = PHASE_SOA;
		ask_soa(job);
		break;
	case PHASE_SOA:
		reverse_finish(job);
		return;
	}
	/* Nobody to ask. */
	if (job->sub.pending == 0)
		reverse_finish(job);
}

void
ask_reverse(struct group *group, const struct kz_name *name, reverse_done *done,
	void *arg, uint32_t tag)
{
	struct reverse_job *job = ask_open(group, sizeof(*job));

	job->ask.done.reverse = done;
	job->ask.arg = arg;
	job->ask.tag = tag;
	job->ask.cancel = reverse_cancel;
	job->name = *name;
	job->at = kz_name_parent(name);
	group_make(&job->sub, group->probe, reverse_idle, job);
	ask_name(&job->sub, &job->at, TYPE_SOA, on_soa_above, job, 0);
}

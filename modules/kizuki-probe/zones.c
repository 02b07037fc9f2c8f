/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

#include "ask_priv.h"

/* Steps from a name up to its zone; more is no name of a mail site. */
#define STEPS_MAX 12
/* Servers of the zone above a bogus one that are asked. */
#define ABOVE_ASKED 2
/* Zones whose servers are kept, and for how long. */
#define ZONES_MAX    8192
#define SERVERS_S    600
#define NO_SERVERS_S 60
/* Name servers of a zone that are looked up. */
#define NAMES_MAX 6

struct zone_job {
	struct ask ask;
	struct group sub;
	struct kz_name asked, at;
	unsigned steps;
	bool bogus;
	struct kz_name found; /* where the delegation leads */
};

static void
zone_cancel(struct ask *ask)
{
	struct zone_job *job = (struct zone_job *)ask;

	group_give_up(&job->sub);
	free(job);
}

static void
zone_finish(struct zone_job *job, const struct kz_name *zone)
{
	struct zone_reply reply = {.known = zone != NULL};

	if (zone != NULL)
		reply.zone = *zone;
	job->ask.cancel = NULL;
	group_give_up(&job->sub);
	if (job->ask.group != NULL)
		job->ask.done.zone(job->ask.arg, job->ask.tag, &reply);
	ask_close(&job->ask);
}

/* Below a zone that is in order one is bogus: which, its servers say. */
static void
on_referral(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct zone_job *job = arg;
	struct kz_name owner;

	(void)tag;
	if (reply->reach == KZ_REACH_ALIVE && reply->rcode == 0 &&
		!reply->authoritative && reply->message != NULL &&
		kz_dnsmsg_ns_owner(reply->message, KZ_DNS_AUTHORITY, &owner) ==
			KZ_OK &&
		owner.len > 0 && kz_name_within(&job->asked, &owner))
		job->found = owner;
}

static void
on_above(void *arg, uint32_t tag, const struct servers_reply *reply)
{
	struct zone_job *job = arg;
	struct kz_name owner;
	struct dns_question question = {
		.name = &job->asked, .zone = &owner, .type = TYPE_NS};

	(void)tag;
	/* One owner's names count together: he can make any number of them. */
	if (kz_suffix_registrable(
		    job->sub.probe->suffix, &job->asked, &owner) != KZ_OK)
		owner = job->asked;
	for (size_t i = 0; i < reply->count && i < ABOVE_ASKED; i++) {
		question.server = reply->list[i];
		ask_dns(&job->sub, &question, on_referral, job, 0);
	}
}

/* A bogus zone was looked for; all else ends by itself. */
static void
zone_idle(void *arg)
{
	struct zone_job *job = arg;

	if (job->bogus)
		zone_finish(job, job->found.len > 0 ? &job->found : NULL);
}

static void
on_soa(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct zone_job *job = arg;
	struct kz_dns_soa soa;
	struct kz_name target;

	(void)tag;
	if (reply->message == NULL && reply->state != KZ_ANSWER_BOGUS) {
		zone_finish(job, NULL);
		return;
	}
	job->bogus = job->bogus || reply->message == NULL;
	/* What an alias leads to lies in another zone than the alias. */
	if (reply->message != NULL &&
		!kz_dnsmsg_cname(reply->message, &job->at, &target) &&
		(kz_dnsmsg_soa(reply->message, KZ_DNS_ANSWER, &soa) == KZ_OK ||
			kz_dnsmsg_soa(reply->message, KZ_DNS_AUTHORITY, &soa) ==
				KZ_OK) &&
		kz_name_within(&job->at, &soa.owner)) {
		if (job->bogus)
			ask_servers(&job->sub, &soa.owner, on_above, job, 0);
		else
			zone_finish(job, &soa.owner);
		return;
	}
	job->at = kz_name_parent(&job->at);
	if (job->at.len == 0 || ++job->steps == STEPS_MAX)
		zone_finish(job, NULL);
	else
		ask_name(&job->sub, &job->at, TYPE_SOA, on_soa, job, 0);
}

void
ask_zone(struct group *group, const struct kz_name *name, zone_done *done,
	void *arg, uint32_t tag)
{
	struct zone_job *job = ask_open(group, sizeof(*job));

	job->ask.done.zone = done;
	job->ask.arg = arg;
	job->ask.tag = tag;
	job->ask.cancel = zone_cancel;
	job->asked = *name;
	job->at = *name;
	group_make(&job->sub, group->probe, zone_idle, job);
	ask_name(&job->sub, &job->at, TYPE_SOA, on_soa, job, 0);
}

/* A zone whose servers are known. */
struct served {
	struct table_node node;
	int64_t until_s;
	struct servers_reply reply;
};

static void
served_drop(struct table_node *node)
{
	free(node);
}

void
zones_open(struct probe *probe)
{
	table_make(&probe->zones, ZONES_MAX, served_drop);
}

void
zones_close(struct probe *probe)
{
	table_clear(&probe->zones);
}

struct servers_job {
	struct ask ask;
	struct group sub;
	struct kz_name zone;
	bool known; /* from the table: only to be handed over */
	struct servers_reply reply;
	size_t names;
	struct kz_name list[NAMES_MAX];
	struct kz_addr first[NAMES_MAX][2], second[NAMES_MAX][2];
};

static void
servers_cancel(struct ask *ask)
{
	struct servers_job *job = (struct servers_job *)ask;

	group_give_up(&job->sub);
	free(job);
}

static void
served_keep(struct servers_job *job)
{
	struct probe *probe = job->sub.probe;
	struct served *served;
	uint8_t key[TABLE_KEY_SIZE];

	table_key(key, 0, 0, NULL, &job->zone);
	served = (struct served *)table_find(&probe->zones, key);
	if (served == NULL) {
		served = calloc(1, sizeof(*served));
		if (served == NULL)
			probe_no_memory();
		memcpy(served->node.key, key, sizeof(key));
		table_put(&probe->zones, &served->node);
	}
	served->reply = job->reply;
	served->until_s = kz_clock_now_s() +
		(job->reply.count > 0 ? SERVERS_S : NO_SERVERS_S);
}

static void
reply_add(struct servers_job *job, const struct kz_addr *addr)
{
	struct servers_reply *reply = &job->reply;

	if (addr->family == KZ_ADDR_NONE || reply->count == ZONE_SERVERS_MAX ||
		probe_special(job->sub.probe, addr))
		return;
	for (size_t i = 0; i < reply->count; i++) {
		if (kz_addr_compare(&reply->list[i], addr) == 0)
			return;
	}
	reply->list[reply->count++] = *addr;
}

/* First addresses first, IPv4 before IPv6: every machine gets its chance. */
static void
servers_idle(void *arg)
{
	struct servers_job *job = arg;

	if (!job->known) {
		for (size_t family = 0; family < 2; family++) {
			for (size_t i = 0; i < job->names; i++)
				reply_add(job, &job->first[i][family]);
		}
		for (size_t family = 0; family < 2; family++) {
			for (size_t i = 0; i < job->names; i++)
				reply_add(job, &job->second[i][family]);
		}
		served_keep(job);
	}
	job->ask.cancel = NULL;
	if (job->ask.group != NULL)
		job->ask.done.servers(job->ask.arg, job->ask.tag, &job->reply);
	ask_close(&job->ask);
}

/* tag: twice the number of the name, plus 1 for AAAA. */
static void
on_server_addr(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct servers_job *job = arg;
	struct kz_addr list[2];
	bool cut;
	size_t count;

	if (reply->state != KZ_ANSWER_DATA)
		return;
	count = kz_dnsmsg_addrs(reply->message, KZ_DNS_ANSWER,
		&job->list[tag / 2], list, 2, &cut);
	if (count > 0)
		job->first[tag / 2][tag % 2] = list[0];
	if (count > 1)
		job->second[tag / 2][tag % 2] = list[1];
}

static void
on_servers(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct servers_job *job = arg;
	bool cut;

	(void)tag;
	if (job->known || reply->state != KZ_ANSWER_DATA)
		return;
	job->names = kz_dnsmsg_ns(reply->message, KZ_DNS_ANSWER, &job->zone,
		job->list, NAMES_MAX, &cut);
	for (uint32_t i = 0; i < job->names; i++) {
		ask_name(&job->sub, &job->list[i], TYPE_A, on_server_addr, job,
			2 * i);
		ask_name(&job->sub, &job->list[i], TYPE_AAAA, on_server_addr,
			job, 2 * i + 1);
	}
}

void
ask_servers(struct group *group, const struct kz_name *zone, servers_done *done,
	void *arg, uint32_t tag)
{
	struct servers_job *job = ask_open(group, sizeof(*job));
	struct probe *probe = group->probe;
	struct served *served;
	uint8_t key[TABLE_KEY_SIZE];

	job->ask.done.servers = done;
	job->ask.arg = arg;
	job->ask.tag = tag;
	job->ask.cancel = servers_cancel;
	job->zone = *zone;
	group_make(&job->sub, probe, servers_idle, job);
	table_key(key, 0, 0, NULL, zone);
	served = (struct served *)table_find(&probe->zones, key);
	if (served != NULL && served->until_s > kz_clock_now_s()) {
		job->known = true;
		job->reply = served->reply;
	}
	/* A known zone costs one look-up out of the cache, not a dozen. */
	ask_name(&job->sub, zone, TYPE_NS, on_servers, job, 0);
}

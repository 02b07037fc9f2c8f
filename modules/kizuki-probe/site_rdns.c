/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

#include "kizuki/io/clock.h"
#include "kizuki/io/idn.h"

#include "verify_priv.h"

/* Reverse names of one client that are looked at. */
#define NAMES_MAX SITE_REVERSE_NAMES

/* tag: the client. */
static void
on_ptr_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_client *client = &site->exam.clients[tag];

	client->ptr_proven = reply->proven;
	if (!reply->proven)
		return;
	client->ptr_ttl_s = reply->ttl_s;
	client->when_s = reply->when_s;
}

static void
on_reverse(void *arg, uint32_t tag, const struct reverse_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_client *client = &site->exam.clients[tag];

	client->broken = reply->broken;
	client->dead_count = reply->dead_count;
	memcpy(client->dead, reply->dead, sizeof(client->dead));
	if (reply->when_s != 0)
		client->when_s = reply->when_s;
}

/* One name that leads elsewhere must be borne out; tag: the client. */
static void
on_forward_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;

	if (!reply->proven)
		site->exam.clients[tag].forward_sure = false;
}

static uint16_t
forward_type(const struct kz_exam_client *client)
{
	return client->addr.family == KZ_ADDR_V4 ? TYPE_A : TYPE_AAAA;
}

/* Of one organisation, by the public suffix list. */
static bool
kin(const struct site *site, const struct kz_name *left,
	const struct kz_name *right)
{
	const struct kz_suffix *suffix = site->probe->suffix;
	struct kz_name of, other;

	return kz_suffix_registrable(suffix, left, &of) == KZ_OK &&
		kz_suffix_registrable(suffix, right, &other) == KZ_OK &&
		kz_name_equal(&of, &other);
}

/* tag: the client times NAMES_MAX, plus the number of the name. */
static void
on_forward(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	uint32_t index = tag / NAMES_MAX;
	struct kz_exam_client *client = &site->exam.clients[index];
	struct confirm_claim claim = {
		.name = site->reverse[index][tag % NAMES_MAX],
		.type = forward_type(client),
		.oldest_s = site->oldest_s};
	struct kz_addr list[32];
	bool cut = false;
	size_t count;

	if (reply->message == NULL) {
		client->forward_sure = false;
		return;
	}
	count = kz_dnsmsg_addrs(
		reply->message, KZ_DNS_ANSWER, &claim.name, list, 32, &cut);
	if (cut)
		client->forward_sure = false;
	for (size_t i = 0; i < count; i++) {
		if (kz_addr_compare(&list[i], &client->addr) != 0)
			continue;
		client->confirmed = true;
		client->helo_kin = client->helo_kin ||
			(client->helo_name &&
				kin(site, &client->name, &claim.name));
		return;
	}
	claim.missing = reply->state == KZ_ANSWER_NXDOMAIN;
	claim.digest = kz_dnsmsg_digest(reply->message, claim.type);
	ask_confirm(&site->dns.group, &claim, on_forward_proof, site, index);
}

static void
take_names(struct site *site, uint32_t index, const struct kz_name *owner,
	const struct name_reply *reply)
{
	struct kz_exam_client *client = &site->exam.clients[index];
	size_t count = kz_dnsmsg_ptr(reply->message, owner,
		site->reverse[index], NAMES_MAX, &client->cut);

	client->forward_sure = true;
	if (count > 0)
		client->first = site->reverse[index][0];
	for (uint32_t i = 0; i < count; i++)
		ask_name(&site->dns.group, &site->reverse[index][i],
			forward_type(client), on_forward, site,
			index * NAMES_MAX + i);
}

static void
on_ptr(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_client *client = &site->exam.clients[tag];
	struct confirm_claim claim = {
		.type = TYPE_PTR, .oldest_s = site->oldest_s};

	client->ptr = site_look_of(reply);
	client->when_s = kz_clock_now_s();
	if (!verify_reverse_name(&client->addr, &claim.name))
		return;
	if (reply->message == NULL) {
		ask_reverse(
			&site->dns.group, &claim.name, on_reverse, site, tag);
		return;
	}
	if (client->ptr == KZ_EXAM_DATA)
		take_names(site, tag, &claim.name, reply);
	claim.missing = client->ptr == KZ_EXAM_NXDOMAIN;
	claim.digest = kz_dnsmsg_digest(reply->message, TYPE_PTR);
	ask_confirm(&site->dns.group, &claim, on_ptr_proof, site, tag);
}

/* Ours, said by somebody else: our name, or our exchanger's address. */
static bool
says_ours(const struct probe *probe, const struct kz_exam_client *client)
{
	const struct kz_config *config = &probe->config;
	size_t len = strlen(client->helo);
	struct kz_addr addr;

	if (client->helo_name) {
		for (size_t i = 0; i < config->network.domains.count; i++) {
			if (kz_name_within(&client->name,
				    &config->network.domains.list[i]))
				return true;
		}
		return false;
	}
	return len > 2 && client->helo[0] == '[' &&
		kz_addr_parse((struct kz_str){client->helo + 1, len - 2},
			&addr) == KZ_OK &&
		kz_nets_have(&config->network.own_mx, &addr);
}

static void
take_client(struct site *site, const struct kz_line_client *given)
{
	struct kz_exam *exam = &site->exam;
	struct kz_exam_client *client = &exam->clients[exam->client_count];
	struct kz_str helo = {given->helo, strlen(given->helo)};
	struct kz_addr addr;

	client->addr = given->addr;
	client->host = KZ_EXAM_NONE;
	memcpy(client->helo, given->helo, sizeof(client->helo));
	client->helo_name = helo.len > 0 && helo.ptr[0] != '[' &&
		kz_addr_parse(helo, &addr) != KZ_OK &&
		kz_idn_name(helo, &client->name) == KZ_OK &&
		client->name.len > 0;
	client->helo_ours = says_ours(site->probe, client);
	/* What no server on the Internet knows is not looked up. */
	if (client->helo_name && !client->helo_ours &&
		!kz_exam_local_name(&client->name))
		client->host = kz_exam_host(exam, &client->name);
	exam->client_count++;
}

void
site_rdns(struct site *site)
{
	struct kz_name name;

	for (size_t i = 0; i < site->wanted.client_count; i++) {
		/* Never ours to ask: inner addresses have inner names. */
		if (probe_special(site->probe, &site->wanted.clients[i].addr) ||
			!verify_reverse_name(
				&site->wanted.clients[i].addr, &name))
			continue;
		take_client(site, &site->wanted.clients[i]);
		ask_name(&site->dns.group, &name, TYPE_PTR, on_ptr, site,
			site->exam.client_count - 1U);
	}
}

uint64_t
site_helo_hosts(const struct site *site)
{
	uint64_t hosts = 0;

	for (size_t i = 0; i < site->exam.client_count; i++) {
		uint8_t host = site->exam.clients[i].host;

		if (host != KZ_EXAM_NONE)
			hosts |= UINT64_C(1) << host;
	}
	return hosts;
}

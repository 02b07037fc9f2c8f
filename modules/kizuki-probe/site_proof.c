/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

#include "kizuki/io/clock.h"

#include "quiet_priv.h"

static void
on_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_host *host = &site->exam.hosts[tag];

	if (!reply->proven)
		return;
	host->proof = KZ_EXAM_PROVEN;
	host->ttl_s = reply->ttl_s;
	host->when_s = reply->when_s;
}

static void
prove(struct site *site, uint8_t index)
{
	const struct kz_exam *exam = &site->exam;
	const struct kz_exam_host *host = &exam->hosts[index];
	struct proof_claim claim;

	memset(&claim, 0, sizeof(claim));
	claim.name = host->name;
	claim.alias = host->alias;
	claim.exact = kz_exam_exactly(exam, index);
	claim.oldest_s = site->oldest_s;
	claim.missing = host->a != KZ_EXAM_DATA && host->aaaa != KZ_EXAM_DATA;
	for (size_t i = 0; i < host->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[host->addrs[i]];

		if ((host->glue_only >> i & 1) != 0)
			continue;
		claim.list[claim.count++] = addr->addr;
		if (addr->special)
			claim.special[claim.special_count++] = addr->addr;
	}
	ask_proof(&site->dns.group, &claim, on_proof, site, index);
}

void
site_proof(struct site *site)
{
	for (uint8_t i = 0; i < site->exam.host_count; i++) {
		if ((site->looked >> i & 1) != 0 &&
			kz_exam_doubtful(&site->exam, i))
			prove(site, i);
	}
}

/* tag: three times the shadow, plus the question. */
enum { ASK_SOA, ASK_MX, ASK_CONTROL, ASKS };

static void
on_shadow(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_shadow *shadow = &site->exam.shadows[tag / ASKS];

	switch (tag % ASKS) {
	case ASK_SOA:
		shadow->soa_reach = reply->reach;
		shadow->soa_rcode = reply->rcode;
		shadow->soa_authoritative = reply->authoritative;
		shadow->when_s = reply->when_s;
		shadow->soa = site_take_soa(site, reply, NULL);
		break;
	case ASK_MX:
		shadow->mx_reach = reply->reach;
		shadow->mx_authoritative = reply->authoritative;
		if (reply->message != NULL && reply->authoritative &&
			reply->rcode == 0)
			shadow->zone_mx = site_mxset(
				site, &site->exam.zone, reply->message);
		break;
	default:
		shadow->control_reach = reply->reach;
		shadow->control_authoritative = reply->authoritative;
		break;
	}
}

static bool
serves(const struct kz_exam *exam, uint8_t addr)
{
	return exam->addrs[addr].dns.reach != KZ_REACH_NONE;
}

static bool
listed(const struct kz_exam *exam, uint8_t addr)
{
	for (size_t i = 0; i < exam->shadow_count; i++) {
		if (exam->shadows[i].addr == addr)
			return true;
	}
	return false;
}

/* One that is left alone is there all the same: nothing is said of it. */
static void
ask_shadow(struct site *site, uint8_t addr)
{
	struct kz_exam *exam = &site->exam;
	struct kz_exam_shadow *shadow = &exam->shadows[exam->shadow_count];
	bool rests = !site->wanted.confirm &&
		quiet_rests(&site->probe->quiet, &exam->addrs[addr].addr,
			&exam->zone, kz_clock_now_s());
	const struct kz_name *names[ASKS] = {
		&exam->zone, &exam->zone, &site->probe->control};
	static const uint16_t types[ASKS] = {TYPE_SOA, TYPE_MX, TYPE_SOA};

	shadow->addr = addr;
	shadow->soa = shadow->zone_mx = KZ_EXAM_NONE;
	for (uint32_t i = 0; i < ASKS && !rests; i++) {
		struct dns_question question = {
			.server = exam->addrs[addr].addr,
			.name = names[i],
			.zone = &exam->zone,
			.type = types[i],
			.single = true,
			.oldest_s = site->oldest_s,
		};

		site->conversations++;
		ask_dns(&site->dns.group, &question, on_shadow, site,
			ASKS * exam->shadow_count + i);
	}
	exam->shadow_count++;
}

void
site_shadow_said(struct site *site, const struct kz_finding *finding)
{
	const struct kz_exam *exam = &site->exam;
	struct kz_str object = {finding->object, strlen(finding->object)};
	struct kz_addr addr;

	if (finding->symptom != KZ_SYM_DNS_SHADOW_AUTHORITY ||
		kz_addr_parse(object, &addr) != KZ_OK)
		return;
	for (size_t i = 0; i < exam->shadow_count; i++) {
		const struct kz_exam_shadow *shadow = &exam->shadows[i];

		if (kz_addr_compare(&exam->addrs[shadow->addr].addr, &addr) ==
				0 &&
			shadow->soa_reach != KZ_REACH_NONE &&
			shadow->soa_reach != KZ_REACH_LIMITED)
			quiet_note(&site->probe->quiet, &addr, &exam->zone,
				finding->outcome, shadow->when_s);
	}
}

/* The addresses that the domain publishes and that are no servers of it. */
void
site_shadow(struct site *site)
{
	struct kz_exam *exam = &site->exam;
	const struct limits_now now = limits_now_read();
	bool truncated;
	uint64_t hosts = kz_exam_mx_hosts(exam, exam->zone_mx, &truncated);
	uint8_t apex = kz_exam_host(exam, &exam->zone);

	if (apex != KZ_EXAM_NONE)
		hosts |= UINT64_C(1) << apex;

	for (uint8_t h = 0; h < exam->host_count; h++) {
		const struct kz_exam_host *host = &exam->hosts[h];

		if ((hosts >> h & 1) == 0)
			continue;
		for (size_t i = 0; i < host->addr_count; i++) {
			uint8_t addr = host->addrs[i];

			if (exam->addrs[addr].special ||
				(host->glue_only >> i & 1) != 0 ||
				serves(exam, addr) || listed(exam, addr) ||
				exam->shadow_count == KZ_EXAM_SHADOWS ||
				!limits_shadow(&site->probe->limits,
					&exam->addrs[addr].addr, &exam->zone,
					&now))
				continue;
			ask_shadow(site, addr);
		}
	}
}

/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

/* What one server of the parent says of the delegation. */
static void
on_referral(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam *exam = &site->exam;
	struct kz_name list[KZ_EXAM_NS_TESTED], owner;
	uint64_t hosts = 0;
	bool cut = false;
	size_t count;

	(void)tag;
	if (reply->reach != KZ_REACH_ALIVE || reply->rcode != 0 ||
		reply->message == NULL)
		return;
	/* It serves the zone itself: its delegation is not to be seen. */
	if (reply->authoritative) {
		site->referred = true;
		return;
	}
	if (kz_dnsmsg_ns_owner(reply->message, KZ_DNS_AUTHORITY, &owner) !=
			KZ_OK ||
		!kz_name_equal(&owner, &exam->zone))
		return;
	count = kz_dnsmsg_ns(reply->message, KZ_DNS_AUTHORITY, &exam->zone,
		list, KZ_EXAM_NS_TESTED, &cut);
	for (size_t i = 0; i < count; i++) {
		uint8_t host = kz_exam_host(exam, &list[i]);
		struct kz_addr addrs[KZ_EXAM_HOST_ADDRS];
		bool more = false;
		size_t glue = kz_dnsmsg_addrs(reply->message, KZ_DNS_ADDITIONAL,
			&list[i], addrs, KZ_EXAM_HOST_ADDRS, &more);

		if (host == KZ_EXAM_NONE)
			continue;
		hosts |= UINT64_C(1) << host;
		for (size_t g = 0; g < glue; g++)
			(void)site_host_addr(site, host, &addrs[g], true);
	}
	site->referred = true;
	exam->hosts_cut = exam->hosts_cut || cut;
	exam->parent_ttl_s = kz_dnsmsg_ttl(reply->message, KZ_DNS_AUTHORITY);
	if (exam->parent == KZ_EXAM_PARENT_UNKNOWN)
		exam->parent = KZ_EXAM_PARENT_AGREED;
	else if (exam->parent_ns != hosts)
		exam->parent = KZ_EXAM_PARENT_DIFFERS;
	exam->parent_ns |= hosts;
}

void
site_referral(struct site *site, size_t from, size_t to)
{
	struct dns_question question = {
		.name = &site->exam.zone,
		.zone = &site->exam.zone,
		.type = TYPE_NS,
		.oldest_s = site->oldest_s,
	};

	for (size_t i = from; i < to && i < site->parent_servers.count; i++) {
		question.server = site->parent_servers.list[i];
		site->conversations++;
		ask_dns(&site->dns.group, &question, on_referral, site, 0);
	}
}

uint8_t
site_take_soa(
	struct site *site, const struct dns_reply *reply, uint32_t *serial)
{
	struct kz_dns_soa soa;
	struct kz_exam_soa taken;

	if (reply->message == NULL || !reply->authoritative ||
		reply->rcode != 0 ||
		kz_dnsmsg_soa(reply->message, KZ_DNS_ANSWER, &soa) != KZ_OK ||
		!kz_name_equal(&soa.owner, &site->exam.zone))
		return KZ_EXAM_NONE;
	memset(&taken, 0, sizeof(taken));
	taken.mname_odd = soa.mname_odd;
	taken.mname = soa.mname_odd ? KZ_EXAM_NONE
				    : kz_exam_host(&site->exam, &soa.mname);
	taken.rname = soa.rname;
	taken.serial = soa.serial;
	taken.ttl_s = soa.ttl_s;
	taken.refresh_s = soa.refresh_s;
	taken.retry_s = soa.retry_s;
	taken.expire_s = soa.expire_s;
	taken.rname_domain = soa.rname_domain;
	if (serial != NULL)
		*serial = soa.serial;
	return kz_exam_soa(&site->exam, &taken);
}

static void
on_soa(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_server *dns = &site->exam.addrs[tag].dns;

	dns->soa = site_take_soa(site, reply, &dns->serial);
	dns->sig = site_signature(site, reply, &dns->sig_until_s);
	dns->reach = reply->reach;
	dns->rcode = reply->rcode;
	dns->authoritative = reply->authoritative;
	dns->when_s = reply->when_s;
	if (reply->reach != KZ_REACH_ALIVE)
		return;
	if (reply->message == NULL)
		dns->reach = KZ_REACH_NOISE;
	else
		dns->upward = !reply->authoritative &&
			kz_dnsmsg_has(
				reply->message, KZ_DNS_AUTHORITY, TYPE_NS);
}

void
site_soa(struct site *site, uint64_t hosts)
{
	const struct kz_exam *exam = &site->exam;

	for (uint8_t h = 0; h < exam->host_count; h++) {
		const struct kz_exam_host *host = &exam->hosts[h];
		size_t v4 = 0, v6 = 0;

		if ((hosts >> h & 1) == 0)
			continue;
		for (size_t i = 0; i < host->addr_count; i++) {
			uint8_t index = host->addrs[i];
			const struct kz_exam_addr *addr = &exam->addrs[index];
			size_t *same =
				addr->addr.family == KZ_ADDR_V4 ? &v4 : &v6;

			if (addr->special || (*same)++ >= HOST_ADDRS_DNS ||
				site->soa_asked[index])
				continue;
			site->soa_asked[index] = true;
			site_ask(site, index, TYPE_SOA, &exam->zone, on_soa,
				index);
		}
	}
}

static void
on_ns(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam *exam = &site->exam;
	struct kz_name list[KZ_EXAM_NS_TESTED];
	struct kz_exam_nsset set = {0};
	size_t count;

	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		reply->rcode != 0 || reply->message == NULL)
		return;
	count = kz_dnsmsg_ns(reply->message, KZ_DNS_ANSWER, &exam->zone, list,
		KZ_EXAM_NS_TESTED, &set.cut);
	for (size_t i = 0; i < count; i++) {
		uint8_t host = kz_exam_host(exam, &list[i]);

		if (host == KZ_EXAM_NONE)
			set.cut = true;
		else
			set.hosts |= UINT64_C(1) << host;
	}
	exam->hosts_cut = exam->hosts_cut || set.cut;
	set.ttl_s = kz_dnsmsg_ttl(reply->message, KZ_DNS_ANSWER);
	if (count > 0)
		exam->addrs[tag].dns.ns = kz_exam_nsset(exam, &set);
}

/* The set an authoritative answer gives; "there is none" is one too. */
static uint8_t
take_mx(struct site *site, const struct kz_name *owner,
	const struct dns_reply *reply)
{
	struct kz_name target;

	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		(reply->rcode != 0 && reply->rcode != 3) ||
		reply->message == NULL ||
		kz_dnsmsg_cname(reply->message, owner, &target))
		return KZ_EXAM_NONE;
	return site_mxset(site, owner, reply->message);
}

static void
on_mx(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	uint8_t set = take_mx(site, &site->exam.site, reply);

	site->exam.addrs[tag].dns.mx = set;
	if (kz_name_equal(&site->exam.site, &site->exam.zone))
		site->exam.addrs[tag].dns.zone_mx = set;
}

static void
on_zone_mx(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;

	site->exam.addrs[tag].dns.zone_mx =
		take_mx(site, &site->exam.zone, reply);
}

void
site_content(struct site *site)
{
	const struct kz_exam *exam = &site->exam;

	for (uint8_t i = 0; i < exam->addr_count; i++) {
		if (site->content_asked[i] ||
			!kz_exam_answers(&exam->addrs[i].dns))
			continue;
		site->content_asked[i] = true;
		site_ask(site, i, TYPE_NS, &exam->zone, on_ns, i);
		site_ask(site, i, TYPE_MX, &exam->site, on_mx, i);
		if (!kz_name_equal(&exam->site, &exam->zone))
			site_ask(site, i, TYPE_MX, &exam->zone, on_zone_mx, i);
	}
}

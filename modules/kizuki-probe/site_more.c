/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

size_t
site_answering(const struct site *site, uint8_t list[SITE_SERVERS])
{
	const struct kz_exam *exam = &site->exam;
	uint64_t hosts = kz_exam_ns_hosts(exam);
	size_t count = 0;

	for (uint8_t h = 0; h < exam->host_count; h++) {
		const struct kz_exam_host *host = &exam->hosts[h];

		if ((hosts >> h & 1) == 0)
			continue;
		for (size_t i = 0; i < host->addr_count; i++) {
			uint8_t addr = host->addrs[i];

			if (!kz_exam_answers(&exam->addrs[addr].dns))
				continue;
			/* Two names of one machine are asked once. */
			if (memchr(list, addr, count) == NULL)
				list[count++] = addr;
			break;
		}
		if (count == SITE_SERVERS)
			break;
	}
	return count;
}

static void
on_tcp(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_server *dns = &site->exam.addrs[tag].dns;

	int64_t until_s = 0;

	dns->tcp = reply->reach;
	dns->sig_tcp = site_signature(site, reply, &until_s);
	dns->tcp_when_s = reply->when_s;
}

static void
ask_tcp(struct site *site, uint8_t addr)
{
	struct dns_question question = {
		.server = site->exam.addrs[addr].addr,
		.name = &site->exam.zone,
		.zone = &site->exam.zone,
		.type = TYPE_SOA,
		.tcp = true,
		.oldest_s = site->oldest_s,
	};

	if (site_spend(site))
		ask_dns(&site->dns.group, &question, on_tcp, site, addr);
}

/* It ought to sign, and did not: what came by datagrams may be cut down. */
static bool
bare(const struct site *site, uint8_t addr)
{
	return site->exam.sec.ds == KZ_EXAM_DATA &&
		site->exam.addrs[addr].dns.sig == KZ_EXAM_SIG_NONE;
}

/* One that can be reached is all that is asked for; else the others too. */
void
site_tcp(struct site *site, bool first)
{
	uint8_t list[SITE_SERVERS];
	size_t count = site_answering(site, list);
	bool dead;

	if (first && count > 0)
		ask_tcp(site, list[0]);
	if (first || count == 0)
		return;
	dead = site->exam.addrs[list[0]].dns.tcp != KZ_REACH_ALIVE;
	for (size_t i = 1; i < count; i++) {
		if (dead || bare(site, list[i]))
			ask_tcp(site, list[i]);
	}
}

/* tag: twice the view, plus 1 for AAAA. */
static void
on_view(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_view *view = &site->exam.views[tag / 2];
	const struct kz_name *name = &site->exam.hosts[view->host].name;
	enum kz_exam_look *look = tag % 2 == 0 ? &view->a : &view->aaaa;
	struct kz_name target;
	bool cut = false;
	size_t count;

	*look = KZ_EXAM_FAILED;
	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		(reply->rcode != 0 && reply->rcode != 3) ||
		reply->message == NULL ||
		kz_dnsmsg_cname(reply->message, name, &target))
		return;
	count = kz_dnsmsg_addrs(reply->message, KZ_DNS_ANSWER, name,
		view->list + view->count, KZ_EXAM_VIEW_ADDRS - view->count,
		&cut);
	view->count += (uint8_t)count;
	view->cut = view->cut || cut;
	if (count > 0 || cut)
		*look = KZ_EXAM_DATA;
	else
		*look = reply->rcode == 3 ? KZ_EXAM_NXDOMAIN : KZ_EXAM_NODATA;
}

static void
ask_view(struct site *site, uint8_t server, uint8_t host)
{
	struct kz_exam *exam = &site->exam;
	const struct kz_name *name = &exam->hosts[host].name;
	uint32_t tag = 2U * exam->view_count;

	if (exam->view_count == KZ_EXAM_VIEWS)
		return;
	exam->views[exam->view_count].server = server;
	exam->views[exam->view_count].host = host;
	exam->view_count++;
	site_ask(site, server, TYPE_A, name, on_view, tag);
	site_ask(site, server, TYPE_AAAA, name, on_view, tag + 1);
}

void
site_views(struct site *site)
{
	uint8_t list[SITE_SERVERS];
	size_t count = site_answering(site, list);
	uint64_t hosts = kz_exam_viewed(&site->exam);

	for (uint8_t host = 0; host < site->exam.host_count; host++) {
		if ((hosts >> host & 1) == 0)
			continue;
		for (size_t i = 0; i < count; i++)
			ask_view(site, list[i], host);
	}
}

static void
on_rname_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;

	if (reply->proven)
		site->exam.rname = (enum kz_exam_rname)tag;
}

/* Only a null MX, and nothing else. */
static bool
takes_no_mail(const struct kz_dnsmsg *message, const struct kz_name *domain)
{
	struct kz_dns_mx list[2];
	bool cut = false;
	size_t count = kz_dnsmsg_mx(message, domain, list, 2, &cut);

	return count == 1 && !list[0].host_odd && list[0].host.len == 0;
}

static void
on_rname(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct confirm_claim claim = {
		.type = TYPE_MX, .oldest_s = site->oldest_s};
	enum kz_exam_rname found = KZ_EXAM_RNAME_FINE;

	(void)tag;
	if (reply->message == NULL ||
		!kz_exam_rname_domain(&site->exam, &claim.name))
		return;
	if (reply->state == KZ_ANSWER_NXDOMAIN)
		found = KZ_EXAM_RNAME_MISSING;
	else if (takes_no_mail(reply->message, &claim.name))
		found = KZ_EXAM_RNAME_NULL;
	if (found == KZ_EXAM_RNAME_FINE) {
		site->exam.rname = found;
		return;
	}
	claim.missing = found == KZ_EXAM_RNAME_MISSING;
	claim.digest = kz_dnsmsg_digest(reply->message, TYPE_MX);
	ask_confirm(&site->dns.group, &claim, on_rname_proof, site,
		(uint32_t)found);
}

void
site_rname(struct site *site)
{
	struct kz_name domain;

	if (kz_exam_rname_domain(&site->exam, &domain))
		ask_name(&site->dns.group, &domain, TYPE_MX, on_rname, site, 0);
}

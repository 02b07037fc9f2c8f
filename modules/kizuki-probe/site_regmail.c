/* SPDX-License-Identifier: ISC */
/*
 * Whether the domain of a registered contact's address takes mail.  It may be
 * anybody's: few names are looked up, fewer addresses contacted, each within
 * what it may be asked by all, and no more of them once one is alive.
 */
#include "site_priv.h"

#include <stdlib.h>

/* Records of one answer; more leave the list unknown. */
#define RECORDS_MAX 16

static struct kz_exam_reg_contact *
contact_of(struct site *site)
{
	return &site->reg->contacts[site->regmail.contact];
}

/* The resolver finds, it does not convict: all servers say the same. */
static void
on_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	if (reply->proven)
		contact_of(site)->mail = site->regmail.proving;
}

/* The same of a list of exchangers, and of each that has no address. */
static void
on_hosts_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;
	struct regmail *regmail = &site->regmail;

	(void)tag;
	regmail->unproven = regmail->unproven || !reply->proven;
	if (--regmail->waiting == 0)
		contact_of(site)->hosts.proven = !regmail->unproven;
}

static void
prove_hosts(struct site *site)
{
	struct regmail *regmail = &site->regmail;
	struct group *group = &site->registry.group;

	regmail->waiting = 1;
	for (size_t i = 0; i < regmail->host_count; i++) {
		const struct regmail_host *host = &regmail->hosts[i];
		struct proof_claim claim = {.name = host->name,
			.missing = true,
			.oldest_s = site->oldest_s};

		if (host->count > 0)
			continue;
		regmail->waiting++;
		ask_proof(group, &claim, on_hosts_proof, site, 0);
	}
	ask_confirm(group, &regmail->claim, on_hosts_proof, site, 0);
}

static void ask_addr(struct site *site, uint32_t at);

/* Dead, or out of our own reach: it may be that nothing works. */
static bool
all_failed(const struct kz_exam_reg_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		enum kz_reach reach = hosts->addrs[i].reach;

		if (reach != KZ_REACH_REFUSED && reach != KZ_REACH_TIMEOUT &&
			reach != KZ_REACH_UNREACHABLE && reach != KZ_REACH_OURS)
			return false;
	}
	return hosts->whole && !hosts->special;
}

/* tag: the address.  The others only where the first is not alive. */
static void
on_contact(void *arg, uint32_t tag, const struct smtp_reply *reply)
{
	struct site *site = arg;
	struct regmail *regmail = &site->regmail;
	struct kz_exam_reg_hosts *hosts = &contact_of(site)->hosts;

	hosts->addrs[tag].reach = reply->reach;
	hosts->addrs[tag].when_s = reply->when_s;
	if (!regmail->others && reply->reach != KZ_REACH_ALIVE) {
		regmail->others = true;
		for (uint32_t i = tag + 1; i < hosts->count; i++)
			ask_addr(site, i);
	}
	if (--regmail->waiting == 0 && all_failed(hosts))
		prove_hosts(site);
}

static bool
may_contact(const struct site *site, const struct kz_addr *addr)
{
	const struct probe *probe = site->probe;

	return site->exam.tcp && !probe_never(probe, addr, false) &&
		!kz_nets_have(&probe->config.network.own_mx, addr);
}

static void
ask_addr(struct site *site, uint32_t at)
{
	const struct kz_exam_reg_addr *addr =
		&contact_of(site)->hosts.addrs[at];
	const struct smtp_question question =
		site_smtp_question(site, &addr->addr);

	if (addr->reach == KZ_REACH_NONE || !site_spend(site))
		return;
	site->regmail.waiting++;
	ask_smtp(&site->registry.group, &question, on_contact, site, at);
}

/* What may be asked is LIMITED until it was: a cut finds nothing out. */
static void
contact_hosts(struct site *site)
{
	struct kz_exam_reg_hosts *hosts = &contact_of(site)->hosts;
	uint32_t first = KZ_EXAM_REG_ADDRS;

	for (uint32_t i = (uint32_t)hosts->count; i-- > 0;) {
		struct kz_exam_reg_addr *addr = &hosts->addrs[i];

		if (!may_contact(site, &addr->addr))
			continue;
		addr->reach = KZ_REACH_LIMITED;
		first = i;
	}
	if (first < KZ_EXAM_REG_ADDRS)
		ask_addr(site, first);
	else if (hosts->count == 0 && all_failed(hosts))
		prove_hosts(site);
}

static void
keep_addr(struct site *site, size_t host, const struct kz_addr *addr)
{
	struct kz_exam_reg_hosts *hosts = &contact_of(site)->hosts;
	size_t at = 0;

	if (probe_special(site->probe, addr)) {
		hosts->special = true;
		return;
	}
	while (at < hosts->count &&
		kz_addr_compare(&hosts->addrs[at].addr, addr) != 0)
		at++;
	if (at == KZ_EXAM_REG_ADDRS) {
		hosts->whole = false;
		return;
	}
	if (at == hosts->count) {
		hosts->addrs[at].addr = *addr;
		hosts->count++;
	}
	hosts->addrs[at].hosts |= (uint8_t)(1U << host);
}

static void
on_looked(struct site *site)
{
	const struct regmail *regmail = &site->regmail;

	/* The best exchanger's addresses come first. */
	for (size_t i = 0; i < regmail->host_count; i++) {
		const struct regmail_host *host = &regmail->hosts[i];

		for (size_t j = 0; j < host->count; j++)
			keep_addr(site, i, &host->addrs[j]);
	}
	contact_of(site)->mail = KZ_EXAM_REG_MAIL_HOSTS;
	contact_hosts(site);
}

/* tag: twice the host, plus 1 for AAAA. */
static void
on_addrs(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct regmail *regmail = &site->regmail;
	struct regmail_host *host = &regmail->hosts[tag / 2];
	bool cut = false;

	if (reply->message != NULL)
		host->count += kz_dnsmsg_addrs(reply->message, KZ_DNS_ANSWER,
			&host->name, host->addrs + host->count,
			REGMAIL_HOST_ADDRS - host->count, &cut);
	if (reply->message == NULL || cut)
		contact_of(site)->hosts.whole = false;
	if (--regmail->waiting == 0)
		on_looked(site);
}

static void
look_up(struct site *site)
{
	struct regmail *regmail = &site->regmail;
	struct group *group = &site->registry.group;

	regmail->waiting = 2 * regmail->host_count;
	for (uint32_t i = 0; i < regmail->host_count; i++) {
		const struct kz_name *name = &regmail->hosts[i].name;

		ask_name(group, name, TYPE_A, on_addrs, site, 2 * i);
		ask_name(group, name, TYPE_AAAA, on_addrs, site, 2 * i + 1);
	}
}

static int
by_preference(const void *left, const void *right)
{
	const struct kz_dns_mx *of = left, *other = right;

	if (of->preference != other->preference)
		return of->preference < other->preference ? -1 : 1;
	return kz_name_compare(&of->host, &other->host);
}

static void
keep_host(struct site *site, const struct kz_name *name)
{
	struct regmail *regmail = &site->regmail;

	for (size_t i = 0; i < regmail->host_count; i++) {
		if (kz_name_equal(&regmail->hosts[i].name, name))
			return;
	}
	if (regmail->host_count == KZ_EXAM_REG_HOSTS)
		contact_of(site)->hosts.whole = false;
	else
		regmail->hosts[regmail->host_count++].name = *name;
}

/* Its exchangers by preference; without MX records it is its own. */
static void
take_hosts(struct site *site, const struct name_reply *reply)
{
	struct kz_dns_mx list[RECORDS_MAX];
	const struct kz_name *mail = &contact_of(site)->contact.mail;
	struct kz_exam_reg_hosts *hosts = &contact_of(site)->hosts;
	bool cut = false;
	size_t count =
		kz_dnsmsg_mx(reply->message, mail, list, RECORDS_MAX, &cut);

	hosts->whole = !cut;
	qsort(list, count, sizeof(list[0]), by_preference);
	for (size_t i = 0; i < count; i++) {
		if (list[i].host_odd || list[i].host.len == 0)
			hosts->whole = false;
		/* Never meant to take mail. */
		else if (!kz_exam_verification(&list[i].host))
			keep_host(site, &list[i].host);
	}
	if (count == 0 && !cut)
		keep_host(site, mail);
	if (site->regmail.host_count == 0)
		hosts->whole = false;
	else
		look_up(site);
}

static bool
null_mx(const struct kz_dnsmsg *message, const struct kz_name *owner)
{
	struct kz_dns_mx list[2];
	bool cut = false;
	size_t count = kz_dnsmsg_mx(message, owner, list, 2, &cut);

	return count == 1 && !list[0].host_odd && list[0].host.len == 0;
}

static void
on_mail(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct regmail *regmail = &site->regmail;
	struct confirm_claim *claim = &regmail->claim;

	(void)tag;
	if (reply->message == NULL)
		return;
	claim->missing = reply->state == KZ_ANSWER_NXDOMAIN;
	claim->digest = kz_dnsmsg_digest(reply->message, TYPE_MX);
	if (claim->missing)
		regmail->proving = KZ_EXAM_REG_MAIL_NXDOMAIN;
	else if (null_mx(reply->message, &claim->name))
		regmail->proving = KZ_EXAM_REG_MAIL_NULL;
	else
		take_hosts(site, reply);
	if (regmail->proving != KZ_EXAM_REG_MAIL_UNKNOWN)
		ask_confirm(&site->registry.group, claim, on_proof, site, 0);
}

void
site_reg_mail(struct site *site, unsigned at)
{
	struct regmail *regmail = &site->regmail;

	if (at >= site->reg->contact_count ||
		!kz_exam_reg_mail_wanted(site->reg, at))
		return;
	*regmail = (struct regmail){.contact = at};
	regmail->claim.name = site->reg->contacts[at].contact.mail;
	regmail->claim.type = TYPE_MX;
	regmail->claim.oldest_s = site->oldest_s;
	ask_name(&site->registry.group, &regmail->claim.name, TYPE_MX, on_mail,
		site, 0);
}

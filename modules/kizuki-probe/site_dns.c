/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

/* Rounds in which name servers that only the zone names are looked at. */
#define ROUNDS_MAX 3
/* Servers of the parent that are asked at first, and in all. */
#define PARENTS_FIRST 2
#define PARENTS_MAX   6

enum step {
	STEP_ZONE,
	STEP_PARENT,
	STEP_PARENT_SERVERS,
	STEP_REFERRAL,
	STEP_REFERRAL_MORE,
	STEP_NAMES,
	STEP_SOA,
	STEP_CONTENT,
	STEP_CHILD,
	STEP_EXTRA,
	STEP_EXTRA_NAMES,
	STEP_PRIMARY,
	STEP_MORE,
	STEP_TCP,
	STEP_PROOF,
	STEP_SHADOW,
	STEP_END
};

static void
on_zone(void *arg, uint32_t tag, const struct zone_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	site->exam.zone_known = reply->known || site->wanted.zone.len > 0;
	if (!site->exam.zone_known)
		return;
	/* Where nothing answers any more, what was known before holds. */
	site->exam.zone = reply->known ? reply->zone : site->wanted.zone;
	site->suffix = kz_suffix_public(site->probe->suffix, &site->exam.zone);
}

static void
on_parent(void *arg, uint32_t tag, const struct zone_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	site->parent_known = reply->known;
	site->parent = reply->zone;
}

static void
on_seeds(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_name list[KZ_EXAM_NS_TESTED];
	bool cut = false;
	size_t count;

	(void)tag;
	if (reply->state != KZ_ANSWER_DATA)
		return;
	count = kz_dnsmsg_ns(reply->message, KZ_DNS_ANSWER, &site->exam.zone,
		list, KZ_EXAM_NS_TESTED, &cut);
	for (size_t i = 0; i < count; i++) {
		uint8_t host = kz_exam_host(&site->exam, &list[i]);

		if (host != KZ_EXAM_NONE)
			site->seeds |= UINT64_C(1) << host;
	}
}

static void
on_parent_servers(void *arg, uint32_t tag, const struct servers_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	site->parent_servers = *reply;
}

static void
on_zone_mx(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam *exam = &site->exam;

	(void)tag;
	exam->zone_mx_look = site_look_of(reply);
	if (reply->state == KZ_ANSWER_BOGUS)
		exam->sec.zone = KZ_EXAM_SEC_BOGUS;
	if (reply->state != KZ_ANSWER_DATA)
		return;
	exam->zone_mx = site_mxset(site, &exam->zone, reply->message);
	if (exam->zone_mx != KZ_EXAM_NONE &&
		exam->mxs[exam->zone_mx].count == 0)
		exam->zone_mx_look = KZ_EXAM_NODATA;
}

/* The name servers to ask: those published, else what the resolver knows. */
static uint64_t
servers(const struct site *site)
{
	uint64_t hosts = kz_exam_ns_hosts(&site->exam);

	return hosts != 0 ? hosts : site->seeds;
}

static void
publish(struct site *site, const struct kz_name *name)
{
	uint8_t host;

	if (!kz_name_within(name, &site->exam.zone))
		return;
	host = kz_exam_host(&site->exam, name);
	if (host != KZ_EXAM_NONE)
		site->exam.published |= UINT64_C(1) << host;
}

/* Names met: the apex and www, those of sessions, those an operator lists. */
static void
publish_all(struct site *site)
{
	const struct kz_config *config = &site->probe->config;
	const struct kz_name *zone = &site->exam.zone;
	struct kz_name www;
	char text[KZ_NAME_MAX + 5] = "www.";

	publish(site, zone);
	memcpy(text + 4, zone->text, zone->len);
	if (kz_name_parse((struct kz_str){text, zone->len + 4U}, &www) == KZ_OK)
		publish(site, &www);
	for (size_t i = 0; i < site->wanted.watch_count; i++)
		publish(site, &site->wanted.watch[i]);
	for (size_t i = 0; i < config->probe.watch_names.count; i++)
		publish(site, &config->probe.watch_names.list[i]);
}

static enum step
step_parent(struct site *site)
{
	struct kz_name above = kz_name_parent(&site->exam.zone);

	if (!site->exam.zone_known || site->suffix)
		return STEP_END;
	ask_name(
		&site->dns.group, &site->exam.zone, TYPE_NS, on_seeds, site, 0);
	/* The zone above a top-level one is the root itself. */
	if (above.len > 0)
		ask_zone(&site->dns.group, &above, on_parent, site, 0);
	else
		site->parent_known = true;
	return STEP_PARENT_SERVERS;
}

static enum step
step_child(struct site *site)
{
	uint64_t new_hosts = kz_exam_ns_hosts(&site->exam) & ~site->looking;

	if (new_hosts == 0)
		return STEP_EXTRA;
	if (site->rounds++ == ROUNDS_MAX) {
		site->exam.hosts_cut = true;
		return STEP_EXTRA;
	}
	return STEP_NAMES;
}

static enum step
step_extra_names(struct site *site)
{
	struct kz_exam *exam = &site->exam;
	bool truncated;

	publish_all(site);
	site_look(site, &site->dns,
		kz_exam_primaries(exam) | exam->published |
			site_helo_hosts(site) |
			kz_exam_mx_hosts(exam, exam->zone_mx, &truncated));
	return STEP_PRIMARY;
}

static enum step
step_zone(struct site *site)
{
	ask_zone(&site->dns.group, &site->exam.site, on_zone, site, 0);
	return STEP_PARENT;
}

static enum step
step_parent_servers(struct site *site)
{
	if (site->parent_known)
		ask_servers(&site->dns.group, &site->parent, on_parent_servers,
			site, 0);
	return STEP_REFERRAL;
}

static enum step
step_referral_more(struct site *site)
{
	if (!site->referred)
		site_referral(site, PARENTS_FIRST, PARENTS_MAX);
	return STEP_NAMES;
}

static enum step
step(struct site *site)
{
	switch ((enum step)site->dns.step) {
	case STEP_ZONE:
		return step_zone(site);
	case STEP_PARENT:
		return step_parent(site);
	case STEP_PARENT_SERVERS:
		return step_parent_servers(site);
	case STEP_REFERRAL:
		site_referral(site, 0, PARENTS_FIRST);
		return STEP_REFERRAL_MORE;
	case STEP_REFERRAL_MORE:
		return step_referral_more(site);
	case STEP_NAMES:
		site->exam.parent_asked = site->referred;
		site_look(site, &site->dns, servers(site));
		return STEP_SOA;
	case STEP_SOA:
		site_soa(site, servers(site));
		return STEP_CONTENT;
	case STEP_CONTENT:
		site_content(site);
		return STEP_CHILD;
	case STEP_CHILD:
		return step_child(site);
	case STEP_EXTRA:
		ask_name(&site->dns.group, &site->exam.zone, TYPE_MX,
			on_zone_mx, site, 0);
		site_security(site);
		site_rdns(site);
		return STEP_EXTRA_NAMES;
	case STEP_EXTRA_NAMES:
		return step_extra_names(site);
	case STEP_PRIMARY:
		site_soa(site, kz_exam_primaries(&site->exam));
		return STEP_MORE;
	case STEP_MORE:
		site_views(site);
		site_rname(site);
		site_keys(site);
		site_policy(site);
		site_web(site);
		site_tcp(site, true);
		return STEP_TCP;
	case STEP_TCP:
		site_tcp(site, false);
		return STEP_PROOF;
	case STEP_PROOF:
		site_proof(site);
		return STEP_SHADOW;
	case STEP_SHADOW:
		site_shadow(site);
		return STEP_END;
	case STEP_END:
		break;
	}
	return STEP_END;
}

bool
site_dns_blocked(const struct site *site)
{
	return site->dns.step == STEP_PROOF &&
		((!site->mx_named && !site->mx.ended) || site->web.pending > 0);
}

bool
site_dns_step(struct site *site)
{
	if (site->dns.step == STEP_END)
		return false;
	site->dns.step = step(site);
	return true;
}

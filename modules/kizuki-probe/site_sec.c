/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

enum { ASK_PARENT, ASK_ZONE, ASK_DS };

static enum kz_exam_sec_state
state_of(const struct name_reply *reply)
{
	if (reply->state == KZ_ANSWER_BOGUS)
		return KZ_EXAM_SEC_BOGUS;
	if (reply->message == NULL)
		return KZ_EXAM_SEC_UNKNOWN;
	return reply->secure ? KZ_EXAM_SEC_SECURE : KZ_EXAM_SEC_INSECURE;
}

static void
on_security(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_sec *sec = &site->exam.sec;
	bool cut = false;

	switch (tag) {
	case ASK_PARENT:
		sec->parent_secure = state_of(reply) == KZ_EXAM_SEC_SECURE;
		break;
	case ASK_ZONE:
		/* The MX set, asked before, may have been bogus alone. */
		if (sec->zone != KZ_EXAM_SEC_BOGUS)
			sec->zone = state_of(reply);
		break;
	default:
		sec->ds = site_look_of(reply);
		sec->ds_secure = reply->secure;
		if (reply->message == NULL)
			break;
		sec->ds_count = (uint8_t)kz_dnsmsg_ds(reply->message,
			&site->exam.zone, site->ds, SITE_DS_KEPT, &cut);
		sec->ds_ttl_s = kz_dnsmsg_ttl(reply->message, KZ_DNS_ANSWER);
		/* Any of those left out might be the one that matches. */
		if (cut)
			sec->ds = KZ_EXAM_FAILED;
		break;
	}
}

void
site_security(struct site *site)
{
	const struct kz_name *zone = &site->exam.zone;

	/* Signed zones alone cost anything further. */
	if (!site->parent_known ||
		site->probe->config.resolver.trust_anchor[0] == '\0')
		return;
	ask_name(&site->dns.group, &site->parent, TYPE_SOA, on_security, site,
		ASK_PARENT);
	ask_name(&site->dns.group, zone, TYPE_SOA, on_security, site, ASK_ZONE);
	ask_name(&site->dns.group, zone, TYPE_DS, on_security, site, ASK_DS);
}

static void
on_keys(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct site *site = arg;
	const struct kz_exam *exam = &site->exam;
	struct kz_exam_server *dns = &site->exam.addrs[tag].dns;

	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		reply->rcode != 0 || reply->message == NULL)
		return;
	dns->keys = kz_dnsmsg_has_key(reply->message, &exam->zone, site->ds,
			    exam->sec.ds_count)
		? KZ_EXAM_KEYS_MATCH
		: KZ_EXAM_KEYS_OTHER;
}

void
site_keys(struct site *site)
{
	uint8_t list[SITE_SERVERS];
	size_t count = site_answering(site, list);

	if (site->exam.sec.ds != KZ_EXAM_DATA || site->exam.sec.ds_count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		site_ask(site, list[i], TYPE_DNSKEY, &site->exam.zone, on_keys,
			list[i]);
}

enum kz_exam_sig
site_signature(const struct site *site, const struct dns_reply *reply,
	int64_t *until_s)
{
	if (reply->reach != KZ_REACH_ALIVE || !reply->authoritative ||
		reply->rcode != 0 || reply->message == NULL)
		return KZ_EXAM_SIG_UNKNOWN;
	if (!kz_dnsmsg_signed(reply->message, &site->exam.zone, TYPE_SOA,
		    reply->when_s, until_s))
		return KZ_EXAM_SIG_NONE;
	return *until_s < reply->when_s ? KZ_EXAM_SIG_EXPIRED
					: KZ_EXAM_SIG_VALID;
}

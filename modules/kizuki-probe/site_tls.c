/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include "kizuki/base/text.h"
#include "kizuki/io/clock.h"

/* Where the records of a host's mail service lie: RFC 7672 section 2.2.3. */
static bool
name_of(const struct kz_name *host, struct kz_name *name)
{
	char buffer[KZ_NAME_MAX + 16];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&text, "_25._tcp.");
	kz_text_put(&text, kz_name_str(host));
	return kz_name_parse((struct kz_str){buffer, text.used}, name) == KZ_OK;
}

/* tag: the set. */
static void
on_tlsa(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct tlsa_set *set = &site->tlsa[tag];
	struct kz_tlsa_seen *seen = &site->exam.hosts[set->host].tlsa;

	seen->known = reply->message != NULL;
	if (reply->state != KZ_ANSWER_DATA)
		return;
	set->count = kz_dnsmsg_tlsa(
		reply->message, set->list, KZ_TLSA_MAX, &seen->cut);
	seen->usable = set->count;
	seen->present = true;
	seen->secure = reply->secure;
	seen->ttl_s = kz_dnsmsg_ttl(reply->message, KZ_DNS_ANSWER);
	seen->when_s = kz_clock_now_s();
}

void
site_tlsa(struct site *site, uint64_t hosts)
{
	const struct kz_exam *exam = &site->exam;

	for (uint8_t i = 0; i < exam->host_count && exam->tls_asked; i++) {
		struct tlsa_set *set = &site->tlsa[site->tlsa_count];

		if ((hosts >> i & 1) == 0 ||
			kz_exam_is_literal(&exam->hosts[i]) ||
			site->tlsa_count == KZ_EXAM_MX_TESTED ||
			!name_of(&exam->hosts[i].name, &set->name))
			continue;
		set->host = i;
		ask_name(&site->mx.group, &set->name, TYPE_TLSA, on_tlsa, site,
			(uint32_t)site->tlsa_count++);
	}
}

static const struct tlsa_set *
set_of(const struct site *site, uint8_t host)
{
	for (size_t i = 0; i < site->tlsa_count; i++) {
		if (site->tlsa[i].host == host)
			return &site->tlsa[i];
	}
	return NULL;
}

/* The host among those of the site that TLS was asked for as. */
static uint8_t
host_of(const struct kz_exam *exam, const struct kz_name *name)
{
	for (uint8_t i = 0; i < exam->host_count; i++) {
		if (kz_name_equal(&exam->hosts[i].name, name))
			return i;
	}
	return KZ_EXAM_NONE;
}

void
site_tls(struct site *site, uint8_t addr, const struct smtp_reply *reply)
{
	struct kz_tls_seen *tls = &site->exam.addrs[addr].tls;
	const struct tlsa_set *set;

	tls->host = host_of(&site->exam, reply->host);
	if (tls->host == KZ_EXAM_NONE)
		return;
	tls->offer = reply->tls;
	if (reply->chain == NULL)
		return;
	tls->until_s = reply->chain->until_s;
	set = set_of(site, tls->host);
	if (set != NULL)
		tls->fit = kz_tlsa_match(set->list, set->count, reply->chain);
}

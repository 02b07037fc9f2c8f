/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <bsd/stdlib.h>

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

/* The place of a name among those seen at an address; NULL: no room. */
static struct kz_tls_seen *
place_of(struct kz_exam_addr *addr, uint8_t host)
{
	for (size_t i = 0; i < addr->tls_count; i++) {
		if (addr->tls[i].host == host)
			return &addr->tls[i];
	}
	return addr->tls_count < KZ_TLS_NAMES ? &addr->tls[addr->tls_count++]
					      : NULL;
}

void
site_tls(struct site *site, uint8_t addr, const struct smtp_reply *reply)
{
	uint8_t host = host_of(&site->exam, reply->host);
	struct kz_tls_seen *seen;
	const struct tlsa_set *set;

	/* Nobody was asked for, or somebody else, who was shown his own. */
	if (reply->host->len == 0 ||
		(host == KZ_EXAM_NONE && reply->tls != KZ_TLS_NONE))
		return;
	seen = place_of(&site->exam.addrs[addr], host);
	if (seen == NULL)
		return;
	seen->host = host;
	seen->offer = reply->tls;
	seen->when_s = reply->when_s;
	if (reply->chain == NULL)
		return;
	seen->until_s = reply->chain->until_s;
	set = set_of(site, host);
	if (set != NULL)
		seen->fit = kz_tlsa_match(set->list, set->count, reply->chain);
}

/* Exchangers that an address is one of, and that TLS is judged of. */
static uint64_t
names_of(const struct site *site, uint8_t addr)
{
	const struct kz_exam *exam = &site->exam;
	bool truncated;
	uint64_t hosts = kz_exam_mx_hosts(exam, exam->mx, &truncated);
	uint64_t names = 0;

	for (uint8_t h = 0; h < exam->host_count; h++) {
		const struct kz_exam_host *host = &exam->hosts[h];

		for (size_t i = 0; i < host->addr_count; i++) {
			if ((hosts >> h & 1) != 0 && host->addrs[i] == addr &&
				(host->glue_only >> i & 1) == 0 &&
				!kz_exam_is_literal(host))
				names |= UINT64_C(1) << h;
		}
	}
	return names;
}

uint8_t
site_tls_first(const struct site *site, uint8_t addr, uint8_t host)
{
	uint64_t names = names_of(site, addr);
	uint8_t list[KZ_EXAM_HOSTS];
	uint32_t count = 0;

	for (uint8_t h = 0; h < site->exam.host_count; h++) {
		if ((names >> h & 1) != 0)
			list[count++] = h;
	}
	return count > 1 ? list[arc4random_uniform(count)] : host;
}

uint8_t
site_tls_next(const struct site *site, uint8_t index)
{
	const struct kz_exam_addr *addr = &site->exam.addrs[index];
	uint64_t names = names_of(site, index);

	if (!site->exam.tls_asked || addr->smtp != KZ_REACH_ALIVE ||
		addr->tls_count == KZ_TLS_NAMES)
		return KZ_EXAM_NONE;
	for (size_t i = 0; i < addr->tls_count; i++) {
		if (addr->tls[i].offer == KZ_TLS_NONE)
			return KZ_EXAM_NONE;
		if (addr->tls[i].host != KZ_EXAM_NONE)
			names &= ~(UINT64_C(1) << addr->tls[i].host);
	}
	for (uint8_t h = 0; h < site->exam.host_count; h++) {
		if ((names >> h & 1) != 0)
			return h;
	}
	return KZ_EXAM_NONE;
}

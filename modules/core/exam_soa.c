/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_mx_priv.h"

/* RFC 1912 section 2.2 asks for weeks; less than this is a weekend. */
#define EXPIRE_LEAST_S (2 * 86400)

const char *
kz_exam_lame_word(const struct kz_exam_server *dns)
{
	if (dns->rcode == 5)
		return "refused";
	if (dns->rcode == 2)
		return "servfail";
	if (dns->upward)
		return "referral";
	if (dns->rcode == 0)
		return "not authoritative";
	return "error";
}

/* The first address of a host that answers, but not for the zone. */
static const struct kz_exam_server *
lame_server(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];

		if (kz_exam_life_dns(addr) == LIFE_OPEN)
			return &addr->dns;
	}
	return NULL;
}

static void
judge_lame(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const char *name = exam->hosts[soa->mname].name.text;
	const struct kz_exam_server *lame = lame_server(exam, soa->mname);
	bool listed = kz_exam_in(kz_exam_ns_hosts(exam), soa->mname);
	enum exam_life life =
		kz_exam_host_life(exam, soa->mname, kz_exam_life_dns);

	if (life == LIFE_ALIVE && lame == NULL) {
		kz_exam_say_ok(out, KZ_SYM_SOA_MNAME_LAME, name,
			kz_exam_alive_s(exam, soa->mname, KZ_SERVICE_DNS53UDP));
		return;
	}
	if (life != LIFE_OPEN || lame == NULL) {
		kz_exam_say_unknown(out, KZ_SYM_SOA_MNAME_LAME, name,
			lame != NULL ? "some addresses answer or are silent"
				     : "no answer at all");
		return;
	}
	kz_exam_begin(out, KZ_SYM_SOA_MNAME_LAME, name);
	/* A primary for its secondaries alone refuses strangers. */
	kz_exam_bad(out, lame->rcode == 5 && !listed ? 1 : 2,
		kz_exam_lame_word(lame));
	kz_exam_content(out, lame->when_s, soa->ttl_s);
	kz_exam_value_word(out, kz_exam_lame_word(lame));
	kz_exam_end(out);
}

static void
value_number(struct exam_out *out, uint32_t number)
{
	char buffer[16];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_text_number(&text, number);
	kz_exam_value_word(out, buffer);
}

static void
judge_timers(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;

	if (soa->timers_differ) {
		kz_exam_say_unknown(
			out, KZ_SYM_SOA_TIMERS_BAD, zone, "the servers differ");
		return;
	}
	if (soa->expire_s >= (uint64_t)soa->refresh_s + soa->retry_s &&
		soa->expire_s >= EXPIRE_LEAST_S &&
		soa->retry_s <= soa->refresh_s) {
		kz_exam_say_ok(
			out, KZ_SYM_SOA_TIMERS_BAD, zone, kz_exam_zone_s(exam));
		return;
	}
	kz_exam_begin(out, KZ_SYM_SOA_TIMERS_BAD, zone);
	kz_exam_bad(out, 1, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), soa->ttl_s);
	value_number(out, soa->refresh_s);
	kz_exam_value_word(out, "/");
	value_number(out, soa->retry_s);
	kz_exam_value_word(out, "/");
	value_number(out, soa->expire_s);
	kz_exam_end(out);
}

bool
kz_exam_rname_domain(const struct kz_exam *exam, struct kz_name *domain)
{
	uint8_t agreed = kz_exam_agreed(exam, FIELD_SOA);

	if (agreed == KZ_EXAM_NONE || exam->soas[agreed].rname_domain.len == 0)
		return false;
	*domain = exam->soas[agreed].rname_domain;
	return true;
}

/* Whether the site's own mail hosts are all dead: bits of them, 0: not so. */
static uint64_t
dead_exchangers(const struct kz_exam *exam, const struct kz_exam_soa *soa)
{
	struct mxview view;
	uint64_t dead = 0;

	if (!exam->tcp || exam->mx_look != KZ_EXAM_DATA ||
		exam->mx == KZ_EXAM_NONE ||
		!kz_name_equal(&soa->rname_domain, &exam->site))
		return 0;
	memset(&view, 0, sizeof(view));
	kz_exam_mxview_make(&view, exam);
	if (view.odd || view.truncated || !view.agreed)
		return 0;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(view.hosts, host))
			continue;
		if (view.fates[host] == FATE_DEAD)
			dead |= kz_exam_bit(host);
		else if (view.fates[host] != FATE_MISSING)
			return 0;
	}
	return dead;
}

/* "hostmaster.example1.jp" as "hostmaster@example1.jp". */
static void
value_mailbox(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_name *rname = &soa->rname;
	struct kz_name part = *rname;
	size_t label = 0;

	while (label < rname->len && rname->text[label] != '.')
		label++;
	part.text[label] = '\0';
	/* With an escaped dot it is no name of ours: only its domain is told.
	 */
	kz_exam_value_word(out, label > 0 ? part.text : "...");
	kz_exam_value_word(out, "@");
	kz_exam_value_word(out, soa->rname_domain.text);
}

static void
judge_rname(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	uint64_t dead = dead_exchangers(exam, soa);
	const char *why = "its mail hosts are dead";

	if (soa->rname_domain.len == 0) {
		kz_exam_say_unknown(out, KZ_SYM_SOA_RNAME_UNDELIVERABLE, zone,
			"no mailbox that can be looked at");
		return;
	}
	if (exam->rname == KZ_EXAM_RNAME_MISSING)
		why = "NXDOMAIN";
	else if (exam->rname == KZ_EXAM_RNAME_NULL)
		why = "null MX";
	else if (dead == 0) {
		if (exam->rname == KZ_EXAM_RNAME_FINE)
			kz_exam_say_ok(out, KZ_SYM_SOA_RNAME_UNDELIVERABLE,
				zone, kz_exam_zone_s(exam));
		else
			kz_exam_say_unknown(out, KZ_SYM_SOA_RNAME_UNDELIVERABLE,
				zone, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_SOA_RNAME_UNDELIVERABLE, zone);
	kz_exam_bad(out, 2, why);
	kz_exam_content(out, kz_exam_zone_s(exam), soa->ttl_s);
	value_mailbox(out, soa);
	if (exam->rname == KZ_EXAM_RNAME_FINE ||
		exam->rname == KZ_EXAM_RNAME_UNKNOWN) {
		for (uint8_t host = 0; host < exam->host_count; host++) {
			if (kz_exam_in(dead, host))
				kz_exam_rest_host(
					out, host, 0, KZ_SERVICE_SMTP25);
		}
	}
	kz_exam_end(out);
}

/* RFC 1982: whether left comes before right. */
static bool
older(uint32_t left, uint32_t right)
{
	return left != right && right - left < UINT32_C(0x80000000);
}

/* The oldest serial that a host's addresses give; false: it gives none. */
static bool
host_serial(const struct kz_exam *exam, uint8_t host, uint32_t *serial)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	bool any = false;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_server *dns =
			&exam->addrs[of->addrs[i]].dns;

		if (!kz_exam_answers(dns))
			continue;
		if (!any || older(dns->serial, *serial))
			*serial = dns->serial;
		any = true;
	}
	return any;
}

static void
judge_skew(struct exam_out *out, uint8_t host, const struct kz_exam_soa *soa,
	uint32_t newest)
{
	const char *name = out->exam->hosts[host].name.text;
	uint32_t half_s = soa->expire_s / 2 + soa->expire_s % 2;
	uint32_t serial = 0;

	if (!host_serial(out->exam, host, &serial)) {
		kz_exam_say_unknown(
			out, KZ_SYM_DNS_SERIAL_SKEW, name, "no answer");
		return;
	}
	if (!older(serial, newest)) {
		kz_exam_say_ok(out, KZ_SYM_DNS_SERIAL_SKEW, name,
			kz_exam_zone_s(out->exam));
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNS_SERIAL_SKEW, name);
	kz_exam_bad(out, 2, NULL);
	/*
	 * A fault of content must last for twice its TTL: so much that the
	 * copy has not moved for longer than the zone's expiry.
	 */
	kz_exam_content(out, kz_exam_zone_s(out->exam),
		half_s > soa->ttl_s ? half_s : soa->ttl_s);
	value_number(out, serial);
	kz_exam_value_word(out, " | ");
	value_number(out, newest);
	kz_exam_end(out);
}

static void
judge_serials(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	uint64_t hosts = kz_exam_ns_hosts(exam);
	uint32_t newest = 0;
	bool any = false;

	for (uint8_t i = 0; i < exam->addr_count; i++) {
		if (!kz_exam_serves(exam, i))
			continue;
		if (!any || older(newest, exam->addrs[i].dns.serial))
			newest = exam->addrs[i].dns.serial;
		any = true;
	}
	for (uint8_t host = 0; any && host < exam->host_count; host++) {
		if (kz_exam_in(hosts, host))
			judge_skew(out, host, soa, newest);
	}
}

void
kz_exam_judge_soa(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	uint8_t agreed = kz_exam_agreed(exam, FIELD_SOA);
	const struct kz_exam_soa *soa;

	/* Servers that name different masters: another symptom's affair. */
	if (agreed == KZ_EXAM_NONE)
		return;
	soa = &exam->soas[agreed];
	judge_timers(out, soa);
	judge_rname(out, soa);
	judge_serials(out, soa);
	if (soa->mname != KZ_EXAM_NONE && !soa->mname_odd &&
		exam->hosts[soa->mname].name.len > 0)
		judge_lame(out, soa);
}

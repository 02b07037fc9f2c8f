/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

#include "kizuki/io/clock.h"

/* Connections of one site at the same time. */
#define SMTP_PARALLEL 4

enum step { STEP_LOOK, STEP_NAMES, STEP_SMTP, STEP_END };

/* One record; false: there is no room for its host. */
static bool
take_mx(struct site *site, const struct kz_dns_mx *record,
	struct kz_exam_mx *mx)
{
	mx->preference = record->preference;
	mx->host = KZ_EXAM_NONE;
	mx->odd = record->host_odd && record->literal[0] == '\0';
	/* An odd host, or the root: the null MX. */
	if (mx->odd || (!record->host_odd && record->host.len == 0))
		return true;
	mx->host = record->host_odd
		? kz_exam_literal(&site->exam, record->literal)
		: kz_exam_host(&site->exam, &record->host);
	return mx->host != KZ_EXAM_NONE;
}

uint8_t
site_mxset(struct site *site, const struct kz_name *owner,
	const struct kz_dnsmsg *message)
{
	struct kz_dns_mx list[4 * KZ_EXAM_MX];
	struct kz_exam_mxset set;
	bool cut = false;
	size_t count = kz_dnsmsg_mx(
		message, owner, list, sizeof(list) / sizeof(list[0]), &cut);

	memset(&set, 0, sizeof(set));
	set.cut = cut;
	for (size_t i = 0; i < count; i++) {
		struct kz_exam_mx mx;

		if (!take_mx(site, &list[i], &mx)) {
			set.cut = true;
			continue;
		}
		if (list[i].ttl_s > set.ttl_s)
			set.ttl_s = list[i].ttl_s;
		kz_exam_mx_put(&site->exam, &set, &mx);
	}
	return kz_exam_mxset(&site->exam, &set);
}

static void
on_mx(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	site->exam.mx_look = site_look_of(reply);
	if (reply->state == KZ_ANSWER_DATA)
		site->exam.mx =
			site_mxset(site, &site->exam.site, reply->message);
	/* An alias to a name without MX: no set of its own. */
	if (site->exam.mx != KZ_EXAM_NONE &&
		site->exam.mxs[site->exam.mx].count == 0)
		site->exam.mx_look = KZ_EXAM_NODATA;
}

static bool start_smtp(struct site *site);
static void ask_next(struct site *site, uint8_t addr);

/* The address may not be asked again, or no longer answers: that is all. */
static void
on_named(void *arg, uint32_t tag, const struct smtp_reply *reply)
{
	struct site *site = arg;

	site->smtp_running--;
	if (reply->reach == KZ_REACH_ALIVE) {
		site_tls(site, (uint8_t)tag, reply);
		ask_next(site, (uint8_t)tag);
	}
	(void)start_smtp(site);
}

static void
on_smtp(void *arg, uint32_t tag, const struct smtp_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_addr *addr = &site->exam.addrs[tag];

	addr->smtp = reply->reach;
	addr->patient = reply->patient;
	addr->smtp_when_s = reply->when_s;
	site_tls(site, (uint8_t)tag, reply);
	site->smtp_running--;
	ask_next(site, (uint8_t)tag);
	(void)start_smtp(site);
}

struct smtp_question
site_smtp_question(const struct site *site, const struct kz_addr *addr)
{
	const struct kz_config *config = &site->probe->config;
	bool confirm = site->wanted.confirm;

	return (struct smtp_question){
		.addr = *addr,
		.purpose = confirm ? LIMITS_CONFIRM : LIMITS_EXAMINE,
		.oldest_s = kz_clock_now_s() -
			(confirm ? config->limits.smtp_confirm_s
				 : config->limits.reuse_s),
	};
}

/* False: the site has cost enough. */
static bool
ask_as(struct site *site, uint8_t addr, uint8_t host, bool named)
{
	struct smtp_question question =
		site_smtp_question(site, &site->exam.addrs[addr].addr);

	if (site->conversations >=
		site->probe->config.limits.site_conversations)
		return false;
	if (site->exam.tls_asked)
		question.host = &site->exam.hosts[host].name;
	question.named = named;
	site->conversations++;
	site->smtp_running++;
	if (limits_smtp_patient(&site->probe->limits, &question.addr))
		site_extend(site);
	ask_smtp(&site->mx.group, &question, named ? on_named : on_smtp, site,
		addr);
	return true;
}

/* One connection more under the next name, where the address may have it. */
static void
ask_next(struct site *site, uint8_t addr)
{
	uint8_t host = site_tls_next(site, addr);

	if (host != KZ_EXAM_NONE)
		(void)ask_as(site, addr, host, true);
}

static void
connect_to(struct site *site, uint8_t addr, uint8_t host)
{
	site->smtp_asked[addr] = true;
	if (!ask_as(site, addr, site_tls_first(site, addr, host), false))
		site->exam.mx_cut = true;
}

/* The addresses of one host.  False: no more connections may run. */
static bool
start_host(struct site *site, uint8_t index)
{
	const struct kz_exam *exam = &site->exam;
	const struct kz_exam_host *host = &exam->hosts[index];

	for (size_t i = 0; i < host->addr_count; i++) {
		uint8_t addr = host->addrs[i];

		if (site->smtp_running == SMTP_PARALLEL)
			return false;
		/* Ourselves we need not ask. */
		if (!site->smtp_asked[addr] && !exam->addrs[addr].special &&
			!exam->addrs[addr].ours &&
			(host->glue_only >> i & 1) == 0)
			connect_to(site, addr, index);
	}
	return true;
}

/* No MX records, and mail was seen from it: its own address takes the mail. */
static bool
implicit(const struct site *site)
{
	return site->exam.sender && site->exam.mx_look == KZ_EXAM_NODATA;
}

/* As many connections as may run; the best hosts first. */
static bool
start_smtp(struct site *site)
{
	const struct kz_exam *exam = &site->exam;
	bool truncated;
	uint64_t hosts;

	if (implicit(site)) {
		uint8_t self = kz_exam_host(&site->exam, &exam->site);

		if (self != KZ_EXAM_NONE)
			(void)start_host(site, self);
		return site->smtp_running > 0;
	}
	if (exam->mx == KZ_EXAM_NONE)
		return false;
	hosts = kz_exam_mx_hosts(exam, exam->mx, &truncated);
	for (size_t m = 0; m < exam->mxs[exam->mx].count; m++) {
		uint8_t index = exam->mxs[exam->mx].list[m].host;

		if (index == KZ_EXAM_NONE || (hosts >> index & 1) == 0)
			continue;
		if (!start_host(site, index))
			return true;
	}
	return site->smtp_running > 0;
}

bool
site_mx_step(struct site *site)
{
	struct kz_exam *exam = &site->exam;
	bool truncated;

	switch ((enum step)site->mx.step) {
	case STEP_LOOK:
		site->mx.step = STEP_NAMES;
		ask_name(&site->mx.group, &exam->site, TYPE_MX, on_mx, site, 0);
		return true;
	case STEP_NAMES:
		site->mx.step = STEP_SMTP;
		if (implicit(site)) {
			uint8_t self = kz_exam_host(exam, &exam->site);

			if (self != KZ_EXAM_NONE)
				site_look(site, &site->mx, UINT64_C(1) << self);
		} else if (exam->mx != KZ_EXAM_NONE) {
			uint64_t hosts =
				kz_exam_mx_hosts(exam, exam->mx, &truncated);

			site_look(site, &site->mx, hosts);
			site_tlsa(site, hosts);
		}
		return true;
	case STEP_SMTP:
		site->mx.step = STEP_END;
		site->mx_named = true;
		return exam->tcp && start_smtp(site);
	case STEP_END:
		break;
	}
	return false;
}

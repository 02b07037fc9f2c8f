/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <stdlib.h>

#include "kizuki/io/clock.h"

#include "input_priv.h"
#include "output_priv.h"

/* On request nothing older than this is good enough. */
#define CONFIRM_OLDEST_S 60

static void
emit(void *arg, const struct kz_finding *finding)
{
	struct site *site = arg;

	site_shadow_said(site, finding);
	output_finding(site->probe->output, finding);
}

static void
report(struct site *site)
{
	struct kz_line line = {.kind = KZ_LINE_DONE};
	struct kz_exam *exam = &site->exam;

	exam->now_s = kz_clock_now_s();
	if (site->suffix)
		output_error(site->probe->output,
			"the zone that holds it is a public suffix: no site",
			kz_name_str(&exam->site));
	else
		kz_exam_judge(exam, emit, site);
	line.u.done.site = exam->site;
	if (exam->zone_known)
		line.u.done.zone = exam->zone;
	if (!site->suffix)
		kz_exam_complete(exam, line.u.done.complete);
	line.u.done.complete[KZ_FAMILY_REG] = site_reg_report(site);
	output_line(site->probe->output, &line);
}

static void
finish(struct site *site)
{
	struct probe *probe = site->probe;

	group_give_up(&site->dns.group);
	group_give_up(&site->mx.group);
	group_give_up(&site->registry.group);
	group_give_up(&site->names);
	group_give_up(&site->web);
	report(site);
	event_free(site->limit);
	event_free(site->dns_limit);
	free(site->reg);
	free(site);
	probe->sites--;
	input_poke(probe->input);
}

static bool
ready(const struct site *site, const struct track *track)
{
	return !track->ended && track->group.pending == 0 &&
		(track->waits & ~site->looked) == 0;
}

void
site_poke(struct site *site)
{
	bool moved = true;

	/* A step that ends at once must not run the next within itself. */
	if (site->running)
		return;
	site->running = true;
	while (moved) {
		moved = false;
		if (ready(site, &site->mx)) {
			site->mx.ended = !site_mx_step(site);
			moved = true;
		}
		/* What is proven last concerns the mail hosts too. */
		if (ready(site, &site->dns) && !site_dns_blocked(site)) {
			site->dns.ended = !site_dns_step(site);
			moved = true;
		}
		/* What is registered is held against what is served. */
		if (site->dns.ended && ready(site, &site->registry)) {
			site->registry.ended = !site_reg_step(site);
			moved = true;
		}
	}
	site->running = false;
	if (site->dns.ended && site->mx.ended && site->registry.ended &&
		site->web.pending == 0)
		finish(site);
}

static void
on_idle(void *arg)
{
	site_poke(arg);
}

static void
cut_dns(struct site *site)
{
	if (site->dns.ended)
		return;
	site->exam.dns_cut = true;
	site->dns.ended = true;
	group_give_up(&site->dns.group);
}

static void
on_dns_limit(evutil_socket_t fd, short what, void *arg)
{
	struct site *site = arg;

	(void)fd;
	(void)what;
	cut_dns(site);
	site_poke(site);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct site *site = arg;

	(void)fd;
	(void)what;
	cut_dns(site);
	site->exam.web_cut = site->exam.web_cut || site->web.pending > 0;
	group_give_up(&site->web);
	if (!site->mx.ended) {
		site->exam.mx_cut = true;
		site->mx.ended = true;
		group_give_up(&site->mx.group);
	}
	site->registry.ended = true;
	group_give_up(&site->registry.group);
	site_poke(site);
}

static struct event *
timer(struct probe *probe, event_callback_fn run, struct site *site,
	uint32_t limit_ms)
{
	struct event *made = evtimer_new(probe->base, run, site);
	struct timeval after = {
		limit_ms / 1000, (suseconds_t)(limit_ms % 1000) * 1000};

	if (made == NULL || evtimer_add(made, &after) != 0)
		probe_no_memory();
	return made;
}

void
site_extend(struct site *site)
{
	const struct kz_config *config = &site->probe->config;
	uint32_t limit_ms =
		config->probe.site_ms + config->probe.banner_confirm_ms;
	struct timeval after = {
		limit_ms / 1000, (suseconds_t)(limit_ms % 1000) * 1000};

	if (evtimer_add(site->limit, &after) != 0)
		probe_no_memory();
}

/* Whether its mail is ours to take, or that of a domain above it. */
static bool
served(const struct probe *probe, const struct kz_name *site)
{
	const struct kz_config_names *names = &probe->config.network.domains;

	for (size_t i = 0; i < names->count; i++) {
		if (kz_name_within(site, &names->list[i]))
			return true;
	}
	return false;
}

void
site_start(struct probe *probe, const struct kz_line_examine *wanted)
{
	struct site *site = calloc(1, sizeof(*site));
	int64_t now_s = kz_clock_now_s();

	if (site == NULL)
		probe_no_memory();
	site->probe = probe;
	site->wanted = *wanted;
	site->oldest_s = now_s -
		(wanted->confirm ? CONFIRM_OLDEST_S
				 : (int64_t)probe->config.limits.reuse_s);
	kz_exam_init(&site->exam, &wanted->site, wanted->tcp, now_s);
	site->exam.tls_asked = wanted->tcp && probe->config.probe.starttls;
	site->exam.sender = wanted->sender;
	site->exam.served = served(probe, &wanted->site);
	group_make(&site->names, probe, on_idle, site);
	group_make(&site->dns.group, probe, on_idle, site);
	group_make(&site->mx.group, probe, on_idle, site);
	group_make(&site->registry.group, probe, on_idle, site);
	group_make(&site->web, probe, on_idle, site);
	site->limit = timer(probe, on_limit, site, probe->config.probe.site_ms);
	site->dns_limit =
		timer(probe, on_dns_limit, site, probe->config.probe.dns_ms);
	probe->sites++;
	site_poke(site);
}

static enum kz_exam_look
look_of(const struct name_reply *reply)
{
	switch (reply->state) {
	case KZ_ANSWER_DATA:
		return KZ_EXAM_DATA;
	case KZ_ANSWER_NODATA:
		return KZ_EXAM_NODATA;
	case KZ_ANSWER_NXDOMAIN:
		return KZ_EXAM_NXDOMAIN;
	case KZ_ANSWER_FAILED:
	case KZ_ANSWER_BOGUS:
	case KZ_ANSWER_TIMEOUT:
		break;
	}
	return KZ_EXAM_FAILED;
}

enum kz_exam_look
site_look_of(const struct name_reply *reply)
{
	return look_of(reply);
}

uint8_t
site_host_addr(
	struct site *site, uint8_t host, const struct kz_addr *addr, bool glue)
{
	const struct kz_config *config = &site->probe->config;
	struct kz_exam *exam = &site->exam;
	bool special = probe_special(site->probe, addr);
	uint8_t index = glue
		? kz_exam_host_glue(exam, host, addr, special, HOST_ADDRS_DNS)
		: kz_exam_host_addr(exam, host, addr, special, HOST_ADDRS_KEPT);

	if (index == KZ_EXAM_NONE)
		return index;
	exam->addrs[index].reserved = kz_addr_reserved(addr);
	exam->addrs[index].ours = kz_nets_have(&config->network.own_mx, addr);
	return index;
}

/* tag: twice the host, plus 1 for AAAA. */
static void
on_host(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	uint8_t index = (uint8_t)(tag / 2);
	struct kz_exam_host *host = &site->exam.hosts[index];
	struct kz_addr list[KZ_EXAM_HOST_ADDRS];
	struct kz_name target;
	bool cut = false;
	size_t count = 0;

	if (tag % 2 == 0)
		host->a = look_of(reply);
	else
		host->aaaa = look_of(reply);
	if (reply->message != NULL) {
		count = kz_dnsmsg_addrs(reply->message, KZ_DNS_ANSWER,
			&host->name, list, KZ_EXAM_HOST_ADDRS, &cut);
		if (kz_dnsmsg_cname(reply->message, &host->name, &target)) {
			host->alias = true;
			host->synthesised = kz_dnsmsg_has(
				reply->message, KZ_DNS_ANSWER, 39 /* DNAME */);
		}
	}
	for (size_t i = 0; i < count; i++)
		(void)site_host_addr(site, index, &list[i], false);
	host->cut = host->cut || cut;
	if (host->a != KZ_EXAM_UNASKED && host->aaaa != KZ_EXAM_UNASKED) {
		site->looked |= UINT64_C(1) << index;
		site_poke(site);
	}
}

void
site_look(struct site *site, struct track *track, uint64_t hosts)
{
	for (uint8_t i = 0; i < site->exam.host_count; i++) {
		const struct kz_exam_host *host = &site->exam.hosts[i];
		uint64_t bit = UINT64_C(1) << i;

		/* The root, and an address written as a name: no host. */
		if ((hosts & bit) == 0 || host->name.len == 0 ||
			kz_exam_is_literal(host))
			continue;
		track->waits |= bit;
		if ((site->looking & bit) != 0)
			continue;
		site->looking |= bit;
		ask_name(&site->names, &host->name, TYPE_A, on_host, site,
			2U * i);
		ask_name(&site->names, &host->name, TYPE_AAAA, on_host, site,
			2U * i + 1);
	}
}

bool
site_spend(struct site *site)
{
	if (site->conversations >=
		site->probe->config.limits.site_conversations) {
		site->exam.hosts_cut = true;
		return false;
	}
	site->conversations++;
	return true;
}

void
site_ask(struct site *site, uint8_t addr, uint16_t type,
	const struct kz_name *name, dns_done *done, uint32_t tag)
{
	struct dns_question question = {
		.server = site->exam.addrs[addr].addr,
		.name = name,
		.zone = &site->exam.zone,
		.type = type,
		.oldest_s = site->oldest_s,
	};

	if (site_spend(site))
		ask_dns(&site->dns.group, &question, done, site, tag);
}

/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

#include "kizuki/core/policytext.h"
#include "kizuki/core/webtext.h"
#include "kizuki/io/clock.h"

#include "output_priv.h"

/* Names that the page links to and that are looked at. */
#define LINKS_MAX 4

typedef void fetch_done(
	struct site *site, uint32_t tag, const struct kz_web_result *result);

/* One fetch under way: an ask, so that a site that ends forgets it. */
struct fetch {
	struct ask ask;
	struct probe *probe;
	struct site *site;
	struct kz_web_request request;
	fetch_done *done;
	uint32_t tag;
};

static void
on_fetch(void *arg, const struct kz_web_result *result)
{
	struct fetch *fetch = arg;
	struct kz_touch touch = {kz_clock_now_s(), fetch->request.addr,
		KZ_SERVICE_HTTPS443, result->reach};

	if (!fetch->request.plain)
		output_touch(fetch->probe->output, &touch, false);
	if (fetch->ask.group != NULL)
		fetch->done(fetch->site, fetch->tag, result);
	ask_close(&fetch->ask);
}

static void
fetch_start(struct site *site, const struct kz_web_request *request,
	fetch_done *done, uint32_t tag)
{
	struct fetch *fetch = ask_open(&site->web, sizeof(*fetch));

	fetch->probe = site->probe;
	fetch->site = site;
	fetch->request = *request;
	fetch->done = done;
	fetch->tag = tag;
	if (kz_web_ask(site->probe->web, &fetch->request, on_fetch, fetch) !=
		KZ_OK)
		probe_no_memory();
}

/* Links into the site that are no names yet known: maybe inner ones. */
static void
take_links(struct site *site, const struct kz_web_result *result)
{
	struct kz_name list[LINKS_MAX];
	size_t count = kz_webtext_links(
		result->body, &site->exam.zone, list, LINKS_MAX);

	for (size_t i = 0; i < count; i++) {
		uint8_t host = kz_exam_host(&site->exam, &list[i]);

		if (host != KZ_EXAM_NONE)
			site->exam.linked |= UINT64_C(1) << host;
	}
	site_look(site, &site->dns, site->exam.linked);
}

static bool
dead(enum kz_reach reach)
{
	return reach == KZ_REACH_REFUSED || reach == KZ_REACH_UNREACHABLE ||
		reach == KZ_REACH_TIMEOUT;
}

static struct kz_web_request
front_page(const struct site *site, const struct kz_exam_page *page)
{
	return (struct kz_web_request){
		.addr = site->exam.addrs[page->addr].addr,
		.host = site->exam.hosts[page->host].name,
		.path = "/"};
}

/* tag: twice the page, plus 1 for http without TLS. */
static void
on_page(struct site *site, uint32_t tag, const struct kz_web_result *result)
{
	struct kz_exam_page *page = &site->exam.pages[tag / 2];
	struct kz_web_request again = front_page(site, page);

	page->when_s = kz_clock_now_s();
	if (tag % 2 == 0)
		page->reach = result->reach;
	else
		page->plain = result->reach;
	if (result->until_s != 0) {
		page->until_s = result->until_s;
		page->certificate = result->certificate;
	}
	if (result->reach == KZ_REACH_ALIVE) {
		page->status = result->status;
		page->leads_to = kz_webtext_host((struct kz_str){
			result->location, strlen(result->location)});
		kz_webtext_title(result->body, page->title);
		take_links(site, result);
		return;
	}
	if (tag % 2 == 0 && dead(result->reach)) {
		again.plain = true;
		fetch_start(site, &again, on_page, tag + 1);
	}
}

/* The first address of a family that may be asked. */
static uint8_t
first_addr(const struct site *site, uint8_t host, uint8_t family)
{
	const struct kz_exam *exam = &site->exam;
	const struct kz_exam_host *of = &exam->hosts[host];

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];

		if (!addr->special && (of->glue_only >> i & 1) == 0 &&
			addr->addr.family == family &&
			!probe_never(site->probe, &addr->addr, false))
			return of->addrs[i];
	}
	return KZ_EXAM_NONE;
}

/* tag: the host. */
static void
on_robots(struct site *site, uint32_t tag, const struct kz_web_result *result)
{
	static const uint8_t families[] = {KZ_ADDR_V4, KZ_ADDR_V6};
	struct kz_exam *exam = &site->exam;

	if (result->reach == KZ_REACH_ALIVE && result->status == 200 &&
		kz_webtext_keeps_out(result->body))
		return;
	for (size_t i = 0; i < 2; i++) {
		uint8_t addr = first_addr(site, (uint8_t)tag, families[i]);
		struct kz_exam_page *page = &exam->pages[exam->page_count];
		struct kz_web_request request;

		if (addr == KZ_EXAM_NONE || exam->page_count == KZ_EXAM_PAGES)
			continue;
		page->host = (uint8_t)tag;
		page->addr = addr;
		request = front_page(site, page);
		fetch_start(site, &request, on_page, 2U * exam->page_count);
		exam->page_count++;
	}
}

static void
visit(struct site *site, const struct kz_name *name)
{
	struct kz_exam *exam = &site->exam;
	uint8_t host = kz_exam_host(exam, name);
	struct kz_web_request request = {.host = *name, .path = "/robots.txt"};
	struct limits_now now;
	uint8_t addr;

	if (host == KZ_EXAM_NONE)
		return;
	addr = first_addr(site, host, KZ_ADDR_V4);
	if (addr == KZ_EXAM_NONE)
		addr = first_addr(site, host, KZ_ADDR_V6);
	if (addr == KZ_EXAM_NONE)
		return;
	request.addr = exam->addrs[addr].addr;
	now = limits_now_read();
	if (!limits_web(&site->probe->limits, &request.addr, name, &now)) {
		exam->web_cut = true;
		return;
	}
	fetch_start(site, &request, on_robots, host);
}

void
site_web(struct site *site)
{
	struct kz_name www;

	if (site->probe->web == NULL)
		return;
	site->exam.web_asked = true;
	visit(site, &site->exam.zone);
	if (site_below(site, "www.", &www) &&
		kz_name_within(&www, &site->exam.zone))
		visit(site, &www);
}

/* Every exchanger of a policy that is to be enforced must be one it names. */
static const char *
unnamed(const struct site *site, const struct kz_sts *sts)
{
	const struct kz_exam *exam = &site->exam;
	const struct kz_exam_mxset *set = &exam->mxs[exam->mx];

	for (size_t i = 0; i < set->count; i++) {
		uint8_t host = set->list[i].host;

		if (host != KZ_EXAM_NONE &&
			!kz_exam_verification(&exam->hosts[host].name) &&
			!kz_sts_allows(sts, &exam->hosts[host].name))
			return "an exchanger is not in its policy";
	}
	return NULL;
}

static void
on_policy(struct site *site, uint32_t tag, const struct kz_web_result *result)
{
	struct kz_exam_policy *policy = &site->exam.policy;
	struct kz_sts sts = {.mode = KZ_STS_ENFORCE};

	(void)tag;
	if (result->reach != KZ_REACH_ALIVE && !result->untrusted)
		return;
	if (result->untrusted) {
		policy->sts.fault = "its policy host has no good certificate";
	} else if (result->status != 200) {
		policy->sts.fault = "its policy cannot be fetched";
	} else {
		kz_sts_read(result->body, &sts);
		policy->sts.fault = sts.fault;
		if (sts.fault == NULL && sts.mode != KZ_STS_NONE && !sts.cut &&
			site->exam.mx_look == KZ_EXAM_DATA &&
			site->exam.mx != KZ_EXAM_NONE)
			policy->sts.fault = unnamed(site, &sts);
	}
	policy->sts.known = true;
	policy->sts.when_s = kz_clock_now_s();
	policy->sts_weight = kz_sts_weight(sts.mode);
	if (policy->sts.fault != NULL)
		site_bear_out_sts(site);
}

static void
on_policy_host(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_web_request request = {
		.path = "/.well-known/mta-sts.txt", .verify = true};
	struct limits_now now = limits_now_read();
	struct kz_addr list[4];
	bool cut = false;
	size_t count;

	(void)tag;
	if (reply->message == NULL ||
		!site_below(site, "mta-sts.", &request.host))
		return;
	count = kz_dnsmsg_addrs(
		reply->message, KZ_DNS_ANSWER, &request.host, list, 4, &cut);
	for (size_t i = 0; i < count; i++) {
		if (probe_special(site->probe, &list[i]) ||
			probe_never(site->probe, &list[i], false) ||
			!limits_web(&site->probe->limits, &list[i],
				&request.host, &now))
			continue;
		request.addr = list[i];
		fetch_start(site, &request, on_policy, 0);
		return;
	}
}

void
site_sts_policy(struct site *site)
{
	struct kz_name name;

	if (site_below(site, "mta-sts.", &name))
		ask_name(&site->web, &name, TYPE_A, on_policy_host, site, 0);
}

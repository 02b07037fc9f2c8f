/* SPDX-License-Identifier: ISC */
/*
 * The registration of a site's zone: domain, network of the client, contacts,
 * and whether these can be written to.  One question at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site_priv.h"

#include "kizuki/io/clock.h"

#include "output_priv.h"
#include "rdap_priv.h"

#define YEAR_S (365 * 86400U)

enum step {
	STEP_BEGIN,
	STEP_WHOIS,
	STEP_NETWORK,
	STEP_ABROAD,
	STEP_CONTACTS,
	STEP_MAIL = STEP_CONTACTS + 2 * KZ_EXAM_REG_CONTACTS,
	STEP_END = STEP_MAIL + KZ_EXAM_REG_CONTACTS
};

static void
ask(struct site *site, enum registry_server server, const char *before,
	const char *what, registry_done *done, uint32_t tag)
{
	const struct whom_jp question = {.server = server,
		.before = before,
		.what = what,
		.addr = tag == STEP_NETWORK ? &site->reg->client : NULL};

	if (site_spend(site))
		(void)whom_ask_jp(
			&site->registry.group, &question, done, site, tag);
}

static void
on_domain(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct site *site = arg;
	const struct kz_registry_answer *answer = reply->answer;
	struct kz_line line = {.kind = KZ_LINE_REGISTERED};

	(void)tag;
	site->reg->answer = *answer;
	if (!kz_registry_keepable(answer) ||
		!kz_name_equal(&answer->domain, &site->reg->domain))
		return;
	line.u.registered = *answer;
	kz_registry_keep(&line.u.registered);
	output_line(site->probe->output, &line);
}

static void
on_network(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	site->reg->network = *reply->answer;
}

static void
on_contact(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct site *site = arg;
	const struct kz_registry_answer *answer = reply->answer;
	uint32_t at = tag - STEP_CONTACTS;
	struct kz_exam_reg_contact *contact = &site->reg->contacts[at / 2];

	/* A record of another kind is no answer. */
	if (answer->outcome == KZ_REGISTRY_FOUND &&
		answer->kind != KZ_REGISTRY_HANDLE)
		return;
	if (at % 2 == 0)
		contact->at_jprs = answer->outcome;
	else
		contact->at_jpnic = answer->outcome;
	if (answer->outcome != KZ_REGISTRY_FOUND)
		return;
	contact->updated = answer->updated;
	if (contact->contact.mail.len == 0 && answer->contact_count > 0)
		contact->contact.mail = answer->contacts[0].mail;
}

static void
on_link(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct site *site = arg;

	site->reg->contacts[(tag - STEP_CONTACTS) / 2].at_link =
		reply->answer->outcome;
}

static void
on_referral(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct site *site = arg;

	(void)tag;
	whom_refer(site->probe, &site->reg_whom, reply->answer);
}

static void
ask_domain(struct site *site)
{
	struct group *group = &site->registry.group;
	struct whom *whom = &site->reg_whom;

	whom->domain = site->reg->domain;
	if (whom_below_jp(&whom->domain))
		ask(site, REGISTRY_JPRS, "DOM ", whom->domain.text, on_domain,
			STEP_BEGIN);
	else if (site_spend(site) &&
		!whom_ask_rdap(group, whom, on_domain, site, STEP_BEGIN) &&
		whom->server[0] == '\0')
		(void)whom_ask_iana(group, whom, on_referral, site, STEP_BEGIN);
}

/* RDAP does not know, or nobody does by RDAP. */
static void
ask_whois(struct site *site)
{
	enum kz_registry_outcome outcome = site->reg->answer.outcome;

	if (site->reg_whom.server[0] != '\0' && outcome != KZ_REGISTRY_FOUND &&
		outcome != KZ_REGISTRY_MISSING && site_spend(site))
		(void)whom_ask_whois(&site->registry.group, &site->reg_whom,
			on_domain, site, STEP_WHOIS);
}

static void
find_bad(void *arg, const struct kz_finding *finding)
{
	bool *bad = arg;

	*bad = *bad || finding->outcome == KZ_OUTCOME_BAD;
}

/*
 * An earlier answer will do: nobody is asked.  False: it no longer fits what
 * is served, and the registry may be asked for that.
 */
static bool
by_known(struct site *site)
{
	struct kz_exam_reg *reg = site->reg;
	bool bad = false;

	reg->answer = *known_find(site->probe, &reg->domain);
	reg->now_s = kz_clock_now_s();
	kz_exam_reg_judge(reg, find_bad, &bad);
	site->reg_kept = !bad || !site->wanted.reconsider;
	if (!site->reg_kept)
		reg->answer = (struct kz_registry_answer){0};
	return site->reg_kept;
}

static void
begin(struct site *site)
{
	struct kz_exam_reg *reg = calloc(1, sizeof(*reg));
	const struct kz_config *config = &site->probe->config;

	if (reg == NULL)
		probe_no_memory();
	site->reg = reg;
	reg->domain = site->exam.zone;
	reg->stale_s = config->registry.stale_years * YEAR_S;
	kz_exam_reg_sets(reg, &site->exam);
	if (site->wanted.client_count > 0)
		reg->client =
			site->wanted.clients[site->wanted.client_count - 1]
				.addr;
	if (reg->client.family != KZ_ADDR_NONE &&
		probe_special(site->probe, &reg->client))
		reg->client = (struct kz_addr){0};
}

static void
ask_network(struct site *site)
{
	char text[KZ_ADDR_TEXT_SIZE];

	if (site->reg->client.family == KZ_ADDR_NONE)
		return;
	if (whom_below_jp(&site->reg->domain))
		ask(site, REGISTRY_JPNIC, "NET ",
			kz_addr_format(&site->reg->client, text), on_network,
			STEP_NETWORK);
	else if (site_spend(site))
		(void)ask_rdap_addr(&site->registry.group, &site->reg->client,
			on_network, site, STEP_NETWORK);
}

/* JPNIC knows Japan's networks alone; mail comes from elsewhere too. */
static void
ask_abroad(struct site *site)
{
	struct kz_exam_reg *reg = site->reg;

	if (whom_below_jp(&reg->domain) && reg->client.family != KZ_ADDR_NONE &&
		reg->network.outcome == KZ_REGISTRY_MISSING && site_spend(site))
		site->reg_abroad = ask_rdap_addr(&site->registry.group,
			&reg->client, on_network, site, STEP_ABROAD);
}

/* Twice for each contact: at JPRS, then at JPNIC. */
static void
ask_contact(struct site *site, unsigned step)
{
	struct kz_exam_reg *reg = site->reg;
	size_t at = (step - STEP_CONTACTS) / 2;
	const struct kz_exam_reg_contact *contact = &reg->contacts[at];

	if (step == STEP_CONTACTS)
		kz_exam_reg_contacts(reg, whom_below_jp(&reg->domain),
			whom_below_jp(&reg->domain) && !site->reg_abroad);
	if (at >= reg->contact_count)
		return;
	if (contact->contact.link[0] != '\0') {
		if ((step - STEP_CONTACTS) % 2 == 0 && site_spend(site))
			(void)ask_rdap_link(&site->registry.group,
				contact->contact.link, on_link, site, step);
	} else if ((step - STEP_CONTACTS) % 2 == 0) {
		if (kz_exam_reg_ask_jprs(contact))
			ask(site, REGISTRY_JPRS, "CONTACT ",
				contact->contact.handle, on_contact, step);
	} else if (kz_exam_reg_ask_jpnic(contact)) {
		ask(site, REGISTRY_JPNIC, "", contact->contact.handle,
			on_contact, step);
	}
}

static bool
wanted(const struct site *site)
{
	const struct probe *probe = site->probe;
	struct kz_name registrable;

	/* What lies deeper is registered by somebody else. */
	return probe->config.registry.ask && !site->suffix &&
		site->exam.zone_known &&
		(site->wanted.registry ||
			known_find(site->probe, &site->exam.zone) != NULL) &&
		kz_suffix_registrable(probe->suffix, &site->exam.zone,
			&registrable) == KZ_OK &&
		kz_name_equal(&registrable, &site->exam.zone);
}

bool
site_reg_step(struct site *site)
{
	unsigned step = site->registry.step++;

	if (step == STEP_BEGIN) {
		if (!wanted(site))
			return false;
		begin(site);
		if (!site->wanted.registry && by_known(site))
			return false;
		ask_domain(site);
	} else if (step == STEP_WHOIS) {
		ask_whois(site);
	} else if (step == STEP_NETWORK) {
		ask_network(site);
	} else if (step == STEP_ABROAD) {
		ask_abroad(site);
	} else if (step < STEP_MAIL) {
		ask_contact(site, step);
	} else if (step < STEP_END) {
		site_reg_mail(site, step - STEP_MAIL);
	}
	return step < STEP_END;
}

static void
emit(void *arg, const struct kz_finding *finding)
{
	struct site *site = arg;

	/*
	 * What is bad needs a new answer each time that it counts; that the
	 * zone now serves what is registered does not.
	 */
	if (site->reg_kept &&
		(finding->outcome != KZ_OUTCOME_OK ||
			finding->symptom != KZ_SYM_REG_NS_MISMATCH))
		return;
	output_finding(site->probe->output, finding);
}

bool
site_reg_report(struct site *site)
{
	struct kz_exam_reg *reg = site->reg;

	if (reg == NULL)
		return false;
	reg->now_s = kz_clock_now_s();
	kz_exam_reg_judge(reg, emit, site);
	/* A cut in the middle leaves questions open. */
	return !site->reg_kept && site->registry.ended &&
		site->registry.step > STEP_END && kz_exam_reg_complete(reg);
}

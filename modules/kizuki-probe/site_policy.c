/* SPDX-License-Identifier: ISC */
#include "site_priv.h"

#include <string.h>

#include "kizuki/base/text.h"
#include "kizuki/core/policytext.h"
#include "kizuki/io/clock.h"

/* One claim to be borne out for one text; its tag. */
enum { TEXT_SPF, TEXT_DMARC, TEXT_STS };

bool
site_below(const struct site *site, const char *label, struct kz_name *name)
{
	char buffer[KZ_NAME_MAX + 16];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&text, label);
	kz_text_put(&text, kz_name_str(&site->exam.site));
	return kz_name_parse((struct kz_str){buffer, text.used}, name) == KZ_OK;
}

static struct kz_exam_text *
text_of(struct site *site, uint32_t tag)
{
	struct kz_exam_policy *policy = &site->exam.policy;

	if (tag == TEXT_SPF)
		return &policy->spf;
	return tag == TEXT_DMARC ? &policy->dmarc : &policy->sts;
}

static void
on_borne_out(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_text *text = text_of(site, tag);

	/* Several claims of one text: each must hold. */
	text->proven = text->proven && reply->proven;
	if (reply->ttl_s > text->ttl_s)
		text->ttl_s = reply->ttl_s;
	if (reply->when_s < text->when_s)
		text->when_s = reply->when_s;
}

static void
bear_out(struct site *site, uint32_t tag, struct confirm_claim claim)
{
	claim.oldest_s = site->oldest_s;
	text_of(site, tag)->proven = true;
	ask_confirm(&site->dns.group, &claim, on_borne_out, site, tag);
}

static struct confirm_claim
claim_of(const struct kz_name *name, uint16_t type,
	const struct name_reply *reply)
{
	struct confirm_claim claim = {.name = *name,
		.type = type,
		.missing = reply->state == KZ_ANSWER_NXDOMAIN};

	if (reply->message != NULL)
		claim.digest = kz_dnsmsg_digest(reply->message, type);
	return claim;
}

static void
finish_spf(struct site *site)
{
	const struct kz_spfcheck *check = &site->spf;
	struct kz_exam_text *text = &site->exam.policy.spf;
	bool all = check->fault == NULL && kz_spfcheck_allows_all(check);
	size_t at = 0;

	text->known = !check->unsure || check->fault != NULL;
	text->present = check->present || check->fault != NULL;
	text->fault = check->fault;
	text->when_s = kz_clock_now_s();
	site->exam.policy.spf_all = all;
	if (check->fault == NULL && !all)
		return;
	bear_out(site, TEXT_SPF, site->spf_claims[0]);
	while (at < check->count &&
		!kz_name_equal(&check->names[at], &check->fault_at))
		at++;
	if (check->fault != NULL && at > 0 && at < check->count)
		bear_out(site, TEXT_SPF, site->spf_claims[at]);
}

static void
on_spf(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_dns_txt txt;
	size_t count = 0;
	struct kz_name name;

	(void)tag;
	txt.cut = false;
	if (reply->message != NULL)
		count = kz_dnsmsg_txt(reply->message, &txt);
	site->spf_claims[site->spf.next] =
		claim_of(&site->spf.names[site->spf.next], TYPE_TXT, reply);
	kz_spfcheck_answer(&site->spf, reply->message == NULL || txt.cut,
		txt.records, count);
	if (kz_spfcheck_next(&site->spf, &name))
		ask_name(&site->dns.group, &name, TYPE_TXT, on_spf, site, 0);
	else
		finish_spf(site);
}

/* tag: the number of the report's domain. */
static void
on_report(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_text *text = &site->exam.policy.dmarc;

	if (reply->state != KZ_ANSWER_NXDOMAIN || text->fault != NULL)
		return;
	text->fault = "reports go to a domain that does not exist";
	bear_out(site, TEXT_DMARC, site->dmarc_claim);
	bear_out(site, TEXT_DMARC,
		claim_of(&site->reports[tag], TYPE_MX, reply));
}

static void
on_dmarc(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_text *text = &site->exam.policy.dmarc;
	struct kz_dns_txt txt;
	struct kz_dmarc dmarc;
	struct kz_name name;

	(void)tag;
	if (reply->message == NULL || !site_below(site, "_dmarc.", &name) ||
		(kz_dnsmsg_txt(reply->message, &txt) > 0 && txt.cut))
		return;
	kz_dmarc_read(txt.records, txt.count, &dmarc);
	text->known = true;
	text->present = dmarc.present;
	text->fault = dmarc.fault;
	text->when_s = kz_clock_now_s();
	site->dmarc_claim = claim_of(&name, TYPE_TXT, reply);
	if (dmarc.fault != NULL) {
		bear_out(site, TEXT_DMARC, site->dmarc_claim);
		return;
	}
	memcpy(site->reports, dmarc.reports, sizeof(site->reports));
	for (uint32_t i = 0; i < dmarc.report_count; i++)
		ask_name(&site->dns.group, &site->reports[i], TYPE_MX,
			on_report, site, i);
}

static void
on_sts(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_text *text = &site->exam.policy.sts;
	struct kz_dns_txt txt;
	struct kz_name name;

	(void)tag;
	if (reply->message == NULL || !site_below(site, "_mta-sts.", &name) ||
		(kz_dnsmsg_txt(reply->message, &txt) > 0 && txt.cut))
		return;
	text->present = kz_sts_announced(txt.records, txt.count);
	text->when_s = kz_clock_now_s();
	/* Its policy is a page: where none are looked at, nothing is said. */
	if (!text->present || site->probe->web == NULL) {
		text->present = false;
		text->known = true;
		return;
	}
	site->sts_claim = claim_of(&name, TYPE_TXT, reply);
	site_sts_policy(site);
}

void
site_bear_out_sts(struct site *site)
{
	bear_out(site, TEXT_STS, site->sts_claim);
}

void
site_policy(struct site *site)
{
	struct kz_name name;

	site->exam.policy.asked = true;
	kz_spfcheck_begin(&site->spf, &site->exam.site);
	ask_name(&site->dns.group, &site->exam.site, TYPE_TXT, on_spf, site, 0);
	if (site_below(site, "_dmarc.", &name))
		ask_name(&site->dns.group, &name, TYPE_TXT, on_dmarc, site, 0);
	if (site_below(site, "_mta-sts.", &name))
		ask_name(&site->dns.group, &name, TYPE_TXT, on_sts, site, 0);
}

/* SPDX-License-Identifier: ISC */
#include "exam_mx_priv.h"

/* How many records of an MX set say that there is no mail, and how many not. */
static void
count_null(const struct kz_exam_mxset *set, size_t *null, size_t *other)
{
	*null = *other = 0;
	for (size_t i = 0; i < set->count; i++) {
		if (set->list[i].host == KZ_EXAM_NONE && !set->list[i].odd)
			*null += 1;
		else
			*other += 1;
	}
}

static void
say_null(struct exam_out *out, enum kz_symptom symptom, bool proven)
{
	const struct kz_exam *exam = out->exam;
	const char *site = exam->site.text;

	if (!proven) {
		kz_exam_say_unknown(out, symptom, site, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, symptom, site);
	kz_exam_bad(out, kz_symptom_info(symptom)->points, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), exam->mxs[exam->mx].ttl_s);
	kz_exam_value_mx(out, exam->mx);
	kz_exam_end(out);
}

/* RFC 7505: "no mail" stands alone, and who says so does not send any. */
static void
judge_null(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	const char *site = exam->site.text;
	bool agreed = kz_exam_agreed(exam, FIELD_MX) == exam->mx;
	size_t null, other;

	count_null(&exam->mxs[exam->mx], &null, &other);
	if (null > 0 && other > 0)
		say_null(out, KZ_SYM_NULLMX_MIXED, agreed);
	else
		kz_exam_say_ok(
			out, KZ_SYM_NULLMX_MIXED, site, kz_exam_zone_s(exam));
	if (null == 0 || other > 0)
		kz_exam_say_ok(
			out, KZ_SYM_NULLMX_SENDER, site, kz_exam_zone_s(exam));
	else if (exam->sender)
		say_null(out, KZ_SYM_NULLMX_SENDER, agreed);
	else
		kz_exam_say_unknown(out, KZ_SYM_NULLMX_SENDER, site,
			"no mail was seen from it");
}

static void
judge_text(struct exam_out *out, enum kz_symptom symptom,
	const struct kz_exam_text *text, const char *fault, uint8_t weight)
{
	const char *site = out->exam->site.text;

	/* Absence is never a fault; nothing is said, so that it clears. */
	if (text->known && !text->present)
		return;
	if (fault == NULL && text->known) {
		kz_exam_say_ok(out, symptom, site, text->when_s);
		return;
	}
	if (fault == NULL || !text->proven) {
		kz_exam_say_unknown(out, symptom, site,
			fault == NULL ? "not read to the end" : EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, symptom, site);
	kz_exam_bad(out, weight, NULL);
	kz_exam_content(out, text->when_s, text->ttl_s);
	kz_exam_value_word(out, fault);
	kz_exam_end(out);
}

void
kz_exam_judge_policy(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_policy *policy = &exam->policy;

	if (exam->mx_look == KZ_EXAM_DATA && exam->mx != KZ_EXAM_NONE)
		judge_null(out);
	if (!policy->asked)
		return;
	judge_text(out, KZ_SYM_SPF_BROKEN, &policy->spf, policy->spf.fault, 2);
	judge_text(out, KZ_SYM_SPF_ALLOWS_ALL, &policy->spf,
		policy->spf_all ? "everybody" : NULL, 2);
	judge_text(out, KZ_SYM_DMARC_BROKEN, &policy->dmarc,
		policy->dmarc.fault, 1);
	judge_text(out, KZ_SYM_MTA_STS_BROKEN, &policy->sts, policy->sts.fault,
		policy->sts_weight);
}

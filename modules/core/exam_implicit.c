/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_mx_priv.h"

bool
kz_exam_no_mx(const struct kz_exam *exam)
{
	uint8_t agreed = kz_exam_agreed(exam, FIELD_MX);

	return exam->mx_look == KZ_EXAM_NODATA && agreed != KZ_EXAM_NONE &&
		exam->mxs[agreed].count == 0;
}

uint8_t
kz_exam_self(const struct kz_exam *exam)
{
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_name_equal(&exam->hosts[host].name, &exam->site))
			return host;
	}
	return KZ_EXAM_NONE;
}

/* RFC 5321 section 5.1: without MX records, the name itself takes the mail. */
static void
judge_implicit(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	const char *site = exam->site.text;
	uint8_t self = kz_exam_self(exam);
	enum exam_life life = self == KZ_EXAM_NONE || !exam->sender
		? LIFE_UNKNOWN
		: kz_exam_host_life(exam, self, kz_exam_life_smtp);

	if (life == LIFE_ALIVE) {
		kz_exam_say_ok(out, KZ_SYM_MX_IMPLICIT_DEAD, site,
			kz_exam_alive_s(exam, self, KZ_SERVICE_SMTP25));
		return;
	}
	if (life != LIFE_DEAD || !kz_exam_no_mx(exam)) {
		kz_exam_say_unknown(out, KZ_SYM_MX_IMPLICIT_DEAD, site,
			exam->sender ? "not all contacts failed"
				     : "no mail was seen from it");
		return;
	}
	kz_exam_begin(out, KZ_SYM_MX_IMPLICIT_DEAD, site);
	kz_exam_bad(out, 3, NULL);
	kz_exam_value_addrs(out, self, false);
	kz_exam_rest_host(out, self, 0, KZ_SERVICE_SMTP25);
	kz_exam_end(out);
}

static bool
leads_to_us(const struct kz_exam *exam, const struct kz_exam_host *host)
{
	for (size_t i = 0; i < host->addr_count; i++) {
		if (kz_exam_own(host, i) && exam->addrs[host->addrs[i]].ours)
			return true;
	}
	return false;
}

bool
kz_exam_leads_to_us(const struct kz_exam *exam, uint8_t host)
{
	return leads_to_us(exam, &exam->hosts[host]);
}

static void
judge_ours(struct exam_out *out, uint8_t host, bool agreed)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	uint32_t ttl_s = exam->mxs[exam->mx].ttl_s;

	if (exam->served ||
		(!leads_to_us(exam, of) && kz_exam_looked(of) && !of->cut)) {
		kz_exam_say_ok(out, KZ_SYM_MX_IS_US, of->name.text, of->when_s);
		return;
	}
	if (!leads_to_us(exam, of) || !agreed || of->proof != KZ_EXAM_PROVEN) {
		kz_exam_say_unknown(
			out, KZ_SYM_MX_IS_US, of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_MX_IS_US, of->name.text);
	kz_exam_bad(out, 3, NULL);
	kz_exam_content(out, of->when_s, of->ttl_s > ttl_s ? of->ttl_s : ttl_s);
	kz_exam_value_name(out, &of->name);
	kz_exam_end(out);
}

void
kz_exam_judge_implicit(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	struct mxview view;

	if (exam->mx_look == KZ_EXAM_NODATA && exam->tcp)
		judge_implicit(out);
	if (exam->mx_look != KZ_EXAM_DATA || exam->mx == KZ_EXAM_NONE)
		return;
	memset(&view, 0, sizeof(view));
	kz_exam_mxview_make(&view, exam);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(view.hosts, host) &&
			!kz_exam_is_literal(&exam->hosts[host]))
			judge_ours(out, host, view.agreed);
	}
}

/* SPDX-License-Identifier: ISC */
#include "exam_mx_priv.h"

/* A fault in what the MX record holds; proven says whether it may be told. */
static void
say_content(struct exam_out *out, enum kz_symptom symptom, uint8_t host,
	uint8_t weight, bool proven)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	int64_t when_s = kz_exam_zone_s(exam);
	uint32_t ttl_s = exam->mxs[exam->mx].ttl_s;

	if (!proven) {
		kz_exam_say_unknown(out, symptom, of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, symptom, of->name.text);
	kz_exam_bad(
		out, weight, kz_exam_missing(of) ? kz_exam_nothing(of) : NULL);
	kz_exam_content(out, of->when_s < when_s ? of->when_s : when_s,
		of->ttl_s > ttl_s ? of->ttl_s : ttl_s);
	kz_exam_value_name(out, &of->name);
	kz_exam_end(out);
}

void
kz_exam_judge_target(
	struct exam_out *out, const struct mxview *view, uint8_t host)
{
	const struct kz_exam_host *of = &out->exam->hosts[host];
	bool proven = view->agreed && of->proof == KZ_EXAM_PROVEN;
	bool best = kz_exam_in(view->best_hosts, host);
	bool doubtful_record =
		view->preference[host] >= EXAM_WORST_PREFERENCE && !best;

	if (kz_exam_is_literal(of)) {
		say_content(out, KZ_SYM_MX_TARGET_IP, host, 3, view->agreed);
		kz_exam_say_unknown(out, KZ_SYM_MX_TARGET_MISSING,
			of->name.text, "another symptom applies");
		return;
	}
	if (kz_exam_looked(of) && !kz_exam_missing(of))
		kz_exam_say_ok(out, KZ_SYM_MX_TARGET_MISSING, of->name.text,
			of->when_s);
	else
		say_content(out, KZ_SYM_MX_TARGET_MISSING, host, best ? 6 : 2,
			kz_exam_missing(of) && proven && !doubtful_record);
	if (kz_exam_looked(of) && !of->alias)
		kz_exam_say_ok(
			out, KZ_SYM_MX_TARGET_CNAME, of->name.text, of->when_s);
	else if (!of->synthesised)
		say_content(out, KZ_SYM_MX_TARGET_CNAME, host, 1,
			of->alias && proven);
}

/* SPDX-License-Identifier: ISC */
#include "exam_mx_priv.h"

/* A fault in what the MX record holds; proven says whether it may be told. */
static void
say_content(struct exam_out *out, enum kz_symptom symptom, uint8_t host,
	uint8_t weight, bool proven)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	int64_t when_s = exam_zone_s(exam);
	uint32_t ttl_s = exam->mxs[exam->mx].ttl_s;

	if (!proven) {
		exam_say_unknown(out, symptom, of->name.text, EXAM_UNPROVEN);
		return;
	}
	exam_begin(out, symptom, of->name.text);
	exam_bad(out, weight, exam_missing(of) ? exam_nothing(of) : NULL);
	exam_content(out, of->when_s < when_s ? of->when_s : when_s,
		of->ttl_s > ttl_s ? of->ttl_s : ttl_s);
	exam_value_name(out, &of->name);
	exam_end(out);
}

void
exam_judge_target(struct exam_out *out, const struct mxview *view, uint8_t host)
{
	const struct kz_exam_host *of = &out->exam->hosts[host];
	bool proven = view->agreed && of->proof == KZ_EXAM_PROVEN;
	bool best = exam_in(view->best_hosts, host);
	bool doubtful_record =
		view->preference[host] >= EXAM_WORST_PREFERENCE && !best;

	if (exam_literal(of)) {
		say_content(out, KZ_SYM_MX_TARGET_IP, host, 3, view->agreed);
		exam_say_unknown(out, KZ_SYM_MX_TARGET_MISSING, of->name.text,
			"another symptom applies");
		return;
	}
	if (exam_looked(of) && !exam_missing(of))
		exam_say_ok(out, KZ_SYM_MX_TARGET_MISSING, of->name.text,
			of->when_s);
	else
		say_content(out, KZ_SYM_MX_TARGET_MISSING, host, best ? 6 : 2,
			exam_missing(of) && proven && !doubtful_record);
	if (exam_looked(of) && !of->alias)
		exam_say_ok(
			out, KZ_SYM_MX_TARGET_CNAME, of->name.text, of->when_s);
	else if (!of->synthesised)
		say_content(out, KZ_SYM_MX_TARGET_CNAME, host, 1,
			of->alias && proven);
}

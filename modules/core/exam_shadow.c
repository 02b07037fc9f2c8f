/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* What an address that is no name server of the zone turned out to be. */
enum shadow {
	SHADOW_NONE, /* it does not serve the zone, or serves the same one */
	SHADOW_MAIL, /* another zone of that name, with other mail hosts */
	SHADOW_MILD, /* another SOA, the same mail hosts */
	SHADOW_UNKNOWN
};

static bool
mname_known(const struct kz_exam *exam, uint32_t soas, uint8_t mname)
{
	for (uint8_t i = 0; i < exam->soa_count; i++) {
		if ((soas >> i & 1) != 0 && exam->soas[i].mname == mname)
			return true;
	}
	return false;
}

static enum shadow
compare(const struct kz_exam *exam, const struct kz_exam_shadow *shadow,
	uint32_t soas, uint32_t mxs)
{
	bool same_soa = (soas >> shadow->soa & 1) != 0;
	bool same_mx = (mxs >> shadow->zone_mx & 1) != 0;

	if (same_soa && same_mx)
		return SHADOW_NONE;
	/* With the zone's own SOA it may be a forwarder that sets AA. */
	if (same_soa)
		return SHADOW_UNKNOWN;
	/* Wildcard hosting answers for any name. */
	if (shadow->control_reach != KZ_REACH_ALIVE ||
		shadow->control_authoritative)
		return SHADOW_UNKNOWN;
	if (same_mx || mname_known(exam, soas, exam->soas[shadow->soa].mname))
		return SHADOW_MILD;
	return SHADOW_MAIL;
}

static enum shadow
classify(const struct kz_exam *exam, const struct kz_exam_shadow *shadow,
	uint32_t soas, uint32_t mxs)
{
	if (shadow->soa_reach != KZ_REACH_ALIVE)
		return SHADOW_UNKNOWN;
	if (!shadow->soa_authoritative)
		return SHADOW_NONE;
	if (shadow->soa_rcode != 0 || shadow->soa == KZ_EXAM_NONE ||
		shadow->mx_reach != KZ_REACH_ALIVE ||
		!shadow->mx_authoritative || shadow->zone_mx == KZ_EXAM_NONE ||
		soas == 0 || mxs == 0)
		return SHADOW_UNKNOWN;
	return compare(exam, shadow, soas, mxs);
}

static void
say_bad(struct exam_out *out, const struct kz_exam_shadow *shadow,
	const char *object, uint8_t weight)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_soa *soa = &exam->soas[shadow->soa];
	uint8_t ours = kz_exam_agreed(exam, FIELD_SOA);
	uint8_t mx = kz_exam_agreed(exam, FIELD_ZONE_MX);

	kz_exam_begin(out, KZ_SYM_DNS_SHADOW_AUTHORITY, object);
	kz_exam_bad(out, weight, NULL);
	kz_exam_content(out, shadow->when_s, soa->ttl_s);
	kz_exam_value_soa(out, shadow->soa);
	kz_exam_value_word(out, ", mx ");
	kz_exam_value_mx(out, shadow->zone_mx);
	if (ours != KZ_EXAM_NONE && mx != KZ_EXAM_NONE) {
		kz_exam_value_word(out, " | ");
		kz_exam_value_soa(out, ours);
		kz_exam_value_word(out, ", mx ");
		kz_exam_value_mx(out, mx);
	}
	kz_exam_end(out);
}

void
kz_exam_judge_shadow(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	size_t servers;
	uint32_t soas = kz_exam_variants(exam, FIELD_SOA, &servers);
	uint32_t mxs = kz_exam_variants(exam, FIELD_ZONE_MX, &servers);
	char object[KZ_ADDR_TEXT_SIZE];

	for (size_t i = 0; i < exam->shadow_count; i++) {
		const struct kz_exam_shadow *shadow = &exam->shadows[i];

		kz_addr_format(&exam->addrs[shadow->addr].addr, object);
		switch (classify(exam, shadow, soas, mxs)) {
		case SHADOW_NONE:
			kz_exam_say_ok(out, KZ_SYM_DNS_SHADOW_AUTHORITY, object,
				shadow->when_s);
			break;
		case SHADOW_MAIL:
			say_bad(out, shadow, object, 5);
			break;
		case SHADOW_MILD:
			say_bad(out, shadow, object, 2);
			break;
		case SHADOW_UNKNOWN:
			kz_exam_say_unknown(out, KZ_SYM_DNS_SHADOW_AUTHORITY,
				object, "silent, or not to be told");
			break;
		}
	}
}

/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/*
 * Whether servers that agree suffice to say that all is well: two of them, or
 * all there are.
 */
static bool
enough(const struct kz_exam *exam, size_t servers)
{
	uint64_t hosts = kz_exam_ns_hosts(exam);
	size_t answering;

	(void)kz_exam_variants(exam, FIELD_SOA, &answering);
	/* One that answers for the zone, but not this question, may differ. */
	if (servers < answering)
		return false;
	if (servers >= 2)
		return true;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(hosts, host) &&
			kz_exam_host_life(exam, host, kz_exam_life_dns) !=
				LIFE_ALIVE)
			return false;
	}
	return servers > 0;
}

/* The longest time that one of these variants may be cached. */
static uint32_t
soa_ttl_s(const struct kz_exam *exam, uint32_t bits)
{
	uint32_t ttl_s = 0;

	for (uint8_t i = 0; i < exam->soa_count; i++) {
		if ((bits >> i & 1) != 0 && exam->soas[i].ttl_s > ttl_s)
			ttl_s = exam->soas[i].ttl_s;
	}
	return ttl_s;
}

static uint32_t
mx_ttl_s(const struct kz_exam *exam, uint32_t bits)
{
	uint32_t ttl_s = 0;

	for (uint8_t i = 0; i < exam->mx_count; i++) {
		if ((bits >> i & 1) != 0 && exam->mxs[i].ttl_s > ttl_s)
			ttl_s = exam->mxs[i].ttl_s;
	}
	return ttl_s;
}

/* Refreshes of a month and more are as good as none. */
#define LAG_MAX_S (UINT32_C(28) * 86400)

/*
 * How long a secondary that is not notified may lawfully lag behind.  A fault
 * of content must last for twice its TTL: half of it is enough.
 */
static uint32_t
half_lag_s(const struct kz_exam *exam)
{
	uint64_t lag_s = 0;
	size_t servers;
	uint32_t bits = kz_exam_variants(exam, FIELD_SOA, &servers);

	for (uint8_t i = 0; i < exam->soa_count; i++) {
		const struct kz_exam_soa *soa = &exam->soas[i];
		uint64_t one_s = (uint64_t)soa->refresh_s + soa->retry_s;

		if ((bits >> i & 1) != 0 && one_s > lag_s)
			lag_s = one_s;
	}
	if (lag_s > LAG_MAX_S)
		lag_s = LAG_MAX_S;
	return (uint32_t)((lag_s + 1) / 2);
}

static size_t
bit_count(uint32_t bits)
{
	return kz_exam_count(bits);
}

void
kz_exam_value_soa(struct exam_out *out, uint8_t soa)
{
	const struct kz_exam_soa *of = &out->exam->soas[soa];

	if (of->mname_odd || of->mname == KZ_EXAM_NONE)
		kz_exam_value_word(out, "?");
	else
		kz_exam_value_name(out, &out->exam->hosts[of->mname].name);
	kz_exam_value_name(out, &of->rname);
}

/* Order of two answers, so that the same fault reads the same each time. */
static int
soa_order(const struct kz_exam *exam, uint8_t left, uint8_t right)
{
	const struct kz_exam_soa *of = &exam->soas[left];
	const struct kz_exam_soa *other = &exam->soas[right];
	int order = 0;

	if (of->mname != KZ_EXAM_NONE && other->mname != KZ_EXAM_NONE)
		order = kz_name_compare(&exam->hosts[of->mname].name,
			&exam->hosts[other->mname].name);
	return order != 0 ? order : kz_name_compare(&of->rname, &other->rname);
}

static int
mx_order(const struct kz_exam *exam, uint8_t left, uint8_t right)
{
	const struct kz_exam_mxset *of = &exam->mxs[left];
	const struct kz_exam_mxset *other = &exam->mxs[right];

	for (size_t i = 0; i < of->count && i < other->count; i++) {
		const struct kz_exam_mx *mx = &of->list[i];
		const struct kz_exam_mx *with = &other->list[i];
		int order = (int)mx->preference - (int)with->preference;

		if (order == 0 && mx->host != KZ_EXAM_NONE &&
			with->host != KZ_EXAM_NONE)
			order = kz_name_compare(&exam->hosts[mx->host].name,
				&exam->hosts[with->host].name);
		if (order != 0)
			return order;
	}
	return (int)of->count - (int)other->count;
}

typedef int order_of(const struct kz_exam *, uint8_t, uint8_t);
typedef void value_of(struct exam_out *, uint8_t);

/* All variants in order, " | " between them. */
static void
value_variants(
	struct exam_out *out, uint32_t bits, order_of *order, value_of *value)
{
	uint8_t list[KZ_EXAM_VARIANTS];
	size_t count = 0;

	for (uint8_t i = 0; i < KZ_EXAM_VARIANTS; i++) {
		size_t at = count;

		if ((bits >> i & 1) == 0)
			continue;
		for (; at > 0 && order(out->exam, i, list[at - 1]) < 0; at--)
			list[at] = list[at - 1];
		list[at] = i;
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			kz_exam_value_word(out, " | ");
		value(out, list[i]);
	}
}

static void
judge_soa(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	size_t servers, others;
	uint32_t bits = kz_exam_variants(exam, FIELD_SOA, &servers);
	bool more =
		bit_count(kz_exam_variants(exam, FIELD_ZONE_MX, &others)) > 1 ||
		bit_count(kz_exam_variants(exam, FIELD_NS, &others)) > 1;

	if (bit_count(bits) < 2) {
		if (bits != 0 && enough(exam, servers))
			kz_exam_say_ok(out, KZ_SYM_DNS_SOA_SPLIT,
				exam->zone.text, kz_exam_zone_s(exam));
		else
			kz_exam_say_unknown(out, KZ_SYM_DNS_SOA_SPLIT,
				exam->zone.text, "too few servers answer");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNS_SOA_SPLIT, exam->zone.text);
	/*
	 * Several providers, or directory servers that each call themselves
	 * primary, serve one content: RFC 8901.
	 */
	kz_exam_bad(out, more ? 5 : 1, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), soa_ttl_s(exam, bits));
	value_variants(out, bits, soa_order, kz_exam_value_soa);
	kz_exam_end(out);
}

static void
judge_mx(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	size_t servers;
	uint32_t bits = kz_exam_variants(exam, FIELD_ZONE_MX, &servers);
	uint32_t ttl_s = mx_ttl_s(exam, bits);
	uint32_t half_s = half_lag_s(exam);
	bool cut = false;

	for (uint8_t i = 0; i < exam->mx_count; i++)
		cut = cut || ((bits >> i & 1) != 0 && exam->mxs[i].cut);
	if (bit_count(bits) < 2 || cut) {
		if (bits != 0 && !cut && enough(exam, servers))
			kz_exam_say_ok(out, KZ_SYM_DNS_MX_INCONSISTENT,
				exam->zone.text, kz_exam_zone_s(exam));
		else
			kz_exam_say_unknown(out, KZ_SYM_DNS_MX_INCONSISTENT,
				exam->zone.text, "too few servers answer");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNS_MX_INCONSISTENT, exam->zone.text);
	kz_exam_bad(out, 5, NULL);
	kz_exam_content(
		out, kz_exam_zone_s(exam), ttl_s > half_s ? ttl_s : half_s);
	value_variants(out, bits, mx_order, kz_exam_value_mx);
	kz_exam_end(out);
}

void
kz_exam_judge_con(struct exam_out *out)
{
	if (kz_exam_ns_hosts(out->exam) == 0)
		return;
	judge_soa(out);
	judge_mx(out);
}

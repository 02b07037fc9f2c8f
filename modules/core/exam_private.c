/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/*
 * The faults of one role of a host: weight where it has special-purpose
 * addresses only, and where it has others too.
 */
static void
judge_role(struct exam_out *out, enum kz_symptom symptom, uint8_t host,
	uint8_t only, uint8_t also)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	size_t specials = kz_exam_specials(exam, of);

	if (specials == 0) {
		if (kz_exam_globals(exam, of) > 0 && kz_exam_looked(of) &&
			!of->cut)
			kz_exam_say_ok(out, symptom, of->name.text, of->when_s);
		else if (!kz_exam_looked(of) || of->cut)
			kz_exam_say_unknown(out, symptom, of->name.text,
				"the look-up failed");
		/* A name without any address: nothing left to say. */
		return;
	}
	if (of->proof != KZ_EXAM_PROVEN) {
		kz_exam_say_unknown(out, symptom, of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, symptom, of->name.text);
	kz_exam_bad(out,
		kz_exam_globals(exam, of) == 0 && kz_exam_looked(of) ? only
								     : also,
		NULL);
	kz_exam_content(out, of->when_s, of->ttl_s);
	kz_exam_value_addrs(out, host, true);
	kz_exam_end(out);
}

/* Addresses that nobody ever gets: RFC 5737, RFC 3849, classes D and E. */
static void
judge_reserved(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	struct kz_addr list[KZ_EXAM_HOST_ADDRS];
	size_t count = 0;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];

		if (addr->special && addr->reserved && kz_exam_own(of, i))
			list[count++] = addr->addr;
	}
	if (count == 0 &&
		(kz_exam_missing(of) || !kz_exam_looked(of) || of->cut))
		return;
	if (count == 0) {
		kz_exam_say_ok(out, KZ_SYM_ADDR_DOC_OR_RESERVED, of->name.text,
			of->when_s);
		return;
	}
	if (of->proof != KZ_EXAM_PROVEN) {
		kz_exam_say_unknown(out, KZ_SYM_ADDR_DOC_OR_RESERVED,
			of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_ADDR_DOC_OR_RESERVED, of->name.text);
	kz_exam_bad(out, 3, NULL);
	kz_exam_content(out, of->when_s, of->ttl_s);
	kz_exam_value_list(out, list, count);
	kz_exam_end(out);
}

/* Loopback, 0.0.0.0 and :: are put into zones on purpose. */
static bool
deliberate(const struct kz_addr *addr)
{
	static const uint8_t zero[15] = {0};

	if (addr->family == KZ_ADDR_V4)
		return addr->bytes[0] == 127 ||
			memcmp(addr->bytes, zero, 4) == 0;
	return memcmp(addr->bytes, zero, 15) == 0 && addr->bytes[15] <= 1;
}

static bool
all_deliberate(const struct kz_exam *exam, const struct kz_exam_host *host)
{
	for (size_t i = 0; i < host->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[host->addrs[i]];

		if (addr->special && kz_exam_own(host, i) &&
			!deliberate(&addr->addr))
			return false;
	}
	return true;
}

/* "localhost" in a zone is customary, and so are reverse names. */
static bool
customary(const struct kz_name *name)
{
	static const struct kz_name arpa = {4, "arpa"};
	static const char local[] = "localhost";

	return kz_name_within(name, &arpa) ||
		(name->len >= sizeof(local) - 1 &&
			memcmp(name->text, local, sizeof(local) - 1) == 0 &&
			(name->text[sizeof(local) - 1] == '.' ||
				name->text[sizeof(local) - 1] == '\0'));
}

/* MNAMEs of the answers that servers of the zone gave. */
static uint64_t
mnames(const struct kz_exam *exam)
{
	uint64_t hosts = 0;
	size_t servers;
	uint32_t bits = kz_exam_variants(exam, FIELD_SOA, &servers);

	for (uint8_t i = 0; i < exam->soa_count; i++) {
		const struct kz_exam_soa *soa = &exam->soas[i];

		if ((bits >> i & 1) != 0 && !soa->mname_odd &&
			soa->mname != KZ_EXAM_NONE &&
			exam->hosts[soa->mname].name.len > 0)
			hosts |= kz_exam_bit(soa->mname);
	}
	return hosts;
}

void
kz_exam_judge_private(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	bool truncated;
	uint64_t mx = exam->zone_mx_look == KZ_EXAM_DATA
		? kz_exam_mx_hosts(exam, exam->zone_mx, &truncated)
		: 0;
	uint64_t ns = kz_exam_ns_hosts(exam);
	uint64_t primary = mnames(exam);

	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (kz_exam_in(mx | ns, host) && !kz_exam_is_literal(of))
			judge_reserved(out, host);
		if (kz_exam_in(mx, host) && !kz_exam_is_literal(of))
			judge_role(out, KZ_SYM_ADDR_PRIVATE_MX, host, 6, 3);
		if (kz_exam_in(ns, host))
			judge_role(out, KZ_SYM_ADDR_PRIVATE_NS, host, 4, 4);
		else if (kz_exam_in(primary, host))
			judge_role(out, KZ_SYM_ADDR_PRIVATE_NS, host, 2, 2);
		if (kz_exam_in(exam->published, host) &&
			!kz_exam_in(mx | ns | primary, host) &&
			!customary(&of->name)) {
			uint8_t weight = all_deliberate(exam, of) ? 1 : 3;

			judge_role(out, KZ_SYM_ADDR_PRIVATE_PUBLISHED, host,
				weight, weight);
		}
	}
}

/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* Every contact with this host came to something that it was up to. */
static bool
host_done(const struct kz_exam *exam, uint8_t host, bool smtp)
{
	const struct kz_exam_host *of = &exam->hosts[host];

	if (!kz_exam_looked(of) || of->cut)
		return false;
	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];
		enum kz_reach reach = smtp ? addr->smtp : addr->dns.reach;

		if (addr->special || (smtp && !kz_exam_own(of, i)))
			continue;
		if (reach == KZ_REACH_NONE || reach == KZ_REACH_LIMITED)
			return false;
	}
	return true;
}

static bool
mx_done(const struct kz_exam *exam)
{
	const struct kz_exam_mxset *set;
	bool truncated;
	uint64_t hosts;

	if (exam->mx_cut || !exam->tcp)
		return false;
	if (exam->mx_look == KZ_EXAM_NODATA)
		return !exam->sender || kz_exam_self(exam) == KZ_EXAM_NONE ||
			host_done(exam, kz_exam_self(exam), true);
	if (exam->mx_look != KZ_EXAM_DATA || exam->mx == KZ_EXAM_NONE)
		return false;
	set = &exam->mxs[exam->mx];
	hosts = kz_exam_mx_hosts(exam, exam->mx, &truncated);
	for (size_t i = 0; i < set->count; i++)
		truncated = truncated || set->list[i].odd;
	if (truncated)
		return false;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(hosts, host) &&
			!kz_exam_is_literal(&exam->hosts[host]) &&
			!host_done(exam, host, true))
			return false;
	}
	return true;
}

static bool
del_done(const struct kz_exam *exam)
{
	uint64_t hosts = kz_exam_ns_hosts(exam);
	size_t servers;

	/*
	 * Where nobody answers nothing is learned of the primary and of the
	 * zone's own list: what is not mentioned then may well be there.
	 */
	if (!exam->zone_known || exam->dns_cut || exam->hosts_cut ||
		!exam->parent_asked || hosts == 0 ||
		kz_exam_variants(exam, FIELD_SOA, &servers) == 0)
		return false;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(hosts, host) && !host_done(exam, host, false))
			return false;
	}
	return true;
}

static bool
con_done(const struct kz_exam *exam)
{
	size_t servers;

	if (!exam->zone_known || exam->dns_cut || exam->hosts_cut ||
		kz_exam_variants(exam, FIELD_ZONE_MX, &servers) == 0)
		return false;
	if (exam->zone_mx_look != KZ_EXAM_DATA &&
		exam->zone_mx_look != KZ_EXAM_NODATA)
		return false;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(exam->published, host) &&
			!kz_exam_looked(&exam->hosts[host]))
			return false;
	}
	return true;
}

static bool
sec_done(const struct kz_exam *exam)
{
	if (!exam->zone_known || exam->dns_cut ||
		exam->sec.zone == KZ_EXAM_SEC_UNKNOWN)
		return false;
	/* A proof that there is no DS ends the matter. */
	return exam->sec.ds == KZ_EXAM_DATA || exam->sec.ds == KZ_EXAM_NODATA;
}

static bool
pol_done(const struct kz_exam *exam)
{
	bool truncated;

	/* Exchangers left out are not mentioned, and may be at fault. */
	(void)kz_exam_mx_hosts(exam, exam->mx, &truncated);
	if (exam->tls_asked && (truncated || exam->mx_cut))
		return false;
	return !exam->dns_cut && exam->policy.asked && exam->policy.spf.known &&
		exam->policy.dmarc.known && exam->policy.sts.known &&
		(exam->mx_look == KZ_EXAM_DATA ||
			exam->mx_look == KZ_EXAM_NODATA);
}

void
kz_exam_complete(const struct kz_exam *exam, bool *complete)
{
	memset(complete, 0, KZ_FAMILY_COUNT * sizeof(*complete));
	complete[KZ_FAMILY_MX] = mx_done(exam);
	complete[KZ_FAMILY_DEL] = del_done(exam);
	complete[KZ_FAMILY_CON] = con_done(exam);
	complete[KZ_FAMILY_SEC] = sec_done(exam);
	complete[KZ_FAMILY_POL] = pol_done(exam);
	complete[KZ_FAMILY_WEB] = exam->web_asked && !exam->web_cut &&
		!exam->dns_cut && exam->zone_known;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/exam.h"

#include <string.h>

#include "kizuki/core/finding.h"

#include "exam_priv.h"

void
kz_exam_init(struct kz_exam *exam, const struct kz_name *site, bool tcp,
	int64_t now_s)
{
	memset(exam, 0, sizeof(*exam));
	exam->now_s = now_s;
	exam->site = *site;
	exam->zone = *site;
	exam->tcp = tcp;
	exam->mx = KZ_EXAM_NONE;
	exam->zone_mx = KZ_EXAM_NONE;
}

uint8_t
kz_exam_host(struct kz_exam *exam, const struct kz_name *name)
{
	for (uint8_t i = 0; i < exam->host_count; i++) {
		if (kz_name_equal(&exam->hosts[i].name, name))
			return i;
	}
	if (exam->host_count == KZ_EXAM_HOSTS) {
		exam->hosts_cut = true;
		return KZ_EXAM_NONE;
	}
	exam->hosts[exam->host_count].name = *name;
	exam->hosts[exam->host_count].when_s = exam->now_s;
	return exam->host_count++;
}

uint8_t
kz_exam_literal(struct kz_exam *exam, const char *text)
{
	struct kz_name name = {0};
	size_t len = strlen(text);

	if (len > KZ_NAME_MAX)
		return KZ_EXAM_NONE;
	memcpy(name.text, text, len);
	name.len = (uint8_t)len;
	return kz_exam_host(exam, &name);
}

uint8_t
kz_exam_addr(struct kz_exam *exam, const struct kz_addr *addr, bool special)
{
	struct kz_exam_server *dns;

	for (uint8_t i = 0; i < exam->addr_count; i++) {
		if (kz_addr_compare(&exam->addrs[i].addr, addr) == 0)
			return i;
	}
	if (exam->addr_count == KZ_EXAM_ADDRS) {
		exam->hosts_cut = true;
		return KZ_EXAM_NONE;
	}
	exam->addrs[exam->addr_count].addr = *addr;
	exam->addrs[exam->addr_count].special = special;
	dns = &exam->addrs[exam->addr_count].dns;
	dns->soa = dns->ns = dns->mx = dns->zone_mx = KZ_EXAM_NONE;
	return exam->addr_count++;
}

/* The place of an address among those of a host, added where it is new. */
static size_t
host_place(struct kz_exam *exam, struct kz_exam_host *to,
	const struct kz_addr *addr, bool special, uint8_t per_family)
{
	const struct kz_exam_addr *have;
	size_t same = 0;
	uint8_t index;

	for (size_t i = 0; i < to->addr_count; i++) {
		have = &exam->addrs[to->addrs[i]];
		if (kz_addr_compare(&have->addr, addr) == 0)
			return i;
		if (have->addr.family == addr->family &&
			have->special == special)
			same++;
	}
	if (same >= per_family || to->addr_count == KZ_EXAM_HOST_ADDRS)
		return KZ_EXAM_HOST_ADDRS;
	index = kz_exam_addr(exam, addr, special);
	if (index == KZ_EXAM_NONE)
		return KZ_EXAM_HOST_ADDRS;
	to->addrs[to->addr_count] = index;
	to->glue_only |= (uint16_t)(1U << to->addr_count);
	return to->addr_count++;
}

uint8_t
kz_exam_host_glue(struct kz_exam *exam, uint8_t host,
	const struct kz_addr *addr, bool special, uint8_t per_family)
{
	struct kz_exam_host *to;
	size_t place;

	if (host >= exam->host_count)
		return KZ_EXAM_NONE;
	to = &exam->hosts[host];
	place = host_place(exam, to, addr, special, per_family);
	to->glue = true;
	if (place < KZ_EXAM_HOST_ADDRS) {
		to->glued |= (uint16_t)(1U << place);
		return to->addrs[place];
	}
	to->cut = true;
	return KZ_EXAM_NONE;
}

uint8_t
kz_exam_host_addr(struct kz_exam *exam, uint8_t host,
	const struct kz_addr *addr, bool special, uint8_t per_family)
{
	struct kz_exam_host *to;
	size_t place;

	if (host >= exam->host_count)
		return KZ_EXAM_NONE;
	to = &exam->hosts[host];
	place = host_place(exam, to, addr, special, per_family);
	if (place < KZ_EXAM_HOST_ADDRS) {
		to->glue_only &= (uint16_t) ~(1U << place);
		return to->addrs[place];
	}
	to->cut = true;
	return KZ_EXAM_NONE;
}

uint8_t
kz_exam_soa(struct kz_exam *exam, const struct kz_exam_soa *soa)
{
	for (uint8_t i = 0; i < exam->soa_count; i++) {
		struct kz_exam_soa *have = &exam->soas[i];

		if (have->mname != soa->mname ||
			have->mname_odd != soa->mname_odd ||
			!kz_name_equal(&have->rname, &soa->rname))
			continue;
		if (soa->serial > have->serial)
			have->serial = soa->serial;
		have->timers_differ = have->timers_differ ||
			have->refresh_s != soa->refresh_s ||
			have->retry_s != soa->retry_s ||
			have->expire_s != soa->expire_s;
		return i;
	}
	if (exam->soa_count == KZ_EXAM_VARIANTS) {
		exam->hosts_cut = true;
		return KZ_EXAM_NONE;
	}
	exam->soas[exam->soa_count] = *soa;
	return exam->soa_count++;
}

static int
mx_compare(const struct kz_exam *exam, const struct kz_exam_mx *left,
	const struct kz_exam_mx *right)
{
	if (left->preference != right->preference)
		return left->preference < right->preference ? -1 : 1;
	if (left->host == right->host)
		return (int)left->odd - (int)right->odd;
	if (left->host == KZ_EXAM_NONE || right->host == KZ_EXAM_NONE)
		return left->host == KZ_EXAM_NONE ? -1 : 1;
	return kz_name_compare(
		&exam->hosts[left->host].name, &exam->hosts[right->host].name);
}

void
kz_exam_mx_put(const struct kz_exam *exam, struct kz_exam_mxset *set,
	const struct kz_exam_mx *mx)
{
	size_t at = set->count;

	for (size_t i = 0; i < set->count; i++) {
		if (mx_compare(exam, &set->list[i], mx) == 0)
			return;
	}
	if (set->count == KZ_EXAM_MX) {
		/* The worst preferences are the ones to lose. */
		set->cut = true;
		if (mx_compare(exam, mx, &set->list[KZ_EXAM_MX - 1]) > 0)
			return;
		at--;
		set->count--;
	}
	while (at > 0 && mx_compare(exam, mx, &set->list[at - 1]) < 0) {
		set->list[at] = set->list[at - 1];
		at--;
	}
	set->list[at] = *mx;
	set->count++;
}

static bool
mxset_same(const struct kz_exam *exam, const struct kz_exam_mxset *left,
	const struct kz_exam_mxset *right)
{
	if (left->count != right->count || left->cut != right->cut)
		return false;
	for (size_t i = 0; i < left->count; i++) {
		if (mx_compare(exam, &left->list[i], &right->list[i]) != 0)
			return false;
	}
	return true;
}

uint8_t
kz_exam_mxset(struct kz_exam *exam, const struct kz_exam_mxset *set)
{
	for (uint8_t i = 0; i < exam->mx_count; i++) {
		if (mxset_same(exam, &exam->mxs[i], set)) {
			if (set->ttl_s > exam->mxs[i].ttl_s)
				exam->mxs[i].ttl_s = set->ttl_s;
			return i;
		}
	}
	if (exam->mx_count == KZ_EXAM_VARIANTS) {
		exam->hosts_cut = true;
		return KZ_EXAM_NONE;
	}
	exam->mxs[exam->mx_count] = *set;
	return exam->mx_count++;
}

uint8_t
kz_exam_nsset(struct kz_exam *exam, const struct kz_exam_nsset *set)
{
	for (uint8_t i = 0; i < exam->ns_count; i++) {
		if (exam->nss[i].hosts == set->hosts &&
			exam->nss[i].cut == set->cut)
			return i;
	}
	if (exam->ns_count == KZ_EXAM_VARIANTS) {
		exam->hosts_cut = true;
		return KZ_EXAM_NONE;
	}
	exam->nss[exam->ns_count] = *set;
	return exam->ns_count++;
}

bool
kz_exam_verification(const struct kz_name *host)
{
	/* RFC 2606 section 2; what two large mail providers hand out. */
	static const struct kz_name invalid = {7, "invalid"};
	static const struct kz_name google = {26, "mx-verification.google.com"};

	return kz_name_within(host, &invalid) || kz_name_within(host, &google);
}

uint64_t
kz_exam_mx_hosts(const struct kz_exam *exam, uint8_t mx, bool *truncated)
{
	uint64_t hosts = 0;

	*truncated = false;
	if (mx >= exam->mx_count)
		return 0;
	*truncated = exam->mxs[mx].cut;
	for (size_t i = 0; i < exam->mxs[mx].count; i++) {
		uint8_t host = exam->mxs[mx].list[i].host;

		if (host == KZ_EXAM_NONE ||
			kz_exam_verification(&exam->hosts[host].name))
			continue;
		if (kz_exam_count(hosts) == KZ_EXAM_MX_TESTED &&
			!kz_exam_in(hosts, host)) {
			*truncated = true;
			break;
		}
		hosts |= kz_exam_bit(host);
	}
	return hosts;
}

uint64_t
kz_exam_ns_hosts(const struct kz_exam *exam)
{
	uint64_t hosts = exam->parent_ns;

	for (size_t i = 0; i < exam->ns_count; i++)
		hosts |= exam->nss[i].hosts;
	return hosts;
}

bool
kz_exam_answers(const struct kz_exam_server *server)
{
	return server->reach == KZ_REACH_ALIVE && server->rcode == 0 &&
		server->authoritative && server->soa != KZ_EXAM_NONE;
}

uint64_t
kz_exam_primaries(const struct kz_exam *exam)
{
	uint64_t hosts = 0;

	for (size_t i = 0; i < exam->soa_count; i++) {
		uint8_t mname = exam->soas[i].mname;

		/* "." says that there is no primary. */
		if (mname != KZ_EXAM_NONE && exam->hosts[mname].name.len > 0)
			hosts |= kz_exam_bit(mname);
	}
	return hosts;
}

bool
kz_exam_exactly(const struct kz_exam *exam, uint8_t host)
{
	bool truncated;
	uint64_t mx = kz_exam_mx_hosts(exam, exam->mx, &truncated);

	return (kz_exam_in(kz_exam_ns_hosts(exam), host) &&
		       kz_exam_one_machine(exam)) ||
		(kz_exam_in(mx, host) && kz_exam_leads_to_us(exam, host)) ||
		kz_exam_helo_doubt(exam, host);
}

bool
kz_exam_doubtful(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	bool truncated;
	uint64_t mx = kz_exam_mx_hosts(exam, exam->mx, &truncated) |
		kz_exam_mx_hosts(exam, exam->zone_mx, &truncated);
	uint64_t ns = kz_exam_ns_hosts(exam);
	uint64_t servers = ns | kz_exam_primaries(exam);

	if (!kz_exam_looked(of))
		return false;
	return kz_exam_specials(exam, of) > 0 ||
		(kz_exam_missing(of) && kz_exam_in(mx | servers, host)) ||
		(of->alias && kz_exam_in(mx | ns, host)) ||
		kz_exam_exactly(exam, host) || kz_exam_helo_doubt(exam, host);
}

void
kz_exam_judge(const struct kz_exam *exam, kz_exam_emit *emit, void *arg)
{
	struct exam_out out = {.exam = exam, .emit = emit, .arg = arg};

	out.subject = &exam->site;
	(void)kz_exam_mx_hosts(exam, exam->mx, &out.truncated);
	kz_exam_judge_mx(&out);
	kz_exam_judge_implicit(&out);
	out.truncated = false;
	kz_exam_judge_policy(&out);
	kz_exam_judge_tls(&out);
	kz_exam_judge_rdns(&out);
	if (!exam->zone_known)
		return;
	out.subject = &exam->zone;
	out.truncated = exam->hosts_cut;
	kz_exam_judge_del(&out);
	kz_exam_judge_ns(&out);
	kz_exam_judge_mname(&out);
	kz_exam_judge_soa(&out);
	kz_exam_judge_con(&out);
	kz_exam_judge_views(&out);
	kz_exam_judge_sec(&out);
	kz_exam_judge_web(&out);
	kz_exam_judge_shadow(&out);
	kz_exam_judge_private(&out);
}

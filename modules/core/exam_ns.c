/* SPDX-License-Identifier: ISC */
#include "exam_priv.h"

bool
kz_exam_listed(const struct kz_exam *exam, uint8_t host)
{
	uint8_t child = kz_exam_agreed(exam, FIELD_NS);

	return (exam->parent == KZ_EXAM_PARENT_AGREED &&
		       kz_exam_in(exam->parent_ns, host)) ||
		(child != KZ_EXAM_NONE &&
			kz_exam_in(exam->nss[child].hosts, host));
}

uint32_t
kz_exam_ns_ttl_s(const struct kz_exam *exam)
{
	uint8_t child = kz_exam_agreed(exam, FIELD_NS);
	uint32_t ttl_s = exam->parent_ttl_s;

	if (child != KZ_EXAM_NONE && exam->nss[child].ttl_s > ttl_s)
		ttl_s = exam->nss[child].ttl_s;
	return ttl_s;
}

/*
 * Where nothing answers for the zone, names in it cannot be looked up: what
 * the parent gives as glue is then all there is.
 */
static enum exam_life
life_by_glue(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life v4, v6;

	if (kz_exam_looked(of) || of->cut || of->glued == 0 ||
		!kz_name_within(&of->name, &exam->zone))
		return kz_exam_host_life(exam, host, kz_exam_life_dns);
	v4 = kz_exam_family_life(exam, host, KZ_ADDR_V4, kz_exam_life_dns);
	v6 = kz_exam_family_life(exam, host, KZ_ADDR_V6, kz_exam_life_dns);
	if (v4 == LIFE_ALIVE || v6 == LIFE_ALIVE)
		return LIFE_ALIVE;
	if (v4 == LIFE_NONE || (v4 == LIFE_OURS && v6 == LIFE_DEAD))
		return v6;
	if (v6 == LIFE_NONE || (v6 == LIFE_OURS && v4 == LIFE_DEAD) || v4 == v6)
		return v4;
	return LIFE_UNKNOWN;
}

static void
judge_all(struct exam_out *out, uint64_t hosts)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	uint64_t dead = 0, missing = 0;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];
		enum exam_life life;

		if (!kz_exam_in(hosts, host))
			continue;
		life = life_by_glue(exam, host);
		if (life == LIFE_ALIVE) {
			kz_exam_say_ok(out, KZ_SYM_DNS_ALL_DEAD, zone,
				kz_exam_zone_s(exam));
			return;
		}
		if (life == LIFE_DEAD)
			dead |= kz_exam_bit(host);
		else if (life == LIFE_NONE && kz_exam_missing(of) &&
			of->proof == KZ_EXAM_PROVEN)
			missing |= kz_exam_bit(host);
	}
	if (dead == 0 || (dead | missing) != hosts || exam->hosts_cut) {
		kz_exam_say_unknown(out, KZ_SYM_DNS_ALL_DEAD, zone,
			"not all contacts failed");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNS_ALL_DEAD, zone);
	kz_exam_bad(out, 8, NULL);
	kz_exam_value_hosts(out, hosts);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(dead, host))
			kz_exam_rest_host(out, host, 0, KZ_SERVICE_DNS53UDP);
	}
	kz_exam_end(out);
}

/* The one address of a family that all these hosts have; false: several. */
static bool
one_address(const struct kz_exam *exam, uint64_t hosts, uint8_t family,
	uint8_t *index)
{
	*index = KZ_EXAM_NONE;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (!kz_exam_in(hosts, host))
			continue;
		for (size_t i = 0; i < of->addr_count; i++) {
			uint8_t addr = of->addrs[i];

			if (exam->addrs[addr].addr.family != family ||
				!kz_exam_own(of, i))
				continue;
			if (*index != KZ_EXAM_NONE && *index != addr)
				return false;
			*index = addr;
		}
	}
	return true;
}

bool
kz_exam_one_machine(const struct kz_exam *exam)
{
	uint64_t hosts = kz_exam_ns_hosts(exam);
	uint8_t v4, v6;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(hosts, host) &&
			(!kz_exam_looked(&exam->hosts[host]) ||
				kz_exam_missing(&exam->hosts[host]) ||
				exam->hosts[host].cut))
			return false;
	}
	return kz_exam_count(hosts) >= 2 && !exam->hosts_cut &&
		one_address(exam, hosts, KZ_ADDR_V4, &v4) &&
		one_address(exam, hosts, KZ_ADDR_V6, &v6);
}

static bool
some_differ(const struct kz_exam *exam, uint64_t hosts)
{
	uint8_t v4, v6;

	return !one_address(exam, hosts, KZ_ADDR_V4, &v4) ||
		!one_address(exam, hosts, KZ_ADDR_V6, &v6);
}

static void
judge_same(struct exam_out *out, uint64_t hosts)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	uint32_t ttl_s = kz_exam_ns_ttl_s(exam);
	int64_t when_s = kz_exam_zone_s(exam);
	bool proven = kz_exam_one_machine(exam);
	uint8_t first = KZ_EXAM_NONE;

	if (some_differ(exam, hosts)) {
		kz_exam_say_ok(out, KZ_SYM_NS_SAME_HOST, zone, when_s);
		return;
	}
	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (!kz_exam_in(hosts, host))
			continue;
		proven = proven && of->proof == KZ_EXAM_PROVEN &&
			kz_exam_listed(exam, host);
		first = first == KZ_EXAM_NONE ? host : first;
		ttl_s = of->ttl_s > ttl_s ? of->ttl_s : ttl_s;
		when_s = of->when_s < when_s ? of->when_s : when_s;
	}
	if (!proven || first == KZ_EXAM_NONE) {
		kz_exam_say_unknown(
			out, KZ_SYM_NS_SAME_HOST, zone, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_SAME_HOST, zone);
	kz_exam_bad(out, 3, NULL);
	kz_exam_content(out, when_s, ttl_s);
	kz_exam_value_addrs(out, first, false);
	kz_exam_end(out);
}

/* No connection, and a reason that is not ours. */
static bool
unconnected(enum kz_reach reach)
{
	return reach == KZ_REACH_REFUSED || reach == KZ_REACH_UNREACHABLE ||
		reach == KZ_REACH_TIMEOUT;
}

/* Over the addresses of a host that answer by UDP: what TCP came to. */
static enum exam_life
life_tcp(const struct kz_exam *exam, uint8_t host, int64_t *when_s)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life life = LIFE_NONE;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_server *dns =
			&exam->addrs[of->addrs[i]].dns;

		if (!kz_exam_answers(dns) || dns->tcp == KZ_REACH_NONE)
			continue;
		if (dns->tcp == KZ_REACH_ALIVE) {
			*when_s = dns->tcp_when_s;
			return LIFE_ALIVE;
		}
		if (!unconnected(dns->tcp))
			return LIFE_UNKNOWN;
		life = LIFE_DEAD;
	}
	return life;
}

static void
judge_tcp(struct exam_out *out, uint64_t hosts)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	uint64_t dead = 0, unsure = 0;
	int64_t when_s = exam->now_s;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		enum exam_life life;

		if (!kz_exam_in(hosts, host) ||
			kz_exam_host_life(exam, host, kz_exam_life_dns) !=
				LIFE_ALIVE)
			continue;
		life = life_tcp(exam, host, &when_s);
		if (life == LIFE_ALIVE) {
			kz_exam_say_ok(out, KZ_SYM_NS_TCP_DEAD, zone, when_s);
			return;
		}
		if (life == LIFE_DEAD)
			dead |= kz_exam_bit(host);
		else
			unsure |= kz_exam_bit(host);
	}
	if (dead == 0 || unsure != 0) {
		kz_exam_say_unknown(out, KZ_SYM_NS_TCP_DEAD, zone,
			"not all connections failed");
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_TCP_DEAD, zone);
	kz_exam_bad(out, 1, NULL);
	kz_exam_value_hosts(out, dead);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (kz_exam_in(dead, host))
			kz_exam_rest_host(out, host, 0, KZ_SERVICE_DNS53TCP);
	}
	kz_exam_end(out);
}

static void
judge_family(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life v4 =
		kz_exam_family_life(exam, host, KZ_ADDR_V4, kz_exam_life_dns);
	enum exam_life v6 =
		kz_exam_family_life(exam, host, KZ_ADDR_V6, kz_exam_life_dns);
	bool v6_dead = v6 == LIFE_DEAD && v4 == LIFE_ALIVE;
	bool v4_dead = v4 == LIFE_DEAD && v6 == LIFE_ALIVE;

	/* One family only is no fault; nothing is said, so that it clears. */
	if (kz_exam_looked(of) && (v4 == LIFE_NONE || v6 == LIFE_NONE))
		return;
	if (v4 == LIFE_ALIVE && v6 == LIFE_ALIVE) {
		kz_exam_say_ok(out, KZ_SYM_NS_FAMILY_DEAD, of->name.text,
			kz_exam_alive_s(exam, host, KZ_SERVICE_DNS53UDP));
		return;
	}
	if (of->cut || (!v6_dead && !v4_dead)) {
		kz_exam_say_unknown(out, KZ_SYM_NS_FAMILY_DEAD, of->name.text,
			"neither family alone is dead");
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_FAMILY_DEAD, of->name.text);
	kz_exam_bad(out, 2, NULL);
	kz_exam_value_word(out, v6_dead ? "ipv6" : "ipv4");
	kz_exam_rest_host(out, host, v6_dead ? KZ_ADDR_V6 : KZ_ADDR_V4,
		KZ_SERVICE_DNS53UDP);
	kz_exam_end(out);
}

static void
judge_alias(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	uint32_t ttl_s = kz_exam_ns_ttl_s(exam);

	if (kz_exam_looked(of) && !of->alias) {
		kz_exam_say_ok(
			out, KZ_SYM_NS_TARGET_CNAME, of->name.text, of->when_s);
		return;
	}
	if (!of->alias || of->synthesised || of->proof != KZ_EXAM_PROVEN ||
		!kz_exam_listed(exam, host)) {
		kz_exam_say_unknown(out, KZ_SYM_NS_TARGET_CNAME, of->name.text,
			EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_TARGET_CNAME, of->name.text);
	kz_exam_bad(out, 2, NULL);
	kz_exam_content(out, of->when_s, of->ttl_s > ttl_s ? of->ttl_s : ttl_s);
	kz_exam_value_name(out, &of->name);
	kz_exam_end(out);
}

void
kz_exam_judge_ns(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	uint64_t hosts = kz_exam_ns_hosts(exam);

	if (hosts == 0)
		return;
	judge_all(out, hosts);
	judge_same(out, hosts);
	judge_tcp(out, hosts);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(hosts, host))
			continue;
		judge_family(out, host);
		judge_alias(out, host);
	}
}

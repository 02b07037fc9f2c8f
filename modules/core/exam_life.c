/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

enum exam_life
kz_exam_life_reach(enum kz_reach reach)
{
	switch (reach) {
	case KZ_REACH_ALIVE:
		return LIFE_ALIVE;
	case KZ_REACH_REFUSED:
	case KZ_REACH_UNREACHABLE:
	case KZ_REACH_TIMEOUT:
		return LIFE_DEAD;
	case KZ_REACH_RESET:
	case KZ_REACH_SILENT:
	case KZ_REACH_NOISE:
		return LIFE_OPEN;
	case KZ_REACH_OURS:
		return LIFE_OURS;
	case KZ_REACH_NONE:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		break;
	}
	return LIFE_UNKNOWN;
}

enum exam_life
kz_exam_life_smtp(const struct kz_exam_addr *addr)
{
	return kz_exam_life_reach(addr->smtp);
}

enum exam_life
kz_exam_life_dns(const struct kz_exam_addr *addr)
{
	const struct kz_exam_server *dns = &addr->dns;

	switch (dns->reach) {
	case KZ_REACH_ALIVE:
		return kz_exam_answers(dns) ? LIFE_ALIVE : LIFE_OPEN;
	case KZ_REACH_REFUSED:
	case KZ_REACH_UNREACHABLE:
	case KZ_REACH_TIMEOUT:
		return LIFE_DEAD;
	case KZ_REACH_OURS:
		return LIFE_OURS;
	case KZ_REACH_RESET:
	case KZ_REACH_SILENT:
	case KZ_REACH_NOISE: /* it says something, not what */
	case KZ_REACH_NONE:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		break;
	}
	return LIFE_UNKNOWN;
}

enum exam_life
kz_exam_life_join(enum exam_life left, enum exam_life right)
{
	if (left == LIFE_NONE)
		return right;
	if (right == LIFE_NONE || left == right)
		return left;
	if (left == LIFE_ALIVE || right == LIFE_ALIVE)
		return LIFE_ALIVE;
	return LIFE_UNKNOWN;
}

enum exam_life
kz_exam_life_both(enum exam_life v4, enum exam_life v6)
{
	if (v4 == LIFE_OURS && v6 != LIFE_NONE)
		v4 = LIFE_NONE;
	if (v6 == LIFE_OURS && v4 != LIFE_NONE)
		v6 = LIFE_NONE;
	return kz_exam_life_join(v4, v6);
}

enum exam_life
kz_exam_family_life(const struct kz_exam *exam, uint8_t host, uint8_t family,
	exam_life_of *life_of)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life life = LIFE_NONE;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];

		if (addr->special || addr->addr.family != family)
			continue;
		/* Mail goes by the zone's own word, name queries by glue. */
		if (life_of == kz_exam_life_smtp && !kz_exam_own(of, i))
			continue;
		life = kz_exam_life_join(life, life_of(addr));
	}
	return life;
}

enum exam_life
kz_exam_host_life(
	const struct kz_exam *exam, uint8_t host, exam_life_of *life_of)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life v4 =
		kz_exam_family_life(exam, host, KZ_ADDR_V4, life_of);
	enum exam_life v6 =
		kz_exam_family_life(exam, host, KZ_ADDR_V6, life_of);
	enum exam_life life = kz_exam_life_both(v4, v6);

	if (life == LIFE_ALIVE || life == LIFE_NONE)
		return life;
	return of->cut || !kz_exam_looked(of) ? LIFE_UNKNOWN : life;
}

bool
kz_exam_looked(const struct kz_exam_host *host)
{
	return host->a >= KZ_EXAM_DATA && host->aaaa >= KZ_EXAM_DATA;
}

bool
kz_exam_missing(const struct kz_exam_host *host)
{
	return kz_exam_looked(host) && host->a != KZ_EXAM_DATA &&
		host->aaaa != KZ_EXAM_DATA;
}

const char *
kz_exam_nothing(const struct kz_exam_host *host)
{
	return host->a == KZ_EXAM_NXDOMAIN ? "NXDOMAIN" : "no address";
}

static size_t
own_count(const struct kz_exam *exam, const struct kz_exam_host *host,
	bool special)
{
	size_t count = 0;

	for (size_t i = 0; i < host->addr_count; i++)
		count += kz_exam_own(host, i) &&
			exam->addrs[host->addrs[i]].special == special;
	return count;
}

size_t
kz_exam_specials(const struct kz_exam *exam, const struct kz_exam_host *host)
{
	return own_count(exam, host, true);
}

size_t
kz_exam_globals(const struct kz_exam *exam, const struct kz_exam_host *host)
{
	return own_count(exam, host, false);
}

bool
kz_exam_is_literal(const struct kz_exam_host *host)
{
	struct kz_addr addr;

	return host->name.text[0] == '[' ||
		kz_addr_parse(kz_name_str(&host->name), &addr) == KZ_OK;
}

size_t
kz_exam_count(uint64_t hosts)
{
	size_t count = 0;

	for (; hosts != 0; hosts &= hosts - 1)
		count++;
	return count;
}

size_t
kz_exam_sorted(
	const struct kz_exam *exam, uint64_t hosts, uint8_t list[KZ_EXAM_HOSTS])
{
	size_t count = 0;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		size_t at = count;

		if (!kz_exam_in(hosts, host))
			continue;
		while (at > 0 &&
			kz_name_compare(&exam->hosts[host].name,
				&exam->hosts[list[at - 1]].name) < 0) {
			list[at] = list[at - 1];
			at--;
		}
		list[at] = host;
		count++;
	}
	return count;
}

static uint8_t
field_of(const struct kz_exam_server *server, enum exam_field field)
{
	switch (field) {
	case FIELD_SOA:
		return server->soa;
	case FIELD_NS:
		return server->ns;
	case FIELD_MX:
		return server->mx;
	case FIELD_ZONE_MX:
		return server->zone_mx;
	}
	return KZ_EXAM_NONE;
}

/* Only addresses of published name servers speak for the zone. */
static uint64_t
serving(const struct kz_exam *exam, uint8_t index)
{
	uint64_t hosts = kz_exam_ns_hosts(exam);

	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (!kz_exam_in(hosts, host))
			continue;
		if (memchr(of->addrs, index, of->addr_count) != NULL)
			return kz_exam_bit(host);
	}
	return 0;
}

bool
kz_exam_serves(const struct kz_exam *exam, uint8_t addr)
{
	return kz_exam_answers(&exam->addrs[addr].dns) &&
		serving(exam, addr) != 0;
}

uint32_t
kz_exam_variants(
	const struct kz_exam *exam, enum exam_field field, size_t *servers)
{
	uint32_t bits = 0;

	*servers = 0;
	for (uint8_t i = 0; i < exam->addr_count; i++) {
		const struct kz_exam_server *dns = &exam->addrs[i].dns;
		uint8_t variant = field_of(dns, field);

		if (!kz_exam_answers(dns) || variant == KZ_EXAM_NONE ||
			serving(exam, i) == 0)
			continue;
		bits |= UINT32_C(1) << variant;
		*servers += 1;
	}
	return bits;
}

uint8_t
kz_exam_agreed(const struct kz_exam *exam, enum exam_field field)
{
	size_t servers;
	uint32_t bits = kz_exam_variants(exam, field, &servers);

	for (uint8_t i = 0; i < KZ_EXAM_VARIANTS; i++) {
		if (bits == UINT32_C(1) << i)
			return i;
	}
	return KZ_EXAM_NONE;
}

int64_t
kz_exam_zone_s(const struct kz_exam *exam)
{
	int64_t when_s = exam->now_s;

	for (uint8_t i = 0; i < exam->addr_count; i++) {
		const struct kz_exam_server *dns = &exam->addrs[i].dns;

		if (kz_exam_answers(dns) && dns->when_s < when_s &&
			serving(exam, i) != 0)
			when_s = dns->when_s;
	}
	return when_s;
}

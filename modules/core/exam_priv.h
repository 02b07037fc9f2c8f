/* SPDX-License-Identifier: ISC */
/*
 * exam_priv - what the judges share
 *
 * What:   the life of addresses and hosts, and the building of a finding.
 * Pure:   as kizuki/core/exam.h.
 */
#ifndef KIZUKI_CORE_EXAM_PRIV_H
#define KIZUKI_CORE_EXAM_PRIV_H

#include "kizuki/base/text.h"
#include "kizuki/core/exam.h"

/* What the contacts with an address, or all of a host, amount to. */
enum exam_life {
	LIFE_NONE,   /* there is no address that may be contacted */
	LIFE_ALIVE,  /* it does what it is published for */
	LIFE_OPEN,   /* a machine is there and does not do it */
	LIFE_DEAD,   /* no sign of life */
	LIFE_OURS,   /* our side cannot reach this family */
	LIFE_UNKNOWN /* not contacted, limited, or not to be told */
};

typedef enum exam_life exam_life_of(const struct kz_exam_addr *addr);

/* What a contact on port 25 says. */
enum exam_life kz_exam_life_reach(enum kz_reach reach);

/* What two parts of a host (addresses, names) amount to together. */
enum exam_life kz_exam_life_join(enum exam_life left, enum exam_life right);

/*
 * The two families together: one that we cannot use is left out where the
 * other says more.
 */
enum exam_life kz_exam_life_both(enum exam_life v4, enum exam_life v6);

/* Port 25, and a server's answer for the zone. */
enum exam_life kz_exam_life_smtp(const struct kz_exam_addr *addr);
enum exam_life kz_exam_life_dns(const struct kz_exam_addr *addr);

/* Over the addresses of one family (4 or 6) of a host. */
enum exam_life kz_exam_family_life(const struct kz_exam *exam, uint8_t host,
	uint8_t family, exam_life_of *life_of);

/* Over all of them; an unfinished look-up or a cut leaves only ALIVE sure. */
enum exam_life kz_exam_host_life(
	const struct kz_exam *exam, uint8_t host, exam_life_of *life_of);

/* Both look-ups ended with an answer. */
bool kz_exam_looked(const struct kz_exam_host *host);

/* The look-ups say that it has no address; glue may give one. */
bool kz_exam_missing(const struct kz_exam_host *host);

/* Of the addresses that its own zone gives: the special-purpose ones, the
 * others. */
size_t kz_exam_specials(
	const struct kz_exam *exam, const struct kz_exam_host *host);
size_t kz_exam_globals(
	const struct kz_exam *exam, const struct kz_exam_host *host);

/* NXDOMAIN or NODATA, for people. */
const char *kz_exam_nothing(const struct kz_exam_host *host);

/* Names whose addresses are compared between servers. */
#define EXAM_VIEWED_HOSTS 4

/* Why a fault of content stays unknown. */
#define EXAM_UNPROVEN "not borne out by every server of the zone"

static inline bool
kz_exam_in(uint64_t hosts, uint8_t host)
{
	return host < KZ_EXAM_HOSTS && (hosts >> host & 1) != 0;
}

static inline uint64_t
kz_exam_bit(uint8_t host)
{
	return host < KZ_EXAM_HOSTS ? UINT64_C(1) << host : 0;
}

/* The address at a place comes from the name's own zone, not only as glue. */
static inline bool
kz_exam_own(const struct kz_exam_host *host, size_t place)
{
	return (host->glue_only >> place & 1) == 0;
}

size_t kz_exam_count(uint64_t hosts);

/* Indices of a set, sorted by name. */
size_t kz_exam_sorted(const struct kz_exam *exam, uint64_t hosts,
	uint8_t list[KZ_EXAM_HOSTS]);

/* A finding under way. */
struct exam_out {
	const struct kz_exam *exam;
	kz_exam_emit *emit;
	void *arg;
	const struct kz_name *subject;
	bool truncated; /* something of this family was left out */
	struct kz_finding finding;
	uint32_t whys; /* kinds of reach that "why" already names, bits */
};

/* Begin one, unknown, of now; object is a C string. */
void kz_exam_begin(
	struct exam_out *out, enum kz_symptom symptom, const char *object);

/* Hand it over. */
void kz_exam_end(struct exam_out *out);

/* Begin and hand over one that says why it is unknown, or just "ok". */
void kz_exam_say_unknown(struct exam_out *out, enum kz_symptom symptom,
	const char *object, const char *word);
void kz_exam_say_ok(struct exam_out *out, enum kz_symptom symptom,
	const char *object, int64_t when_s);

/* Make it bad, word says why; NULL: leave it as exam_rest_host wrote it. */
void kz_exam_bad(struct exam_out *out, uint8_t weight, const char *word);

/* A fault of content: when it was read, and for how long it may be cached. */
void kz_exam_content(struct exam_out *out, int64_t when_s, uint32_t ttl_s);

/*
 * Names of hosts, or the addresses of one that are special (or are not), into
 * the value, sorted.
 */
void kz_exam_value_hosts(struct exam_out *out, uint64_t hosts);
void kz_exam_value_addrs(struct exam_out *out, uint8_t host, bool special);
void kz_exam_value_list(
	struct exam_out *out, const struct kz_addr *list, size_t count);
void kz_exam_value_word(struct exam_out *out, const char *word);
void kz_exam_value_name(struct exam_out *out, const struct kz_name *name);
void kz_exam_value_mx(struct exam_out *out, uint8_t mx);
void kz_exam_value_soa(struct exam_out *out, uint8_t soa);

/*
 * The addresses of a host (family 0: of both) as rests, those of our side and
 * special ones left out; "why" gets what came of them, and the moment of the
 * finding becomes the earliest of the contacts.
 */
void kz_exam_rest_host(struct exam_out *out, uint8_t host, uint8_t family,
	enum kz_service service);

/* The errno an administrator knows from his own logs; NULL: none. */
const char *kz_exam_reach_word(enum kz_reach reach);

/* When a host was last seen alive, or now_s. */
int64_t kz_exam_alive_s(
	const struct kz_exam *exam, uint8_t host, enum kz_service service);

/* Earliest contact with the servers that answer for the zone, or now_s. */
int64_t kz_exam_zone_s(const struct kz_exam *exam);

/*
 * The one variant that every server that answers gives (field: 0 soa, 1 ns,
 * 2 mx, 3 zone_mx).  KZ_EXAM_NONE: none answered, or they differ.
 */
enum exam_field { FIELD_SOA, FIELD_NS, FIELD_MX, FIELD_ZONE_MX };
uint8_t kz_exam_agreed(const struct kz_exam *exam, enum exam_field field);

/* The variants given, as bits, and how many servers gave one. */
uint32_t kz_exam_variants(
	const struct kz_exam *exam, enum exam_field field, size_t *servers);

/* Named by the parent, or by every server of the zone alike. */
bool kz_exam_listed(const struct kz_exam *exam, uint8_t host);

/* For how long the lists of name servers may be cached. */
uint32_t kz_exam_ns_ttl_s(const struct kz_exam *exam);

/* By the resolver's word all name servers share one address per family. */
bool kz_exam_one_machine(const struct kz_exam *exam);

/* An exchanger by this name is one of ours. */
bool kz_exam_leads_to_us(const struct kz_exam *exam, uint8_t host);

/* Every server says that the site has no MX record. */
bool kz_exam_no_mx(const struct kz_exam *exam);

/* The site itself as a host; KZ_EXAM_NONE: not met. */
uint8_t kz_exam_self(const struct kz_exam *exam);

/* How a server words that it does not serve the zone. */
const char *kz_exam_lame_word(const struct kz_exam_server *dns);

/* What a client calls itself, and what does not lead to it. */
bool kz_exam_helo_doubt(const struct kz_exam *exam, uint8_t host);

/* The judges. */
void kz_exam_judge_mx(struct exam_out *out);
void kz_exam_judge_del(struct exam_out *out);
void kz_exam_judge_con(struct exam_out *out);
void kz_exam_judge_shadow(struct exam_out *out);
void kz_exam_judge_private(struct exam_out *out);
void kz_exam_judge_mname(struct exam_out *out);
void kz_exam_judge_implicit(struct exam_out *out);
void kz_exam_judge_ns(struct exam_out *out);
void kz_exam_judge_soa(struct exam_out *out);
void kz_exam_judge_views(struct exam_out *out);
void kz_exam_judge_sec(struct exam_out *out);
void kz_exam_judge_policy(struct exam_out *out);
void kz_exam_judge_tls(struct exam_out *out);
void kz_exam_judge_rdns(struct exam_out *out);
void kz_exam_judge_web(struct exam_out *out);

#endif

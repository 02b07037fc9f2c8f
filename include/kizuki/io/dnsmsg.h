/* SPDX-License-Identifier: ISC */
/*
 * dnsmsg - take what is needed out of a DNS message
 *
 * What:   ldns parses the packet; the caller gets names, addresses, MX and SOA
 *         as plain values, of the owner asked for, along CNAMEs of at most 8
 *         steps.  Everything is bounded; what exceeds a bound sets cut, and so
 *         does a name that struct kz_name cannot hold and that has no flag of
 *         its own: a list that is not cut is whole.
 * Owner:  a message belongs to whoever parsed it; the packet is not kept.
 * Errors: KZ_EFORMAT: not a DNS message that ldns accepts.
 * Source: RFC 1035 section 3.3.
 */
#ifndef KIZUKI_IO_DNSMSG_H
#define KIZUKI_IO_DNSMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/tlsa.h"

/* An address in brackets, with its NUL. */
#define KZ_DNS_LITERAL_SIZE (KZ_ADDR_TEXT_SIZE + 2)

struct kz_dnsmsg; /* a parsed message */

enum kz_dns_section { KZ_DNS_ANSWER, KZ_DNS_AUTHORITY, KZ_DNS_ADDITIONAL };

struct kz_dns_soa {
	struct kz_name owner;
	struct kz_name mname;
	struct kz_name rname; /* as a domain name */
	bool mname_odd;       /* not a name; the field above is the root then */
	bool rname_odd;       /* so are many: "john\.doe.example1.jp" */
	/* RNAME as a mailbox: what follows its first label; the root: none. */
	struct kz_name rname_domain;
	uint32_t serial, refresh_s, retry_s, expire_s, minimum_s;
	uint32_t ttl_s;
};

struct kz_dns_mx {
	uint16_t preference;
	struct kz_name host; /* the root: null MX, unless host_odd */
	bool host_odd;       /* not a name that kz_name_parse accepts */
	/* With host_odd, an address in brackets, "[10.224.31.110]"; else "". */
	char literal[KZ_DNS_LITERAL_SIZE];
	uint32_t ttl_s;
};

/* KZ_EFORMAT: no DNS message.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_dnsmsg_parse(
	const uint8_t *packet, size_t len, struct kz_dnsmsg **message);

/* A DS record that a validator can use. */
struct kz_dns_ds {
	uint16_t tag;
	uint8_t algorithm, digest_type, digest_len;
	uint8_t digest[48]; /* SHA-384 */
};

/* NULL is fine; clears the pointer. */
void kz_dnsmsg_free(struct kz_dnsmsg **message);

/* The first SOA of a section.  KZ_NOT_FOUND: none. */
KZ_MUST_CHECK enum kz_result kz_dnsmsg_soa(const struct kz_dnsmsg *message,
	enum kz_dns_section section, struct kz_dns_soa *soa);

/* MX records of owner in the answer; returns how many of max. */
size_t kz_dnsmsg_mx(const struct kz_dnsmsg *message,
	const struct kz_name *owner, struct kz_dns_mx *list, size_t max,
	bool *cut);

/* NS targets of owner in a section. */
size_t kz_dnsmsg_ns(const struct kz_dnsmsg *message,
	enum kz_dns_section section, const struct kz_name *owner,
	struct kz_name *list, size_t max, bool *cut);

/* A and AAAA of owner in a section, following CNAMEs of the answer. */
size_t kz_dnsmsg_addrs(const struct kz_dnsmsg *message,
	enum kz_dns_section section, const struct kz_name *owner,
	struct kz_addr *list, size_t max, bool *cut);

/* PTR targets of owner, following CNAMEs (RFC 2317). */
size_t kz_dnsmsg_ptr(const struct kz_dnsmsg *message,
	const struct kz_name *owner, struct kz_name *list, size_t max,
	bool *cut);

/* Whether owner itself is a CNAME in the answer, and where it leads. */
bool kz_dnsmsg_cname(const struct kz_dnsmsg *message,
	const struct kz_name *owner, struct kz_name *target);

/* Whether a section holds a record of a type, whoever owns it. */
bool kz_dnsmsg_has(const struct kz_dnsmsg *message, enum kz_dns_section section,
	uint16_t rrtype);

/*
 * What the records of a type in the answer hold, whatever their order: equal
 * for equal sets, 0 for none.
 */
uint64_t kz_dnsmsg_digest(const struct kz_dnsmsg *message, uint16_t rrtype);

/* DS records of owner whose algorithm and digest validators know. */
size_t kz_dnsmsg_ds(const struct kz_dnsmsg *message,
	const struct kz_name *owner, struct kz_dns_ds *list, size_t max,
	bool *cut);

/* Whether a DNSKEY of owner in the answer is what any of these DS names. */
bool kz_dnsmsg_has_key(const struct kz_dnsmsg *message,
	const struct kz_name *owner, const struct kz_dns_ds *list,
	size_t count);

/*
 * TLSA records of the answer that a mail client can use, whoever owns them:
 * it follows aliases.  What they hold as a whole becomes its SHA-256.
 */
size_t kz_dnsmsg_tlsa(const struct kz_dnsmsg *message, struct kz_tlsa *list,
	size_t max, bool *cut);

/* Whether the answer holds signatures of a type, and the latest end of one. */
bool kz_dnsmsg_signed(const struct kz_dnsmsg *message,
	const struct kz_name *owner, uint16_t rrtype, int64_t now_s,
	int64_t *until_s);

/* Texts of an answer; records point into buffer. */
#define KZ_DNS_TXTS 64
struct kz_dns_txt {
	bool cut; /* more than there is room for, or one that is malformed */
	size_t count;
	struct kz_str records[KZ_DNS_TXTS];
	char buffer[16384];
};

/* The TXT records of the answer, the strings of each joined. */
size_t kz_dnsmsg_txt(const struct kz_dnsmsg *message, struct kz_dns_txt *txt);

/* The least TTL in a section; 0: it is empty. */
uint32_t kz_dnsmsg_ttl(
	const struct kz_dnsmsg *message, enum kz_dns_section section);

/*
 * Whose NS records a section holds: the zone that a referral leads to.
 * KZ_NOT_FOUND: no NS record with an owner that is a name.
 */
KZ_MUST_CHECK enum kz_result kz_dnsmsg_ns_owner(const struct kz_dnsmsg *message,
	enum kz_dns_section section, struct kz_name *owner);

#endif

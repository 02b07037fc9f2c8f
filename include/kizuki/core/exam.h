/* SPDX-License-Identifier: ISC */
/*
 * exam - what one examination of a site saw, and the findings it makes
 *
 * What:   the prober fills in raw answers (who delegates, what each server
 *         says, which address answers where); kz_exam_judge turns them into
 *         findings, and kz_exam_complete says which families were looked at in
 *         full.
 * Pure:   values in, findings out through a call-back.  A struct kz_exam is
 *         some 100 KB: the caller keeps it, never the stack.
 * Owner:  a plain value; names, addresses and answers refer to each other by
 *         index.  What does not fit sets a flag, and is never held against
 *         the site.
 * Units:  seconds since 1970 UTC.
 * Source: kizuki's docs/DESIGN.md, Terms, Evidence and Probing.
 */
#ifndef KIZUKI_CORE_EXAM_H
#define KIZUKI_CORE_EXAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/finding.h"
#include "kizuki/core/tlsa.h"

#define KZ_EXAM_HOSTS      64 /* names; a set of them is a uint64_t */
#define KZ_EXAM_ADDRS      192
#define KZ_EXAM_HOST_ADDRS 12 /* of one name, special ones among them */
#define KZ_EXAM_VARIANTS   8  /* different answers to one question */
#define KZ_EXAM_MX         16 /* records in one MX set */
#define KZ_EXAM_MX_TESTED  10 /* hosts tested, by preference */
#define KZ_EXAM_NS_TESTED  13
#define KZ_EXAM_SHADOWS    4
#define KZ_EXAM_VIEWS      16 /* (server, host) pairs compared */
#define KZ_EXAM_VIEW_ADDRS 8
#define KZ_EXAM_CLIENTS    4
#define KZ_EXAM_PAGES      4
#define KZ_EXAM_NONE       255 /* no index */

/* What a look-up came to. */
enum kz_exam_look {
	KZ_EXAM_UNASKED,
	KZ_EXAM_FAILED, /* SERVFAIL, bogus, cut off */
	KZ_EXAM_DATA,
	KZ_EXAM_NODATA,
	KZ_EXAM_NXDOMAIN
};

/* Whether the servers of the zone that holds a name bear the resolver out. */
enum kz_exam_proof {
	KZ_EXAM_UNPROVEN, /* not asked, none answered, or they differ */
	KZ_EXAM_PROVEN    /* all that answered directly say the same */
};

struct kz_exam_host {
	struct kz_name name;
	enum kz_exam_look a, aaaa; /* the resolver's word */
	enum kz_exam_proof proof;
	bool alias;       /* owner of a CNAME */
	bool synthesised; /* ... that a DNAME made */
	bool glue;        /* the parent gave an address for it */
	bool cut;         /* it has more addresses than are kept */
	uint8_t addr_count;
	uint8_t addrs[KZ_EXAM_HOST_ADDRS]; /* indices */
	uint16_t glue_only; /* bits: which of them only the parent gives */
	uint16_t glued;     /* bits: which of them the parent gives */
	uint32_t ttl_s;
	int64_t when_s;
	struct kz_tlsa_seen tlsa; /* of an exchanger's port 25 */
};

/* Signatures of an answer. */
enum kz_exam_sig {
	KZ_EXAM_SIG_UNKNOWN,
	KZ_EXAM_SIG_NONE,
	KZ_EXAM_SIG_VALID, /* by its dates */
	KZ_EXAM_SIG_EXPIRED
};

/* Whether a server has a key that the parent's DS names. */
enum kz_exam_keys {
	KZ_EXAM_KEYS_UNKNOWN,
	KZ_EXAM_KEYS_MATCH,
	KZ_EXAM_KEYS_OTHER /* or none at all */
};

/* What validation came to. */
enum kz_exam_sec_state {
	KZ_EXAM_SEC_UNKNOWN,
	KZ_EXAM_SEC_INSECURE,
	KZ_EXAM_SEC_SECURE,
	KZ_EXAM_SEC_BOGUS
};

/* By the validating resolver. */
struct kz_exam_sec {
	enum kz_exam_sec_state zone; /* SOA and MX of the zone */
	bool parent_secure;          /* the zone above validates */
	enum kz_exam_look ds;
	bool ds_secure;
	uint8_t ds_count; /* of algorithms that are known */
	uint32_t ds_ttl_s;
};

/* A text of the site, read for faults. */
struct kz_exam_text {
	bool known;   /* read to the end */
	bool present; /* the site has one */
	bool proven;  /* by every server of the zones that hold it */
	uint32_t ttl_s;
	int64_t when_s;
	const char *fault; /* NULL, or a static text */
};

struct kz_exam_policy {
	bool asked;
	struct kz_exam_text spf, dmarc, sts;
	bool spf_all; /* everybody passes */
	uint8_t sts_weight;
};

/* The front page of a host, from one of its addresses. */
struct kz_exam_page {
	uint8_t host, addr;
	enum kz_reach reach; /* by https */
	enum kz_reach plain; /* by http, where that was dead */
	unsigned status;     /* 0: no answer */
	char title[96];
	struct kz_name leads_to; /* the host it redirects to; the root: none */
	uint64_t certificate;
	int64_t until_s; /* of the certificate; 0: none */
	int64_t when_s;
};

/* A client that mail of the site came from. */
struct kz_exam_client {
	struct kz_addr addr;
	enum kz_exam_look ptr;
	bool ptr_proven;
	uint32_t ptr_ttl_s;
	int64_t when_s;
	/* Its reverse names: do they lead back? */
	bool confirmed, forward_sure, cut;
	struct kz_name first; /* the first of them */
	/* Servers of the reverse zone, where the look-up failed. */
	bool broken; /* all of them dead or lame */
	size_t dead_count;
	struct kz_addr dead[8];
	/* What it calls itself; "": not known. */
	char helo[KZ_NAME_MAX + 3];
	bool helo_ours; /* our own name or address */
	struct kz_name name;
	bool helo_name; /* name holds it, a host name */
	uint8_t host;   /* the same as a host */
	bool helo_kin;  /* the confirmed reverse name is of the same domain */
};

/* What one address said of the zone, recursion not desired. */
struct kz_exam_server {
	enum kz_reach reach; /* of the SOA question; NONE: not asked */
	uint8_t rcode;       /* with ALIVE */
	bool authoritative;  /* with ALIVE: AA */
	bool upward;         /* with ALIVE: a referral */
	uint8_t soa; /* variants; KZ_EXAM_NONE: no such answer with AA */
	uint8_t ns;
	uint8_t mx;        /* of the site */
	uint8_t zone_mx;   /* of the zone; the same where it is the site */
	uint32_t serial;   /* with soa */
	enum kz_reach tcp; /* the same question by TCP; NONE: not asked */
	int64_t tcp_when_s;
	enum kz_exam_sig sig, sig_tcp; /* of the SOA, by UDP and TCP */
	int64_t sig_until_s;
	enum kz_exam_keys keys;
	int64_t when_s; /* of the contact */
};

struct kz_exam_addr {
	struct kz_addr addr;
	bool special;        /* special-purpose: never contacted */
	bool reserved;       /* ... for documentation, or by class D or E */
	bool ours;           /* of a mail exchanger of our own */
	enum kz_reach smtp;  /* NONE: not contacted */
	bool patient;        /* ... and the banner was waited for to the end */
	int64_t smtp_when_s; /* of the contact */
	uint8_t tls_count;
	struct kz_tls_seen tls[KZ_TLS_NAMES];
	struct kz_exam_server dns;
};

struct kz_exam_soa {
	uint8_t mname; /* host; its name may be the root */
	bool mname_odd;
	struct kz_name rname;
	uint32_t serial; /* the newest one seen with these names */
	uint32_t ttl_s;
	uint32_t refresh_s, retry_s, expire_s;
	bool timers_differ; /* between servers */
	/* Where the mailbox of the zone's keeper lies; the root: nowhere. */
	struct kz_name rname_domain;
};

struct kz_exam_mx {
	uint16_t preference;
	uint8_t host; /* KZ_EXAM_NONE: null or odd */
	bool odd;     /* not a host name at all; neither flag nor host: null */
};

/* Sorted by preference, then host name; no record twice. */
struct kz_exam_mxset {
	uint8_t count; /* 0: the answer said that there are none */
	bool cut;
	uint32_t ttl_s;
	struct kz_exam_mx list[KZ_EXAM_MX];
};

struct kz_exam_nsset {
	uint64_t hosts; /* bits */
	bool cut;
	uint32_t ttl_s;
};

/* What one server of the zone says of the addresses of a name in it. */
struct kz_exam_view {
	uint8_t server; /* address */
	uint8_t host;
	enum kz_exam_look a, aaaa; /* with AA; FAILED: no such answer */
	bool cut;
	uint8_t count;
	struct kz_addr list[KZ_EXAM_VIEW_ADDRS];
};

/* Whether the mailbox of the zone's keeper can be written to. */
enum kz_exam_rname {
	KZ_EXAM_RNAME_UNKNOWN,
	KZ_EXAM_RNAME_FINE,
	KZ_EXAM_RNAME_MISSING, /* proven: its domain does not exist */
	KZ_EXAM_RNAME_NULL     /* proven: its domain takes no mail */
};

/* An address that the domain publishes, asked as if it served the zone. */
struct kz_exam_shadow {
	uint8_t addr;
	enum kz_reach soa_reach, mx_reach, control_reach;
	uint8_t soa_rcode;
	bool soa_authoritative, mx_authoritative, control_authoritative;
	uint8_t soa, zone_mx; /* variants */
	int64_t when_s;
};

enum kz_exam_parent {
	KZ_EXAM_PARENT_UNKNOWN, /* not asked, silent, or serving both zones */
	KZ_EXAM_PARENT_AGREED,  /* one NS set from all that answered */
	KZ_EXAM_PARENT_DIFFERS
};

struct kz_exam {
	int64_t now_s;       /* when the findings are made */
	struct kz_name site; /* subject of MX */
	struct kz_name zone; /* subject of DEL and CON */
	bool zone_known;
	bool tcp;       /* port 25 might be contacted */
	bool sender;    /* its name was seen as a verified MAIL FROM */
	bool served;    /* its mail is ours to take */
	bool mx_cut;    /* the work on MX ended before it was done */
	bool dns_cut;   /* ... on DEL and CON */
	bool hosts_cut; /* more names than KZ_EXAM_HOSTS, or servers left out */
	bool web_asked, web_cut, tls_asked;

	enum kz_exam_look mx_look; /* the resolver's word on the site's MX */
	uint8_t mx;                /* ... as a variant */
	enum kz_exam_look zone_mx_look;
	uint8_t zone_mx;

	enum kz_exam_parent parent;
	bool parent_asked;  /* and what could be learned was learned */
	uint64_t parent_ns; /* bits of hosts; the union where they differ */
	uint64_t published; /* names met: the apex, www, HELO names, ... */
	uint64_t linked;    /* names that the pages link to */
	uint32_t parent_ttl_s;
	enum kz_exam_rname rname;
	struct kz_exam_sec sec;
	struct kz_exam_policy policy;
	struct kz_exam_page pages[KZ_EXAM_PAGES];
	struct kz_exam_client clients[KZ_EXAM_CLIENTS];

	uint8_t host_count, addr_count;
	uint8_t soa_count, mx_count, ns_count, shadow_count, view_count;
	uint8_t page_count, client_count;
	struct kz_exam_host hosts[KZ_EXAM_HOSTS];
	struct kz_exam_addr addrs[KZ_EXAM_ADDRS];
	struct kz_exam_soa soas[KZ_EXAM_VARIANTS];
	struct kz_exam_mxset mxs[KZ_EXAM_VARIANTS];
	struct kz_exam_nsset nss[KZ_EXAM_VARIANTS];
	struct kz_exam_shadow shadows[KZ_EXAM_SHADOWS];
	struct kz_exam_view views[KZ_EXAM_VIEWS];
};

/* Nothing seen yet; the zone is the site until it is known better. */
void kz_exam_init(struct kz_exam *exam, const struct kz_name *site, bool tcp,
	int64_t now_s);

/* The index of a name, added where it is new.  KZ_EXAM_NONE: no room. */
uint8_t kz_exam_host(struct kz_exam *exam, const struct kz_name *name);

/*
 * The same for what stands where a name is due and is an address in brackets
 * ("[10.224.31.110]", shorter than a name): nothing to look up.
 */
uint8_t kz_exam_literal(struct kz_exam *exam, const char *text);

/* Whether a host is an address written as a name, with brackets or without. */
bool kz_exam_is_literal(const struct kz_exam_host *host);

/* The index of an address, added where it is new.  KZ_EXAM_NONE: no room. */
uint8_t kz_exam_addr(
	struct kz_exam *exam, const struct kz_addr *addr, bool special);

/*
 * A host has an address: at most per_family of each family, special-purpose
 * ones not counted; what exceeds that sets the host's cut.  Returns the index
 * or KZ_EXAM_NONE.
 */
uint8_t kz_exam_host_addr(struct kz_exam *exam, uint8_t host,
	const struct kz_addr *addr, bool special, uint8_t per_family);

/* As kz_exam_host_addr, for an address that the parent gives as glue. */
uint8_t kz_exam_host_glue(struct kz_exam *exam, uint8_t host,
	const struct kz_addr *addr, bool special, uint8_t per_family);

/* The variant with this mname and rname; the newer serial stays. */
uint8_t kz_exam_soa(struct kz_exam *exam, const struct kz_exam_soa *soa);

/* One more record into a set that is being built. */
void kz_exam_mx_put(const struct kz_exam *exam, struct kz_exam_mxset *set,
	const struct kz_exam_mx *mx);

/* The variant with the same records; KZ_EXAM_NONE: no room. */
uint8_t kz_exam_mxset(struct kz_exam *exam, const struct kz_exam_mxset *set);
uint8_t kz_exam_nsset(struct kz_exam *exam, const struct kz_exam_nsset *set);

/*
 * A record that proves ownership of a domain and never takes mail: below
 * .invalid or mx-verification.google.com.  Such hosts are not tested.
 */
bool kz_exam_verification(const struct kz_name *host);

/* Hosts of an MX set that are worth testing: bits, the best ones first cut. */
uint64_t kz_exam_mx_hosts(
	const struct kz_exam *exam, uint8_t mx, bool *truncated);

/* Name servers published: by the parent or by any server of the zone. */
uint64_t kz_exam_ns_hosts(const struct kz_exam *exam);

/* Hosts that a SOA of the zone names as its primary, whoever said it. */
uint64_t kz_exam_primaries(const struct kz_exam *exam);

/* The domain that all servers alike give for the keeper's mailbox. */
bool kz_exam_rname_domain(const struct kz_exam *exam, struct kz_name *domain);

/*
 * Names in the zone whose addresses its servers are asked for one by one: its
 * name servers and mail hosts, as many as views allow.
 */
uint64_t kz_exam_viewed(const struct kz_exam *exam);

/* An address of a published name server that answers for the zone. */
bool kz_exam_serves(const struct kz_exam *exam, uint8_t addr);

/* Whether an address answers for the zone: NOERROR, AA, SOA of the zone. */
bool kz_exam_answers(const struct kz_exam_server *server);

/* A name that is no host on the Internet: one label, .local and such. */
bool kz_exam_local_name(const struct kz_name *name);

/*
 * Whether what the resolver says of a host would make a fault of content, so
 * that the servers of the zone that holds the name must be asked.
 */
bool kz_exam_doubtful(const struct kz_exam *exam, uint8_t host);

/* ... and whether each of its addresses matters, not only special ones. */
bool kz_exam_exactly(const struct kz_exam *exam, uint8_t host);

/*
 * A serial that shows by itself that nobody touched the zone for over 400
 * days: a date YYYYMMDDnn, or seconds since 1970.
 */
bool kz_exam_serial_old(uint32_t serial, int64_t now_s);

/* Takes one finding; it lives during the call. */
typedef void kz_exam_emit(void *arg, const struct kz_finding *finding);

/* All findings. */
void kz_exam_judge(const struct kz_exam *exam, kz_exam_emit *emit, void *arg);

/* Fills KZ_FAMILY_COUNT entries. */
void kz_exam_complete(const struct kz_exam *exam, bool *complete);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * site_priv - the examination of one site, as it runs
 *
 * What:   two tracks side by side: the zone (delegation, servers, contents,
 *         proofs, shadow copies) and the mail exchangers.  Each track is a row
 *         of steps; a step starts questions, and the next one begins when all
 *         of them were answered and the names it waits for are looked up.
 * Owner:  a site owns itself and ends with its "done" line.
 */
#ifndef KIZUKI_PROBE_SITE_PRIV_H
#define KIZUKI_PROBE_SITE_PRIV_H

#include "kizuki/core/exam_reg.h"
#include "kizuki/core/policytext.h"
#include "kizuki/core/spfcheck.h"

#include "ask_priv.h"
#include "whom_priv.h"

/* Addresses of one host and family: kept, and asked as a name server. */
#define HOST_ADDRS_KEPT 4
#define HOST_ADDRS_DNS  2

/* A track stands at the step that it runs next. */
struct track {
	struct group group;
	unsigned step;
	bool ended;
	uint64_t waits; /* for the addresses of these hosts */
};

/* Servers whose answers are compared name by name, and asked by TCP. */
#define SITE_SERVERS 4
#define SITE_DS_KEPT 8
/* Reverse names of one client. */
#define SITE_REVERSE_NAMES 10

/* What an exchanger promises of its certificates. */
struct tlsa_set {
	uint8_t host;
	struct kz_name name;
	size_t count;
	struct kz_tlsa list[KZ_TLSA_MAX];
};

/* Addresses of one exchanger that a contact's mail may go to. */
#define REGMAIL_HOST_ADDRS 8

struct regmail_host {
	struct kz_name name;
	size_t count;
	struct kz_addr addrs[REGMAIL_HOST_ADDRS];
};

/* How the mail domain of one contact is looked at. */
struct regmail {
	size_t contact;
	struct confirm_claim claim;    /* of its MX records */
	enum kz_exam_reg_mail proving; /* by that claim alone */
	size_t host_count;
	struct regmail_host hosts[KZ_EXAM_REG_HOSTS];
	size_t waiting; /* questions under way */
	bool unproven;
	bool others; /* addresses after the first are asked too */
};

struct site {
	struct probe *probe;
	struct kz_line_examine wanted;
	int64_t oldest_s; /* answers from before this do not do */
	struct kz_exam exam;
	struct event *limit, *dns_limit;
	uint32_t conversations;
	bool running;      /* a step is under way: answers wait for it */
	bool suffix;       /* the zone is a public suffix: nobody's site */
	bool parent_known; /* the zone above */
	bool referred;     /* some server of it said what it knows */
	bool mx_named;     /* the hosts are known and looked up */

	struct group names;       /* look-ups of host addresses */
	uint64_t looking, looked; /* hosts */

	struct track dns;
	struct kz_name parent;
	struct servers_reply parent_servers;
	uint64_t seeds; /* name servers by the resolver's word */
	unsigned rounds;
	bool soa_asked[KZ_EXAM_ADDRS];
	bool content_asked[KZ_EXAM_ADDRS];
	struct kz_dns_ds ds[SITE_DS_KEPT];

	struct kz_spfcheck spf;
	struct confirm_claim spf_claims[KZ_SPFCHECK_TERMS + 1];
	struct confirm_claim dmarc_claim, sts_claim;
	struct kz_name reports[KZ_DMARC_REPORTS];
	struct kz_name reverse[KZ_EXAM_CLIENTS][SITE_REVERSE_NAMES];

	struct group web; /* pages being fetched */

	struct track mx;
	struct tlsa_set tlsa[KZ_EXAM_MX_TESTED]; /* of exchangers */
	size_t tlsa_count;
	bool smtp_asked[KZ_EXAM_ADDRS];
	unsigned smtp_running;

	struct track registry;
	struct kz_exam_reg *reg; /* NULL: registries are not asked */
	struct regmail regmail;
	struct whom reg_whom;
	bool reg_kept;   /* judged by an answer of an earlier look */
	bool reg_abroad; /* the network is none of JPNIC's */
};

/* Begin; the probe's count of sites goes up until the site is done. */
void site_start(struct probe *probe, const struct kz_line_examine *wanted);

/* Look up a host once, and let a track wait for it. */
void site_look(struct site *site, struct track *track, uint64_t hosts);

/* Go on with whatever can go on.  The site may be gone afterwards. */
void site_poke(struct site *site);

/* One more conversation; false: the site has cost enough. */
bool site_spend(struct site *site);

/* An address of a host, with what is to be said of it. */
uint8_t site_host_addr(
	struct site *site, uint8_t host, const struct kz_addr *addr, bool glue);

/* It will take longer than a site usually may. */
void site_extend(struct site *site);

/* A question to a server, within what one site may cost. */
void site_ask(struct site *site, uint8_t addr, uint16_t type,
	const struct kz_name *name, dns_done *done, uint32_t tag);

/* The zone's track waits for what the mail track finds. */
bool site_dns_blocked(const struct site *site);

/* The steps of the tracks.  True: there is a further one. */
bool site_dns_step(struct site *site);
bool site_mx_step(struct site *site);
bool site_reg_step(struct site *site);

/* Look whether the contact with this number can be written to. */
void site_reg_mail(struct site *site, unsigned at);

/*
 * The findings of the registration, where it was asked for.  True: all of it
 * was answered.
 */
bool site_reg_report(struct site *site);

/* An MX answer as a set; the hosts are added to the examination. */
uint8_t site_mxset(struct site *site, const struct kz_name *owner,
	const struct kz_dnsmsg *message);

/* Steps of the zone's track in files of their own. */
void site_referral(struct site *site, size_t from, size_t to);
void site_soa(struct site *site, uint64_t hosts);
void site_content(struct site *site);
void site_proof(struct site *site);
void site_shadow(struct site *site);

/* A contact with port 25 of an address, as often as this look may have it. */
struct smtp_question site_smtp_question(
	const struct site *site, const struct kz_addr *addr);

/* What was found of an address that might hold a second copy of the zone. */
void site_shadow_said(struct site *site, const struct kz_finding *finding);
void site_tcp(struct site *site, bool first);
void site_views(struct site *site);
void site_rname(struct site *site);
void site_security(struct site *site);
void site_keys(struct site *site);
void site_policy(struct site *site);
void site_web(struct site *site);

/* TLSA records of exchangers, and what an address showed of its certificates */
void site_tlsa(struct site *site, uint64_t hosts);
void site_tls(struct site *site, uint8_t addr, const struct smtp_reply *reply);

/*
 * Of several exchangers at one address the one that it is asked for TLS as:
 * any of them, for it may not be asked again for hours.  host: where TLS is
 * not judged.
 */
uint8_t site_tls_first(const struct site *site, uint8_t addr, uint8_t host);

/* One as which it was not asked yet; KZ_EXAM_NONE: that is all. */
uint8_t site_tls_next(const struct site *site, uint8_t index);

/* The MTA-STS policy that the site announces; a fault of it. */
void site_sts_policy(struct site *site);
void site_bear_out_sts(struct site *site);
void site_rdns(struct site *site);

/* Names that clients call themselves by, to be looked up. */
uint64_t site_helo_hosts(const struct site *site);

/* A name below the site: "_dmarc." and so on.  False: too long. */
bool site_below(
	const struct site *site, const char *label, struct kz_name *name);

/* The first address of each name server that answers; returns how many. */
size_t site_answering(const struct site *site, uint8_t list[SITE_SERVERS]);

/* The signatures of an answer to a SOA question. */
enum kz_exam_sig site_signature(const struct site *site,
	const struct dns_reply *reply, int64_t *until_s);

/* An answer to a SOA question, put into the examination. */
enum kz_exam_look site_look_of(const struct name_reply *reply);
uint8_t site_take_soa(
	struct site *site, const struct dns_reply *reply, uint32_t *serial);

#endif

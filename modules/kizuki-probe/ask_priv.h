/* SPDX-License-Identifier: ISC */
/*
 * ask_priv - questions under way, in groups that can be given up
 *
 * What:   a group counts its outstanding questions and is told when the last
 *         one ended; giving it up means that no answer reaches it any more,
 *         while what others wait for goes on.
 * Owner:  whoever has a group keeps it until it is idle or given up.  An
 *         answer lives during its call-back, which may ask further.
 * Errors: what went wrong at our side is an answer too (FAILED, OURS).
 */
#ifndef KIZUKI_PROBE_ASK_PRIV_H
#define KIZUKI_PROBE_ASK_PRIV_H

#include "kizuki/core/exam.h"
#include "kizuki/io/dnsmsg.h"

#include "probe_priv.h"

struct ask;
LIST_HEAD(ask_list, ask);

struct group {
	struct probe *probe;
	struct ask_list asks;
	size_t pending;
	void (*idle)(void *arg); /* after the last answer; may end the group */
	void *arg;
};

void group_make(struct group *group, struct probe *probe,
	void (*idle)(void *arg), void *arg);

/* No answer and no idle comes any more. */
void group_give_up(struct group *group);

/* What the resolver says. */
struct name_reply {
	enum kz_answer_state state;
	bool secure;
	const struct kz_dnsmsg *message; /* NULL unless DATA, NODATA, NX */
};
typedef void name_done(void *arg, uint32_t tag, const struct name_reply *reply);
void ask_name(struct group *group, const struct kz_name *name, uint16_t type,
	name_done *done, void *arg, uint32_t tag);

/* What a named server says; shared by all who ask the same. */
struct dns_question {
	struct kz_addr server;
	const struct kz_name *name;
	const struct kz_name *zone; /* whose limit it is; NULL: name */
	uint16_t type;
	bool single;      /* one datagram, no retry */
	bool tcp;         /* by TCP alone */
	bool witness;     /* asked of what others name, not of its own site */
	bool canary;      /* asked to see whether our own side works */
	int64_t oldest_s; /* an answer from before this moment does not do */
};
struct dns_reply {
	enum kz_reach reach;
	uint8_t rcode;
	bool authoritative;
	const struct kz_dnsmsg *message; /* with ALIVE; NULL: unreadable */
	int64_t when_s;                  /* of the contact */
};
typedef void dns_done(void *arg, uint32_t tag, const struct dns_reply *reply);
void ask_dns(struct group *group, const struct dns_question *question,
	dns_done *done, void *arg, uint32_t tag);

/* Whether an address speaks SMTP; shared likewise. */
struct smtp_question {
	struct kz_addr addr;
	const struct kz_name *host; /* to be asked for TLS as; NULL: not */
	bool named; /* no answer to another name does, though it costs one
		       more connection; host is not NULL */
	enum limits_purpose purpose;
	bool unlimited; /* none does: the operator named it as a canary */
	bool canary;
	int64_t oldest_s;
};
struct smtp_reply {
	enum kz_reach reach;
	bool patient;   /* the banner was waited for to the end */
	int64_t when_s; /* of the contact */
	enum kz_tls_offer tls;
	const struct kz_tls_chain *chain; /* with SHOWN */
	/* Whom TLS was asked for as, maybe by another question; the root. */
	const struct kz_name *host;
};
typedef void smtp_done(void *arg, uint32_t tag, const struct smtp_reply *reply);
void ask_smtp(struct group *group, const struct smtp_question *question,
	smtp_done *done, void *arg, uint32_t tag);

/*
 * The zone that holds a name.  known false: it could not be found out.  Where
 * the resolver finds a zone bogus, the delegation tells where it begins.
 */
struct zone_reply {
	bool known;
	struct kz_name zone;
};
typedef void zone_done(void *arg, uint32_t tag, const struct zone_reply *reply);
void ask_zone(struct group *group, const struct kz_name *name, zone_done *done,
	void *arg, uint32_t tag);

/* Addresses that serve a zone by the resolver's word. */
#define ZONE_SERVERS_MAX 12
struct servers_reply {
	size_t count; /* 0: not found out */
	struct kz_addr list[ZONE_SERVERS_MAX];
};
typedef void servers_done(
	void *arg, uint32_t tag, const struct servers_reply *reply);
void ask_servers(struct group *group, const struct kz_name *zone,
	servers_done *done, void *arg, uint32_t tag);

/*
 * Whether the servers of the zone that holds a name say what the resolver
 * says of its addresses; along aliases.
 */
struct proof_claim {
	struct kz_name name;
	bool missing; /* no address at all */
	bool exact;   /* these addresses, no other ones */
	size_t count;
	struct kz_addr list[KZ_EXAM_HOST_ADDRS];
	bool alias;           /* an alias itself */
	size_t special_count; /* these special-purpose addresses, no other */
	struct kz_addr special[KZ_EXAM_HOST_ADDRS];
	int64_t oldest_s; /* answers from before this do not do */
};
struct proof_reply {
	bool proven;
	uint32_t ttl_s;
	int64_t when_s; /* the earliest contact it rests on */
};
typedef void proof_done(
	void *arg, uint32_t tag, const struct proof_reply *reply);
void ask_proof(struct group *group, const struct proof_claim *claim,
	proof_done *done, void *arg, uint32_t tag);

/*
 * Whether the servers of the zone that holds a name say what the resolver
 * says of it: that it does not exist, or exactly these records.
 */
struct confirm_claim {
	struct kz_name name;
	uint16_t type;
	bool missing;    /* NXDOMAIN */
	uint64_t digest; /* of the records, kz_dnsmsg_digest */
	int64_t oldest_s;
};
void ask_confirm(struct group *group, const struct confirm_claim *claim,
	proof_done *done, void *arg, uint32_t tag);

/* Whether all servers of a reverse zone, whose look-up fails, are at fault. */
struct reverse_reply {
	bool broken;
	size_t dead_count; /* these do not answer; the others are lame */
	struct kz_addr dead[8];
	int64_t when_s; /* of the latest contact; 0: none */
};
typedef void reverse_done(
	void *arg, uint32_t tag, const struct reverse_reply *reply);
void ask_reverse(struct group *group, const struct kz_name *name,
	reverse_done *done, void *arg, uint32_t tag);

void zones_open(struct probe *probe);
void zones_close(struct probe *probe);

/* For the makers of the above: one outstanding question. */
struct ask {
	LIST_ENTRY(ask) in_group;
	TAILQ_ENTRY(ask) in_share; /* those who wait for one answer */
	struct group *group;       /* NULL: given up */
	/* Frees it, when nobody else needs the answer; NULL: others do. */
	void (*cancel)(struct ask *ask);
	union {
		name_done *name;
		dns_done *dns;
		smtp_done *smtp;
		zone_done *zone;
		servers_done *servers;
		proof_done *proof;
		reverse_done *reverse;
	} done;
	void *arg;
	uint32_t tag;
};

/* size: of the struct that begins with the ask. */
void *ask_open(struct group *group, size_t size);

/* The answer was handed over: count it off and free it. */
void ask_close(struct ask *ask);

#endif

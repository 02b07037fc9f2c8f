/* SPDX-License-Identifier: ISC */
/*
 * exam_reg - what registries said of one domain, and the findings it makes
 *
 * What:   the prober fills in answers of registries beside what the zone and
 *         its parent say; kz_exam_reg_judge turns them into findings of the
 *         family REG.  What only a person can know (a contact who has retired)
 *         is not among them.
 * Pure:   values in, findings out through a call-back.  A struct kz_exam_reg
 *         is some 30 KB: the caller keeps it, never the stack.
 * Not:    the age of a domain's record: registries renew by themselves.
 * Source: sections 2.2 and 2.3 of the paper, figures 8 to 10.
 */
#ifndef KIZUKI_CORE_EXAM_REG_H
#define KIZUKI_CORE_EXAM_REG_H

#include "kizuki/core/exam.h"
#include "kizuki/core/registry.h"

/* Handles that are asked for in one examination. */
#define KZ_EXAM_REG_CONTACTS 4
/* Of one contact's mail: exchangers looked up, addresses contacted. */
#define KZ_EXAM_REG_HOSTS 4
#define KZ_EXAM_REG_ADDRS 6

/* A set of name servers, sorted. */
struct kz_exam_reg_set {
	bool known; /* completely */
	size_t count;
	struct kz_name list[KZ_REGISTRY_SERVERS];
};

/* What is to be said of the domain of a contact's address. */
enum kz_exam_reg_mail {
	KZ_EXAM_REG_MAIL_UNKNOWN,
	KZ_EXAM_REG_MAIL_NXDOMAIN, /* proven */
	KZ_EXAM_REG_MAIL_NULL,     /* proven: null MX */
	KZ_EXAM_REG_MAIL_HOSTS     /* its exchangers were looked at */
};

/* An address of exchangers of that domain. */
struct kz_exam_reg_addr {
	struct kz_addr addr;
	uint8_t hosts;       /* bits: whose it is */
	enum kz_reach reach; /* on port 25; NONE: not to be contacted */
	int64_t when_s;      /* of the contact */
};

/* Exchangers of that domain, or itself where it has no MX. */
struct kz_exam_reg_hosts {
	bool whole;   /* all of them are known, and all their addresses */
	bool proven;  /* their list, and that some have no address at all */
	bool special; /* some have special-purpose addresses */
	size_t count;
	struct kz_exam_reg_addr addrs[KZ_EXAM_REG_ADDRS];
};

/* A contact, and what the registries that may know its handle said. */
struct kz_exam_reg_contact {
	struct kz_registry_contact contact;
	bool japanese; /* the handle is one of JPRS or JPNIC */
	enum kz_registry_outcome at_jprs, at_jpnic; /* UNCLEAR: not asked */
	enum kz_registry_outcome at_link;           /* RDAP, at itself */
	struct kz_registry_date updated;            /* of its record */
	enum kz_exam_reg_mail mail;
	struct kz_exam_reg_hosts hosts; /* with MAIL_HOSTS */
};

struct kz_exam_reg {
	int64_t now_s;
	struct kz_name domain;            /* the registrable one: subject */
	struct kz_registry_answer answer; /* UNCLEAR: not asked */
	struct kz_exam_reg_set delegated, served;
	struct kz_addr client;             /* KZ_ADDR_NONE: no network asked */
	struct kz_registry_answer network; /* that holds client */
	uint32_t stale_s;                  /* reg-net-stale: older than this */
	size_t contact_count;
	struct kz_exam_reg_contact contacts[KZ_EXAM_REG_CONTACTS];
};

/* JP and eight digits: such a handle is known to JPNIC alone. */
bool kz_exam_reg_group(const char *handle);

/* Whether any registry has still to be asked for a contact's handle. */
bool kz_exam_reg_ask_jprs(const struct kz_exam_reg_contact *contact);
bool kz_exam_reg_ask_jpnic(const struct kz_exam_reg_contact *contact);

/*
 * The contacts of both answers that are worth asking for, as far as there is
 * room; japanese tells whose handles they are.
 */
void kz_exam_reg_contacts(
	struct kz_exam_reg *exam, bool domain_japanese, bool network_japanese);

/*
 * Name servers of an examination: by the parent (all that it gave the same),
 * and by every server of the zone that answered.
 */
void kz_exam_reg_sets(struct kz_exam_reg *exam, const struct kz_exam *zone);

/*
 * Whether the mail domain of a contact is to be judged: there is one, it is
 * not part of the domain itself, and no earlier contact has the same.
 */
bool kz_exam_reg_mail_wanted(const struct kz_exam_reg *exam, size_t at);

/* All findings of the family REG. */
void kz_exam_reg_judge(
	const struct kz_exam_reg *exam, kz_exam_emit *emit, void *arg);

/* Whether all of it was answered, one way or the other. */
bool kz_exam_reg_complete(const struct kz_exam_reg *exam);

#endif

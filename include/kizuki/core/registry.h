/* SPDX-License-Identifier: ISC */
/*
 * registry - what a registry said of a domain, a network or a contact
 *
 * What:   one bounded value for every kind of answer, and the readers of
 *         WHOIS text: JPRS and JPNIC ("[Label] value", English or Japanese)
 *         and the "Key: value" form of ICANN.  RDAP is read by
 *         kizuki/front/rdap.h into the same value.
 * Pure:   text in, value out.  A struct kz_registry_answer is some 8 KB.
 * Owner:  a plain value.  Whatever is kept is printable ASCII; what is none,
 *         or does not fit, is left out and sets a flag.
 * Units:  seconds since 1970 UTC.
 * Not:    decoding: text in ISO-2022-JP is made UTF-8 before
 *         (kizuki/io/charset.h).
 * Source: JPRS and JPNIC WHOIS guides; ICANN RDDS; section 2.3 of the paper,
 *         figures 8 to 10.
 */
#ifndef KIZUKI_CORE_REGISTRY_H
#define KIZUKI_CORE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/text.h"

#define KZ_REGISTRY_SERVERS    13
#define KZ_REGISTRY_CONTACTS   8
#define KZ_REGISTRY_STATES     8
#define KZ_REGISTRY_STATE_MAX  47
#define KZ_REGISTRY_HANDLE_MAX 63
#define KZ_REGISTRY_PHONE_MAX  31
#define KZ_REGISTRY_LINK_MAX   255
/* What is kept of one. */
#define KZ_REGISTRY_RECORD_SIZE 4096
/* Longest answer that is read. */
#define KZ_REGISTRY_TEXT_MAX ((size_t)64 * 1024)

enum kz_registry_kind {
	KZ_REGISTRY_DOMAIN,
	KZ_REGISTRY_NETWORK,
	KZ_REGISTRY_HANDLE /* a contact */
};

enum kz_registry_outcome {
	KZ_REGISTRY_UNCLEAR, /* nothing in it was understood */
	KZ_REGISTRY_FOUND,
	KZ_REGISTRY_MISSING, /* it says that there is no such record */
	KZ_REGISTRY_REFUSED  /* empty, or it says that we ask too much */
};

/* Roles of a contact: bits. */
#define KZ_REGISTRY_ADMIN      1U
#define KZ_REGISTRY_TECH       2U
#define KZ_REGISTRY_ABUSE      4U
#define KZ_REGISTRY_REGISTRANT 8U
#define KZ_REGISTRY_OTHER      16U

struct kz_registry_date {
	int64_t when_s;     /* 0: not said */
	int16_t offset_min; /* of the clock by which it was said, from UTC */
	bool day;           /* no time of the day was said */
};

struct kz_registry_contact {
	char handle[KZ_REGISTRY_HANDLE_MAX + 1]; /* "RT0040JP"; may be empty */
	char link[KZ_REGISTRY_LINK_MAX + 1];     /* RDAP: where it is itself */
	uint8_t roles;
	struct kz_name mail; /* domain of its address; the root: none public */
};

struct kz_registry_answer {
	enum kz_registry_kind kind;
	enum kz_registry_outcome outcome;
	bool cut;      /* something did not fit */
	bool redacted; /* the registry hides contacts */
	struct kz_name domain;
	char handle[KZ_REGISTRY_HANDLE_MAX + 1]; /* of a contact itself */
	char phone[KZ_REGISTRY_PHONE_MAX + 1];   /* of a contact itself */
	struct kz_addr first, last;              /* of a network */
	size_t state_count;
	char states[KZ_REGISTRY_STATES][KZ_REGISTRY_STATE_MAX + 1];
	size_t server_count;
	struct kz_name servers[KZ_REGISTRY_SERVERS]; /* sorted, each once */
	size_t contact_count;
	struct kz_registry_contact contacts[KZ_REGISTRY_CONTACTS];
	struct kz_registry_date expires, updated, created;
	/*
	 * The registry renewed it by itself: JPRS stamps the first hours of a
	 * month.  Such a date says nothing of people.
	 */
	bool updated_by_rule;
	int64_t asked_s;              /* when it was given; 0: not said */
	char server[KZ_NAME_MAX + 1]; /* by whom; "": not said */
};

/*
 * Read WHOIS text, UTF-8, of whichever form it has.  addr, where not NULL, is
 * what was asked for: of several networks the smallest that holds it is taken,
 * else the smallest.  Always fills *answer; any bytes may come.
 */
void kz_registry_read(struct kz_str text, const struct kz_addr *addr,
	struct kz_registry_answer *answer);

/*
 * The server that IANA's WHOIS names for a top-level domain ("whois:", or
 * "refer:"), as answer->server of one that is FOUND; UNCLEAR: it names none.
 */
void kz_registry_referral(
	struct kz_str text, struct kz_registry_answer *answer);

/* Words for people and JSON; static, never NULL. */
const char *kz_registry_kind_text(enum kz_registry_kind kind);
const char *kz_registry_outcome_text(enum kz_registry_outcome outcome);

/* The same words read back.  KZ_NOT_FOUND: none of them. */
KZ_MUST_CHECK enum kz_result kz_registry_kind_find(
	struct kz_str text, enum kz_registry_kind *kind);
/* Likewise. */
KZ_MUST_CHECK enum kz_result kz_registry_outcome_find(
	struct kz_str text, enum kz_registry_outcome *outcome);

/* "admin tech"; appended to text. */
void kz_registry_roles(uint8_t roles, struct kz_text *text);

/* "2020-11-30", or "2019-12-01T01:11:07+09:00". */
void kz_registry_day(const struct kz_registry_date *date, struct kz_text *text);

/* For readers: add one thing; twice the same is once.  False: not kept. */
bool kz_registry_add_server(
	struct kz_registry_answer *answer, struct kz_str name);
bool kz_registry_add_state(
	struct kz_registry_answer *answer, struct kz_str state);

/*
 * handle, link and mail may be empty, roles of the same handle (or without
 * one, of the same mail) add up.  NULL: not kept.
 */
struct kz_registry_contact *kz_registry_add_contact(
	struct kz_registry_answer *answer, struct kz_str handle,
	struct kz_str mail, uint8_t roles);

/*
 * What is kept of an answer that found a domain: not the addresses of its
 * contacts, nor where these are found.  Keepable: it says when it was given.
 */
void kz_registry_keep(struct kz_registry_answer *answer);
bool kz_registry_keepable(const struct kz_registry_answer *answer);

/*
 * Record version 1 of what is kept, whatever else is in *answer.  KZ_EINVAL:
 * not keepable.  KZ_ETRUNC: longer than size, as KZ_REGISTRY_RECORD_SIZE may
 * be with 13 of the longest names there are.
 */
KZ_MUST_CHECK enum kz_result kz_registry_encode(
	const struct kz_registry_answer *answer, uint8_t *record, size_t size,
	size_t *len);

/*
 * Any version ever released; *answer is written to in any case.  KZ_EVERSION:
 * newer.  KZ_ETRUNC, KZ_EINVAL.
 */
KZ_MUST_CHECK enum kz_result kz_registry_decode(
	const uint8_t *record, size_t len, struct kz_registry_answer *answer);

/* A handle: letters, digits, "-", "_", "."; KZ_EINVAL: is none. */
KZ_MUST_CHECK enum kz_result kz_registry_handle(
	struct kz_str text, char handle[KZ_REGISTRY_HANDLE_MAX + 1]);

/*
 * "2020/11/30", "2019/12/01 01:11:07 (JST)" (days and moments of Japan), or
 * RFC 3339 as "2020-11-30T00:00:00.0Z", whose offset may be missing.
 * KZ_EFORMAT: neither, or no such day.
 */
KZ_MUST_CHECK enum kz_result kz_registry_date_parse(
	struct kz_str text, struct kz_registry_date *date);

/* The number of addresses in a range, as a power of two rounded up. */
unsigned kz_registry_width(
	const struct kz_addr *first, const struct kz_addr *last);

/* "10.224.31.96/28", or "FIRST-LAST" where it is no network. */
void kz_registry_range(
	const struct kz_registry_answer *answer, struct kz_text *text);

#endif

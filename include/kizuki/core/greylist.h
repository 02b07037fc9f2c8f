/* SPDX-License-Identifier: ISC */
/*
 * greylist - how long mail of one (origin, sender, recipient) waits
 *
 * What:   given an entry, its origin's record and the present moment, say
 *         whether the mail waits or comes in and what to write back; and what
 *         the end of DATA does to entry and origin.
 * Pure:   no clock, no store.  The caller reads, asks, and writes.
 * Units:  every *_s is in seconds; moments are seconds since 1970 UTC, 0 is
 *         "never".
 * Clock:  set back counts as no time passed: nobody is let in early by it, and
 *         a wait grows by the jump at most.  What was stored more than
 *         window_s ahead of now comes from a clock that was wrong, and counts
 *         as not there: so a year's jump cannot hold a mail for a year.
 * Source: Ishijima 2020, section 3; RFC 6647; kizuki's docs/DESIGN.md,
 *         Decisions.
 */
#ifndef KIZUKI_CORE_GREYLIST_H
#define KIZUKI_CORE_GREYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"

/* The latest moment a record can hold, in five octets. */
#define KZ_GREY_MOMENT_MAX ((INT64_C(1) << 40) - 1)
#define KZ_GREY_TRIES_MAX  UINT16_MAX

/* Sessions that are not broken: which of them are greylisted all the same. */
enum kz_grey_scope {
	KZ_SCOPE_BROKEN, /* none of them */
	KZ_SCOPE_UNVERIFIED,
	KZ_SCOPE_UNKNOWN,
	KZ_SCOPE_ALL
};

/* What the end of DATA of a broken origin's mail does to its other mail. */
enum kz_grey_forget {
	KZ_FORGET_MTA,    /* everything of the origin counts as young again */
	KZ_FORGET_MESSAGE /* nothing else is reset */
};

struct kz_grey_policy {
	enum kz_grey_scope scope;
	enum kz_grey_forget forget;
	uint32_t delay_s;     /* a retry earlier than this waits on */
	uint32_t window_s;    /* a chain ends this long after its last try */
	uint32_t open_s;      /* a tuple let in by max_delay passes so long;
				 a chain ends so long after a mail was taken */
	uint32_t max_delay_s; /* the bound on all waiting; 0: none */
	uint32_t keep_s;      /* ordinary: an entry stays after it passed */
	uint32_t allow_after; /* ordinary: mails until the origin is allowed */
};

enum kz_grey_kind {
	KZ_GREY_BROKEN,  /* the origin is a broken site */
	KZ_GREY_ORDINARY /* the origin is the client's network */
};

/* One (origin, sender, recipient). */
struct kz_grey_entry {
	int64_t since_s;  /* first try of the chain: counts for max_delay */
	int64_t first_s;  /* first try of this wait; 0: erased by a taking */
	int64_t last_s;   /* latest try */
	int64_t opened_s; /* broken: first let in by max_delay; ordinary: let
			     in last */
	int64_t taken_s;  /* newest mail of the tuple taken; 0: none */
	uint32_t tries; /* of the chain, 1 to KZ_GREY_TRIES_MAX, stops there */
};

/* What is known of an origin; all zero where the store has nothing. */
struct kz_grey_origin {
	int64_t reset_s; /* entries count as young from here */
	int64_t last_s;  /* newest change, for expiry */
	uint32_t let_in; /* ordinary: mails taken, of tuples that had waited */
};

enum kz_grey_write { KZ_GREY_KEEP, KZ_GREY_PUT };

enum kz_grey_reason {
	KZ_GREY_YOUNG,     /* waits: not ripe */
	KZ_GREY_REFUSED,   /* waits: this stage never lets it in */
	KZ_GREY_RIPE,      /* in: waited long enough */
	KZ_GREY_MAX_DELAY, /* in: the bound is reached */
	KZ_GREY_OPEN,      /* in: the bound was reached a short while ago */
	KZ_GREY_PASSED,    /* in, ordinary: passed before */
	KZ_GREY_ALLOWED    /* in, ordinary: the origin is known by now */
};

struct kz_grey_step {
	bool pass;
	enum kz_grey_reason reason;
	enum kz_grey_write write;
	struct kz_grey_entry entry; /* with PUT: store it */
	int64_t wait_s;   /* until a retry can pass here; 0 with pass, and
			     where it never can: REFUSED without max_delay */
	int64_t waited_s; /* since the chain's first try; 0 with PASSED and
			     ALLOWED, whose mail did not wait */
};

/* One try of one tuple, as the caller found it. */
struct kz_grey_attempt {
	enum kz_grey_kind kind;
	bool ripens; /* false at a stage that never lets in (primary) */
	const struct kz_grey_entry *found; /* NULL: the store has none */
	const struct kz_grey_origin *origin;
	int64_t now_s;
};

/*
 * Decide one try.  KZ_EINVAL: now_s < 1 or beyond KZ_GREY_MOMENT_MAX, or found
 * or origin breaks its invariants.
 */
KZ_MUST_CHECK enum kz_result kz_grey_try(const struct kz_grey_policy *policy,
	const struct kz_grey_attempt *attempt, struct kz_grey_step *step);

/*
 * The end of DATA: change entry and origin in place; store both.  entry is
 * NULL where there is none (its origin is allowed): the origin alone changes.
 * To be called once for each recipient let in, all with the same now_s: the
 * recipients of one mail count as one in let_in.
 */
void kz_grey_taken(const struct kz_grey_policy *policy, enum kz_grey_kind kind,
	struct kz_grey_entry *entry, struct kz_grey_origin *origin,
	int64_t now_s);

/* What kz_grey_try asks of found and kz_grey_entry_decode promises. */
bool kz_grey_entry_valid(const struct kz_grey_entry *entry);
/* As above: of origin, and of kz_grey_origin_decode. */
bool kz_grey_origin_valid(const struct kz_grey_origin *origin);

/* True when the entry can be deleted: it says nothing any more. */
bool kz_grey_entry_over(const struct kz_grey_policy *policy,
	enum kz_grey_kind kind, const struct kz_grey_entry *entry,
	int64_t now_s);
/* As kz_grey_entry_over. */
bool kz_grey_origin_over(const struct kz_grey_policy *policy,
	const struct kz_grey_origin *origin, int64_t now_s);

#define KZ_GREY_ENTRY_SIZE  28
#define KZ_GREY_ORIGIN_SIZE 15

/*
 * Record version 1 of an entry, 28 octets: ten million must stay small.
 * Version, since, first, last, opened, taken in five octets each, tries in two.
 * Encoding: KZ_EINVAL for broken invariants.  Decoding: KZ_EVERSION for a
 * newer one, KZ_ETRUNC and KZ_EINVAL for a damaged one.
 */
KZ_MUST_CHECK enum kz_result kz_grey_entry_encode(
	const struct kz_grey_entry *entry, uint8_t *record, size_t size,
	size_t *len);
/* The other way. */
KZ_MUST_CHECK enum kz_result kz_grey_entry_decode(
	const uint8_t *record, size_t len, struct kz_grey_entry *entry);

/* Record version 1 of an origin: version, reset, last in five, let_in in four.
 */
KZ_MUST_CHECK enum kz_result kz_grey_origin_encode(
	const struct kz_grey_origin *origin, uint8_t *record, size_t size,
	size_t *len);
/* The other way. */
KZ_MUST_CHECK enum kz_result kz_grey_origin_decode(
	const uint8_t *record, size_t len, struct kz_grey_origin *origin);

/* Words of the log line, static, never NULL. */
const char *kz_grey_reason_text(enum kz_grey_reason reason);

#endif

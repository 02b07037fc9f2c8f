/* SPDX-License-Identifier: ISC */
/*
 * evidence - what the findings of one (site, symptom, object) add up to
 *
 * What:   the last 32 slots, first bad, newest ok, quarters of the day and
 *         weekdays since the first bad; and whether that is persistent.
 *         One ok ends persistence at once.  A finding not newer than the
 *         newest ok is ignored, a late one is put in order, a second one in
 *         the same slot changes nothing (an ok in the slot wins).  So the
 *         findings of last year's logs can be added, twice, in any order.
 *         Where nothing was seen for longer than both span and max age, the
 *         count begins anew: last August's outage is no evidence about this
 *         August's.
 * Pure:   values in, values out; no timer decides.
 * Clock:  set back, what lies more than a slot ahead does not count; with the
 *         next finding it is forgotten, an ok among it becomes one of now.
 * Units:  seconds since 1970 UTC; spans in seconds; UTC quarters and weekdays.
 * Source: paper section 2.5 (only persistent faults count).
 */
#ifndef KIZUKI_CORE_EVIDENCE_H
#define KIZUKI_CORE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/core/finding.h"

#define KZ_EVIDENCE_SLOTS       32
#define KZ_EVIDENCE_RESTS       8
#define KZ_EVIDENCE_RECORD_SIZE 2048 /* octets an encoded one can take */

/* When a class counts as persistent; one for each enum kz_class. */
struct kz_persistence {
	uint32_t count;      /* bads at least; in C identical ones */
	uint32_t span_s;     /* first to last bad, at least */
	uint32_t quarters;   /* different 6-hour UTC quarters, 0 to 4 */
	uint32_t weekdays;   /* bads on a weekday at least (0 or 1) */
	uint32_t queues;     /* L: different messages (or queries) at least */
	uint32_t slot_s;     /* one counted observation in each */
	uint32_t ttl_factor; /* C: span also at least factor times TTL */
	uint32_t max_age_s;  /* newest bad no older than this; 0: than the
				ttl_s of its finding (class O) */
};

struct kz_slot {
	int64_t when_s;
	enum kz_outcome outcome; /* KZ_OUTCOME_OK or KZ_OUTCOME_BAD */
	uint8_t weight;          /* of a bad */
	uint32_t value_hash;     /* of a bad: identical values, equal hashes;
				    of one with a message, the message's */
};

struct kz_evidence {
	int64_t first_bad_s;  /* since the newest ok or gap; 0: none */
	int64_t newest_bad_s; /* 0: none since the newest ok */
	int64_t newest_ok_s;  /* 0: never */
	int64_t same_first_s; /* first of the run of identical values */
	uint32_t bads;        /* slots with a bad since first_bad_s */
	uint32_t same;        /* of them, the run with the newest value */
	uint8_t quarters;     /* bit 0: 00-06 UTC ... since first_bad_s */
	uint8_t weekdays;     /* bit 0: Monday ... since first_bad_s */
	uint8_t weight;       /* of the newest bad */
	uint32_t ttl_s;       /* of the newest bad */
	size_t slot_count;
	struct kz_slot slots[KZ_EVIDENCE_SLOTS]; /* oldest first */
	/*
	 * Of the newest bad; where it has more, at least one of each class and
	 * the smallest address.
	 */
	size_t rest_count;
	struct kz_rest rests[KZ_EVIDENCE_RESTS];
	char value[KZ_VALUE_MAX + 1]; /* of the newest bad */
	char why[KZ_WHY_MAX + 1];
};

/* What adding a finding did. */
enum kz_evidence_step {
	KZ_EVIDENCE_SAME,    /* nothing to store */
	KZ_EVIDENCE_CHANGED, /* store it */
	KZ_EVIDENCE_CLEARED  /* an ok ended bad evidence; store it */
};

/*
 * The rule that holds for a symptom: that of its class, of KZ_CLASS_COUNT
 * given.  But a message that expired has by itself seen the days of a queue:
 * two messages within 30 days are enough, and as long they count.
 */
struct kz_persistence kz_evidence_rule(
	enum kz_symptom symptom, const struct kz_persistence *rules);

/* An empty one: all zero. */
struct kz_evidence kz_evidence_make(void);

/*
 * Add one judged finding; its subject, symptom and object are the caller's
 * key.  now_s is the present moment, never the finding's own (see Clock).
 * KZ_OUTCOME_UNKNOWN changes nothing.  A finding from the future of now_s by
 * more than a slot, or not after 1970, is KZ_EVIDENCE_SAME.  A bad older than
 * 32 newer bads is remembered in first_bad_s, not in bads.
 */
enum kz_evidence_step kz_evidence_add(struct kz_evidence *evidence,
	const struct kz_finding *finding, const struct kz_persistence *rule,
	int64_t now_s);

/*
 * A complete examination no longer mentions it: the record that was at fault
 * is gone.  As an ok at when_s.  KZ_EVIDENCE_SAME where when_s is not newer
 * than the newest ok.
 */
enum kz_evidence_step kz_evidence_clear(
	struct kz_evidence *evidence, int64_t when_s);

/*
 * Whether all conditions of rule hold at now_s.  Class C counts the run of
 * identical values, class L asks for different messages among the kept slots,
 * class O (an operator's word) holds at once.
 */
bool kz_evidence_persistent(const struct kz_evidence *evidence,
	enum kz_class class, const struct kz_persistence *rule, int64_t now_s);

/* Whether it holds bads that still may count: newest bad within max age. */
bool kz_evidence_bad(const struct kz_evidence *evidence,
	const struct kz_persistence *rule, int64_t now_s);

/*
 * The next moment at which the two answers above can change by time alone:
 * when it lapses.  INT64_MAX: never.
 */
int64_t kz_evidence_next_s(const struct kz_evidence *evidence,
	const struct kz_persistence *rule, int64_t now_s);

/*
 * The moment from which the span of rule is over, so that one more bad can
 * make it persistent: when to look again.  INT64_MAX: there are no bads.
 */
int64_t kz_evidence_ripe_s(const struct kz_evidence *evidence,
	enum kz_class class, const struct kz_persistence *rule);

/*
 * What it weighs when it is persistent: the least weight of the newest bads
 * that fill count and span of rule (of those kept), so that a fault that
 * weighs more for an hour, because another one passes by, does not convict.
 */
uint8_t kz_evidence_weight(
	const struct kz_evidence *evidence, const struct kz_persistence *rule);

/*
 * Different messages (or queries) among the bads that are kept, counted up to
 * most.
 */
uint32_t kz_evidence_messages(
	const struct kz_evidence *evidence, uint32_t most);

/* One bit for each enum kz_netclass of the newest bad's rests. */
uint32_t kz_evidence_netclasses(const struct kz_evidence *evidence);

/* Record version 1. */
KZ_MUST_CHECK enum kz_result kz_evidence_encode(
	const struct kz_evidence *evidence, uint8_t *record, size_t size,
	size_t *len);

/* Any version ever released.  KZ_EVERSION: newer.  KZ_ETRUNC, KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_evidence_decode(
	const uint8_t *record, size_t len, struct kz_evidence *evidence);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * verdict - what all evidence of a site amounts to under a profile
 *
 * What:   takes the evidence of a site, keeps what is persistent, drops
 *         duplicates by cause (the largest stays, ties by catalogue order),
 *         caps each family, adds up, and says whether that convicts.
 * Causes: one each for the set of name servers (ns-single-listed,
 *         reg-ns-single, ns-effectively-single, and while the latter counts
 *         also ns-dead, ns-lame, ns-name-missing), for a difference of its
 *         lists, for a split zone, for family SEC, for SPF.  Else two are of
 *         one cause when an address on which both rest is the same, or
 *         without addresses the object (a host's, an address's or a handle's
 *         name); a fault of the domain itself is a cause of its own.
 * Profiles: paper convicts by one persistent symptom that convicts alone, at
 *         its full points (also where its points are dropped as a duplicate:
 *         the fault is there), or by the rule of cautious.  cautious: a total
 *         of 8 with two families of 2; or one symptom of 8; or three causes
 *         in one family (not RDNS, POL, WEB) with 8 before the cap.
 * Guards: what rests on an address that many subjects name (shared) is its
 *         provider's fault first: half the points, rounded down, and never
 *         alone.  A symptom that is withheld counts for nothing, but is shown.
 * Not:    an operator's words (allow, deny, pardon); who is shared, and which
 *         symptom is withheld; that log-mx-unreachable and log-queue-expired
 * are left out where a probe has seen the object ok: the caller does not give
 *         such rows.
 * Pure:   integers only; each step stands in the reasons.
 * Source: kizuki's docs/DESIGN.md, Decisions (profiles).
 */
#ifndef KIZUKI_CORE_VERDICT_H
#define KIZUKI_CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/evidence.h"

#define KZ_REASONS_MAX 64

enum kz_profile { KZ_PROFILE_PAPER, KZ_PROFILE_CAUTIOUS };

enum kz_verdict_state {
	KZ_VERDICT_UNKNOWN, /* never examined, or lapsed */
	KZ_VERDICT_SOUND,   /* examined, nothing bad */
	KZ_VERDICT_SUSPECT, /* something bad, not enough */
	KZ_VERDICT_BROKEN
};

/* One row of evidence with the key that the record itself does not hold. */
struct kz_evidence_row {
	const char *object; /* NUL-terminated */
	const struct kz_evidence *evidence;
	enum kz_symptom symptom;
	bool pardoned; /* the operator set this symptom aside */
	bool shared;   /* it rests on an address that many subjects name */
};

/* Why a symptom does not count at present, whatever its evidence. */
enum kz_withheld {
	KZ_WITHHELD_NO,
	KZ_WITHHELD_NEW,    /* new or changed: it only observes for a while */
	KZ_WITHHELD_CEILING /* alone it would convict too many sites */
};

enum kz_reason_fate {
	KZ_REASON_COUNTS,
	KZ_REASON_DROPPED,   /* the same cause counts with another symptom */
	KZ_REASON_WAITING,   /* bad, not persistent */
	KZ_REASON_SUSPENDED, /* persistent, but our own side is in doubt */
	KZ_REASON_PARDONED,  /* set aside by the operator */
	KZ_REASON_WITHHELD,  /* persistent, but its symptom is withheld */
};

struct kz_reason {
	enum kz_symptom symptom;
	enum kz_reason_fate fate;
	uint8_t points;
	bool convicts; /* alone, in profile paper */
	size_t row;    /* index into the rows given */
};

struct kz_verdict {
	enum kz_verdict_state state;
	uint8_t total;                      /* after the caps */
	uint8_t family[KZ_FAMILY_COUNT];    /* after the cap */
	uint16_t uncapped[KZ_FAMILY_COUNT]; /* before it */
	/* Bits: what COUNTS, DROPPED and SUSPENDED reasons rest on. */
	uint32_t netclasses;
	int64_t until_s;     /* may change by time alone at this moment;
				INT64_MAX: never */
	int64_t ripe_s;      /* from this moment one more bad can make a
				waiting reason count; INT64_MAX: none waits */
	size_t reason_count; /* in the order of fates, each by points */
	struct kz_reason reasons[KZ_REASONS_MAX];
};

struct kz_verdict_input {
	enum kz_profile profile;
	const struct kz_persistence *rules; /* KZ_CLASS_COUNT of them */
	bool nolisting_convicts; /* mx-best-refused convicts alone too */
	uint32_t suspended;      /* classes in doubt, bits */
	/* KZ_SYMPTOM_COUNT of them; NULL: none is withheld. */
	const enum kz_withheld *withheld;
	bool examined;      /* lately enough to call it sound */
	bool if_this_lasts; /* take every bad as persistent */
	int64_t now_s;
	const struct kz_evidence_row *rows;
	/* Of more bad ones than KZ_REASONS_MAX the weightiest are looked at. */
	size_t row_count;
};

/*
 * Weigh all evidence of a site at now_s.  state is BROKEN where it convicts,
 * else SUSPECT where anything is bad (waiting and suspended ones too), else
 * SOUND where it was examined, else UNKNOWN.
 */
void kz_verdict_make(
	const struct kz_verdict_input *input, struct kz_verdict *verdict);

/*
 * Whether a reason of such a verdict convicts by itself under profile; one
 * that is withheld is asked as if it were not, others as they are.
 */
bool kz_verdict_alone(enum kz_profile profile, const struct kz_reason *reason);

/* Static texts, never NULL. */
const char *kz_withheld_text(enum kz_withheld withheld);
const char *kz_verdict_state_text(enum kz_verdict_state state);
const char *kz_profile_text(enum kz_profile profile);

#endif

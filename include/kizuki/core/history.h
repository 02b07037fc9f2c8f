/* SPDX-License-Identifier: ISC */
/*
 * history - what one examination cannot weigh: time and other sites
 *
 * What:   a serial number watched standing still, how many zones share a
 *         server, and what both do to the weight of a finding; when a symptom
 *         only observes; when it would convict too many.
 * Rules:  a primary that does not answer weighs a hint where the zone may be
 *         looked after behind it (a hidden primary); its full points where
 *         the serial was seen standing still for still_s; one point where more
 *         than many zones name it (a constant of their provider).  The only
 *         name server that answers weighs half (3 of 6) where at least many
 *         zones are served by it: one name may be many machines.
 * Pure:   values in, values out.
 * Units:  seconds since 1970 UTC.
 * Source: paper section 2.2; kizuki's docs/DESIGN.md, Evidence.
 */
#ifndef KIZUKI_CORE_HISTORY_H
#define KIZUKI_CORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/core/finding.h"

#define KZ_SERIAL_RECORD_SIZE   21
#define KZ_REVISION_RECORD_SIZE 13

/* A zone's serial, as long as it stood still. */
struct kz_serial {
	uint32_t serial;
	int64_t since_s;  /* first seen; 0: never */
	int64_t newest_s; /* last seen */
};

struct kz_history {
	uint32_t zones;    /* that name the host, as far as they were counted */
	uint32_t many;     /* so many zones make a host a provider's */
	int64_t still_s;   /* the serial stood still for so long */
	int64_t neglect_s; /* and so long is neglect */
};

/* The weight of a bad in the light of history: never more than its points. */
uint8_t kz_history_weight(
	const struct kz_finding *finding, const struct kz_history *history);

/*
 * The serial that a finding of KZ_SYM_SOA_MNAME_DEAD tells behind " | serial "
 * in its value.  KZ_NOT_FOUND: it tells none.
 */
KZ_MUST_CHECK enum kz_result kz_history_serial(
	const struct kz_finding *finding, uint32_t *serial);

/*
 * Note that a serial was seen; another one, or a moment before the newest by
 * a clock that was set back, begins anew.
 */
void kz_serial_see(struct kz_serial *watch, uint32_t serial, int64_t when_s);

/* Record version 1. */
KZ_MUST_CHECK enum kz_result kz_serial_encode(const struct kz_serial *watch,
	uint8_t *record, size_t size, size_t *len);
KZ_MUST_CHECK enum kz_result kz_serial_decode(
	const uint8_t *record, size_t len, struct kz_serial *watch);

/* What a symptom is to an installation: a change of it begins anew. */
struct kz_revision {
	uint16_t revision; /* kz_symptom_revision */
	uint8_t points;
	uint8_t class;
	int64_t since_s; /* known in this shape; 0: from the first start on */
};

/*
 * Bring what is stored (known: something is) to the catalogue's row.  Returns
 * whether it is to be stored.  A symptom that is new to an installation that
 * knows others (first_start false), or whose test, points or class changed,
 * is known since now_s.
 */
bool kz_revision_update(struct kz_revision *stored, bool known,
	bool first_start, enum kz_symptom symptom, int64_t now_s);

/* Whether it only observes at now_s.  A clock set back does not prolong it. */
bool kz_revision_observes(
	const struct kz_revision *stored, uint32_t observe_s, int64_t now_s);

/* Record version 1. */
KZ_MUST_CHECK enum kz_result kz_revision_encode(
	const struct kz_revision *stored, uint8_t *record, size_t size,
	size_t *len);
KZ_MUST_CHECK enum kz_result kz_revision_decode(
	const uint8_t *record, size_t len, struct kz_revision *stored);

/*
 * Whether a symptom that alone convicts so many of the sites seen lately is
 * above the ceiling: more than percent of them, and at_least so many.
 */
bool kz_history_above(uint64_t convicted, uint64_t sites, uint32_t percent,
	uint32_t at_least);

#endif

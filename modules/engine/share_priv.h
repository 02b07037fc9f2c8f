/* SPDX-License-Identifier: ISC */
/*
 * share_priv - how many subjects share an address, a server or a symptom
 *
 * What:   which subjects named something, kept in the store as keyed digests:
 *         only their number is ever of interest.  Bounded for each thing.
 */
#ifndef KIZUKI_ENGINE_SHARE_PRIV_H
#define KIZUKI_ENGINE_SHARE_PRIV_H

#include "kizuki/base/name.h"
#include "kizuki/base/str.h"
#include "kizuki/core/finding.h"
#include "kizuki/engine/engine.h"

struct kz_rows;

/* More than any option asks for. */
#define KZ_SHARE_MOST 64

enum kz_share_kind {
	KZ_SHARE_ADDR = 'a',    /* a dead address: who names it */
	KZ_SHARE_SERVER = 'n',  /* a name server: zones it serves */
	KZ_SHARE_PRIMARY = 'p', /* a primary: zones that name it */
	KZ_SHARE_ALONE = 'c',   /* a symptom: sites it convicts alone */
	KZ_SHARE_CARRIER = 'm'  /* a host's site: others it sends mail for */
};

/*
 * Note that subject names it.  True: it is new to the list, which is then not
 * full.
 */
bool kz_share_note(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, const struct kz_name *subject,
	const struct kz_now *now);

/* It does not any more. */
void kz_share_drop(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, const struct kz_name *subject);

/* How many named it since since_s; counting ends at most. */
uint32_t kz_share_count(struct kz_engine *engine, enum kz_share_kind kind,
	struct kz_str what, int64_t since_s, uint32_t most);

/* A judged finding came: who names what, and what its weight becomes. */
uint8_t kz_share_weigh(struct kz_engine *engine,
	const struct kz_finding *finding, const struct kz_now *now);

/*
 * Mark the rows that rest on an address of a provider: so many subjects named
 * it in the first half of the span that convicts, or go on naming it for twice
 * as long.
 */
void kz_share_apply(struct kz_engine *engine, const struct kz_now *now,
	struct kz_rows *rows);

/* Delete what is too old to count, a slice at each call. */
void kz_share_sweep(struct kz_engine *engine, const struct kz_now *now);

#endif

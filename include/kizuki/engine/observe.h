/* SPDX-License-Identifier: ISC */
/*
 * observe - from findings to evidence to verdicts
 *
 * What:   judges whether our own side was at fault, holds what cannot be
 *         judged yet, adds the rest to the evidence and forgets what a
 *         complete examination no longer mentions.
 */
#ifndef KIZUKI_ENGINE_OBSERVE_H
#define KIZUKI_ENGINE_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "kizuki/core/finding.h"
#include "kizuki/core/registry.h"
#include "kizuki/core/turn.h"
#include "kizuki/engine/engine.h"

/* From the prober's lines.  complete has KZ_FAMILY_COUNT entries. */
void kz_observe_finding(struct kz_engine *engine,
	const struct kz_finding *finding, const struct kz_now *now);
void kz_observe_touch(struct kz_engine *engine, const struct kz_touch *touch,
	bool canary, const struct kz_now *now);
void kz_observe_done(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_name *zone, const bool *complete,
	const struct kz_now *now);

/* A server of a registry was asked, or refused; it said of a domain. */
void kz_observe_turn(struct kz_engine *engine, const struct kz_turn_told *told,
	const struct kz_now *now);
void kz_observe_registered(
	struct kz_engine *engine, const struct kz_registry_answer *answer);

/*
 * Somebody else than the prober asks a server once: take the turn for it, in
 * given->wait_s.  KZ_EBUSY: it has had its share, is left alone, or too many
 * wait; none before given->until_s.
 */
struct kz_turn_given {
	uint32_t wait_s;
	int64_t until_s;
};
KZ_MUST_CHECK enum kz_result kz_turn_grant(struct kz_engine *engine,
	const char *server, bool rdap, const struct kz_now *now,
	struct kz_turn_given *given);

/*
 * And was refused: it is left alone for least_s, or twice as long as the last
 * time.  Returns until when.
 */
int64_t kz_turn_refused(struct kz_engine *engine, const char *server, bool rdap,
	uint32_t least_s, const struct kz_now *now);

/*
 * What registries' servers were asked in the day that told->when_s begins, by
 * each that still bounds something; false ends it.
 */
typedef bool kz_turn_take(
	void *arg, const struct kz_turn_told *told, uint32_t per_day);
void kz_turn_each(struct kz_engine *engine, const struct kz_now *now,
	kz_turn_take *take, void *arg);

/* What a registry said of a domain of late.  KZ_NOT_FOUND, KZ_EIO. */
KZ_MUST_CHECK enum kz_result kz_registered_find(struct kz_engine *engine,
	const struct kz_name *domain, const struct kz_now *now,
	struct kz_registry_answer *answer);

/* Called about once a second: held findings, canaries, class changes. */
void kz_observe_tick(struct kz_engine *engine, const struct kz_now *now);

/*
 * An import: findings and touches are collected in any order, and judged
 * together in the order of their own times.  KZ_EFULL: as many are there as
 * one import holds.
 */
struct kz_import;
struct kz_import_counts {
	size_t taken, ignored, unknown;
	size_t looks; /* of unknown ones from logs: sites to be examined */
};
KZ_MUST_CHECK enum kz_result kz_import_open(
	struct kz_engine *engine, struct kz_import **import);
KZ_MUST_CHECK enum kz_result kz_import_finding(
	struct kz_import *import, const struct kz_finding *finding);
KZ_MUST_CHECK enum kz_result kz_import_touch(
	struct kz_import *import, const struct kz_touch *touch);

/*
 * When all is collected: work off a slice, of a few milliseconds.  The caller
 * commits and lets others in, and calls again until it is false: nothing was
 * left to do, and all that was done is committed.
 */
KZ_MUST_CHECK bool kz_import_step(
	struct kz_import *import, const struct kz_now *now);

/* What it came to so far. */
void kz_import_counts(
	const struct kz_import *import, struct kz_import_counts *counts);

/* Free it; what was not worked off is forgotten.  NULL is fine. */
void kz_import_drop(struct kz_import **import);

/* Everything known of a site, for show and findings. */
struct kz_rows;
struct kz_site_view {
	struct kz_name name;
	bool known;
	struct kz_site site;
	struct kz_verdict verdict;
	size_t row_count;
	struct kz_evidence_row *rows; /* objects and evidence owned by view */
	struct kz_rows *owned;        /* the engine's own */
};
KZ_MUST_CHECK enum kz_result kz_site_view_make(struct kz_engine *engine,
	const struct kz_name *site, bool if_this_lasts,
	const struct kz_now *now, struct kz_site_view **view);

/* NULL is fine. */
void kz_site_view_free(struct kz_site_view **view);

#endif

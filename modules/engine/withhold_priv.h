/* SPDX-License-Identifier: ISC */
/*
 * withhold_priv - symptoms that do not count at present
 *
 * What:   new or changed ones, which only observe for a while, and those that
 *         alone would convict too many of the sites seen lately.
 */
#ifndef KIZUKI_ENGINE_WITHHOLD_PRIV_H
#define KIZUKI_ENGINE_WITHHOLD_PRIV_H

#include "kizuki/core/history.h"
#include "kizuki/core/verdict.h"
#include "kizuki/engine/engine.h"

/* A set of symptoms. */
#define KZ_SYMPTOM_WORDS ((KZ_SYMPTOM_COUNT + 63) / 64)
struct kz_symptom_set {
	uint64_t words[KZ_SYMPTOM_WORDS];
};

struct kz_withholding {
	struct kz_revision revisions[KZ_SYMPTOM_COUNT];
	bool above[KZ_SYMPTOM_COUNT];
	enum kz_withheld now[KZ_SYMPTOM_COUNT];
	uint64_t sites;  /* seen lately, by the last whole round; 0: unknown */
	uint64_t seeing; /* in the round that is under way */
	bool counted;
	int64_t counted_ms;
};

/* Read what is stored; what is new or changed is known from now on. */
void kz_withhold_open(struct kz_engine *engine, const struct kz_now *now);

/* A verdict of site was made; before is what the last one said. */
void kz_withhold_verdict(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_verdict *verdict, struct kz_symptom_set *before,
	const struct kz_now *now);

/* A round over all sites ended in which seeing of them were seen lately. */
void kz_withhold_round(struct kz_engine *engine, const struct kz_now *now);

/* What time alone changes. */
void kz_withhold_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

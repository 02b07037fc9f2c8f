/* SPDX-License-Identifier: ISC */
/*
 * fact_priv - what an operator stated, as evidence
 *
 * What:   facts and pardons of single symptoms in memory; the file is their
 *         only store.
 */
#ifndef KIZUKI_ENGINE_FACT_PRIV_H
#define KIZUKI_ENGINE_FACT_PRIV_H

#include "kizuki/core/fact.h"
#include "kizuki/engine/engine.h"

struct kz_rows;

struct kz_fact_table {
	struct kz_fact *list; /* sorted by domain */
	size_t count;
	int64_t read_s;   /* a fact without a day is of this moment */
	int64_t warned_s; /* facts that end before were said */
};

void kz_facts_free(struct kz_engine *engine);

/*
 * Mark the rows of a site that are pardoned, append its facts as evidence,
 * and lower *until_s to the moment at which a pardon ends.
 */
void kz_facts_apply(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_now *now, struct kz_rows *rows);

/* Once a day: facts that end within seven days are said. */
void kz_facts_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * runs_priv - many large items, given out in the order of their moments
 *
 * What:   items are copied in as they come, into runs of some hundred that are
 *         sorted one by one and merged while they are taken out: no call works
 *         through all of them.
 * Order:  by moment; of one moment, as they came.
 * Owner:  struct kz_runs is the caller's and begins as {.size = ...};
 *         kz_runs_free ends it.
 */
#ifndef KIZUKI_ENGINE_RUNS_PRIV_H
#define KIZUKI_ENGINE_RUNS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KZ_RUN_ITEMS 1000
#define KZ_RUNS_MAX  100

struct kz_run;

struct kz_runs {
	size_t size; /* octets of an item */
	size_t count;
	struct kz_run *runs[KZ_RUNS_MAX];
	struct kz_run *first; /* that holds the next item; NULL: look for it */
};

/* False: KZ_RUN_ITEMS times KZ_RUNS_MAX are there; it was not taken. */
bool kz_runs_add(struct kz_runs *runs, const void *item, int64_t when_s);

/* The earliest that was not taken out; NULL: none.  Nothing is added after. */
const void *kz_runs_next(struct kz_runs *runs);

/* Take out what kz_runs_next gave; its bytes stay until a run is freed. */
void kz_runs_take(struct kz_runs *runs);

/* Free one run, whatever is in it; false: none was left. */
bool kz_runs_free_one(struct kz_runs *runs);

void kz_runs_free(struct kz_runs *runs);

#endif

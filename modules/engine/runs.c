/* SPDX-License-Identifier: ISC */
#include "runs_priv.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

/* Small beside an item: what is sorted. */
struct key {
	int64_t when_s;
	size_t at;
};

struct kz_run {
	size_t count;
	size_t taken;
	bool sorted;
	struct key keys[KZ_RUN_ITEMS];
	unsigned char *items;
};

static int
by_time(const void *left, const void *right)
{
	const struct key *a = left, *b = right;

	if (a->when_s != b->when_s)
		return a->when_s < b->when_s ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void
sort(struct kz_run *run)
{
	if (run->sorted)
		return;
	qsort(run->keys, run->count, sizeof(run->keys[0]), by_time);
	run->sorted = true;
}

static struct kz_run *
make(size_t size)
{
	struct kz_run *run = kz_engine_alloc(1, sizeof(*run));

	run->items = kz_engine_alloc(KZ_RUN_ITEMS, size);
	return run;
}

bool
kz_runs_add(struct kz_runs *runs, const void *item, int64_t when_s)
{
	const size_t at = runs->count % KZ_RUN_ITEMS;
	struct kz_run **run = &runs->runs[0] + runs->count / KZ_RUN_ITEMS;

	if (runs->count == (size_t)KZ_RUN_ITEMS * KZ_RUNS_MAX)
		return false;
	if (at == 0)
		*run = make(runs->size);
	memcpy((*run)->items + at * runs->size, item, runs->size);
	(*run)->keys[at] = (struct key){when_s, at};
	(*run)->count++;
	runs->count++;
	if ((*run)->count == KZ_RUN_ITEMS)
		sort(*run);
	return true;
}

static void
look(struct kz_runs *runs)
{
	for (size_t i = 0; i < KZ_RUNS_MAX && runs->runs[i] != NULL; i++) {
		struct kz_run *run = runs->runs[i];
		const struct kz_run *first = runs->first;

		sort(run);
		if (run->taken < run->count &&
			(first == NULL ||
				run->keys[run->taken].when_s <
					first->keys[first->taken].when_s))
			runs->first = run;
	}
}

const void *
kz_runs_next(struct kz_runs *runs)
{
	if (runs->first == NULL)
		look(runs);
	if (runs->first == NULL)
		return NULL;
	return runs->first->items +
		runs->first->keys[runs->first->taken].at * runs->size;
}

void
kz_runs_take(struct kz_runs *runs)
{
	runs->first->taken++;
	runs->first = NULL;
}

bool
kz_runs_free_one(struct kz_runs *runs)
{
	for (size_t i = 0; i < KZ_RUNS_MAX; i++) {
		struct kz_run *run = runs->runs[i];

		if (run == NULL)
			continue;
		free(run->items);
		free(run);
		runs->runs[i] = NULL;
		return true;
	}
	return false;
}

void
kz_runs_free(struct kz_runs *runs)
{
	while (kz_runs_free_one(runs))
		continue;
	*runs = (struct kz_runs){.size = runs->size};
}

/* SPDX-License-Identifier: ISC */
/*
 * Findings from files: collected, then judged and added in their order, a
 * slice at a time, so that decisions come in between.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "log_priv.h"
#include "observe_priv.h"
#include "runs_priv.h"

/* A finding that is added costs some 30 us, its row's commit as much again. */
#define SLICE_FINDINGS 64
/* Touches cost next to nothing, but there can be as many. */
#define SLICE_TOUCHES 4096

struct kz_import {
	struct kz_engine *engine;
	struct kz_health *health; /* of the import's own touches */
	struct kz_runs findings;  /* 1.7 KB each */
	struct kz_runs touches;
	struct kz_import_counts counts;
};

enum kz_result
kz_import_open(struct kz_engine *engine, struct kz_import **import)
{
	struct kz_import *made = kz_engine_alloc(1, sizeof(*made));

	made->engine = engine;
	made->health = kz_engine_alloc(1, sizeof(*made->health));
	memcpy(made->health->rules, engine->health->rules,
		sizeof(made->health->rules));
	made->findings.size = sizeof(struct kz_finding);
	made->touches.size = sizeof(struct kz_touch);
	*import = made;
	return KZ_OK;
}

enum kz_result
kz_import_finding(struct kz_import *import, const struct kz_finding *finding)
{
	return kz_runs_add(&import->findings, finding, finding->when_s)
		? KZ_OK
		: KZ_EFULL;
}

enum kz_result
kz_import_touch(struct kz_import *import, const struct kz_touch *touch)
{
	return kz_runs_add(&import->touches, touch, touch->when_s) ? KZ_OK
								   : KZ_EFULL;
}

static bool
usable(const struct kz_import *import, const struct kz_finding *finding)
{
	/* Everything is there: what is not green by now never will be. */
	if (!kz_log_admits(import->engine, finding))
		return false;
	return finding->outcome == KZ_OUTCOME_OK || finding->judged ||
		kz_health_judge(import->health, finding, INT64_MAX / 2) ==
		KZ_HEALTH_GREEN;
}

/*
 * The health remembers a bounded number of oks of each class: findings and
 * touches go through it side by side in the order of time, the touches ahead
 * by as much as an ok after a bad may come.  False: the slice ends here.
 */
static bool
touches_until(struct kz_import *import, int64_t until_s, size_t *left)
{
	const struct kz_touch *touch;

	while ((touch = kz_runs_next(&import->touches)) != NULL &&
		touch->when_s <= until_s) {
		if (*left == 0)
			return false;
		(*left)--;
		kz_health_touch(import->health, touch, false);
		kz_runs_take(&import->touches);
	}
	return true;
}

static void
add(struct kz_import *import, const struct kz_finding *finding,
	const struct kz_now *now)
{
	if (finding->outcome == KZ_OUTCOME_UNKNOWN ||
		!usable(import, finding)) {
		import->counts.unknown++;
		import->counts.looks +=
			kz_log_hint(import->engine, finding, now);
		return;
	}
	if (kz_observe_add(import->engine, finding, now) == KZ_EVIDENCE_SAME)
		import->counts.ignored++;
	else
		import->counts.taken++;
	kz_log_merge(import->engine, finding, now);
}

bool
kz_import_step(struct kz_import *import, const struct kz_now *now)
{
	const uint32_t ahead_s = import->health->rules[KZ_NET_SMTP25_V4].hold_s;
	size_t touches = SLICE_TOUCHES;
	const struct kz_finding *finding;

	for (size_t i = 0; i < SLICE_FINDINGS; i++) {
		finding = kz_runs_next(&import->findings);
		if (finding == NULL)
			/* Large: to give it back takes its time too. */
			return i > 0 || kz_runs_free_one(&import->findings) ||
				kz_runs_free_one(&import->touches);
		if (!touches_until(import, finding->when_s + ahead_s, &touches))
			return true;
		add(import, finding, now);
		kz_runs_take(&import->findings);
	}
	return true;
}

void
kz_import_counts(
	const struct kz_import *import, struct kz_import_counts *counts)
{
	*counts = import->counts;
}

void
kz_import_drop(struct kz_import **import)
{
	struct kz_import *work = *import;

	if (work == NULL)
		return;
	kz_runs_free(&work->findings);
	kz_runs_free(&work->touches);
	free(work->health);
	free(work);
	*import = NULL;
}

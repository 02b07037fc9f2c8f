/* SPDX-License-Identifier: ISC */
/* Findings from files: collected, judged together, added in their order. */
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "log_priv.h"
#include "observe_priv.h"

/* 1.7 KB each: what one import can hold. */
#define FINDINGS_MAX 100000

struct kz_import {
	struct kz_engine *engine;
	struct kz_health *health; /* of the import's own touches */
	size_t count, room;
	struct kz_finding *findings;
	size_t touch_count, touch_room;
	struct kz_touch *touches;
};

enum kz_result
kz_import_open(struct kz_engine *engine, struct kz_import **import)
{
	struct kz_import *made = kz_engine_alloc(1, sizeof(*made));

	made->engine = engine;
	made->health = kz_engine_alloc(1, sizeof(*made->health));
	memcpy(made->health->rules, engine->health->rules,
		sizeof(made->health->rules));
	*import = made;
	return KZ_OK;
}

/* Room for one more of size octets; false at the bound. */
static bool
grow(void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room > 0 ? *room * 2 : 256;
	void *grown;

	if (count < *room)
		return true;
	if (count >= FINDINGS_MAX)
		return false;
	grown = kz_engine_alloc(more, size);
	if (count > 0)
		memcpy(grown, *list, count * size);
	free(*list);
	*list = grown;
	*room = more;
	return true;
}

enum kz_result
kz_import_finding(struct kz_import *import, const struct kz_finding *finding)
{
	void *list = import->findings;

	if (!grow(&list, import->count, &import->room, sizeof(*finding)))
		return KZ_EFULL;
	import->findings = list;
	import->findings[import->count++] = *finding;
	return KZ_OK;
}

enum kz_result
kz_import_touch(struct kz_import *import, const struct kz_touch *touch)
{
	void *list = import->touches;

	if (!grow(&list, import->touch_count, &import->touch_room,
		    sizeof(*touch)))
		return KZ_EFULL;
	import->touches = list;
	import->touches[import->touch_count++] = *touch;
	return KZ_OK;
}

static int
by_time(const void *left, const void *right)
{
	const struct kz_finding *a = left, *b = right;

	return a->when_s < b->when_s ? -1 : a->when_s > b->when_s;
}

static int
touch_by_time(const void *left, const void *right)
{
	const struct kz_touch *a = left, *b = right;

	return a->when_s < b->when_s ? -1 : a->when_s > b->when_s;
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
 * by as much as an ok after a bad may come.
 */
static void
judge_all(struct kz_import *import, const struct kz_now *now,
	struct kz_import_counts *counts)
{
	size_t touch = 0;

	for (size_t i = 0; i < import->count; i++) {
		const struct kz_finding *finding = &import->findings[i];
		int64_t ahead_s = finding->when_s +
			import->health->rules[KZ_NET_SMTP25_V4].hold_s;

		while (touch < import->touch_count &&
			import->touches[touch].when_s <= ahead_s)
			kz_health_touch(import->health,
				&import->touches[touch++], false);
		if (finding->outcome == KZ_OUTCOME_UNKNOWN ||
			!usable(import, finding)) {
			counts->unknown++;
			counts->looks +=
				kz_log_hint(import->engine, finding, now);
			continue;
		}
		if (kz_observe_add(import->engine, finding, now) ==
			KZ_EVIDENCE_SAME)
			counts->ignored++;
		else
			counts->taken++;
		kz_log_merge(import->engine, finding, now);
	}
}

void
kz_import_finish(struct kz_import **import, const struct kz_now *now,
	struct kz_import_counts *counts)
{
	struct kz_import *work = *import;

	*counts = (struct kz_import_counts){0};
	if (work->count > 0)
		qsort(work->findings, work->count, sizeof(*work->findings),
			by_time);
	if (work->touch_count > 0)
		qsort(work->touches, work->touch_count, sizeof(*work->touches),
			touch_by_time);
	judge_all(work, now, counts);
	kz_import_drop(import);
}

void
kz_import_drop(struct kz_import **import)
{
	struct kz_import *work = *import;

	if (work == NULL)
		return;
	free(work->findings);
	free(work->touches);
	free(work->health);
	free(work);
	*import = NULL;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/engine/observe.h"

#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "interval_priv.h"
#include "log_priv.h"
#include "observe_priv.h"
#include "share_priv.h"
#include "touch_priv.h"

static void
say_finding(struct kz_engine *engine, const struct kz_finding *finding,
	const char *what)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&line, "finding");
	kz_text_pair(&line, "site", kz_name_str(&finding->subject));
	kz_text_word(&line, " symptom=");
	kz_text_word(&line, kz_symptom_info(finding->symptom)->id);
	kz_text_pair(&line, "object",
		(struct kz_str){finding->object, strlen(finding->object)});
	kz_text_word(&line, " outcome=");
	kz_text_word(&line, what);
	kz_text_pair(&line, "why",
		(struct kz_str){finding->why, strlen(finding->why)});
	kz_engine_log(engine, KZ_LOG_INFO, &line);
}

enum kz_evidence_step
kz_observe_add(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	struct kz_persistence rule =
		kz_evidence_rule(finding->symptom, engine->config->persistence);
	struct kz_finding weighed;
	struct kz_evidence evidence;
	enum kz_evidence_step step;
	uint8_t weight = kz_share_weigh(engine, finding, now);

	/* What was judged elsewhere was weighed there too. */
	if (finding->outcome == KZ_OUTCOME_BAD && !finding->judged &&
		weight != finding->weight) {
		weighed = *finding;
		weighed.weight = weight;
		finding = &weighed;
	}
	if (finding->outcome == KZ_OUTCOME_OK &&
		kz_memo_clean(engine, &finding->subject))
		return KZ_EVIDENCE_SAME;
	switch (kz_row_load(engine, &finding->subject, finding->symptom,
		finding->object, &evidence)) {
	case KZ_OK:
		break;
	/* What cannot be read now is not begun anew: it is there. */
	case KZ_EIO:
	case KZ_EVERSION:
		return KZ_EVIDENCE_SAME;
	default:
		evidence = kz_evidence_make();
		break;
	}
	/* Objects that were never at fault leave no row. */
	if (finding->outcome == KZ_OUTCOME_OK && evidence.first_bad_s == 0 &&
		evidence.newest_ok_s == 0)
		return KZ_EVIDENCE_SAME;
	step = kz_evidence_add(&evidence, finding, &rule, now->wall_s);
	if (step == KZ_EVIDENCE_SAME)
		return step;
	kz_row_save(engine, &finding->subject, finding->symptom,
		finding->object, &evidence);
	kz_memo_stale(engine, &finding->subject);
	if (step == KZ_EVIDENCE_CLEARED)
		say_finding(engine, finding, "ok");
	else if (finding->outcome == KZ_OUTCOME_BAD)
		say_finding(engine, finding, "bad");
	return step;
}

static void
lose(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	kz_engine_count(engine, KZ_COUNT_HELD_LOST);
	kz_interval_lost(engine, &finding->subject, now);
	say_finding(engine, finding, "unknown");
}

/* True: the finding is settled one way or the other. */
static bool
judge_bad(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	enum kz_health_answer answer = KZ_HEALTH_GREEN;

	if (!finding->judged)
		answer = kz_jump_clock(engine, now)
			? KZ_HEALTH_UNKNOWN
			: kz_health_judge(engine->health, finding, now->wall_s);
	switch (answer) {
	case KZ_HEALTH_GREEN:
		(void)kz_observe_add(engine, finding, now);
		return true;
	case KZ_HEALTH_UNKNOWN:
		lose(engine, finding, now);
		return true;
	case KZ_HEALTH_HOLD:
		break;
	}
	return false;
}

void
kz_observe_finding(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	kz_engine_count(engine, KZ_COUNT_FINDINGS);
	/* Only what has evidence can be cleared for want of a mention. */
	if (finding->outcome == KZ_OUTCOME_BAD ||
		!kz_memo_clean(engine, &finding->subject))
		kz_mention_note(engine, &finding->subject, finding->symptom,
			finding->object, now);
	kz_look_keep(engine, finding);
	switch (finding->outcome) {
	case KZ_OUTCOME_UNKNOWN:
		return;
	case KZ_OUTCOME_OK:
		(void)kz_observe_add(engine, finding, now);
		kz_log_probed(engine, finding, now);
		return;
	case KZ_OUTCOME_BAD:
		break;
	}
	kz_engine_count(engine, KZ_COUNT_FINDINGS_BAD);
	if (!judge_bad(engine, finding, now) && !kz_hold_add(engine, finding))
		lose(engine, finding, now);
}

void
kz_observe_touch(struct kz_engine *engine, const struct kz_touch *touch,
	bool canary, const struct kz_now *now)
{
	enum kz_touch_before before = KZ_TOUCH_NEVER;

	kz_health_touch(engine->health, touch, canary);
	kz_canary_touch(engine, touch, now);
	if (touch->reach != KZ_REACH_LIMITED &&
		touch->reach != KZ_REACH_SPECIAL &&
		touch->reach != KZ_REACH_NONE)
		before = kz_touch_store(engine, touch, now);
	kz_doubt_touch(engine, touch, before == KZ_TOUCH_ALIVE, now);
	kz_doubt_update(engine, now);
}

void
kz_observe_gone(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, const struct kz_now *now)
{
	struct kz_evidence evidence;
	struct kz_finding gone = {
		.subject = *subject,
		.symptom = symptom,
		.outcome = KZ_OUTCOME_OK,
		.why = "no longer there",
	};

	if (kz_row_load(engine, subject, symptom, object, &evidence) != KZ_OK ||
		evidence.first_bad_s == 0 ||
		kz_evidence_clear(&evidence, now->wall_s) == KZ_EVIDENCE_SAME)
		return;
	memcpy(gone.object, object, strlen(object) + 1);
	kz_row_save(engine, subject, symptom, object, &evidence);
	kz_memo_stale(engine, subject);
	say_finding(engine, &gone, "gone");
}

/* What an examination no longer mentions is gone. */
static bool
is_gone(struct kz_engine *engine, const struct kz_flight *flight,
	const bool *complete, const struct kz_name *subject,
	const struct kz_evidence_row *row)
{
	const struct kz_symptom_info *info = kz_symptom_info(row->symptom);

	/* What a person states ends by its own date. */
	if (row->evidence->first_bad_s == 0 || info->class == KZ_CLASS_O)
		return false;
	if (info->family == KZ_FAMILY_LOG)
		return complete[KZ_FAMILY_MX] &&
			kz_log_gone(engine, flight, row);
	return complete[info->family] &&
		!kz_mention_since(engine, subject, row->symptom, row->object,
			flight->since_ms);
}

void
kz_observe_done(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_name *zone, const bool *complete,
	const struct kz_now *now)
{
	struct kz_flight *flight = kz_flight_find(engine, site);
	struct kz_rows rows;

	kz_engine_count(engine, KZ_COUNT_EXAMINED);
	if (flight == NULL)
		return;
	kz_rows_load(engine, site, zone, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct kz_evidence_row *row = &rows.rows[i];

		if (is_gone(engine, flight, complete, &rows.subjects[i], row))
			kz_observe_gone(engine, &rows.subjects[i], row->symptom,
				row->object, now);
	}
	kz_rows_free(&rows);
	kz_schedule_landed(engine, flight, zone, complete, now);
}

void
kz_observe_tick(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_hold *hold, *next;

	kz_health_forget_future(engine->health, now->wall_s);
	kz_doubt_tick(engine, now);
	kz_withhold_tick(engine, now);
	kz_facts_tick(engine, now);
	TAILQ_FOREACH_SAFE (hold, &engine->holds.list, next, next) {
		if (!judge_bad(engine, &hold->finding, now))
			continue;
		TAILQ_REMOVE(&engine->holds.list, hold, next);
		engine->holds.count--;
		free(hold);
	}
}

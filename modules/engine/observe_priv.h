/* SPDX-License-Identifier: ISC */
/*
 * observe_priv - what observe, import and schedule do for each other
 */
#ifndef KIZUKI_ENGINE_OBSERVE_PRIV_H
#define KIZUKI_ENGINE_OBSERVE_PRIV_H

#include "kizuki/engine/observe.h"

#include "flight_priv.h"

/* Add a finding that was judged to its evidence. */
enum kz_evidence_step kz_observe_add(struct kz_engine *engine,
	const struct kz_finding *finding, const struct kz_now *now);

/* What was bad of it is gone: that is the repair. */
void kz_observe_gone(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, const struct kz_now *now);

/* An examination ended: record, next look, looks of operators. */
void kz_schedule_landed(struct kz_engine *engine, struct kz_flight *flight,
	const struct kz_name *zone, const bool *complete,
	const struct kz_now *now);

#endif

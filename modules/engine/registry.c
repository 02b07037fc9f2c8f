/* SPDX-License-Identifier: ISC */
#include "registry_priv.h"

#include "engine_priv.h"
#include "kizuki/engine/observe.h"

/* What the evidence of a site says. */
struct standing {
	bool other;      /* something bad outside the registration */
	bool bad;        /* something bad in it */
	bool persistent; /* of that, something that counts */
};

static struct standing
stand(struct kz_engine *engine, const struct kz_memo *memo,
	const struct kz_now *now)
{
	const struct kz_persistence *rules = engine->config->persistence;
	struct standing standing = {false, false, false};
	struct kz_rows rows;

	kz_rows_load(engine, &memo->name, &memo->site.zone, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct kz_evidence *evidence = rows.rows[i].evidence;
		const struct kz_symptom_info *info =
			kz_symptom_info(rows.rows[i].symptom);

		if (!kz_evidence_bad(
			    evidence, &rules[info->class], now->wall_s))
			continue;
		if (info->family != KZ_FAMILY_REG) {
			standing.other = true;
			continue;
		}
		standing.bad = true;
		standing.persistent = standing.persistent ||
			kz_evidence_persistent(evidence, info->class,
				&rules[info->class], now->wall_s);
	}
	kz_rows_free(&rows);
	return standing;
}

/* What could not be found out is asked again after so long: 4 hours. */
static int64_t
again_s(const struct kz_engine *engine)
{
	return engine->config->registry.recheck_persistent_s / 4;
}

static void
decide(struct kz_engine *engine, struct kz_memo *memo, struct kz_order *order,
	const struct kz_now *now)
{
	const struct kz_config *config = engine->config;
	int64_t since_s = now->wall_s - memo->site.family_s[KZ_FAMILY_REG];
	uint32_t wait_s = config->registry.keep_s;
	enum kz_verdict_state state;
	struct standing standing;

	/* Set back, the clock makes nobody wait for good. */
	if (!config->registry.ask || memo->client_count == 0 ||
		(now->wall_s < memo->registry_s &&
			memo->registry_s - now->wall_s <= again_s(engine)))
		return;
	state = kz_memo_verdict(engine, memo, now);
	if (state != KZ_VERDICT_SUSPECT && state != KZ_VERDICT_BROKEN)
		return;
	standing = stand(engine, memo, now);
	/* What counts is asked for until it is mended, whatever else is. */
	if (!standing.other && !standing.persistent)
		return;
	/* What is known to be bad is asked for in its own time. */
	order->reconsider = !standing.bad;
	if (standing.persistent)
		wait_s = config->registry.recheck_persistent_s;
	else if (standing.bad)
		wait_s = config->registry.recheck_bad_s;
	/* An operator says that it was mended. */
	if (order->confirm && standing.bad)
		wait_s = config->schedule.retry_s;
	order->registry = since_s < 0 || since_s >= wait_s;
}

void
kz_registry_order(struct kz_engine *engine, struct kz_memo *memo,
	struct kz_order *order, const struct kz_now *now)
{
	struct kz_registry_answer answer;

	decide(engine, memo, order, now);
	if (order->registry || engine->hooks.registered == NULL ||
		kz_registered_find(engine, &memo->site.zone, now, &answer) !=
			KZ_OK ||
		!engine->hooks.registered(engine->hooks.arg, &answer))
		order->reconsider = false;
}

void
kz_registry_landed(const struct kz_engine *engine, struct kz_memo *memo,
	bool complete, const struct kz_now *now)
{
	memo->registry_s = complete ? 0 : now->wall_s + again_s(engine);
}

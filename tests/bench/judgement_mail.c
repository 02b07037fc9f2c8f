/* SPDX-License-Identifier: ISC */
/* Our own mail to a site, as the log of our MTA tells of it. */
#include <bsd/string.h>

#include "kizuki/engine/observe.h"

#include "judgement.h"

/* It is tried again. */
#define MAIL_S (5 * HOUR_S)

void
look_mail(struct world *world, struct site *site, int64_t when_s,
	struct kz_engine *engine, const struct kz_now *now)
{
	const struct host *host = &world->hosts[site->mx[0].host];
	size_t machine = host->machines[0];
	struct kz_finding finding = {.when_s = wall_of(world, when_s),
		.subject = site->name,
		.symptom = KZ_SYM_LOG_MX_UNREACHABLE,
		.outcome = KZ_OUTCOME_OK,
		.source = KZ_SOURCE_LOG,
		/* A message stays in the queue for a day or so. */
		.queue = (uint32_t)(when_s / 86400) + 1};

	if (when_s - site->asked_s < MAIL_S)
		return;
	site->asked_s = when_s;
	(void)strlcpy(finding.object, host->name.text, sizeof(finding.object));
	if (world_reach(world, machine, KZ_SERVICE_SMTP25, when_s) !=
		KZ_REACH_ALIVE) {
		finding.outcome = KZ_OUTCOME_BAD;
		finding.weight = kz_symptom_info(finding.symptom)->points;
		finding.rest_count = 1;
		finding.rests[0].addr = world->machines[machine].addr;
		finding.rests[0].netclass = kz_netclass_of(
			KZ_SERVICE_SMTP25, &finding.rests[0].addr);
	}
	kz_observe_finding(engine, &finding, now);
}

/* SPDX-License-Identifier: ISC */
#include "log_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "hold_priv.h"
#include "kizuki/engine/schedule.h"
#include "observe_priv.h"

bool
kz_log_admits(struct kz_engine *engine, const struct kz_finding *finding)
{
	const struct kz_memo *memo;

	if (finding->outcome != KZ_OUTCOME_BAD)
		return true;
	switch ((int)finding->symptom) {
	case KZ_SYM_LOG_DSN_UNDELIVERABLE:
		memo = kz_memo_peek(engine, &finding->subject);
		return memo != NULL && memo->stored;
	case KZ_SYM_LOG_HOST_LOOKUP_FAIL:
	case KZ_SYM_LOG_QUEUE_EXPIRED:
		return finding->judged;
	default:
		return true;
	}
}

size_t
kz_log_hint(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	struct kz_name name = finding->subject;
	const struct kz_memo *memo;

	if (finding->source != KZ_SOURCE_LOG ||
		finding->outcome != KZ_OUTCOME_UNKNOWN)
		return 0;
	/* What a resolver asked for lies in a zone, which may be a site's. */
	while (kz_name_labels(&name) > 1) {
		memo = kz_memo_peek(engine, &name);
		if (memo != NULL && memo->stored)
			return kz_schedule_recheck(engine, &name, now) == KZ_OK;
		name = kz_name_parent(&name);
	}
	return 0;
}

/* Whether host is one of the words of value. */
static bool
names_host(const char *value, const char *host)
{
	size_t len = strlen(host);
	const char *at = value;

	if (len == 0)
		return false;
	while ((at = strstr(at, host)) != NULL) {
		bool begins = at == value || at[-1] == ' ' || at[-1] == ',';

		if (begins &&
			(at[len] == '\0' || at[len] == ' ' || at[len] == ','))
			return true;
		at++;
	}
	return false;
}

/* What a delivery to host proves wrong. */
static bool
refuted(const struct kz_evidence_row *row, const char *host)
{
	switch ((int)row->symptom) {
	case KZ_SYM_LOG_HOST_LOOKUP_FAIL:
	case KZ_SYM_LOG_QUEUE_EXPIRED:
	case KZ_SYM_LOG_DSN_UNDELIVERABLE:
	case KZ_SYM_MX_ALL_DEAD:
		return true;
	case KZ_SYM_MX_BEST_DEAD:
	case KZ_SYM_MX_BEST_REFUSED:
	case KZ_SYM_MX_NO_BANNER:
		return names_host(row->evidence->value, host);
	case KZ_SYM_MX_SOME_DEAD:
		return strcmp(row->object, host) == 0;
	default:
		return false;
	}
}

/* What a failure at host says once more. */
static bool
affirmed(const struct kz_evidence_row *row, const char *host)
{
	if (row->evidence->bads == 0)
		return false;
	switch ((int)row->symptom) {
	case KZ_SYM_MX_BEST_DEAD:
		return strcmp(row->evidence->value, host) == 0;
	case KZ_SYM_MX_SOME_DEAD:
		return strcmp(row->object, host) == 0;
	default:
		return false;
	}
}

/* The finding as one of row's: what is known there stays. */
static struct kz_finding
as_row(const struct kz_finding *finding, const struct kz_evidence_row *row)
{
	const struct kz_evidence *evidence = row->evidence;
	struct kz_finding made = {.when_s = finding->when_s,
		.subject = finding->subject,
		.symptom = row->symptom,
		.outcome = finding->outcome,
		.source = KZ_SOURCE_LOG,
		.judged = true,
		.weight = evidence->weight,
		.ttl_s = evidence->ttl_s,
		.rest_count = evidence->rest_count};

	memcpy(made.object, row->object, strlen(row->object) + 1);
	memcpy(made.value, evidence->value, sizeof(made.value));
	memcpy(made.why, finding->why, sizeof(made.why));
	memcpy(made.rests, evidence->rests,
		evidence->rest_count * sizeof(made.rests[0]));
	return made;
}

void
kz_log_merge(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	static const struct kz_name nowhere;
	struct kz_rows rows;

	if (finding->source != KZ_SOURCE_LOG ||
		finding->symptom != KZ_SYM_LOG_MX_UNREACHABLE)
		return;
	kz_rows_load(engine, &finding->subject, &nowhere, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct kz_evidence_row *row = &rows.rows[i];
		bool concerns = finding->outcome == KZ_OUTCOME_OK
			? refuted(row, finding->object)
			: affirmed(row, finding->object);
		struct kz_finding made;

		if (!concerns)
			continue;
		made = as_row(finding, row);
		(void)kz_observe_add(engine, &made, now);
	}
	kz_rows_free(&rows);
}

/* What the prober's ok of a symptom says of what the log held against host. */
static bool
probed_well(const struct kz_finding *finding, const struct kz_evidence_row *row)
{
	switch ((int)finding->symptom) {
	case KZ_SYM_MX_BEST_DEAD:
		return row->symptom == KZ_SYM_LOG_MX_UNREACHABLE;
	case KZ_SYM_MX_SOME_DEAD:
		return row->symptom == KZ_SYM_LOG_MX_UNREACHABLE &&
			strcmp(row->object, finding->object) == 0;
	/* Its own address takes its mail: there are no others. */
	case KZ_SYM_MX_IMPLICIT_DEAD:
		if (row->symptom == KZ_SYM_LOG_MX_UNREACHABLE)
			return true;
		/* fall through */
	case KZ_SYM_MX_ALL_DEAD:
		return row->symptom == KZ_SYM_LOG_QUEUE_EXPIRED ||
			row->symptom == KZ_SYM_LOG_DSN_UNDELIVERABLE ||
			row->symptom == KZ_SYM_LOG_HOST_LOOKUP_FAIL;
	default:
		return false;
	}
}

void
kz_log_probed(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now)
{
	static const struct kz_name nowhere;
	struct kz_rows rows;

	if (finding->symptom != KZ_SYM_MX_BEST_DEAD &&
		finding->symptom != KZ_SYM_MX_SOME_DEAD &&
		finding->symptom != KZ_SYM_MX_ALL_DEAD &&
		finding->symptom != KZ_SYM_MX_IMPLICIT_DEAD)
		return;
	kz_rows_load(engine, &finding->subject, &nowhere, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		struct kz_finding made;

		if (!probed_well(finding, &rows.rows[i]))
			continue;
		made = as_row(finding, &rows.rows[i]);
		(void)kz_observe_add(engine, &made, now);
	}
	kz_rows_free(&rows);
}

bool
kz_log_gone(struct kz_engine *engine, const struct kz_flight *flight,
	const struct kz_evidence_row *row)
{
	const struct kz_name *site = &flight->order.site;
	/* Of one that sends nothing its own address is not looked at. */
	bool null = flight->order.sender &&
		!kz_mention_since(engine, site, KZ_SYM_MX_IMPLICIT_DEAD,
			site->text, flight->since_ms);

	/* Where there are exchangers, they are looked at together. */
	if (kz_mention_since(engine, site, KZ_SYM_MX_ALL_DEAD, site->text,
		    flight->since_ms))
		return false;
	switch ((int)row->symptom) {
	case KZ_SYM_LOG_MX_UNREACHABLE:
		return null || strcmp(row->object, site->text) != 0;
	case KZ_SYM_LOG_HOST_LOOKUP_FAIL:
	case KZ_SYM_LOG_QUEUE_EXPIRED:
	case KZ_SYM_LOG_DSN_UNDELIVERABLE:
		return null;
	default:
		return false;
	}
}

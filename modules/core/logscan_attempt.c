/* SPDX-License-Identifier: ISC */
/* Contacts that failed, tied to the recipients that they were made for. */
#include <string.h>

#include "logscan_priv.h"

struct kz_logscan_attempt *
kz_logscan_attempt(const struct logscan_in *in, uint64_t key, bool by_process)
{
	/* Eight places for each key. */
	size_t set = key % (KZ_LOGSCAN_ATTEMPTS / 8) * 8;
	struct kz_logscan_attempt *oldest = &in->scan->attempts[set];

	for (size_t i = set; i < set + 8; i++) {
		struct kz_logscan_attempt *attempt = &in->scan->attempts[i];

		if (attempt->key == key)
			return attempt;
		if (attempt->last_s < oldest->last_s)
			oldest = attempt;
	}
	kz_logscan_attempt_close(in, oldest);
	*oldest = (struct kz_logscan_attempt){
		.key = key, .by_process = by_process, .last_s = in->when_s};
	return oldest;
}

void
kz_logscan_attempt_fail(const struct logscan_in *in,
	struct kz_logscan_attempt *attempt, const struct kz_logsaid *said)
{
	struct kz_logscan_fail *fail;

	attempt->last_s = in->when_s;
	for (size_t i = 0; i < attempt->fail_count; i++) {
		fail = &attempt->fails[i];
		if (kz_addr_compare(&fail->addr, &said->addr) == 0 &&
			kz_name_equal(&fail->host, &said->host))
			return;
	}
	if (attempt->fail_count == KZ_LOGSCAN_FAILS)
		return;
	fail = &attempt->fails[attempt->fail_count++];
	*fail = (struct kz_logscan_fail){.when_s = in->when_s,
		.host = said->host,
		.addr = said->addr,
		.reach = said->reach};
}

void
kz_logscan_attempt_result(const struct logscan_in *in,
	struct kz_logscan_attempt *attempt, const struct kz_logsaid *said)
{
	bool alive = said->fate == KZ_LOGFATE_SENT ||
		said->fate == KZ_LOGFATE_ALIVE ||
		said->fate == KZ_LOGFATE_NO_BANNER;
	struct kz_logscan_result *result = NULL;

	attempt->last_s = in->when_s;
	attempt->queue = in->queue;
	if (said->domain.len == 0) {
		attempt->crowded = true;
		return;
	}
	for (size_t i = 0; i < attempt->result_count; i++) {
		if (kz_name_equal(&attempt->results[i].domain, &said->domain))
			result = &attempt->results[i];
	}
	if (result == NULL) {
		if (attempt->result_count == KZ_LOGSCAN_RESULTS) {
			attempt->crowded = true;
			return;
		}
		result = &attempt->results[attempt->result_count++];
		*result = (struct kz_logscan_result){.domain = said->domain};
	}
	if (alive)
		result->alive = said->host;
}

/* "ETIMEDOUT" as kizuki-probe says it. */
static const char *
reach_word(enum kz_reach reach)
{
	switch (reach) {
	case KZ_REACH_TIMEOUT:
		return "ETIMEDOUT";
	case KZ_REACH_UNREACHABLE:
		return "EHOSTUNREACH";
	case KZ_REACH_REFUSED:
		return "ECONNREFUSED";
	case KZ_REACH_RESET:
		return "ECONNRESET";
	case KZ_REACH_NONE:
	case KZ_REACH_ALIVE:
	case KZ_REACH_SILENT:
	case KZ_REACH_NOISE:
	case KZ_REACH_OURS:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		break;
	}
	return "";
}

static bool
counts_as_dead(enum kz_reach reach)
{
	return reach == KZ_REACH_TIMEOUT || reach == KZ_REACH_UNREACHABLE ||
		reach == KZ_REACH_REFUSED;
}

/*
 * Collect what failed of one host.  False: not all of it is death.  A family
 * that our own side cannot reach is among the addresses: it is kizukid, who
 * knows whether it ever worked here, that leaves it out.
 */
static bool
host_is_dead(const struct kz_logscan_attempt *attempt,
	const struct kz_name *host, struct kz_finding *finding)
{
	bool dead = false;

	for (size_t i = 0; i < attempt->fail_count; i++) {
		const struct kz_logscan_fail *fail = &attempt->fails[i];

		if (!kz_name_equal(&fail->host, host))
			continue;
		if (fail->reach != KZ_REACH_OURS &&
			!counts_as_dead(fail->reach))
			return false;
		kz_logscan_rest(finding, &fail->addr);
		if (fail->reach == KZ_REACH_OURS)
			continue;
		dead = true;
		if (fail->when_s > finding->when_s)
			finding->when_s = fail->when_s;
		if (finding->why[0] == '\0')
			memcpy(finding->why, reach_word(fail->reach),
				strlen(reach_word(fail->reach)) + 1);
	}
	return dead;
}

/* The host of fail i was looked at before. */
static bool
seen_before(const struct kz_logscan_attempt *attempt, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (kz_name_equal(
			    &attempt->fails[j].host, &attempt->fails[i].host))
			return true;
	}
	return false;
}

/* An error report of ours that nobody took. */
static void
say_report(const struct logscan_in *in, const struct kz_finding *dead)
{
	struct kz_logscan_message *message = kz_logscan_message(in, false);
	struct kz_finding finding = *dead;

	if (message == NULL || !message->null_sender)
		return;
	finding.symptom = KZ_SYM_LOG_DSN_UNDELIVERABLE;
	finding.weight = kz_symptom_info(finding.symptom)->points;
	memcpy(finding.object, finding.subject.text, finding.subject.len + 1U);
	kz_logscan_tell(in, &finding);
}

static void
say_result(const struct logscan_in *in,
	const struct kz_logscan_attempt *attempt,
	const struct kz_logscan_result *result)
{
	bool sure = attempt->by_process ||
		(attempt->result_count == 1 && !attempt->crowded);

	for (size_t i = 0; i < attempt->fail_count; i++) {
		const struct kz_name *host = &attempt->fails[i].host;
		struct kz_finding finding = kz_logscan_finding(
			in, &result->domain, KZ_SYM_LOG_MX_UNREACHABLE, host);

		if (seen_before(attempt, i) ||
			kz_name_equal(host, &result->alive) ||
			(!sure && !kz_name_within(host, &result->domain)))
			continue;
		finding.when_s = 0;
		if (!host_is_dead(attempt, host, &finding))
			continue;
		finding.outcome = KZ_OUTCOME_BAD;
		finding.weight = kz_symptom_info(finding.symptom)->points;
		memcpy(finding.value, host->text, host->len + 1U);
		kz_logscan_blame(in->scan, &result->domain, host);
		kz_logscan_tell(in, &finding);
		if (result->alive.len == 0)
			say_report(in, &finding);
	}
}

void
kz_logscan_attempt_close(
	const struct logscan_in *in, struct kz_logscan_attempt *attempt)
{
	struct logscan_in then = *in;

	then.queue = attempt->queue;
	for (size_t i = 0; i < attempt->result_count; i++)
		say_result(&then, attempt, &attempt->results[i]);
	*attempt = (struct kz_logscan_attempt){.key = attempt->key,
		.by_process = attempt->by_process,
		.last_s = attempt->last_s};
}

void
kz_logscan_attempts_close(const struct logscan_in *in, uint32_t queue)
{
	for (size_t i = 0; i < KZ_LOGSCAN_ATTEMPTS; i++) {
		struct kz_logscan_attempt *attempt = &in->scan->attempts[i];

		if (attempt->result_count > 0 &&
			(queue == 0 || attempt->queue == queue))
			kz_logscan_attempt_close(in, attempt);
	}
}

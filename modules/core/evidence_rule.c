/* SPDX-License-Identifier: ISC */
/* What evidence says at a moment; evidence.c is how it comes about. */
#include "kizuki/core/evidence.h"

#define WORKDAYS 0x1f /* Monday to Friday */
/* A message lies in a queue for 4 to 5 days (RFC 5321 section 4.5.4.1). */
#define EXPIRED_EVENTS 2
#define EXPIRED_AGE_S  (30 * 86400)

struct kz_persistence
kz_evidence_rule(enum kz_symptom symptom, const struct kz_persistence *rules)
{
	struct kz_persistence rule = rules[kz_symptom_info(symptom)->class];

	if (symptom != KZ_SYM_LOG_QUEUE_EXPIRED)
		return rule;
	rule.count = EXPIRED_EVENTS;
	rule.queues =
		rule.queues < EXPIRED_EVENTS ? rule.queues : EXPIRED_EVENTS;
	rule.span_s = 0;
	rule.quarters = 0;
	rule.weekdays = 0;
	rule.max_age_s = EXPIRED_AGE_S;
	return rule;
}

static uint32_t
bits_in(unsigned bits)
{
	uint32_t count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

static int64_t
lapse_s(const struct kz_evidence *evidence, const struct kz_persistence *rule)
{
	return evidence->newest_bad_s +
		(rule->max_age_s > 0 ? rule->max_age_s : evidence->ttl_s);
}

bool
kz_evidence_bad(const struct kz_evidence *evidence,
	const struct kz_persistence *rule, int64_t now_s)
{
	return evidence->bads > 0 && now_s <= lapse_s(evidence, rule) &&
		evidence->newest_bad_s <= now_s + rule->slot_s;
}

/* From the first bad to the newest at least; class C: longer for a long TTL. */
static int64_t
span_s(const struct kz_evidence *evidence, enum kz_class class,
	const struct kz_persistence *rule)
{
	int64_t ttl_span_s = (int64_t)rule->ttl_factor * evidence->ttl_s;

	return class == KZ_CLASS_C && ttl_span_s > rule->span_s ? ttl_span_s
								: rule->span_s;
}

int64_t
kz_evidence_ripe_s(const struct kz_evidence *evidence, enum kz_class class,
	const struct kz_persistence *rule)
{
	int64_t first_s = class == KZ_CLASS_C ? evidence->same_first_s
					      : evidence->first_bad_s;

	return evidence->bads == 0 ? INT64_MAX
				   : first_s + span_s(evidence, class, rule);
}

/* Different hashes among the kept slots that count; at most most. */
uint32_t
kz_evidence_messages(const struct kz_evidence *evidence, uint32_t most)
{
	uint32_t count = 0;

	for (size_t i = evidence->slot_count; i > 0 && count < most; i--) {
		const struct kz_slot *slot = &evidence->slots[i - 1];
		size_t j = i;

		if (slot->outcome != KZ_OUTCOME_BAD ||
			slot->when_s < evidence->first_bad_s)
			break;
		while (j < evidence->slot_count &&
			evidence->slots[j].value_hash != slot->value_hash)
			j++;
		if (j == evidence->slot_count)
			count++;
	}
	return count;
}

bool
kz_evidence_persistent(const struct kz_evidence *evidence, enum kz_class class,
	const struct kz_persistence *rule, int64_t now_s)
{
	uint32_t count = evidence->bads;
	int64_t first_s = evidence->first_bad_s;

	if (!kz_evidence_bad(evidence, rule, now_s))
		return false;
	if (class == KZ_CLASS_O)
		return true;
	if (class == KZ_CLASS_C) {
		count = evidence->same;
		first_s = evidence->same_first_s;
	}
	if (class == KZ_CLASS_L &&
		kz_evidence_messages(evidence, rule->queues) < rule->queues)
		return false;
	return count >= rule->count &&
		evidence->newest_bad_s - first_s >=
		span_s(evidence, class, rule) &&
		bits_in(evidence->quarters) >= rule->quarters &&
		bits_in(evidence->weekdays & WORKDAYS) >= rule->weekdays;
}

int64_t
kz_evidence_next_s(const struct kz_evidence *evidence,
	const struct kz_persistence *rule, int64_t now_s)
{
	if (evidence->bads == 0 || now_s > lapse_s(evidence, rule))
		return INT64_MAX;
	if (evidence->newest_bad_s > now_s + rule->slot_s)
		return evidence->newest_bad_s - rule->slot_s;
	return lapse_s(evidence, rule) + 1;
}

uint32_t
kz_evidence_netclasses(const struct kz_evidence *evidence)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < evidence->rest_count; i++)
		bits |= 1U << evidence->rests[i].netclass;
	return bits;
}

uint8_t
kz_evidence_weight(
	const struct kz_evidence *evidence, const struct kz_persistence *rule)
{
	uint8_t least = evidence->weight;
	uint32_t count = 0;

	for (size_t i = evidence->slot_count; i > 0; i--) {
		const struct kz_slot *slot = &evidence->slots[i - 1];

		if (slot->outcome != KZ_OUTCOME_BAD ||
			slot->when_s < evidence->first_bad_s)
			break;
		if (slot->weight < least)
			least = slot->weight;
		count++;
		if (count >= rule->count &&
			evidence->newest_bad_s - slot->when_s >= rule->span_s)
			break;
	}
	return least;
}

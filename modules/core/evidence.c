/* SPDX-License-Identifier: ISC */
#include "kizuki/core/evidence.h"

#include <string.h>

#define DAY_S     86400
#define QUARTER_S 21600

/* What the kept slots alone say about the bads that count. */
struct tally {
	uint32_t bads;
	uint32_t same;
	int64_t first_s;
	int64_t newest_s;
	int64_t same_first_s;
	uint8_t quarters;
	uint8_t weekdays;
	bool whole;     /* the chain reaches the oldest kept slot */
	bool run_whole; /* and so does the run of identical values */
};

/* Bads that count, but whose slots were pushed out by newer ones. */
struct lost {
	uint32_t bads;
	uint32_t same;
};

struct kz_evidence
kz_evidence_make(void)
{
	return (struct kz_evidence){0};
}

static int64_t
slot_of(int64_t when_s, uint32_t slot_s)
{
	return when_s / (slot_s > 0 ? slot_s : 1);
}

/* FNV-1a, or the message's.  Of a zone's old copy its own serial counts. */
static uint32_t
value_hash(const struct kz_finding *finding)
{
	const char *value = finding->value;
	uint32_t hash = 2166136261U;
	char end = finding->symptom == KZ_SYM_DNS_SERIAL_SKEW ? ' ' : '\0';

	for (size_t i = 0; value[i] != '\0' && value[i] != end; i++)
		hash = (hash ^ (uint8_t)value[i]) * 16777619U;
	return finding->queue != 0 ? finding->queue : hash;
}

static uint8_t
quarter_bit(int64_t when_s)
{
	return (uint8_t)(1U << when_s % DAY_S / QUARTER_S);
}

static uint8_t
weekday_bit(int64_t when_s)
{
	/* 1 January 1970 was a Thursday. */
	return (uint8_t)(1U << (when_s / DAY_S + 3) % 7);
}

static int64_t
gap_limit_s(const struct kz_persistence *rule)
{
	return rule->span_s > rule->max_age_s ? rule->span_s : rule->max_age_s;
}

/* From the newest slot back to an ok, a gap beyond gap_s, or floor_s. */
static struct tally
tally_of(const struct kz_evidence *evidence, int64_t gap_s, int64_t floor_s)
{
	struct tally tally = {0};
	uint32_t newest_hash = 0;
	size_t i = evidence->slot_count;

	for (; i > 0; i--) {
		const struct kz_slot *slot = &evidence->slots[i - 1];

		if (slot->outcome != KZ_OUTCOME_BAD ||
			slot->when_s <= evidence->newest_ok_s ||
			slot->when_s < floor_s)
			break;
		if (tally.bads == 0) {
			tally.newest_s = slot->when_s;
			newest_hash = slot->value_hash;
		} else if (tally.first_s - slot->when_s > gap_s) {
			break;
		}
		if (tally.same == tally.bads &&
			slot->value_hash == newest_hash) {
			tally.same++;
			tally.same_first_s = slot->when_s;
		}
		tally.bads++;
		tally.first_s = slot->when_s;
		tally.quarters |= quarter_bit(slot->when_s);
		tally.weekdays |= weekday_bit(slot->when_s);
	}
	tally.whole = tally.bads > 0 && i == 0;
	tally.run_whole = tally.whole && tally.same == tally.bads;
	return tally;
}

static struct lost
lost_of(const struct kz_evidence *evidence, const struct tally *kept)
{
	struct lost lost = {0};

	if (kept->whole && evidence->bads > kept->bads)
		lost.bads = evidence->bads - kept->bads;
	if (kept->run_whole && evidence->same > kept->same)
		lost.same = evidence->same - kept->same;
	return lost;
}

/* Take over what the slots say, and behind the oldest one what was lost. */
static void
settle(struct kz_evidence *evidence, const struct tally *kept, struct lost lost)
{
	bool more = kept->whole && lost.bads > 0;
	bool more_same = kept->run_whole && lost.same > 0;

	evidence->bads = kept->bads + (more ? lost.bads : 0);
	evidence->same = kept->same + (more_same ? lost.same : 0);
	evidence->newest_bad_s = kept->newest_s;
	if (!more_same)
		evidence->same_first_s = kept->same_first_s;
	if (more) {
		evidence->quarters |= kept->quarters;
		evidence->weekdays |= kept->weekdays;
	} else {
		evidence->first_bad_s = kept->first_s;
		evidence->quarters = kept->quarters;
		evidence->weekdays = kept->weekdays;
	}
}

static void
forget_details(struct kz_evidence *evidence)
{
	evidence->weight = 0;
	evidence->ttl_s = 0;
	evidence->rest_count = 0;
	memset(evidence->rests, 0, sizeof(evidence->rests));
	memset(evidence->value, 0, sizeof(evidence->value));
	memset(evidence->why, 0, sizeof(evidence->why));
}

/* Whether rest i must be kept: first of its class, or the smallest address. */
static bool
rest_speaks(const struct kz_finding *finding, size_t i)
{
	const struct kz_rest *rest = &finding->rests[i];
	bool first = true;
	bool smallest = true;

	for (size_t j = 0; j < finding->rest_count; j++) {
		const struct kz_rest *other = &finding->rests[j];

		if (j < i && other->netclass == rest->netclass)
			first = false;
		if (kz_addr_compare(&other->addr, &rest->addr) < 0)
			smallest = false;
	}
	return first || smallest;
}

static void
keep_rests(struct kz_evidence *evidence, const struct kz_finding *finding)
{
	size_t spoken = 0;
	size_t room;

	for (size_t i = 0; i < finding->rest_count; i++)
		spoken += rest_speaks(finding, i);
	/* The others, in their order, as far as there is room for them. */
	room = spoken < KZ_EVIDENCE_RESTS ? KZ_EVIDENCE_RESTS - spoken : 0;
	for (size_t i = 0; i < finding->rest_count; i++) {
		if (evidence->rest_count == KZ_EVIDENCE_RESTS)
			break;
		if (!rest_speaks(finding, i)) {
			if (room == 0)
				continue;
			room--;
		}
		evidence->rests[evidence->rest_count++] = finding->rests[i];
	}
}

static void
keep_details(struct kz_evidence *evidence, const struct kz_finding *finding)
{
	forget_details(evidence);
	evidence->weight = finding->weight;
	evidence->ttl_s = finding->ttl_s;
	memcpy(evidence->value, finding->value,
		strnlen(finding->value, KZ_VALUE_MAX));
	memcpy(evidence->why, finding->why, strnlen(finding->why, KZ_WHY_MAX));
	keep_rests(evidence, finding);
}

/* How many slots lie before when_s. */
static size_t
position_of(const struct kz_evidence *evidence, int64_t when_s)
{
	size_t i = evidence->slot_count;

	while (i > 0 && evidence->slots[i - 1].when_s >= when_s)
		i--;
	return i;
}

static void
remove_slot(struct kz_evidence *evidence, size_t at)
{
	evidence->slot_count--;
	memmove(&evidence->slots[at], &evidence->slots[at + 1],
		(evidence->slot_count - at) * sizeof(evidence->slots[0]));
	evidence->slots[evidence->slot_count] = (struct kz_slot){0};
}

/* There is room. */
static void
insert_slot(struct kz_evidence *evidence, size_t at, struct kz_slot slot)
{
	memmove(&evidence->slots[at + 1], &evidence->slots[at],
		(evidence->slot_count - at) * sizeof(evidence->slots[0]));
	evidence->slots[at] = slot;
	evidence->slot_count++;
}

/*
 * A bad older than all slots, which are bad: it may have been counted before
 * they pushed it out, so only that the fault was there already is remembered.
 */
static enum kz_evidence_step
add_before_kept(struct kz_evidence *evidence, int64_t when_s, uint32_t hash,
	int64_t gap_s)
{
	struct tally kept = tally_of(evidence, gap_s, 0);
	struct kz_evidence before;

	if (!kept.whole || evidence->first_bad_s - when_s > gap_s)
		return KZ_EVIDENCE_SAME;
	before = *evidence;
	if (when_s < evidence->first_bad_s)
		evidence->first_bad_s = when_s;
	evidence->quarters |= quarter_bit(when_s);
	evidence->weekdays |= weekday_bit(when_s);
	/* Another value within the run: the run begins after it. */
	if (kept.run_whole && when_s >= evidence->same_first_s &&
		hash != evidence->slots[0].value_hash) {
		evidence->same = kept.same;
		evidence->same_first_s = kept.same_first_s;
	}
	if (evidence->first_bad_s == before.first_bad_s &&
		evidence->quarters == before.quarters &&
		evidence->weekdays == before.weekdays &&
		evidence->same_first_s == before.same_first_s)
		return KZ_EVIDENCE_SAME;
	return KZ_EVIDENCE_CHANGED;
}

static enum kz_evidence_step
add_bad(struct kz_evidence *evidence, const struct kz_finding *finding,
	const struct kz_persistence *rule)
{
	struct kz_slot slot = {.when_s = finding->when_s,
		.outcome = KZ_OUTCOME_BAD,
		.weight = finding->weight,
		.value_hash = value_hash(finding)};
	int64_t number = slot_of(slot.when_s, rule->slot_s);
	int64_t gap_s = gap_limit_s(rule);
	size_t at = position_of(evidence, slot.when_s);
	struct tally kept;
	struct lost lost;

	if (evidence->newest_ok_s > 0 &&
		number <= slot_of(evidence->newest_ok_s, rule->slot_s))
		return KZ_EVIDENCE_SAME;
	if (at > 0 &&
		slot_of(evidence->slots[at - 1].when_s, rule->slot_s) == number)
		return KZ_EVIDENCE_SAME;
	if (at < evidence->slot_count &&
		slot_of(evidence->slots[at].when_s, rule->slot_s) == number)
		return KZ_EVIDENCE_SAME;
	if (at == 0 && evidence->slot_count == KZ_EVIDENCE_SLOTS)
		return add_before_kept(
			evidence, slot.when_s, slot.value_hash, gap_s);

	kept = tally_of(evidence, gap_s, 0);
	lost = lost_of(evidence, &kept);
	if (evidence->slot_count == KZ_EVIDENCE_SLOTS) {
		lost.bads += kept.whole;
		lost.same += kept.run_whole;
		remove_slot(evidence, 0);
		at--;
	}
	insert_slot(evidence, at, slot);
	kept = tally_of(evidence, gap_s, 0);
	settle(evidence, &kept, lost);
	if (at + 1 == evidence->slot_count)
		keep_details(evidence, finding);
	return KZ_EVIDENCE_CHANGED;
}

/* The bads of the slot of an ok are gone, also those after it. */
static void
clean_slot(struct kz_evidence *evidence, int64_t when_s, uint32_t slot_s)
{
	for (size_t i = evidence->slot_count; i > 0; i--) {
		if (slot_of(evidence->slots[i - 1].when_s, slot_s) ==
			slot_of(when_s, slot_s))
			remove_slot(evidence, i - 1);
	}
}

static enum kz_evidence_step
add_ok(struct kz_evidence *evidence, int64_t when_s, uint32_t slot_s)
{
	bool was_bad = evidence->bads > 0;
	int64_t floor_s = evidence->first_bad_s;
	struct tally kept;
	struct lost lost = {0};
	size_t at;

	if (evidence->newest_ok_s > 0 &&
		slot_of(when_s, slot_s) <=
			slot_of(evidence->newest_ok_s, slot_s))
		return KZ_EVIDENCE_SAME;
	/* What was lost is older than the slots: an ok before all keeps it. */
	if (was_bad && slot_of(when_s, slot_s) < slot_of(floor_s, slot_s)) {
		kept = tally_of(evidence, INT64_MAX, floor_s);
		lost = lost_of(evidence, &kept);
	}
	clean_slot(evidence, when_s, slot_s);
	at = position_of(evidence, when_s);
	if (evidence->slot_count == KZ_EVIDENCE_SLOTS && at > 0) {
		remove_slot(evidence, 0);
		at--;
	}
	if (evidence->slot_count < KZ_EVIDENCE_SLOTS)
		insert_slot(evidence, at,
			(struct kz_slot){
				.when_s = when_s, .outcome = KZ_OUTCOME_OK});
	evidence->newest_ok_s = when_s;
	kept = tally_of(evidence, INT64_MAX, floor_s);
	settle(evidence, &kept, lost);
	if (evidence->bads > 0)
		return KZ_EVIDENCE_CHANGED;
	forget_details(evidence);
	return was_bad ? KZ_EVIDENCE_CLEARED : KZ_EVIDENCE_CHANGED;
}

/*
 * What a clock that ran ahead has written would count, or hide what is true,
 * until its moment comes; nothing of it is kept but that there was an ok.
 */
static void
forget_future(struct kz_evidence *evidence, uint32_t slot_s, int64_t now_s)
{
	int64_t ok_s = evidence->newest_ok_s;

	if (ok_s <= now_s + slot_s && evidence->newest_bad_s <= now_s + slot_s)
		return;
	*evidence = kz_evidence_make();
	evidence->newest_ok_s = ok_s < now_s ? ok_s : now_s;
}

enum kz_evidence_step
kz_evidence_add(struct kz_evidence *evidence, const struct kz_finding *finding,
	const struct kz_persistence *rule, int64_t now_s)
{
	if (finding->when_s <= 0 || finding->when_s > now_s + rule->slot_s)
		return KZ_EVIDENCE_SAME;
	switch (finding->outcome) {
	case KZ_OUTCOME_UNKNOWN:
		break;
	case KZ_OUTCOME_OK:
		forget_future(evidence, rule->slot_s, now_s);
		return add_ok(evidence, finding->when_s, rule->slot_s);
	case KZ_OUTCOME_BAD:
		forget_future(evidence, rule->slot_s, now_s);
		return add_bad(evidence, finding, rule);
	}
	return KZ_EVIDENCE_SAME;
}

enum kz_evidence_step
kz_evidence_clear(struct kz_evidence *evidence, int64_t when_s)
{
	if (when_s <= 0)
		return KZ_EVIDENCE_SAME;
	return add_ok(evidence, when_s, 1);
}

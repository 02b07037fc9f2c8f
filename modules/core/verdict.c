/* SPDX-License-Identifier: ISC */
#include "kizuki/core/verdict.h"

#include <string.h>

/* The rule of profile cautious. */
#define CONVICTING_TOTAL  8
#define SECOND_FAMILY     2
#define CONVICTING_POINTS 8
#define CONVICTING_CAUSES 3

enum cause {
	CAUSE_OWN, /* addresses or object decide */
	CAUSE_NSSET,
	CAUSE_NSDIFF,
	CAUSE_SPLIT,
	CAUSE_SEC,
	CAUSE_SPF
};

/* nsset_joins: ns-effectively-single counts in this verdict. */
static enum cause
cause_of(enum kz_symptom symptom, bool nsset_joins)
{
	switch ((int)symptom) {
	case KZ_SYM_NS_SINGLE_LISTED:
	case KZ_SYM_REG_NS_SINGLE:
	case KZ_SYM_NS_EFFECTIVELY_SINGLE:
		return CAUSE_NSSET;
	case KZ_SYM_NS_DEAD:
	case KZ_SYM_NS_LAME:
	case KZ_SYM_NS_NAME_MISSING:
		return nsset_joins ? CAUSE_NSSET : CAUSE_OWN;
	case KZ_SYM_DELEG_NS_MISMATCH:
	case KZ_SYM_REG_NS_MISMATCH:
		return CAUSE_NSDIFF;
	case KZ_SYM_DNS_SOA_SPLIT:
	case KZ_SYM_DNS_MX_INCONSISTENT:
	case KZ_SYM_DNS_SHADOW_AUTHORITY:
		return CAUSE_SPLIT;
	case KZ_SYM_SPF_BROKEN:
	case KZ_SYM_SPF_ALLOWS_ALL:
		return CAUSE_SPF;
	default:
		return kz_symptom_info(symptom)->family == KZ_FAMILY_SEC
			? CAUSE_SEC
			: CAUSE_OWN;
	}
}

static bool
share_address(const struct kz_evidence *left, const struct kz_evidence *right)
{
	for (size_t i = 0; i < left->rest_count; i++) {
		for (size_t j = 0; j < right->rest_count; j++) {
			const struct kz_addr *addr = &left->rests[i].addr;

			if (addr->family != KZ_ADDR_NONE &&
				kz_addr_compare(addr, &right->rests[j].addr) ==
					0)
				return true;
		}
	}
	return false;
}

/* The part of an object that names it: "host" of "host/address/25". */
static size_t
object_len(const char *object)
{
	const char *slash = strchr(object, '/');

	return slash != NULL ? (size_t)(slash - object) : strlen(object);
}

static bool
share_object(
	const struct kz_evidence_row *left, const struct kz_evidence_row *right)
{
	size_t len = object_len(left->object);

	return kz_symptom_info(left->symptom)->object != KZ_OBJECT_DOMAIN &&
		kz_symptom_info(right->symptom)->object != KZ_OBJECT_DOMAIN &&
		len == object_len(right->object) &&
		memcmp(left->object, right->object, len) == 0;
}

static bool
same_cause(const struct kz_evidence_row *left,
	const struct kz_evidence_row *right, bool nsset_joins)
{
	enum cause cause = cause_of(left->symptom, nsset_joins);

	if (cause != cause_of(right->symptom, nsset_joins))
		return false;
	if (cause != CAUSE_OWN)
		return true;
	if (left->evidence->rest_count > 0 && right->evidence->rest_count > 0)
		return share_address(left->evidence, right->evidence);
	return left->evidence->rest_count == 0 &&
		right->evidence->rest_count == 0 && share_object(left, right);
}

static bool
convicts_alone(const struct kz_verdict_input *input, enum kz_symptom symptom,
	uint8_t points)
{
	const struct kz_symptom_info *info = kz_symptom_info(symptom);

	if (points < info->points)
		return false;
	return info->convicts ||
		(symptom == KZ_SYM_MX_BEST_REFUSED &&
			input->nolisting_convicts);
}

/* What one row amounts to by itself; false: it is not bad. */
static bool
weigh(const struct kz_verdict_input *input, size_t row,
	struct kz_reason *reason)
{
	const struct kz_evidence_row *given = &input->rows[row];
	const struct kz_symptom_info *info = kz_symptom_info(given->symptom);
	const struct kz_persistence own =
		kz_evidence_rule(given->symptom, input->rules);
	const struct kz_persistence *rule = &own;
	bool persistent;

	if (!kz_evidence_bad(given->evidence, rule, input->now_s))
		return false;
	persistent = input->if_this_lasts ||
		kz_evidence_persistent(
			given->evidence, info->class, rule, input->now_s);
	*reason = (struct kz_reason){.symptom = given->symptom,
		.fate = KZ_REASON_COUNTS,
		.points = given->evidence->weight,
		.row = row};
	if (!persistent)
		reason->fate = KZ_REASON_WAITING;
	else if (!input->if_this_lasts)
		reason->points = kz_evidence_weight(given->evidence, rule);
	if (persistent &&
		(kz_evidence_netclasses(given->evidence) & input->suspended) !=
			0)
		reason->fate = KZ_REASON_SUSPENDED;
	if (persistent && input->withheld != NULL &&
		input->withheld[given->symptom] != KZ_WITHHELD_NO)
		reason->fate = KZ_REASON_WITHHELD;
	if (given->pardoned)
		reason->fate = KZ_REASON_PARDONED;
	if (reason->points > info->points)
		reason->points = info->points;
	reason->convicts = !given->shared &&
		convicts_alone(input, given->symptom, reason->points);
	if (given->shared)
		reason->points /= 2;
	return true;
}

/* By fate, then by points, then in the order of catalogue and rows. */
static bool
stands_before(const struct kz_reason *left, const struct kz_reason *right)
{
	if (left->fate != right->fate)
		return left->fate < right->fate;
	if (left->points != right->points)
		return left->points > right->points;
	if (left->symptom != right->symptom)
		return left->symptom < right->symptom;
	return left->row < right->row;
}

/* In its place; where there is no room, the last one falls out. */
static void
insert_reason(struct kz_verdict *verdict, const struct kz_reason *reason)
{
	size_t at = verdict->reason_count;

	while (at > 0 && stands_before(reason, &verdict->reasons[at - 1]))
		at--;
	if (at == KZ_REASONS_MAX)
		return;
	if (verdict->reason_count == KZ_REASONS_MAX)
		verdict->reason_count--;
	memmove(&verdict->reasons[at + 1], &verdict->reasons[at],
		(verdict->reason_count - at) * sizeof(verdict->reasons[0]));
	verdict->reasons[at] = *reason;
	verdict->reason_count++;
}

static bool
counts(const struct kz_verdict *verdict, enum kz_symptom symptom)
{
	for (size_t i = 0; i < verdict->reason_count; i++) {
		if (verdict->reasons[i].symptom == symptom &&
			verdict->reasons[i].fate == KZ_REASON_COUNTS)
			return true;
	}
	return false;
}

/* The counting ones stand first, the largest in front. */
static void
drop_duplicates(
	const struct kz_verdict_input *input, struct kz_verdict *verdict)
{
	struct kz_verdict all = *verdict;
	bool joins = counts(verdict, KZ_SYM_NS_EFFECTIVELY_SINGLE);

	verdict->reason_count = 0;
	for (size_t i = 0; i < all.reason_count; i++) {
		struct kz_reason *reason = &all.reasons[i];

		for (size_t j = 0; j < i && reason->fate == KZ_REASON_COUNTS;
			j++) {
			if (all.reasons[j].fate == KZ_REASON_COUNTS &&
				same_cause(&input->rows[all.reasons[j].row],
					&input->rows[reason->row], joins))
				reason->fate = KZ_REASON_DROPPED;
		}
		insert_reason(verdict, reason);
	}
}

static void
add_up(struct kz_verdict *verdict)
{
	for (size_t i = 0; i < verdict->reason_count; i++) {
		const struct kz_reason *reason = &verdict->reasons[i];
		enum kz_family family =
			kz_symptom_info(reason->symptom)->family;

		if (reason->fate == KZ_REASON_COUNTS)
			verdict->uncapped[family] += reason->points;
	}
	for (int i = 0; i < KZ_FAMILY_COUNT; i++) {
		uint8_t cap = kz_family_cap((enum kz_family)i);

		verdict->family[i] = verdict->uncapped[i] < cap
			? (uint8_t)verdict->uncapped[i]
			: cap;
		verdict->total = (uint8_t)(verdict->total + verdict->family[i]);
	}
}

/* Supporting families never convict by themselves. */
static bool
stands_alone(enum kz_family family)
{
	return family != KZ_FAMILY_RDNS && family != KZ_FAMILY_POL &&
		family != KZ_FAMILY_WEB;
}

static bool
cautious_convicts(const struct kz_verdict *verdict)
{
	size_t causes[KZ_FAMILY_COUNT] = {0};
	size_t families = 0;

	for (size_t i = 0; i < verdict->reason_count; i++) {
		const struct kz_reason *reason = &verdict->reasons[i];

		if (reason->fate != KZ_REASON_COUNTS || reason->points == 0)
			continue;
		if (reason->points >= CONVICTING_POINTS)
			return true;
		causes[kz_symptom_info(reason->symptom)->family]++;
	}
	for (int i = 0; i < KZ_FAMILY_COUNT; i++) {
		if (verdict->family[i] >= SECOND_FAMILY)
			families++;
		if (causes[i] >= CONVICTING_CAUSES &&
			verdict->uncapped[i] >= CONVICTING_TOTAL &&
			stands_alone((enum kz_family)i))
			return true;
	}
	return verdict->total >= CONVICTING_TOTAL && families >= 2;
}

bool
kz_verdict_alone(enum kz_profile profile, const struct kz_reason *reason)
{
	switch (reason->fate) {
	case KZ_REASON_COUNTS:
	case KZ_REASON_DROPPED:
	case KZ_REASON_WITHHELD:
		break;
	case KZ_REASON_WAITING:
	case KZ_REASON_SUSPENDED:
	case KZ_REASON_PARDONED:
		return false;
	}
	return (profile == KZ_PROFILE_PAPER && reason->convicts) ||
		reason->points >= CONVICTING_POINTS;
}

static bool
paper_convicts(const struct kz_verdict *verdict)
{
	for (size_t i = 0; i < verdict->reason_count; i++) {
		const struct kz_reason *reason = &verdict->reasons[i];

		if (reason->convicts &&
			(reason->fate == KZ_REASON_COUNTS ||
				reason->fate == KZ_REASON_DROPPED))
			return true;
	}
	return cautious_convicts(verdict);
}

static enum kz_verdict_state
state_of(const struct kz_verdict_input *input, const struct kz_verdict *verdict)
{
	bool convicts = false;

	switch (input->profile) {
	case KZ_PROFILE_PAPER:
		convicts = paper_convicts(verdict);
		break;
	case KZ_PROFILE_CAUTIOUS:
		convicts = cautious_convicts(verdict);
		break;
	}
	if (convicts)
		return KZ_VERDICT_BROKEN;
	if (verdict->reason_count > 0)
		return KZ_VERDICT_SUSPECT;
	return input->examined ? KZ_VERDICT_SOUND : KZ_VERDICT_UNKNOWN;
}

void
kz_verdict_make(
	const struct kz_verdict_input *input, struct kz_verdict *verdict)
{
	*verdict =
		(struct kz_verdict){.until_s = INT64_MAX, .ripe_s = INT64_MAX};
	for (size_t i = 0; i < input->row_count; i++) {
		const struct kz_evidence_row *row = &input->rows[i];
		const struct kz_persistence rule =
			kz_evidence_rule(row->symptom, input->rules);
		int64_t next_s =
			kz_evidence_next_s(row->evidence, &rule, input->now_s);
		struct kz_reason reason;
		int64_t ripe_s;

		if (next_s < verdict->until_s)
			verdict->until_s = next_s;
		if (!weigh(input, i, &reason))
			continue;
		insert_reason(verdict, &reason);
		if (reason.fate != KZ_REASON_WAITING) {
			verdict->netclasses |=
				kz_evidence_netclasses(row->evidence);
			continue;
		}
		ripe_s = kz_evidence_ripe_s(row->evidence,
			kz_symptom_info(row->symptom)->class, &rule);
		if (ripe_s < verdict->ripe_s && ripe_s > input->now_s)
			verdict->ripe_s = ripe_s;
	}
	drop_duplicates(input, verdict);
	add_up(verdict);
	verdict->state = state_of(input, verdict);
}

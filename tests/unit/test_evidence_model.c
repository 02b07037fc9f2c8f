/* SPDX-License-Identifier: ISC */
/*
 * Evidence against a model that keeps every finding and looks at all of them:
 * whatever order findings come in, the bounded record says the same, and
 * where it has forgotten, it never convicts by that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"

#define FINDINGS_MAX 120
#define ROUNDS       4000

static const struct kz_persistence *rule;
static enum kz_class class;
static uint32_t seed;

static uint32_t
random_below(uint32_t bound)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % bound;
}

struct model {
	size_t count;
	struct kz_finding findings[FINDINGS_MAX]; /* in the order of time */
};

/* One finding at most in an hour, now and then an ok in the hour of a bad. */
static void
make(struct model *model, size_t count)
{
	int64_t when_s = MONDAY + random_below(86400);
	bool ok = false;

	model->count = 0;
	while (model->count < count) {
		struct kz_finding *finding = &model->findings[model->count++];
		bool follows = model->count > 1 && !ok &&
			finding[-1].when_s + 1 == when_s;

		ok = follows || random_below(60) == 0;
		*finding = finding_of(KZ_SYM_MX_BEST_DEAD,
			ok ? KZ_OUTCOME_OK : KZ_OUTCOME_BAD, when_s);
		finding->value[0] = random_below(12) == 0 ? 'B' : 'A';
		finding->ttl_s = 300;
		if (random_below(100) == 0)
			when_s += 86400 * (10 + (int64_t)random_below(10));
		else if (ok || random_below(20) > 0)
			when_s += HOUR_S * (1 + (int64_t)random_below(24));
		else
			when_s += 1;
	}
}

static int64_t
hour_of(const struct kz_finding *finding)
{
	return finding->when_s / HOUR_S;
}

/* A bad counts when no ok is newer or in its hour, and it is the hour's. */
static bool
counts(const struct model *model, size_t at)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct kz_finding *other = &model->findings[i];

		if (other->outcome == KZ_OUTCOME_OK &&
			hour_of(other) >= hour_of(&model->findings[at]))
			return false;
	}
	return model->findings[at].outcome == KZ_OUTCOME_BAD;
}

/* All that the record holds of its bads, from all findings. */
static struct kz_evidence
look_at_all(const struct model *model)
{
	struct kz_evidence all = {0};
	int64_t gap_s =
		rule->span_s > rule->max_age_s ? rule->span_s : rule->max_age_s;
	char value = '\0';

	for (size_t i = model->count; i > 0; i--) {
		const struct kz_finding *finding = &model->findings[i - 1];
		int64_t day = finding->when_s / 86400;

		if (!counts(model, i - 1))
			continue;
		if (all.bads == 0) {
			all.newest_bad_s = finding->when_s;
			value = finding->value[0];
		} else if (all.first_bad_s - finding->when_s > gap_s) {
			break;
		}
		if (all.same == all.bads && finding->value[0] == value) {
			all.same++;
			all.same_first_s = finding->when_s;
		}
		all.bads++;
		all.first_bad_s = finding->when_s;
		all.ttl_s = finding->ttl_s;
		all.quarters |=
			(uint8_t)(1U << finding->when_s % 86400 / 21600);
		all.weekdays |= (uint8_t)(1U << (day + 3) % 7);
	}
	return all;
}

static void
shuffle(size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t j = random_below((uint32_t)i);
		size_t kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
}

static struct kz_evidence
add_all(const struct model *model, const size_t *order)
{
	struct kz_evidence evidence = kz_evidence_make();
	int64_t now_s = model->findings[model->count - 1].when_s;

	for (size_t i = 0; i < model->count; i++)
		(void)kz_evidence_add(
			&evidence, &model->findings[order[i]], rule, now_s);
	return evidence;
}

static bool
persistent(const struct kz_evidence *evidence, int64_t now_s)
{
	return kz_evidence_persistent(evidence, class, rule, now_s);
}

static void
is_encodable(const struct kz_evidence *evidence)
{
	uint8_t record[KZ_EVIDENCE_RECORD_SIZE];
	size_t len;

	assert_int_equal(
		kz_evidence_encode(evidence, record, sizeof(record), &len),
		KZ_OK);
}

static void
pick_class(uint32_t round)
{
	class = round % 2 == 0 ? KZ_CLASS_N : KZ_CLASS_C;
	rule = &rules[class];
}

static void
no_order_changes_what_is_said(void **state)
{
	size_t order[FINDINGS_MAX];
	struct model model;
	uint32_t convicted = 0;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct kz_evidence all, evidence;
		int64_t now_s;

		seed = round;
		pick_class(round);
		make(&model, 1 + random_below(KZ_EVIDENCE_SLOTS));
		now_s = model.findings[model.count - 1].when_s;
		shuffle(order, model.count);
		evidence = add_all(&model, order);
		all = look_at_all(&model);
		is_encodable(&evidence);
		assert_int_equal(evidence.bads, all.bads);
		assert_int_equal(evidence.first_bad_s, all.first_bad_s);
		assert_int_equal(evidence.newest_bad_s, all.newest_bad_s);
		assert_int_equal(evidence.same, all.same);
		assert_int_equal(evidence.same_first_s, all.same_first_s);
		assert_int_equal(evidence.quarters, all.quarters);
		assert_int_equal(evidence.weekdays, all.weekdays);
		assert_int_equal(
			persistent(&evidence, now_s), persistent(&all, now_s));
		convicted += persistent(&all, now_s);
		/* Once more in any order: nothing new. */
		shuffle(order, model.count);
		for (size_t i = 0; i < model.count; i++)
			assert_int_equal(
				kz_evidence_add(&evidence,
					&model.findings[order[i]], rule, now_s),
				KZ_EVIDENCE_SAME);
	}
	/* Both answers occur often. */
	assert_in_range(convicted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

static void
what_is_forgotten_convicts_nobody(void **state)
{
	size_t order[FINDINGS_MAX];
	struct model model;
	uint32_t convicted = 0;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct kz_evidence all, evidence;
		int64_t now_s;

		seed = round;
		pick_class(round);
		make(&model, 33 + random_below(FINDINGS_MAX - 33));
		now_s = model.findings[model.count - 1].when_s;
		shuffle(order, model.count);
		evidence = add_all(&model, order);
		all = look_at_all(&model);
		is_encodable(&evidence);
		assert_int_equal(evidence.newest_bad_s, all.newest_bad_s);
		assert_true(evidence.bads <= all.bads);
		assert_true(evidence.first_bad_s >= all.first_bad_s);
		assert_int_equal(evidence.quarters & ~all.quarters, 0);
		assert_int_equal(evidence.weekdays & ~all.weekdays, 0);
		if (persistent(&evidence, now_s))
			assert_true(persistent(&all, now_s));
		convicted += persistent(&evidence, now_s);
		/* In the order of time nothing is lost but history. */
		for (size_t i = 0; i < model.count; i++)
			order[i] = i;
		evidence = add_all(&model, order);
		assert_int_equal(evidence.bads, all.bads);
		assert_int_equal(evidence.first_bad_s, all.first_bad_s);
		assert_int_equal(evidence.same, all.same);
		assert_int_equal(evidence.same_first_s, all.same_first_s);
		for (size_t i = 0; i < model.count; i++)
			assert_int_equal(
				kz_evidence_add(&evidence, &model.findings[i],
					rule, now_s),
				KZ_EVIDENCE_SAME);
	}
	assert_in_range(convicted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_order_changes_what_is_said),
		cmocka_unit_test(what_is_forgotten_convicts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

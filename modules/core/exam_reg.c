/* SPDX-License-Identifier: ISC */
#include "kizuki/core/exam_reg.h"

#include <string.h>

#include "exam_reg_priv.h"
#include "registry_priv.h"

#define DAY_S INT64_C(86400)
/* A domain that expired may be renewed while the clock of the registry runs. */
#define EXPIRED_S (3 * DAY_S)
/* WHOIS follows a change of the delegation, or leads it, by a day. */
#define LAG_S (2 * DAY_S)

#define WEIGHT_HOLD   8
#define WEIGHT_ENDING 3

void
kz_exam_reg_begin(
	struct reg_out *out, enum kz_symptom symptom, const char *object)
{
	struct kz_finding *finding = &out->finding;
	struct kz_text text;

	memset(finding, 0, sizeof(*finding));
	finding->when_s = out->exam->now_s;
	finding->subject = out->exam->domain;
	finding->symptom = symptom;
	finding->outcome = KZ_OUTCOME_UNKNOWN;
	finding->source = KZ_SOURCE_PROBE;
	text = kz_text_make(finding->object, sizeof(finding->object));
	kz_text_word(&text, object);
	out->value = kz_text_make(finding->value, sizeof(finding->value));
}

void
kz_exam_reg_end(struct reg_out *out, enum kz_outcome outcome, uint8_t weight,
	const char *why)
{
	struct kz_finding *finding = &out->finding;
	struct kz_text text = kz_text_make(finding->why, sizeof(finding->why));

	finding->outcome = outcome;
	finding->weight = outcome == KZ_OUTCOME_BAD ? weight : 0;
	finding->truncated = out->value.cut;
	kz_text_word(&text, why);
	out->emit(out->arg, finding);
}

static uint8_t
points(enum kz_symptom symptom)
{
	return kz_symptom_info(symptom)->points;
}

static void
put_names(struct reg_out *out, const struct kz_name *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			kz_text_word(&out->value, ", ");
		kz_text_put(&out->value, kz_name_str(&list[i]));
	}
}

static bool
same_names(const struct kz_registry_answer *answer,
	const struct kz_exam_reg_set *set)
{
	if (answer->server_count != set->count)
		return false;
	for (size_t i = 0; i < set->count; i++) {
		if (!kz_name_equal(&answer->servers[i], &set->list[i]))
			return false;
	}
	return true;
}

/* An answer is about the domain asked for, or it is none. */
static bool
answered(const struct kz_exam_reg *exam)
{
	return exam->answer.outcome == KZ_REGISTRY_FOUND &&
		exam->answer.kind == KZ_REGISTRY_DOMAIN &&
		kz_name_equal(&exam->answer.domain, &exam->domain);
}

/* The same of the network, which holds the address asked for. */
static bool
network_answered(const struct kz_exam_reg *exam)
{
	const struct kz_registry_answer *network = &exam->network;

	return network->outcome == KZ_REGISTRY_FOUND &&
		network->kind == KZ_REGISTRY_NETWORK &&
		network->first.family == exam->client.family &&
		kz_addr_compare(&network->first, &exam->client) <= 0 &&
		kz_addr_compare(&exam->client, &network->last) <= 0;
}

static bool
several(const struct kz_exam_reg_set *set)
{
	return set->known && set->count >= 2;
}

/*
 * One registered where the zone or its parent says several.  One everywhere is
 * told by ns-single-listed.
 */
static void
judge_single(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;
	const struct kz_registry_answer *answer = &exam->answer;

	kz_exam_reg_begin(out, KZ_SYM_REG_NS_SINGLE, exam->domain.text);
	put_names(out, answer->servers, answer->server_count);
	if (answer->cut || answer->server_count == 0)
		kz_exam_reg_end(
			out, KZ_OUTCOME_UNKNOWN, 0, "not all of it is known");
	else if (answer->server_count >= 2)
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
	else if (!several(&exam->delegated) && !several(&exam->served))
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0,
			"no second one is published");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_BAD,
			points(KZ_SYM_REG_NS_SINGLE), "one registered");
}

static void
judge_mismatch(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;
	const struct kz_registry_answer *answer = &exam->answer;
	int64_t age_s = exam->now_s - answer->updated.when_s;

	kz_exam_reg_begin(out, KZ_SYM_REG_NS_MISMATCH, exam->domain.text);
	put_names(out, answer->servers, answer->server_count);
	if (answer->cut || answer->server_count == 0 || !exam->served.known) {
		kz_exam_reg_end(
			out, KZ_OUTCOME_UNKNOWN, 0, "not all of it is known");
		return;
	}
	if (same_names(answer, &exam->served)) {
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
		return;
	}
	kz_text_word(&out->value, " | ");
	put_names(out, exam->served.list, exam->served.count);
	if (answer->updated.when_s != 0 && age_s < LAG_S)
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, "just changed");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_BAD,
			points(KZ_SYM_REG_NS_MISMATCH), "sets differ");
}

static bool
in_state(const struct kz_registry_answer *answer, struct kz_str state)
{
	for (size_t i = 0; i < answer->state_count; i++) {
		struct kz_str have = {
			answer->states[i], strlen(answer->states[i])};

		if (kz_registry_same(have, state))
			return true;
	}
	return false;
}

static void
judge_expired(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;
	const struct kz_registry_date *expires = &exam->answer.expires;
	int64_t past_s = exam->now_s - expires->when_s;

	kz_exam_reg_begin(out, KZ_SYM_REG_EXPIRED, exam->domain.text);
	if (expires->when_s == 0) {
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, "no date");
		return;
	}
	kz_registry_day(&(struct kz_registry_date){.when_s = expires->when_s,
				.offset_min = expires->offset_min,
				.day = true},
		&out->value);
	if (past_s < 0)
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
	else if (past_s <= EXPIRED_S)
		kz_exam_reg_end(
			out, KZ_OUTCOME_UNKNOWN, 0, "may be renewed by itself");
	/* A registry that renews first and bills later says so. */
	else if (in_state(&exam->answer, KZ_STR("auto renew period")))
		kz_exam_reg_end(
			out, KZ_OUTCOME_UNKNOWN, 0, "auto renew period");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_EXPIRED),
			"expired");
}

static void
judge_suspended(struct reg_out *out)
{
	static const struct {
		struct kz_str state;
		uint8_t weight;
	} rows[] = {
		{KZ_STR_INIT("suspended"), WEIGHT_HOLD},
		{KZ_STR_INIT("client hold"), WEIGHT_HOLD},
		{KZ_STR_INIT("server hold"), WEIGHT_HOLD},
		/* The owner, or nobody, ended it: it works until then. */
		{KZ_STR_INIT("to be suspended"), WEIGHT_ENDING},
		{KZ_STR_INIT("redemption period"), WEIGHT_ENDING},
		{KZ_STR_INIT("pending delete"), WEIGHT_ENDING},
	};
	const struct kz_registry_answer *answer = &out->exam->answer;

	kz_exam_reg_begin(out, KZ_SYM_REG_SUSPENDED, out->exam->domain.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!in_state(answer, rows[i].state))
			continue;
		kz_text_put(&out->value, rows[i].state);
		kz_exam_reg_end(out, KZ_OUTCOME_BAD, rows[i].weight, "");
		return;
	}
	if (answer->state_count == 0 || answer->cut)
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, "no state");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
}

/* A network or a contact that nobody touched for years: support alone. */
static void
judge_stale(struct reg_out *out, const char *object,
	const struct kz_registry_date *updated)
{
	const struct kz_exam_reg *exam = out->exam;
	int64_t age_s = exam->now_s - updated->when_s;

	kz_exam_reg_begin(out, KZ_SYM_REG_NET_STALE, object);
	if (updated->when_s == 0) {
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, "no date");
		return;
	}
	kz_registry_day(&(struct kz_registry_date){.when_s = updated->when_s,
				.offset_min = updated->offset_min,
				.day = true},
		&out->value);
	if (age_s > (int64_t)exam->stale_s)
		kz_exam_reg_end(out, KZ_OUTCOME_BAD,
			points(KZ_SYM_REG_NET_STALE), "old");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
}

static void
judge_gone(struct reg_out *out, const struct kz_exam_reg_contact *contact)
{
	bool group = kz_exam_reg_group(contact->contact.handle);

	kz_exam_reg_begin(
		out, KZ_SYM_REG_CONTACT_GONE, contact->contact.handle);
	kz_text_word(&out->value, contact->contact.handle);
	if (contact->at_jprs == KZ_REGISTRY_FOUND ||
		contact->at_jpnic == KZ_REGISTRY_FOUND ||
		contact->at_link == KZ_REGISTRY_FOUND)
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
	else if (contact->at_link == KZ_REGISTRY_MISSING ||
		(contact->at_jpnic == KZ_REGISTRY_MISSING &&
			(group || contact->at_jprs == KZ_REGISTRY_MISSING)))
		kz_exam_reg_end(out, KZ_OUTCOME_BAD,
			points(KZ_SYM_REG_CONTACT_GONE), "no such handle");
	else
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0,
			"not all registries answered");
}

static void
judge_contacts(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;

	for (size_t i = 0; i < exam->contact_count; i++) {
		const struct kz_exam_reg_contact *contact = &exam->contacts[i];

		if (contact->japanese || contact->contact.link[0] != '\0')
			judge_gone(out, contact);
		kz_exam_reg_judge_mail(out, i);
		if (contact->updated.when_s != 0)
			judge_stale(out, contact->contact.handle,
				&contact->updated);
	}
}

void
kz_exam_reg_judge(const struct kz_exam_reg *exam, kz_exam_emit *emit, void *arg)
{
	struct reg_out out = {.exam = exam, .emit = emit, .arg = arg};
	char range[2 * KZ_ADDR_TEXT_SIZE];
	struct kz_text text = kz_text_make(range, sizeof(range));

	if (answered(exam)) {
		judge_single(&out);
		judge_mismatch(&out);
		judge_expired(&out);
		judge_suspended(&out);
	}
	if (network_answered(exam)) {
		kz_registry_range(&exam->network, &text);
		judge_stale(&out, range, &exam->network.updated);
	}
	judge_contacts(&out);
}

bool
kz_exam_reg_complete(const struct kz_exam_reg *exam)
{
	if (!answered(exam) || exam->answer.cut ||
		exam->client.family == KZ_ADDR_NONE ||
		(exam->network.outcome != KZ_REGISTRY_MISSING &&
			!network_answered(exam)))
		return false;
	for (size_t i = 0; i < exam->contact_count; i++) {
		const struct kz_exam_reg_contact *contact = &exam->contacts[i];

		if (kz_exam_reg_ask_jprs(contact) ||
			kz_exam_reg_ask_jpnic(contact))
			return false;
	}
	return true;
}

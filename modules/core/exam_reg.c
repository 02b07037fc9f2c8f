/* SPDX-License-Identifier: ISC */
#include "kizuki/core/exam_reg.h"

#include <string.h>

#include "exam_priv.h"
#include "registry_priv.h"

#define DAY_S INT64_C(86400)
/* A domain that expired may be renewed while the clock of the registry runs. */
#define EXPIRED_S (3 * DAY_S)
/* WHOIS follows a change of the delegation, or leads it, by a day. */
#define LAG_S (2 * DAY_S)

#define WEIGHT_HOLD   8
#define WEIGHT_ENDING 3

/* A finding under way. */
struct reg_out {
	const struct kz_exam_reg *exam;
	kz_exam_emit *emit;
	void *arg;
	struct kz_finding finding;
	struct kz_text value;
};

static void
begin(struct reg_out *out, enum kz_symptom symptom, const char *object)
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

static void
end(struct reg_out *out, enum kz_outcome outcome, uint8_t weight,
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

	begin(out, KZ_SYM_REG_NS_SINGLE, exam->domain.text);
	put_names(out, answer->servers, answer->server_count);
	if (answer->cut || answer->server_count == 0)
		end(out, KZ_OUTCOME_UNKNOWN, 0, "not all of it is known");
	else if (answer->server_count >= 2)
		end(out, KZ_OUTCOME_OK, 0, "");
	else if (!several(&exam->delegated) && !several(&exam->served))
		end(out, KZ_OUTCOME_UNKNOWN, 0, "no second one is published");
	else
		end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_NS_SINGLE),
			"one registered");
}

static void
judge_mismatch(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;
	const struct kz_registry_answer *answer = &exam->answer;
	int64_t age_s = exam->now_s - answer->updated.when_s;

	begin(out, KZ_SYM_REG_NS_MISMATCH, exam->domain.text);
	put_names(out, answer->servers, answer->server_count);
	if (answer->cut || answer->server_count == 0 || !exam->served.known) {
		end(out, KZ_OUTCOME_UNKNOWN, 0, "not all of it is known");
		return;
	}
	if (same_names(answer, &exam->served)) {
		end(out, KZ_OUTCOME_OK, 0, "");
		return;
	}
	kz_text_word(&out->value, " | ");
	put_names(out, exam->served.list, exam->served.count);
	if (answer->updated.when_s != 0 && age_s < LAG_S)
		end(out, KZ_OUTCOME_UNKNOWN, 0, "just changed");
	else
		end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_NS_MISMATCH),
			"sets differ");
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

	begin(out, KZ_SYM_REG_EXPIRED, exam->domain.text);
	if (expires->when_s == 0) {
		end(out, KZ_OUTCOME_UNKNOWN, 0, "no date");
		return;
	}
	kz_registry_day(&(struct kz_registry_date){.when_s = expires->when_s,
				.offset_min = expires->offset_min,
				.day = true},
		&out->value);
	if (past_s < 0)
		end(out, KZ_OUTCOME_OK, 0, "");
	else if (past_s <= EXPIRED_S)
		end(out, KZ_OUTCOME_UNKNOWN, 0, "may be renewed by itself");
	/* A registry that renews first and bills later says so. */
	else if (in_state(&exam->answer, KZ_STR("auto renew period")))
		end(out, KZ_OUTCOME_UNKNOWN, 0, "auto renew period");
	else
		end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_EXPIRED), "expired");
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

	begin(out, KZ_SYM_REG_SUSPENDED, out->exam->domain.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!in_state(answer, rows[i].state))
			continue;
		kz_text_put(&out->value, rows[i].state);
		end(out, KZ_OUTCOME_BAD, rows[i].weight, "");
		return;
	}
	if (answer->state_count == 0 || answer->cut)
		end(out, KZ_OUTCOME_UNKNOWN, 0, "no state");
	else
		end(out, KZ_OUTCOME_OK, 0, "");
}

/* A network or a contact that nobody touched for years: support alone. */
static void
judge_stale(struct reg_out *out, const char *object,
	const struct kz_registry_date *updated)
{
	const struct kz_exam_reg *exam = out->exam;
	int64_t age_s = exam->now_s - updated->when_s;

	begin(out, KZ_SYM_REG_NET_STALE, object);
	if (updated->when_s == 0) {
		end(out, KZ_OUTCOME_UNKNOWN, 0, "no date");
		return;
	}
	kz_registry_day(&(struct kz_registry_date){.when_s = updated->when_s,
				.offset_min = updated->offset_min,
				.day = true},
		&out->value);
	if (age_s > (int64_t)exam->stale_s)
		end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_NET_STALE), "old");
	else
		end(out, KZ_OUTCOME_OK, 0, "");
}

static void
judge_gone(struct reg_out *out, const struct kz_exam_reg_contact *contact)
{
	bool group = kz_exam_reg_group(contact->contact.handle);

	begin(out, KZ_SYM_REG_CONTACT_GONE, contact->contact.handle);
	kz_text_word(&out->value, contact->contact.handle);
	if (contact->at_jprs == KZ_REGISTRY_FOUND ||
		contact->at_jpnic == KZ_REGISTRY_FOUND ||
		contact->at_link == KZ_REGISTRY_FOUND)
		end(out, KZ_OUTCOME_OK, 0, "");
	else if (contact->at_link == KZ_REGISTRY_MISSING ||
		(contact->at_jpnic == KZ_REGISTRY_MISSING &&
			(group || contact->at_jprs == KZ_REGISTRY_MISSING)))
		end(out, KZ_OUTCOME_BAD, points(KZ_SYM_REG_CONTACT_GONE),
			"no such handle");
	else
		end(out, KZ_OUTCOME_UNKNOWN, 0, "not all registries answered");
}

/* Others answer for their customers there, and hide them. */
static bool
proxy(const struct kz_name *mail)
{
	static const char *const words[] = {"privacy", "proxy", "whoisguard",
		"redacted", "anonym", "private", "protect"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (kz_registry_holds(kz_name_str(mail), words[i]))
			return true;
	}
	return false;
}

static void
judge_mail(struct reg_out *out, const struct kz_exam_reg_contact *contact)
{
	const struct kz_name *mail = &contact->contact.mail;
	uint8_t weight = points(KZ_SYM_REG_CONTACT_MAIL_DEAD);

	begin(out, KZ_SYM_REG_CONTACT_MAIL_DEAD, mail->text);
	kz_text_put(&out->value, kz_name_str(mail));
	if (kz_name_within(mail, &out->exam->domain)) {
		end(out, KZ_OUTCOME_UNKNOWN, 0, "judged by its own MX");
		return;
	}
	if (proxy(mail)) {
		end(out, KZ_OUTCOME_UNKNOWN, 0, "somebody else's service");
		return;
	}
	switch (contact->mail) {
	case KZ_EXAM_REG_MAIL_WORKS:
		end(out, KZ_OUTCOME_OK, 0, "");
		return;
	case KZ_EXAM_REG_MAIL_NXDOMAIN:
		end(out, KZ_OUTCOME_BAD, weight, "NXDOMAIN");
		return;
	case KZ_EXAM_REG_MAIL_NULL:
		end(out, KZ_OUTCOME_BAD, weight, "null MX");
		return;
	case KZ_EXAM_REG_MAIL_UNKNOWN:
		break;
	}
	end(out, KZ_OUTCOME_UNKNOWN, 0, "could not be found out");
}

static void
judge_contacts(struct reg_out *out)
{
	const struct kz_exam_reg *exam = out->exam;

	for (size_t i = 0; i < exam->contact_count; i++) {
		const struct kz_exam_reg_contact *contact = &exam->contacts[i];

		if (contact->japanese || contact->contact.link[0] != '\0')
			judge_gone(out, contact);
		if (contact->contact.mail.len > 0)
			judge_mail(out, contact);
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

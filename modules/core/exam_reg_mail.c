/* SPDX-License-Identifier: ISC */
/* Whether the registered contacts can be written to. */
#include <string.h>

#include "exam_reg_priv.h"
#include "registry_priv.h"

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

static bool
said_before(const struct kz_exam_reg *exam, size_t at)
{
	const struct kz_name *mail = &exam->contacts[at].contact.mail;

	for (size_t i = 0; i < at; i++) {
		if (kz_name_equal(&exam->contacts[i].contact.mail, mail))
			return true;
	}
	return false;
}

bool
kz_exam_reg_mail_wanted(const struct kz_exam_reg *exam, size_t at)
{
	const struct kz_name *mail = &exam->contacts[at].contact.mail;

	return mail->len > 0 && !kz_name_within(mail, &exam->domain) &&
		!proxy(mail) && !said_before(exam, at);
}

static enum exam_life
family_life(
	const struct kz_exam_reg_hosts *hosts, unsigned host, uint8_t family)
{
	enum exam_life life = LIFE_NONE;

	for (size_t i = 0; i < hosts->count; i++) {
		const struct kz_exam_reg_addr *addr = &hosts->addrs[i];

		if (addr->addr.family == family &&
			(addr->hosts >> host & 1) != 0)
			life = kz_exam_life_join(
				life, kz_exam_life_reach(addr->reach));
	}
	return life;
}

/* One that lives is enough; one that we cannot reach may live. */
static enum exam_life
all_life(const struct kz_exam_reg_hosts *hosts)
{
	enum exam_life life = LIFE_NONE;

	for (unsigned host = 0; host < KZ_EXAM_REG_HOSTS; host++)
		life = kz_exam_life_join(life,
			kz_exam_life_both(family_life(hosts, host, KZ_ADDR_V4),
				family_life(hosts, host, KZ_ADDR_V6)));
	return life;
}

static bool
contacted(const struct kz_exam_reg_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (hosts->addrs[i].reach != KZ_REACH_NONE)
			return true;
	}
	return false;
}

/* When the first of the living was seen, or now. */
static int64_t
alive_s(const struct reg_out *out, const struct kz_exam_reg_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (hosts->addrs[i].reach == KZ_REACH_ALIVE)
			return hosts->addrs[i].when_s;
	}
	return out->exam->now_s;
}

/* All that failed, and how; the moment becomes that of the first contact. */
static void
say_dead(struct reg_out *out, const struct kz_exam_reg_hosts *hosts,
	uint8_t weight)
{
	struct kz_finding *finding = &out->finding;
	char buffer[KZ_WHY_MAX + 1];
	struct kz_text why = kz_text_make(buffer, sizeof(buffer));
	uint32_t said = 0;

	for (size_t i = 0; i < hosts->count; i++) {
		const struct kz_exam_reg_addr *addr = &hosts->addrs[i];
		struct kz_rest *rest = &finding->rests[finding->rest_count];

		if (kz_exam_life_reach(addr->reach) != LIFE_DEAD)
			continue;
		rest->netclass = kz_netclass_of(KZ_SERVICE_SMTP25, &addr->addr);
		rest->addr = addr->addr;
		if (finding->rest_count++ == 0 ||
			addr->when_s < finding->when_s)
			finding->when_s = addr->when_s;
		if ((said >> addr->reach & 1) != 0)
			continue;
		if (said != 0)
			kz_text_word(&why, ", ");
		kz_text_word(&why, kz_exam_reach_word(addr->reach));
		said |= UINT32_C(1) << addr->reach;
	}
	kz_exam_reg_end(out, KZ_OUTCOME_BAD, weight, buffer);
}

static void
judge_hosts(struct reg_out *out, const struct kz_exam_reg_hosts *hosts,
	uint8_t weight)
{
	enum exam_life life = all_life(hosts);

	/* Nothing was found against an address that nobody may contact. */
	if (life == LIFE_ALIVE || (hosts->count > 0 && !contacted(hosts))) {
		out->finding.when_s = alive_s(out, hosts);
		kz_exam_reg_end(out, KZ_OUTCOME_OK, 0, "");
	} else if (life != LIFE_NONE && life != LIFE_DEAD) {
		kz_exam_reg_end(
			out, KZ_OUTCOME_UNKNOWN, 0, "not all contacts failed");
	} else if (!hosts->whole || hosts->special) {
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0,
			"not all of its exchangers are known");
	} else if (!hosts->proven) {
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, EXAM_UNPROVEN);
	} else if (life == LIFE_DEAD) {
		say_dead(out, hosts, weight);
	} else {
		kz_exam_reg_end(out, KZ_OUTCOME_BAD, weight,
			"no exchanger has an address");
	}
}

void
kz_exam_reg_judge_mail(struct reg_out *out, size_t at)
{
	const struct kz_exam_reg_contact *contact = &out->exam->contacts[at];
	const struct kz_name *mail = &contact->contact.mail;
	uint8_t weight = kz_symptom_info(KZ_SYM_REG_CONTACT_MAIL_DEAD)->points;

	if (mail->len == 0 || said_before(out->exam, at))
		return;
	kz_exam_reg_begin(out, KZ_SYM_REG_CONTACT_MAIL_DEAD, mail->text);
	kz_text_put(&out->value, kz_name_str(mail));
	if (!kz_exam_reg_mail_wanted(out->exam, at)) {
		kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0,
			kz_name_within(mail, &out->exam->domain)
				? "judged by its own MX"
				: "somebody else's service");
		return;
	}
	switch (contact->mail) {
	case KZ_EXAM_REG_MAIL_NXDOMAIN:
		kz_exam_reg_end(out, KZ_OUTCOME_BAD, weight, "NXDOMAIN");
		return;
	case KZ_EXAM_REG_MAIL_NULL:
		kz_exam_reg_end(out, KZ_OUTCOME_BAD, weight, "null MX");
		return;
	case KZ_EXAM_REG_MAIL_HOSTS:
		judge_hosts(out, &contact->hosts, weight);
		return;
	case KZ_EXAM_REG_MAIL_UNKNOWN:
		break;
	}
	kz_exam_reg_end(out, KZ_OUTCOME_UNKNOWN, 0, "could not be found out");
}

/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#include "kizuki/core/exam_reg.h"

static struct kz_exam_reg reg;
static struct kz_finding found;
static size_t found_count;

static int
begin(void **state)
{
	(void)state;
	memset(&reg, 0, sizeof(reg));
	reg.now_s = KIT_NOW_S;
	reg.domain = kit_name("example2.jp");
	reg.contact_count = 1;
	reg.contacts[0].contact.mail = kit_name("gone.example");
	return 0;
}

static void
keep(void *arg, const struct kz_finding *finding)
{
	(void)arg;
	assert_string_equal(finding->subject.text, "example2.jp");
	assert_int_equal(finding->symptom, KZ_SYM_REG_CONTACT_MAIL_DEAD);
	found = *finding;
	found_count++;
}

/* The one finding. */
static const struct kz_finding *
judge(void)
{
	found_count = 0;
	kz_exam_reg_judge(&reg, keep, NULL);
	assert_int_equal(found_count, 1);
	assert_string_equal(found.object, reg.contacts[0].contact.mail.text);
	assert_string_equal(found.value, found.object);
	assert_int_equal(found.weight, found.outcome == KZ_OUTCOME_BAD ? 4 : 0);
	return &found;
}

static void
domains_that_take_no_mail(void **state)
{
	static const struct {
		const char *mail;
		enum kz_exam_reg_mail state;
		enum kz_outcome outcome;
		const char *why;
	} rows[] = {
		{"gone.example", KZ_EXAM_REG_MAIL_NXDOMAIN, KZ_OUTCOME_BAD,
			"NXDOMAIN"},
		{"gone.example", KZ_EXAM_REG_MAIL_NULL, KZ_OUTCOME_BAD,
			"null MX"},
		{"gone.example", KZ_EXAM_REG_MAIL_UNKNOWN, KZ_OUTCOME_UNKNOWN,
			"could not be found out"},
		/* Of the domain itself: the same cause as its own MX. */
		{"example2.jp", KZ_EXAM_REG_MAIL_NULL, KZ_OUTCOME_UNKNOWN,
			"judged by its own MX"},
		{"www.example2.jp", KZ_EXAM_REG_MAIL_NXDOMAIN,
			KZ_OUTCOME_UNKNOWN, "judged by its own MX"},
		{"whoisprivacy.example", KZ_EXAM_REG_MAIL_NXDOMAIN,
			KZ_OUTCOME_UNKNOWN, "somebody else's service"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reg.contacts[0].contact.mail = kit_name(rows[i].mail);
		reg.contacts[0].mail = rows[i].state;
		assert_int_equal(judge()->outcome, rows[i].outcome);
		assert_string_equal(found.why, rows[i].why);
		assert_int_equal(kz_exam_reg_mail_wanted(&reg, 0), i < 3);
	}
}

/*
 * "0 10.0.0.1=timeout; 1 10.0.0.2 2001:db8::1=ours": addresses of exchangers
 * by number.
 */
static void
put_hosts(const char *text)
{
	struct kz_exam_reg_hosts *hosts = &reg.contacts[0].hosts;
	char copy[KIT_TEXT];
	char *next, *item, *word, *rest;

	memset(hosts, 0, sizeof(*hosts));
	reg.contacts[0].mail = KZ_EXAM_REG_MAIL_HOSTS;
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, ";", &next); item != NULL;
		item = strtok_r(NULL, ";", &next)) {
		unsigned long host = strtoul(item, &item, 10);

		for (word = strtok_r(item, " ", &rest); word != NULL;
			word = strtok_r(NULL, " ", &rest)) {
			struct kz_exam_reg_addr *addr =
				&hosts->addrs[hosts->count];
			char *how = strchr(word, '=');

			assert_true(hosts->count++ < KZ_EXAM_REG_ADDRS);
			addr->hosts = (uint8_t)(1U << host);
			addr->when_s = KIT_NOW_S - 10 * (int64_t)hosts->count;
			if (how != NULL) {
				*how++ = '\0';
				assert_int_equal(
					kz_reach_find((struct kz_str){how,
							      strlen(how)},
						&addr->reach),
					KZ_OK);
			}
			assert_int_equal(kz_addr_parse((struct kz_str){word,
							       strlen(word)},
						 &addr->addr),
				KZ_OK);
		}
	}
}

#define W 1U /* whole */
#define P 2U /* proven */
#define S 4U /* special ones among them */

static const struct {
	const char *hosts;
	unsigned flags;
	enum kz_outcome outcome;
	size_t rests;
	const char *why;
} fates[] = {
	/* Nothing to send it to. */
	{"", W | P, KZ_OUTCOME_BAD, 0, "no exchanger has an address"},
	{"", W, KZ_OUTCOME_UNKNOWN, 0,
		"not borne out by every server of the zone"},
	/* A look-up failed, or there are more than are looked at. */
	{"", P, KZ_OUTCOME_UNKNOWN, 0, "not all of its exchangers are known"},
	{"", W | P | S, KZ_OUTCOME_UNKNOWN, 0,
		"not all of its exchangers are known"},
	/* An address, and nothing found against it. */
	{"0 10.0.0.1", W, KZ_OUTCOME_OK, 0, ""},
	{"0 10.0.0.1", 0, KZ_OUTCOME_OK, 0, ""},
	{"0 10.0.0.1=alive", 0, KZ_OUTCOME_OK, 0, ""},
	{"0 10.0.0.1=refused; 1 10.0.0.2=alive", W | P, KZ_OUTCOME_OK, 0, ""},
	/* Dead, all of them. */
	{"0 10.0.0.1=refused", W | P, KZ_OUTCOME_BAD, 1, "ECONNREFUSED"},
	{"0 10.0.0.1=timeout 2001:db8::1=unreachable;"
	 "1 10.0.0.2=timeout",
		W | P, KZ_OUTCOME_BAD, 3, "ETIMEDOUT, EHOSTUNREACH"},
	{"0 10.0.0.1=timeout", W, KZ_OUTCOME_UNKNOWN, 0, NULL},
	{"0 10.0.0.1=timeout", P, KZ_OUTCOME_UNKNOWN, 0, NULL},
	{"0 10.0.0.1=timeout", W | P | S, KZ_OUTCOME_UNKNOWN, 0, NULL},
	/* One that was not asked, is open, or reset, may work. */
	{"0 10.0.0.1=timeout 10.0.0.2", W | P, KZ_OUTCOME_UNKNOWN, 0, NULL},
	{"0 10.0.0.1=timeout 10.0.0.2=limited", W | P, KZ_OUTCOME_UNKNOWN, 0,
		NULL},
	{"0 10.0.0.1=limited", W | P, KZ_OUTCOME_UNKNOWN, 0, NULL},
	{"0 10.0.0.1=timeout; 1 10.0.0.2=silent", W | P, KZ_OUTCOME_UNKNOWN, 0,
		NULL},
	{"0 10.0.0.1=reset", W | P, KZ_OUTCOME_UNKNOWN, 0, NULL},
	/* A family that we have not: left out where the other says it,
	 * which it does of its own exchanger alone. */
	{"0 10.0.0.1=timeout 2001:db8::1=ours", W | P, KZ_OUTCOME_BAD, 1,
		"ETIMEDOUT"},
	{"0 2001:db8::1=ours; 1 10.0.0.1=timeout", W | P, KZ_OUTCOME_UNKNOWN, 0,
		NULL},
	{"0 2001:db8::1=ours", W | P, KZ_OUTCOME_UNKNOWN, 0, NULL},
};

static void
exchangers_are_dead_only_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		struct kz_exam_reg_hosts *hosts = &reg.contacts[0].hosts;

		put_hosts(fates[i].hosts);
		hosts->whole = (fates[i].flags & W) != 0;
		hosts->proven = (fates[i].flags & P) != 0;
		hosts->special = (fates[i].flags & S) != 0;
		if (judge()->outcome != fates[i].outcome ||
			(fates[i].why != NULL &&
				strcmp(found.why, fates[i].why) != 0))
			fail_msg("%s (%u): %s, %s", fates[i].hosts,
				fates[i].flags, kz_outcome_text(found.outcome),
				found.why);
		assert_int_equal(found.rest_count, fates[i].rests);
	}
}

/* So that our own side is judged as of then, by the classes that failed. */
static void
it_rests_on_what_was_contacted(void **state)
{
	struct kz_exam_reg_hosts *hosts = &reg.contacts[0].hosts;

	(void)state;
	put_hosts("0 10.0.0.1=timeout 2001:db8::1=refused");
	hosts->whole = hosts->proven = true;
	assert_int_equal(judge()->rest_count, 2);
	assert_int_equal(found.rests[0].netclass, KZ_NET_SMTP25_V4);
	assert_int_equal(found.rests[1].netclass, KZ_NET_SMTP25_V6);
	assert_int_equal(
		kz_addr_compare(&found.rests[1].addr, &hosts->addrs[1].addr),
		0);
	assert_true(found.when_s == KIT_NOW_S - 20);
	/* An exchanger that it shares with another is one address. */
	hosts->addrs[0].hosts = hosts->addrs[1].hosts = 3;
	assert_int_equal(judge()->rest_count, 2);
	/* Repaired: as of the contact that shows it. */
	hosts->addrs[1].reach = KZ_REACH_ALIVE;
	assert_int_equal(judge()->outcome, KZ_OUTCOME_OK);
	assert_true(found.when_s == KIT_NOW_S - 20);
}

/* Two handles with one mail domain are one object. */
static void
one_domain_is_told_once(void **state)
{
	(void)state;
	reg.contact_count = 2;
	reg.contacts[0].mail = KZ_EXAM_REG_MAIL_NXDOMAIN;
	reg.contacts[1] = reg.contacts[0];
	reg.contacts[1].mail = KZ_EXAM_REG_MAIL_UNKNOWN;
	assert_int_equal(judge()->outcome, KZ_OUTCOME_BAD);
	assert_true(kz_exam_reg_mail_wanted(&reg, 0));
	assert_false(kz_exam_reg_mail_wanted(&reg, 1));
	reg.contacts[1].contact.mail = (struct kz_name){0};
	assert_int_equal(judge()->outcome, KZ_OUTCOME_BAD);
	assert_false(kz_exam_reg_mail_wanted(&reg, 1));
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		ROW(domains_that_take_no_mail),
		ROW(exchangers_are_dead_only_together),
		ROW(it_rests_on_what_was_contacted),
		ROW(one_domain_is_told_once),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}

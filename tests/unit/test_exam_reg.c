/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#include "kizuki/core/exam_reg.h"

#define DAY_S   INT64_C(86400)
#define YEARS_8 UINT32_C(252979200)

static struct kz_exam_reg reg;
static struct kz_finding found[32];
static size_t found_count;

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static void
keep(void *arg, const struct kz_finding *finding)
{
	(void)arg;
	assert_true(found_count < sizeof(found) / sizeof(found[0]));
	assert_string_equal(finding->subject.text, "example2.jp");
	assert_int_equal(finding->rest_count, 0);
	if (finding->outcome == KZ_OUTCOME_BAD)
		assert_true(finding->weight > 0 &&
			finding->weight <=
				kz_symptom_info(finding->symptom)->points);
	found[found_count++] = *finding;
}

static const struct kz_finding *
judge(enum kz_symptom symptom, const char *object)
{
	found_count = 0;
	kz_exam_reg_judge(&reg, keep, NULL);
	for (size_t i = 0; i < found_count; i++) {
		if (found[i].symptom == symptom &&
			strcmp(found[i].object, object) == 0)
			return &found[i];
	}
	return NULL;
}

static enum kz_outcome
outcome(enum kz_symptom symptom, const char *object)
{
	const struct kz_finding *finding = judge(symptom, object);

	assert_non_null(finding);
	return finding->outcome;
}

static void
put_set(struct kz_exam_reg_set *set, const char *first, const char *second)
{
	*set = (struct kz_exam_reg_set){.known = true, .count = 1};
	set->list[0] = kit_name(first);
	if (second != NULL)
		set->list[set->count++] = kit_name(second);
}

/* Figures 7 and 8: two are delegated and served, one is registered. */
static int
begin(void **state)
{
	(void)state;
	memset(&reg, 0, sizeof(reg));
	reg.now_s = KIT_NOW_S;
	reg.domain = kit_name("example2.jp");
	reg.stale_s = YEARS_8;
	kz_registry_read(
		str("a. [Domain Name]                EXAMPLE2.JP\r\n"
		    "m. [Administrative Contact]     RT0040JP\r\n"
		    "n. [Technical Contact]          RT0040JP\r\n"
		    "p. [Name Server]                w03.example2.jp\r\n"
		    "[State]                         Connected (2020/11/30)\r\n"
		    "[Last Update]                   2019/12/01 01:11:07 "
		    "(JST)\r\n"),
		NULL, &reg.answer);
	put_set(&reg.delegated, "sigw.sinet.ad.jp", "w03.example2.jp");
	reg.served = reg.delegated;
	return 0;
}

static void
add_network(const char *updated)
{
	char text[256];
	int len = snprintf(text, sizeof(text),
		"[Network Number] 10.224.31.96/28\n"
		"[Administrative Contact] RT030JP\n[Last Update] %s\n",
		updated);

	kz_registry_read(
		(struct kz_str){text, (size_t)len}, NULL, &reg.network);
	assert_int_equal(
		kz_addr_parse(KZ_STR("10.224.31.98"), &reg.client), KZ_OK);
}

static void
figures_7_and_8_are_a_single_and_a_mismatch(void **state)
{
	const struct kz_finding *finding;

	(void)state;
	finding = judge(KZ_SYM_REG_NS_SINGLE, "example2.jp");
	assert_non_null(finding);
	assert_int_equal(finding->outcome, KZ_OUTCOME_BAD);
	assert_int_equal(finding->weight, 4);
	assert_string_equal(finding->value, "w03.example2.jp");
	finding = judge(KZ_SYM_REG_NS_MISMATCH, "example2.jp");
	assert_non_null(finding);
	assert_int_equal(finding->outcome, KZ_OUTCOME_BAD);
	assert_int_equal(finding->weight, 4);
	assert_string_equal(finding->value,
		"w03.example2.jp | sigw.sinet.ad.jp, w03.example2.jp");
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_OK);
	assert_int_equal(
		outcome(KZ_SYM_REG_SUSPENDED, "example2.jp"), KZ_OUTCOME_OK);
	/* The age of a domain's record is nobody's fault. */
	reg.now_s += (int64_t)YEARS_8 * 2;
	assert_null(judge(KZ_SYM_REG_NET_STALE, "example2.jp"));
}

static void
one_everywhere_is_told_by_another(void **state)
{
	(void)state;
	/* The parent has what is registered, the zone another. */
	put_set(&reg.delegated, "w03.example2.jp", NULL);
	assert_int_equal(
		outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"), KZ_OUTCOME_BAD);
	reg.served = reg.delegated;
	assert_int_equal(outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	assert_int_equal(
		outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"), KZ_OUTCOME_OK);
	reg.delegated.known = reg.served.known = false;
	assert_int_equal(outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	assert_int_equal(outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
}

/* Repaired at the registry: both are gone. */
static void
two_registered_are_well(void **state)
{
	(void)state;
	(void)kz_registry_add_server(&reg.answer, KZ_STR("sigw.sinet.ad.jp"));
	assert_int_equal(
		outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"), KZ_OUTCOME_OK);
	assert_int_equal(
		outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"), KZ_OUTCOME_OK);
	reg.answer.server_count = 0;
	assert_int_equal(outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	assert_int_equal(outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
}

static void
a_change_of_the_last_two_days_may_lag(void **state)
{
	(void)state;
	reg.answer.updated.when_s = reg.now_s - 2 * DAY_S + 1;
	assert_int_equal(outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	reg.answer.updated.when_s = reg.now_s - 2 * DAY_S;
	assert_int_equal(
		outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"), KZ_OUTCOME_BAD);
}

static void
an_answer_that_was_cut_or_of_another_convicts_nobody(void **state)
{
	(void)state;
	reg.answer.cut = true;
	assert_int_equal(outcome(KZ_SYM_REG_NS_SINGLE, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	assert_int_equal(outcome(KZ_SYM_REG_NS_MISMATCH, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
	assert_false(kz_exam_reg_complete(&reg));
	reg.answer.cut = false;
	reg.answer.domain = kit_name("example3.jp");
	assert_null(judge(KZ_SYM_REG_NS_SINGLE, "example2.jp"));
	reg.answer.domain = reg.domain;
	reg.answer.outcome = KZ_REGISTRY_REFUSED;
	assert_null(judge(KZ_SYM_REG_NS_SINGLE, "example2.jp"));
	assert_false(kz_exam_reg_complete(&reg));
}

static void
expiry_is_bad_after_three_days(void **state)
{
	int64_t expires_s = reg.answer.expires.when_s;

	(void)state;
	reg.now_s = expires_s - 1;
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_OK);
	reg.now_s = expires_s + 3 * DAY_S;
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_UNKNOWN);
	reg.now_s++;
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_BAD);
	assert_string_equal(
		judge(KZ_SYM_REG_EXPIRED, "example2.jp")->value, "2020-11-30");
	(void)kz_registry_add_state(&reg.answer, KZ_STR("autoRenewPeriod"));
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_UNKNOWN);
	reg.answer.expires.when_s = 0;
	assert_int_equal(
		outcome(KZ_SYM_REG_EXPIRED, "example2.jp"), KZ_OUTCOME_UNKNOWN);
}

static void
states_have_their_weights(void **state)
{
	static const struct {
		const char *state;
		uint8_t weight; /* 0: ok */
	} rows[] = {
		{"Suspended", 8},
		{"clientHold", 8},
		{"server hold", 8},
		{"To be suspended", 3},
		{"redemptionPeriod", 3},
		{"pending delete", 3},
		{"Active", 0},
		{"client transfer prohibited", 0},
		{"inactive", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct kz_finding *finding;

		reg.answer.state_count = 0;
		(void)kz_registry_add_state(&reg.answer, str(rows[i].state));
		finding = judge(KZ_SYM_REG_SUSPENDED, "example2.jp");
		assert_non_null(finding);
		assert_int_equal(finding->weight, rows[i].weight);
		assert_int_equal(finding->outcome,
			rows[i].weight > 0 ? KZ_OUTCOME_BAD : KZ_OUTCOME_OK);
	}
	reg.answer.state_count = 0;
	assert_int_equal(outcome(KZ_SYM_REG_SUSPENDED, "example2.jp"),
		KZ_OUTCOME_UNKNOWN);
}

/* Figure 9 is old only some years later, and never more than support. */
static void
networks_grow_stale(void **state)
{
	const struct kz_finding *finding;

	(void)state;
	add_network("2017/06/29 17:02:05(JST)");
	assert_int_equal(outcome(KZ_SYM_REG_NET_STALE, "10.224.31.96/28"),
		KZ_OUTCOME_OK);
	reg.now_s = reg.network.updated.when_s + YEARS_8;
	assert_int_equal(outcome(KZ_SYM_REG_NET_STALE, "10.224.31.96/28"),
		KZ_OUTCOME_OK);
	reg.now_s++;
	finding = judge(KZ_SYM_REG_NET_STALE, "10.224.31.96/28");
	assert_int_equal(finding->outcome, KZ_OUTCOME_BAD);
	assert_int_equal(finding->weight, 1);
	assert_string_equal(finding->value, "2017-06-29");
	assert_false(kz_symptom_info(KZ_SYM_REG_NET_STALE)->convicts);
}

static void
a_handle_is_gone_when_both_registries_say_so(void **state)
{
	enum kz_registry_outcome found_it = KZ_REGISTRY_FOUND,
				 missing = KZ_REGISTRY_MISSING,
				 silent = KZ_REGISTRY_UNCLEAR,
				 refused = KZ_REGISTRY_REFUSED;
	const struct {
		enum kz_registry_outcome jprs, jpnic;
		enum kz_outcome outcome;
	} rows[] = {
		{missing, missing, KZ_OUTCOME_BAD},
		{found_it, silent, KZ_OUTCOME_OK},
		{missing, found_it, KZ_OUTCOME_OK},
		{silent, silent, KZ_OUTCOME_UNKNOWN},
		{missing, silent, KZ_OUTCOME_UNKNOWN},
		{missing, refused, KZ_OUTCOME_UNKNOWN},
		{silent, missing, KZ_OUTCOME_UNKNOWN},
	};
	struct kz_exam_reg_contact *contact = &reg.contacts[0];

	(void)state;
	kz_exam_reg_contacts(&reg, true, true);
	assert_int_equal(reg.contact_count, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		contact->at_jprs = rows[i].jprs;
		contact->at_jpnic = rows[i].jpnic;
		assert_int_equal(outcome(KZ_SYM_REG_CONTACT_GONE, "RT0040JP"),
			rows[i].outcome);
	}
}

/* JPRS knows no group handles: it is not asked, and not needed. */
static void
group_handles_are_known_to_jpnic_alone(void **state)
{
	struct kz_exam_reg_contact *contact = &reg.contacts[0];

	(void)state;
	assert_true(kz_exam_reg_group("JP00000000"));
	assert_false(kz_exam_reg_group("JP0000000"));
	assert_false(kz_exam_reg_group("JP000000000"));
	assert_false(kz_exam_reg_group("JP0000000x"));
	assert_false(kz_exam_reg_group("RT0040JP"));
	reg.answer.contact_count = 0;
	(void)kz_registry_add_contact(&reg.answer, KZ_STR("JP00000000"),
		KZ_STR(""), KZ_REGISTRY_TECH);
	kz_exam_reg_contacts(&reg, true, true);
	assert_false(kz_exam_reg_ask_jprs(contact));
	assert_true(kz_exam_reg_ask_jpnic(contact));
	contact->at_jpnic = KZ_REGISTRY_MISSING;
	assert_int_equal(
		outcome(KZ_SYM_REG_CONTACT_GONE, "JP00000000"), KZ_OUTCOME_BAD);
	assert_false(kz_exam_reg_ask_jpnic(contact));
}

static void
handles_of_others_need_a_link(void **state)
{
	struct kz_exam_reg_contact *contact = &reg.contacts[0];

	(void)state;
	kz_exam_reg_contacts(&reg, false, false);
	assert_null(judge(KZ_SYM_REG_CONTACT_GONE, "RT0040JP"));
	assert_false(kz_exam_reg_ask_jprs(contact));
	(void)snprintf(contact->contact.link, sizeof(contact->contact.link),
		"https://rdap.example/entity/RT0040JP");
	assert_int_equal(outcome(KZ_SYM_REG_CONTACT_GONE, "RT0040JP"),
		KZ_OUTCOME_UNKNOWN);
	contact->at_link = KZ_REGISTRY_MISSING;
	assert_int_equal(
		outcome(KZ_SYM_REG_CONTACT_GONE, "RT0040JP"), KZ_OUTCOME_BAD);
}

static void
hidden_contacts_are_nobody_s_fault(void **state)
{
	(void)state;
	reg.answer.redacted = true;
	kz_exam_reg_contacts(&reg, true, true);
	assert_int_equal(reg.contact_count, 0);
}

static void
all_must_be_answered_to_be_complete(void **state)
{
	(void)state;
	assert_false(kz_exam_reg_complete(&reg));
	add_network("2017/06/29 17:02:05(JST)");
	assert_true(kz_exam_reg_complete(&reg));
	kz_exam_reg_contacts(&reg, true, true);
	assert_int_equal(reg.contact_count, 2);
	assert_false(kz_exam_reg_complete(&reg));
	reg.contacts[0].at_jprs = KZ_REGISTRY_FOUND;
	reg.contacts[1].at_jprs = KZ_REGISTRY_MISSING;
	assert_false(kz_exam_reg_complete(&reg));
	reg.contacts[1].at_jpnic = KZ_REGISTRY_MISSING;
	assert_true(kz_exam_reg_complete(&reg));
	reg.client.bytes[3] = 200;
	assert_false(kz_exam_reg_complete(&reg));
	assert_null(judge(KZ_SYM_REG_NET_STALE, "10.224.31.96/28"));
	reg.client.bytes[3] = 98;
	reg.network.outcome = KZ_REGISTRY_REFUSED;
	assert_false(kz_exam_reg_complete(&reg));
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		ROW(figures_7_and_8_are_a_single_and_a_mismatch),
		ROW(one_everywhere_is_told_by_another),
		ROW(two_registered_are_well),
		ROW(a_change_of_the_last_two_days_may_lag),
		ROW(an_answer_that_was_cut_or_of_another_convicts_nobody),
		ROW(expiry_is_bad_after_three_days),
		ROW(states_have_their_weights),
		ROW(networks_grow_stale),
		ROW(a_handle_is_gone_when_both_registries_say_so),
		ROW(group_handles_are_known_to_jpnic_alone),
		ROW(handles_of_others_need_a_link),
		ROW(hidden_contacts_are_nobody_s_fault),
		ROW(all_must_be_answered_to_be_complete),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}

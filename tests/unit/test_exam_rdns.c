/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

/* One client, 10.0.0.25, with these words and this host of that name. */
static struct kz_exam_client *
client_with(struct kit *kit, const char *helo, const char *host)
{
	struct kz_exam *exam = &kit->exam;
	struct kz_exam_client *client = &exam->clients[0];

	kit_begin(kit, "example1.jp");
	exam->zone_known = false;
	exam->client_count = 1;
	assert_int_equal(
		kz_addr_parse(KZ_STR("10.0.0.25"), &client->addr), KZ_OK);
	client->ptr = KZ_EXAM_DATA;
	client->ptr_proven = true;
	client->confirmed = true;
	client->forward_sure = true;
	client->first = kit_name("mail.example1.jp");
	client->when_s = KIT_NOW_S - 9;
	client->host = KZ_EXAM_NONE;
	(void)snprintf(client->helo, sizeof(client->helo), "%s", helo);
	client->helo_name = helo[0] != '\0' && helo[0] != '[' &&
		kz_name_parse((struct kz_str){helo, strlen(helo)},
			&client->name) == KZ_OK;
	if (host[0] == '\0')
		return client;
	kit_hosts(exam, host, false);
	client->host = 0;
	return client;
}

static void
reverse_names(void **state)
{
	static const struct {
		const char *what;
		enum kz_exam_look ptr;
		bool proven, confirmed, sure, cut;
		const char *expected;
	} cases[] = {
		{"in order", KZ_EXAM_DATA, true, true, true, false,
			"rdns-missing 10.0.0.25 ok;"
			"rdns-unconfirmed 10.0.0.25 ok;"
			"rdns-zone-broken 10.0.0.25 ok"},
		{"none", KZ_EXAM_NXDOMAIN, true, false, false, false,
			"rdns-missing 10.0.0.25 bad 3;"
			"rdns-unconfirmed 10.0.0.25 none;"
			"rdns-zone-broken 10.0.0.25 ok"},
		{"none, not borne out", KZ_EXAM_NODATA, false, false, false,
			false, "rdns-missing 10.0.0.25 unknown"},
		{"leads elsewhere", KZ_EXAM_DATA, true, false, true, false,
			"rdns-unconfirmed 10.0.0.25 bad 2;"
			"rdns-missing 10.0.0.25 ok"},
		{"a forward look-up failed", KZ_EXAM_DATA, true, false, false,
			false, "rdns-unconfirmed 10.0.0.25 unknown"},
		{"more names than are looked at", KZ_EXAM_DATA, true, false,
			true, true, "rdns-unconfirmed 10.0.0.25 unknown"},
		{"the look-up failed", KZ_EXAM_FAILED, false, false, false,
			false,
			"rdns-missing 10.0.0.25 unknown;"
			"rdns-zone-broken 10.0.0.25 unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;
		struct kz_exam_client *client = client_with(&kit, "", "");

		client->ptr = cases[i].ptr;
		client->ptr_proven = cases[i].proven;
		client->confirmed = cases[i].confirmed;
		client->forward_sure = cases[i].sure;
		client->cut = cases[i].cut;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].what, cases[i].expected);
	}
}

static void
a_reverse_zone_without_a_server(void **state)
{
	const struct kz_finding *found;
	struct kit kit;
	struct kz_exam_client *client = client_with(&kit, "", "");

	(void)state;
	client->ptr = KZ_EXAM_FAILED;
	client->broken = true;
	client->dead_count = 1;
	client->dead[0] = client->addr;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "dead", "rdns-zone-broken 10.0.0.25 bad 3");
	found = kit_find(&kit, "rdns-zone-broken", "10.0.0.25");
	assert_int_equal(found->rest_count, 1);
	assert_int_equal(found->rests[0].netclass, KZ_NET_DNS53UDP_V4);
	assert_string_equal(found->object, "10.0.0.25");
	/* Not looked at yet: nothing is said. */
	kit.count = 0;
	client->ptr = KZ_EXAM_UNASKED;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	assert_int_equal(kit.count, 0);
}

static void
what_a_client_calls_itself(void **state)
{
	static const struct {
		const char *helo, *host;
		bool ours, kin;
		const char *expected;
	} cases[] = {
		{"mail.a.jp", "mail.a.jp 10.0.0.25", false, false,
			"helo-not-fqdn mail.a.jp ok;"
			"helo-unresolvable mail.a.jp ok;"
			"helo-mismatch mail.a.jp ok"},
		{"mail.a.jp", "mail.a.jp 10.0.0.9 proven", false, false,
			"helo-mismatch mail.a.jp bad 1"},
		{"mail.a.jp", "mail.a.jp 10.0.0.9", false, false,
			"helo-mismatch mail.a.jp unknown"},
		/* Several ways out of one organisation. */
		{"mail.a.jp", "mail.a.jp 10.0.0.9 proven", false, true,
			"helo-mismatch mail.a.jp ok"},
		{"mail.a.jp", "mail.a.jp nx proven", false, false,
			"helo-unresolvable mail.a.jp bad 2;"
			"helo-mismatch mail.a.jp unknown"},
		{"mail.a.jp", "mail.a.jp nx", false, false,
			"helo-unresolvable mail.a.jp unknown"},
		{"mail.a.jp", "mail.a.jp failed", false, false,
			"helo-unresolvable mail.a.jp unknown"},
		{"localhost", "", false, false,
			"helo-not-fqdn localhost bad 2"},
		{"server", "", false, false, "helo-not-fqdn server bad 2"},
		{"pc.local", "", false, false, "helo-not-fqdn pc.local bad 2"},
		{"mx1.us.jp", "", true, false,
			"helo-not-fqdn mx1.us.jp bad 2;"
			"helo-unresolvable mx1.us.jp none"},
		{"[10.0.0.25]", "", false, false,
			"helo-not-fqdn [10.0.0.25] ok"},
		{"[10.0.0.26]", "", false, false,
			"helo-not-fqdn [10.0.0.26] bad 2"},
		/* What could not be turned into a name is left alone. */
		{"m!x", "", false, false, "helo-not-fqdn m!x none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit kit;
		struct kz_exam_client *client =
			client_with(&kit, cases[i].helo, cases[i].host);

		client->helo_ours = cases[i].ours;
		client->helo_kin = cases[i].kin;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		kit_expect(&kit, cases[i].helo, cases[i].expected);
	}
}

enum reverse { WELL, MISSING, BROKEN, ELSEWHERE };

/* What is found of one client in this state. */
static void
look(struct kit *kit, enum reverse reverse, const char *helo, bool ours,
	const char *host)
{
	struct kz_exam_client *client = client_with(kit, helo, host);

	client->helo_ours = ours;
	client->confirmed = reverse == WELL;
	if (reverse == MISSING)
		client->ptr = KZ_EXAM_NXDOMAIN;
	if (reverse == BROKEN) {
		client->ptr = KZ_EXAM_FAILED;
		client->broken = true;
	}
	kz_exam_judge(&kit->exam, kit_take, kit);
}

/*
 * The family is never complete: what was bad must be found well under the same
 * object, or the object itself goes (another word: tests/unit/test_gone.c).
 */
static void
each_repair_is_told(void **state)
{
	static const struct {
		const char *id, *object, *helo, *host, *mended;
		enum reverse reverse;
		bool ours;
	} rows[] = {
		{"rdns-missing", "10.0.0.25", "", "", "", MISSING, false},
		{"rdns-zone-broken", "10.0.0.25", "", "", "", BROKEN, false},
		{"rdns-unconfirmed", "10.0.0.25", "", "", "", ELSEWHERE, false},
		{"helo-unresolvable", "mail.a.jp", "mail.a.jp",
			"mail.a.jp nx proven", "mail.a.jp 10.0.0.25", WELL,
			false},
		/* It resolves, and another symptom is left. */
		{"helo-unresolvable", "mail.a.jp", "mail.a.jp",
			"mail.a.jp nodata proven", "mail.a.jp 10.0.0.9 proven",
			WELL, false},
		{"helo-mismatch", "mail.a.jp", "mail.a.jp",
			"mail.a.jp 10.0.0.9 proven", "mail.a.jp 10.0.0.25",
			WELL, false},
		/* The name is no longer one of ours. */
		{"helo-not-fqdn", "mail.a.jp", "mail.a.jp", "",
			"mail.a.jp 10.0.0.25", WELL, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char expected[80];
		struct kit kit;

		look(&kit, rows[i].reverse, rows[i].helo, rows[i].ours,
			rows[i].host);
		(void)snprintf(expected, sizeof(expected), "%s %s bad",
			rows[i].id, rows[i].object);
		kit_expect(&kit, "broken", expected);
		look(&kit, WELL, rows[i].helo, false, rows[i].mended);
		(void)snprintf(expected, sizeof(expected), "%s %s ok",
			rows[i].id, rows[i].object);
		kit_expect(&kit, "mended", expected);
	}
}

static void
a_name_of_another_is_told_with_the_client(void **state)
{
	struct kit kit;

	(void)state;
	(void)client_with(&kit, "mail.a.jp", "mail.a.jp 10.0.0.9 proven");
	kz_exam_judge(&kit.exam, kit_take, &kit);
	assert_string_equal(kit_find(&kit, "helo-mismatch", "mail.a.jp")->value,
		"10.0.0.25");
}

static void
an_address_without_brackets_is_no_name(void **state)
{
	struct kit kit;
	struct kz_exam_client *client = client_with(&kit, "10.0.0.25", "");

	(void)state;
	client->helo_name = false;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "bare", "helo-not-fqdn 10.0.0.25 bad 2");
}

static void
only_doubtful_names_are_borne_out(void **state)
{
	struct kit kit;

	(void)state;
	(void)client_with(&kit, "mail.a.jp", "mail.a.jp 10.0.0.25");
	assert_false(kz_exam_doubtful(&kit.exam, 0));
	(void)client_with(&kit, "mail.a.jp", "mail.a.jp 10.0.0.9");
	assert_true(kz_exam_doubtful(&kit.exam, 0));
	assert_true(kz_exam_exactly(&kit.exam, 0));
	(void)client_with(&kit, "mail.a.jp", "mail.a.jp nx");
	assert_true(kz_exam_doubtful(&kit.exam, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reverse_names),
		cmocka_unit_test(a_reverse_zone_without_a_server),
		cmocka_unit_test(what_a_client_calls_itself),
		cmocka_unit_test(each_repair_is_told),
		cmocka_unit_test(a_name_of_another_is_told_with_the_client),
		cmocka_unit_test(an_address_without_brackets_is_no_name),
		cmocka_unit_test(only_doubtful_names_are_borne_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

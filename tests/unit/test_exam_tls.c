/* SPDX-License-Identifier: ISC */
#include "exam_kit.h"

#define DAY_S INT64_C(86400)

/* One exchanger with records, and what its addresses show. */
static void
site_with(struct kit *kit, const char *hosts, struct kz_tlsa_seen tlsa,
	const struct kz_tls_seen *const *seen)
{
	struct kz_exam *exam = &kit->exam;

	kit_begin(kit, "example1.jp");
	exam->mx_look = KZ_EXAM_DATA;
	exam->mx = kit_mxset(exam, "10 mx.example1.jp");
	exam->tls_asked = true;
	kit_hosts(exam, hosts, true);
	tlsa.when_s += KIT_NOW_S;
	exam->hosts[0].tlsa = tlsa;
	for (uint8_t i = 0; i < exam->addr_count; i++) {
		if (seen[i] == NULL)
			continue;
		exam->addrs[i].tls_count = 1;
		exam->addrs[i].tls[0] = *seen[i];
		exam->addrs[i].tls[0].when_s = KIT_NOW_S - 7;
	}
}

#define RECORDS                                                                \
	{                                                                      \
		.known = true, .present = true, .secure = true, .usable = 1,   \
		.ttl_s = 600                                                   \
	}
#define UNTIL (KIT_NOW_S + 90 * DAY_S)
#define ONE   "mx.example1.jp 10.0.0.1=alive"
#define TWO   "mx.example1.jp 10.0.0.1=alive 10.0.0.2=alive"

static const struct kz_tls_seen exact = {
	0, KZ_TLS_SHOWN, KZ_TLSA_EXACT, UNTIL, 0};
static const struct kz_tls_seen issuer = {
	0, KZ_TLS_SHOWN, KZ_TLSA_ISSUER, UNTIL, 0};
static const struct kz_tls_seen neither = {
	0, KZ_TLS_SHOWN, KZ_TLSA_NEITHER, UNTIL, 0};
static const struct kz_tls_seen unsure = {
	0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE, UNTIL, 0};
static const struct kz_tls_seen plain = {0, KZ_TLS_NONE, KZ_TLSA_UNSURE, 0, 0};
static const struct kz_tls_seen other_host = {
	1, KZ_TLS_SHOWN, KZ_TLSA_NEITHER, UNTIL, 0};
/* Another site's exchanger by name. */
static const struct kz_tls_seen other_plain = {
	KZ_EXAM_NONE, KZ_TLS_NONE, KZ_TLSA_UNSURE, 0, 0};
static const struct kz_tls_seen nothing;

static const struct contradiction {
	const char *what, *hosts;
	struct kz_tlsa_seen tlsa;
	const struct kz_tls_seen *seen[2];
	const char *expected;
} contradictions[] = {
	{"fits", ONE, RECORDS, {&exact}, "ok"},
	{"fits by its authority", ONE, RECORDS, {&issuer}, "ok"},
	{"fits nothing", ONE, RECORDS, {&neither}, "bad 3"},
	{"no STARTTLS", ONE, RECORDS, {&plain}, "bad 3"},
	{"not to be told", ONE, RECORDS, {&unsure}, "unknown"},
	{"no handshake", ONE, RECORDS, {&nothing}, "unknown"},
	{"asked as another host", ONE, RECORDS, {&other_host}, "unknown"},
	{"... and it has no STARTTLS", ONE, RECORDS, {&other_plain}, "bad 3"},
	{"both addresses", TWO, RECORDS, {&neither, &plain}, "bad 3"},
	{"one fits", TWO, RECORDS, {&neither, &exact}, "unknown"},
	{"one is not known", TWO, RECORDS, {&neither, &nothing}, "unknown"},
	{"one is dead", "mx.example1.jp 10.0.0.1=alive 10.0.0.2=timeout",
		RECORDS, {&neither, &nothing}, "bad 3"},
	{"none is alive", "mx.example1.jp 10.0.0.1=timeout", RECORDS,
		{&nothing}, "unknown"},
	{"an alias", "mx.example1.jp alias 10.0.0.1=alive", RECORDS, {&neither},
		"unknown"},
	{"more addresses than are kept", "mx.example1.jp cut 10.0.0.1=alive",
		RECORDS, {&neither}, "unknown"},
	{"seen an hour apart", ONE,
		{.known = true,
			.present = true,
			.secure = true,
			.usable = 1,
			.when_s = -7 - 3600},
		{&neither}, "bad 3"},
	{"no STARTTLS, seen further apart", ONE,
		{.known = true,
			.present = true,
			.secure = true,
			.usable = 1,
			.when_s = -7 - 3601},
		{&plain}, "unknown"},
	{"seen further apart", ONE,
		{.known = true,
			.present = true,
			.secure = true,
			.usable = 1,
			.when_s = -7 - 3601},
		{&neither}, "unknown"},
	{"more records than are kept", ONE,
		{.known = true,
			.present = true,
			.secure = true,
			.usable = 1,
			.cut = true},
		{&neither}, "unknown"},
	{"not signed", ONE, {.known = true, .present = true, .usable = 1},
		{&neither}, "none"},
	{"none that a client can use", ONE,
		{.known = true, .present = true, .secure = true}, {&neither},
		"none"},
	{"no record", ONE, {.known = true}, {&neither}, "none"},
	{"the look-up failed", ONE, {0}, {&neither}, "unknown"},
};

static void
records_that_contradict(void **state)
{
	(void)state;
	for (size_t i = 0;
		i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		char expected[80];
		struct kit kit;

		site_with(&kit, contradictions[i].hosts, contradictions[i].tlsa,
			contradictions[i].seen);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		(void)snprintf(expected, sizeof(expected),
			"tlsa-broken mx.example1.jp %s",
			contradictions[i].expected);
		kit_expect(&kit, contradictions[i].what, expected);
	}
}

static void
certificates_two_weeks_out_of_date(void **state)
{
	const struct {
		const char *what;
		struct kz_tlsa_seen tlsa;
		struct kz_tls_seen seen;
		const char *expected;
	} cases[] = {
		{"good", {.known = true},
			{0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE, UNTIL, 0}, "ok"},
		{"14 days", {.known = true},
			{0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE,
				KIT_NOW_S - 7 - 14 * DAY_S, 0},
			"ok"},
		{"and a second", {.known = true},
			{0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE,
				KIT_NOW_S - 8 - 14 * DAY_S, 0},
			"bad 1"},
		{"its key is pinned", RECORDS,
			{0, KZ_TLS_SHOWN, KZ_TLSA_EXACT, 1, 0}, "ok"},
		{"its authority is", RECORDS,
			{0, KZ_TLS_SHOWN, KZ_TLSA_ISSUER, 1, 0}, "bad 1"},
		{"maybe it is", {0}, {0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE, 1, 0},
			"unknown"},
		{"no STARTTLS", {.known = true}, plain, "none"},
		{"no handshake", {.known = true}, nothing, "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[80];
		struct kit kit;
		const struct kz_tls_seen *seen = &cases[i].seen;

		site_with(&kit, ONE, cases[i].tlsa, &seen);
		kz_exam_judge(&kit.exam, kit_take, &kit);
		(void)snprintf(expected, sizeof(expected),
			"mx-tls-expired mx.example1.jp %s", cases[i].expected);
		kit_expect(&kit, cases[i].what, expected);
	}
}

/*
 * Two names of one address, each by what was shown to itself: the certificate
 * depends on the name that is asked for.
 */
static void
names_of_one_address(void **state)
{
	static const struct kz_tlsa_seen records = RECORDS;
	const struct {
		const char *what;
		struct kz_tls_seen first, second;
		const char *of_first, *of_second;
	} cases[] = {
		{"one right, one wrong", exact, neither, "ok", "bad 3"},
		{"both right", exact, issuer, "ok", "ok"},
		{"the second was not asked", neither, nothing, "bad 3",
			"unknown"},
		{"the second had no handshake", exact, nothing, "ok",
			"unknown"},
		{"no STARTTLS is of no name", plain, nothing, "bad 3", "bad 3"},
		/* It was switched on in between. */
		{"what it was shown itself goes before", plain, exact, "bad 3",
			"ok"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct kz_tls_seen *none[] = {NULL};
		struct kz_tls_seen *seen;
		char expected[120];
		struct kit kit;

		site_with(&kit, ONE, records, none);
		kit.exam.mx = kit_mxset(
			&kit.exam, "10 mx.example1.jp, 20 b.example1.jp");
		kit_hosts(&kit.exam, "b.example1.jp 10.0.0.1=alive", true);
		kit.exam.hosts[1].tlsa = kit.exam.hosts[0].tlsa;
		seen = kit.exam.addrs[0].tls;
		kit.exam.addrs[0].tls_count = 2;
		seen[0] = cases[i].first;
		seen[1] = cases[i].second;
		seen[1].host = 1;
		seen[0].when_s = seen[1].when_s = KIT_NOW_S - 7;
		kz_exam_judge(&kit.exam, kit_take, &kit);
		(void)snprintf(expected, sizeof(expected),
			"tlsa-broken mx.example1.jp %s;"
			"tlsa-broken b.example1.jp %s",
			cases[i].of_first, cases[i].of_second);
		kit_expect(&kit, cases[i].what, expected);
	}
}

/* A date is bad only where each address that is alive showed its own. */
static void
dates_of_a_name_that_was_not_asked_everywhere(void **state)
{
	static const struct kz_tls_seen old = {
		0, KZ_TLS_SHOWN, KZ_TLSA_UNSURE, 1, 0};
	const struct kz_tls_seen *seen[] = {&old, &old};
	struct kit kit;

	(void)state;
	site_with(&kit, TWO, (struct kz_tlsa_seen){.known = true}, seen);
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "both", "mx-tls-expired mx.example1.jp bad 1");
	kit.count = 0;
	kit.exam.addrs[1].tls[0].host = 1;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "one", "mx-tls-expired mx.example1.jp unknown");
}

static void
nothing_is_said_unasked(void **state)
{
	const struct kz_tls_seen *seen = &neither;
	struct kit kit;

	(void)state;
	site_with(&kit, ONE, (struct kz_tlsa_seen)RECORDS, &seen);
	kit.exam.tls_asked = false;
	kz_exam_judge(&kit.exam, kit_take, &kit);
	kit_expect(&kit, "unasked",
		"tlsa-broken mx.example1.jp none;"
		"mx-tls-expired mx.example1.jp none");
}

/* A certificate and key of one octet each, all through their digests. */
static struct kz_tls_cert
cert_of(uint8_t octet)
{
	struct kz_tls_cert cert;

	memset(cert.sha256[KZ_TLSA_CERT], octet, KZ_TLSA_SHA256_LEN);
	memset(cert.sha512[KZ_TLSA_CERT], octet + 1, KZ_TLSA_SHA512_LEN);
	memset(cert.sha256[KZ_TLSA_KEY], octet + 2, KZ_TLSA_SHA256_LEN);
	memset(cert.sha512[KZ_TLSA_KEY], octet + 3, KZ_TLSA_SHA512_LEN);
	return cert;
}

static struct kz_tlsa
record_of(const char *numbers, uint8_t octet, bool full)
{
	struct kz_tlsa record = {.usage = (uint8_t)(numbers[0] - '0'),
		.selector = (uint8_t)(numbers[1] - '0'),
		.type = (uint8_t)(numbers[2] - '0'),
		.full = full};

	memset(record.digest, octet,
		record.type == KZ_TLSA_SHA256 ? KZ_TLSA_SHA256_LEN
					      : KZ_TLSA_SHA512_LEN);
	return record;
}

static void
records_against_a_chain(void **state)
{
	/* Certificates 10 and 20 stand in a chain, 30 beside it. */
	const struct {
		const char *first;
		uint8_t first_octet;
		const char *second;
		uint8_t second_octet;
		bool full, cut, stranger;
		enum kz_tlsa_fit expected;
	} cases[] = {
		{"301", 10, NULL, 0, false, false, false, KZ_TLSA_EXACT},
		{"302", 11, NULL, 0, false, false, false, KZ_TLSA_EXACT},
		{"311", 12, NULL, 0, false, false, false, KZ_TLSA_EXACT},
		{"312", 13, NULL, 0, false, false, false, KZ_TLSA_EXACT},
		/* a selector's digest is no other's */
		{"301", 12, NULL, 0, false, false, false, KZ_TLSA_NEITHER},
		{"311", 10, NULL, 0, false, false, false, KZ_TLSA_NEITHER},
		/* the server's own is meant, not its authority's */
		{"311", 22, NULL, 0, false, false, false, KZ_TLSA_NEITHER},
		{"211", 22, NULL, 0, false, false, false, KZ_TLSA_ISSUER},
		{"202", 21, NULL, 0, false, false, false, KZ_TLSA_ISSUER},
		{"211", 12, NULL, 0, false, false, false, KZ_TLSA_ISSUER},
		{"211", 99, NULL, 0, false, false, false, KZ_TLSA_NEITHER},
		{"211", 32, NULL, 0, false, false, false, KZ_TLSA_UNSURE},
		/* for another name, of a longer chain, not sent */
		{"211", 22, NULL, 0, false, false, true, KZ_TLSA_UNSURE},
		{"211", 99, NULL, 0, false, true, false, KZ_TLSA_UNSURE},
		{"201", 99, NULL, 0, true, false, false, KZ_TLSA_UNSURE},
		{"301", 99, NULL, 0, true, true, true, KZ_TLSA_NEITHER},
		/* names and dates do not matter to a pinned key */
		{"311", 12, NULL, 0, false, false, true, KZ_TLSA_EXACT},
		/* a key roll: the next one is published too */
		{"311", 99, "311", 12, false, false, false, KZ_TLSA_EXACT},
		{"311", 99, "211", 22, false, false, false, KZ_TLSA_ISSUER},
		{"211", 22, "211", 32, false, false, false, KZ_TLSA_ISSUER},
		{"211", 32, "311", 99, false, false, false, KZ_TLSA_UNSURE},
	};
	struct kz_tls_chain chain = {.count = 3, .links = 1};

	(void)state;
	for (uint8_t i = 0; i < 3; i++)
		chain.certs[i] = cert_of((uint8_t)(10 * (i + 1)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_tlsa list[2] = {record_of(
			cases[i].first, cases[i].first_octet, cases[i].full)};
		size_t count = 1;

		if (cases[i].second != NULL)
			list[count++] = record_of(
				cases[i].second, cases[i].second_octet, false);
		chain.cut = cases[i].cut;
		chain.named = !cases[i].stranger;
		print_message("  %zu: %s %u\n", i, cases[i].first,
			cases[i].first_octet);
		assert_int_equal(
			kz_tlsa_match(list, count, &chain), cases[i].expected);
	}
	assert_int_equal(kz_tlsa_match(NULL, 0, &chain), KZ_TLSA_UNSURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_that_contradict),
		cmocka_unit_test(certificates_two_weeks_out_of_date),
		cmocka_unit_test(names_of_one_address),
		cmocka_unit_test(dates_of_a_name_that_was_not_asked_everywhere),
		cmocka_unit_test(nothing_is_said_unasked),
		cmocka_unit_test(records_against_a_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

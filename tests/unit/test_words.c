/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/words.h; the names say the rule they guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/words.h"

static char buffer[KZ_WORDS_MAX];

static const char *
sentence(const struct kz_words *words, enum kz_language language)
{
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_words_sentence(words, language, &text);
	assert_false(text.cut);
	return buffer;
}

static const char *
fix(const struct kz_words *words, enum kz_language language)
{
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_words_fix(words, language, &text);
	assert_false(text.cut);
	return buffer;
}

static struct kz_words
words_of(enum kz_symptom symptom, const char *object, const char *value)
{
	return (struct kz_words){.symptom = symptom,
		.domain = "example1.jp",
		.object = object,
		.value = value,
		.first_s = MONDAY,
		.newest_s = MONDAY + 20 * DAY_S,
		.count = 21};
}

static void
evidence_is_told_in_both_languages(void **state)
{
	struct kz_evidence evidence = kz_evidence_make();
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, MONDAY);
	struct kz_evidence_row row = {.symptom = KZ_SYM_MX_BEST_DEAD,
		.object = "example1.jp",
		.evidence = &evidence};
	struct kz_words words;

	(void)state;
	rest_on(&finding, KZ_NET_SMTP25_V4, "10.224.31.110");
	rest_on(&finding, KZ_NET_SMTP25_V6, "2001:db8:268:810::110");
	for (int i = 0; i <= 20; i++) {
		finding.when_s = MONDAY + i * DAY_S;
		(void)kz_evidence_add(&evidence, &finding, &rules[KZ_CLASS_N],
			finding.when_s);
	}
	words = kz_words_of_evidence("example1.jp", &row);
	assert_string_equal(sentence(&words, KZ_LANGUAGE_EN),
		"The highest-priority mail exchanger of example1.jp, "
		"ishtar.example1.jp [10.224.31.110], has not answered on port "
		"25 since 2020-02-03 (21 attempts over 20 days); everyone who "
		"writes to you waits for a time-out first.");
	assert_string_equal(sentence(&words, KZ_LANGUAGE_JA),
		"example1.jp の優先度が最も高いメールサーバ "
		"ishtar.example1.jp [10.224.31.110] は 2020-02-03 から 20 "
		"日間（21 回）25番ポートに応答していません。貴組織宛のメール"
		"は毎回タイムアウトを待たされています。");
	assert_string_equal(fix(&words, KZ_LANGUAGE_EN),
		"Bring ishtar.example1.jp back, or delete its MX record and "
		"raise the working one.");
	assert_string_equal(fix(&words, KZ_LANGUAGE_JA),
		"ishtar.example1.jp を復旧するか、MX レコードを削除して"
		"稼働中のサーバを最優先にしてください。");
}

static void
one_look_counts_once(void **state)
{
	struct kz_finding finding =
		finding_of(KZ_SYM_NS_DEAD, KZ_OUTCOME_BAD, MONDAY);
	struct kz_words words;

	(void)state;
	finding.subject = (struct kz_name){11, "example2.jp"};
	memcpy(finding.object, "sigw.sinet.ad.jp/10.2.2.2/53",
		sizeof("sigw.sinet.ad.jp/10.2.2.2/53"));
	words = kz_words_of_finding(&finding);
	assert_string_equal(sentence(&words, KZ_LANGUAGE_EN),
		"sigw.sinet.ad.jp, a published name server of example2.jp, "
		"has not answered since 2020-02-03 (1 attempts). It seems "
		"retired.");
}

/* Where each symptom finds its host, address, values and dates. */
static void
each_placeholder_has_its_source(void **state)
{
	static const struct {
		enum kz_symptom symptom;
		const char *object, *value, *sentence;
	} rows[] = {
		{KZ_SYM_DNS_SOA_SPLIT, "example1.jp", "ns.a | ns.b",
			"The name servers of example1.jp disagree on who is "
			"in charge: ns.a versus ns.b."},
		{KZ_SYM_DNS_SOA_SPLIT, "example1.jp", "ns.a",
			"The name servers of example1.jp disagree on who is "
			"in charge: ns.a versus ?."},
		{KZ_SYM_ADDR_PRIVATE_PUBLISHED, "tokkyo.example3.jp",
			"192.168.110.109",
			"tokkyo.example3.jp is published with the private "
			"address 192.168.110.109, which shows your inner "
			"network to everybody."},
		{KZ_SYM_DNS_SHADOW_AUTHORITY, "10.158.129.144",
			"dns3.example4.com info.example4.co.jp",
			"A second, different copy of the zone example1.jp is "
			"served at 10.158.129.144 (SOA dns3.example4.com "
			"info.example4.co.jp); mail sent from inside that "
			"provider may go astray."},
		{KZ_SYM_MX_FAMILY_DEAD, "mx.example1.jp/2001:db8::1/25", "",
			"mx.example1.jp publishes 2001:db8::1, but that "
			"address has not accepted mail since 2020-02-03; only "
			"the other IP version works."},
		{KZ_SYM_REG_CONTACT_GONE, "RT0040JP", "",
			"The contact RT0040JP registered for example1.jp no "
			"longer exists in the registry."},
		{KZ_SYM_REG_EXPIRED, "example1.jp", "1582934400",
			"The registration of example1.jp expired on "
			"2020-02-29."},
		{KZ_SYM_REG_NET_STALE, "10.224.31.96/28",
			"2017/06/29 17:02:05 (JST)",
			"The registration of 10.224.31.96/28 was last changed "
			"on 2017/06/29 17:02:05 (JST); please check whether "
			"the contacts are still right."},
		{KZ_SYM_NS_EFFECTIVELY_SINGLE, "example1.jp", "",
			"example1.jp lists several name servers but only ? "
			"works; when it stops, your domain disappears."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_words words = words_of(
			rows[i].symptom, rows[i].object, rows[i].value);

		assert_string_equal(
			sentence(&words, KZ_LANGUAGE_EN), rows[i].sentence);
	}
}

static void
no_placeholder_stays_unfilled(void **state)
{
	(void)state;
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		struct kz_words words = words_of(
			(enum kz_symptom)i, "host.example1.jp", "a | b");

		for (int j = KZ_LANGUAGE_EN; j <= KZ_LANGUAGE_JA; j++) {
			enum kz_language language = (enum kz_language)j;

			assert_null(strchr(sentence(&words, language), '{'));
			assert_null(strchr(fix(&words, language), '{'));
			assert_null(strchr(sentence(&words, language), '}'));
		}
	}
}

static void
foreign_text_is_tamed(void **state)
{
	struct kz_words words = words_of(KZ_SYM_REG_SUSPENDED, "example1.jp",
		"a\r\nb\\\x1b[2J\xe6\xb0\x97{domain}");
	char longest[KZ_VALUE_MAX + 1] = "";

	(void)state;
	assert_string_equal(sentence(&words, KZ_LANGUAGE_EN),
		"example1.jp is in state \"a\\x0d\\x0ab\\x5c\\x1b[2J"
		"\\xe6\\xb0\\x97{domain}\".");
	/* 255 octets of each word, and the buffer is enough for all. */
	memset(longest, '\n', KZ_VALUE_MAX);
	words = words_of(KZ_SYM_DELEG_NS_MISMATCH, longest, longest);
	words.domain = longest;
	assert_true(strlen(sentence(&words, KZ_LANGUAGE_JA)) <
		KZ_SENTENCE_MAX + 4 * 255);
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		words.symptom = (enum kz_symptom)i;
		(void)sentence(&words, KZ_LANGUAGE_EN);
		(void)sentence(&words, KZ_LANGUAGE_JA);
	}
}

static void
what_does_not_fit_is_marked(void **state)
{
	struct kz_words words =
		words_of(KZ_SYM_MX_BEST_DEAD, "example1.jp", "x");
	char small[60];
	struct kz_text text = kz_text_make(small, sizeof(small));

	(void)state;
	kz_words_sentence(&words, KZ_LANGUAGE_JA, &text);
	assert_true(text.cut);
	assert_true(strlen(small) < sizeof(small));
}

static void
days_are_those_of_the_calendar(void **state)
{
	static const struct {
		int64_t when_s;
		const char *day;
	} rows[] = {
		{0, "1970-01-01"},
		{86399, "1970-01-01"},
		{86400, "1970-01-02"},
		{INT64_C(951782399), "2000-02-28"},
		{INT64_C(951782400), "2000-02-29"},
		{INT64_C(951868800), "2000-03-01"},
		{INT64_C(1582934399), "2020-02-28"},
		{INT64_C(1582934400), "2020-02-29"},
		{INT64_C(1609459199), "2020-12-31"},
		{INT64_C(1609459200), "2021-01-01"},
		{INT64_C(4107542399), "2100-02-28"},
		{INT64_C(4107542400), "2100-03-01"},
		{INT64_C(253402300799), "9999-12-31"},
		{-1, "?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_text text = kz_text_make(buffer, sizeof(buffer));

		kz_words_day(rows[i].when_s, &text);
		assert_string_equal(buffer, rows[i].day);
	}
}

static void
two_languages_are_spoken(void **state)
{
	enum kz_language language = KZ_LANGUAGE_EN;

	(void)state;
	assert_int_equal(kz_language_find(KZ_STR("ja"), &language), KZ_OK);
	assert_int_equal(language, KZ_LANGUAGE_JA);
	assert_int_equal(kz_language_find(KZ_STR("en"), &language), KZ_OK);
	assert_int_equal(language, KZ_LANGUAGE_EN);
	assert_int_equal(
		kz_language_find(KZ_STR("de"), &language), KZ_NOT_FOUND);
}

static void
our_own_words_are_told_in_the_language_of_the_sentence(void **state)
{
	struct kz_words words = words_of(KZ_SYM_MTA_STS_BROKEN, "example1.jp",
		"its policy cannot be fetched");

	(void)state;
	assert_string_equal(sentence(&words, KZ_LANGUAGE_EN),
		"example1.jp demands MTA-STS, but its policy cannot be "
		"fetched.");
	assert_string_equal(sentence(&words, KZ_LANGUAGE_JA),
		"example1.jp は MTA-STS を宣言していますが、ポリシーを取得でき"
		"ません。");
	words = words_of(KZ_SYM_NS_LAME, "ns.example1.jp", "not authoritative");
	assert_string_equal(sentence(&words, KZ_LANGUAGE_JA),
		"ns.example1.jp は example1.jp のネームサーバとして公開されてい"
		"ますが、ゾーンを提供していません（権威のない応答）。");
	/* Codes and names stay as they are. */
	words.value = "refused";
	assert_non_null(
		strstr(sentence(&words, KZ_LANGUAGE_JA), "（refused）"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_is_told_in_both_languages),
		cmocka_unit_test(one_look_counts_once),
		cmocka_unit_test(each_placeholder_has_its_source),
		cmocka_unit_test(no_placeholder_stays_unfilled),
		cmocka_unit_test(foreign_text_is_tamed),
		cmocka_unit_test(what_does_not_fit_is_marked),
		cmocka_unit_test(days_are_those_of_the_calendar),
		cmocka_unit_test(two_languages_are_spoken),
		cmocka_unit_test(
			our_own_words_are_told_in_the_language_of_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

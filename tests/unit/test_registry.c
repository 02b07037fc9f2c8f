/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/registry.h"
#include "kizuki/front/rdap.h"
#include "kizuki/io/charset.h"

static struct kz_registry_answer answer;
static char file[KZ_RDAP_TEXT_MAX];

static struct kz_str
load(const char *name)
{
	char path[128];
	FILE *in;
	size_t len;

	(void)snprintf(path, sizeof(path), "tests/lab/whois/%s", name);
	in = fopen(path, "r");
	if (in == NULL)
		fail_msg("%s cannot be read", path);
	len = fread(file, 1, sizeof(file), in);
	(void)fclose(in);
	return (struct kz_str){file, len};
}

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static void
read_whois(struct kz_str text, const char *addr_text)
{
	static char utf8[KZ_REGISTRY_TEXT_MAX];
	struct kz_charset *charset = NULL;
	struct kz_addr addr;
	size_t len;

	assert_int_equal(kz_charset_open(&charset), KZ_OK);
	len = kz_charset_utf8(charset, text, utf8, sizeof(utf8));
	kz_charset_close(&charset);
	if (addr_text != NULL)
		assert_int_equal(kz_addr_parse(str(addr_text), &addr), KZ_OK);
	kz_registry_read((struct kz_str){utf8, len},
		addr_text != NULL ? &addr : NULL, &answer);
}

static void
read_text(const char *text)
{
	kz_registry_read(str(text), NULL, &answer);
}

static void
read_json(struct kz_str text)
{
	assert_int_equal(kz_rdap_read(text, &answer), KZ_OK);
}

static void
assert_date(const struct kz_registry_date *date, const char *wanted)
{
	char buffer[40];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_registry_day(date, &text);
	assert_string_equal(buffer, wanted);
}

static void
assert_contact(size_t at, const char *handle, unsigned roles, const char *mail)
{
	assert_true(at < answer.contact_count);
	assert_string_equal(answer.contacts[at].handle, handle);
	assert_int_equal(answer.contacts[at].roles, roles);
	assert_string_equal(answer.contacts[at].mail.text, mail);
}

static void
assert_range(const char *wanted)
{
	char buffer[2 * KZ_ADDR_TEXT_SIZE];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	assert_int_equal(answer.kind, KZ_REGISTRY_NETWORK);
	kz_registry_range(&answer, &text);
	assert_string_equal(buffer, wanted);
}

static void
assert_figure_8(void)
{
	assert_int_equal(answer.outcome, KZ_REGISTRY_FOUND);
	assert_int_equal(answer.kind, KZ_REGISTRY_DOMAIN);
	assert_string_equal(answer.domain.text, "example2.jp");
	assert_int_equal(answer.state_count, 1);
	assert_string_equal(answer.states[0], "Connected");
	assert_int_equal(answer.server_count, 1);
	assert_string_equal(answer.servers[0].text, "w03.example2.jp");
	assert_int_equal(answer.contact_count, 1);
	assert_contact(0, "RT0040JP", KZ_REGISTRY_ADMIN | KZ_REGISTRY_TECH, "");
	assert_date(&answer.expires, "2020-11-30");
	assert_date(&answer.created, "2009-11-18");
	assert_date(&answer.updated, "2019-12-01T01:11:07+09:00");
	assert_true(answer.updated_by_rule);
	assert_false(answer.cut);
}

static void
figure_8_is_read_in_japanese_and_in_english(void **state)
{
	(void)state;
	read_whois(load("example2.jp"), NULL);
	assert_figure_8();
	read_whois(load("example2.jp_e"), NULL);
	assert_figure_8();
}

static void
figures_9_and_10_are_read(void **state)
{
	(void)state;
	read_whois(load("10.224.31.96"), "10.224.31.98");
	assert_range("10.224.31.96/28");
	assert_contact(0, "RT030JP", KZ_REGISTRY_ADMIN | KZ_REGISTRY_TECH, "");
	assert_date(&answer.created, "1998-08-24");
	assert_date(&answer.updated, "2017-06-29T17:02:05+09:00");
	assert_false(answer.updated_by_rule);
	read_whois(load("JP00000000"), NULL);
	assert_int_equal(answer.kind, KZ_REGISTRY_HANDLE);
	assert_string_equal(answer.phone, "0ABC-DE-2617");
	assert_date(&answer.updated, "2017-01-17T12:11:06+09:00");
	/* A person's record has letters, and a spelling of its own. */
	read_text("a. [JPNICハンドル]              RT0040JP\n"
		  "d. [電子メイル]                 rt@example1.jp\n"
		  "o. [電話番号]                   0ABC-DE-2617\n");
	assert_string_equal(answer.handle, "RT0040JP");
	assert_contact(0, "", KZ_REGISTRY_OTHER, "example1.jp");
	assert_string_equal(answer.phone, "0ABC-DE-2617");
}

static void
general_use_names_have_no_letters(void **state)
{
	(void)state;
	read_whois(load("example.jp"), NULL);
	assert_string_equal(answer.domain.text, "example.jp");
	assert_int_equal(answer.state_count, 1);
	assert_string_equal(answer.states[0], "To be suspended");
	assert_int_equal(answer.server_count, 2);
	assert_string_equal(answer.servers[1].text, "ns2.example.jp");
	assert_date(&answer.expires, "2026-08-31");
	assert_true(answer.updated_by_rule);
	assert_contact(0, "", KZ_REGISTRY_OTHER, "mail.example.jp");
}

/* Of several the smallest that holds the address; others' are left out. */
static void
of_networks_the_smallest_that_holds_the_address_counts(void **state)
{
	(void)state;
	read_whois(load("10.1.0.0"), "10.1.2.5");
	assert_range("10.1.2.0/25");
	assert_int_equal(answer.contact_count, 2);
	assert_contact(0, "BB002JP", KZ_REGISTRY_ADMIN | KZ_REGISTRY_TECH, "");
	assert_contact(1, "JP00000001", KZ_REGISTRY_TECH, "");
	read_whois(load("10.1.0.0"), "10.1.9.9");
	assert_range("10.1.0.0/16");
	assert_contact(0, "AA001JP", KZ_REGISTRY_ADMIN | KZ_REGISTRY_TECH, "");
	read_whois(load("10.1.0.0"), NULL);
	assert_range("10.1.2.0/25");
	read_text("[Network Number] 10.0.0.1 - 10.0.0.9\n");
	assert_range("10.0.0.1-10.0.0.9");
	read_text("[Network Number] 2001:db8::/32\n");
	assert_range("2001:db8::/32");
}

static void
icann_text_is_read_up_to_its_end(void **state)
{
	(void)state;
	read_whois(load("example.net.icann"), NULL);
	assert_string_equal(answer.domain.text, "example.net");
	assert_int_equal(answer.state_count, 2);
	assert_string_equal(answer.states[0], "client hold");
	assert_int_equal(answer.server_count, 2);
	assert_string_equal(answer.servers[0].text, "ns1.example.net");
	assert_int_equal(answer.contact_count, 1);
	assert_contact(0, "", KZ_REGISTRY_REGISTRANT | KZ_REGISTRY_TECH,
		"example.net");
	assert_date(&answer.expires, "2027-08-30T04:00:00Z");
	assert_true(answer.redacted);
}

static void
rdap_is_read(void **state)
{
	(void)state;
	read_json(load("example.net.json"));
	assert_int_equal(answer.outcome, KZ_REGISTRY_FOUND);
	assert_string_equal(answer.domain.text, "example.net");
	assert_int_equal(answer.state_count, 2);
	assert_string_equal(answer.states[0], "client hold");
	assert_int_equal(answer.server_count, 2);
	assert_string_equal(answer.servers[1].text, "ns2.example.net");
	assert_int_equal(answer.contact_count, 1);
	assert_contact(0, "EX-1", KZ_REGISTRY_REGISTRANT | KZ_REGISTRY_TECH,
		"example.net");
	assert_string_equal(
		answer.contacts[0].link, "https://rdap.example/entity/EX-1");
	assert_date(&answer.updated, "2026-01-14T10:53:57+03:00");
	assert_date(&answer.expires, "2027-08-30T04:00:00Z");
	assert_false(answer.updated_by_rule);
	read_json(load("192.0.2.0.json"));
	assert_range("192.0.2.0/24");
	assert_contact(0, "EX1-ARIN", KZ_REGISTRY_ADMIN, "");
	read_json(str("{\"objectClassName\":\"entity\",\"handle\":\"EX-1\","
		      "\"vcardArray\":[\"vcard\",[[\"email\",{},\"text\","
		      "\"joe@example.net\"]]],\"roles\":[\"registrant\"]}"));
	assert_int_equal(answer.kind, KZ_REGISTRY_HANDLE);
	assert_string_equal(answer.handle, "EX-1");
	assert_contact(0, "", KZ_REGISTRY_OTHER, "example.net");
	read_json(str("{\"errorCode\":404,\"title\":\"Not Found\"}"));
	assert_int_equal(answer.outcome, KZ_REGISTRY_MISSING);
	read_json(str("{\"errorCode\":429}"));
	assert_int_equal(answer.outcome, KZ_REGISTRY_REFUSED);
	read_json(str("{}"));
	assert_int_equal(answer.outcome, KZ_REGISTRY_UNCLEAR);
	read_json(str("[1"));
	assert_int_equal(answer.outcome, KZ_REGISTRY_UNCLEAR);
}

/* Twenty levels, and no more; brackets within strings are none. */
static void
rdap_is_bounded(void **state)
{
	char deep[256];
	int len;

	(void)state;
	for (int levels = 19; levels <= 20; levels++) {
		len = snprintf(deep, sizeof(deep),
			"{\"objectClassName\":\"domain\",\"ldhName\":\"a.jp\","
			"\"x\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[\",\"y\":%.*s%.*s}",
			levels, "[[[[[[[[[[[[[[[[[[[[[[[", levels,
			"]]]]]]]]]]]]]]]]]]]]]]]");
		read_json((struct kz_str){deep, (size_t)len});
		assert_int_equal(answer.outcome,
			levels == 19 ? KZ_REGISTRY_FOUND : KZ_REGISTRY_UNCLEAR);
	}
	memset(file, ' ', sizeof(file));
	read_json((struct kz_str){file, sizeof(file)});
	assert_int_equal(answer.outcome, KZ_REGISTRY_UNCLEAR);
}

static void
what_is_no_record_is_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum kz_registry_outcome outcome;
	} rows[] = {
		{"[ banner ]\r\n\r\nNo match!!\r\n", KZ_REGISTRY_MISSING},
		{"No match for \"NOTHING.NET\".\r\n", KZ_REGISTRY_MISSING},
		{"NOT FOUND\n", KZ_REGISTRY_MISSING},
		{"This domain name has not been registered.\n",
			KZ_REGISTRY_MISSING},
		{"", KZ_REGISTRY_REFUSED},
		{" \r\n\r\n", KZ_REGISTRY_REFUSED},
		{"WHOIS LIMIT EXCEEDED - try later\n", KZ_REGISTRY_REFUSED},
		{"Too many queries\n", KZ_REGISTRY_REFUSED},
		{"hello\n", KZ_REGISTRY_UNCLEAR},
		{"[State] Connected\n", KZ_REGISTRY_UNCLEAR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_text(rows[i].text);
		assert_int_equal(answer.outcome, rows[i].outcome);
	}
}

static void
only_the_first_hours_of_a_month_in_japan_are_the_registry_s_own(void **state)
{
	static const struct {
		const char *when;
		bool rule;
	} rows[] = {
		{"2019/12/01 00:00:00 (JST)", true},
		{"2019/12/01 03:59:59 (JST)", true},
		{"2019/12/01 04:00:00 (JST)", false},
		{"2019/11/30 23:59:59 (JST)", false},
		{"2019/12/02 01:11:07 (JST)", false},
		{"2019/12/01", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text),
			"[Domain Name] A.JP\n[Last Update] %s\n", rows[i].when);
		read_text(text);
		assert_int_equal(answer.updated_by_rule, rows[i].rule);
	}
	/* Networks have no such rule: somebody touched them. */
	read_text("[Network Number] 10.0.0.0/8\n"
		  "[Last Update] 2019/12/01 01:00:00(JST)\n");
	assert_false(answer.updated_by_rule);
}

static void
dates_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		int64_t when_s; /* 0: refused */
	} rows[] = {
		{"2020/11/30", 1606662000},
		{"2020/02/29", 1582902000},
		{"2019/02/29", 0},
		{"2100/02/29", 0},
		{"2000-02-29", 951782400},
		{"2020/13/01", 0},
		{"2020/00/01", 0},
		{"2020/01/32", 0},
		{"2020/1/1", 0},
		{"1969/12/31", 0},
		{"1970/01/01", 0},
		{"9999-12-31T23:59:59Z", 253402300799},
		{"2020-11-30T24:00:00Z", 0},
		{"2020-11-30T10:00", 0},
		{"2020-11-30T03:00:00+03:00", 1606694400},
		{"2020-11-29T19:00:00.999-0500", 1606694400},
		{"2020-11-30T00:00:00+15:00", 0},
		{"", 0},
		{"soon", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_registry_date date = {.when_s = 0};
		enum kz_result result =
			kz_registry_date_parse(str(rows[i].text), &date);

		assert_int_equal(date.when_s, rows[i].when_s);
		assert_int_equal(
			result, rows[i].when_s != 0 ? KZ_OK : KZ_EFORMAT);
	}
}

/* Whatever is kept is printable ASCII, and no more than there is room for. */
static void
hostile_text_is_bounded_and_clean(void **state)
{
	char text[8192];
	struct kz_text out = kz_text_make(text, sizeof(text));

	(void)state;
	kz_text_word(&out,
		"[Domain Name] A.JP\n[Status] bad\x1b[2J\xff\x01\n"
		"m. [Administrative Contact] <script>\n"
		"n. [Technical Contact] \x1b]0;x\n"
		"[Email] x@\x1b[2J\n");
	for (int i = 0; i < 40; i++) {
		char line[128];

		(void)snprintf(line, sizeof(line),
			"[Name Server] ns%d.a.jp\n[State] s%d\n"
			"n. [Technical Contact] H%d\n",
			i, i, i);
		kz_text_word(&out, line);
	}
	kz_registry_read((struct kz_str){text, out.used}, NULL, &answer);
	assert_int_equal(answer.outcome, KZ_REGISTRY_FOUND);
	assert_true(answer.cut);
	assert_int_equal(answer.server_count, KZ_REGISTRY_SERVERS);
	assert_int_equal(answer.state_count, KZ_REGISTRY_STATES);
	assert_int_equal(answer.contact_count, KZ_REGISTRY_CONTACTS);
	assert_string_equal(answer.states[0], "bad?[2j??");
	assert_string_equal(answer.contacts[0].handle, "H0");
}

/* Saved answers come in whatever the terminal or the server had. */
static void
the_encoding_shows_in_the_text_itself(void **state)
{
	/* "[Domain Name]" and "[Status]" in Japanese, and a NUL. */
	static const char euc[] =
		"[\245\311\245\341\245\244\245\363\314\276] EXAMPLE2.JP\n"
		"[\276\365\302\326] Connected\0 (2020/11/30)\n";
	static const char shift[] =
		"[\203\150\203\201\203\103\203\223\226\274] EXAMPLE2.JP\n"
		"[\217\363\221\324] Connected (2020/11/30)\n";
	static const char latin[] =
		"Registrant Name: Jos\351\nDomain Name: example2.jp\n"
		"Domain Status: Connected\nName Server: ns.example2.jp\n";

	(void)state;
	read_whois((struct kz_str){euc, sizeof(euc) - 1}, NULL);
	assert_string_equal(answer.domain.text, "example2.jp");
	assert_string_equal(answer.states[0], "Connected");
	assert_date(&answer.expires, "2020-11-30");
	read_whois(str(shift), NULL);
	assert_string_equal(answer.domain.text, "example2.jp");
	assert_string_equal(answer.states[0], "Connected");
	read_whois(str(latin), NULL);
	assert_string_equal(answer.domain.text, "example2.jp");
	assert_string_equal(answer.states[0], "Connected");
	assert_int_equal(answer.server_count, 1);
}

/* A letter cut in half, an unknown escape, a row without end. */
static void
broken_japanese_does_no_harm(void **state)
{
	static const char *const texts[] = {"\033$B", "\033$B\x30", "\033",
		"\033(Z[Domain Name] A.JP\n", "\033$B\xff\xff\xff\xff",
		"a\033$B$\"\033(B[Domain Name]"};
	struct kz_charset *charset = NULL;
	char out[8];

	(void)state;
	assert_int_equal(kz_charset_open(&charset), KZ_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t size = 0; size <= sizeof(out); size++)
			assert_true(kz_charset_utf8(charset, str(texts[i]), out,
					    size) <= size);
	}
	assert_int_equal(kz_charset_utf8(charset, str("\033$B$\"\033(Bx"), out,
				 sizeof(out)),
		4);
	assert_memory_equal(out, "\343\201\202x", 4);
	kz_charset_close(&charset);
	kz_charset_close(&charset);
}

static void
iana_names_the_server_of_a_top_level_domain(void **state)
{
	static const struct {
		const char *text, *server;
	} rows[] = {
		{"% IANA WHOIS server\n\nrefer:        whois.nic.test\r\n\n"
		 "domain:       TEST\nwhois:        whois.other.test\n",
			"whois.nic.test"},
		{"domain: TEST\n  WHOIS:\tWhois.Nic.Test.", "whois.nic.test"},
		{"domain: TEST\nwhois:\nstatus: ACTIVE\n", ""},
		{"whois: nic\nwhois: a..b\nwhois: -\xff\n", ""},
		{"remarks: whois: whois.nic.test\n", ""},
		{"", ""},
		{"whois", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kz_registry_referral(
			(struct kz_str){rows[i].text, strlen(rows[i].text)},
			&answer);
		assert_string_equal(answer.server, rows[i].server);
		assert_int_equal(answer.outcome,
			rows[i].server[0] != '\0' ? KZ_REGISTRY_FOUND
						  : KZ_REGISTRY_UNCLEAR);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iana_names_the_server_of_a_top_level_domain),
		cmocka_unit_test(figure_8_is_read_in_japanese_and_in_english),
		cmocka_unit_test(figures_9_and_10_are_read),
		cmocka_unit_test(general_use_names_have_no_letters),
		cmocka_unit_test(
			of_networks_the_smallest_that_holds_the_address_counts),
		cmocka_unit_test(icann_text_is_read_up_to_its_end),
		cmocka_unit_test(rdap_is_read),
		cmocka_unit_test(rdap_is_bounded),
		cmocka_unit_test(what_is_no_record_is_told_apart),
		cmocka_unit_test(
			only_the_first_hours_of_a_month_in_japan_are_the_registry_s_own),
		cmocka_unit_test(dates_are_read_strictly),
		cmocka_unit_test(hostile_text_is_bounded_and_clean),
		cmocka_unit_test(broken_japanese_does_no_harm),
		cmocka_unit_test(the_encoding_shows_in_the_text_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/base: addresses, names, text; names say the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/text.h"
#include "name_kit.h"

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static const struct {
	const char *text;
	bool special; /* in production */
	bool paper;   /* with the paper's numbering */
} addresses[] = {
	{"10.224.31.110", true, false},
	{"192.168.110.109", true, true},
	{"8.8.8.8", false, false},
	{"127.0.0.1", true, true},
	{"0.0.0.0", true, true},
	{"100.64.0.1", true, true},
	{"100.128.0.1", false, false},
	{"172.31.255.255", true, true},
	{"172.32.0.0", false, false},
	{"192.0.3.0", false, false},
	{"223.255.255.255", false, false},
	{"224.0.0.1", true, true},
	{"255.255.255.255", true, true},
	{"2001:db8:268:810::110", true, false},
	{"2001:200::1", false, false},
	{"2001:1ff::1", true, true},
	{"2002::1", true, true},
	{"3fff:fff::1", true, true},
	{"3fff:1000::1", false, false},
	{"::1", true, true},
	{"::", true, true},
	{"fe80::1", true, true},
	{"fd00::1", true, true},
	{"64:ff9b::a00:1", true, true},
	{"::ffff:10.0.0.1", true, false},
	{"::ffff:8.8.8.8", false, false},
};

static void
special_addresses_are_those_of_the_registries(void **state)
{
	struct kz_net global[2], private[2];
	const struct kz_addr_scope none = {{NULL, 0}, {NULL, 0}};
	const struct kz_addr_scope paper = {{global, 2}, {private, 2}};

	(void)state;
	assert_int_equal(kz_net_parse(str("10.0.0.0/8"), &global[0]), KZ_OK);
	assert_int_equal(kz_net_parse(str("2001:db8::/32"), &global[1]), KZ_OK);
	assert_int_equal(
		kz_net_parse(str("192.168.0.0/16"), &private[0]), KZ_OK);
	assert_int_equal(kz_net_parse(str("fc00::/7"), &private[1]), KZ_OK);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct kz_addr addr;

		print_message("  %s\n", addresses[i].text);
		assert_int_equal(
			kz_addr_parse(str(addresses[i].text), &addr), KZ_OK);
		assert_int_equal(
			kz_addr_special(&addr, &none), addresses[i].special);
		assert_int_equal(
			kz_addr_special(&addr, &paper), addresses[i].paper);
	}
}

static void
what_is_no_address_or_network_is_refused(void **state)
{
	static const char *const bad[] = {"", "10.0.0", "10.0.0.256", "::g",
		"1::2::3", "10.0.0.1 ", "[::1]", "fe80::1%eth0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999", "example1.jp"};
	static const char *const bad_nets[] = {"10.0.0.1/8", "10.0.0.0/33",
		"10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8",
		"10.0.0.0/0x8", "/8"};
	struct kz_addr addr;
	struct kz_net net;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kz_addr_parse(str(bad[i]), &addr), KZ_EINVAL);
	for (size_t i = 0; i < sizeof(bad_nets) / sizeof(bad_nets[0]); i++)
		assert_int_equal(
			kz_net_parse(str(bad_nets[i]), &net), KZ_EINVAL);
	assert_int_equal(kz_addr_parse(KZ_STR("10.0.0.1\0"), &addr), KZ_EINVAL);
}

static void
networks_hold_their_addresses_alone(void **state)
{
	char text[KZ_ADDR_TEXT_SIZE];
	struct kz_addr addr, other;
	struct kz_net net;

	(void)state;
	assert_int_equal(kz_addr_parse(str("10.20.31.255"), &addr), KZ_OK);
	net = kz_net_of(&addr, 24, 48);
	assert_string_equal(kz_net_format(&net, text), "10.20.31.0/24");
	assert_true(kz_net_has(&net, &addr));
	assert_int_equal(kz_addr_parse(str("10.20.32.0"), &other), KZ_OK);
	assert_false(kz_net_has(&net, &other));
	net = kz_net_of(&addr, 12, 48);
	assert_string_equal(kz_net_format(&net, text), "10.16.0.0/12");
	assert_true(kz_net_has(&net, &addr));
	assert_int_equal(kz_addr_parse(str("2001:db8:1::5"), &other), KZ_OK);
	assert_false(kz_net_has(&net, &other));
	net = kz_net_of(&other, 24, 48);
	assert_string_equal(kz_net_format(&net, text), "2001:db8:1::/48");
}

static void
names_are_checked_and_folded_once(void **state)
{
	char longest[256];
	struct kz_name name;

	(void)state;
	assert_int_equal(kz_name_parse(str("EXAMPLE1.jp."), &name), KZ_OK);
	assert_string_equal(name.text, "example1.jp");
	assert_int_equal(kz_name_parse(str("."), &name), KZ_OK);
	assert_int_equal(name.len, 0);
	assert_int_equal(kz_name_parse(str("_25._tcp.x.jp"), &name), KZ_OK);
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 64 == 63 ? '.' : 'a';
	assert_int_equal(
		kz_name_parse((struct kz_str){longest, 253}, &name), KZ_OK);
	assert_int_equal(
		kz_name_parse((struct kz_str){longest, 254}, &name), KZ_EINVAL);
	longest[63] = 'a';
	assert_int_equal(
		kz_name_parse((struct kz_str){longest, 64}, &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str(""), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str(".."), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str("a..b"), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str(".a"), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str("a b.jp"), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(str("b\xc3\xbc.jp"), &name), KZ_EINVAL);
	assert_int_equal(kz_name_parse(KZ_STR("a\0b"), &name), KZ_EINVAL);
}

static void
names_stand_above_and_below_each_other(void **state)
{
	struct kz_name zone = kit_name("example1.jp");
	struct kz_name host = kit_name("ishtar.example1.jp");
	struct kz_name other = kit_name("notexample1.jp");
	struct kz_name root = kit_name(".");
	struct kz_name made;

	(void)state;
	assert_true(kz_name_within(&host, &zone));
	assert_true(kz_name_within(&zone, &zone));
	assert_true(kz_name_within(&zone, &root));
	assert_false(kz_name_within(&zone, &host));
	assert_false(kz_name_within(&other, &zone));
	made = kz_name_parent(&host);
	assert_true(kz_name_equal(&made, &zone));
	made = kz_name_parent(&made);
	made = kz_name_parent(&made);
	assert_true(kz_name_equal(&made, &root));
	assert_int_equal(kz_name_labels(&host), 3);
	assert_int_equal(kz_name_labels(&root), 0);
	made = kz_name_reversed(&host);
	assert_string_equal(made.text, "jp.example1.ishtar");
	made = kz_name_reversed(&made);
	assert_true(kz_name_equal(&made, &host));
	made = kz_name_reversed(&root);
	assert_int_equal(made.len, 0);
}

static void
text_is_bounded_and_clean(void **state)
{
	char buffer[34];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	(void)state;
	kz_text_pair(&text, "helo", KZ_STR("a b\r\n=\\"));
	assert_string_equal(buffer, " helo=a\\x20b\\x0d\\x0a\\x3d\\x5c");
	kz_text_number(&text, 123456);
	assert_true(text.cut);
	assert_string_equal(buffer, " helo=a\\x20b\\x0d\\x0a\\x3d\\x5c");
	text = kz_text_make(buffer, sizeof(buffer));
	kz_text_number(&text, INT64_MIN);
	kz_text_number(&text, 0);
	assert_string_equal(buffer, "-92233720368547758080");
	text = kz_text_make(buffer, sizeof(buffer));
	kz_text_foreign(&text,
		KZ_STR("ab\xff"
		       "c"),
		5);
	assert_string_equal(buffer, "ab");
	kz_text_pair(&text, "x", KZ_STR(""));
	kz_text_pair_number(&text, "n", -5);
	assert_string_equal(buffer, "ab x=- n=-5");
}

static void
foreign_text_fills_what_room_there_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t size, limit;
		const char *text;
		bool cut;
	} cases[] = {
		{"abcdef", 7, 10, "abcdef", false},
		{"abcdef", 6, 10, "abcde", true},
		{"abcdef", 1, 10, "", true},
		{"abcdef", 7, 3, "abc", false},
		{"abcdef", 7, 0, "", false},
		{"ab\x01", 7, 6, "ab\\x01", false},
		{"ab\x01", 7, 5, "ab", false},
		{"ab\x01", 6, 6, "ab", true},
		{"ab\x01"
		 "cd",
			9, 9, "ab\\x01cd", false},
		{"ab\x01"
		 "cd",
			8, 9, "ab\\x01c", true},
		{"\x01\x02", 9, 9, "\\x01\\x02", false},
		{"\x01\x02", 8, 9, "\\x01", true},
		{"", 2, 9, "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buffer[16];
		struct kz_text text = kz_text_make(buffer, cases[i].size);

		kz_text_foreign(&text, str(cases[i].bytes), cases[i].limit);
		assert_string_equal(buffer, cases[i].text);
		assert_int_equal(text.cut, cases[i].cut);
		assert_int_equal(text.used, strlen(cases[i].text));
	}
}

static void
addresses_are_written_as_they_are_known(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "9.10.99.100", "255.200.1.0", "2001:db8::1", "::"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[KZ_ADDR_TEXT_SIZE];
		struct kz_addr addr;

		assert_int_equal(kz_addr_parse(str(texts[i]), &addr), KZ_OK);
		assert_string_equal(kz_addr_format(&addr, text), texts[i]);
	}
	assert_string_equal(
		kz_addr_format(&(struct kz_addr){.family = KZ_ADDR_NONE},
			(char[KZ_ADDR_TEXT_SIZE]){0}),
		"none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_addresses_are_those_of_the_registries),
		cmocka_unit_test(what_is_no_address_or_network_is_refused),
		cmocka_unit_test(networks_hold_their_addresses_alone),
		cmocka_unit_test(names_are_checked_and_folded_once),
		cmocka_unit_test(names_stand_above_and_below_each_other),
		cmocka_unit_test(text_is_bounded_and_clean),
		cmocka_unit_test(foreign_text_fills_what_room_there_is),
		cmocka_unit_test(addresses_are_written_as_they_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "kizuki/io/dnsmsg.h"
#include "name_kit.h"

static void
push_lines(ldns_pkt *packet, ldns_pkt_section section, const char *const *lines)
{
	for (; lines != NULL && *lines != NULL; lines++) {
		ldns_rr *record = NULL;

		assert_int_equal(
			ldns_rr_new_frm_str(&record, *lines, 0, NULL, NULL),
			LDNS_STATUS_OK);
		assert_true(ldns_pkt_push_rr(packet, section, record));
	}
}

/* A packet from zone file lines, each list ending with NULL; caller frees. */
static uint8_t *
make_packet(const char *const *answer, const char *const *authority,
	const char *const *additional, size_t *len)
{
	ldns_pkt *packet = NULL;
	uint8_t *wire = NULL;

	assert_int_equal(ldns_pkt_query_new_frm_str(&packet, "example1.jp",
				 LDNS_RR_TYPE_MX, LDNS_RR_CLASS_IN, 0),
		LDNS_STATUS_OK);
	push_lines(packet, LDNS_SECTION_ANSWER, answer);
	push_lines(packet, LDNS_SECTION_AUTHORITY, authority);
	push_lines(packet, LDNS_SECTION_ADDITIONAL, additional);
	assert_int_equal(ldns_pkt2wire(&wire, packet, len), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	return wire;
}

static struct kz_dnsmsg *
parse(const char *const *answer, const char *const *authority,
	const char *const *additional)
{
	struct kz_dnsmsg *message = NULL;
	size_t len;
	uint8_t *wire = make_packet(answer, authority, additional, &len);

	assert_int_equal(kz_dnsmsg_parse(wire, len, &message), KZ_OK);
	free(wire);
	return message;
}

/* RFC 5321 section 4.1.3 form; the dots part labels like any others. */
static void
an_address_in_brackets_is_told(void **state)
{
	static const char *const lines[] = {
		"a.jp. 60 IN MX 10 [10.224.31.110].",
		"a.jp. 60 IN MX 10 [IPv6:2001:db8::1].",
		"a.jp. 60 IN MX 10 [10.224.31].", "a.jp. 60 IN MX 10 [].",
		NULL};
	static const char *const literals[] = {
		"[10.224.31.110]", "[2001:db8::1]", "", ""};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);
	struct kz_name owner = kit_name("a.jp");
	struct kz_dns_mx list[4];
	bool cut = true;

	(void)state;
	assert_int_equal(kz_dnsmsg_mx(message, &owner, list, 4, &cut), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(list[i].host_odd);
		assert_string_equal(list[i].literal, literals[i]);
	}
	kz_dnsmsg_free(&message);
}

static void
mail_exchangers_are_read(void **state)
{
	static const char *const lines[] = {
		"example1.jp. 3600 IN MX 10 ishtar.EXAMPLE1.jp.",
		"example1.jp. 3600 IN MX 100 kerochan.example1.jp.",
		"example2.jp. 3600 IN MX 10 w03.example2.jp.",
		"example1.jp. 3600 CH MX 10 chaos.example1.jp.",
		"example1.jp. 60 IN MX 0 .",
		"example1.jp. 60 IN MX 20 mail\\.one.example1.jp.",
		"example1.jp. 60 IN MX 20 10.224.31.110.", NULL};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);
	struct kz_name owner = kit_name("example1.jp");
	struct kz_dns_mx list[8];
	bool cut = true;

	(void)state;
	assert_int_equal(kz_dnsmsg_mx(message, &owner, list, 8, &cut), 5);
	assert_false(cut);
	assert_int_equal(list[0].preference, 10);
	assert_string_equal(list[0].host.text, "ishtar.example1.jp");
	assert_int_equal(list[0].ttl_s, 3600);
	assert_false(list[0].host_odd);
	assert_int_equal(list[1].preference, 100);
	/* null MX and odd name: both empty, one flagged */
	assert_int_equal(list[2].host.len, 0);
	assert_false(list[2].host_odd);
	assert_true(list[3].host_odd);
	assert_string_equal(list[4].host.text, "10.224.31.110");
	assert_false(list[4].host_odd);
	assert_int_equal(kz_dnsmsg_mx(message, &owner, list, 5, &cut), 5);
	assert_false(cut);
	assert_int_equal(kz_dnsmsg_mx(message, &owner, list, 4, &cut), 4);
	assert_true(cut);
	assert_int_equal(kz_dnsmsg_mx(message, &owner, list, 0, &cut), 0);
	assert_true(cut);
	kz_dnsmsg_free(&message);
	assert_null(message);
	kz_dnsmsg_free(&message);
}

static void
a_start_of_authority_is_read(void **state)
{
	static const char *const lines[] = {
		"example1.jp. 7200 IN SOA ns.example1.jp. "
		"john\\.doe.example1.jp. 2020022893 10800 3600 2419200 900",
		NULL};
	static const char *const root[] = {
		"example2.jp. 7200 IN SOA . ro\\032ot. 4294967295 1 2 3 4",
		NULL};
	struct kz_dnsmsg *message = parse(NULL, lines, NULL);
	struct kz_dns_soa soa;

	(void)state;
	assert_int_equal(
		kz_dnsmsg_soa(message, KZ_DNS_ANSWER, &soa), KZ_NOT_FOUND);
	assert_int_equal(kz_dnsmsg_soa(message, KZ_DNS_AUTHORITY, &soa), KZ_OK);
	assert_string_equal(soa.owner.text, "example1.jp");
	assert_string_equal(soa.mname.text, "ns.example1.jp");
	assert_false(soa.mname_odd);
	assert_true(soa.rname_odd);
	assert_int_equal(soa.serial, 2020022893);
	assert_int_equal(soa.refresh_s, 10800);
	assert_int_equal(soa.retry_s, 3600);
	assert_int_equal(soa.expire_s, 2419200);
	assert_int_equal(soa.minimum_s, 900);
	assert_int_equal(soa.ttl_s, 7200);
	kz_dnsmsg_free(&message);
	message = parse(root, NULL, NULL);
	assert_int_equal(kz_dnsmsg_soa(message, KZ_DNS_ANSWER, &soa), KZ_OK);
	assert_int_equal(soa.mname.len, 0);
	assert_false(soa.mname_odd);
	assert_int_equal(soa.serial, UINT32_MAX);
	kz_dnsmsg_free(&message);
}

static void
a_referral_names_servers_and_glue(void **state)
{
	static const char *const referral[] = {
		"example1.jp. 3600 IN NS dns102.provider.ne.jp.",
		"example1.jp. 3600 IN NS ns.example1.jp.", NULL};
	static const char *const glue[] = {
		"ns.example1.jp. 3600 IN A 10.224.31.98",
		"ns.example1.jp. 3600 IN AAAA 2001:db8:268:810::98",
		"other.example1.jp. 3600 IN A 10.224.31.99", NULL};
	struct kz_dnsmsg *message = parse(NULL, referral, glue);
	struct kz_name owner = kit_name("example1.jp");
	struct kz_name host = kit_name("ns.example1.jp");
	struct kz_name found;
	struct kz_name list[4];
	struct kz_addr addrs[4];
	bool cut;

	(void)state;
	assert_int_equal(
		kz_dnsmsg_ns_owner(message, KZ_DNS_AUTHORITY, &found), KZ_OK);
	assert_true(kz_name_equal(&found, &owner));
	assert_int_equal(kz_dnsmsg_ns_owner(message, KZ_DNS_ANSWER, &found),
		KZ_NOT_FOUND);
	assert_int_equal(
		kz_dnsmsg_ns(message, KZ_DNS_AUTHORITY, &owner, list, 4, &cut),
		2);
	assert_false(cut);
	assert_string_equal(list[1].text, "ns.example1.jp");
	assert_int_equal(
		kz_dnsmsg_ns(message, KZ_DNS_AUTHORITY, &owner, list, 1, &cut),
		1);
	assert_true(cut);
	assert_int_equal(kz_dnsmsg_addrs(message, KZ_DNS_ADDITIONAL, &host,
				 addrs, 4, &cut),
		2);
	assert_false(cut);
	assert_int_equal(addrs[0].family, KZ_ADDR_V4);
	assert_int_equal(addrs[1].family, KZ_ADDR_V6);
	assert_int_equal(kz_dnsmsg_addrs(message, KZ_DNS_ADDITIONAL, &host,
				 addrs, 1, &cut),
		1);
	assert_true(cut);
	assert_true(kz_dnsmsg_has(message, KZ_DNS_AUTHORITY, LDNS_RR_TYPE_NS));
	assert_false(kz_dnsmsg_has(message, KZ_DNS_ANSWER, LDNS_RR_TYPE_NS));
	kz_dnsmsg_free(&message);
}

/* A list that lacks a name because it is none must not look whole. */
static void
an_odd_name_cuts_a_list(void **state)
{
	static const char *const lines[] = {
		"example1.jp. 3600 IN NS ns.example1.jp.",
		"example1.jp. 3600 IN NS n\\010s.example1.jp.",
		"1.31.224.10.in-addr.arpa. 60 IN PTR a\\.b.example1.jp.", NULL};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);
	struct kz_name zone = kit_name("example1.jp");
	struct kz_name reverse = kit_name("1.31.224.10.in-addr.arpa");
	struct kz_name list[4];
	bool cut;

	(void)state;
	assert_int_equal(
		kz_dnsmsg_ns(message, KZ_DNS_ANSWER, &zone, list, 4, &cut), 1);
	assert_true(cut);
	assert_int_equal(kz_dnsmsg_ptr(message, &reverse, list, 4, &cut), 0);
	assert_true(cut);
	kz_dnsmsg_free(&message);
}

/* a0 -> a1 -> ... -> a<steps>, which has an address. */
static struct kz_dnsmsg *
chain(size_t steps)
{
	char text[16][80];
	const char *lines[16];

	for (size_t i = 0; i < steps; i++) {
		assert_true(
			snprintf(text[i], sizeof(text[i]),
				"a%zu.jp. 60 IN CNAME a%zu.jp.", i, i + 1) > 0);
		lines[i] = text[i];
	}
	assert_true(snprintf(text[steps], sizeof(text[steps]),
			    "a%zu.jp. 60 IN A 10.0.0.1", steps) > 0);
	lines[steps] = text[steps];
	lines[steps + 1] = NULL;
	return parse(lines, NULL, NULL);
}

static void
aliases_are_followed_eight_steps(void **state)
{
	static const struct {
		size_t steps;
		size_t found;
		bool cut;
	} cases[] = {{0, 1, false}, {1, 1, false}, {8, 1, false}, {9, 0, true}};
	struct kz_name first = kit_name("a0.jp");
	struct kz_name target;
	struct kz_addr addrs[2];
	bool cut;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_dnsmsg *message = chain(cases[i].steps);

		assert_int_equal(kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &first,
					 addrs, 2, &cut),
			cases[i].found);
		assert_int_equal(cut, cases[i].cut);
		assert_int_equal(kz_dnsmsg_cname(message, &first, &target),
			cases[i].steps > 0);
		kz_dnsmsg_free(&message);
	}
}

static void
a_loop_of_aliases_ends(void **state)
{
	static const char *const lines[] = {"a.jp. 60 IN CNAME b.jp.",
		"b.jp. 60 IN CNAME a.jp.", "c.jp. 60 IN CNAME x\\.y.jp.", NULL};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);
	struct kz_name a = kit_name("a.jp");
	struct kz_name c = kit_name("c.jp");
	struct kz_name list[2];
	struct kz_addr addrs[2];
	bool cut;

	(void)state;
	assert_int_equal(
		kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &a, addrs, 2, &cut), 0);
	assert_true(cut);
	assert_int_equal(kz_dnsmsg_ptr(message, &a, list, 2, &cut), 0);
	assert_true(cut);
	/* an alias to what is no name */
	assert_int_equal(
		kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &c, addrs, 2, &cut), 0);
	assert_true(cut);
	kz_dnsmsg_free(&message);
}

/* RFC 2317: the reverse name of part of a /24. */
static void
a_delegated_reverse_name_is_followed(void **state)
{
	static const char *const lines[] = {
		"98.31.224.10.in-addr.arpa. 60 IN CNAME "
		"98.96-127.31.224.10.in-addr.arpa.",
		"98.96-127.31.224.10.in-addr.arpa. 60 IN PTR ns.example1.jp.",
		NULL};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);
	struct kz_name owner = kit_name("98.31.224.10.in-addr.arpa");
	struct kz_name list[2];
	bool cut;

	(void)state;
	assert_int_equal(kz_dnsmsg_ptr(message, &owner, list, 2, &cut), 1);
	assert_false(cut);
	assert_string_equal(list[0].text, "ns.example1.jp");
	kz_dnsmsg_free(&message);
}

static void
damaged_messages_are_refused(void **state)
{
	static const char *const lines[] = {
		"example1.jp. 3600 IN MX 10 ishtar.example1.jp.",
		"example1.jp. 60 IN SOA a. b. 1 2 3 4 5", NULL};
	struct kz_dnsmsg *message = NULL;
	size_t len;
	uint8_t *wire = make_packet(lines, lines, NULL, &len);
	uint8_t *exact;

	(void)state;
	/* a copy of the exact size, so that a sanitizer sees one octet more */
	for (size_t cut = 0; cut < len; cut++) {
		exact = malloc(cut == 0 ? 1 : cut);
		assert_non_null(exact);
		memcpy(exact, wire, cut);
		assert_int_equal(
			kz_dnsmsg_parse(exact, cut, &message), KZ_EFORMAT);
		assert_null(message);
		free(exact);
	}
	assert_int_equal(kz_dnsmsg_parse(NULL, 0, &message), KZ_EFORMAT);
	assert_int_equal(kz_dnsmsg_parse(wire, len, &message), KZ_OK);
	kz_dnsmsg_free(&message);
	/* the owner of the first record points at itself */
	wire[29] = 0xc0;
	wire[30] = 29;
	assert_int_equal(kz_dnsmsg_parse(wire, len, &message), KZ_EFORMAT);
	free(wire);
}

/* What an update may hold (RFC 2136) and an answer should not. */
static void
records_without_data_are_skipped(void **state)
{
	static const uint8_t wire[] = {0, 1, 0x84, 0, 0, 0, 0, 6, 0, 0, 0, 0,
		/* six records of ".", of class IN, RDLENGTH 0 */
		0, 0, 15, 0, 1, 0, 0, 0, 0, 0, 0,  /* MX */
		0, 0, 6, 0, 1, 0, 0, 0, 0, 0, 0,   /* SOA */
		0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,   /* A */
		0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0,   /* NS */
		0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0,   /* CNAME */
		0, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0}; /* PTR */
	struct kz_dnsmsg *message = NULL;
	struct kz_name root = kit_name(".");
	struct kz_name names[2];
	struct kz_addr addrs[2];
	struct kz_dns_mx mx[2];
	struct kz_dns_soa soa;
	bool cut;

	(void)state;
	assert_int_equal(kz_dnsmsg_parse(wire, sizeof(wire), &message), KZ_OK);
	assert_int_equal(kz_dnsmsg_mx(message, &root, mx, 2, &cut), 0);
	assert_int_equal(
		kz_dnsmsg_soa(message, KZ_DNS_ANSWER, &soa), KZ_NOT_FOUND);
	assert_int_equal(
		kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &root, addrs, 2, &cut),
		0);
	assert_int_equal(
		kz_dnsmsg_ns(message, KZ_DNS_ANSWER, &root, names, 2, &cut), 0);
	assert_int_equal(kz_dnsmsg_ptr(message, &root, names, 2, &cut), 0);
	assert_false(kz_dnsmsg_cname(message, &root, names));
	kz_dnsmsg_free(&message);
}

static void
the_least_time_to_live_counts(void **state)
{
	static const char *const lines[] = {
		"example1.jp. 3600 IN NS ns.example1.jp.",
		"example1.jp. 60 IN NS ns2.example1.jp.",
		"other.example1.jp. 7200 IN A 10.0.0.1", NULL};
	struct kz_dnsmsg *message = parse(lines, NULL, NULL);

	(void)state;
	assert_int_equal(kz_dnsmsg_ttl(message, KZ_DNS_ANSWER), 60);
	assert_int_equal(kz_dnsmsg_ttl(message, KZ_DNS_ADDITIONAL), 0);
	kz_dnsmsg_free(&message);
}

/* Thousands of them must leave nothing behind (leak sanitizer). */
static void
signatures_of_messages_are_records_like_others(void **state)
{
	/* root, TSIG, ANY, TTL 0, 17 octets of RFC 8945 section 4.2 */
	static const uint8_t tsig[11 + 17] = {
		0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 17};
	uint8_t wire[12 + 3 * sizeof(tsig)] = {
		0, 1, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 3};
	struct kz_dnsmsg *message = NULL;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		memcpy(wire + 12 + i * sizeof(tsig), tsig, sizeof(tsig));
	assert_int_equal(kz_dnsmsg_parse(wire, sizeof(wire), &message), KZ_OK);
	kz_dnsmsg_free(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_exchangers_are_read),
		cmocka_unit_test(an_address_in_brackets_is_told),
		cmocka_unit_test(a_start_of_authority_is_read),
		cmocka_unit_test(a_referral_names_servers_and_glue),
		cmocka_unit_test(an_odd_name_cuts_a_list),
		cmocka_unit_test(aliases_are_followed_eight_steps),
		cmocka_unit_test(a_loop_of_aliases_ends),
		cmocka_unit_test(a_delegated_reverse_name_is_followed),
		cmocka_unit_test(damaged_messages_are_refused),
		cmocka_unit_test(records_without_data_are_skipped),
		cmocka_unit_test(the_least_time_to_live_counts),
		cmocka_unit_test(
			signatures_of_messages_are_records_like_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

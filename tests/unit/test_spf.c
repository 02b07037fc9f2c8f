/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/io/spf.h"

/* A zone: TXT in words, addresses as text; NULL: no data. */
static const struct {
	const char *name;
	uint16_t type;
	const char *data;
} zone[] = {
	{"good.jp", 16, "v=spf1 ip4:10.20.0.0/24 -all"},
	{"soft.jp", 16, "v=spf1 ip4:10.20.0.25 ~all"},
	{"v6.jp", 16, "v=spf1 ip6:2001:db8:20::/48 -all"},
	{"host.jp", 16, "v=spf1 a:mx.host.jp -all"},
	{"mx.host.jp", 1, "10.30.0.25"},
	{"all.jp", 16, "v=spf1 +all"},
	{"wide.jp", 16, "v=spf1 ip4:0.0.0.0/0 -all"},
	{"include.jp", 16, "v=spf1 include:good.jp -all"},
	{"loop.jp", 16, "v=spf1 include:loop.jp -all"},
	{"void.jp", 16, "v=spf1 a:a.x a:b.x a:c.x a:d.x ip4:10.20.0.25 -all"},
	{"many.jp", 16,
		"v=spf1 a:1.h a:2.h a:3.h a:4.h a:5.h a:6.h a:7.h a:8.h a:9.h "
		"a:10.h a:11.h ip4:10.20.0.25 -all"},
	{"fail.jp", 16, "v=spf1 include:servfail.jp -all"},
	{"odd.jp", 16, "v=spf1 ip4:10.20.0.0/99 %{ -all"},
	{"macro.jp", 16, "v=spf1 exists:%{l}.%{i}.%{d2r}.jp -all"},
	{"postmaster.10.20.0.25.jp.macro.jp", 1, "127.0.0.2"},
	{"two.jp", 16, "v=spf1 ip4:10.20.0.25 -all"},
	{"two.jp", 16, "v=spf1 -all"},
};

static uint8_t wires[KZ_SPF_RECORDS][300];
static unsigned asked;

static void
put(struct kz_spf_answer *answer, uint16_t type, const char *data)
{
	uint8_t *wire = wires[answer->count];
	struct kz_addr addr;
	size_t len = strlen(data);

	if (type == 16) {
		wire[0] = (uint8_t)len;
		memcpy(wire + 1, data, len++);
	} else {
		assert_int_equal(
			kz_addr_parse((struct kz_str){data, len}, &addr),
			KZ_OK);
		len = 4;
		memcpy(wire, addr.bytes, len);
	}
	answer->records[answer->count].bytes = wire;
	answer->records[answer->count++].len = len;
}

static void
lookup(void *arg, const char *name, uint16_t type, struct kz_spf_answer *answer)
{
	size_t len = strlen(name);

	(void)arg;
	asked++;
	*answer = (struct kz_spf_answer){.state = KZ_ANSWER_NXDOMAIN};
	if (strcmp(name, "servfail.jp") == 0)
		answer->state = KZ_ANSWER_FAILED;
	/* many.jp: each of its hosts has an address, another one */
	if (len > 2 && strcmp(name + len - 2, ".h") == 0 && type == 1) {
		put(answer, type, "10.99.0.1");
		answer->state = KZ_ANSWER_DATA;
	}
	for (size_t i = 0; i < sizeof(zone) / sizeof(zone[0]); i++) {
		if (strcasecmp(zone[i].name, name) != 0)
			continue;
		if (answer->state == KZ_ANSWER_NXDOMAIN)
			answer->state = KZ_ANSWER_NODATA;
		if (zone[i].type != type)
			continue;
		put(answer, type, zone[i].data);
		answer->state = KZ_ANSWER_DATA;
	}
}

static enum kz_verify_outcome
ask(struct kz_spf *spf, const char *client, const char *domain)
{
	struct kz_name name;
	struct kz_addr addr;

	assert_int_equal(
		kz_name_parse((struct kz_str){domain, strlen(domain)}, &name),
		KZ_OK);
	assert_int_equal(
		kz_addr_parse((struct kz_str){client, strlen(client)}, &addr),
		KZ_OK);
	asked = 0;
	return kz_spf_evaluate(spf, &addr, &name);
}

static void
only_a_pass_makes_an_identity(void **state)
{
	static const struct {
		const char *client, *domain;
		enum kz_verify_outcome outcome;
	} rows[] = {
		{"10.20.0.25", "good.jp", KZ_VERIFY_YES},
		{"10.20.1.25", "good.jp", KZ_VERIFY_NO},
		{"10.20.0.26", "soft.jp", KZ_VERIFY_NO},
		{"2001:db8:20::25", "v6.jp", KZ_VERIFY_YES},
		{"2001:db8:21::25", "v6.jp", KZ_VERIFY_NO},
		{"10.20.0.25", "v6.jp", KZ_VERIFY_NO},
		{"10.30.0.25", "host.jp", KZ_VERIFY_YES},
		{"10.30.0.26", "host.jp", KZ_VERIFY_NO},
		{"10.20.0.25", "include.jp", KZ_VERIFY_YES},
		{"10.20.0.25", "none.jp", KZ_VERIFY_NO},
		{"10.20.0.25", "macro.jp", KZ_VERIFY_NO},
		{"10.20.0.25", "odd.jp", KZ_VERIFY_NO},
		{"10.20.0.25", "two.jp", KZ_VERIFY_NO},
	};
	struct kz_spf *spf = NULL;

	(void)state;
	assert_int_equal(kz_spf_open(lookup, NULL, &spf), KZ_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ask(spf, rows[i].client, rows[i].domain) != rows[i].outcome)
			fail_msg("%s from %s", rows[i].domain, rows[i].client);
	kz_spf_close(&spf);
	kz_spf_close(&spf);
}

static void
what_everybody_passes_says_nothing(void **state)
{
	struct kz_spf *spf = NULL;

	(void)state;
	assert_int_equal(kz_spf_open(lookup, NULL, &spf), KZ_OK);
	assert_int_equal(ask(spf, "10.20.0.25", "all.jp"), KZ_VERIFY_NO);
	assert_int_equal(ask(spf, "10.20.0.25", "wide.jp"), KZ_VERIFY_NO);
	kz_spf_close(&spf);
}

static void
a_record_cannot_make_us_work_for_long(void **state)
{
	struct kz_spf *spf = NULL;

	(void)state;
	assert_int_equal(kz_spf_open(lookup, NULL, &spf), KZ_OK);
	assert_int_equal(ask(spf, "10.20.0.25", "loop.jp"), KZ_VERIFY_NO);
	assert_in_range(asked, 1, 64);
	assert_int_equal(ask(spf, "10.20.0.25", "many.jp"), KZ_VERIFY_NO);
	assert_in_range(asked, 1, 64);
	assert_int_equal(ask(spf, "10.20.0.25", "void.jp"), KZ_VERIFY_NO);
	assert_in_range(asked, 1, 6);
	kz_spf_close(&spf);
}

static void
a_failed_look_up_is_not_a_no(void **state)
{
	struct kz_spf *spf = NULL;

	(void)state;
	assert_int_equal(kz_spf_open(lookup, NULL, &spf), KZ_OK);
	assert_int_equal(ask(spf, "10.20.0.25", "fail.jp"), KZ_VERIFY_UNKNOWN);
	assert_int_equal(
		ask(spf, "10.20.0.25", "servfail.jp"), KZ_VERIFY_UNKNOWN);
	kz_spf_close(&spf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_pass_makes_an_identity),
		cmocka_unit_test(what_everybody_passes_says_nothing),
		cmocka_unit_test(a_record_cannot_make_us_work_for_long),
		cmocka_unit_test(a_failed_look_up_is_not_a_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

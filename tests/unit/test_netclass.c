/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/netclass.h and the words of kizuki/core/finding.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"

static struct kz_str
str_of(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static void
every_word_leads_back_to_its_number(void **state)
{
	(void)state;
	for (int i = 0; i < KZ_NETCLASS_COUNT; i++) {
		enum kz_netclass netclass = KZ_NETCLASS_COUNT;

		assert_int_equal(kz_netclass_find(str_of(kz_netclass_text(
							  (enum kz_netclass)i)),
					 &netclass),
			KZ_OK);
		assert_int_equal(netclass, i);
	}
	for (int i = 0; i < KZ_SERVICE_COUNT; i++) {
		enum kz_service service = KZ_SERVICE_COUNT;

		assert_int_equal(kz_service_find(str_of(kz_service_text(
							 (enum kz_service)i)),
					 &service),
			KZ_OK);
		assert_int_equal(service, i);
	}
	for (int i = 0; i < KZ_REACH_COUNT; i++) {
		enum kz_reach reach = KZ_REACH_COUNT;

		assert_int_equal(
			kz_reach_find(str_of(kz_reach_text((enum kz_reach)i)),
				&reach),
			KZ_OK);
		assert_int_equal(reach, i);
	}
}

static void
findings_have_words_too(void **state)
{
	enum kz_outcome outcome = KZ_OUTCOME_UNKNOWN;
	enum kz_source source = KZ_SOURCE_PROBE;

	(void)state;
	assert_int_equal(kz_outcome_find(str_of("bad"), &outcome), KZ_OK);
	assert_int_equal(outcome, KZ_OUTCOME_BAD);
	assert_int_equal(kz_outcome_find(str_of("ok"), &outcome), KZ_OK);
	assert_int_equal(outcome, KZ_OUTCOME_OK);
	assert_int_equal(kz_outcome_find(str_of("unknown"), &outcome), KZ_OK);
	assert_int_equal(outcome, KZ_OUTCOME_UNKNOWN);
	assert_int_equal(
		kz_outcome_find(str_of("worse"), &outcome), KZ_NOT_FOUND);
	assert_int_equal(kz_source_find(str_of("log"), &source), KZ_OK);
	assert_int_equal(source, KZ_SOURCE_LOG);
	assert_int_equal(kz_source_find(str_of("fact"), &source), KZ_OK);
	assert_int_equal(source, KZ_SOURCE_FACT);
	assert_int_equal(kz_source_find(str_of("probe"), &source), KZ_OK);
	assert_int_equal(
		kz_source_find(str_of("rumour"), &source), KZ_NOT_FOUND);
}

static void
unknown_words_and_numbers_are_refused(void **state)
{
	enum kz_netclass netclass;
	enum kz_service service;
	enum kz_reach reach;

	(void)state;
	assert_int_equal(
		kz_netclass_find(str_of("smtp25"), &netclass), KZ_NOT_FOUND);
	assert_int_equal(
		kz_service_find(str_of("smtp25-v4"), &service), KZ_NOT_FOUND);
	assert_int_equal(kz_reach_find(str_of(""), &reach), KZ_NOT_FOUND);
	assert_string_equal(kz_netclass_text(KZ_NETCLASS_COUNT), "?");
	assert_string_equal(kz_service_text(KZ_SERVICE_COUNT), "?");
	assert_string_equal(kz_reach_text(KZ_REACH_COUNT), "?");
}

static void
a_class_is_service_and_family(void **state)
{
	struct kz_addr v4 = addr_of("10.0.0.1");
	struct kz_addr v6 = addr_of("2001:db8::1");

	(void)state;
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_SMTP25, &v4), KZ_NET_SMTP25_V4);
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_SMTP25, &v6), KZ_NET_SMTP25_V6);
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_DNS53UDP, &v4), KZ_NET_DNS53UDP_V4);
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_DNS53UDP, &v6), KZ_NET_DNS53UDP_V6);
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_DNS53TCP, &v4), KZ_NET_DNS53TCP_V4);
	assert_int_equal(
		kz_netclass_of(KZ_SERVICE_DNS53TCP, &v6), KZ_NET_DNS53TCP_V6);
}

static void
a_place_is_a_24_or_a_48(void **state)
{
	struct kz_addr v4 = addr_of("10.1.2.3");
	struct kz_addr v6 = addr_of("2001:db8:1:2::3");
	struct kz_net place = kz_netclass_place(&v4);
	char text[KZ_ADDR_TEXT_SIZE];

	(void)state;
	assert_string_equal(kz_net_format(&place, text), "10.1.2.0/24");
	place = kz_netclass_place(&v6);
	assert_string_equal(kz_net_format(&place, text), "2001:db8:1::/48");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_leads_back_to_its_number),
		cmocka_unit_test(findings_have_words_too),
		cmocka_unit_test(unknown_words_and_numbers_are_refused),
		cmocka_unit_test(a_class_is_service_and_family),
		cmocka_unit_test(a_place_is_a_24_or_a_48),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

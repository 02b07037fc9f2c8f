/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/front/protocol.h"

#define REQUEST "request=smtpd_access_policy\nhelo_name=a\n\n"

static enum kz_result
find(const struct kz_protocol *speaks, const char *bytes, size_t size,
	size_t max, size_t *len)
{
	const char *why = NULL;
	enum kz_result result =
		speaks->find((struct kz_str){bytes, size}, max, len, &why);

	if (result == KZ_EFORMAT)
		assert_non_null(why);
	return result;
}

static void
a_policy_request_is_bounded_whole_or_not(void **state)
{
	const struct kz_protocol *speaks = &kz_protocol_policy;
	const size_t whole = strlen(REQUEST);
	size_t len = 0;

	(void)state;
	assert_int_equal(find(speaks, REQUEST, whole, whole, &len), KZ_OK);
	assert_int_equal(len, whole);
	assert_int_equal(
		find(speaks, REQUEST, whole, whole - 1, &len), KZ_EFORMAT);
	assert_int_equal(
		find(speaks, REQUEST, whole - 1, whole - 1, &len), KZ_ETRUNC);
	assert_int_equal(
		find(speaks, REQUEST, whole - 1, whole - 2, &len), KZ_EFORMAT);
}

static void
a_nul_ends_its_own_request_only(void **state)
{
	static const char within[] = "request=a\0b";
	static const char behind[] = REQUEST "\0";
	size_t len = 0;

	(void)state;
	assert_int_equal(find(&kz_protocol_policy, within, sizeof(within) - 1,
				 1000, &len),
		KZ_EFORMAT);
	assert_int_equal(find(&kz_protocol_policy, behind, sizeof(behind) - 1,
				 1000, &len),
		KZ_OK);
	assert_int_equal(len, strlen(REQUEST));
}

static void
refusals_let_mail_in(void **state)
{
	static const struct {
		const struct kz_protocol *speaks;
		const char *words;
	} cases[] = {
		{&kz_protocol_policy, "action=DUNNO\n\n"},
		{&kz_protocol_socketmap, "15:PERM no address,"},
	};
	char buffer[KZ_PROTOCOL_ANSWER_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = cases[i].speaks->refuse(
			"no address", buffer, sizeof(buffer));

		assert_int_equal(len, strlen(cases[i].words));
		assert_memory_equal(buffer, cases[i].words, len);
		assert_non_null(cases[i].speaks->refusal);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_request_is_bounded_whole_or_not),
		cmocka_unit_test(a_nul_ends_its_own_request_only),
		cmocka_unit_test(refusals_let_mail_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

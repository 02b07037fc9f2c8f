/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/front/policy.h"

/* As Postfix 3.7 sends it for a recipient. */
#define POSTFIX_RCPT                                                           \
	"request=smtpd_access_policy\nprotocol_state=RCPT\n"                   \
	"protocol_name=ESMTP\nclient_address=10.224.31.98\n"                   \
	"client_name=unknown\nclient_port=58435\n"                             \
	"reverse_client_name=unknown\nserver_address=127.0.0.2\n"              \
	"server_port=25\nhelo_name=example1.jp\n"                              \
	"sender=postmaster@example.jp\nrecipient=ishijima@jikocho.jp\n"        \
	"recipient_count=0\nqueue_id=\n"                                       \
	"instance=649b.6b05364f.49f77.0\nsize=0\netrn_domain=\nstress=\n"      \
	"sasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\n"         \
	"ccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n"       \
	"encryption_protocol=\nencryption_cipher=\nencryption_keysize=0\n"     \
	"policy_context=primary\n\n"

#define HEAD "request=smtpd_access_policy\n"
#define RCPT                                                                   \
	HEAD "protocol_state=RCPT\nclient_address=10.0.0.1\nrecipient=a@b\n"

static struct kz_request
parsed(const char *text)
{
	struct kz_request request;
	const char *why = "-";
	enum kz_result result = kz_policy_parse(
		(struct kz_str){text, strlen(text)}, &request, &why);

	if (result != KZ_OK)
		fail_msg("%s: %s", why, text);
	return request;
}

static void
postfix_requests_are_understood(void **state)
{
	struct kz_request request = parsed(POSTFIX_RCPT);
	char text[KZ_ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(request.point, KZ_POINT_RCPT);
	assert_int_equal(request.stage, KZ_STAGE_PRIMARY);
	assert_false(request.authenticated);
	assert_false(request.spf_pass);
	assert_false(request.dnswl_hit);
	assert_string_equal(
		kz_addr_format(&request.client, text), "10.224.31.98");
	assert_string_equal(request.client_name, "");
	assert_string_equal(request.helo, "example1.jp");
	assert_string_equal(request.sender, "postmaster@example.jp");
	assert_string_equal(request.recipient, "ishijima@jikocho.jp");
	assert_string_equal(request.instance, "649b.6b05364f.49f77.0");
	assert_string_equal(request.peer, "");
}

static void
end_of_data_of_several_recipients_has_none(void **state)
{
	struct kz_request request = parsed(HEAD
		"protocol_state=END-OF-MESSAGE\nclient_address=2001:db8::1\n"
		"recipient=\nrecipient_count=2\ninstance=i\nsize=21\n\n");

	(void)state;
	assert_int_equal(request.point, KZ_POINT_EOM);
	assert_int_equal(request.client.family, KZ_ADDR_V6);
	assert_string_equal(request.recipient, "");
	assert_int_equal(request.stage, KZ_STAGE_SOLE);
}

static void
other_states_are_other(void **state)
{
	static const char *const states[] = {"CONNECT", "EHLO", "HELO", "MAIL",
		"DATA", "VRFY", "ETRN", "rcpt", "", "RCPT "};

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		char text[200];
		int len = snprintf(text, sizeof(text),
			HEAD "client_address=10.0.0.1\n"
			     "protocol_state=%s\n\n",
			states[i]);

		assert_in_range(len, 1, sizeof(text) - 1);
		assert_int_equal(parsed(text).point, KZ_POINT_OTHER);
	}
}

static void
attributes_have_their_meaning(void **state)
{
	static const struct {
		const char *lines;
		enum kz_stage stage;
		bool authenticated, spf, dnswl;
	} table[] = {
		{"", KZ_STAGE_SOLE, false, false, false},
		{"policy_context=\n", KZ_STAGE_SOLE, false, false, false},
		{"policy_context=sole\n", KZ_STAGE_SOLE, false, false, false},
		{"policy_context=secondary\n", KZ_STAGE_SECONDARY, false, false,
			false},
		{"sasl_username=tei\n", KZ_STAGE_SOLE, true, false, false},
		{"sasl_method=PLAIN\n", KZ_STAGE_SOLE, false, false, false},
		{"ccert_subject=x\nccert_fingerprint=00:11\n", KZ_STAGE_SOLE,
			true, false, false},
		{"ccert_fingerprint=00:11\n", KZ_STAGE_SOLE, false, false,
			false},
		{"ccert_subject=x\n", KZ_STAGE_SOLE, false, false, false},
		{"kz_spf=pass\n", KZ_STAGE_SOLE, false, true, false},
		{"kz_spf=softfail\n", KZ_STAGE_SOLE, false, false, false},
		{"kz_dnswl=hit\n", KZ_STAGE_SOLE, false, false, true},
		{"kz_dnswl=\n", KZ_STAGE_SOLE, false, false, false},
		{"kz_new_thing=a=b=c\n=\nstress=yes\n", KZ_STAGE_SOLE, false,
			false, false},
		{"policy_context=primary\npolicy_context=sole\n",
			KZ_STAGE_PRIMARY, false, false, false},
		{"sasl_username=\nsasl_username=tei\n", KZ_STAGE_SOLE, false,
			false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[300];
		struct kz_request request;
		int len = snprintf(
			text, sizeof(text), RCPT "%s\n", table[i].lines);

		assert_in_range(len, 1, sizeof(text) - 1);
		print_message("%s\n", table[i].lines);
		request = parsed(text);
		assert_int_equal(request.stage, table[i].stage);
		assert_int_equal(request.authenticated, table[i].authenticated);
		assert_int_equal(request.spf_pass, table[i].spf);
		assert_int_equal(request.dnswl_hit, table[i].dnswl);
	}
}

static void
bad_requests_are_refused(void **state)
{
	const struct {
		struct kz_str bytes;
		enum kz_result result;
		const char *why;
	} table[] = {
		{KZ_STR(""), KZ_EFORMAT,
			"request=smtpd_access_policy was expected"},
		{KZ_STR("\n"), KZ_EFORMAT,
			"request=smtpd_access_policy was expected"},
		{KZ_STR("request=socketmap\n\n"), KZ_EFORMAT,
			"request=smtpd_access_policy was expected"},
		{KZ_STR("protocol_state=RCPT\n\n"), KZ_EFORMAT,
			"request=smtpd_access_policy was expected"},
		{KZ_STR(RCPT "GET / HTTP/1.0\n\n"), KZ_EFORMAT,
			"name=value was expected in each line"},
		{KZ_STR(RCPT "\r\n\r\n"), KZ_EFORMAT,
			"name=value was expected in each line"},
		{KZ_STR(RCPT "helo_name=a\0b\n\n"), KZ_EFORMAT, "a NUL octet"},
		{KZ_STR(RCPT "policy_context=tertiary\n\n"), KZ_EINVAL,
			"policy_context: primary, secondary or sole was "
			"expected"},
		{KZ_STR(RCPT "policy_context=Primary\n\n"), KZ_EINVAL,
			"policy_context: primary, secondary or sole was "
			"expected"},
		{KZ_STR(HEAD "client_address=unknown\n\n"), KZ_EINVAL,
			"client_address: an address was expected"},
		{KZ_STR(HEAD "client_address=\n\n"), KZ_EINVAL,
			"client_address: an address was expected"},
		{KZ_STR(HEAD "protocol_state=END-OF-MESSAGE\n\n"), KZ_EINVAL,
			"client_address was expected"},
		{KZ_STR(HEAD "client_address=10.0.0.1\nprotocol_state=RCPT\n"
			     "recipient=\n\n"),
			KZ_EINVAL, "recipient was expected"},
		/* Framing is looked at first. */
		{KZ_STR(RCPT "policy_context=x\nnonsense\n\n"), KZ_EFORMAT,
			"name=value was expected in each line"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kz_request request = {.helo = "untouched"};
		const char *why = "-";

		assert_int_equal(
			kz_policy_parse(table[i].bytes, &request, &why),
			table[i].result);
		assert_string_equal(why, table[i].why);
		assert_string_equal(request.helo, "untouched");
	}
}

static void
attributes_at_their_longest(void **state)
{
	static const struct {
		const char *name;
		size_t most;
	} table[] = {
		{"client_name", KZ_HELO_MAX},
		{"helo_name", KZ_HELO_MAX},
		{"sender", KZ_ADDRESS_MAX},
		{"instance", KZ_INSTANCE_MAX},
		{"recipient", KZ_ADDRESS_MAX},
	};
	char value[400], text[800];

	(void)state;
	memset(value, 'x', sizeof(value));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (size_t more = 0; more <= 1; more++) {
			struct kz_request request;
			const char *why;
			int len = snprintf(text, sizeof(text),
				HEAD "client_address=::1\n%s=%.*s\n\n",
				table[i].name, (int)(table[i].most + more),
				value);

			assert_in_range(len, 1, sizeof(text) - 1);
			assert_int_equal(kz_policy_parse((struct kz_str){text,
								 (size_t)len},
						 &request, &why),
				more == 0 ? KZ_OK : KZ_EINVAL);
		}
	}
}

static void
attributes_are_bounded(void **state)
{
	static const char head[] = RCPT, line[] = "x=\n";
	static char text[sizeof(head) + 10000 * sizeof(line)];
	const struct {
		size_t more; /* lines beside those of head */
		enum kz_result result;
	} table[] = {
		{KZ_POLICY_LINES_MAX - 4, KZ_OK},
		{KZ_POLICY_LINES_MAX - 3, KZ_EFORMAT},
		{10000, KZ_EFORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kz_request request;
		const char *why = "-";
		size_t len = sizeof(head) - 1;

		memcpy(text, head, len);
		for (size_t more = 0; more < table[i].more; more++) {
			memcpy(text + len, line, sizeof(line) - 1);
			len += sizeof(line) - 1;
		}
		text[len++] = '\n';
		assert_int_equal(kz_policy_parse((struct kz_str){text, len},
					 &request, &why),
			table[i].result);
		if (table[i].result != KZ_OK)
			assert_string_equal(
				why, "more attributes than an MTA sends");
	}
}

/* client_name is what Postfix confirmed; the other is what the client's own
 * name server claims. */
static void
only_the_confirmed_name_is_taken(void **state)
{
	struct kz_request request =
		parsed(RCPT "client_name=unknown\n"
			    "reverse_client_name=kerochan.example1.jp\n\n");

	(void)state;
	assert_string_equal(request.client_name, "");
	request = parsed(RCPT "client_name=kerochan.example1.jp\n"
			      "reverse_client_name=www.good.jp\n\n");
	assert_string_equal(request.client_name, "kerochan.example1.jp");
}

static void
the_end_of_a_request_is_found(void **state)
{
	static const char two[] = POSTFIX_RCPT POSTFIX_RCPT;
	size_t one = sizeof(POSTFIX_RCPT) - 1;

	(void)state;
	for (size_t len = 0; len < one; len++)
		assert_int_equal(kz_policy_find((struct kz_str){two, len}), 0);
	for (size_t len = one; len < sizeof(two); len++)
		assert_int_equal(
			kz_policy_find((struct kz_str){two, len}), one);
	assert_int_equal(kz_policy_find(KZ_STR("\nrequest=")), 1);
}

static const char *
answer(const struct kz_reply *reply)
{
	static char buffer[KZ_POLICY_ANSWER_SIZE];
	size_t len = kz_policy_answer(reply, buffer, sizeof(buffer));

	assert_int_equal(strlen(buffer), len);
	return buffer;
}

/* Also names that are nearly as long, or as long, as one that counts. */
static void
other_attributes_are_ignored(void **state)
{
	char text[512];
	char name[64];

	(void)state;
	memset(name, 'x', sizeof(name));
	for (size_t len = 0; len < sizeof(name); len++) {
		struct kz_request request;

		assert_true(
			snprintf(text, sizeof(text), RCPT "%.*s=unknown\n\n",
				(int)len, name) > 0);
		request = parsed(text);
		assert_int_equal(request.point, KZ_POINT_RCPT);
		assert_string_equal(request.recipient, "a@b");
		assert_string_equal(request.helo, "");
		assert_string_equal(request.sender, "");
		assert_string_equal(request.instance, "");
		assert_false(request.authenticated);
	}
}

static void
answers_are_of_three_forms(void **state)
{
	struct kz_reply defer = {.action = KZ_ACTION_DEFER,
		.text = "We don't talk to broken sites/servers."};
	struct kz_reply waited = {
		.waited_s = 312, .waited_site = "example1.jp"};

	(void)state;
	assert_string_equal(answer(NULL), "action=DUNNO\n\n");
	assert_string_equal(answer(&(struct kz_reply){0}), "action=DUNNO\n\n");
	assert_string_equal(answer(&defer),
		"action=450 4.7.1 We don't talk to broken sites/servers.\n\n");
	assert_string_equal(answer(&waited),
		"action=PREPEND X-Kizuki: delayed; seconds=312; "
		"site=example1.jp\n\n");
	waited.waited_site[0] = '\0';
	assert_string_equal(answer(&waited),
		"action=PREPEND X-Kizuki: delayed; seconds=312\n\n");
}

static void
no_answer_holds_an_unchecked_byte(void **state)
{
	struct kz_reply defer = {.action = KZ_ACTION_DEFER};
	struct kz_reply waited = {.waited_s = 1};

	(void)state;
	assert_string_equal(answer(&defer), "action=DUNNO\n\n");
	for (unsigned octet = 1; octet < 256; octet++) {
		bool printable = octet >= ' ' && octet <= '~';

		memcpy(defer.text, "a b", 4);
		defer.text[1] = (char)octet;
		if (!printable)
			assert_string_equal(answer(&defer), "action=DUNNO\n\n");
		else
			assert_memory_equal(
				answer(&defer), "action=450 4.7.1 a", 18);
		memcpy(waited.waited_site, "a.b", 4);
		waited.waited_site[1] = (char)octet;
		if (!printable)
			assert_string_equal(answer(&waited),
				"action=PREPEND X-Kizuki: delayed; "
				"seconds=1\n\n");
	}
	memset(defer.text, 'x', sizeof(defer.text));
	assert_string_equal(answer(&defer), "action=DUNNO\n\n");
	defer.text[sizeof(defer.text) - 1] = '\0';
	assert_int_equal(strlen(answer(&defer)),
		sizeof("action=450 4.7.1 \n\n") - 1 + KZ_REPLY_MAX - 1);
	defer.action = (enum kz_action)7;
	assert_string_equal(answer(&defer), "action=DUNNO\n\n");
	memset(waited.waited_site, 'x', sizeof(waited.waited_site));
	assert_string_equal(answer(&waited),
		"action=PREPEND X-Kizuki: delayed; seconds=1\n\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_requests_are_understood),
		cmocka_unit_test(end_of_data_of_several_recipients_has_none),
		cmocka_unit_test(other_states_are_other),
		cmocka_unit_test(attributes_have_their_meaning),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(attributes_at_their_longest),
		cmocka_unit_test(attributes_are_bounded),
		cmocka_unit_test(only_the_confirmed_name_is_taken),
		cmocka_unit_test(the_end_of_a_request_is_found),
		cmocka_unit_test(other_attributes_are_ignored),
		cmocka_unit_test(answers_are_of_three_forms),
		cmocka_unit_test(no_answer_holds_an_unchecked_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

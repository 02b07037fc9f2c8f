/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/base/text.h"
#include "kizuki/core/decision.h"
#include "kizuki/front/protocol.h"
#include "kizuki/front/socketmap.h"

#define HEAD "kizuki 1;primary;rcpt;mx1.jikocho.jp;6AO6s5Ol011911;"
#define RCPT                                                                   \
	HEAD "10.224.31.98;FAIL;[10.224.31.98];example1.jp;"                   \
	     "<postmaster@example.jp>;<ishijima@jikocho.jp>"

#define WIRE_SIZE (KZ_SOCKETMAP_MAX + 16)

static struct kz_str
view(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static struct kz_str
netstring(const char *content, char wire[WIRE_SIZE])
{
	int len =
		snprintf(wire, WIRE_SIZE, "%zu:%s,", strlen(content), content);

	assert_in_range(len, 3, WIRE_SIZE - 1);
	return (struct kz_str){wire, (size_t)len};
}

static enum kz_result
parse(const char *content, struct kz_request *request, const char **why)
{
	static char wire[WIRE_SIZE];

	return kz_socketmap_parse(netstring(content, wire), request, why);
}

static struct kz_request
parsed(const char *content)
{
	struct kz_request request;
	const char *why = "-";

	if (parse(content, &request, &why) != KZ_OK)
		fail_msg("%s: %s", why, content);
	return request;
}

static void
refused(const char *content, const char *expected)
{
	struct kz_request request = {.point = KZ_POINT_EOM};
	const char *why = "-";

	if (parse(content, &request, &why) != KZ_EINVAL)
		fail_msg("taken: %s", content);
	if (strstr(why, expected) == NULL)
		fail_msg("%s instead of %s: %s", why, expected, content);
	assert_int_equal(request.point, KZ_POINT_EOM);
}

static const char *
answered(const struct kz_request *request, const struct kz_reply *reply)
{
	static char buffer[KZ_SOCKETMAP_ANSWER_SIZE + 1];
	size_t len =
		kz_socketmap_answer(request, reply, buffer, sizeof(buffer) - 1);

	buffer[len] = '\0';
	return buffer;
}

static void
the_end_of_a_netstring_is_found(void **state)
{
	char wire[WIRE_SIZE];
	struct kz_str whole = netstring(RCPT, wire);
	const char *why = NULL;
	size_t len = 0;

	(void)state;
	for (size_t cut = 0; cut < whole.len; cut++)
		assert_int_equal(kz_socketmap_find((struct kz_str){wire, cut},
					 &len, &why),
			KZ_ETRUNC);
	assert_int_equal(kz_socketmap_find(whole, &len, &why), KZ_OK);
	assert_int_equal(len, whole.len);
	assert_int_equal(
		kz_socketmap_find(view("3:abc,5:"), &len, &why), KZ_OK);
	assert_int_equal(len, 6);
	assert_int_equal(kz_socketmap_find(view("0:,"), &len, &why), KZ_OK);
	assert_int_equal(len, 3);
}

static void
malformed_netstrings_are_known_at_once(void **state)
{
	static const struct {
		const char *wire, *why;
	} cases[] = {
		{"8193:", "longer"},
		{"8193", "longer"},
		{"99999", "longer"},
		{"999999999999999999999999:", "longer"},
		{"00:,", "leading zero"},
		{"05:hello,", "leading zero"},
		{":hello,", "length"},
		{"-5:hello,", "length"},
		{" 5:hello,", "length"},
		{"request=smtpd_access_policy\n", "length"},
		{"5hello,", "colon"},
		{"5;hello,", "colon"},
		{"5:hello;", "comma"},
		{"5:hello!,", "comma"},
	};
	const char *why = NULL;
	size_t len = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (kz_socketmap_find(view(cases[i].wire), &len, &why) !=
			KZ_EFORMAT)
			fail_msg("taken: %s", cases[i].wire);
		assert_non_null(strstr(why, cases[i].why));
		assert_int_equal(len, 77);
	}
	assert_int_equal(
		kz_socketmap_find(view("8192:"), &len, &why), KZ_ETRUNC);
}

static void
a_recipient_is_understood(void **state)
{
	struct kz_request request = parsed(RCPT);
	char text[KZ_ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(request.point, KZ_POINT_RCPT);
	assert_int_equal(request.stage, KZ_STAGE_PRIMARY);
	assert_false(request.authenticated);
	assert_string_equal(
		kz_addr_format(&request.client, text), "10.224.31.98");
	assert_string_equal(request.client_name, "");
	assert_string_equal(request.helo, "example1.jp");
	assert_string_equal(request.sender, "postmaster@example.jp");
	assert_string_equal(request.recipient, "ishijima@jikocho.jp");
	assert_string_equal(request.instance, "mx1.jikocho.jp/6AO6s5Ol011911");
	assert_string_equal(request.peer, "");
}

static void
end_of_data_and_sign_of_life_are_understood(void **state)
{
	struct kz_request request =
		parsed("kizuki 1;secondary;eom;mx2;Q1;IPv6:2001:db8::110;OK;"
		       "mx.example1.jp;example1.jp;<>;1234");

	(void)state;
	assert_int_equal(request.point, KZ_POINT_EOM);
	assert_int_equal(request.stage, KZ_STAGE_SECONDARY);
	assert_int_equal(request.client.family, KZ_ADDR_V6);
	assert_string_equal(request.client_name, "mx.example1.jp");
	assert_string_equal(request.sender, "");
	assert_string_equal(request.recipient, "");
	assert_string_equal(request.instance, "mx2/Q1");
	/* whatever stands behind the event: it must not be a reason */
	assert_int_equal(
		parsed("kizuki 1;primary;relay;mx1;;10.0.0.1;FAIL;[10.0.0.1]")
			.point,
		KZ_POINT_OTHER);
	assert_int_equal(
		parsed("kizuki 1;sole;relay;mx1;;0;;").point, KZ_POINT_OTHER);
	assert_int_equal(parsed("kizuki 1;;relay").stage, KZ_STAGE_SOLE);
}

static void
only_a_name_resolved_both_ways_is_a_name(void **state)
{
	static const struct {
		const char *resolved, *name, *kept;
	} cases[] = {
		{"OK", "mx.example1.jp", "mx.example1.jp"},
		{"OK", "[10.0.0.1]", ""},
		{"FORGED", "mx.example1.jp", ""},
		{"FAIL", "mx.example1.jp", ""},
		{"TEMP", "mx.example1.jp", ""},
		{"", "mx.example1.jp", ""},
		{"ok", "mx.example1.jp", ""},
		{"OK", "", ""},
	};
	char content[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(snprintf(content, sizeof(content),
				    HEAD "10.0.0.1;%s;%s;h;<a@b>;<c@d>",
				    cases[i].resolved, cases[i].name) > 0);
		assert_string_equal(parsed(content).client_name, cases[i].kept);
	}
}

static void
paths_may_hold_anything(void **state)
{
	static const struct {
		const char *paths, *sender, *recipient;
	} cases[] = {
		{"<>;<b@d>", "", "b@d"},
		{";<b@d>", "", "b@d"},
		{"a@b;c@d", "a@b", "c@d"},
		{"<\"a;b \\\" c\"@example.jp>;<\"x;y\"@jikocho.jp>",
			"\"a;b \\\" c\"@example.jp", "\"x;y\"@jikocho.jp"},
		{"\"a;b\"@c;\"x;y\"@z", "\"a;b\"@c", "\"x;y\"@z"},
		{"<\"<\"@c>;<\">;<\"@d>", "\"<\"@c", "\">;<\"@d"},
		{"<a\\;b@c>;<x>", "a\\;b@c", "x"},
		{"<@r1,@r2:a@b>;<@r:c@d>", "a@b", "c@d"},
		{"<a@b>;<c@d;e>", "a@b", "c@d;e"},
	};
	struct kz_request request;
	char content[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(snprintf(content, sizeof(content),
				    HEAD "10.0.0.1;FAIL;[10.0.0.1];h;%s",
				    cases[i].paths) > 0);
		request = parsed(content);
		assert_string_equal(request.sender, cases[i].sender);
		assert_string_equal(request.recipient, cases[i].recipient);
	}
}

static void
without_queue_identifier_there_is_no_instance(void **state)
{
	(void)state;
	assert_string_equal(parsed("kizuki 1;sole;rcpt;mx1;;10.0.0.1;OK;n;h;"
				   "<a@b>;<c@d>")
				    .instance,
		"");
	assert_string_equal(parsed("kizuki 1;sole;rcpt;;Q;10.0.0.1;OK;n;h;"
				   "<a@b>;<c@d>")
				    .instance,
		"/Q");
	assert_int_equal(parsed("kizukiup 1;sole;relay").point, KZ_POINT_OTHER);
}

static void
what_is_no_key_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *content, *why;
	} cases[] = {
		{"", "unknown map"},
		{"kizuki", "unknown map"},
		{"kizukiup", "unknown map"},
		{"kizukiu 1;primary;relay", "unknown map"},
		{"virtuser 1;primary;relay", "unknown map"},
		{"Kizuki 1;primary;relay", "unknown map"},
		{"kizuki ", "version 1"},
		{"kizuki 2;primary;relay", "version 1"},
		{"kizuki 1", "primary, secondary"},
		{"kizuki 1;third;relay", "primary, secondary"},
		{"kizuki 1;primary", "relay, rcpt or eom"},
		{"kizuki 1;primary;data;mx", "relay, rcpt or eom"},
		{"kizuki 1;primary;RCPT;mx", "relay, rcpt or eom"},
		{"kizuki 1;primary;rcpt;mx1", "queue"},
		{HEAD, "address"},
		{HEAD "unknown;FAIL;x;h;<a>;<b>", "address"},
		{HEAD "0;FAIL;x;h;<a>;<b>", "address"},
		{HEAD "IPv6:;FAIL;x;h;<a>;<b>", "address"},
		{HEAD "10.0.0.1", "name"},
		{HEAD "10.0.0.1;OK", "name"},
		{HEAD "10.0.0.1;OK;n", "HELO"},
		{HEAD "10.0.0.1;OK;n;h", "sender"},
		{HEAD "10.0.0.1;OK;n;h;<a@b", "sender"},
		{HEAD "10.0.0.1;OK;n;h;<\"a>;<b>", "sender"},
		{HEAD "10.0.0.1;OK;n;h;<a@b>x;<b>", "sender"},
		{HEAD "10.0.0.1;OK;n;h;<a@b>", "recipient"},
		{HEAD "10.0.0.1;OK;n;h;<a@b>;", "recipient"},
		{HEAD "10.0.0.1;OK;n;h;<a@b>;<>", "recipient"},
		{HEAD "10.0.0.1;OK;n;h;<a@b>;<c@d", "recipient"},
		{"kizuki 1;primary;eom;mx1;Q;10.0.0.1;OK;n;h", "sender"},
		{"kizuki 1;primary;rcpt;mx\n1;Q;10.0.0.1;OK;n;h;<a>;<b>",
			"control"},
		{"kizuki 1;primary;relay;\x7f", "control"},
		{"other\t1", "control"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].content, cases[i].why);
}

static void
a_nul_and_a_wrong_frame_are_refused(void **state)
{
	static const char nul[] = "18:kizuki 1;sole\0relay,";
	struct kz_request request;
	const char *why = "-";

	(void)state;
	assert_int_equal(
		kz_socketmap_parse(
			(struct kz_str){nul, sizeof(nul) - 1}, &request, &why),
		KZ_EINVAL);
	assert_int_equal(kz_socketmap_parse(view("5:kizuki,"), &request, &why),
		KZ_EINVAL);
	assert_non_null(strstr(why, "netstring"));
}

/* content: HEAD, then len octets where a field is, then the rest. */
static enum kz_result
with_length(const char *before, size_t len, const char *after)
{
	char content[KZ_SOCKETMAP_MAX];
	struct kz_text text = kz_text_make(content, sizeof(content));
	struct kz_request request;
	const char *why = "-";

	kz_text_word(&text, before);
	for (size_t i = 0; i < len; i++)
		kz_text_word(&text, "x");
	kz_text_word(&text, after);
	assert_false(text.cut);
	return parse(content, &request, &why);
}

static void
fields_are_bounded(void **state)
{
	static const struct {
		const char *before, *after;
		size_t max;
	} cases[] = {
		{"kizuki 1;sole;rcpt;mx1;", ";10.0.0.1;OK;n;h;<a>;<b>",
			KZ_INSTANCE_MAX - 4},
		{HEAD "10.0.0.1;OK;", ";h;<a>;<b>", KZ_HELO_MAX},
		{HEAD "10.0.0.1;OK;n;", ";<a>;<b>", KZ_HELO_MAX},
		{HEAD "10.0.0.1;OK;n;h;<", ">;<b>", KZ_ADDRESS_MAX},
		{HEAD "10.0.0.1;OK;n;h;<a>;<", ">", KZ_ADDRESS_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(with_length(cases[i].before, cases[i].max,
					 cases[i].after),
			KZ_OK);
		assert_int_equal(with_length(cases[i].before, cases[i].max + 1,
					 cases[i].after),
			KZ_EINVAL);
	}
}

static void
answers_are_the_contract(void **state)
{
	struct kz_request request = parsed(RCPT);
	struct kz_reply reply = {.action = KZ_ACTION_DEFER};

	(void)state;
	kz_reply_text(
		KZ_GREY_REFUSED, 0, view(request.helo), NULL, "", reply.text);
	assert_string_equal(answered(&request, &reply),
		"97:OK ERROR:4.7.1:\"450 <example1.jp>: Helo command rejected: "
		"We don't talk to broken sites/servers.\",");
	assert_string_equal(answered(&request, NULL), "9:OK ACCEPT,");
	reply.action = KZ_ACTION_ACCEPT;
	assert_string_equal(answered(&request, &reply), "9:OK ACCEPT,");
	reply.waited_s = 312;
	assert_string_equal(answered(&request, &reply), "14:OK WAITED:312:,");
	memcpy(reply.waited_site, "example1.jp", 12);
	assert_string_equal(
		answered(&request, &reply), "25:OK WAITED:312:example1.jp,");
	memcpy(reply.waited_site, "a\" b", 5);
	assert_string_equal(answered(&request, &reply), "14:OK WAITED:312:,");
	request.point = KZ_POINT_EOM;
	assert_string_equal(answered(&request, &reply), "7:OK DONE,");
	request.point = KZ_POINT_OTHER;
	assert_string_equal(answered(&request, &reply), "5:OK UP,");
}

static void
no_text_breaks_out_of_its_quotes(void **state)
{
	struct kz_request request = parsed(RCPT);
	struct kz_reply reply = {.action = KZ_ACTION_DEFER};

	(void)state;
	memcpy(request.helo, "a\"b\\c>\n\xe3", 9);
	memcpy(reply.text, "see \"x\" \\", 10);
	assert_string_equal(answered(&request, &reply),
		"65:OK ERROR:4.7.1:\"450 <a?b?c?"
		"?"
		"?"
		">: "
		"Helo command rejected: see ?x? ?\",");
	reply.text[0] = '\0';
	assert_string_equal(answered(&request, &reply), "9:OK ACCEPT,");
	memcpy(reply.text, "x\ny", 4);
	assert_string_equal(answered(&request, &reply), "9:OK ACCEPT,");
	memset(reply.text, 'x', sizeof(reply.text));
	assert_string_equal(answered(&request, &reply), "9:OK ACCEPT,");
}

static void
the_longest_answer_has_room(void **state)
{
	struct kz_request request = parsed(RCPT);
	struct kz_reply reply = {.action = KZ_ACTION_DEFER};
	const char *answer;

	(void)state;
	memset(request.helo, '"', KZ_HELO_MAX);
	request.helo[KZ_HELO_MAX] = '\0';
	memset(reply.text, '~', KZ_REPLY_MAX - 1);
	answer = answered(&request, &reply);
	assert_int_equal(
		strtoul(answer, NULL, 10), strlen(answer) - strlen("NNN:,"));
	assert_non_null(strstr(answer, "~\","));
}

static void
a_refusal_is_perm_with_the_reason(void **state)
{
	char buffer[KZ_SOCKETMAP_ANSWER_SIZE];
	size_t len = kz_socketmap_refuse("unknown map", buffer, sizeof(buffer));

	(void)state;
	assert_int_equal(len, strlen("16:PERM unknown map,"));
	assert_memory_equal(buffer, "16:PERM unknown map,", len);
}

/* Octets that a key is made of, so that random ones come far. */
static size_t
random_wire(char *wire, size_t size)
{
	static const char *const words[] = {"kizuki ", "1;", "primary;",
		"sole;", "rcpt;", "eom;", "relay;", "mx1;", "Q;", "10.0.0.1;",
		"IPv6:", "OK;", "FAIL;", "n;", "<a@b>", "<c@d>", "<", ">", "\"",
		"\\", ";", ",", ":", "3", "0", "\n", "\x80"};
	char content[1024];
	size_t used = 0;
	int len;

	for (long left = random() % 16; left > 0; left--) {
		const char *word = words[(size_t)random() %
			(sizeof(words) / sizeof(words[0]))];

		memcpy(content + used, word, strlen(word));
		used += strlen(word);
	}
	content[used] = '\0';
	len = snprintf(wire, size, "%zu:%s,",
		random() % 8 == 0 ? (size_t)random() % 300 : used, content);
	assert_in_range(len, 1, size - 1);
	if (random() % 4 == 0)
		wire[(size_t)random() % (size_t)len] =
			(char)(random() % 256 - 128);
	return (size_t)len;
}

/* As a server does it: every answer is a netstring, and never an empty OK. */
static void
serve(struct kz_str bytes)
{
	const struct kz_protocol *speaks = &kz_protocol_socketmap;
	struct kz_reply reply = {.action = KZ_ACTION_DEFER, .text = "no."};
	char buffer[KZ_PROTOCOL_ANSWER_SIZE];
	struct kz_request request;
	const char *why = NULL;
	size_t len = 0;
	size_t used;

	while (speaks->find(bytes, 65536, &len, &why) == KZ_OK) {
		assert_in_range(len, 3, bytes.len);
		if (speaks->parse((struct kz_str){bytes.ptr, len}, &request,
			    &why) == KZ_OK)
			used = speaks->answer(
				&request, &reply, buffer, sizeof(buffer));
		else
			used = speaks->refuse(why, buffer, sizeof(buffer));
		buffer[used] = '\0';
		assert_int_equal(buffer[used - 1], ',');
		assert_null(strstr(buffer, ":OK,"));
		assert_int_equal(strtoul(buffer, NULL, 10),
			(unsigned long)(buffer + used - 2 -
				strchr(buffer, ':')));
		bytes.ptr += len;
		bytes.len -= len;
	}
}

static void
random_bytes_are_parsed_or_refused(void **state)
{
	char wire[2048];

	(void)state;
	srandom(4);
	for (int i = 0; i < 200000; i++) {
		size_t len = random_wire(wire, sizeof(wire) / 2);

		/* a second one right behind it */
		len += random_wire(wire + len, sizeof(wire) - len);
		serve((struct kz_str){wire, len});
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_netstring_is_found),
		cmocka_unit_test(malformed_netstrings_are_known_at_once),
		cmocka_unit_test(a_recipient_is_understood),
		cmocka_unit_test(end_of_data_and_sign_of_life_are_understood),
		cmocka_unit_test(only_a_name_resolved_both_ways_is_a_name),
		cmocka_unit_test(paths_may_hold_anything),
		cmocka_unit_test(without_queue_identifier_there_is_no_instance),
		cmocka_unit_test(what_is_no_key_is_refused_with_the_reason),
		cmocka_unit_test(a_nul_and_a_wrong_frame_are_refused),
		cmocka_unit_test(fields_are_bounded),
		cmocka_unit_test(answers_are_the_contract),
		cmocka_unit_test(no_text_breaks_out_of_its_quotes),
		cmocka_unit_test(the_longest_answer_has_room),
		cmocka_unit_test(a_refusal_is_perm_with_the_reason),
		cmocka_unit_test(random_bytes_are_parsed_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

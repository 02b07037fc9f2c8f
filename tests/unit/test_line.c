/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/front/line.h"

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static struct kz_line
parsed(const char *text)
{
	struct kz_line line;
	const char *why = "-";

	if (kz_line_parse(str(text), &line, &why) != KZ_OK)
		fail_msg("%s: %s", why, text);
	return line;
}

static const char *
printed(const struct kz_line *line)
{
	static char buffer[KZ_LINE_MAX + 1];
	size_t len = 0;

	assert_int_equal(kz_line_print(line, buffer, KZ_LINE_MAX, &len), KZ_OK);
	assert_int_equal(buffer[len - 1], '\n');
	buffer[len - 1] = '\0';
	assert_int_equal(strlen(buffer), len - 1);
	return buffer;
}

/* Lines as they are written; each prints as it was read. */
static const struct {
	enum kz_line_kind kind;
	const char *text;
} lines[] = {
	{KZ_LINE_FINDING,
		"{\"v\":1,\"t\":1582941600,\"subject\":\"example1.jp\","
		"\"id\":\"mx-best-dead\",\"object\":\"example1.jp\","
		"\"outcome\":\"bad\",\"weight\":6,"
		"\"value\":\"ishtar.example1.jp\",\"rests\":"
		"[[\"smtp25-v6\",\"2001:db8:268:810::110\"],"
		"[\"smtp25-v4\",\"10.224.31.110\"]],"
		"\"why\":\"EHOSTUNREACH\",\"truncated\":false}"},
	{KZ_LINE_FINDING,
		"{\"v\":1,\"t\":1,\"subject\":\"jp\",\"id\":\"ns-lame\","
		"\"object\":\"\",\"outcome\":\"ok\",\"weight\":0,"
		"\"value\":\"\",\"rests\":[],\"why\":\"\","
		"\"truncated\":true,\"ttl\":3600,\"source\":\"log\","
		"\"judged\":true}"},
	{KZ_LINE_TOUCHED,
		"{\"v\":1,\"t\":1582941600,\"touched\":\"10.224.31.110\","
		"\"service\":\"smtp25\",\"outcome\":\"unreachable\"}"},
	{KZ_LINE_TOUCHED,
		"{\"v\":1,\"t\":253402300799,\"touched\":\"2001:db8::1\","
		"\"service\":\"dns53udp\",\"outcome\":\"alive\","
		"\"canary\":true}"},
	{KZ_LINE_VERIFIED,
		"{\"v\":1,\"verified\":17,\"outcome\":\"yes\","
		"\"name\":\"mail.example1.jp\",\"site\":\"example1.jp\","
		"\"zone\":\"example1.jp\"}"},
	{KZ_LINE_VERIFIED,
		"{\"v\":1,\"verified\":9223372036854775807,"
		"\"outcome\":\"unknown\"}"},
	{KZ_LINE_DONE,
		"{\"v\":1,\"done\":\"sub.example1.jp\","
		"\"zone\":\"example1.jp\","
		"\"complete\":[\"MX\",\"DEL\",\"CON\"]}"},
	{KZ_LINE_DONE, "{\"v\":1,\"done\":\"example1.jp\",\"complete\":[]}"},
	{KZ_LINE_ERROR,
		"{\"v\":1,\"error\":\"not a domain name\","
		"\"line\":\"exa\\\\xffmple \\\"\"}"},
	{KZ_LINE_EXAMINE, "{\"v\":1,\"examine\":\"example1.jp\",\"tcp\":true}"},
	{KZ_LINE_EXAMINE,
		"{\"v\":1,\"examine\":\"example1.jp\",\"tcp\":false,"
		"\"confirm\":true,\"sender\":true,\"zone\":\"example1.jp\","
		"\"clients\":[[\"10.0.0.1\",\"mx.a.jp\"],[\"::1\",\"\"]],"
		"\"watch\":[\"a.example1.jp\",\"b.jp\"]}"},
	{KZ_LINE_QUESTION,
		"{\"v\":1,\"verify\":17,\"kind\":\"helo\","
		"\"name\":\"mail.example1.jp\",\"client\":\"10.224.31.98\"}"},
	{KZ_LINE_QUESTION,
		"{\"v\":1,\"verify\":0,\"kind\":\"rdns\","
		"\"client\":\"2001:db8::1\"}"},
	{KZ_LINE_QUESTION,
		"{\"v\":1,\"verify\":1,\"kind\":\"site\","
		"\"name\":\"example1.jp\"}"},
	{KZ_LINE_CANARY,
		"{\"v\":1,\"canary\":\"10.20.0.25\",\"service\":\"smtp25\"}"},
	{KZ_LINE_CANARY,
		"{\"v\":1,\"canary\":\"10.20.0.53\","
		"\"service\":\"dns53tcp\",\"name\":\"example1.jp\"}"},
	{KZ_LINE_EXAMINE,
		"{\"v\":1,\"examine\":\"example2.jp\",\"tcp\":true,"
		"\"registry\":true}"},
	{KZ_LINE_LOOKUP, "{\"v\":1,\"registry_of\":\"example2.jp\"}"},
	{KZ_LINE_LOOKUP, "{\"v\":1,\"registry_of\":\"2001:db8::25\"}"},
	{KZ_LINE_LOOKED,
		"{\"v\":1,\"registry_says\":\"example2.jp\","
		"\"server\":\"whois.jprs.jp\",\"outcome\":\"found\","
		"\"t\":1582941600,\"kind\":\"domain\","
		"\"domain\":\"example2.jp\",\"states\":[\"Connected\"],"
		"\"servers\":[\"w03.example2.jp\"],\"contacts\":"
		"[[\"RT0040JP\",1,\"\"],[\"\",2,\"example2.jp\"]],"
		"\"expires\":[1606662000,540,true],\"cut\":true,"
		"\"redacted\":true,\"by_rule\":true}"},
	{KZ_LINE_LOOKED,
		"{\"v\":1,\"registry_says\":\"10.224.31.98\","
		"\"server\":\"whois.nic.ad.jp\",\"outcome\":\"found\","
		"\"kind\":\"network\",\"range\":[\"10.224.31.96\","
		"\"10.224.31.111\"],\"states\":[],\"servers\":[],"
		"\"contacts\":[]}"},
	{KZ_LINE_LOOKED,
		"{\"v\":1,\"registry_says\":\"10.20.0.25\","
		"\"server\":\"whois.nic.ad.jp\","
		"\"outcome\":\"not found\",\"more\":true}"},
	{KZ_LINE_LOOKED,
		"{\"v\":1,\"registry_says\":\"good.example\","
		"\"server\":\"\",\"outcome\":\"unclear\","
		"\"why\":\"timeout\"}"},
	{KZ_LINE_WANT,
		"{\"v\":1,\"turn_wanted\":\"whois.jprs.jp\","
		"\"rdap\":false}"},
	{KZ_LINE_GRANT,
		"{\"v\":1,\"turn_answer\":\"rdap.example\",\"rdap\":true,"
		"\"granted\":true,\"wait\":600}"},
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

static void
each_kind_prints_as_it_was_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINE_COUNT; i++) {
		struct kz_line line = parsed(lines[i].text);

		assert_int_equal(line.kind, lines[i].kind);
		assert_string_equal(printed(&line), lines[i].text);
	}
}

static void
a_finding_has_its_fields(void **state)
{
	struct kz_line line = parsed(lines[0].text);
	const struct kz_finding *finding = &line.u.finding;
	char text[KZ_ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(finding->when_s, 1582941600);
	assert_string_equal(finding->subject.text, "example1.jp");
	assert_int_equal(finding->symptom, KZ_SYM_MX_BEST_DEAD);
	assert_int_equal(finding->outcome, KZ_OUTCOME_BAD);
	assert_int_equal(finding->source, KZ_SOURCE_PROBE);
	assert_int_equal(finding->weight, 6);
	assert_false(finding->truncated);
	assert_false(finding->judged);
	assert_string_equal(finding->object, "example1.jp");
	assert_string_equal(finding->value, "ishtar.example1.jp");
	assert_string_equal(finding->why, "EHOSTUNREACH");
	assert_int_equal(finding->rest_count, 2);
	assert_int_equal(finding->rests[1].netclass, KZ_NET_SMTP25_V4);
	assert_string_equal(
		kz_addr_format(&finding->rests[1].addr, text), "10.224.31.110");
}

#define FINDING(rest)                                                          \
	"{\"v\":1,\"t\":1,\"subject\":\"a.jp\",\"id\":\"mx-best-dead\","       \
	"\"object\":\"a.jp\",\"outcome\":\"bad\"" rest "}"

static void
weights_stay_within_the_symptom(void **state)
{
	(void)state;
	assert_int_equal(parsed(FINDING("")).u.finding.weight, 6);
	assert_int_equal(parsed(FINDING(",\"weight\":0")).u.finding.weight, 0);
	assert_int_equal(parsed(FINDING(",\"weight\":6")).u.finding.weight, 6);
	assert_int_equal(parsed(FINDING(",\"weight\":7")).u.finding.weight, 6);
	assert_int_equal(parsed(FINDING(",\"weight\":10")).u.finding.weight, 6);
}

static void
writing_may_differ(void **state)
{
	struct kz_line line = parsed(
		" { \"subject\" : \"EXAMPLE1.jp.\" , \"t\" : 5, \"v\" : 1 ,"
		"\"id\":\"mx-best-dead\",\"object\":\"\\u0061\","
		"\"outcome\":\"unknown\",\"new\":{\"a\":[[1.5,null]]}}\r\n");

	(void)state;
	assert_string_equal(line.u.finding.subject.text, "example1.jp");
	assert_string_equal(line.u.finding.object, "a");
	assert_int_equal(line.u.finding.weight, 0);
	line = parsed("{\"v\":1,\"canary\":\"::ffff:10.0.0.1\","
		      "\"service\":\"smtp25\"}\n");
	assert_int_equal(line.u.canary_ask.addr.family, KZ_ADDR_V4);
}

#define TOUCHED(t, addr, service, outcome)                                     \
	"{\"v\":1,\"t\":" t ",\"touched\":" addr ",\"service\":" service       \
	",\"outcome\":" outcome "}"
#define EXAMINE(rest)  "{\"v\":1,\"examine\":\"a.jp\"" rest "}"
#define VERIFIED(rest) "{\"v\":1,\"verified\":1,\"outcome\":\"yes\"" rest "}"

#define SAYS(outcome, rest)                                                    \
	"{\"v\":1,\"registry_says\":\"a.jp\",\"server\":\"s\","                \
	"\"outcome\":\"" outcome "\"" rest "}"
#define NETWORK(range) SAYS("found", ",\"kind\":\"network\",\"range\":" range)
#define HANDLE(rest)   SAYS("found", ",\"kind\":\"handle\"," rest)
#define DOMAIN(contacts)                                                       \
	SAYS("found",                                                          \
		",\"kind\":\"domain\",\"states\":[],\"servers\":[],"           \
		"\"contacts\":" contacts)
#define GRANT(granted, wait)                                                   \
	"{\"v\":1,\"turn_answer\":\"a\",\"rdap\":true,\"granted\":" granted    \
	",\"wait\":" wait "}"

/* What is refused, and the beginning of what is said. */
static const struct {
	const char *why;
	const char *text;
} refused[] = {
	{"one JSON object", ""},
	{"one JSON object", "example1.jp"},
	{"one JSON object", "[1]"},
	{"one JSON object", "{\"v\":1"},
	{"one JSON object", "{\"v\":1}{\"v\":1}"},
	{"one JSON object", "{\"v\":1,\"v\":1,\"done\":\"a\"}"},
	{"one JSON object", FINDING(",\"outcome\":\"ok\"")},
	{"one JSON object", FINDING(",\"value\":\"\\u0000\"")},
	{"one JSON object", FINDING(",\"value\":\"\xff\"")},
	{"one JSON object", FINDING(",\"weight\":99999999999999999999")},
	{"v:", "{\"done\":\"a.jp\",\"complete\":[]}"},
	{"v:", "{\"v\":2,\"done\":\"a.jp\",\"complete\":[]}"},
	{"v:", "{\"v\":\"1\",\"done\":\"a.jp\",\"complete\":[]}"},
	{"v:", "{\"v\":1.0,\"done\":\"a.jp\",\"complete\":[]}"},
	{"no key", "{\"v\":1,\"t\":1}"},
	{"nested", "{\"v\":1,\"x\":[[[[[[[[]]]]]]]]}"},
	{"t:", TOUCHED("0", "\"10.0.0.1\"", "\"smtp25\"", "\"alive\"")},
	{"t:", TOUCHED("-1", "\"10.0.0.1\"", "\"smtp25\"", "\"alive\"")},
	{"t:",
		TOUCHED("1582941600000", "\"10.0.0.1\"", "\"smtp25\"",
			"\"alive\"")},
	{"t:", TOUCHED("1.5", "\"10.0.0.1\"", "\"smtp25\"", "\"alive\"")},
	{"t:", TOUCHED("\"1\"", "\"10.0.0.1\"", "\"smtp25\"", "\"alive\"")},
	{"touched:", TOUCHED("1", "\"10.0.0\"", "\"smtp25\"", "\"alive\"")},
	{"touched:", TOUCHED("1", "7", "\"smtp25\"", "\"alive\"")},
	{"service:", TOUCHED("1", "\"10.0.0.1\"", "\"smtp\"", "\"alive\"")},
	{"outcome:", TOUCHED("1", "\"10.0.0.1\"", "\"smtp25\"", "\"ok\"")},
	{"canary:",
		"{\"v\":1,\"t\":1,\"touched\":\"::1\",\"service\":\"smtp25\","
		"\"outcome\":\"alive\",\"canary\":1}"},
	{"subject:",
		"{\"v\":1,\"t\":1,\"subject\":\".\",\"id\":\"ns-lame\","
		"\"object\":\"a\",\"outcome\":\"ok\"}"},
	{"id:",
		"{\"v\":1,\"t\":1,\"subject\":\"a\",\"id\":\"ns-lam\","
		"\"object\":\"a\",\"outcome\":\"ok\"}"},
	{"object:",
		"{\"v\":1,\"t\":1,\"subject\":\"a\",\"id\":\"ns-lame\","
		"\"outcome\":\"ok\"}"},
	{"object:",
		"{\"v\":1,\"t\":1,\"subject\":\"a\",\"id\":\"ns-lame\","
		"\"object\":\"a\\nb\",\"outcome\":\"ok\"}"},
	{"outcome:",
		"{\"v\":1,\"t\":1,\"subject\":\"a\",\"id\":\"ns-lame\","
		"\"object\":\"a\",\"outcome\":\"OK\"}"},
	{"weight:", FINDING(",\"weight\":-1")},
	{"weight:", FINDING(",\"weight\":11")},
	{"weight:", FINDING(",\"weight\":\"6\"")},
	{"value:", FINDING(",\"value\":7")},
	{"value:", FINDING(",\"value\":\"\\u001b[2J\"")},
	{"why:", FINDING(",\"why\":\"\x7f\"")},
	{"ttl:", FINDING(",\"ttl\":2147483648")},
	{"source:", FINDING(",\"source\":\"guess\"")},
	{"truncated:", FINDING(",\"truncated\":0")},
	{"judged:", FINDING(",\"judged\":null")},
	{"rests:", FINDING(",\"rests\":{}")},
	{"rests:", FINDING(",\"rests\":[[\"smtp25-v4\"]]")},
	{"rests:", FINDING(",\"rests\":[[\"smtp25-v4\",\"::1\"]]")},
	{"rests:", FINDING(",\"rests\":[[\"smtp25-v6\",\"10.0.0.1\"]]")},
	{"rests:", FINDING(",\"rests\":[[\"smtp26-v4\",\"10.0.0.1\"]]")},
	{"rests:", FINDING(",\"rests\":[[\"smtp25-v4\",\"10.0.0.1\",1]]")},
	{"done:", "{\"v\":1,\"done\":\"a..jp\",\"complete\":[]}"},
	{"complete:", "{\"v\":1,\"done\":\"a.jp\"}"},
	{"complete:", "{\"v\":1,\"done\":\"a.jp\",\"complete\":[\"mx\"]}"},
	{"complete:", "{\"v\":1,\"done\":\"a.jp\",\"complete\":[1]}"},
	{"zone:", "{\"v\":1,\"done\":\"a.jp\",\"zone\":1,\"complete\":[]}"},
	{"verified:", "{\"v\":1,\"verified\":-1,\"outcome\":\"yes\"}"},
	{"outcome:", "{\"v\":1,\"verified\":1,\"outcome\":true}"},
	{"zone:", VERIFIED(",\"site\":\"a.jp\"")},
	{"site:", VERIFIED(",\"zone\":\"a.jp\"")},
	{"zone:", VERIFIED(",\"site\":\"a.jp\",\"zone\":\"b.a.jp\"")},
	{"zone:", VERIFIED(",\"site\":\"ba.jp\",\"zone\":\"a.jp\"")},
	{"examine:", "{\"v\":1,\"examine\":\"10.0.0.1:25\"}"},
	{"tcp:", EXAMINE(",\"tcp\":\"yes\"")},
	{"sender:", EXAMINE(",\"sender\":1")},
	{"zone:", EXAMINE(",\"zone\":\".\"")},
	{"clients:", EXAMINE(",\"clients\":[[\"10.0.0.1\"]]")},
	{"clients:", EXAMINE(",\"clients\":[[\"10.0.0.1\",\"a b\"]]")},
	{"clients:", EXAMINE(",\"clients\":[[\"mx.a.jp\",\"a\"]]")},
	{"registry:", EXAMINE(",\"registry\":1")},
	{"watch:", EXAMINE(",\"watch\":[\"a\",\".\"]")},
	{"watch:",
		EXAMINE(",\"watch\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
			"\"a\",\"a\",\"a\"]")},
	{"kind:", "{\"v\":1,\"verify\":1,\"kind\":\"mx\",\"name\":\"a\"}"},
	{"name:", "{\"v\":1,\"verify\":1,\"kind\":\"site\"}"},
	{"client:", "{\"v\":1,\"verify\":1,\"kind\":\"helo\",\"name\":\"a\"}"},
	{"canary:", "{\"v\":1,\"canary\":true,\"service\":\"smtp25\"}"},
	{"service:", "{\"v\":1,\"canary\":\"10.0.0.1\"}"},
	{"error:", "{\"v\":1,\"error\":[]}"},
	{"registry_of:", "{\"v\":1,\"registry_of\":\".\"}"},
	{"registry_of:", "{\"v\":1,\"registry_of\":7}"},
	{"server:", "{\"v\":1,\"registry_says\":\"a.jp\"}"},
	{"outcome:", SAYS("maybe", "")},
	{"why:", SAYS("unclear", ",\"why\":\"\\u001b[2J\"")},
	{"kind:", SAYS("found", "")},
	{"kind:", SAYS("found", ",\"kind\":\"person\"")},
	{"states:", SAYS("found", ",\"kind\":\"domain\"")},
	{"range:", SAYS("found", ",\"kind\":\"network\"")},
	{"range:", NETWORK("[\"10.0.0.9\",\"10.0.0.8\"]")},
	{"range:", NETWORK("[\"10.0.0.9\",\"::1\"]")},
	{"range:", NETWORK("[\"10.0.0.9\"]")},
	{"handle:", HANDLE("\"handle\":\"a b\"")},
	{"phone:", HANDLE("\"phone\":\"\xc2\x9b\"")},
	{"contacts:", DOMAIN("[[\"A\",1]]")},
	{"contacts:", DOMAIN("[[\"\",1,\"\"]]")},
	{"contacts:", DOMAIN("[[\"A\",32,\"\"]]")},
	{"contacts:", DOMAIN("[[\"A B\",1,\"\"]]")},
	{"contacts:", DOMAIN("[[\"A\",1,\"a@b.jp\"]]")},
	{"contacts:",
		DOMAIN("[\"A\",\"A\",\"A\",\"A\",\"A\",\"A\",\"A\","
		       "\"A\",\"A\"]")},
	{"turn_wanted:", "{\"v\":1,\"turn_wanted\":\"\",\"rdap\":true}"},
	{"rdap:", "{\"v\":1,\"turn_wanted\":\"a\"}"},
	{"granted:", GRANT("1", "0")},
	{"wait:", GRANT("true", "601")},
	{"wait:", GRANT("true", "-1")},
};

static void
what_is_no_line_is_refused_with_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct kz_line line = {.canary = true};
		const char *why = "-";

		if (kz_line_parse(str(refused[i].text), &line, &why) !=
			KZ_EFORMAT)
			fail_msg("taken: %s", refused[i].text);
		if (strncmp(why, refused[i].why, strlen(refused[i].why)) != 0)
			fail_msg("%s: %s", why, refused[i].text);
		assert_true(line.canary);
	}
}

static void
no_cut_line_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINE_COUNT; i++) {
		size_t whole = strlen(lines[i].text);

		for (size_t len = 0; len < whole; len++) {
			struct kz_line line;
			const char *why;

			assert_int_equal(
				kz_line_parse(
					(struct kz_str){lines[i].text, len},
					&line, &why),
				KZ_EFORMAT);
		}
	}
}

static void
texts_at_their_longest(void **state)
{
	static const struct {
		const char *key;
		size_t most;
	} table[] = {
		{"object", KZ_OBJECT_MAX},
		{"value", KZ_VALUE_MAX},
		{"why", KZ_WHY_MAX},
	};
	char text[2000], value[600];

	(void)state;
	memset(value, 'x', sizeof(value));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (size_t more = 0; more <= 1; more++) {
			struct kz_line line;
			const char *why;
			int len = snprintf(text, sizeof(text),
				"{\"v\":1,\"t\":1,\"subject\":\"a\","
				"\"id\":\"ns-lame\",%s\"outcome\":\"ok\","
				"\"%s\":\"%.*s\"}",
				i == 0 ? "" : "\"object\":\"a\",", table[i].key,
				(int)(table[i].most + more), value);

			assert_in_range(len, 1, sizeof(text) - 1);
			assert_int_equal(kz_line_parse(str(text), &line, &why),
				more == 0 ? KZ_OK : KZ_EFORMAT);
		}
	}
}

static void
the_line_itself_is_bounded(void **state)
{
	static char text[KZ_LINE_MAX + 2];
	struct kz_line line;
	const char *why;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, lines[9].text, strlen(lines[9].text));
	assert_int_equal(
		kz_line_parse((struct kz_str){text, KZ_LINE_MAX}, &line, &why),
		KZ_OK);
	assert_int_equal(kz_line_parse((struct kz_str){text, KZ_LINE_MAX + 1},
				 &line, &why),
		KZ_EFORMAT);
	memset(text, '[', sizeof(text));
	assert_int_equal(
		kz_line_parse((struct kz_str){text, KZ_LINE_MAX}, &line, &why),
		KZ_EFORMAT);
	assert_string_equal(why, "nested more than 8 deep");
}

static void
a_small_buffer_is_refused(void **state)
{
	char buffer[KZ_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < LINE_COUNT; i++) {
		struct kz_line line = parsed(lines[i].text);
		size_t whole = strlen(lines[i].text) + 1, len = 77;

		for (size_t size = 0; size < whole; size++)
			assert_int_equal(
				kz_line_print(&line, buffer, size, &len),
				KZ_ETRUNC);
		assert_int_equal(len, 77);
		assert_int_equal(
			kz_line_print(&line, buffer, whole, &len), KZ_OK);
		assert_int_equal(len, whole);
	}
}

static void
refuses_to_print(const struct kz_line *line)
{
	char buffer[KZ_LINE_MAX];
	size_t len;

	assert_int_equal(
		kz_line_print(line, buffer, sizeof(buffer), &len), KZ_EINVAL);
}

static void
what_would_not_parse_is_not_printed(void **state)
{
	const struct kz_line finding = parsed(lines[0].text);
	struct kz_line line = finding;

	(void)state;
	line.u.finding.when_s = 0;
	refuses_to_print(&line);
	line = finding;
	line.u.finding.subject = (struct kz_name){0};
	refuses_to_print(&line);
	line = finding;
	line.u.finding.weight = 7;
	refuses_to_print(&line);
	line = finding;
	line.u.finding.rest_count = KZ_RESTS_MAX + 1;
	refuses_to_print(&line);
	line = finding;
	line.u.finding.rests[0].netclass = KZ_NET_SMTP25_V4;
	refuses_to_print(&line);
	line = finding;
	line.u.finding.value[0] = '\n';
	refuses_to_print(&line);
	line.u.finding.value[0] = '\xff';
	refuses_to_print(&line);
	memset(line.u.finding.why, 'x', sizeof(line.u.finding.why));
	line.u.finding.value[0] = 'x';
	refuses_to_print(&line);
	line = parsed(lines[4].text);
	line.u.verified.zone = line.u.verified.name;
	refuses_to_print(&line);
	line = parsed(lines[5].text);
	line.u.verified.id++;
	refuses_to_print(&line);
	line = parsed(lines[11].text);
	line.u.question.client.family = KZ_ADDR_NONE;
	refuses_to_print(&line);
	line = parsed(lines[10].text);
	line.u.examine.watch_count = KZ_LINE_WATCHED + 1;
	refuses_to_print(&line);
	line.u.examine.watch_count = 3;
	refuses_to_print(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_prints_as_it_was_read),
		cmocka_unit_test(a_finding_has_its_fields),
		cmocka_unit_test(weights_stay_within_the_symptom),
		cmocka_unit_test(writing_may_differ),
		cmocka_unit_test(what_is_no_line_is_refused_with_its_reason),
		cmocka_unit_test(no_cut_line_is_taken),
		cmocka_unit_test(texts_at_their_longest),
		cmocka_unit_test(the_line_itself_is_bounded),
		cmocka_unit_test(a_small_buffer_is_refused),
		cmocka_unit_test(what_would_not_parse_is_not_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* The HTTP API without HTTP: a real engine, a store in a folder of its own. */
#include "api_kit.h"

#include <bsd/string.h>
#include <jansson.h>

#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

/* "GET /v1/sites?state=broken"; the call is left open for kz_call_more. */
static struct kz_call *
begin(struct scene *scene, const char *line)
{
	static char words[4096];
	struct kz_call_request request = {.method = words};
	struct kz_call *call = NULL;
	char *rest = NULL;

	assert_true(snprintf(words, sizeof(words), "%s", line) > 0);
	rest = strchr(words, ' ');
	assert_non_null(rest);
	*rest++ = '\0';
	request.path = rest;
	rest = strchr(rest, '?');
	while (rest != NULL && request.arg_count < KZ_CALL_ARGS) {
		struct kz_call_arg *arg = &request.args[request.arg_count++];

		*rest++ = '\0';
		arg->key = rest;
		rest = strchr(rest, '=');
		assert_non_null(rest);
		*rest++ = '\0';
		arg->value = rest;
		rest = strchr(rest, '&');
	}
	assert_int_equal(kz_call_open(scene->engine, &request, &call), KZ_OK);
	return call;
}

static struct kz_call_answer
finish(struct scene *scene, struct kz_call *call)
{
	struct kz_call_answer answer = {.later = true};

	while (answer.later)
		assert_int_equal(kz_call_finish(call, &scene->program,
					 &scene->now, &answer),
			KZ_OK);
	return answer;
}

/* The status of a call whose body comes in pieces of step octets. */
static unsigned
ask_in_steps(struct scene *scene, const char *line, const char *body,
	size_t step, json_t **json)
{
	struct kz_call *call = begin(scene, line);
	struct kz_call_answer answer;
	unsigned status = 0;
	size_t len = strlen(body);

	for (size_t at = 0; at < len; at += step)
		if (!kz_call_feed(call,
			    (struct kz_str){body + at,
				    len - at < step ? len - at : step}))
			break;
	answer = finish(scene, call);
	status = answer.status;
	if (json != NULL) {
		*json = json_loadb(answer.body, answer.len, 0, NULL);
		assert_non_null(*json);
	}
	kz_call_answer_end(&answer);
	kz_call_close(&call);
	return status;
}

static unsigned
ask(struct scene *scene, const char *line, const char *body)
{
	return ask_in_steps(scene, line, body, BIG, NULL);
}

static json_t *
ask_json(struct scene *scene, const char *line, const char *body)
{
	json_t *json = NULL;

	(void)ask_in_steps(scene, line, body, BIG, &json);
	return json;
}

static const char *
text_at(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

/* Twelve bads of one site over twenty days: persistent. */
static const char *
broken_lines(const char *site)
{
	static const int days[] = {20, 18, 16, 14, 12, 10, 8, 6, 4, 3, 2, 1};
	static char lines[8192];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		used += (size_t)snprintf(lines + used, sizeof(lines) - used,
			"{\"v\":1,\"t\":%d,\"subject\":\"%s\",\"id\":"
			"\"mx-best-dead\",\"object\":\"%s\",\"outcome\":"
			"\"bad\",\"weight\":6,\"value\":\"mx.%s\",\"rests\":"
			"[[\"smtp25-v4\",\"198.51.100.9\"]],\"why\":"
			"\"ETIMEDOUT\",\"judged\":true}\n",
			NOW_S - days[i] * DAY_S + days[i] * 7000, site, site,
			site);
	return lines;
}

static void
paths_and_methods_are_told_apart(void **state)
{
	static const struct {
		const char *line;
		unsigned status;
	} cases[] = {
		{"GET /v1/status", 200},
		{"GET /metrics", 200},
		{"GET /v1/sites", 200},
		{"GET /v1/sites/example1.jp", 200},
		{"GET /v1/sites/EXAMPLE1.JP.", 200},
		{"GET /v1/findings", 200},
		{"GET /", 404},
		{"GET ", 404},
		{"GET /v1", 404},
		{"GET /v1/sites/", 404},
		{"GET /v1/sites//allow", 404},
		{"GET /v1/sites/a.jp/", 404},
		{"GET /v1/sites/a.jp/allow/b", 404},
		{"GET /v2/status", 404},
		{"GET /v1/status/", 404},
		{"GET /v1/looks/1", 404},
		{"GET /v1/looks/-1", 404},
		{"GET /v1/looks/1x", 404},
		{"GET /v1/looks/99999999999999999999999", 404},
		{"POST /v1/status", 405},
		{"GET /v1/sites/a.jp/allow", 405},
		{"GET /v1/sites/a.jp/forget", 405},
		{"DELETE /v1/sites/a.jp", 405},
		{"PUT /v1/findings", 405},
		{"PROPFINDALL /v1/status", 404},
		{"GET /v1/sites/a..jp", 400},
		{"GET /v1/sites/.", 400},
		{"GET /v1/sites/a b.jp", 400},
		{"GET /v1/sites/\xff.jp", 400},
		{"GET /v1/sites/a.jp?if=ever", 400},
		{"GET /v1/sites/a.jp?if=lasts", 200},
		{"GET /v1/sites/a.jp?lang=ja", 200},
		{"GET /v1/sites/a.jp?lang=xx", 400},
		{"GET /v1/sites?state=broken&limit=1", 200},
		{"GET /v1/sites?state=fine", 400},
		{"GET /v1/sites?limit=0", 400},
		{"GET /v1/sites?limit=100001", 400},
		{"GET /v1/sites?limit=1x", 400},
		{"GET /v1/sites?unknown=1", 200},
		{"GET /v1/findings?site=..", 400},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned status = ask(*state, cases[i].line, "");

		if (status != cases[i].status)
			print_error("%s\n", cases[i].line);
		assert_int_equal(status, cases[i].status);
	}
}

static void
long_paths_are_unknown(void **state)
{
	char line[2048] = "GET /v1/sites/";
	size_t len = strlen(line);

	memset(line + len, 'a', 1500);
	assert_int_equal(ask(*state, line, ""), 404);
}

static void
bodies_of_words_are_checked(void **state)
{
	static const struct {
		const char *body;
		unsigned status;
	} cases[] = {
		{"", 200},
		{"{}", 200},
		{"{\"until\":0,\"why\":\"\"}", 200},
		{"{\"until\":1583000001}", 200},
		{"{\"until\":1583000000}", 400},
		{"{\"until\":-1}", 400},
		{"{\"until\":\"1583000001\"}", 400},
		{"{\"until\":1e99}", 400},
		{"{\"until\":99999999999999999999}", 400},
		{"{\"why\":7}", 400},
		{"{\"why\":\"a\",\"why\":\"b\"}", 400},
		{"[]", 400},
		{"{", 400},
		{"\xff", 400},
		{"{\"why\":\"\\u0000\"}", 400},
		{"{\"why\":\"\xe6\xb0\x97\"}", 200},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned status =
			ask(*state, "POST /v1/sites/a.jp/allow", cases[i].body);

		if (status != cases[i].status)
			print_error("%s\n", cases[i].body);
		assert_int_equal(status, cases[i].status);
	}
}

static void
a_reason_has_255_octets_at_most(void **state)
{
	char body[400];
	char why[257];

	memset(why, 'w', 256);
	why[256] = '\0';
	(void)snprintf(body, sizeof(body), "{\"why\":\"%s\"}", why);
	assert_int_equal(ask(*state, "POST /v1/sites/why.jp/deny", body), 400);
	why[255] = '\0';
	(void)snprintf(body, sizeof(body), "{\"why\":\"%s\"}", why);
	assert_int_equal(ask(*state, "POST /v1/sites/why.jp/deny", body), 200);
}

static void
a_word_is_shown_until_it_is_taken_back(void **state)
{
	struct scene *scene = *state;
	json_t *site = NULL;

	assert_int_equal(ask(scene, "DELETE /v1/sites/a.jp/deny", ""), 404);
	assert_int_equal(ask(scene, "POST /v1/sites/a.jp/deny",
				 "{\"until\":1583000010,\"why\":\"x\"}"),
		200);
	site = ask_json(scene, "GET /v1/sites/a.jp", "");
	assert_string_equal(
		text_at(json_object_get(site, "verdict"), "state"), "broken");
	assert_string_equal(text_at(json_object_get(site, "deny"), "why"), "x");
	json_decref(site);
	scene->now.wall_s += 11;
	site = ask_json(scene, "GET /v1/sites/a.jp", "");
	assert_null(json_object_get(site, "deny"));
	json_decref(site);
	scene->now.wall_s -= 11;
	assert_int_equal(ask(scene, "DELETE /v1/sites/a.jp/deny", ""), 200);
	assert_int_equal(ask(scene, "DELETE /v1/sites/a.jp/deny", ""), 404);
}

static void
a_body_above_its_bound_is_refused(void **state)
{
	struct scene *scene = *state;
	char *body = malloc(KZ_CALL_BODY_MAX + 2);
	json_t *json = NULL;

	assert_non_null(body);
	memset(body, ' ', KZ_CALL_BODY_MAX + 1);
	body[KZ_CALL_BODY_MAX + 1] = '\0';
	assert_int_equal(ask_in_steps(scene, "POST /v1/sites/a.jp/allow", body,
				 1000, &json),
		413);
	json_decref(json);
	/* To the bound it is read, and is no JSON. */
	body[KZ_CALL_BODY_MAX] = '\0';
	assert_int_equal(ask_in_steps(scene, "POST /v1/sites/a.jp/allow", body,
				 1000, &json),
		400);
	json_decref(json);
	free(body);
	assert_int_equal(
		kz_call_body_max("POST", "/v1/findings"), KZ_CALL_IMPORT_MAX);
	assert_int_equal(
		kz_call_body_max("GET", "/v1/findings"), KZ_CALL_BODY_MAX);
}

static void
an_import_is_the_same_however_it_is_cut(void **state)
{
	struct scene *scene = *state;
	static const size_t steps[] = {1, 7, 4096, BIG};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		json_t *json = NULL;
		char site[32];

		(void)snprintf(site, sizeof(site), "cut%zu.jp", i);
		assert_int_equal(ask_in_steps(scene, "POST /v1/findings",
					 broken_lines(site), steps[i], &json),
			200);
		assert_int_equal(
			json_integer_value(json_object_get(json, "taken")), 12);
		json_decref(json);
	}
}

static void
bad_lines_are_told_by_number_and_bounded(void **state)
{
	char body[4096] = "";
	json_t *json = NULL;
	const json_t *bad = NULL;

	for (int i = 0; i < 30; i++)
		(void)strlcat(body, "\nnonsense\n", sizeof(body));
	(void)strlcat(body, "{\"v\":1,\"examine\":\"a.jp\"}", sizeof(body));
	json = ask_json(*state, "POST /v1/findings", body);
	bad = json_object_get(json, "bad_lines");
	assert_int_equal(json_integer_value(json_object_get(json, "bad")), 31);
	assert_int_equal(json_array_size(bad), 20);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(bad, 1), "line")),
		4);
	json_decref(json);
}

static void
a_line_too_long_is_skipped_alone(void **state)
{
	struct scene *scene = *state;
	char *body = calloc(1, 40000);
	json_t *json = NULL;

	assert_non_null(body);
	memset(body, 'x', 20000);
	body[20000] = '\n';
	(void)strlcat(body, broken_lines("long.jp"), 40000);
	(void)ask_in_steps(scene, "POST /v1/findings", body, 5000, &json);
	assert_int_equal(
		json_integer_value(json_object_get(json, "taken")), 12);
	assert_int_equal(json_integer_value(json_object_get(json, "bad")), 1);
	json_decref(json);
	free(body);
}

static void
an_import_that_breaks_off_leaves_nothing(void **state)
{
	struct scene *scene = *state;
	struct kz_call *call = begin(scene, "POST /v1/findings");
	const char *lines = broken_lines("half.jp");
	json_t *site = NULL;

	assert_true(kz_call_feed(call, (struct kz_str){lines, strlen(lines)}));
	kz_call_close(&call);
	site = ask_json(scene, "GET /v1/sites/half.jp", "");
	assert_false(json_is_true(json_object_get(site, "known")));
	json_decref(site);
}

/* The whole export in pieces, as text; the caller frees it. */
static char *
export_all(struct scene *scene, size_t *pieces)
{
	struct kz_call *call = begin(scene, "GET /v1/findings");
	struct kz_call_answer answer = finish(scene, call);
	char *all = calloc(1, 1);
	size_t len = 0;
	bool more = true;

	*pieces = 0;
	while (more) {
		all = realloc(all, len + answer.len + 1);
		assert_non_null(all);
		if (answer.len > 0)
			memcpy(all + len, answer.body, answer.len);
		len += answer.len;
		all[len] = '\0';
		more = answer.more;
		(*pieces)++;
		kz_call_answer_end(&answer);
		if (more)
			assert_int_equal(
				kz_call_more(call, &scene->now, &answer),
				KZ_OK);
	}
	kz_call_close(&call);
	return all;
}

static size_t
times_in(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word)) != NULL) {
		count++;
		text++;
	}
	return count;
}

static void
an_export_restores_what_was_forgotten(void **state)
{
	struct scene *scene = *state;
	size_t pieces = 0;
	char *all = NULL;
	json_t *json =
		ask_json(scene, "POST /v1/findings", broken_lines("lost.jp"));

	json_decref(json);
	all = export_all(scene, &pieces);
	assert_int_equal(times_in(all, "\"subject\":\"lost.jp\""), 12);
	assert_int_equal(ask(scene, "POST /v1/sites/lost.jp/forget", ""), 200);
	assert_int_equal(ask(scene, "POST /v1/sites/lost.jp/forget", ""), 404);
	json = ask_json(scene, "POST /v1/findings", all);
	assert_int_equal(
		json_integer_value(json_object_get(json, "taken")), 12);
	json_decref(json);
	json = ask_json(scene, "GET /v1/sites/lost.jp", "");
	assert_string_equal(
		text_at(json_object_get(json, "verdict"), "state"), "broken");
	json_decref(json);
	free(all);
}

static void
a_long_export_comes_in_pieces_and_whole(void **state)
{
	struct scene *scene = *state;
	size_t pieces = 0;
	char *all = NULL;

	/* A piece ends before and behind each of three that sort close. */
	for (int i = 0; i < 90; i++) {
		static const char *const before[] = {"n", "n", "x.n"};
		static const char *const behind[] = {"", "-z", ""};
		char site[32];

		(void)snprintf(site, sizeof(site), "%s%d%s.near.jp",
			before[i % 3], i / 3, behind[i % 3]);
		assert_int_equal(
			ask(scene, "POST /v1/findings", broken_lines(site)),
			200);
	}
	all = export_all(scene, &pieces);
	assert_int_equal(times_in(all, ".near.jp\",\"id\""), 90 * 12);
	assert_true(pieces >= 5);
	free(all);
}

static void
a_look_runs_and_ends(void **state)
{
	struct scene *scene = *state;
	const bool complete[KZ_FAMILY_COUNT] = {[KZ_FAMILY_MX] = true};
	const struct kz_name zone = {.len = 4, .text = "a.jp"};
	struct kz_finding finding = {.when_s = NOW_S,
		.subject = zone,
		.symptom = KZ_SYM_MX_BEST_DEAD,
		.outcome = KZ_OUTCOME_BAD,
		.weight = 6,
		.object = "a.jp"};
	char line[64];
	json_t *json = ask_json(scene, "POST /v1/sites/a.jp/look", "");

	assert_string_equal(scene->order.site.text, "a.jp");
	assert_true(scene->order.tcp);
	(void)snprintf(
		line, sizeof(line), "GET /v1/looks/%s", text_at(json, "look"));
	json_decref(json);
	json = ask_json(scene, line, "");
	assert_string_equal(text_at(json, "state"), "running");
	json_decref(json);
	kz_observe_finding(scene->engine, &finding, &scene->now);
	kz_observe_done(scene->engine, &zone, &zone, complete, &scene->now);
	json = ask_json(scene, line, "");
	assert_string_equal(text_at(json, "state"), "done");
	assert_int_equal(json_array_size(json_object_get(json, "findings")), 1);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json, "complete"), 0)),
		"MX");
	json_decref(json);
	scene->prober_up = false;
	assert_int_equal(ask(scene, "POST /v1/sites/b.jp/look", ""), 503);
	scene->prober_up = true;
}

/* Nothing was ever alive on port 25: it may be our own line. */
static void
a_look_holds_nothing_against_a_site_in_doubt(void **state)
{
	struct scene *scene = *state;
	const bool complete[KZ_FAMILY_COUNT] = {[KZ_FAMILY_MX] = true};
	const struct kz_name zone = {.len = 4, .text = "c.jp"};
	struct kz_finding finding = {.when_s = NOW_S,
		.subject = zone,
		.symptom = KZ_SYM_MX_BEST_DEAD,
		.outcome = KZ_OUTCOME_BAD,
		.weight = 6,
		.object = "c.jp",
		.rest_count = 1,
		.rests = {{KZ_NET_SMTP25_V4, {KZ_ADDR_V4, {10, 1, 2, 3}}}}};
	char line[64];
	json_t *json = ask_json(scene, "POST /v1/sites/c.jp/look", "");

	(void)snprintf(
		line, sizeof(line), "GET /v1/looks/%s", text_at(json, "look"));
	json_decref(json);
	kz_observe_finding(scene->engine, &finding, &scene->now);
	kz_observe_done(scene->engine, &zone, &zone, complete, &scene->now);
	scene->now.wall_s += 60;
	scene->now.mono_ms += 60000;
	kz_schedule_tick(scene->engine, &scene->now);
	json = ask_json(scene, line, "");
	assert_string_equal(text_at(json, "state"), "done");
	assert_string_equal(
		text_at(json_array_get(json_object_get(json, "findings"), 0),
			"outcome"),
		"unknown");
	json_decref(json);
}

static void
only_changes_ask_for_a_commit(void **state)
{
	static const struct {
		const char *line;
		bool changed;
	} cases[] = {
		{"GET /v1/status", false},
		{"GET /v1/sites/a.jp", false},
		{"POST /v1/sites/a.jp/allow", true},
		{"DELETE /v1/sites/a.jp/allow", true},
		{"DELETE /v1/sites/a.jp/allow", false},
		{"POST /v1/sites/a.jp/forget", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kz_call *call = begin(*state, cases[i].line);
		struct kz_call_answer answer = finish(*state, call);

		assert_int_equal(answer.changed, cases[i].changed);
		kz_call_answer_end(&answer);
		kz_call_close(&call);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_and_methods_are_told_apart),
		cmocka_unit_test(long_paths_are_unknown),
		cmocka_unit_test(bodies_of_words_are_checked),
		cmocka_unit_test(a_reason_has_255_octets_at_most),
		cmocka_unit_test(a_word_is_shown_until_it_is_taken_back),
		cmocka_unit_test(a_body_above_its_bound_is_refused),
		cmocka_unit_test(an_import_is_the_same_however_it_is_cut),
		cmocka_unit_test(bad_lines_are_told_by_number_and_bounded),
		cmocka_unit_test(a_line_too_long_is_skipped_alone),
		cmocka_unit_test(an_import_that_breaks_off_leaves_nothing),
		cmocka_unit_test(an_export_restores_what_was_forgotten),
		cmocka_unit_test(a_long_export_comes_in_pieces_and_whole),
		cmocka_unit_test(a_look_runs_and_ends),
		cmocka_unit_test(a_look_holds_nothing_against_a_site_in_doubt),
		cmocka_unit_test(only_changes_ask_for_a_commit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

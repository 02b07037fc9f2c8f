/* SPDX-License-Identifier: ISC */
/* Allowed clients, senders and recipients over the API, with a real engine. */
#include "api_kit.h"

#include <jansson.h>

static unsigned
ask(struct scene *scene, const char *method, const char *path, const char *body,
	json_t **json)
{
	const struct kz_call_request request = {.method = method, .path = path};
	struct kz_call_answer answer = {0};
	struct kz_call *call = NULL;
	unsigned status = 0;

	assert_int_equal(kz_call_open(scene->engine, &request, &call), KZ_OK);
	(void)kz_call_feed(call, (struct kz_str){body, strlen(body)});
	assert_int_equal(
		kz_call_finish(call, &scene->program, &scene->now, &answer),
		KZ_OK);
	status = answer.status;
	assert_int_equal(
		answer.changed, status == 200 && strcmp(method, "POST") == 0);
	if (json != NULL) {
		*json = json_loadb(answer.body, answer.len, 0, NULL);
		assert_non_null(*json);
	}
	kz_call_answer_end(&answer);
	kz_call_close(&call);
	return status;
}

static unsigned
allow(struct scene *scene, const char *body)
{
	return ask(scene, "POST", "/v1/allowed", body, NULL);
}

static unsigned
withdraw(struct scene *scene, const char *body)
{
	return ask(scene, "POST", "/v1/allowed/withdraw", body, NULL);
}

static void
bad_bodies_are_told(void **state)
{
	static const char *const bodies[] = {"", "nonsense", "[]", "{}",
		"{\"subject\":17}", "{\"subject\":\"example1.jp\"}",
		"{\"subject\":\"client:10.0.0.1/8\"}",
		"{\"subject\":\"client:10.0.0.1\\u0000\"}",
		"{\"subject\":\"sender:user@\"}",
		"{\"subject\":\"client:10.0.0.1\",\"until\":-1}",
		"{\"subject\":\"client:10.0.0.1\",\"until\":1500000000}",
		"{\"subject\":\"client:10.0.0.1\",\"until\":\"x\"}"};
	char body[400];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		if (allow(*state, bodies[i]) != 400)
			fail_msg("taken: %s", bodies[i]);
	(void)snprintf(body, sizeof(body),
		"{\"subject\":\"client:10.0.0.1\",\"why\":\"%0256d\"}", 7);
	assert_int_equal(allow(*state, body), 400);
	assert_int_equal(withdraw(*state, "{\"subject\":\"a.jp\"}"), 400);
	assert_int_equal(
		withdraw(*state, "{\"subject\":\"client:10.0.0.1\"}"), 404);
	assert_int_equal(ask(*state, "DELETE", "/v1/allowed", "", NULL), 405);
}

static void
the_list_tells_what_holds(void **state)
{
	struct scene *scene = *state;
	const json_t *row;
	json_t *json, *list;
	char body[200];

	(void)snprintf(body, sizeof(body),
		"{\"subject\":\"sender:Tei@Good.JP\",\"until\":%d,"
		"\"why\":\"partner\"}",
		NOW_S + DAY_S);
	assert_int_equal(allow(scene, body), 200);
	assert_int_equal(
		allow(scene, "{\"subject\":\"client:10.0.0.0/8\"}"), 200);
	/* said anew: one row, with the newer words */
	assert_int_equal(allow(scene,
				 "{\"subject\":\"client:10.0.0.0/8\","
				 "\"why\":\"caf\xc3\xa9\"}"),
		200);
	assert_int_equal(ask(scene, "GET", "/v1/allowed", "", &json), 200);
	list = json_object_get(json, "allowed");
	assert_int_equal(json_array_size(list), 2);
	row = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(row, "subject")),
		"client:10.0.0.0/8");
	assert_string_equal(
		json_string_value(json_object_get(row, "why")), "caf\xc3\xa9");
	assert_int_equal(json_integer_value(json_object_get(row, "until")), 0);
	row = json_array_get(list, 1);
	assert_string_equal(json_string_value(json_object_get(row, "subject")),
		"sender:tei@good.jp");
	assert_int_equal(
		json_integer_value(json_object_get(row, "since")), NOW_S);
	json_decref(json);
	/* what is over is not told, and cannot be taken back */
	scene->now.wall_s += DAY_S;
	assert_int_equal(ask(scene, "GET", "/v1/allowed", "", &json), 200);
	assert_int_equal(json_array_size(json_object_get(json, "allowed")), 1);
	json_decref(json);
	assert_int_equal(
		withdraw(scene, "{\"subject\":\"sender:tei@good.jp\"}"), 404);
	assert_int_equal(
		withdraw(scene, "{\"subject\":\"client:10.0.0.0/8\"}"), 200);
	/* with the clock set back it holds again */
	scene->now.wall_s = NOW_S;
	assert_int_equal(
		withdraw(scene, "{\"subject\":\"sender:tei@good.jp\"}"), 200);
}

/* An operator's limit: one more is refused, until others are over. */
static void
there_is_a_bound(void **state)
{
	struct scene *scene = *state;
	char body[200];

	for (int i = 0; i < 10000; i++) {
		(void)snprintf(body, sizeof(body),
			"{\"subject\":\"client:10.1.%d.%d\",\"until\":%d}",
			i / 256, i % 256, NOW_S + 10);
		if (allow(scene, body) != 200)
			fail_msg("%s refused", body);
	}
	assert_int_equal(
		allow(scene, "{\"subject\":\"client:10.2.0.0\"}"), 400);
	assert_int_equal(
		allow(scene, "{\"subject\":\"client:10.1.0.0\"}"), 200);
	scene->now.wall_s += 10;
	assert_int_equal(
		allow(scene, "{\"subject\":\"client:10.2.0.0\"}"), 200);
	assert_int_equal(
		withdraw(scene, "{\"subject\":\"client:10.2.0.0\"}"), 200);
	assert_int_equal(
		withdraw(scene, "{\"subject\":\"client:10.1.0.0\"}"), 200);
	scene->now.wall_s = NOW_S;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_bodies_are_told),
		cmocka_unit_test(the_list_tells_what_holds),
		cmocka_unit_test(there_is_a_bound),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

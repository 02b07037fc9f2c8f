/* SPDX-License-Identifier: ISC */
/* What a mail program calls itself is nobody's fault: who may send is let be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>
#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/judge.h"

static size_t questions;

static bool
count(void *arg, const struct kz_question *question)
{
	(void)arg;
	(void)question;
	questions++;
	return true;
}

static int
begin(void **state)
{
	const struct kz_engine_hooks hooks = {.ask = count,
		.examine = on_examine,
		.canary = on_canary,
		.touched = on_touched,
		.log = on_log};
	struct scene *scene;

	assert_int_equal(setup(state), 0);
	scene = *state;
	kz_engine_close(&scene->engine);
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
	return 0;
}

/* How many questions a session leads to; its names lead to its site. */
static size_t
asked(struct scene *scene, const char *client, bool authenticated)
{
	struct kz_request request = {.point = KZ_POINT_RCPT,
		.stage = KZ_STAGE_SOLE,
		.authenticated = authenticated,
		.helo = "pc.local",
		.sender = "tei@example1.jp",
		.recipient = "user@jikocho.jp",
		.peer = "unix"};
	struct kz_reply reply;

	questions = 0;
	assert_int_equal(kz_addr_parse((struct kz_str){client, strlen(client)},
				 &request.client),
		KZ_OK);
	assert_int_equal(kz_judge_ask(scene->engine, &request, &scene->now,
				 scene->now.mono_ms, true, &reply),
		KZ_JUDGE_ANSWER);
	assert_int_equal(reply.action, KZ_ACTION_ACCEPT);
	return questions;
}

static void
who_may_send_is_not_looked_up(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(asked(scene, "10.9.8.7", true), 0);
	assert_int_equal(asked(scene, "127.0.0.1", false), 0);
	assert_true(asked(scene, "10.9.8.7", false) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_may_send_is_not_looked_up, begin, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

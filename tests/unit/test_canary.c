/* SPDX-License-Identifier: ISC */
/* Which canaries are asked while an examination is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

/* By the network class of who was asked. */
struct counts {
	struct scene *scene;
	size_t asked[KZ_NETCLASS_COUNT];
};

static bool
count(void *arg, const struct kz_addr *addr, enum kz_service service)
{
	struct counts *counts = arg;

	counts->asked[kz_netclass_of(service, addr)]++;
	return true;
}

static bool
examine(void *arg, const struct kz_order *order)
{
	(void)arg;
	(void)order;
	return true;
}

static bool
ask(void *arg, const struct kz_question *question)
{
	(void)arg;
	(void)question;
	return true;
}

static bool
touched(void *arg, const struct kz_touch *touch)
{
	(void)arg;
	(void)touch;
	return true;
}

static void
hear(void *arg, enum kz_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static void
open_engine(struct counts *counts)
{
	struct scene *scene = counts->scene;
	const struct kz_engine_hooks hooks = {.ask = ask,
		.examine = examine,
		.canary = count,
		.touched = touched,
		.log = hear,
		.arg = counts};

	kz_engine_close(&scene->engine);
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
}

/* A site is to be examined, so that canaries are wanted. */
static void
tick(struct counts *counts, int64_t after_s)
{
	struct scene *scene = counts->scene;
	struct kz_name site;

	assert_int_equal(
		kz_name_parse((struct kz_str){"example1.jp", 11}, &site),
		KZ_OK);
	scene->now.wall_s += after_s;
	scene->now.mono_ms += after_s * 1000;
	KZ_IGNORE(kz_schedule_recheck(scene->engine, &site, &scene->now),
		"one that runs does as well");
	memset(counts->asked, 0, sizeof(counts->asked));
	kz_schedule_tick(scene->engine, &scene->now);
}

static void
web_servers_only_where_pages_are_looked_at(void **state)
{
	struct counts counts = {.scene = *state};
	struct kz_config *config = &counts.scene->config;
	struct kz_addr named = {.family = KZ_ADDR_V4, .bytes = {10, 0, 0, 80}};
	struct kz_config_canary *canary = &config->canary[KZ_NET_HTTPS443_V4];
	const struct kz_config_canary before = *canary;

	canary->targets = &named;
	canary->target_count = 1;
	open_engine(&counts);
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 0);
	config->probe.web = true;
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V6], 0);
	/* not again before its answer is too old to tell anything */
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 0);
	tick(&counts, canary->rule.fresh_s);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 1);
	*canary = before;
}

static void
a_strangers_web_server_once_a_day(void **state)
{
	struct counts counts = {.scene = *state};
	struct scene *scene = counts.scene;
	struct kz_touch touch = {.when_s = scene->now.wall_s,
		.addr = {.family = KZ_ADDR_V4, .bytes = {10, 0, 0, 80}},
		.service = KZ_SERVICE_HTTPS443,
		.reach = KZ_REACH_ALIVE};

	scene->config.probe.web = true;
	open_engine(&counts);
	kz_observe_touch(scene->engine, &touch, false, &scene->now);
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 0);
	tick(&counts, DAY_S - 2);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 0);
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 1);
	tick(&counts, DAY_S - 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 0);
	tick(&counts, 1);
	assert_int_equal(counts.asked[KZ_NET_HTTPS443_V4], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			web_servers_only_where_pages_are_looked_at, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_strangers_web_server_once_a_day, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

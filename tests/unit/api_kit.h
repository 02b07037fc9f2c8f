/* SPDX-License-Identifier: ISC */
/*
 * api_kit - a real engine on a store of its own, for the tests of the API
 *
 * What:   group setup and teardown; the prober is a flag and the order that
 *         it was told last.
 */
#ifndef KZ_API_KIT_H
#define KZ_API_KIT_H

#include "name_kit.h"
#include "store_help.h"

#include "kizuki/engine/observe.h"
#include "kizuki/front/api.h"
#include "kizuki/io/config.h"

/* A Tuesday in 2020. */
#define NOW_S 1583000000
#define DAY_S 86400
#define BIG   ((size_t)200000)

struct scene {
	struct place *place;
	struct kz_config config;
	struct kz_store *store;
	struct kz_engine *engine;
	struct kz_call_program program;
	struct kz_now now;
	bool prober_up;
	struct kz_order order; /* told last */
	struct kz_name awaited;
	bool came; /* an order for it */
};

static inline bool
on_ask(void *arg, const struct kz_question *question)
{
	(void)question;
	return ((const struct scene *)arg)->prober_up;
}

static inline bool
on_examine(void *arg, const struct kz_order *order)
{
	struct scene *scene = arg;

	scene->order = *order;
	scene->came =
		scene->came || kz_name_equal(&order->site, &scene->awaited);
	return scene->prober_up;
}

static inline bool
on_canary(void *arg, const struct kz_addr *addr, enum kz_service service)
{
	(void)addr;
	(void)service;
	return ((const struct scene *)arg)->prober_up;
}

static inline bool
on_touched(void *arg, const struct kz_touch *touch)
{
	(void)touch;
	return ((const struct scene *)arg)->prober_up;
}

static inline void
on_log(void *arg, enum kz_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static inline int
setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct kz_engine_hooks hooks = {.ask = on_ask,
		.examine = on_examine,
		.canary = on_canary,
		.touched = on_touched,
		.log = on_log,
		.arg = scene};

	struct kz_store_options options = {.log = place_log};
	void *place = NULL;

	assert_non_null(scene);
	assert_int_equal(place_make(&place), 0);
	scene->place = place;
	options.home = scene->place->home;
	options.log_arg = place;
	scene->prober_up = true;
	scene->now = (struct kz_now){.wall_s = NOW_S, .mono_ms = 1000000};
	assert_int_equal(kz_config_defaults(&scene->config), KZ_OK);
	assert_int_equal(kz_store_open(&options, &scene->store), KZ_OK);
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
	scene->program = (struct kz_call_program){
		.persistence = scene->config.persistence};
	*state = scene;
	return 0;
}

static inline int
teardown(void **state)
{
	struct scene *scene = *state;
	void *place = scene->place;

	kz_engine_close(&scene->engine);
	kz_store_close(&scene->store);
	kz_config_free(&scene->config);
	free(scene);
	return place_remove(&place);
}

/* The verdict on a site, as it is shown. */
static inline enum kz_verdict_state
state_of(struct scene *scene, const char *site)
{
	struct kz_site_view *view = NULL;
	struct kz_name name = kit_name(site);
	enum kz_verdict_state state;

	assert_int_equal(kz_site_view_make(scene->engine, &name, false,
				 &scene->now, &view),
		KZ_OK);
	state = view->verdict.state;
	kz_site_view_free(&view);
	return state;
}

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Many senders against one origin, stepping time: whatever happens, no try
 * made max_delay or more after its mail's first try is deferred, so that each
 * mail is in within max_delay and one retry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/greylist.h"

#define T0    INT64_C(1582941600)
#define MAILS 300

enum path { PATH_PRIMARY, PATH_SOLE, PATH_BOTH };

struct scene {
	const char *name;
	size_t tuples; /* mails share them in turn */
	enum path path;
	enum kz_grey_forget forget;
	int64_t set_back_s; /* the clock, once, in the middle */
	uint32_t spread_s;  /* first tries lie within */
	uint32_t retry_s;   /* retries come within; of one tuple: < 2 h */
	unsigned breaks;    /* of 100 mails let in break before the dot */
};

static const struct scene scenes[] = {
	{"18: 300 recipients", MAILS, PATH_BOTH, KZ_FORGET_MTA, 0, 60, 7200, 0},
	{"18: one tuple", 1, PATH_BOTH, KZ_FORGET_MTA, 0, 60, 7200, 0},
	{"one tuple, a whole day", 1, PATH_BOTH, KZ_FORGET_MTA, 0, 86400, 7200,
		0},
	{"one tuple, sole", 1, PATH_SOLE, KZ_FORGET_MTA, 0, 3600, 7200, 5},
	{"19: one tuple, primary", 1, PATH_PRIMARY, KZ_FORGET_MTA, 0, 60, 7200,
		0},
	{"19: recipients, primary", MAILS, PATH_PRIMARY, KZ_FORGET_MTA, 0, 3600,
		7200, 5},
	{"recipients, slow retries", MAILS, PATH_BOTH, KZ_FORGET_MTA, 0, 3600,
		43200, 5},
	{"ten tuples, a day", 10, PATH_BOTH, KZ_FORGET_MTA, 0, 86400, 7200, 20},
	{"forget = message", 10, PATH_BOTH, KZ_FORGET_MESSAGE, 0, 3600, 7200,
		5},
	{"clock set back, one tuple", 1, PATH_BOTH, KZ_FORGET_MTA, 3600, 7200,
		7200, 5},
	{"clock set back, recipients", MAILS, PATH_PRIMARY, KZ_FORGET_MTA, 3600,
		7200, 7200, 5},
};

struct mail {
	int64_t began_s; /* real time of its first try */
	int64_t next_s;
	size_t tuple;
	bool in;
};

struct world {
	const struct scene *scene;
	struct kz_grey_policy policy;
	struct kz_grey_origin origin;
	bool stored[MAILS];
	struct kz_grey_entry entries[MAILS];
	struct mail mails[MAILS];
	size_t waiting;
	uint32_t random;
};

/* Numerical Recipes' generator: the same run each time. */
static uint32_t
draw(struct world *world, uint32_t below)
{
	world->random = world->random * 1664525 + 1013904223;
	return (world->random >> 8) % below;
}

/* What the clock shows at real moment now_s. */
static int64_t
clock_s(const struct world *world, int64_t now_s)
{
	return now_s < T0 + 5000 ? now_s : now_s - world->scene->set_back_s;
}

static bool
ask(struct world *world, size_t tuple, bool ripens, int64_t now_s)
{
	struct kz_grey_attempt attempt = {
		.kind = KZ_GREY_BROKEN,
		.ripens = ripens,
		.found = world->stored[tuple] ? &world->entries[tuple] : NULL,
		.origin = &world->origin,
		.now_s = clock_s(world, now_s),
	};
	struct kz_grey_step step;

	assert_int_equal(kz_grey_try(&world->policy, &attempt, &step), KZ_OK);
	if (step.write == KZ_GREY_PUT) {
		assert_true(kz_grey_entry_valid(&step.entry));
		world->entries[tuple] = step.entry;
		world->stored[tuple] = true;
	}
	return step.pass;
}

static void
one_try(struct world *world, struct mail *mail, int64_t now_s)
{
	enum path path = world->scene->path;
	bool pass = false;

	if (path != PATH_SOLE)
		pass = ask(world, mail->tuple, false, now_s);
	if (!pass && path != PATH_PRIMARY)
		pass = ask(world, mail->tuple, true, now_s);
	/* The bound; with what the clock lost it grows by the jump. */
	if (!pass)
		assert_true(now_s - mail->began_s <
			world->policy.max_delay_s + world->scene->set_back_s);
	mail->next_s = now_s + 60 + draw(world, world->scene->retry_s - 60);
	if (!pass)
		return;
	if (draw(world, 100) < world->scene->breaks) {
		/*
		 * It was in, and its sender lost the connection.  Where that
		 * happens in the two open hours and the retry comes after
		 * them, it waits anew.
		 */
		mail->began_s = mail->next_s;
		return;
	}
	kz_grey_taken(&world->policy, KZ_GREY_BROKEN,
		&world->entries[mail->tuple], &world->origin,
		clock_s(world, now_s));
	mail->in = true;
	world->waiting--;
}

/* What the slow sweep would remove must make no difference. */
static void
sweep(struct world *world, int64_t now_s)
{
	for (size_t i = 0; i < MAILS; i++) {
		if (world->stored[i] &&
			kz_grey_entry_over(&world->policy, KZ_GREY_BROKEN,
				&world->entries[i], clock_s(world, now_s)))
			world->stored[i] = false;
	}
	if (kz_grey_origin_over(
		    &world->policy, &world->origin, clock_s(world, now_s)))
		memset(&world->origin, 0, sizeof(world->origin));
}

static void
run(const struct scene *scene, uint32_t seed)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.scene = scene;
	world.random = seed;
	world.waiting = MAILS;
	world.policy = (struct kz_grey_policy){
		.forget = scene->forget,
		.delay_s = 300,
		.window_s = 12 * 3600,
		.open_s = 7200,
		.max_delay_s = 3 * 3600,
		.keep_s = 35 * 86400,
		.allow_after = 5,
	};
	for (size_t i = 0; i < MAILS; i++) {
		struct mail *mail = &world.mails[i];

		mail->tuple = i % scene->tuples;
		mail->began_s = mail->next_s =
			T0 + draw(&world, scene->spread_s);
	}
	for (int64_t now_s = T0; world.waiting > 0; now_s++) {
		assert_true(now_s < T0 + INT64_C(864000));
		for (size_t i = 0; i < MAILS; i++) {
			if (!world.mails[i].in &&
				world.mails[i].next_s == now_s)
				one_try(&world, &world.mails[i], now_s);
		}
		if (now_s % 997 == 0)
			sweep(&world, now_s);
	}
}

static void
every_mail_is_in_within_max_delay_and_one_retry(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		for (uint32_t seed = 1; seed <= 4; seed++) {
			print_message("%s, seed %u\n", scenes[i].name, seed);
			run(&scenes[i], seed);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_mail_is_in_within_max_delay_and_one_retry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

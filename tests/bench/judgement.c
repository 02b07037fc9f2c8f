/* SPDX-License-Identifier: ISC */
/*
 * judgement - months of a simulated Internet, judged by the real engine
 *
 *   judgement [-s SEED] [-n SITES] [-d DAYS] [-f FOLDER] [-c] [-v] [-w SITE]
 *
 * The engine decides which site is looked at when; the simulated net answers a
 * while later what it shows then.  Mail comes from each site, and is decided
 * on.  With -c the operator names canaries, as one with little mail should; -v
 * tells of our own side, -w what is found of one site.  Exit status 1:
 * a sound site was convicted, or a dead one was not.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <sodium.h>

#include "kizuki/engine/judge.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

#include "../replay/stage.h"
#include "judgement.h"

/* The engine is asked so often; canaries and holds are minutes. */
#define STEP_S 300
/* A look takes so long at most, and as many may run. */
#define LOOK_S    90
#define LOOKS_MAX 4000
/* kizukid is started again so often. */
#define RESTART_S (11 * DAY_S)
/* Canaries asked between two steps. */
#define CANARIES_MAX 256
#define QUESTIONS    64
/* A minute. */
#define WAITS_MAX 3000
/* Of a store that fails. */
#define TRY_AGAIN_S 6

struct canary {
	struct kz_addr addr;
	enum kz_service service;
};

static struct world world;
static struct stage stage;
static struct look looks[LOOKS_MAX];
static size_t look_count;
static struct canary canaries[CANARIES_MAX];
static size_t canary_count;
static struct kz_question asked[QUESTIONS];
static size_t asked_count;
static int64_t now_s; /* true time */
static bool talkative;
static const char *watched = "";
static uint64_t sodium_state; /* jitter comes from the seed, too */

/* "mail.s123.example" and "s123.example" are of site 123. */
static struct site *
site_of(const char *name)
{
	const char *digits = name;
	size_t number = 0;

	if (strncmp(digits, "mail.", 5) == 0)
		digits += 5;
	if (*digits++ != 's')
		return NULL;
	for (; *digits >= '0' && *digits <= '9'; digits++)
		number = number * 10 + (size_t)(*digits - '0');
	return number < world.site_count ? &world.sites[number] : NULL;
}

static bool
hook_ask(void *arg, const struct kz_question *question)
{
	(void)arg;
	if (asked_count == QUESTIONS)
		return false;
	asked[asked_count++] = *question;
	return true;
}

static bool
hook_examine(void *arg, const struct kz_order *order)
{
	const struct site *site = site_of(order->site.text);
	struct look *look = &looks[look_count];

	(void)arg;
	if (site == NULL || look_count == LOOKS_MAX)
		return false;
	look_count++;
	look->site = (size_t)(site - world.sites);
	look->tcp = order->tcp;
	look->confirm = order->confirm;
	look->registry = order->registry;
	look->from_s = now_s;
	look->to_s = now_s + 5 + chance(&world, LOOK_S);
	return true;
}

static bool
hook_canary(void *arg, const struct kz_addr *addr, enum kz_service service)
{
	(void)arg;
	if (canary_count == CANARIES_MAX)
		return false;
	canaries[canary_count].addr = *addr;
	canaries[canary_count++].service = service;
	return true;
}

static bool
hook_touched(void *arg, const struct kz_touch *touch)
{
	(void)arg;
	(void)touch;
	return true;
}

static void
note_verdict(struct site *site, bool broken, const char *why)
{
	if (broken && !site->ever_broken) {
		site->ever_broken = true;
		site->convicted_s = now_s;
		(void)strlcpy(site->why, why, sizeof(site->why));
	}
	if (site->broken && !broken)
		site->freed_s = now_s;
	site->broken = broken;
}

/* "verdict site=NAME state=STATE total=N why=ID" */
static void
hook_log(void *arg, enum kz_log_level level, const char *line)
{
	static const char head[] = "verdict site=";
	const char *state = strstr(line, " state=");
	const char *why = strstr(line, " why=");
	struct site *site;

	(void)arg;
	if ((level != KZ_LOG_INFO && talkative) ||
		(*watched != '\0' && strstr(line, watched) != NULL))
		printf("day %.2f: %s\n",
			(double)(now_s - world.start_s) / DAY_S, line);
	if (strncmp(line, head, sizeof(head) - 1) != 0 || state == NULL ||
		why == NULL)
		return;
	site = site_of(line + sizeof(head) - 1);
	if (site != NULL)
		note_verdict(
			site, strncmp(state + 7, "broken", 6) == 0, why + 5);
}

static const struct kz_engine_hooks hooks = {
	.ask = hook_ask,
	.examine = hook_examine,
	.canary = hook_canary,
	.touched = hook_touched,
	.log = hook_log,
	.boot = "judgement",
};

static void
set_now(void)
{
	stage.now.wall_s = wall_of(&world, now_s);
	stage.now.mono_ms = (now_s - world.start_s) * 1000;
}

static void
answer_questions(void)
{
	for (size_t i = 0; i < asked_count; i++) {
		const struct kz_question *question = &asked[i];
		const struct site *site = site_of(question->name.text);
		struct kz_verified verified = {.id = question->id,
			.outcome = KZ_VERIFY_NO,
			.name = question->name};

		if (site != NULL && question->kind != KZ_VERIFY_RDNS) {
			verified.outcome = KZ_VERIFY_YES;
			verified.has_site = true;
			verified.site = site->name;
			verified.zone = site->zone;
		}
		(void)kz_judge_verified(stage.engine, &verified, &stage.now);
	}
	asked_count = 0;
}

/* One mail of a site. */
static void
send_mail(struct site *site)
{
	struct kz_request request = {.point = KZ_POINT_RCPT,
		.stage = KZ_STAGE_PRIMARY,
		.client = site->client,
		.recipient = "user@jikocho.jp",
		.peer = "unix"};
	struct kz_reply reply;

	(void)strlcpy(request.helo, site->helo.text, sizeof(request.helo));
	(void)snprintf(request.sender, sizeof(request.sender), "user@%s",
		site->name.text);
	if (kz_judge_ask(stage.engine, &request, &stage.now, stage.now.mono_ms,
		    false, &reply) == KZ_JUDGE_WAIT) {
		answer_questions();
		if (kz_judge_ask(stage.engine, &request, &stage.now,
			    stage.now.mono_ms, true, &reply) == KZ_JUDGE_WAIT)
			errx(EX_SOFTWARE, "waits although it is final");
	}
	answer_questions();
	if (reply.action == KZ_ACTION_DEFER)
		site->deferred++;
	site->next_s =
		now_s + site->gap_s / 2 + chance(&world, (uint32_t)site->gap_s);
}

static void
mail_comes(void)
{
	for (size_t i = 0; i < world.site_count; i++) {
		struct site *site = &world.sites[i];

		if (site->next_s <= now_s)
			send_mail(site);
		if (site->kind == KIND_DEAD_LOG && now_s > site->begins_s)
			look_mail(
				&world, site, now_s, stage.engine, &stage.now);
	}
}

static void
looks_land(void)
{
	size_t left = 0;

	for (size_t i = 0; i < look_count; i++) {
		if (looks[i].to_s > now_s)
			looks[left++] = looks[i];
		else
			look_land(&world, &looks[i], stage.engine, &stage.now);
	}
	look_count = left;
}

static void
canaries_answer(void)
{
	for (size_t i = 0; i < canary_count; i++)
		look_canary(&world, &canaries[i].addr, canaries[i].service,
			now_s - 5, stage.engine, &stage.now);
	canary_count = 0;
}

static void
restart(void)
{
	stage_close(&stage);
	look_count = canary_count = asked_count = 0;
	stage_open(&stage, &hooks);
	kz_schedule_prober_new(stage.engine, &stage.now);
}

/*
 * A step is a fraction of a second: a writer that has no time to keep up is
 * waited for, so that the same seed has the same end.
 */
static void
commit(void)
{
	const struct timespec moment = {.tv_nsec = 20000000};
	struct kz_store_state state;

	kz_engine_commit(stage.engine, &stage.now);
	kz_store_state(stage.store, &state);
	for (int64_t i = 1; state.failing && i < WAITS_MAX; i++) {
		(void)nanosleep(&moment, NULL);
		KZ_IGNORE(kz_store_commit(stage.store,
				  stage.now.wall_s + i * TRY_AGAIN_S),
			"it is tried again, and said at the end");
		kz_store_state(stage.store, &state);
	}
	if (state.failing)
		errx(EX_IOERR, "the store: %s", state.cause);
}

static void
play(void)
{
	int64_t restart_s = world.start_s + RESTART_S;

	for (now_s = world.start_s; now_s < world.end_s; now_s += STEP_S) {
		set_now();
		canaries_answer();
		looks_land();
		mail_comes();
		kz_observe_tick(stage.engine, &stage.now);
		kz_schedule_tick(stage.engine, &stage.now);
		commit();
		if (now_s >= restart_s) {
			restart();
			restart_s += RESTART_S;
		}
	}
}

/* Three of each family, for mail and for names. */
static void
name_canaries(void)
{
	static const enum kz_netclass classes[][2] = {
		{KZ_NET_SMTP25_V4, KZ_NET_SMTP25_V6},
		{KZ_NET_DNS53UDP_V4, KZ_NET_DNS53UDP_V6}};

	for (size_t i = 0; i < 4; i++) {
		struct kz_config_canary *canary =
			&stage.config.canary[classes[i / 2][i % 2]];

		free(canary->targets);
		canary->targets = calloc(NAMED, sizeof(*canary->targets));
		if (canary->targets == NULL)
			err(EX_OSERR, "memory");
		canary->target_count = NAMED;
		for (size_t j = 0; j < NAMED; j++)
			canary->targets[j] =
				world.machines[world.named[i % 2][j]].addr;
	}
}

static const char *
random_name(void)
{
	return "of the seed";
}

static uint32_t
random_word(void)
{
	return chance_of(sodium_state++, UINT32_MAX);
}

static void
random_octets(void *const octets, const size_t size)
{
	uint8_t *to = octets;

	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)random_word();
}

/* Steps stand for seconds: as many looks begin in one as in five minutes. */
static void
set_config(void)
{
	stage.config.probe.jobs = LOOKS_MAX / 2;
	stage.config.probe.per_second *= STEP_S;
	world.reuse_s = stage.config.limits.reuse_s;
}

int
main(int argc, char **argv)
{
	static randombytes_implementation chances = {
		.implementation_name = random_name,
		.random = random_word,
		.buf = random_octets,
	};
	const char *folder = "/tmp", *error = NULL;
	long long seed = 1, sites = 5000, days = 90;
	bool well, named = false;
	int option;

	while ((option = getopt(argc, argv, "s:n:d:f:cvw:")) != -1) {
		if (option == 's')
			seed = strtonum(optarg, 0, INT32_MAX, &error);
		else if (option == 'n')
			sites = strtonum(optarg, 200, 20000, &error);
		else if (option == 'd')
			days = strtonum(optarg, 40, 365, &error);
		else if (option == 'f')
			folder = optarg;
		else if (option == 'c')
			named = true;
		else if (option == 'v')
			talkative = true;
		else if (option == 'w')
			watched = optarg;
		else
			return EX_USAGE;
		if (error != NULL)
			errx(EX_USAGE, "-%c %s: %s", option, optarg, error);
	}
	sodium_state = (uint64_t)seed << 32;
	if (randombytes_set_implementation(&chances) != 0)
		errx(EX_SOFTWARE, "no chance");
	stage_begin(&stage, folder);
	world_build(&world, (uint64_t)seed, (size_t)sites, days);
	set_config();
	if (named)
		name_canaries();
	now_s = world.start_s;
	set_now();
	stage_open(&stage, &hooks);
	play();
	stage_end(&stage);
	well = report(&world, (uint64_t)seed);
	world_free(&world);
	return well ? 0 : 1;
}

/* SPDX-License-Identifier: ISC */
/*
 * Our own line fails, for weeks of simulated time; a server that is alive all
 * the while must not be convicted.  kizuki/core/health.h and evidence.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_kit.h"
#include "kizuki/core/health.h"

#define STEP_S   INT64_C(20)
#define FRESH_S  INT64_C(300)
#define WEEKS    6
#define HELD_MAX 64

/* What of our side works at a moment. */
struct line {
	const char *name;
	bool (*up)(int64_t when_s, enum kz_netclass netclass);
	int64_t look_every_s; /* at the server that is alive */
	int64_t look_at_s;    /* and at which second of that */
	int64_t mail_every_s; /* some other address is met; 0: never */
	bool canaries;        /* three named ones, every fresh */
	bool counts;          /* some bads may count, yet never persist */
};

static struct {
	struct kz_health health;
	struct kz_evidence evidence;
	struct kz_finding held[HELD_MAX];
	size_t held_count;
	size_t green;
	uint32_t random;
} world;

static uint32_t
random_below(uint32_t bound)
{
	world.random = world.random * 1664525U + 1013904223U;
	return (world.random >> 8) % bound;
}

static bool
always_up(int64_t when_s, enum kz_netclass netclass)
{
	(void)when_s;
	(void)netclass;
	return true;
}

/* From 22:00 to 06:00 everything is down, each night. */
static bool
down_at_night(int64_t when_s, enum kz_netclass netclass)
{
	int64_t hour = when_s / HOUR_S % 24;

	(void)netclass;
	return hour >= 6 && hour < 22;
}

static bool
port_25_blocked(int64_t when_s, enum kz_netclass netclass)
{
	(void)when_s;
	return netclass != KZ_NET_SMTP25_V4 && netclass != KZ_NET_SMTP25_V6;
}

/* IPv6 works for the first day, then never again. */
static bool
v6_lost(int64_t when_s, enum kz_netclass netclass)
{
	return netclass != KZ_NET_SMTP25_V6 || when_s < MONDAY + DAY_S;
}

/* Seven minutes down, eight up, for good. */
static bool
flaps_slowly(int64_t when_s, enum kz_netclass netclass)
{
	(void)netclass;
	return when_s % 900 >= 420;
}

/* Two minutes down, one up. */
static bool
flaps_fast(int64_t when_s, enum kz_netclass netclass)
{
	(void)netclass;
	return when_s % 180 >= 120;
}

static void
meet(const struct line *line, int64_t now_s, struct kz_addr addr, bool canary)
{
	struct kz_touch touch = {.when_s = now_s,
		.addr = addr,
		.service = KZ_SERVICE_SMTP25,
		.reach = KZ_REACH_TIMEOUT};

	if (line->up(now_s, kz_netclass_of(touch.service, &addr)))
		touch.reach = KZ_REACH_ALIVE;
	kz_health_touch(&world.health, &touch, canary);
}

static struct kz_addr
someone(bool v6, uint32_t number)
{
	struct kz_addr addr = addr_of(v6 ? "2001:db8:0:1::1" : "100.100.0.1");

	addr.bytes[v6 ? 5 : 2] = (uint8_t)number;
	return addr;
}

static void
others(const struct line *line, int64_t now_s)
{
	for (int v6 = 0; v6 <= 1; v6++) {
		if (line->mail_every_s > 0 && now_s % line->mail_every_s == 0)
			meet(line, now_s, someone(v6 == 1, random_below(40)),
				false);
		for (uint32_t i = 0; line->canaries && i < 3; i++) {
			if (now_s % FRESH_S == STEP_S * i)
				meet(line, now_s, someone(v6 == 1, 100 + i),
					true);
		}
	}
}

/* Look at the server: dead over both families is what a prober would say. */
static void
look(const struct line *line, int64_t now_s)
{
	bool v4 = line->up(now_s, KZ_NET_SMTP25_V4);
	bool v6 = line->up(now_s, KZ_NET_SMTP25_V6);
	struct kz_finding finding =
		finding_of(KZ_SYM_MX_BEST_DEAD, KZ_OUTCOME_BAD, now_s);

	if (line->up == v6_lost) {
		finding.symptom = KZ_SYM_MX_FAMILY_DEAD;
		finding.outcome = v6 ? KZ_OUTCOME_OK : KZ_OUTCOME_BAD;
	} else if (v4 || v6) {
		finding.outcome = KZ_OUTCOME_OK;
	} else {
		rest_on(&finding, KZ_NET_SMTP25_V4, "10.224.31.110");
	}
	rest_on(&finding, KZ_NET_SMTP25_V6, "2001:db8:268:810::110");
	if (finding.outcome == KZ_OUTCOME_OK)
		(void)kz_evidence_add(
			&world.evidence, &finding, &rules[KZ_CLASS_N], now_s);
	else if (world.held_count < HELD_MAX)
		world.held[world.held_count++] = finding;
}

static void
judge_held(int64_t now_s)
{
	size_t kept = 0;

	for (size_t i = 0; i < world.held_count; i++) {
		switch (kz_health_judge(&world.health, &world.held[i], now_s)) {
		case KZ_HEALTH_GREEN:
			world.green++;
			(void)kz_evidence_add(&world.evidence, &world.held[i],
				&rules[KZ_CLASS_N], now_s);
			break;
		case KZ_HEALTH_HOLD:
			world.held[kept++] = world.held[i];
			break;
		case KZ_HEALTH_UNKNOWN:
			break;
		}
	}
	world.held_count = kept;
}

static void
run(const struct line *line)
{
	memset(&world, 0, sizeof(world));
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++)
		world.health.rules[i] =
			(struct kz_health_rule){(uint32_t)FRESH_S, 900, 900, 0};
	for (int64_t now_s = MONDAY; now_s < MONDAY + 7 * DAY_S * WEEKS;
		now_s += STEP_S) {
		others(line, now_s);
		if (now_s % line->look_every_s == line->look_at_s)
			look(line, now_s);
		judge_held(now_s);
		assert_false(kz_evidence_persistent(&world.evidence, KZ_CLASS_N,
			&rules[KZ_CLASS_N], now_s));
	}
}

static const struct line lines[] = {
	{"all is well", always_up, HOUR_S, 0, 60, true, false},
	{"down each night, looked at all the time", down_at_night, 1200, 0, 120,
		true, false},
	{"down each night, looked at only then", down_at_night, DAY_S,
		3 * HOUR_S, 120, true, false},
	{"looked at as the line goes down", down_at_night, DAY_S, 22 * HOUR_S,
		20, true, false},
	{"looked at just before it is up again", down_at_night, DAY_S,
		6 * HOUR_S - STEP_S, 20, true, false},
	{"the same without canaries", down_at_night, DAY_S, 6 * HOUR_S - STEP_S,
		20, false, false},
	{"port 25 was never open", port_25_blocked, HOUR_S, 0, 60, true, false},
	{"IPv6 is lost", v6_lost, HOUR_S, 0, 60, true, false},
	{"flapping slowly", flaps_slowly, 1000, 0, 60, true, false},
	{"flapping slowly, no canaries", flaps_slowly, 1000, 0, 60, false,
		true},
	{"flapping fast", flaps_fast, 1000, 0, 60, true, false},
	{"flapping fast, no canaries", flaps_fast, 1000, 0, 60, false, true},
	{"nobody writes", down_at_night, HOUR_S, 0, 0, true, false},
	{"nobody writes, no canaries", down_at_night, HOUR_S, 0, 0, false,
		false},
};

static void
our_own_outages_convict_nobody(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(&lines[i]);
		print_message(
			"  %s: %zu bads counted\n", lines[i].name, world.green);
		assert_int_equal(world.green > 0, lines[i].counts);
	}
}

/* The same world convicts one who is really dead. */
static bool
the_server_is_dead(int64_t when_s, enum kz_netclass netclass)
{
	(void)netclass;
	return when_s == 0;
}

static void
a_dead_server_is_convicted_all_the_same(void **state)
{
	struct line line = {
		"dead", the_server_is_dead, 6 * HOUR_S, 0, 0, false, true};
	struct line healthy = lines[0];
	int64_t since_s = 0;

	(void)state;
	memset(&world, 0, sizeof(world));
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++)
		world.health.rules[i] =
			(struct kz_health_rule){(uint32_t)FRESH_S, 900, 900, 0};
	for (int64_t now_s = MONDAY; now_s < MONDAY + 16 * DAY_S;
		now_s += STEP_S) {
		others(&healthy, now_s);
		if (now_s % line.look_every_s == line.look_at_s)
			look(&line, now_s);
		judge_held(now_s);
		if (since_s == 0 &&
			kz_evidence_persistent(&world.evidence, KZ_CLASS_N,
				&rules[KZ_CLASS_N], now_s))
			since_s = now_s;
	}
	/* With the first look that is 14 days after the first that counted. */
	assert_in_range(since_s, MONDAY + 14 * DAY_S,
		MONDAY + 14 * DAY_S + 6 * HOUR_S + FRESH_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_outages_convict_nobody),
		cmocka_unit_test(a_dead_server_is_convicted_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

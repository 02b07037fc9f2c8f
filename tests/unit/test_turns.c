/* SPDX-License-Identifier: ISC */
/*
 * When the prober asks a registry's server: gaps, shares, refusals, and turns
 * that somebody else grants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sodium.h>

#include "../../modules/kizuki-probe/output_priv.h"
#include "../../modules/kizuki-probe/probe_priv.h"
#include "../../modules/kizuki-probe/turns_priv.h"
#include "kizuki/io/clock.h"

static struct probe probe;
static struct kz_line said[8];
static size_t said_count;
static unsigned came;

void
output_line(struct output *output, const struct kz_line *line)
{
	(void)output;
	assert_true(said_count < 8);
	said[said_count++] = *line;
}

void
probe_no_memory(void)
{
	abort();
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	came++;
}

static struct event *
event(void)
{
	struct event *made = evtimer_new(probe.base, on_turn, NULL);

	assert_non_null(made);
	return made;
}

static int
begin(void **state)
{
	(void)state;
	memset(&probe, 0, sizeof(probe));
	said_count = 0;
	came = 0;
	if (sodium_init() < 0 || kz_config_defaults(&probe.config) != KZ_OK)
		return 1;
	probe.base = event_base_new();
	turns_open(&probe, false);
	return probe.base == NULL;
}

static int
end(void **state)
{
	(void)state;
	turns_close(&probe);
	event_base_free(probe.base);
	kz_config_free(&probe.config);
	return 0;
}

/* All events that are due. */
static void
go_on(void)
{
	assert_int_not_equal(event_base_loop(probe.base, EVLOOP_NONBLOCK), -1);
}

static void
each_kind_of_server_has_its_gap(void **state)
{
	static const struct {
		const char *server;
		bool rdap;
		int64_t gap_ms;
	} table[] = {
		{"whois.jprs.jp", false, 10000},
		{"whois.nic.ad.jp", false, 10000},
		{"whois.example", false, 30000},
		{"whois.jprs.jp", true, 5000},
		{"rdap.example", true, 5000},
	};
	struct event *turn = event();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct turns *turns =
			turns_of(&probe, table[i].rdap, table[i].server);
		int64_t first_ms;

		said_count = 0;
		/* the first one at once, then one behind the other */
		assert_true(turns_take(&probe, turns, turn));
		first_ms = turns->next_ms;
		assert_in_range(
			first_ms - kz_clock_mono_ms(), 0, table[i].gap_ms);
		assert_true(turns_take(&probe, turns, turn));
		assert_int_equal(turns->next_ms, first_ms + table[i].gap_ms);
		assert_int_equal(said_count, 2);
		assert_int_equal(said[1].kind, KZ_LINE_TURN);
		assert_int_equal(said[1].u.turn.asked, 1);
		assert_string_equal(said[1].u.turn.server, table[i].server);
		assert_int_equal(said[1].u.turn.rdap, table[i].rdap);
	}
	event_free(turn);
}

static void
a_turn_that_is_too_far_is_none(void **state)
{
	struct turns *turns = turns_of(&probe, false, "whois.example");
	struct event *turn = event();

	(void)state;
	/* at once, in 30 s, in 60 s at most */
	for (int i = 0; i < 3; i++)
		assert_true(turns_take(&probe, turns, turn));
	assert_false(turns_take(&probe, turns, turn));
	assert_int_equal(said_count, 3);
	event_free(turn);
}

static void
a_day_has_its_share_and_who_refused_rests(void **state)
{
	struct turns *turns = turns_of(&probe, true, "rdap.example");
	struct event *turn = event();
	struct kz_turn_told told = {.server = "whois.jprs.jp",
		.when_s = kz_clock_now_s(),
		.asked = 50};

	(void)state;
	turns_told(&probe, &told);
	assert_false(turns_take(
		&probe, turns_of(&probe, false, "whois.jprs.jp"), turn));
	turns_back_off(&probe, turns, 3600);
	assert_true(turns_resting(turns));
	assert_false(turns_take(&probe, turns, turn));
	assert_int_equal(said_count, 1);
	assert_int_equal(said[0].u.turn.asked, 0);
	assert_int_equal(said[0].u.turn.back_off_s, 3600);
	turns_answered(&probe, turns);
	assert_false(turns_resting(turns));
	event_free(turn);
}

static struct kz_line_grant
grant(bool granted, uint32_t wait_s)
{
	return (struct kz_line_grant){.server = "whois.jprs.jp",
		.granted = granted,
		.wait_s = wait_s};
}

static void
with_t_a_turn_is_waited_for(void **state)
{
	struct turns *turns = turns_of(&probe, false, "whois.jprs.jp");
	struct kz_line_grant now = grant(true, 0), later = grant(true, 300);
	struct event *first = event(), *second = event(), *third = event();

	(void)state;
	probe.turns_asked = true;
	assert_true(turns_take(&probe, turns, first));
	assert_true(turns_take(&probe, turns, second));
	assert_int_equal(said_count, 2);
	assert_int_equal(said[0].kind, KZ_LINE_WANT);
	assert_string_equal(said[0].u.grant.server, "whois.jprs.jp");
	go_on();
	assert_int_equal(came, 0);
	/* it counts where it was granted: nothing more is said of it */
	turns_granted(&probe, &now);
	go_on();
	assert_int_equal(came, 1);
	assert_int_equal(said_count, 2);
	/* the second waits as long as it is told */
	turns_granted(&probe, &later);
	assert_in_range(turns->next_ms - kz_clock_mono_ms(), 250000, 310000);
	go_on();
	assert_int_equal(came, 1);
	/* nobody waits for this one; and our own gap would be too long now */
	turns_granted(&probe, &now);
	assert_true(turns_take(&probe, turns, third));
	turns_granted(&probe, &now);
	go_on();
	assert_int_equal(came, 2);
	assert_true(turns_resting(turns));
	event_free(first);
	event_free(second);
	event_free(third);
}

static void
with_t_our_own_gap_is_kept_too(void **state)
{
	struct turns *turns = turns_of(&probe, false, "whois.jprs.jp");
	struct kz_line_grant now = grant(true, 0);
	struct event *turn = event();
	int64_t first_ms;

	(void)state;
	probe.turns_asked = true;
	assert_true(turns_take(&probe, turns, turn));
	turns_granted(&probe, &now);
	first_ms = turns->next_ms;
	assert_true(turns_take(&probe, turns, turn));
	turns_granted(&probe, &now);
	assert_int_equal(turns->next_ms, first_ms + 10000);
	event_free(turn);
}

static void
a_turn_that_is_denied_comes_as_a_refusal(void **state)
{
	struct turns *turns = turns_of(&probe, false, "whois.jprs.jp");
	struct kz_line_grant denied = grant(false, 0);
	struct event *turn = event();

	(void)state;
	probe.turns_asked = true;
	assert_true(turns_take(&probe, turns, turn));
	assert_false(turns_resting(turns));
	turns_granted(&probe, &denied);
	go_on();
	assert_int_equal(came, 1);
	assert_true(turns_resting(turns));
	assert_false(turns_take(&probe, turns, turn));
	/* another server's is another one's */
	assert_false(turns_resting(turns_of(&probe, true, "whois.jprs.jp")));
	event_free(turn);
}

static void
when_nobody_grants_any_more_nobody_waits(void **state)
{
	struct event *first = event(), *second = event();

	(void)state;
	probe.turns_asked = true;
	assert_true(turns_take(
		&probe, turns_of(&probe, false, "whois.jprs.jp"), first));
	assert_true(turns_take(
		&probe, turns_of(&probe, true, "rdap.example"), second));
	turns_over(&probe);
	go_on();
	assert_int_equal(came, 2);
	assert_false(turns_take(
		&probe, turns_of(&probe, true, "rdap.example.net"), first));
	event_free(first);
	event_free(second);
}

#define TURNS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TURNS(each_kind_of_server_has_its_gap),
		TURNS(a_turn_that_is_too_far_is_none),
		TURNS(a_day_has_its_share_and_who_refused_rests),
		TURNS(with_t_a_turn_is_waited_for),
		TURNS(with_t_our_own_gap_is_kept_too),
		TURNS(a_turn_that_is_denied_comes_as_a_refusal),
		TURNS(when_nobody_grants_any_more_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

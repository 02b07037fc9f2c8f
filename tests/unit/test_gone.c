/* SPDX-License-Identifier: ISC */
/* Repairs that leave nothing to be found well: what was at fault is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>
#include <cmocka.h>

#include "api_kit.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

/* A session of 10.9.8.NUMBER, with these words. */
static void
says(struct scene *scene, const char *site, uint8_t number, const char *helo)
{
	const struct kz_name name = kit_name(site);
	const struct kz_seen seen = {.site = &name,
		.zone = &name,
		.name = &name,
		.client = {KZ_ADDR_V4, {10, 9, 8, number}},
		.mailfrom = true,
		.helo = helo};

	kz_schedule_seen(scene->engine, &seen, &scene->now);
}

static void
find(struct scene *scene, const char *site, enum kz_symptom symptom,
	const char *object, enum kz_outcome outcome)
{
	struct kz_finding finding = {.subject = kit_name(site),
		.symptom = symptom,
		.outcome = outcome,
		.judged = true,
		.when_s = scene->now.wall_s};

	if (outcome == KZ_OUTCOME_BAD)
		finding.weight = kz_symptom_info(symptom)->points;
	(void)strlcpy(finding.object, object, sizeof(finding.object));
	kz_observe_finding(scene->engine, &finding, &scene->now);
}

/* In another slot. */
static void
later(struct scene *scene)
{
	scene->now.wall_s += 3601;
	scene->now.mono_ms += INT64_C(1000) * 3601;
}

static void
begin_look(struct scene *scene, const char *site)
{
	later(scene);
	says(scene, site, 7, "mail.example");
	scene->awaited = kit_name(site);
	scene->came = false;
	scene->now.mono_ms += 1000;
	kz_schedule_tick(scene->engine, &scene->now);
	/* Those of earlier rows may be due again too. */
	assert_true(scene->came);
}

static void
end_look(struct scene *scene, const char *site, bool mx)
{
	const bool complete[KZ_FAMILY_COUNT] = {
		[KZ_FAMILY_MX] = mx, [KZ_FAMILY_DEL] = true};
	struct kz_name name = kit_name(site);

	kz_observe_done(scene->engine, &name, &name, complete, &scene->now);
}

static void
a_word_that_a_client_no_longer_says_is_gone(void **state)
{
	static const struct {
		enum kz_symptom symptom;
		const char *site, *said, *object;
	} rows[] = {
		{KZ_SYM_HELO_NOT_FQDN, "a.jp", "localhost", "localhost"},
		{KZ_SYM_HELO_UNRESOLVABLE, "b.jp", "No.Such.jp", "no.such.jp"},
		{KZ_SYM_HELO_MISMATCH, "c.jp", "other.jp", "other.jp"},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *site = rows[i].site;

		says(scene, site, 1, rows[i].said);
		says(scene, site, 2, rows[i].said);
		find(scene, site, rows[i].symptom, rows[i].object,
			KZ_OUTCOME_BAD);
		later(scene);
		/* Once more, and a client that was not met before. */
		says(scene, site, 1, rows[i].said);
		says(scene, site, 3, "mail.jp");
		assert_int_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
		/* The other one still says it, in other letters. */
		says(scene, site, 2, i == 1 ? "no.SUCH.jp" : rows[i].said);
		says(scene, site, 1, "mail.jp");
		assert_int_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
		says(scene, site, 2, "mail.jp");
		assert_int_not_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
	}
}

/* Only of that word, and of that family. */
static void
a_new_word_forgives_nothing_else(void **state)
{
	struct scene *scene = *state;

	says(scene, "d.jp", 1, "localhost");
	find(scene, "d.jp", KZ_SYM_HELO_NOT_FQDN, "pc.local", KZ_OUTCOME_BAD);
	find(scene, "d.jp", KZ_SYM_RDNS_MISSING, "10.9.8.1", KZ_OUTCOME_BAD);
	later(scene);
	says(scene, "d.jp", 1, "mail.d.jp");
	find(scene, "d.jp", KZ_SYM_RDNS_MISSING, "10.9.8.1", KZ_OUTCOME_OK);
	assert_int_equal(state_of(scene, "d.jp"), KZ_VERDICT_SUSPECT);
	find(scene, "d.jp", KZ_SYM_HELO_NOT_FQDN, "pc.local", KZ_OUTCOME_OK);
	assert_int_not_equal(state_of(scene, "d.jp"), KZ_VERDICT_SUSPECT);
}

static const struct log_row {
	enum kz_symptom symptom;
	bool host; /* its object is an exchanger */
} log_rows[] = {
	{KZ_SYM_LOG_MX_UNREACHABLE, true},
	{KZ_SYM_LOG_HOST_LOOKUP_FAIL, false},
	{KZ_SYM_LOG_QUEUE_EXPIRED, false},
	{KZ_SYM_LOG_DSN_UNDELIVERABLE, false},
};

/* A site of its own for each row and case, with a bad of the log. */
static const char *
logged(struct scene *scene, size_t row, const char *prefix)
{
	static char site[32];

	(void)snprintf(site, sizeof(site), "%s%zu.jp", prefix, row);
	says(scene, site, 7, "mail.example");
	find(scene, site, log_rows[row].symptom,
		log_rows[row].host ? "mx.example" : site, KZ_OUTCOME_BAD);
	begin_look(scene, site);
	assert_int_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
	return site;
}

/* A null MX was published: nothing is said of exchangers any more. */
static void
what_the_log_held_against_exchangers_goes_with_them(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(log_rows) / sizeof(log_rows[0]); i++) {
		const char *site = logged(scene, i, "null");

		end_look(scene, site, true);
		assert_int_not_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
	}
}

static void
and_stays_where_they_are_or_were_not_looked_at(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(log_rows) / sizeof(log_rows[0]); i++) {
		const char *site = logged(scene, i, "cut");

		end_look(scene, site, false);
		assert_int_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
		site = logged(scene, i, "has");
		find(scene, site, KZ_SYM_MX_ALL_DEAD, site, KZ_OUTCOME_UNKNOWN);
		end_look(scene, site, true);
		assert_int_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
	}
}

/* Without MX records its own address takes the mail, and does. */
static void
an_address_of_its_own_that_works_ends_it_too(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(log_rows) / sizeof(log_rows[0]); i++) {
		const char *site = logged(scene, i, "deaf");

		find(scene, site, KZ_SYM_MX_IMPLICIT_DEAD, site,
			KZ_OUTCOME_UNKNOWN);
		end_look(scene, site, true);
		/* The records of the exchanger are gone all the same. */
		assert_int_equal(state_of(scene, site) == KZ_VERDICT_SUSPECT,
			!log_rows[i].host);
		site = logged(scene, i, "own");
		find(scene, site, KZ_SYM_MX_IMPLICIT_DEAD, site, KZ_OUTCOME_OK);
		end_look(scene, site, true);
		assert_int_not_equal(state_of(scene, site), KZ_VERDICT_SUSPECT);
	}
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(a_word_that_a_client_no_longer_says_is_gone),
		ROW(a_new_word_forgives_nothing_else),
		ROW(what_the_log_held_against_exchangers_goes_with_them),
		ROW(and_stays_where_they_are_or_were_not_looked_at),
		ROW(an_address_of_its_own_that_works_ends_it_too),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}

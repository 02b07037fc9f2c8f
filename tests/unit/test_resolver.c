/* SPDX-License-Identifier: ISC */
#include "resolver_kit.h"

static void
open_table(struct lab *lab)
{
	static const struct kz_resolver_row rows[] = {
		{.name = "data.jp",
			.rrtype = A,
			.secure = true,
			.records = "data.jp. 60 IN A 10.1.2.3\n"
				   "data.jp. 60 IN A 10.1.2.4\n"},
		{.name = "data.jp", .rrtype = MX, .state = KZ_ANSWER_FAILED},
		{.name = "bogus.jp", .rrtype = A, .state = KZ_ANSWER_BOGUS},
		{.name = "slow.jp", .rrtype = A, .state = KZ_ANSWER_TIMEOUT},
		{.name = "nodata.jp",
			.rrtype = A,
			.state = KZ_ANSWER_NODATA,
			.secure = true}};

	assert_int_equal(
		kz_resolver_open_table(lab->base, rows,
			sizeof(rows) / sizeof(rows[0]), &lab->resolver),
		KZ_OK);
}

static void
a_table_answers(void **state)
{
	static const struct {
		const char *name;
		size_t records;
		enum kz_answer_state state;
		uint16_t rrtype;
		bool secure, has_packet;
	} cases[] = {{"data.jp", 2, KZ_ANSWER_DATA, A, true, true},
		{"data.jp", 0, KZ_ANSWER_FAILED, MX, false, false},
		{"bogus.jp", 0, KZ_ANSWER_BOGUS, A, false, false},
		{"slow.jp", 0, KZ_ANSWER_TIMEOUT, A, false, false},
		{"nodata.jp", 0, KZ_ANSWER_NODATA, A, true, true},
		{"nodata.jp", 0, KZ_ANSWER_NODATA, MX, false, false},
		{"other.jp", 0, KZ_ANSWER_NXDOMAIN, A, false, false}};
	struct lab *lab = *state;

	open_table(lab);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask_and_wait(lab, cases[i].name, cases[i].rrtype);
		assert_int_equal(lab->state, cases[i].state);
		assert_int_equal(lab->secure, cases[i].secure);
		assert_int_equal(lab->has_packet, cases[i].has_packet);
		assert_int_equal(lab->records, cases[i].records);
	}
}

static void
a_table_that_cannot_be_read_is_refused(void **state)
{
	static const struct kz_resolver_row rows[] = {
		{.name = "a..jp", .rrtype = A},
		{.name = "a.jp", .rrtype = A, .records = "a.jp. 60 IN A ten"}};
	struct lab *lab = *state;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(kz_resolver_open_table(lab->base, &rows[i], 1,
					 &lab->resolver),
			KZ_EFORMAT);
	assert_null(lab->resolver);
}

/* Cancelling, asking and closing at every moment, for either resolver. */
static void
use_jobs(struct lab *lab)
{
	struct kz_resolver_job *job = NULL;

	kz_resolver_cancel(&job);
	/* before it was handed over */
	ask(lab, "data.jp", A, &job);
	kz_resolver_cancel(&job);
	assert_null(job);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 0);
	/* in the answer of another one; and a new one is asked there */
	ask(lab, "data.jp", A, NULL);
	ask(lab, "mute.jp", A, &lab->other);
	lab->asked = "data.jp";
	lab->again = "data.jp";
	lab_run_until(lab->base, &lab->answers, 2);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 2);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	/* many wait when it is closed */
	for (size_t i = 0; i < 10; i++)
		ask(lab, "data.jp", A, NULL);
	kz_resolver_close(&lab->resolver);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 2);
}

static void
jobs_of_a_table_can_be_cancelled(void **state)
{
	open_table(*state);
	use_jobs(*state);
}

static void
jobs_of_libunbound_can_be_cancelled(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){0});
	use_jobs(lab);
}

/* The answer comes from within libunbound's own call. */
static void
local_names_are_answered_outside_of_ask(void **state)
{
	struct lab *lab = *state;

	open_unbound(lab, (struct kz_resolver_options){0});
	ask_and_wait(lab, "localhost", A);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	assert_int_equal(lab->records, 1);
	ask_and_wait(lab, "something.invalid", A);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	ask_and_wait(lab, "1.0.0.10.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	assert_true(lab->has_packet);
}

static void
files_are_read_at_open(void **state)
{
	struct lab *lab = *state;
	struct kz_resolver_options options = {.root_hints = "/nonexistent"};

	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	options.root_hints = hints_file;
	options.trust_anchor = "/nonexistent";
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	options.trust_anchor = "/etc/passwd";
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	assert_null(lab->resolver);
}

static void
answers_from_the_wire_stay_apart(void **state)
{
	static const struct {
		const char *name;
		enum kz_answer_state state;
		size_t records;
	} cases[] = {{"data.jp", KZ_ANSWER_DATA, 1},
		{"alias.jp", KZ_ANSWER_DATA, 1},
		{"dangling.jp", KZ_ANSWER_NODATA, 0},
		{"nodata.jp", KZ_ANSWER_NODATA, 0},
		{"nx.jp", KZ_ANSWER_NXDOMAIN, 0},
		{"fail.jp", KZ_ANSWER_FAILED, 0},
		{"mute.jp", KZ_ANSWER_TIMEOUT, 0}};
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.limit_ms = 500});
	/* the second time from the cache, but for the last */
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]) - 1; i++) {
		ask_and_wait(lab, cases[i / 2].name, A);
		assert_int_equal(lab->state, cases[i / 2].state);
		assert_int_equal(lab->records, cases[i / 2].records);
		assert_int_equal(
			lab->has_packet, lab->state <= KZ_ANSWER_NXDOMAIN);
		assert_false(lab->secure);
	}
}

/* The root is not signed, and the anchor says that it is. */
static void
a_forged_answer_is_bogus(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(
		lab, (struct kz_resolver_options){.trust_anchor = anchor_file});
	ask_and_wait(lab, "data.jp", A);
	assert_int_equal(lab->state, KZ_ANSWER_BOGUS);
	assert_false(lab->has_packet);
}

static void
the_lab_has_private_reverse_zones(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.lab = true});
	/* the root server's answer, not libunbound's own NXDOMAIN */
	ask_and_wait(lab, "1.0.0.10.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
	ask_and_wait(lab, "1.16.172.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
	ask_and_wait(lab, "0.8.b.d.0.1.0.0.2.ip6.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
}

static void
the_source_address_is_bound(void **state)
{
	struct lab *lab = *state;
	struct kz_addr source = lab_addr("10.53.0.7");

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.source_v4 = source});
	ask_and_wait(lab, "data.jp", A);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	assert_memory_equal(&lab->from.sin_addr, source.bytes, 4);
}

/* Whoever delegates to an address does not make us send there: it answers. */
static void
nobody_is_asked_who_must_not_be(void **state)
{
	struct kz_net ten = {lab_addr("10.0.0.0"), 8};
	struct kz_net near = {lab_addr("10.53.0.0"), 24};
	struct kz_addr_scope none = {{NULL, 0}, {NULL, 0}};
	struct kz_addr_scope lab_scope = {{&ten, 1}, {NULL, 0}};
	struct kz_addr_scope private = {{&ten, 1}, {&near, 1}};
	struct kz_nets never = {&near, 1};
	const struct kz_resolver_options rows[] = {{.scope = &lab_scope},
		{.scope = &none}, {.scope = &private}, {.never = &never}};
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_unbound(lab, rows[i]);
		ask_and_wait(lab, "data.jp", A);
		assert_int_equal(
			lab->state, i == 0 ? KZ_ANSWER_DATA : KZ_ANSWER_FAILED);
		kz_resolver_close(&lab->resolver);
	}
}

/* With one place, silent names are asked one after the other, in order. */
static void
look_ups_at_once_are_bounded(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab,
		(struct kz_resolver_options){.in_flight = 1, .limit_ms = 200});
	ask(lab, "mute1.jp", A, NULL);
	ask(lab, "mute2.jp", A, NULL);
	ask(lab, "data.jp", A, NULL);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->state, KZ_ANSWER_TIMEOUT);
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(lab->state, KZ_ANSWER_TIMEOUT);
	lab_run_until(lab->base, &lab->answers, 3);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	/* cancelled while libunbound has it, and closed while it still has */
	ask(lab, "mute3.jp", A, &lab->other);
	lab_run_for(lab->base, 30);
	kz_resolver_cancel(&lab->other);
	ask(lab, "mute4.jp", A, NULL);
	lab_run_for(lab->base, 30);
	assert_true(lab->questions >= 4);
	kz_resolver_close(&lab->resolver);
	assert_int_equal(lab->answers, 3);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_table_answers),
		TEST(a_table_that_cannot_be_read_is_refused),
		TEST(jobs_of_a_table_can_be_cancelled),
		TEST(jobs_of_libunbound_can_be_cancelled),
		TEST(local_names_are_answered_outside_of_ask),
		TEST(files_are_read_at_open),
		TEST(answers_from_the_wire_stay_apart),
		TEST(a_forged_answer_is_bogus),
		TEST(the_lab_has_private_reverse_zones),
		TEST(the_source_address_is_bound),
		TEST(nobody_is_asked_who_must_not_be),
		TEST(look_ups_at_once_are_bounded),
	};

	return cmocka_run_group_tests(tests, enter_namespace, leave);
}

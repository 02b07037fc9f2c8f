/* SPDX-License-Identifier: ISC */
/* What registries said and were asked, over the ends of probers. */
#include "api_kit.h"

#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"

static struct kz_turn_told told[8];
static size_t told_count;

static bool
on_turn(void *arg, const struct kz_turn_told *turn)
{
	(void)arg;
	assert_true(told_count < 8);
	told[told_count++] = *turn;
	return true;
}

static int
begin(void **state)
{
	struct kz_engine_hooks hooks = {.ask = on_ask,
		.examine = on_examine,
		.canary = on_canary,
		.touched = on_touched,
		.turn = on_turn,
		.log = on_log};
	struct scene *scene;
	int result = setup(state);

	scene = *state;
	kz_engine_close(&scene->engine);
	hooks.arg = scene;
	scene->config.registry.per_day = 3;
	scene->config.registry.per_day_other = 4;
	assert_int_equal(kz_engine_open(&scene->config, scene->store, &hooks,
				 &scene->now, &scene->engine),
		KZ_OK);
	told_count = 0;
	return result;
}

static void
asked(struct scene *scene, bool rdap, uint32_t questions)
{
	struct kz_turn_told turn = {.server = "whois.jprs.jp",
		.rdap = rdap,
		.when_s = scene->now.wall_s,
		.asked = questions};

	kz_observe_turn(scene->engine, &turn, &scene->now);
}

static void
a_new_prober_is_told_what_earlier_ones_asked(void **state)
{
	struct scene *scene = *state;

	asked(scene, false, 1);
	scene->now.wall_s += 60;
	asked(scene, false, 1);
	asked(scene, true, 1);
	kz_schedule_prober_new(scene->engine, &scene->now);
	assert_int_equal(told_count, 2);
	assert_string_equal(told[0].server, "whois.jprs.jp");
	assert_false(told[0].rdap);
	assert_int_equal(told[0].asked, 2);
	assert_int_equal(told[0].when_s, NOW_S);
	assert_true(told[1].rdap);
	assert_int_equal(told[1].asked, 1);
	/* two days later nothing of it bounds anything */
	scene->now.wall_s += INT64_C(2) * DAY_S;
	told_count = 0;
	kz_schedule_prober_new(scene->engine, &scene->now);
	assert_int_equal(told_count, 0);
	scene->now.wall_s = NOW_S;
}

static void
who_asks_by_hand_takes_from_the_same_share(void **state)
{
	struct scene *scene = *state;
	struct kz_turn_given given = {99, 99};

	asked(scene, false, 1);
	assert_int_equal(kz_turn_grant(scene->engine, "whois.jprs.jp", false,
				 &scene->now, &given),
		KZ_OK);
	assert_int_equal(given.wait_s, scene->config.registry.gap_s);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].asked, 1);
	/* two at once wait one behind the other */
	assert_int_equal(kz_turn_grant(scene->engine, "whois.jprs.jp", false,
				 &scene->now, &given),
		KZ_OK);
	assert_int_equal(given.wait_s, 2 * scene->config.registry.gap_s);
	assert_int_equal(kz_turn_grant(scene->engine, "whois.jprs.jp", false,
				 &scene->now, &given),
		KZ_EBUSY);
	assert_int_equal(given.until_s, NOW_S + DAY_S);
	assert_int_equal(kz_turn_grant(scene->engine, "whois.jprs.jp", true,
				 &scene->now, &given),
		KZ_OK);
}

static void
who_refused_by_hand_is_left_alone_by_all(void **state)
{
	struct scene *scene = *state;
	struct kz_turn_given given = {99, 99};

	assert_int_equal(kz_turn_refused(scene->engine, "whois.example", false,
				 3600, &scene->now),
		NOW_S + 3600);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].asked, 0);
	assert_int_equal(told[0].until_s, NOW_S + 3600);
	assert_int_equal(kz_turn_grant(scene->engine, "whois.example", false,
				 &scene->now, &given),
		KZ_EBUSY);
	assert_int_equal(given.until_s, NOW_S + 3600);
	/* the second time twice as long; RDAP is another server */
	assert_int_equal(kz_turn_refused(scene->engine, "whois.example", false,
				 3600, &scene->now),
		NOW_S + 7200);
	assert_int_equal(kz_turn_grant(scene->engine, "whois.example", true,
				 &scene->now, &given),
		KZ_OK);
}

/* So many turns until there is none; the clock goes on by each wait. */
static uint32_t
granted(struct scene *scene, const char *server, bool rdap, uint32_t gap_s)
{
	struct kz_now now = scene->now;
	struct kz_turn_given given = {0};
	uint32_t count = 0;

	while (kz_turn_grant(scene->engine, server, rdap, &now, &given) ==
		KZ_OK) {
		assert_int_equal(given.wait_s, count == 0 ? 0 : gap_s);
		now.wall_s += given.wait_s;
		count++;
	}
	told_count = 0;
	return count;
}

/* Those in Japan announced that they block who asks often. */
static void
each_server_has_the_gap_and_the_day_of_its_kind(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(granted(scene, "whois.nic.ad.jp", false,
				 scene->config.registry.gap_s),
		3);
	assert_int_equal(granted(scene, "whois.example", false,
				 scene->config.registry.gap_other_s),
		4);
	assert_int_equal(granted(scene, "rdap.example", true,
				 scene->config.registry.gap_rdap_s),
		4);
}

/* Many at once: those for whom it would be long are sent away. */
static void
no_turn_is_granted_far_ahead(void **state)
{
	struct scene *scene = *state;
	struct kz_turn_given given = {0};

	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(kz_turn_grant(scene->engine, "whois.example",
					 false, &scene->now, &given),
			KZ_OK);
		assert_int_equal(
			given.wait_s, i * scene->config.registry.gap_other_s);
	}
	assert_int_equal(kz_turn_grant(scene->engine, "whois.example", false,
				 &scene->now, &given),
		KZ_EBUSY);
	assert_int_equal(given.until_s,
		scene->now.wall_s + scene->config.registry.gap_other_s);
	scene->now.wall_s += scene->config.registry.gap_other_s;
	assert_int_equal(kz_turn_grant(scene->engine, "whois.example", false,
				 &scene->now, &given),
		KZ_OK);
	assert_int_equal(given.wait_s, 2 * scene->config.registry.gap_other_s);
}

static struct kz_registry_answer
an_answer(const struct scene *scene)
{
	struct kz_registry_answer answer = {.kind = KZ_REGISTRY_DOMAIN,
		.outcome = KZ_REGISTRY_FOUND,
		.asked_s = scene->now.wall_s,
		.server = "whois.jprs.jp"};

	assert_int_equal(
		kz_name_parse(KZ_STR("example2.jp"), &answer.domain), KZ_OK);
	assert_true(kz_registry_add_server(&answer, KZ_STR("w03.example2.jp")));
	assert_true(kz_registry_add_state(&answer, KZ_STR("Connected")));
	assert_non_null(kz_registry_add_contact(&answer, KZ_STR("RT0040JP"),
		KZ_STR("example.org"), KZ_REGISTRY_ADMIN));
	answer.expires = (struct kz_registry_date){
		.when_s = 1606662000, .offset_min = 540, .day = true};
	return answer;
}

static void
an_answer_holds_for_a_month(void **state)
{
	struct scene *scene = *state;
	struct kz_registry_answer answer = an_answer(scene), read;
	struct kz_name other;

	kz_observe_registered(scene->engine, &answer);
	scene->now.wall_s += 30 * DAY_S - 1;
	assert_int_equal(kz_registered_find(scene->engine, &answer.domain,
				 &scene->now, &read),
		KZ_OK);
	assert_string_equal(read.servers[0].text, "w03.example2.jp");
	assert_string_equal(read.contacts[0].handle, "RT0040JP");
	/* where a contact is written to is nobody's business */
	assert_int_equal(read.contacts[0].mail.len, 0);
	scene->now.wall_s++;
	assert_int_equal(kz_registered_find(scene->engine, &answer.domain,
				 &scene->now, &read),
		KZ_NOT_FOUND);
	scene->now.wall_s = NOW_S - 1;
	assert_int_equal(kz_registered_find(scene->engine, &answer.domain,
				 &scene->now, &read),
		KZ_NOT_FOUND);
	scene->now.wall_s = NOW_S;
	assert_int_equal(kz_name_parse(KZ_STR("example.jp"), &other), KZ_OK);
	assert_int_equal(
		kz_registered_find(scene->engine, &other, &scene->now, &read),
		KZ_NOT_FOUND);
}

static void
the_record_is_as_it_was(void **state)
{
	static const uint8_t golden[] =
		"\x01\x00\x00\x00\x00\x5e\x5a\xa9\xc0"
		"\x0dwhois.jprs.jp\x0b"
		"example2.jp\x00"
		"\x00\x00\x00\x00\x5f\xc3\xb7\x70\x02\x1c\x01"
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x01\x09"
		"Connected\x01\x0fw03.example2.jp\x01\x08RT0040JP\x01";
	struct scene *scene = *state;
	struct kz_registry_answer answer = an_answer(scene), read;
	uint8_t record[KZ_REGISTRY_RECORD_SIZE];
	size_t len = 0;

	assert_int_equal(
		kz_registry_encode(&answer, record, sizeof(record), &len),
		KZ_OK);
	assert_int_equal(len, sizeof(golden) - 1);
	assert_memory_equal(record, golden, len);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(
			kz_registry_decode(golden, cut, &read), KZ_OK);
	record[0] = 2;
	assert_int_equal(kz_registry_decode(record, len, &read), KZ_EVERSION);
	answer.outcome = KZ_REGISTRY_MISSING;
	assert_int_equal(
		kz_registry_encode(&answer, record, sizeof(record), &len),
		KZ_EINVAL);
}

/* "server asked/per_day until" of each. */
static bool
note_turn(void *arg, const struct kz_turn_told *turn, uint32_t per_day)
{
	char *lines = arg;
	size_t used = strlen(lines);

	assert_true(snprintf(lines + used, 200 - used, "%s%s %u/%u %d\n",
			    turn->server, turn->rdap ? " rdap" : "",
			    (unsigned)turn->asked, (unsigned)per_day,
			    (int)turn->until_s) > 0);
	return true;
}

static void
the_share_that_is_used_can_be_seen(void **state)
{
	struct scene *scene = *state;
	const struct kz_call_request request = {
		.method = "GET", .path = "/v1/status"};
	struct kz_call_answer answer = {.later = true};
	struct kz_call *call = NULL;
	char lines[200] = "";
	char wanted[200];

	asked(scene, false, 2);
	(void)kz_turn_refused(
		scene->engine, "rdap.example", true, 3600, &scene->now);
	kz_turn_each(scene->engine, &scene->now, note_turn, lines);
	(void)snprintf(wanted, sizeof(wanted),
		"whois.jprs.jp 2/3 0\nrdap.example rdap 0/4 %d\n",
		NOW_S + 3600);
	assert_string_equal(lines, wanted);
	assert_int_equal(kz_call_open(scene->engine, &request, &call), KZ_OK);
	assert_int_equal(
		kz_call_finish(call, &scene->program, &scene->now, &answer),
		KZ_OK);
	answer.body[answer.len - 1] = '\0';
	assert_non_null(strstr(answer.body,
		"{\"server\":\"whois.jprs.jp\",\"rdap\":false,"
		"\"asked\":2,\"per_day\":3,\"until\":0},"
		"{\"server\":\"rdap.example\",\"rdap\":true,"
		"\"asked\":0,\"per_day\":4,\"until\":1583003600}"));
	kz_call_answer_end(&answer);
	kz_call_close(&call);
	/* Another day. */
	scene->now.wall_s += INT64_C(2) * DAY_S;
	lines[0] = '\0';
	kz_turn_each(scene->engine, &scene->now, note_turn, lines);
	assert_null(strstr(lines, "2/3"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_new_prober_is_told_what_earlier_ones_asked, begin,
			teardown),
		cmocka_unit_test_setup_teardown(
			who_asks_by_hand_takes_from_the_same_share, begin,
			teardown),
		cmocka_unit_test_setup_teardown(
			each_server_has_the_gap_and_the_day_of_its_kind, begin,
			teardown),
		cmocka_unit_test_setup_teardown(
			no_turn_is_granted_far_ahead, begin, teardown),
		cmocka_unit_test_setup_teardown(
			who_refused_by_hand_is_left_alone_by_all, begin,
			teardown),
		cmocka_unit_test_setup_teardown(
			the_share_that_is_used_can_be_seen, begin, teardown),
		cmocka_unit_test_setup_teardown(
			an_answer_holds_for_a_month, begin, teardown),
		cmocka_unit_test_setup_teardown(
			the_record_is_as_it_was, begin, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/*
 * How often an address may be asked: the edges of each window, clocks that
 * step, tables that are full.  Names say the rule.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "../../modules/kizuki-probe/limits_priv.h"

#define T      INT64_C(1582941600)
#define DAY_S  INT64_C(86400)
#define HOUR_S INT64_C(3600)
#define MAX    100

static struct kz_config config;
static struct limits limits;
static struct limits_now now;

static struct kz_addr
addr(uint32_t number)
{
	struct kz_addr made = {.family = KZ_ADDR_V4};

	made.bytes[0] = 10;
	made.bytes[1] = (uint8_t)(number >> 8);
	made.bytes[2] = (uint8_t)number;
	made.bytes[3] = 25;
	return made;
}

static struct kz_name
name(const char *text)
{
	struct kz_name made;

	assert_int_equal(
		kz_name_parse((struct kz_str){text, strlen(text)}, &made),
		KZ_OK);
	return made;
}

static int
set_up(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	config.limits.smtp_per_addr_s = 6 * HOUR_S;
	config.limits.smtp_confirm_s = HOUR_S;
	config.limits.smtp_per_addr_day = 4;
	config.limits.smtp_per_net_s = 10;
	config.limits.smtp_per_net_hour = 60;
	config.limits.dns_per_server_s = 20;
	config.limits.dns_per_zone_day = 60;
	config.limits.web_per_host_s = 7 * DAY_S;
	now = (struct limits_now){T, 1000000};
	assert_int_equal(limits_open(&limits, &config, MAX, -1), KZ_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	limits_close(&limits);
	return 0;
}

static void
pass(int64_t span_s)
{
	now.wall_s += span_s;
	now.mono_ms += span_s * 1000;
}

static bool
smtp_for(uint32_t number, enum limits_purpose purpose)
{
	const struct kz_addr to = addr(number);

	return limits_smtp(&limits, &to, purpose, &now).allowed;
}

static bool
smtp(uint32_t number, bool confirm)
{
	return smtp_for(number, confirm ? LIMITS_CONFIRM : LIMITS_EXAMINE);
}

static bool
dns(uint32_t number, const char *zone)
{
	const struct kz_addr to = addr(number);
	const struct kz_name of = name(zone);

	return limits_dns(&limits, &to, &of, &now).allowed;
}

/* How many of so many are allowed, with time for each. */
static unsigned
dns_of(unsigned tries, uint32_t number, const char *zone)
{
	unsigned allowed = 0;

	for (unsigned i = 0; i < tries; i++) {
		now.mono_ms += 1000;
		allowed += dns(number, zone);
	}
	return allowed;
}

static void
an_address_is_connected_to_once_in_six_hours(void **state)
{
	(void)state;
	assert_true(smtp(1, false));
	assert_false(smtp(1, false));
	pass(6 * HOUR_S - 1);
	assert_false(smtp(1, false));
	pass(1);
	assert_true(smtp(1, false));
}

static void
to_confirm_once_an_hour_and_four_times_a_day(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(smtp(1, true));
		pass(HOUR_S - 1);
		assert_false(smtp(1, true));
		pass(1);
	}
	assert_false(smtp(1, true));
	pass(DAY_S - 4 * HOUR_S - 1);
	assert_false(smtp(1, true));
	pass(1);
	assert_true(smtp(1, true));
}

/* Else what is asked as a canary could not be looked at where it broke. */
static void
a_canary_leaves_half_of_the_day(void **state)
{
	(void)state;
	assert_true(smtp_for(1, LIMITS_CANARY));
	assert_false(smtp_for(1, LIMITS_CANARY));
	pass(HOUR_S);
	assert_true(smtp_for(1, LIMITS_CANARY));
	pass(HOUR_S);
	assert_false(smtp_for(1, LIMITS_CANARY));
	assert_true(smtp(1, true));
	pass(6 * HOUR_S);
	assert_true(smtp(1, false));
	pass(HOUR_S);
	assert_false(smtp(1, true));
}

static void
neighbours_wait_ten_seconds_for_each_other(void **state)
{
	struct kz_addr to = addr(1);

	(void)state;
	for (uint32_t i = 0; i < 10; i++) {
		struct limits_answer answer;

		to.bytes[3] = (uint8_t)i;
		answer = limits_smtp(&limits, &to, LIMITS_EXAMINE, &now);
		/* Behind a minute and a half the queue is too long. */
		assert_true(answer.allowed);
		assert_int_equal(answer.wait_ms, 10000U * i);
	}
	to.bytes[3] = 10;
	assert_false(limits_smtp(&limits, &to, LIMITS_EXAMINE, &now).allowed);
	/* That was no contact: its own allowance is untouched. */
	pass(100);
	assert_true(limits_smtp(&limits, &to, LIMITS_EXAMINE, &now).allowed);
}

static void
a_network_has_sixty_an_hour(void **state)
{
	struct kz_addr to = addr(1);

	(void)state;
	config.limits.smtp_per_net_s = 0;
	for (uint32_t i = 0; i < 61; i++) {
		to.bytes[3] = (uint8_t)i;
		assert_int_equal(
			limits_smtp(&limits, &to, LIMITS_EXAMINE, &now).allowed,
			i < 60);
	}
	pass(HOUR_S - 1);
	assert_false(limits_smtp(&limits, &to, LIMITS_EXAMINE, &now).allowed);
	pass(1);
	assert_true(limits_smtp(&limits, &to, LIMITS_EXAMINE, &now).allowed);
}

static void
what_an_earlier_process_did_counts(void **state)
{
	const struct kz_addr to = addr(1);
	struct kz_addr beside = addr(1);

	(void)state;
	config.limits.smtp_per_net_hour = 1;
	limits_smtp_touched(&limits, &to, T - DAY_S, &now);
	limits_smtp_touched(&limits, &to, T + 1, &now);
	assert_true(smtp(1, false));
	limits_close(&limits);
	assert_int_equal(limits_open(&limits, &config, MAX, -1), KZ_OK);
	for (int i = 0; i < 4; i++)
		limits_smtp_touched(
			&limits, &to, T - DAY_S + 1 + i * HOUR_S, &now);
	assert_false(smtp(1, true));
	pass(1);
	/* The newest of them came in the last hour for its network. */
	limits_smtp_touched(&limits, &to, T - HOUR_S + 2, &now);
	beside.bytes[3] = 26;
	assert_false(
		limits_smtp(&limits, &beside, LIMITS_EXAMINE, &now).allowed);
	pass(HOUR_S);
	assert_true(
		limits_smtp(&limits, &beside, LIMITS_EXAMINE, &now).allowed);
}

static void
a_clock_that_steps_opens_nothing_for_long(void **state)
{
	(void)state;
	assert_true(smtp(1, false));
	/* Back: what was counted in the future cannot be told from nonsense. */
	now.wall_s -= 2 * DAY_S;
	now.mono_ms += 20000;
	assert_true(smtp(1, false));
	assert_false(smtp(1, false));
	/* Ahead and back where it was. */
	now.wall_s += 2 * DAY_S;
	now.mono_ms += 20000;
	assert_true(smtp(1, false));
	assert_false(smtp(1, false));
	/* The monotonic one rules within seconds. */
	assert_int_equal(dns_of(61, 1, "example1.jp"), 60);
	now.wall_s -= 10;
	assert_true(dns(1, "example1.jp"));
	assert_int_equal(dns_of(61, 1, "example1.jp"), 59);
}

static void
a_full_table_refuses_and_forgets_nobody(void **state)
{
	(void)state;
	assert_true(smtp(0, false));
	for (uint32_t i = 1; i < 10 * MAX; i++)
		assert_int_equal(smtp(i, false), i < MAX);
	assert_int_equal(limits.smtp.count, MAX);
	assert_int_equal(limits.nets.count, MAX);
	/* The victim's count has outlived the flood. */
	assert_false(smtp(0, false));
	pass(6 * HOUR_S);
	assert_true(smtp(0, false));
	assert_false(smtp(MAX, false));
	/* A day later there is room, but not by forgetting that one. */
	pass(DAY_S - 6 * HOUR_S);
	for (uint32_t i = MAX; i < 2 * MAX - 1; i++)
		assert_true(smtp(i, false));
	assert_false(smtp(2 * MAX, false));
	assert_int_equal(limits.smtp.count, MAX);
	pass(6 * HOUR_S - 1);
	assert_true(smtp(0, false));
}

static void
a_full_table_forgets_networks_by_the_hour(void **state)
{
	(void)state;
	limits.smtp.max = (size_t)3 * MAX;
	for (uint32_t i = 0; i <= MAX; i++)
		assert_int_equal(smtp(i, false), i < MAX);
	pass(HOUR_S - 1);
	assert_false(smtp(MAX + 1, false));
	pass(1);
	for (uint32_t i = MAX; i < 2 * MAX; i++)
		assert_true(smtp(i, false));
	assert_int_equal(limits.nets.count, MAX);
}

static void
a_server_has_sixty_questions_a_day_about_one_zone(void **state)
{
	const struct kz_addr to = addr(1);
	const struct kz_name zone = name("example1.jp");

	(void)state;
	assert_int_equal(dns_of(70, 1, "example1.jp"), 60);
	assert_int_equal(dns_of(70, 1, "example2.jp"), 60);
	assert_int_equal(dns_of(70, 2, "example1.jp"), 60);
	pass(DAY_S - 1);
	assert_false(dns(1, "example1.jp"));
	pass(1);
	assert_true(dns(1, "example1.jp"));
	/* Repeated datagrams are counted behind. */
	limits_dns_more(&limits, &to, &zone, 58, &now);
	assert_int_equal(dns_of(70, 1, "example1.jp"), 1);
	limits_dns_more(&limits, &to, &zone, UINT32_MAX, &now);
	now.mono_ms += INT64_C(1) << 50;
	assert_false(dns(1, "example1.jp"));
}

static void
no_number_of_zones_makes_a_count_too_low(void **state)
{
	uint8_t key[TABLE_KEY_SIZE] = {0};

	(void)state;
	assert_int_equal(dns_of(60, 1, "example1.jp"), 60);
	for (uint32_t i = 0; i < 500000; i++) {
		memcpy(key, &i, sizeof(i));
		daycount_add(&limits.zones, key, sizeof(key), 1, now.wall_s);
	}
	assert_false(dns(1, "example1.jp"));
	/* And hardly one too high: some meet, seldom in both rows. */
	assert_in_range(dns_of(60, 1, "example2.jp"), 50, 60);
}

static void
a_second_sees_twenty_questions(void **state)
{
	unsigned sent = 0, at_once = 0;

	(void)state;
	config.limits.dns_per_zone_day = 100000;
	for (unsigned i = 0; i < 1000; i++) {
		const struct kz_addr to = addr(1);
		const struct kz_name zone = name("example1.jp");
		struct limits_answer answer =
			limits_dns(&limits, &to, &zone, &now);

		sent += answer.allowed && answer.wait_ms < 1000;
		at_once += answer.allowed && answer.wait_ms == 0;
	}
	assert_in_range(at_once, 1, 4);
	assert_in_range(sent, 15, 20);
	/* The queue is no longer than twenty seconds. */
	assert_false(dns(1, "example1.jp"));
	assert_true(dns(2, "example1.jp"));
}

static void
counts_of_a_day_outlive_the_process(void **state)
{
	int fd = memfd_create("counts", MFD_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	limits_close(&limits);
	assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_OK);
	assert_int_equal(dns_of(59, 1, "example1.jp"), 59);
	limits_close(&limits);
	assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_OK);
	assert_int_equal(dns_of(60, 1, "example1.jp"), 1);
	/* Another version, or no such thing: anew. */
	limits_close(&limits);
	assert_int_equal(pwrite(fd, "\7", 1, 0), 1);
	assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_OK);
	assert_int_equal(dns_of(70, 1, "example1.jp"), 60);
	limits_close(&limits);
	for (off_t len = 5; len < 9000000; len += 8999000) {
		assert_int_equal(ftruncate(fd, len), 0);
		assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_OK);
		assert_int_equal(dns_of(70, 1, "example2.jp"), 60);
		limits_close(&limits);
	}
	assert_int_equal(close(fd), 0);
	assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_EIO);
	assert_int_equal(limits_open(&limits, &config, MAX, -1), KZ_OK);
}

/* They are counted all the same, for as long as we live. */
static void
counts_do_without_a_disk_that_is_full(void **state)
{
	struct rlimit before, little;
	char path[] = "/tmp/kizuki-counts-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	limits_close(&limits);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = (struct rlimit){4096, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(limits_open(&limits, &config, MAX, fd), KZ_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(dns_of(70, 1, "example1.jp"), 60);
	assert_int_equal(close(fd), 0);
}

static void
a_page_is_fetched_once_a_week(void **state)
{
	const struct kz_addr to = addr(1);
	const struct kz_name host = name("www.example1.jp");
	const struct kz_name other = name("www.example2.jp");

	(void)state;
	limits.webs.max = 2;
	assert_true(limits_web(&limits, &to, &host, &now));
	pass(7 * DAY_S - 1);
	assert_false(limits_web(&limits, &to, &host, &now));
	assert_true(limits_web(&limits, &to, &other, &now));
	/* Full, of which one is over in a second. */
	assert_false(limits_web(&limits, &(struct kz_addr){0}, &host, &now));
	pass(1);
	assert_true(limits_web(&limits, &(struct kz_addr){0}, &host, &now));
	assert_false(limits_web(&limits, &to, &other, &now));
}

static bool
shadow(uint32_t number, uint32_t zone)
{
	const struct kz_addr to = addr(number);
	char text[] = "z00.jp";
	struct kz_name of;

	text[1] = (char)('0' + zone / 10);
	text[2] = (char)('0' + zone % 10);
	of = name(text);
	return limits_shadow(&limits, &to, &of, &now);
}

static void
an_address_of_five_zones_is_a_providers(void **state)
{
	(void)state;
	for (uint32_t zone = 0; zone < 4; zone++)
		for (int again = 0; again < 3; again++)
			assert_true(shadow(1, zone));
	assert_false(shadow(1, 4));
	assert_false(shadow(1, 0));
	/* A flood of addresses and zones does not make it look small. */
	for (uint32_t i = 2; i < 5 * MAX; i++)
		assert_int_equal(shadow(i, i % 100), i < MAX + 1);
	assert_false(shadow(1, 0));
}

static void
silence_is_remembered_with_the_address(void **state)
{
	const struct kz_addr to = addr(1);

	(void)state;
	assert_false(limits_smtp_patient(&limits, &to));
	limits_smtp_silent(&limits, &to, true, &now);
	assert_true(limits_smtp_patient(&limits, &to));
	limits_smtp_silent(&limits, &to, false, &now);
	assert_false(limits_smtp_patient(&limits, &to));
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(an_address_is_connected_to_once_in_six_hours),
		RULE(to_confirm_once_an_hour_and_four_times_a_day),
		RULE(a_canary_leaves_half_of_the_day),
		RULE(neighbours_wait_ten_seconds_for_each_other),
		RULE(a_network_has_sixty_an_hour),
		RULE(what_an_earlier_process_did_counts),
		RULE(a_clock_that_steps_opens_nothing_for_long),
		RULE(a_full_table_refuses_and_forgets_nobody),
		RULE(a_full_table_forgets_networks_by_the_hour),
		RULE(a_server_has_sixty_questions_a_day_about_one_zone),
		RULE(no_number_of_zones_makes_a_count_too_low),
		RULE(a_second_sees_twenty_questions),
		RULE(counts_of_a_day_outlive_the_process),
		RULE(counts_do_without_a_disk_that_is_full),
		RULE(a_page_is_fetched_once_a_week),
		RULE(an_address_of_five_zones_is_a_providers),
		RULE(silence_is_remembered_with_the_address),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

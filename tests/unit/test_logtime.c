/* SPDX-License-Identifier: ISC */
/* The year that a line of syslog lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kizuki/io/loghead.h"

#define LINES 8

/* Files of a few lines, when they were written, and what moments they tell. */
static const struct {
	const char *name;
	const char *newest; /* "2025-01-02 00:00:00", UTC */
	const char *lines[LINES];
	const char *moments[LINES]; /* empty: whatever */
} files[] = {
	{"over the turn of the year", "2025-01-02 03:00:00",
		{"Dec 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:00",
			"Jan  2 02:00:00"},
		{"2024-12-30 10:00:00", "2024-12-31 23:59:59",
			"2025-01-01 00:00:00", "2025-01-02 02:00:00"}},
	{"last written before midnight", "2024-12-31 23:59:59",
		{"Dec 31 23:59:59", "Jan  1 00:00:00"},
		{"2024-12-31 23:59:59", "2025-01-01 00:00:00"}},
	{"last year's, rotated", "2024-03-10 00:00:00",
		{"Mar  3 00:00:01", "Mar  9 23:59:00"},
		{"2024-03-03 00:00:01", "2024-03-09 23:59:00"}},
	{"of more than a year", "2026-11-24 12:00:00",
		{"Nov 30 10:00:00", "Mar  5 10:00:00", "Nov 30 10:00:00",
			"Mar  5 10:00:00", "Nov 24 10:00:00"},
		{"2024-11-30 10:00:00", "2025-03-05 10:00:00",
			"2025-11-30 10:00:00", "2026-03-05 10:00:00",
			"2026-11-24 10:00:00"}},
	{"a leap day tells the year of all", "2026-11-24 12:00:00",
		{"Dec 31 10:00:00", "Feb 28 10:00:00", "Feb 29 10:00:00",
			"Mar  1 10:00:00", "Jan  1 10:00:00"},
		{"2023-12-31 10:00:00", "2024-02-28 10:00:00",
			"2024-02-29 10:00:00", "2024-03-01 10:00:00",
			"2025-01-01 10:00:00"}},
	{"written on the leap day", "2024-02-29 10:00:01",
		{"Feb 28 10:00:00", "Feb 29 10:00:00"},
		{"2024-02-28 10:00:00", "2024-02-29 10:00:00"}},
	{"two leap days that no years fit", "2026-11-24 12:00:00",
		{"Feb 29 10:00:00", "Feb 28 10:00:00", "Jan 20 10:00:00",
			"Feb 29 10:00:00"},
		{"2024-02-29 10:00:00", "", "", "2024-02-29 10:00:00"}},
	{"a little out of order over the turn", "2025-01-01 12:00:00",
		{"Dec 31 23:59:58", "Jan  1 00:00:00", "Dec 31 23:59:59",
			"Jan  1 00:00:01"},
		{"2024-12-31 23:59:58", "2025-01-01 00:00:00",
			"2024-12-31 23:59:59", "2025-01-01 00:00:01"}},
	{"a clock that was set back for a week", "2025-03-20 12:00:00",
		{"Mar 19 10:00:00", "Mar 12 10:00:00", "Mar 20 10:00:00"},
		{"2025-03-19 10:00:00", "2025-03-12 10:00:00",
			"2025-03-20 10:00:00"}},
	{"a clock that began at New Year", "2026-11-24 12:00:00",
		{"Nov 23 10:00:00", "Jan  1 00:00:10", "Jan  1 00:00:40",
			"Nov 23 10:02:00", "Nov 24 10:00:00"},
		{"2026-11-23 10:00:00", "2026-01-01 00:00:10",
			"2026-01-01 00:00:40", "2026-11-23 10:02:00",
			"2026-11-24 10:00:00"}},
};

static int64_t
moment(const char *text)
{
	struct tm tm = {0};

	assert_non_null(strptime(text, "%Y-%m-%d %H:%M:%S", &tm));
	return timegm(&tm);
}

static struct kz_str
line_of(const char *clock, char line[64])
{
	int len = snprintf(line, 64, "%s mx cron[1]: x", clock);

	return (struct kz_str){line, (size_t)len};
}

static void
check(const char *name, struct kz_logtime *time, const char *clock,
	const char *expected)
{
	int64_t when_s = 0;
	enum kz_result result =
		kz_logtime_read(time, (struct kz_str){clock, 15}, &when_s);

	if (expected[0] == '\0')
		return;
	if (result != KZ_OK || when_s != moment(expected))
		fail_msg("%s: %s is %lld, not %s", name, clock,
			(long long)when_s, expected);
}

static void
the_lines_of_a_file_rise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct kz_logtime time = {.newest_s = moment(files[i].newest)};
		char line[64];

		for (size_t j = 0; files[i].lines[j] != NULL; j++)
			kz_logtime_glance(
				&time, line_of(files[i].lines[j], line));
		for (size_t j = 0; files[i].lines[j] != NULL; j++) {
			kz_logtime_pass(
				&time, line_of(files[i].lines[j], line));
			check(files[i].name, &time, files[i].lines[j],
				files[i].moments[j]);
		}
	}
}

/* Years go by in lines of other programs. */
static void
lines_that_are_passed_over_count(void **state)
{
	static const char *const others[] = {"Dec 31 10:00:00",
		"Jan  2 10:00:00", "Jul 30 10:00:00", "Jan  2 10:00:00"};
	struct kz_logtime time = {.newest_s = moment("2025-04-01 00:00:00")};
	char line[64];

	(void)state;
	for (int reading = 0; reading < 2; reading++) {
		void (*see)(struct kz_logtime *, struct kz_str) =
			reading == 0 ? kz_logtime_glance : kz_logtime_pass;

		see(&time, line_of("Mar  3 10:00:00", line));
		if (reading == 1)
			check("first", &time, "Mar  3 10:00:00",
				"2023-03-03 10:00:00");
		for (size_t i = 0; i < 4; i++)
			see(&time, line_of(others[i], line));
		see(&time, line_of("Mar  3 10:00:00", line));
		if (reading == 1)
			check("last", &time, "Mar  3 10:00:00",
				"2025-03-03 10:00:00");
	}
}

/* Nothing is known but that now is the newest. */
static void
a_pipe_begins_with_the_nearest_past(void **state)
{
	struct kz_logtime time = {.newest_s = moment("2025-01-10 00:00:00")};

	(void)state;
	check("pipe", &time, "Mar  5 10:00:00", "2024-03-05 10:00:00");
	check("pipe", &time, "Dec 31 10:00:00", "2024-12-31 10:00:00");
	check("pipe", &time, "Jan  1 10:00:00", "2025-01-01 10:00:00");
	/* The next file of a zcat: it cannot be of the future. */
	check("pipe", &time, "Nov  1 10:00:00", "2024-11-01 10:00:00");
	check("pipe", &time, "Nov  2 10:00:00", "2024-11-02 10:00:00");
	check("pipe", &time, "Feb 29 10:00:00", "2024-02-29 10:00:00");
}

/* A log that is followed grows over the turn of the year. */
static void
a_log_that_is_followed_goes_on(void **state)
{
	struct kz_logtime time = {.newest_s = moment("2024-12-31 23:00:00")};
	char line[64];

	(void)state;
	kz_logtime_glance(&time, line_of("Dec 31 22:00:00", line));
	check("followed", &time, "Dec 31 22:00:00", "2024-12-31 22:00:00");
	time.newest_s = moment("2025-01-01 00:00:05");
	check("followed", &time, "Jan  1 00:00:05", "2025-01-01 00:00:05");
	/* and over another one, if it lives so long */
	time.newest_s = moment("2025-06-01 00:00:00");
	check("followed", &time, "Jun  1 00:00:00", "2025-06-01 00:00:00");
	time.newest_s = moment("2026-01-01 00:00:05");
	check("followed", &time, "Jan  1 00:00:05", "2026-01-01 00:00:05");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_of_a_file_rise),
		cmocka_unit_test(lines_that_are_passed_over_count),
		cmocka_unit_test(a_pipe_begins_with_the_nearest_past),
		cmocka_unit_test(a_log_that_is_followed_goes_on),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

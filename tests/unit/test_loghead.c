/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "kizuki/io/logfile.h"
#include "kizuki/io/loghead.h"

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static bool
is(struct kz_str text, const char *word)
{
	return text.len == strlen(word) &&
		memcmp(text.ptr, word, text.len) == 0;
}

static const struct {
	const char *line;
	enum kz_logformat format; /* AUTO: no line of ours */
	const char *time, *process, *queue, *message;
	const char *matters; /* NULL: dropped at a glance */
} heads[] = {
	{"Feb 29 10:00:31 mx postfix/smtp[2101]: connect to a[10.1.1.1]:25: x",
		KZ_LOGFORMAT_POSTFIX, "Feb 29 10:00:31", "2101", "",
		"connect to a[10.1.1.1]:25: x", "yes"},
	{"Mar  5 10:00:31 mx postfix-out/qmgr[1]: 4B: from=<>, size=1",
		KZ_LOGFORMAT_POSTFIX, "Mar  5 10:00:31", "1", "",
		"4B: from=<>, size=1", "yes"},
	{"Mar  5 10:00:31 mx postfix/qmgr[1]: 4B: removed",
		KZ_LOGFORMAT_POSTFIX, "Mar  5 10:00:31", "1", "", "4B: removed",
		NULL},
	{"Mar  5 10:00:31 mx postfix/smtpd[1]: connect to x",
		KZ_LOGFORMAT_POSTFIX, "Mar  5 10:00:31", "1", "",
		"connect to x", NULL},
	{"2026-11-24T06:37:50.123456+09:00 mx sm-mta[7]: 01T: to=<a@b>, x",
		KZ_LOGFORMAT_SENDMAIL, "2026-11-24T06:37:50.123456+09:00", "7",
		"", "01T: to=<a@b>, x", "yes"},
	{"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=a.jp [10.1.1.1] x",
		KZ_LOGFORMAT_EXIM, "2026-11-24 06:40:15", "",
		"1xVkCN-0004sv-0f", "H=a.jp [10.1.1.1] x", "yes"},
	{"2026-11-24 06:40:15.123 +0900 [99] 1xVkCN-0000004sv0f-1234 == a@b",
		KZ_LOGFORMAT_EXIM, "2026-11-24 06:40:15.123 +0900", "",
		"1xVkCN-0000004sv0f-1234", "== a@b", "yes"},
	{"Nov 24 06:40:15 mx exim[99]: 2026-11-24 06:40:15 1xVkCN-0004sv-0f "
	 "Completed",
		KZ_LOGFORMAT_EXIM, "2026-11-24 06:40:15", "",
		"1xVkCN-0004sv-0f", "Completed", NULL},
	{"2026-11-24 06:40:15 Start queue run: pid=99", KZ_LOGFORMAT_AUTO, "",
		"", "", "", NULL},
	{"24-Nov-2026 06:36:21.220 lame-servers: info: x resolving 'a/MX/IN'",
		KZ_LOGFORMAT_BIND, "24-Nov-2026 06:36:21.220", "", "",
		"x resolving 'a/MX/IN'", "yes"},
	{"2026-11-24T06:36:21.220Z lame-servers: info: x resolving 'a/MX/IN'",
		KZ_LOGFORMAT_BIND, "2026-11-24T06:36:21.220Z", "", "",
		"x resolving 'a/MX/IN'", "yes"},
	{"Nov 24 06:37:50 unbound[15555:0] error: SERVFAIL <a. MX IN>: x",
		KZ_LOGFORMAT_UNBOUND, "Nov 24 06:37:50", "15555:0", "",
		"SERVFAIL <a. MX IN>: x", "yes"},
	{"[1763966270] unbound[15555:0] error: SERVFAIL <a. MX IN>: x",
		KZ_LOGFORMAT_UNBOUND, "1763966270", "15555:0", "",
		"SERVFAIL <a. MX IN>: x", "yes"},
	{"Nov 24 06:37:50 mx cron[1]: postfix/smtp[2]: connect to x",
		KZ_LOGFORMAT_AUTO, "", "", "", "", NULL},
	{"nonsense", KZ_LOGFORMAT_AUTO, "", "", "", "", NULL},
	{"", KZ_LOGFORMAT_AUTO, "", "", "", "", NULL},
};

static void
heads_are_taken_apart_by_position(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct kz_loghead head;
		bool found = kz_loghead_split(
			str(heads[i].line), KZ_LOGFORMAT_AUTO, &head);

		if (found != (heads[i].format != KZ_LOGFORMAT_AUTO))
			fail_msg("%s", heads[i].line);
		if (!found)
			continue;
		if (head.format != heads[i].format ||
			!is(head.time, heads[i].time) ||
			!is(head.process, heads[i].process) ||
			!is(head.queue, heads[i].queue) ||
			!is(head.message, heads[i].message) ||
			kz_loghead_matters(&head) != (heads[i].matters != NULL))
			fail_msg("another head: %s", heads[i].line);
	}
}

static void
a_line_cut_anywhere_is_no_danger(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t len = strlen(heads[i].line);

		for (size_t cut = 0; cut < len; cut++) {
			/* A copy of that size: sanitizers see its end. */
			char *copy = malloc(cut + 1);
			struct kz_loghead head;

			memcpy(copy, heads[i].line, cut);
			if (kz_loghead_split((struct kz_str){copy, cut},
				    KZ_LOGFORMAT_AUTO, &head))
				(void)kz_loghead_matters(&head);
			free(copy);
		}
	}
}

static void
a_format_takes_programs_of_other_names_and_no_others(void **state)
{
	static const char line[] = "Nov 24 06:37:50 mx gate[1]: 4B: to=<a@b>";
	struct kz_loghead head;

	(void)state;
	assert_false(kz_loghead_split(str(line), KZ_LOGFORMAT_AUTO, &head));
	assert_true(kz_loghead_split(str(line), KZ_LOGFORMAT_SENDMAIL, &head));
	assert_false(kz_loghead_split(
		str(heads[0].line), KZ_LOGFORMAT_SENDMAIL, &head));
}

/* 1 March 2025 00:00:00 UTC. */
#define MARCH_2025 1740787200

static const struct {
	const char *text;
	int64_t newest_s;
	int64_t when_s; /* 0: no moment */
} moments[] = {
	{"Feb 28 10:00:31", MARCH_2025, 1740736831},
	{"Mar  1 00:00:00", MARCH_2025, MARCH_2025},
	/* a day ahead is a clock that differs, two are last year */
	{"Mar  1 23:00:00", MARCH_2025, 1740870000},
	{"Mar  3 10:00:31", MARCH_2025, 1709460031},
	{"Dec 31 23:59:59", 1735689700, 1735689599},
	/* a leap day is that of the last leap year */
	{"Feb 29 10:00:31", MARCH_2025, 1709200831},
	{"Feb 30 10:00:31", MARCH_2025, 0},
	{"Feb 28 25:00:31", MARCH_2025, 0},
	{"Foo 28 10:00:31", MARCH_2025, 0},
	{"2026-11-24T06:37:50.1+09:00", MARCH_2025, 1795469870},
	{"2026-11-24T06:37:50Z", MARCH_2025, 1795502270},
	{"2026-11-24 06:37:50", MARCH_2025, 1795502270},
	{"2026-11-24 06:37:50.123 -0530", MARCH_2025, 1795522070},
	{"2026-13-24 06:37:50", MARCH_2025, 0},
	{"24-Nov-2026 06:37:50.220", MARCH_2025, 1795502270},
	{"1763966270", MARCH_2025, 1763966270},
	{"17639x6270", MARCH_2025, 0},
	{"", MARCH_2025, 0},
};

static void
moments_are_read_and_years_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct kz_logtime time = {.newest_s = moments[i].newest_s};
		int64_t when_s = 0;

		/* Twice: the second one is remembered. */
		for (int twice = 0; twice < 2; twice++) {
			enum kz_result result = kz_logtime_read(
				&time, str(moments[i].text), &when_s);

			if ((result == KZ_OK) != (moments[i].when_s != 0) ||
				when_s != moments[i].when_s)
				fail_msg("%s is %lld", moments[i].text,
					(long long)when_s);
		}
	}
}

struct taken {
	size_t lines, octets, begun, idles, glanced;
	int64_t newest_s;
	const char *path;
	int writer; /* of a pipe */
	char last[64];
};

static void
take_begin(void *arg, int64_t newest_s)
{
	struct taken *taken = arg;

	taken->begun++;
	taken->newest_s = newest_s;
	assert_true(newest_s > 0);
}

static void
take_glance(void *arg, const struct kz_logfile_line *line)
{
	struct taken *taken = arg;

	taken->glanced++;
	assert_true(line->text.len > 0);
}

static void
take_line(void *arg, const struct kz_logfile_line *line)
{
	struct taken *taken = arg;
	size_t len = line->text.len < 63 ? line->text.len : 63;

	taken->lines++;
	taken->octets += line->text.len;
	memcpy(taken->last, line->text.ptr, len);
	taken->last[len] = '\0';
}

static void
append(const char *path, const char *text)
{
	FILE *file = fopen(path, "ae");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* One step of a log's life each time that nothing is left to read. */
static bool
take_idle(void *arg)
{
	struct taken *taken = arg;
	char other[128];

	(void)snprintf(other, sizeof(other), "%s.1", taken->path);
	switch (++taken->idles) {
	case 1:
		append(taken->path, "two\nthr");
		return true;
	case 2:
		append(taken->path, "ee\n");
		return true;
	case 3:
		assert_int_equal(rename(taken->path, other), 0);
		append(other, "four\n");
		append(taken->path, "five\n");
		return true;
	default:
		(void)unlink(other);
		return taken->lines < 5 && taken->idles < 20;
	}
}

static void
a_log_is_followed_over_its_rotation(void **state)
{
	char path[] = "/tmp/kizuki-log.XXXXXX";
	struct taken taken = {.path = path};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, take_idle, &taken};

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	append(path, "one\n");
	assert_int_equal(kz_logfile_read(path, true, &use), KZ_OK);
	assert_int_equal(taken.lines, 5);
	assert_int_equal(taken.octets, 3 + 3 + 5 + 4 + 4);
	assert_int_equal(taken.begun, 2);
	/* What was there when each file was opened. */
	assert_int_equal(taken.glanced, 2);
	assert_string_equal(taken.last, "five");
	(void)unlink(path);
}

/* copytruncate: the log is copied away, emptied, and written on. */
static bool
truncate_idle(void *arg)
{
	struct taken *taken = arg;

	switch (++taken->idles) {
	case 1:
		assert_return_code(truncate(taken->path, 0), 0);
		return true;
	case 2:
		append(taken->path, "2\n");
		return true;
	case 3:
		/* Emptied and grown longer between two looks. */
		assert_return_code(truncate(taken->path, 0), 0);
		append(taken->path, "three\nfo");
		return true;
	case 4:
		append(taken->path, "ur\n");
		return true;
	default:
		return taken->lines < 4 && taken->idles < 20;
	}
}

static void
a_log_is_followed_over_its_truncation(void **state)
{
	char path[] = "/tmp/kizuki-log.XXXXXX";
	struct taken taken = {.path = path};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, truncate_idle, &taken};

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	append(path, "the first line\n");
	assert_int_equal(kz_logfile_read(path, true, &use), KZ_OK);
	assert_int_equal(taken.lines, 4);
	assert_int_equal(taken.octets, 14 + 1 + 5 + 4);
	assert_string_equal(taken.last, "four");
	(void)unlink(path);
}

/* gzip writes the original's time into the file; a copy of it is younger. */
static void
a_packed_log_is_as_old_as_what_was_packed(void **state)
{
	static const unsigned char stamp[4] = {0x60, 0x2c, 0x77, 0x67};
	char path[] = "/tmp/kizuki-log.XXXXXX";
	struct taken taken = {.path = path};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, take_idle, &taken};
	FILE *raw;
	gzFile file;

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	file = gzopen(path, "w");
	assert_non_null(file);
	assert_true(gzputs(file, "Jan  3 10:00:00 x\n") > 0);
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(kz_logfile_read(path, false, &use), KZ_OK);
	/* Packed from a pipe: nothing is known but the file's own time. */
	assert_in_range(taken.newest_s, time(NULL) - 600, time(NULL) + 1);
	raw = fopen(path, "r+e");
	assert_non_null(raw);
	assert_int_equal(fseek(raw, 4, SEEK_SET), 0);
	assert_int_equal(fwrite(stamp, 1, sizeof(stamp), raw), sizeof(stamp));
	assert_int_equal(fclose(raw), 0);
	assert_int_equal(kz_logfile_read(path, false, &use), KZ_OK);
	assert_int_equal(taken.newest_s, 0x67772c60);
	(void)unlink(path);
}

static void
compressed_files_and_monstrous_lines_are_read(void **state)
{
	char path[] = "/tmp/kizuki-log.XXXXXX";
	struct taken taken = {.path = path};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, take_idle, &taken};
	size_t size = 3U << 20;
	char *long_line = malloc(size);
	gzFile file;

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	memset(long_line, 'x', size);
	file = gzopen(path, "w");
	assert_non_null(file);
	assert_int_equal(gzwrite(file, long_line, (unsigned)size), size);
	assert_true(gzputs(file, "\nlast, without an end") > 0);
	assert_int_equal(gzclose(file), Z_OK);
	free(long_line);
	assert_int_equal(kz_logfile_read(path, false, &use), KZ_OK);
	assert_int_equal(taken.lines, 2);
	assert_int_equal(taken.glanced, 2);
	assert_string_equal(taken.last, "last, without an end");
	assert_int_equal(
		kz_logfile_read("/nonexistent", false, &use), KZ_NOT_FOUND);
	assert_int_equal(kz_logfile_read("/tmp", false, &use), KZ_EIO);
	(void)unlink(path);
}

/* Packed while the disk filled up, or read while it is being packed. */
static void
a_packed_log_that_was_cut_off_is_read_up_to_there(void **state)
{
	char path[] = "/tmp/kizuki-log.XXXXXX";
	struct taken taken = {.path = path};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, take_idle, &taken};
	struct stat info;
	gzFile file;

	(void)state;
	assert_return_code(close(mkstemp(path)), 0);
	file = gzopen(path, "w");
	assert_non_null(file);
	assert_true(gzputs(file, "one\n") > 0);
	assert_int_equal(gzflush(file, Z_FULL_FLUSH), Z_OK);
	assert_true(gzputs(file, "two\n") > 0);
	assert_int_equal(gzclose(file), Z_OK);
	assert_return_code(stat(path, &info), 0);
	assert_return_code(truncate(path, info.st_size - 12), 0);
	assert_int_equal(kz_logfile_read(path, false, &use), KZ_EIO);
	assert_int_equal(errno, EBADMSG);
	assert_true(taken.lines >= 1);
	/* Not cut, but something else from there on. */
	append(path, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(kz_logfile_read(path, false, &use), KZ_EIO);
	assert_int_equal(errno, EBADMSG);
	(void)unlink(path);
}

/* Writes to the pipe only once the reader says that it has nothing to do. */
static bool
pipe_idle(void *arg)
{
	struct taken *taken = arg;

	if (taken->idles++ > 1)
		return true;
	assert_int_equal(write(taken->writer, "three\nfo", 8), 8);
	if (taken->idles == 2)
		(void)close(taken->writer);
	return true;
}

static void
a_pipe_that_is_followed_pauses_and_ends_with_its_writer(void **state)
{
	int ends[2], input = dup(STDIN_FILENO);
	struct taken taken = {.path = "-"};
	const struct kz_logfile_use use = {
		take_begin, take_glance, take_line, pipe_idle, &taken};

	(void)state;
	assert_return_code(pipe(ends), 0);
	taken.writer = ends[1];
	assert_int_equal(write(ends[1], "one\ntwo\n", 8), 8);
	assert_return_code(dup2(ends[0], STDIN_FILENO), 0);
	assert_int_equal(kz_logfile_read("-", true, &use), KZ_OK);
	assert_int_equal(taken.lines, 5);
	assert_string_equal(taken.last, "fo");
	assert_int_equal(taken.idles, 3);
	assert_return_code(dup2(input, STDIN_FILENO), 0);
	(void)close(input);
	(void)close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_taken_apart_by_position),
		cmocka_unit_test(a_line_cut_anywhere_is_no_danger),
		cmocka_unit_test(
			a_format_takes_programs_of_other_names_and_no_others),
		cmocka_unit_test(moments_are_read_and_years_found),
		cmocka_unit_test(a_log_is_followed_over_its_rotation),
		cmocka_unit_test(a_log_is_followed_over_its_truncation),
		cmocka_unit_test(a_packed_log_is_as_old_as_what_was_packed),
		cmocka_unit_test(compressed_files_and_monstrous_lines_are_read),
		cmocka_unit_test(
			a_packed_log_that_was_cut_off_is_read_up_to_there),
		cmocka_unit_test(
			a_pipe_that_is_followed_pauses_and_ends_with_its_writer),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include "store_help.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <db.h>

#define NOW 1700000000

/*
 * Berkeley DB does not free the regions of an environment that panicked; each
 * damage costs that once.
 */
/* NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer's own name */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libdb-5.3.so";
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* ---- a disk that fails on demand ---- */

static int write_errno; /* 0: the disk works */

static ssize_t
failing_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	if (write_errno != 0) {
		errno = write_errno;
		return -1;
	}
	return pwrite(fd, bytes, len, offset);
}

static ssize_t
failing_write(int fd, const void *bytes, size_t len)
{
	if (write_errno != 0) {
		errno = write_errno;
		return -1;
	}
	return write(fd, bytes, len);
}

static int
disk_make(void **state)
{
	write_errno = 0;
	return place_make(state);
}

static int
disk_break_on_demand(void **state)
{
	(void)state;
	return db_env_set_func_pwrite(failing_pwrite) != 0 ||
		db_env_set_func_write(failing_write) != 0;
}

static void
a_disk_that_fails_for_a_while_loses_nothing(void **state)
{
	static const struct {
		int number;
		const char *words;
	} cases[] = {
		{ENOSPC, "no space left on the disk"},
		{EDQUOT, "the disk quota is used up"},
		{EROFS, "the file system is read-only"},
		{EIO, "input/output errors"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place *place = *state;
		struct kz_store *store = place_open(place);
		struct kz_store_state told;

		assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
		assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
		place_forget(place);
		write_errno = cases[i].number;
		assert_int_equal(put(store, KZ_TABLE_GREY, "b", "2"), KZ_OK);
		assert_int_equal(kz_store_commit(store, NOW), KZ_EIO);
		assert_said(place, cases[i].words);
		assert_said(place, place->home);
		kz_store_state(store, &told);
		assert_true(told.failing);
		assert_int_equal(told.waiting, 1);
		assert_non_null(strstr(told.cause, cases[i].words));
		assert_string_equal(get(store, KZ_TABLE_GREY, "b"), "2");
		/* not tried again before 5 s, and said once */
		place_forget(place);
		write_errno = 0;
		assert_int_equal(kz_store_commit(store, NOW + 4), KZ_EIO);
		assert_int_equal(place->lines, 0);
		assert_int_equal(kz_store_commit(store, NOW + 5), KZ_OK);
		assert_said(place, "works again");
		kz_store_state(store, &told);
		assert_false(told.failing);
		assert_int_equal(told.waiting, 0);
		kz_store_close(&store);
		store = place_open(place);
		assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
		assert_string_equal(get(store, KZ_TABLE_GREY, "b"), "2");
		kz_store_close(&store);
		assert_null(place_broken(place));
		folder_remove(place->home, 2);
	}
}

static void
a_full_disk_at_the_start_is_not_taken_for_damage(void **state)
{
	struct place *place = *state;
	struct kz_store_options options = place_options(place);
	struct kz_store *store = place_open(place);

	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	kz_store_close(&store);
	place_forget(place);
	write_errno = ENOSPC;
	assert_int_equal(kz_store_open(&options, &store), KZ_EIO);
	assert_null(store);
	assert_said(place, "no space left on the disk");
	assert_null(place_broken(place));
	/* the caller goes on from memory */
	assert_int_equal(kz_store_open_memory(&options, &store), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_GREY, "b", "2"), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "b"), "2");
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "<failed>");
	assert_int_equal(kz_store_commit(store, NOW), KZ_EIO);
	/* tried again and again, said once */
	place_forget(place);
	for (int i = 5; i < 50; i += 5)
		assert_int_equal(kz_store_commit(store, NOW + i), KZ_EIO);
	assert_int_equal(place->lines, 0);
	write_errno = 0;
	assert_int_equal(kz_store_commit(store, NOW + 50), KZ_OK);
	assert_said(place, "works again");
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	assert_string_equal(get(store, KZ_TABLE_GREY, "b"), "2");
	assert_null(place_broken(place));
	kz_store_close(&store);
}

static void
the_clock_set_back_does_not_stop_the_attempts(void **state)
{
	struct kz_store *store = place_open(*state);

	write_errno = ENOSPC;
	assert_int_equal(put(store, KZ_TABLE_GREY, "b", "2"), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_EIO);
	write_errno = 0;
	assert_int_equal(kz_store_commit(store, NOW - 86400), KZ_OK);
	kz_store_close(&store);
}

static void
a_full_memory_refuses_and_counts(void **state)
{
	struct place *place = *state;
	struct kz_store_options options = place_options(place);
	struct kz_store *store;
	char key[16];

	options.memory_rows = 10000;
	assert_int_equal(kz_store_open(&options, &store), KZ_OK);
	write_errno = ENOSPC;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(snprintf(key, sizeof(key), "%08d", i), 8);
		assert_int_equal(put(store, KZ_TABLE_GREY, key, "v"), KZ_OK);
		if (i % 100 == 0)
			assert_int_equal(
				kz_store_commit(store, NOW + i), KZ_EIO);
	}
	assert_int_equal(put(store, KZ_TABLE_GREY, "x", "v"), KZ_EFULL);
	write_errno = 0;
	assert_int_equal(kz_store_commit(store, NOW + 20000), KZ_OK);
	assert_said(place, "on disk now: 10000");
	kz_store_close(&store);
	store = place_open(place);
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(snprintf(key, sizeof(key), "%08d", i), 8);
		assert_string_equal(get(store, KZ_TABLE_GREY, key), "v");
	}
	kz_store_close(&store);
}

/* ---- folders ---- */

static void
each_unusable_folder_has_its_own_message(void **state)
{
	struct place *place = *state;
	struct kz_store_options options = place_options(place);
	struct kz_store *store = NULL;
	char home[400];
	int len = snprintf(home, sizeof(home), "%s/none/db", place->base);
	int fd;

	assert_true(len > 0 && (size_t)len < sizeof(home));
	options.home = home;
	assert_int_equal(kz_store_open(&options, &store), KZ_EIO);
	assert_said(place, "/none does not exist");
	fd = open(place->home, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	options.home = place->home;
	assert_int_equal(kz_store_open(&options, &store), KZ_EIO);
	assert_said(place, "is not a folder");
	assert_int_equal(unlink(place->home), 0);
	/* a folder where a table should be */
	assert_int_equal(mkdir(place->home, 0700), 0);
	assert_int_equal(mkdir(place_path(place, "grey.db"), 0700), 0);
	assert_int_equal(kz_store_open(&options, &store), KZ_EIO);
	assert_said(place, "grey.db is not a plain file");
	assert_int_equal(rmdir(place_path(place, "grey.db")), 0);
	assert_int_equal(kz_store_open(&options, &store), KZ_OK);
	kz_store_close(&store);
	options.home = "";
	assert_int_equal(kz_store_open(&options, &store), KZ_EINVAL);
}

static void
a_second_opener_is_told_who_was_first(void **state)
{
	struct place *place = *state;
	struct kz_store_options options = place_options(place);
	struct kz_store *first = place_open(place);
	struct kz_store *second = NULL;
	char pid[32];

	assert_true(
		snprintf(pid, sizeof(pid), "(pid %ld)", (long)getpid()) > 0);
	assert_int_equal(kz_store_open(&options, &second), KZ_EBUSY);
	assert_null(second);
	assert_said(place, "in use by another process");
	assert_said(place, pid);
	assert_int_equal(put(first, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	assert_int_equal(kz_store_commit(first, NOW), KZ_OK);
	kz_store_close(&first);
	assert_int_equal(kz_store_open(&options, &second), KZ_OK);
	assert_string_equal(get(second, KZ_TABLE_GREY, "a"), "1");
	kz_store_close(&second);
}

static void
write_file(const char *path, const char *bytes, size_t len, off_t offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	assert_int_equal(close(fd), 0);
}

static void
a_store_of_a_newer_kizuki_is_left_alone(void **state)
{
	struct place *place = *state;
	struct kz_store_options options = place_options(place);
	struct kz_store *store = place_open(place);
	struct stat before, after;

	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	kz_store_close(&store);
	assert_int_equal(stat(place_path(place, "meta.db"), &before), 0);
	write_file(place_path(place, "format"), "kizuki-store 2\n", 15, 0);
	place_forget(place);
	assert_int_equal(kz_store_open(&options, &store), KZ_EVERSION);
	assert_said(place, "is of format 2");
	assert_int_equal(stat(place_path(place, "meta.db"), &after), 0);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	write_file(place_path(place, "format"), "kizuki-store 1\n", 15, 0);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	kz_store_close(&store);
}

static void
a_folder_that_vanishes_under_way_is_begun_anew(void **state)
{
	struct place *place = *state;
	struct kz_store *store = place_open(place);
	char moved[400];
	int len = snprintf(moved, sizeof(moved), "%s/moved", place->base);
	enum kz_result result = KZ_OK;

	assert_true(len > 0 && (size_t)len < sizeof(moved));
	assert_int_equal(rename(place->home, moved), 0);
	/* the housekeeper looks each second */
	for (int i = 0; i < 300 && strstr(place->said, "removed") == NULL;
		i++) {
		(void)usleep(10000);
		assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
		result = kz_store_commit(store, NOW + i);
	}
	assert_said(place, "was removed or replaced while in use");
	assert_int_equal(result, KZ_OK);
	assert_said(place, "works again");
	kz_store_close(&store);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	kz_store_close(&store);
}

/* ---- damage ---- */

#define ROWS 2000
#define PAGE ((off_t)4096)

static void
fill(struct place *place)
{
	struct kz_store *store = place_open(place);
	char key[16];

	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(snprintf(key, sizeof(key), "%08d", i), 8);
		assert_int_equal(
			put(store, KZ_TABLE_GREY, key, "some value"), KZ_OK);
		assert_int_equal(
			put(store, KZ_TABLE_SITE, key, "site value"), KZ_OK);
	}
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	kz_store_close(&store);
	place_forget(place);
}

/* How many of the rows of fill can be read. */
static int
rows_left(struct kz_store *store, enum kz_table table)
{
	int left = 0;
	char key[16];

	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(snprintf(key, sizeof(key), "%08d", i), 8);
		if (get(store, table, key)[0] != '<')
			left++;
	}
	return left;
}

static void
a_deleted_file_is_noticed(void **state)
{
	struct place *place = *state;
	struct kz_store *store;
	char secret[33];

	fill(place);
	store = place_open(place);
	(void)memcpy(secret, get(store, KZ_TABLE_META, "secret"), 33);
	kz_store_close(&store);
	assert_int_equal(unlink(place_path(place, "grey.db")), 0);
	assert_int_equal(unlink(place_path(place, "meta.db")), 0);
	store = place_open(place);
	assert_said(place, "grey.db was missing: it begins empty");
	assert_said(place, "meta.db was missing: it begins empty");
	assert_memory_equal(get(store, KZ_TABLE_META, "secret"), secret, 32);
	assert_int_equal(rows_left(store, KZ_TABLE_GREY), 0);
	assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
	kz_store_close(&store);
	/* said once */
	place_forget(place);
	store = place_open(place);
	assert_int_equal(place->lines, 0);
	kz_store_close(&store);
}

/*
 * What stands in grey.db costs grey.db alone, whether the damage shows at the
 * start or when the place is read.
 */
static void
damage_in_one_table_costs_that_table_alone(void **state)
{
	static const struct {
		const char *name; /* for the reader */
		off_t from;       /* octets of 0xa5 from here, in pages */
		size_t len;
		off_t cut; /* 0: the file keeps its length */
	} cases[] = {
		{"garbage at the start", 0, 4096, 0},
		{"empty file", 0, 0, -1},
		{"flipped in a leaf", PAGE * 5 + 700, 64, 0},
		{"flipped in a page header", PAGE * 6, 26, 0},
		{"root page", PAGE, 512, 0},
		{"cut in half", 0, 0, PAGE * 8},
	};
	char bytes[4096];

	memset(bytes, 0xa5, sizeof(bytes));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place *place = *state;
		const char *grey = place_path(place, "grey.db");
		struct kz_store *store;

		fill(place);
		if (cases[i].len > 0)
			write_file(grey, bytes, cases[i].len, cases[i].from);
		if (cases[i].cut != 0)
			assert_int_equal(
				truncate(grey,
					cases[i].cut > 0 ? cases[i].cut : 0),
				0);
		store = place_open(place);
		(void)rows_left(store, KZ_TABLE_GREY);
		assert_int_equal(put(store, KZ_TABLE_GREY, "new", "1"), KZ_OK);
		assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
		assert_said(place, "set aside");
		assert_said(place, "grey.db");
		assert_non_null(place_broken(place));
		assert_string_equal(get(store, KZ_TABLE_GREY, "new"), "1");
		assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
		kz_store_close(&store);
		store = place_open(place);
		assert_string_equal(get(store, KZ_TABLE_GREY, "new"), "1");
		assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
		kz_store_close(&store);
		folder_remove(place->home, 2);
	}
}

/* ---- a page of zeros, a lost log ---- */

/* In a child: read all rows under a watchdog; how the child ended. */
static int
read_watched(struct place *place)
{
	struct kz_store_options options = place_options(place);
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct kz_store *store;

		options.watchdog_s = 1;
		(void)signal(SIGABRT, SIG_DFL);
		(void)alarm(20);
		if (kz_store_open(&options, &store) != KZ_OK)
			_exit(1);
		_exit(rows_left(store, KZ_TABLE_GREY) == ROWS ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
a_page_of_zeros_hangs_once_and_is_set_aside(void **state)
{
	struct place *place = *state;
	struct kz_store *store;
	static const char zeros[4096];
	int status;

	fill(place);
	write_file(
		place_path(place, "grey.db"), zeros, sizeof(zeros), PAGE * 5);
	status = read_watched(place);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	store = place_open(place);
	assert_said(place, "grey.db: the last run hung in it");
	assert_said(place, "set aside");
	assert_int_equal(rows_left(store, KZ_TABLE_GREY), 0);
	assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
	kz_store_close(&store);
	place_forget(place);
	store = place_open(place);
	assert_int_equal(place->lines, 0);
	kz_store_close(&store);
}

static void
a_hang_that_was_not_the_stores_costs_nothing(void **state)
{
	struct place *place = *state;
	struct kz_store *store;

	fill(place);
	write_file(place_path(place, "hung"), "site.db", 7, 0);
	store = place_open(place);
	assert_said(place, "site.db: the last run hung in it");
	assert_null(place_broken(place));
	assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
	kz_store_close(&store);
	place_forget(place);
	store = place_open(place);
	assert_int_equal(place->lines, 0);
	kz_store_close(&store);
}

static void
a_deleted_log_costs_no_table(void **state)
{
	struct place *place = *state;
	struct kz_store *store;

	fill(place);
	assert_int_equal(unlink(place_path(place, "log.0000000001")), 0);
	store = place_open(place);
	assert_said(place, "past end of log");
	assert_int_equal(rows_left(store, KZ_TABLE_GREY), ROWS);
	assert_int_equal(rows_left(store, KZ_TABLE_SITE), ROWS);
	assert_int_equal(put(store, KZ_TABLE_GREY, "new", "1"), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	kz_store_close(&store);
	place_forget(place);
	store = place_open(place);
	assert_int_equal(place->lines, 0);
	assert_string_equal(get(store, KZ_TABLE_GREY, "new"), "1");
	assert_int_equal(rows_left(store, KZ_TABLE_GREY), ROWS);
	kz_store_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, disk_make, place_remove)
		TEST(a_disk_that_fails_for_a_while_loses_nothing),
		TEST(a_full_disk_at_the_start_is_not_taken_for_damage),
		TEST(the_clock_set_back_does_not_stop_the_attempts),
		TEST(a_full_memory_refuses_and_counts),
		TEST(each_unusable_folder_has_its_own_message),
		TEST(a_second_opener_is_told_who_was_first),
		TEST(a_store_of_a_newer_kizuki_is_left_alone),
		TEST(a_folder_that_vanishes_under_way_is_begun_anew),
		TEST(a_deleted_file_is_noticed),
		TEST(damage_in_one_table_costs_that_table_alone),
		TEST(a_page_of_zeros_hangs_once_and_is_set_aside),
		TEST(a_hang_that_was_not_the_stores_costs_nothing),
		TEST(a_deleted_log_costs_no_table),
#undef TEST
	};

	return cmocka_run_group_tests(tests, disk_break_on_demand, NULL);
}

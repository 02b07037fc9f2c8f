/* SPDX-License-Identifier: ISC */
#include "store_help.h"

#include <signal.h>
#include <sys/wait.h>

#define NOW 1700000000

static void
what_was_put_is_read_before_and_after_the_commit(void **state)
{
	struct kz_store *store = place_open(*state);

	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "one"), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "one");
	assert_string_equal(get(store, KZ_TABLE_SITE, "a"), "<none>");
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "one");
	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "two"), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "two");
	assert_int_equal(del(store, KZ_TABLE_GREY, "a"), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "<none>");
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "<none>");
	assert_int_equal(del(store, KZ_TABLE_GREY, "never"), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	kz_store_close(&store);
	assert_null(store);
	kz_store_close(&store);
}

static void
committed_records_are_there_after_reopening(void **state)
{
	struct kz_store *store = place_open(*state);

	assert_int_equal(put(store, KZ_TABLE_SITE, "jp.example1", "s"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_WORD, "w", ""), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	/* the close commits too */
	assert_int_equal(put(store, KZ_TABLE_TOUCH, "t", "later"), KZ_OK);
	kz_store_close(&store);
	store = place_open(*state);
	assert_string_equal(get(store, KZ_TABLE_SITE, "jp.example1"), "s");
	assert_string_equal(get(store, KZ_TABLE_WORD, "w"), "");
	assert_string_equal(get(store, KZ_TABLE_TOUCH, "t"), "later");
	kz_store_close(&store);
}

static void
arguments_out_of_range_are_refused(void **state)
{
	struct kz_store *store = place_open(*state);
	static uint8_t long_key[KZ_STORE_KEY_MAX + 1];
	static uint8_t value[KZ_STORE_VALUE_MAX + 1];
	size_t len = 77;

	memset(long_key, 'k', sizeof(long_key));
	memset(value, 'v', sizeof(value));
	assert_int_equal(kz_store_put(store, KZ_TABLE_GREY, long_key,
				 sizeof(long_key), value, 1),
		KZ_EINVAL);
	assert_int_equal(kz_store_put(store, KZ_TABLE_GREY, long_key, 1, value,
				 sizeof(value)),
		KZ_EINVAL);
	assert_int_equal(
		kz_store_put(store, KZ_TABLE_GREY, long_key, 0, value, 1),
		KZ_EINVAL);
	assert_int_equal(
		kz_store_put(store, KZ_TABLE_COUNT, long_key, 1, value, 1),
		KZ_EINVAL);
	assert_int_equal(
		kz_store_delete(store, KZ_TABLE_GREY, long_key, 0), KZ_EINVAL);
	/* the longest of both */
	assert_int_equal(kz_store_put(store, KZ_TABLE_GREY, long_key,
				 KZ_STORE_KEY_MAX, value, KZ_STORE_VALUE_MAX),
		KZ_OK);
	for (int committed = 0; committed < 2; committed++) {
		assert_int_equal(kz_store_get(store, KZ_TABLE_GREY, long_key,
					 KZ_STORE_KEY_MAX, value,
					 KZ_STORE_VALUE_MAX - 1, &len),
			KZ_ETRUNC);
		assert_int_equal(len, 77);
		assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	}
	assert_int_equal(
		kz_store_get(store, KZ_TABLE_GREY, long_key, KZ_STORE_KEY_MAX,
			value, KZ_STORE_VALUE_MAX, &len),
		KZ_OK);
	assert_int_equal(len, KZ_STORE_VALUE_MAX);
	kz_store_close(&store);
}

/* ---- scans ---- */

struct seen {
	struct kz_store *store;
	char text[4096];
	size_t used;
	int stop_after;   /* 0: never */
	bool delete_each; /* and commit, as a sweep does */
};

static bool
look(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct seen *seen = arg;
	size_t room = sizeof(seen->text) - seen->used;
	int put_len = snprintf(seen->text + seen->used, room, "%.*s=%.*s ",
		(int)key_len, (const char *)key, (int)len, (const char *)value);

	assert_true(put_len > 0 && (size_t)put_len < room);
	seen->used += (size_t)put_len;
	if (seen->delete_each) {
		assert_int_equal(kz_store_delete(seen->store, KZ_TABLE_SITE,
					 key, key_len),
			KZ_OK);
		assert_int_equal(kz_store_commit(seen->store, NOW), KZ_OK);
	}
	return seen->stop_after == 0 || --seen->stop_after > 0;
}

static const char *
scan(struct kz_store *store, const char *prefix, const char *from, size_t limit,
	struct seen *seen)
{
	seen->used = 0;
	seen->text[0] = '\0';
	seen->store = store;
	assert_int_equal(
		kz_store_scan(store, KZ_TABLE_SITE, (const uint8_t *)prefix,
			strlen(prefix), (const uint8_t *)from,
			from != NULL ? strlen(from) : 0, limit, look, seen),
		KZ_OK);
	return seen->text;
}

static void
scan_fixture(struct kz_store *store)
{
	static const char *const disk[] = {"a", "b", "ba", "bb", "c"};

	for (size_t i = 0; i < sizeof(disk) / sizeof(disk[0]); i++)
		assert_int_equal(
			put(store, KZ_TABLE_SITE, disk[i], "disk"), KZ_OK);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_SITE, "bb", "new"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_SITE, "bc", "new"), KZ_OK);
	assert_int_equal(del(store, KZ_TABLE_SITE, "ba"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_SITE, "d", "new"), KZ_OK);
}

static void
a_scan_shows_disk_and_memory_in_one_order(void **state)
{
	struct kz_store *store = place_open(*state);
	struct seen seen = {.stop_after = 0};

	scan_fixture(store);
	assert_string_equal(scan(store, "", NULL, 0, &seen),
		"a=disk b=disk bb=new bc=new c=disk d=new ");
	assert_string_equal(
		scan(store, "b", NULL, 0, &seen), "b=disk bb=new bc=new ");
	assert_string_equal(scan(store, "b", "ba", 0, &seen), "bb=new bc=new ");
	assert_string_equal(scan(store, "b", "a", 2, &seen), "b=disk bb=new ");
	assert_string_equal(scan(store, "b", "c", 0, &seen), "");
	assert_string_equal(scan(store, "e", NULL, 0, &seen), "");
	seen.stop_after = 3;
	assert_string_equal(
		scan(store, "", NULL, 0, &seen), "a=disk b=disk bb=new ");
	/* the same after the commit */
	seen.stop_after = 0;
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	assert_string_equal(scan(store, "", NULL, 0, &seen),
		"a=disk b=disk bb=new bc=new c=disk d=new ");
	kz_store_close(&store);
}

static void
a_visitor_may_delete_and_commit(void **state)
{
	struct kz_store *store = place_open(*state);
	struct seen seen = {.delete_each = true};

	scan_fixture(store);
	assert_string_equal(
		scan(store, "b", NULL, 0, &seen), "b=disk bb=new bc=new ");
	seen.delete_each = false;
	assert_string_equal(
		scan(store, "", NULL, 0, &seen), "a=disk c=disk d=new ");
	kz_store_close(&store);
}

static bool
count(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	unsigned *counted = arg;
	char expected[16];

	(void)value;
	assert_int_equal(len, 60);
	assert_int_equal(
		snprintf(expected, sizeof(expected), "%08u", *counted * 2), 8);
	assert_memory_equal(key, expected, key_len);
	(*counted)++;
	return true;
}

static void
a_scan_over_many_slices_misses_nothing(void **state)
{
	struct kz_store *store = place_open(*state);
	const uint8_t value[60] = {1};
	unsigned counted = 0;
	char key[16];

	for (unsigned i = 0; i < 20000; i++) {
		assert_int_equal(snprintf(key, sizeof(key), "%08u", i), 8);
		assert_int_equal(kz_store_put(store, KZ_TABLE_GREY,
					 (const uint8_t *)key, 8, value, 60),
			KZ_OK);
	}
	/* more than one transaction holds */
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	for (unsigned i = 1; i < 20000; i += 2) {
		assert_int_equal(snprintf(key, sizeof(key), "%08u", i), 8);
		assert_int_equal(del(store, KZ_TABLE_GREY, key), KZ_OK);
		if (i == 9999)
			assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	}
	assert_int_equal(kz_store_scan(store, KZ_TABLE_GREY, NULL, 0, NULL, 0,
				 0, count, &counted),
		KZ_OK);
	assert_int_equal(counted, 10000);
	kz_store_close(&store);
}

static void
the_longest_key_ends_a_scan(void **state)
{
	struct kz_store *store = place_open(*state);
	uint8_t key[KZ_STORE_KEY_MAX];
	struct seen seen = {.stop_after = 0};

	memset(key, 'k', sizeof(key));
	assert_int_equal(kz_store_put(store, KZ_TABLE_SITE, key, sizeof(key),
				 (const uint8_t *)"v", 1),
		KZ_OK);
	for (int committed = 0; committed < 2; committed++) {
		assert_int_equal(strlen(scan(store, "", NULL, 0, &seen)),
			KZ_STORE_KEY_MAX + 3);
		assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	}
	kz_store_close(&store);
}

/* ---- identity, bounds, watchdog ---- */

static void
the_secret_is_made_once_and_stays(void **state)
{
	struct kz_store *store = place_open(*state);
	char first[33], none[33] = {0};

	(void)memcpy(first, get(store, KZ_TABLE_META, "secret"), 33);
	assert_memory_not_equal(first, none, 32);
	assert_int_equal(
		put(store, KZ_TABLE_META, "secret", "mine"), KZ_EINVAL);
	assert_int_equal(del(store, KZ_TABLE_META, "secret"), KZ_EINVAL);
	kz_store_close(&store);
	store = place_open(*state);
	assert_memory_equal(get(store, KZ_TABLE_META, "secret"), first, 32);
	kz_store_close(&store);
}

static void
no_more_than_memory_rows_wait(void **state)
{
	struct kz_store_options options = place_options(*state);
	struct kz_store *store;
	struct kz_store_state told;

	options.memory_rows = 2;
	assert_int_equal(kz_store_open(&options, &store), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_SITE, "b", "1"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_GREY, "c", "1"), KZ_EFULL);
	assert_int_equal(del(store, KZ_TABLE_GREY, "d"), KZ_EFULL);
	/* one that waits already may change */
	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "2"), KZ_OK);
	kz_store_state(store, &told);
	assert_int_equal(told.waiting, 2);
	assert_int_equal(told.dropped, 2);
	assert_false(told.failing);
	assert_int_equal(kz_store_commit(store, NOW), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_GREY, "c", "1"), KZ_OK);
	kz_store_state(store, &told);
	assert_int_equal(told.waiting, 1);
	assert_int_equal(told.commits, 1);
	kz_store_close(&store);
}

static void
a_silent_loop_is_ended_by_the_watchdog(void **state)
{
	struct kz_store_options options = place_options(*state);
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct kz_store *store;

		options.watchdog_s = 1;
		/* cmocka would catch it and report on our behalf */
		(void)signal(SIGABRT, SIG_DFL);
		if (kz_store_open(&options, &store) != KZ_OK)
			_exit(1);
		(void)alarm(10);
		for (;;)
			(void)pause();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, place_make, place_remove)
		TEST(what_was_put_is_read_before_and_after_the_commit),
		TEST(committed_records_are_there_after_reopening),
		TEST(arguments_out_of_range_are_refused),
		TEST(a_scan_shows_disk_and_memory_in_one_order),
		TEST(a_visitor_may_delete_and_commit),
		TEST(a_scan_over_many_slices_misses_nothing),
		TEST(the_longest_key_ends_a_scan),
		TEST(the_secret_is_made_once_and_stays),
		TEST(no_more_than_memory_rows_wait),
		TEST(a_silent_loop_is_ended_by_the_watchdog),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/*
 * A disk that takes a write and does not come back: nobody who calls the store
 * waits for it, and nothing is lost when it does.
 */
#include "store_help.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include <db.h>

#define NOW 1700000000
/* What a caller may wait at most, on a machine with much else to do. */
#define SOON_MS 5000

/* ---- a disk that hangs on demand ---- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static atomic_bool hangs;
static atomic_bool spins; /* only while it hangs */
static int then_errno;    /* 0: it works when it comes back */

static int
pass(void)
{
	int number;

	pthread_mutex_lock(&gate);
	while (hangs && !spins)
		pthread_cond_wait(&opened, &gate);
	number = then_errno;
	pthread_mutex_unlock(&gate);
	while (hangs && spins)
		;
	return number;
}

static ssize_t
hanging_pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	errno = pass();
	return errno != 0 ? -1 : pwrite(fd, bytes, len, offset);
}

static ssize_t
hanging_write(int fd, const void *bytes, size_t len)
{
	errno = pass();
	return errno != 0 ? -1 : write(fd, bytes, len);
}

static void
hang(bool on, int number)
{
	pthread_mutex_lock(&gate);
	hangs = on;
	then_errno = number;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&gate);
}

static int
disk_hang_on_demand(void **state)
{
	(void)state;
	return db_env_set_func_pwrite(hanging_pwrite) != 0 ||
		db_env_set_func_write(hanging_write) != 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The result of a commit that must come soon. */
static enum kz_result
commit(struct kz_store *store, int64_t now_s)
{
	int64_t began = now_ms();
	enum kz_result result = kz_store_commit(store, now_s);

	assert_in_range(now_ms() - began, 0, SOON_MS);
	return result;
}

/* The writer needs a moment after the disk is back. */
static enum kz_result
commit_at_last(struct kz_store *store, enum kz_result wanted)
{
	enum kz_result result = KZ_ETIMEOUT;
	int64_t until = now_ms() + 20000;

	while (result != wanted && now_ms() < until) {
		struct timespec pause = {.tv_nsec = 1000000};

		result = commit(store, NOW);
		(void)nanosleep(&pause, NULL);
	}
	return result;
}

static bool
count(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	size_t *seen = arg;

	(void)key;
	(void)key_len;
	(void)value;
	(void)len;
	(*seen)++;
	return true;
}

static enum kz_result
scan(struct kz_store *store, size_t *seen)
{
	*seen = 0;
	return kz_store_scan(store, KZ_TABLE_GREY, (const uint8_t *)"", 0, NULL,
		0, 0, count, seen);
}

static void
nobody_waits_for_a_disk_that_hangs(void **state)
{
	struct place *place = *state;
	struct kz_store *store = place_open(place);
	struct kz_store_state told;
	size_t seen;

	assert_int_equal(put(store, KZ_TABLE_GREY, "disk", "1"), KZ_OK);
	assert_int_equal(commit(store, NOW), KZ_OK);
	place_forget(place);
	hang(true, 0);
	assert_int_equal(put(store, KZ_TABLE_GREY, "flight", "2"), KZ_OK);
	assert_int_equal(put(store, KZ_TABLE_GREY, "gone", "2"), KZ_OK);
	assert_int_equal(commit(store, NOW), KZ_EIO);
	assert_said(place, "the disk has not answered for");
	kz_store_state(store, &told);
	assert_true(told.failing);
	assert_int_equal(told.waiting, 2);
	/* from memory: what was under way, and what comes now */
	assert_int_equal(put(store, KZ_TABLE_GREY, "later", "3"), KZ_OK);
	assert_int_equal(del(store, KZ_TABLE_GREY, "gone"), KZ_OK);
	assert_string_equal(get(store, KZ_TABLE_GREY, "flight"), "2");
	assert_string_equal(get(store, KZ_TABLE_GREY, "later"), "3");
	assert_string_equal(get(store, KZ_TABLE_GREY, "gone"), "<none>");
	assert_string_equal(get(store, KZ_TABLE_GREY, "disk"), "<failed>");
	assert_int_equal(scan(store, &seen), KZ_EIO);
	assert_int_equal(seen, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(commit(store, NOW + i * 60), KZ_EIO);
	assert_int_equal(place->lines, 1);
	hang(false, 0);
	assert_int_equal(commit_at_last(store, KZ_OK), KZ_OK);
	assert_said(place, "works again");
	assert_int_equal(place->lines, 2);
	kz_store_state(store, &told);
	assert_false(told.failing);
	assert_int_equal(told.waiting, 0);
	kz_store_close(&store);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "disk"), "1");
	assert_string_equal(get(store, KZ_TABLE_GREY, "flight"), "2");
	assert_string_equal(get(store, KZ_TABLE_GREY, "later"), "3");
	assert_string_equal(get(store, KZ_TABLE_GREY, "gone"), "<none>");
	assert_int_equal(scan(store, &seen), KZ_OK);
	assert_int_equal(seen, 3);
	kz_store_close(&store);
}

static void
a_disk_that_comes_back_full_is_as_any_full_one(void **state)
{
	struct place *place = *state;
	struct kz_store *store = place_open(place);
	struct kz_store_state told;

	hang(true, 0);
	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	assert_int_equal(commit(store, NOW), KZ_EIO);
	hang(false, ENOSPC);
	for (int64_t until = now_ms() + 20000; now_ms() < until;) {
		assert_int_equal(commit(store, NOW), KZ_EIO);
		kz_store_state(store, &told);
		if (strstr(told.cause, "no space left") != NULL)
			break;
	}
	assert_said(place, "no space left on the disk");
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	hang(false, 0);
	assert_int_equal(commit(store, NOW + 5), KZ_OK);
	kz_store_close(&store);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	kz_store_close(&store);
}

static void *
open_soon(void *arg)
{
	struct timespec pause = {.tv_nsec = 100000000};

	(void)nanosleep(&pause, NULL);
	hang(false, 0);
	return arg;
}

static void
closing_waits_for_what_is_under_way(void **state)
{
	struct place *place = *state;
	struct kz_store *store = place_open(place);
	pthread_t opener;

	hang(true, 0);
	assert_int_equal(put(store, KZ_TABLE_GREY, "a", "1"), KZ_OK);
	assert_int_equal(commit(store, NOW), KZ_EIO);
	assert_int_equal(put(store, KZ_TABLE_GREY, "b", "2"), KZ_OK);
	assert_int_equal(pthread_create(&opener, NULL, open_soon, NULL), 0);
	kz_store_close(&store);
	assert_int_equal(pthread_join(opener, NULL), 0);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "a"), "1");
	assert_string_equal(get(store, KZ_TABLE_GREY, "b"), "2");
	kz_store_close(&store);
}

/* ---- the loop writes itself, and another goes on when that hangs ---- */

struct standing {
	struct kz_store *store;
	pthread_t loop;
	int then_errno;
	/* what was seen on the other thread */
	bool elsewhere, hung, read, over;
	enum kz_result put, commit;
	struct kz_store_state told;
};

/* Asserts would leap off this thread's stack: they come afterwards. */
static void
go_on(void *arg)
{
	struct standing *own = arg;
	struct kz_store *store = own->store;
	int64_t until = now_ms() + 20000;

	own->elsewhere = !pthread_equal(pthread_self(), own->loop);
	own->hung = kz_store_hangs(store);
	own->put = put(store, KZ_TABLE_GREY, "later", "3");
	own->commit = kz_store_commit(store, NOW);
	kz_store_state(store, &own->told);
	own->read = strcmp(get(store, KZ_TABLE_GREY, "flight"), "2") == 0;
	hang(false, own->then_errno);
	while (kz_store_hangs(store) && now_ms() < until) {
		struct timespec pause = {.tv_nsec = 1000000};

		(void)nanosleep(&pause, NULL);
	}
	own->over = !kz_store_hangs(store);
}

static void
stand_by(struct standing *own, struct place *place)
{
	own->store = place_open(place);
	own->loop = pthread_self();
	kz_store_stand_by(own->store, go_on, own);
	assert_int_equal(put(own->store, KZ_TABLE_GREY, "disk", "1"), KZ_OK);
	assert_int_equal(commit(own->store, NOW), KZ_OK);
	assert_false(kz_store_hangs(own->store));
	assert_false(own->elsewhere);
	place_forget(place);
	hang(true, 0);
	assert_int_equal(put(own->store, KZ_TABLE_GREY, "flight", "2"), KZ_OK);
}

static void
another_thread_goes_on_while_the_loop_waits_for_a_disk(void **state)
{
	struct place *place = *state;
	struct standing own = {.then_errno = 0};
	struct kz_store *store;

	stand_by(&own, place);
	assert_int_equal(commit(own.store, NOW), KZ_OK);
	assert_true(own.elsewhere && own.hung && own.over);
	assert_int_equal(own.put, KZ_OK);
	assert_int_equal(own.commit, KZ_EIO);
	assert_true(own.told.failing);
	assert_int_equal(own.told.waiting, 2);
	assert_true(own.read);
	assert_said(place, "the disk has not answered for");
	assert_said(place, "works again");
	/* it is the loop again, and may hang again */
	own.elsewhere = false;
	hang(true, 0);
	assert_int_equal(put(own.store, KZ_TABLE_GREY, "gone", "4"), KZ_OK);
	assert_int_equal(commit(own.store, NOW), KZ_OK);
	assert_true(own.elsewhere && own.over);
	/* closing is done without anybody who could go on */
	kz_store_stand_by(own.store, NULL, NULL);
	assert_int_equal(put(own.store, KZ_TABLE_GREY, "last", "5"), KZ_OK);
	kz_store_close(&own.store);
	store = place_open(place);
	assert_string_equal(get(store, KZ_TABLE_GREY, "disk"), "1");
	assert_string_equal(get(store, KZ_TABLE_GREY, "flight"), "2");
	assert_string_equal(get(store, KZ_TABLE_GREY, "later"), "3");
	assert_string_equal(get(store, KZ_TABLE_GREY, "gone"), "4");
	assert_string_equal(get(store, KZ_TABLE_GREY, "last"), "5");
	kz_store_close(&store);
}

static void
a_loop_comes_back_from_a_disk_that_is_full(void **state)
{
	struct place *place = *state;
	struct standing own = {.then_errno = ENOSPC};
	struct kz_store_state told;

	stand_by(&own, place);
	assert_int_equal(commit(own.store, NOW), KZ_EIO);
	assert_true(own.elsewhere && own.over);
	kz_store_state(own.store, &told);
	assert_non_null(strstr(told.cause, "no space left"));
	assert_string_equal(get(own.store, KZ_TABLE_GREY, "flight"), "2");
	hang(false, 0);
	assert_int_equal(commit(own.store, NOW + 5), KZ_OK);
	kz_store_close(&own.store);
	own.store = place_open(place);
	assert_string_equal(get(own.store, KZ_TABLE_GREY, "flight"), "2");
	assert_string_equal(get(own.store, KZ_TABLE_GREY, "later"), "3");
	kz_store_close(&own.store);
}

static void
beat_and_end(void *arg)
{
	for (int64_t until = now_ms() + 3000; now_ms() < until;) {
		struct timespec pause = {.tv_nsec = 10000000};

		kz_store_beat(arg);
		(void)nanosleep(&pause, NULL);
	}
	_exit(0);
}

/* ---- the watchdog ---- */

static bool stands_by; /* of the next child */

/* Ends with 0 when it was still alive after three times the watchdog's time. */
static void
stall_under_a_watchdog(struct place *place)
{
	struct kz_store_options options = place_options(place);
	struct kz_store *store;

	options.watchdog_s = 1;
	(void)signal(SIGABRT, SIG_DFL);
	if (kz_store_open(&options, &store) != KZ_OK ||
		put(store, KZ_TABLE_GREY, "a", "1") != KZ_OK)
		_exit(1);
	if (stands_by)
		kz_store_stand_by(store, beat_and_end, store);
	hang(true, 0);
	(void)alarm(20);
	for (int64_t until = now_ms() + 3000; now_ms() < until;) {
		struct timespec pause = {.tv_nsec = 10000000};

		if (kz_store_commit(store, NOW) != KZ_EIO)
			_exit(2);
		kz_store_beat(store);
		(void)nanosleep(&pause, NULL);
	}
	_exit(0);
}

static pid_t
start_stall(struct place *place, const char *name)
{
	struct place own = *place;
	pid_t child;

	assert_true(snprintf(own.home, sizeof(own.home), "%s/%s", place->base,
			    name) > 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		stall_under_a_watchdog(&own);
	return child;
}

static void
the_watchdog_ends_what_spins_and_bears_what_waits(void **state)
{
	pid_t waits[2], spun[2];
	int status = 0;

	for (int i = 0; i < 2; i++) {
		stands_by = i == 1;
		spins = false;
		waits[i] = start_stall(*state, stands_by ? "a" : "b");
		spins = true;
		spun[i] = start_stall(*state, stands_by ? "c" : "d");
		spins = false;
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(spun[i], &status, 0), spun[i]);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
		assert_int_equal(waitpid(waits[i], &status, 0), waits[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, place_make, place_remove)
		TEST(nobody_waits_for_a_disk_that_hangs),
		TEST(a_disk_that_comes_back_full_is_as_any_full_one),
		TEST(closing_waits_for_what_is_under_way),
		TEST(another_thread_goes_on_while_the_loop_waits_for_a_disk),
		TEST(a_loop_comes_back_from_a_disk_that_is_full),
		TEST(the_watchdog_ends_what_spins_and_bears_what_waits),
#undef TEST
	};

	return cmocka_run_group_tests(tests, disk_hang_on_demand, NULL);
}

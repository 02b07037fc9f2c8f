/* SPDX-License-Identifier: ISC */
/*
 * A store under the hand of a shell script: commands in, answers out, what the
 * store says on stderr.  One line each.
 *
 *   open HOME | memory HOME | close     "ok" or the result in words
 *   fill FROM TO      put the records of these numbers, commit each hundred;
 *                     answers how many were acknowledged on disk
 *   check FROM TO     how many of these are there and right
 *   commit NOW        try now, as if it were that second
 *   backup            make one; "ok" when it is there
 *   state             "working" or "failing", and what waits
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kizuki/io/store.h"

#define COMMIT_EACH 100
#define VALUE_LEN   100

static struct kz_store *store;
static int64_t now_s;

static void
say(void *arg, enum kz_store_level level, const char *message)
{
	static const char *const names[] = {"info", "warning", "alert"};

	(void)arg;
	fprintf(stderr, "%s: %s\n", names[level], message);
}

static enum kz_result
open_store(const char *home, bool memory)
{
	const struct kz_store_options options = {.home = home,
		.cache_bytes = 1UL << 20,
		.memory_rows = 20000,
		.checkpoint_s = 1,
		.backup_keep = 2,
		.log = say};

	return memory ? kz_store_open_memory(&options, &store)
		      : kz_store_open(&options, &store);
}

/* The number as key, spread over the tree; a value that is found wrong. */
static void
make(uint8_t key[8], uint8_t value[VALUE_LEN], uint64_t number)
{
	uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15ULL;

	memcpy(key, &mixed, 8);
	memset(value, (int)(number % 251), VALUE_LEN);
}

static uint64_t
fill(uint64_t from, uint64_t to)
{
	uint8_t key[8], value[VALUE_LEN];
	uint64_t acknowledged = 0, waiting = 0;

	for (uint64_t number = from; number < to; number++) {
		enum kz_table table =
			number % 2 == 0 ? KZ_TABLE_GREY : KZ_TABLE_SITE;

		make(key, value, number);
		if (kz_store_put(store, table, key, 8, value, VALUE_LEN) ==
			KZ_OK)
			waiting++;
		if (number % COMMIT_EACH != COMMIT_EACH - 1 && number + 1 != to)
			continue;
		if (kz_store_commit(store, now_s) != KZ_OK)
			continue;
		acknowledged += waiting;
		waiting = 0;
	}
	return acknowledged;
}

static uint64_t
check(uint64_t from, uint64_t to)
{
	uint8_t key[8], value[VALUE_LEN], found[VALUE_LEN];
	uint64_t right = 0;
	size_t len;

	for (uint64_t number = from; number < to; number++) {
		enum kz_table table =
			number % 2 == 0 ? KZ_TABLE_GREY : KZ_TABLE_SITE;

		make(key, value, number);
		if (kz_store_get(store, table, key, 8, found, VALUE_LEN,
			    &len) == KZ_OK &&
			len == VALUE_LEN &&
			memcmp(found, value, VALUE_LEN) == 0)
			right++;
	}
	return right;
}

/* Bounded: some 60 s; the moments of backups are whole seconds. */
static bool
backup(void)
{
	const struct timespec pause = {.tv_nsec = 100000000L};
	struct kz_store_state before, state;

	kz_store_state(store, &before);
	kz_store_backup(store);
	for (int i = 0; i < 600; i++) {
		kz_store_state(store, &state);
		if (state.backup_s != before.backup_s)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static void
tell_state(void)
{
	struct kz_store_state state;

	kz_store_state(store, &state);
	printf("%s waiting=%llu dropped=%llu %s\n",
		state.failing ? "failing" : "working",
		(unsigned long long)state.waiting,
		(unsigned long long)state.dropped, state.cause);
}

static void
obey(const char *word, const char *first, const char *second)
{
	uint64_t from = strtoull(first, NULL, 10);
	uint64_t to = strtoull(second, NULL, 10);

	if (strcmp(word, "open") == 0) {
		puts(kz_result_text(open_store(first, false)));
	} else if (strcmp(word, "memory") == 0) {
		puts(kz_result_text(open_store(first, true)));
	} else if (store == NULL) {
		puts("no store");
	} else if (strcmp(word, "close") == 0) {
		kz_store_close(&store);
		puts("ok");
	} else if (strcmp(word, "fill") == 0) {
		printf("%llu\n", (unsigned long long)fill(from, to));
	} else if (strcmp(word, "check") == 0) {
		printf("%llu\n", (unsigned long long)check(from, to));
	} else if (strcmp(word, "commit") == 0) {
		now_s = (int64_t)from;
		puts(kz_result_text(kz_store_commit(store, now_s)));
	} else if (strcmp(word, "backup") == 0) {
		puts(backup() ? "ok" : "none");
	} else if (strcmp(word, "state") == 0) {
		tell_state();
	} else {
		puts("unknown command");
	}
}

int
main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char word[16] = "", first[900] = "", second[32] = "";

		if (sscanf(line, "%15s %899s %31s", word, first, second) < 1)
			continue;
		obey(word, first, second);
		(void)fflush(stdout);
	}
	kz_store_close(&store);
	return 0;
}

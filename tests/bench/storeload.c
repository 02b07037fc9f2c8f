/* SPDX-License-Identifier: ISC */
/*
 * Load greylist entries and measure what they cost on disk and in time.
 *
 *   storeload ROWS HOME
 *
 * A child loads ROWS entries (17 octets of key, 28 of value) in random key
 * order in commits of 1000, then works in batches of 32 (get, put, commit; half
 * of the keys are new, as triplets are), says how that went, and is killed with
 * SIGKILL at work.  The parent opens the store again and reads one entry.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "kizuki/io/clock.h"
#include "kizuki/io/store.h"

#define KEY_LEN    17
#define VALUE_LEN  28
#define LOAD_BATCH 1000
#define WORK_BATCH 32
#define WORK_MS    10000
#define WORK_MAX   4000000 /* latencies kept: batches */

static void
log_line(void *arg, enum kz_store_level level, const char *message)
{
	(void)arg;
	(void)level;
	printf("  store: %s\n", message);
}

static struct kz_store *
open_store(const char *home)
{
	const struct kz_store_options options = {.home = home, .log = log_line};
	struct kz_store *store = NULL;
	enum kz_result result = kz_store_open(&options, &store);

	if (result != KZ_OK) {
		fprintf(stderr, "open: %s\n", kz_result_text(result));
		exit(1);
	}
	return store;
}

/* A bijection that leaves no order: the finalizer of MurmurHash3. */
static uint64_t
mix(uint64_t number)
{
	number ^= number >> 33;
	number *= 0xff51afd7ed558ccdULL;
	number ^= number >> 33;
	number *= 0xc4ceb9fe1a85ec53ULL;
	return number ^ number >> 33;
}

static void
make_key(uint8_t key[KEY_LEN], uint64_t number)
{
	uint64_t origin = mix(number), tuple = mix(~number);

	key[0] = 'b';
	memcpy(key + 1, &origin, 8);
	memcpy(key + 9, &tuple, 8);
}

static void
must(enum kz_result result, const char *what)
{
	if (result == KZ_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, kz_result_text(result));
	exit(1);
}

static void
put_entry(struct kz_store *store, uint64_t number)
{
	uint8_t key[KEY_LEN], value[VALUE_LEN];

	make_key(key, number);
	memset(value, (int)(number & 0xff), sizeof(value));
	must(kz_store_put(store, KZ_TABLE_GREY, key, KEY_LEN, value, VALUE_LEN),
		"put");
}

static double
cpu_s(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
		1e-6 *
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
load(struct kz_store *store, uint64_t rows)
{
	int64_t start_ms = kz_clock_mono_ms(), spent_ms;
	double cpu = cpu_s();

	for (uint64_t number = 0; number < rows; number++) {
		put_entry(store, number);
		if (number % LOAD_BATCH == LOAD_BATCH - 1)
			must(kz_store_commit(store, 0), "commit");
	}
	must(kz_store_commit(store, 0), "commit");
	spent_ms = kz_clock_mono_ms() - start_ms;
	printf("load: %llu entries in %.1f s, %.0f a second, %.1f us CPU "
	       "each\n",
		(unsigned long long)rows, (double)spent_ms / 1000,
		(double)rows * 1000 / (double)(spent_ms > 0 ? spent_ms : 1),
		(cpu_s() - cpu) * 1e6 / (double)rows);
}

static int
compare_ns(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void
work_batch(struct kz_store *store, uint64_t rows, uint64_t *next)
{
	for (int i = 0; i < WORK_BATCH; i++) {
		/* one new triplet, one that is there */
		uint64_t number = i % 2 == 0
			? (*next)++
			: arc4random_uniform((uint32_t)rows);
		uint8_t key[KEY_LEN], value[VALUE_LEN];
		size_t len;
		enum kz_result result;

		make_key(key, number);
		result = kz_store_get(store, KZ_TABLE_GREY, key, KEY_LEN, value,
			VALUE_LEN, &len);
		if (i % 2 == 0 ? result != KZ_NOT_FOUND : result != KZ_OK)
			must(KZ_EIO, "an entry is missing, or too many");
		put_entry(store, number);
	}
	must(kz_store_commit(store, 0), "commit");
}

/* Of sorted times. */
static double
percentile_ms(const uint32_t *spent, size_t count, size_t percent)
{
	size_t place = count * percent / 100;

	return spent[place] / 1e6;
}

static void
work(struct kz_store *store, uint64_t rows)
{
	uint32_t *spent = calloc(WORK_MAX, sizeof(*spent));
	int64_t start_ms = kz_clock_mono_ms(), spent_ms;
	uint64_t next = rows;
	size_t batches = 0;
	double cpu = cpu_s();

	if (spent == NULL)
		must(KZ_ENOMEM, "work");
	do {
		uint64_t start_ns = now_ns();

		work_batch(store, rows, &next);
		spent[batches++] = (uint32_t)(now_ns() - start_ns);
		spent_ms = kz_clock_mono_ms() - start_ms;
	} while (spent_ms < WORK_MS && batches < WORK_MAX);
	cpu = cpu_s() - cpu;
	qsort(spent, batches, sizeof(*spent), compare_ns);
	printf("work: %.0f decisions a second (get, put, commit of %d), %.1f "
	       "us "
	       "CPU each; batch p50 %.2f ms, p99 %.2f ms, worst %.0f ms\n",
		(double)(batches * WORK_BATCH) * 1000 / (double)spent_ms,
		WORK_BATCH, cpu * 1e6 / (double)(batches * WORK_BATCH),
		percentile_ms(spent, batches, 50),
		percentile_ms(spent, batches, 99), spent[batches - 1] / 1e6);
	free(spent);
}

/* Closed, so that all of it is in the file. */
static void
measure(const char *home, struct kz_store **store, uint64_t rows)
{
	char path[4096];
	struct stat info;
	int64_t start_ms = kz_clock_mono_ms();
	int len = snprintf(path, sizeof(path), "%s/grey.db", home);

	kz_store_close(store);
	if (len < 0 || (size_t)len >= sizeof(path) || stat(path, &info) != 0)
		must(KZ_EIO, "grey.db");
	printf("disk: %.1f octets an entry; closed in %.1f s\n",
		(double)info.st_blocks * 512 / (double)rows,
		(double)(kz_clock_mono_ms() - start_ms) / 1000);
	start_ms = kz_clock_mono_ms();
	*store = open_store(home);
	printf("opened after closing in %.2f s\n",
		(double)(kz_clock_mono_ms() - start_ms) / 1000);
}

/* Never returns: killed at work. */
_Noreturn static void
child_run(const char *home, uint64_t rows, int ready)
{
	struct kz_store *store = open_store(home);
	uint64_t next = rows;
	struct rusage usage;

	load(store, rows);
	measure(home, &store, rows);
	work(store, rows);
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		printf("memory: %ld MiB at most\n", usage.ru_maxrss / 1024);
	(void)fflush(stdout);
	/* new numbers, behind those of work() */
	next += 1ULL << 40;
	for (uint64_t batch = 0;; batch++) {
		work_batch(store, rows, &next);
		if (batch == 1000 && write(ready, "", 1) != 1)
			_exit(1);
	}
}

static bool
load_and_kill(const char *home, uint64_t rows)
{
	int ends[2], status;
	char byte;
	pid_t child;
	ssize_t got;

	if (pipe(ends) != 0)
		return false;
	(void)fflush(stdout);
	child = fork();
	if (child < 0)
		return false;
	if (child == 0) {
		(void)close(ends[0]);
		child_run(home, rows, ends[1]);
	}
	(void)close(ends[1]);
	got = read(ends[0], &byte, 1);
	/* somewhere within and behind a checkpoint */
	(void)usleep(arc4random_uniform(3000000));
	(void)kill(child, SIGKILL);
	(void)close(ends[0]);
	return waitpid(child, &status, 0) == child && got == 1;
}

int
main(int argc, char **argv)
{
	const char *error = "";
	uint64_t rows = 0;
	uint8_t key[KEY_LEN], value[VALUE_LEN];
	struct kz_store *store;
	int64_t start_ms;
	size_t len;

	if (argc == 3)
		rows = (uint64_t)strtonum(argv[1], 1000, 1000000000, &error);
	if (error != NULL) {
		fprintf(stderr, "usage: storeload ROWS HOME\n");
		return 64;
	}
	if (!load_and_kill(argv[2], rows))
		return 1;
	start_ms = kz_clock_mono_ms();
	store = open_store(argv[2]);
	make_key(key, rows / 2);
	must(kz_store_get(store, KZ_TABLE_GREY, key, KEY_LEN, value, VALUE_LEN,
		     &len),
		"the first answer");
	printf("after SIGKILL: first answer in %.2f s\n",
		(double)(kz_clock_mono_ms() - start_ms) / 1000);
	kz_store_close(&store);
	return 0;
}

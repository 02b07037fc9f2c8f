/* SPDX-License-Identifier: ISC */
/*
 * Kill a writer with SIGKILL at random moments, again and again, and look
 * whether each acknowledged batch is still there and none is torn.
 *
 *   storetorture ROUNDS HOME
 *
 * The writer commits batches of records in three tables, deletes some of
 * earlier ones, and reports each batch after its commit through a pipe.  One
 * kill in four hits the recovery at the start.  Prints one line; exits with 1
 * where anything is missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "kizuki/io/clock.h"
#include "kizuki/io/store.h"

#define BATCH_ROWS   37U
#define START_MAX_MS 60000

/* All batches are looked at each so many rounds, the newest ones always. */
#define FULL_EVERY 10
#define NEWEST     300U

/* As an entry of the greylist: 17 octets of key, 28 of value. */
#define KEY_LEN   17
#define VALUE_LEN 28

static void
log_problem(void *arg, enum kz_store_level level, const char *message)
{
	(void)arg;
	if (level != KZ_STORE_INFO)
		fprintf(stderr, "store: %s\n", message);
}

static struct kz_store *
open_store(const char *home, kz_store_log *log)
{
	/* a small cache and many checkpoints: more moments to be killed in */
	const struct kz_store_options options = {.home = home,
		.cache_bytes = 256UL * 1024,
		.checkpoint_s = 1,
		.log = log};
	struct kz_store *store;
	enum kz_result result = kz_store_open(&options, &store);

	if (result == KZ_OK)
		return store;
	fprintf(stderr, "open: %s\n", kz_result_text(result));
	return NULL;
}

/* Spread over the tree as a keyed hash does. */
static void
make_key(uint8_t key[KEY_LEN], uint64_t batch, uint64_t row)
{
	uint64_t mixed = (batch * BATCH_ROWS + row) * 0x9e3779b97f4a7c15ULL;

	memcpy(key, &mixed, 8);
	memcpy(key + 8, &batch, 8);
	key[16] = (uint8_t)row;
}

static enum kz_table
table_of(uint64_t row)
{
	static const enum kz_table tables[] = {
		KZ_TABLE_GREY, KZ_TABLE_SITE, KZ_TABLE_EVIDENCE};

	return tables[row % 3];
}

/* Every tenth batch has its rows deleted by the batch that comes after it. */
static bool
is_deleted(uint64_t batch)
{
	return batch % 10 == 3;
}

static bool
batch_write(struct kz_store *store, uint64_t batch)
{
	uint8_t key[KEY_LEN], value[VALUE_LEN];

	for (uint64_t row = 0; row < BATCH_ROWS; row++) {
		make_key(key, batch, row);
		memset(value, (int)(batch & 0xff), sizeof(value));
		if (kz_store_put(store, table_of(row), key, KEY_LEN, value,
			    VALUE_LEN) != KZ_OK)
			return false;
		if (batch == 0 || !is_deleted(batch - 1))
			continue;
		make_key(key, batch - 1, row);
		if (kz_store_delete(store, table_of(row), key, KEY_LEN) !=
			KZ_OK)
			return false;
	}
	return kz_store_commit(store, kz_clock_now_s()) == KZ_OK;
}

_Noreturn static void
writer(const char *home, uint64_t batch, int report)
{
	struct kz_store *store = open_store(home, log_problem);

	if (store == NULL)
		_exit(1);
	for (;; batch++) {
		if (!batch_write(store, batch))
			_exit(1);
		if (write(report, &batch, sizeof(batch)) != sizeof(batch))
			_exit(1);
	}
}

/* Rows of a batch that are there and right; -1: a wrong value. */
static int
batch_rows(struct kz_store *store, uint64_t batch)
{
	uint8_t key[KEY_LEN], value[VALUE_LEN], wanted[VALUE_LEN];
	int rows = 0;
	size_t len;

	memset(wanted, (int)(batch & 0xff), sizeof(wanted));
	for (uint64_t row = 0; row < BATCH_ROWS; row++) {
		enum kz_result result;

		make_key(key, batch, row);
		result = kz_store_get(store, table_of(row), key, KEY_LEN, value,
			sizeof(value), &len);
		if (result == KZ_NOT_FOUND)
			continue;
		if (result != KZ_OK || len != VALUE_LEN ||
			memcmp(value, wanted, VALUE_LEN) != 0)
			return -1;
		rows++;
	}
	return rows;
}

/*
 * Check the batches from first up to acknowledged, and the one behind it, which
 * may be there whole (its report was lost).  *next: the first that is not
 * there.
 */
static bool
check(const char *home, uint64_t first, uint64_t acknowledged, uint64_t *next)
{
	struct kz_store *store = open_store(home, log_problem);
	bool right = store != NULL;
	int rows;

	if (!right)
		return false;
	rows = batch_rows(store, acknowledged);
	*next = acknowledged + (rows == (int)BATCH_ROWS ? 1 : 0);
	if (rows != 0 && rows != (int)BATCH_ROWS) {
		fprintf(stderr, "batch %llu is torn: %d rows\n",
			(unsigned long long)acknowledged, rows);
		right = false;
	}
	for (uint64_t batch = first; batch < acknowledged && right; batch++) {
		int wanted = is_deleted(batch) && batch + 1 < *next
			? 0
			: (int)BATCH_ROWS;

		rows = batch_rows(store, batch);
		if (rows == wanted)
			continue;
		fprintf(stderr, "batch %llu of %llu: %d rows, not %d\n",
			(unsigned long long)batch,
			(unsigned long long)acknowledged, rows, wanted);
		right = false;
	}
	kz_store_close(&store);
	return right;
}

/* Batches reported until the writer is dead; the count grows by each. */
static void
read_reports(int report, uint64_t *acknowledged)
{
	uint64_t batch;

	while (read(report, &batch, sizeof(batch)) == sizeof(batch))
		*acknowledged = batch + 1;
}

static bool
round_run(const char *home, uint64_t *acknowledged, bool in_recovery)
{
	struct pollfd wait = {.events = POLLIN};
	int ends[2], status;
	pid_t child;

	if (pipe(ends) != 0)
		return false;
	child = fork();
	if (child < 0)
		return false;
	if (child == 0) {
		(void)close(ends[0]);
		writer(home, *acknowledged, ends[1]);
	}
	(void)close(ends[1]);
	wait.fd = ends[0];
	/* at work, or already while it opens */
	if (!in_recovery && poll(&wait, 1, START_MAX_MS) != 1)
		fprintf(stderr, "the writer does not begin\n");
	(void)usleep(arc4random_uniform(in_recovery ? 30000 : 150000));
	(void)kill(child, SIGKILL);
	read_reports(ends[0], acknowledged);
	(void)close(ends[0]);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) {
		fprintf(stderr, "the writer ended by itself\n");
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	const char *error = "";
	int rounds = 0;
	uint64_t acknowledged = 0;

	if (argc == 3)
		rounds = (int)strtonum(argv[1], 1, 1000000, &error);
	if (error != NULL) {
		fprintf(stderr, "usage: storetorture ROUNDS HOME\n");
		return 64;
	}
	for (int i = 1; i <= rounds; i++) {
		bool full = i % FULL_EVERY == 0 || i == rounds;
		uint64_t next = 0, first;

		if (!round_run(argv[2], &acknowledged, i % 4 == 0))
			return 1;
		first = full || acknowledged < NEWEST ? 0
						      : acknowledged - NEWEST;
		if (!check(argv[2], first, acknowledged, &next)) {
			fprintf(stderr, "in round %d\n", i);
			return 1;
		}
		acknowledged = next;
	}
	printf("%d kills, %llu acknowledged records in %llu batches, none "
	       "missing, none torn\n",
		rounds, (unsigned long long)acknowledged * BATCH_ROWS,
		(unsigned long long)acknowledged);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/*
 * The thread that writes transactions.  The loop hands it the overlay and
 * waits; when the disk does not answer in time the loop goes on with a copy,
 * from memory, and leaves what it handed over to the writer until the disk
 * comes back.  Rows that were written meanwhile are written once more then.
 */
#include "store_priv.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

/*
 * A disk that is well takes a millisecond, one that must flush some 20; an
 * MTA asks for a second before it gives up.
 */
#define PATIENCE_MS 300
/*
 * Looks at a transaction under way before the loop sleeps, some 100 us: most
 * are over by then, and to be woken takes as long as to write twenty rows.
 */
#define LOOKS 300
/* Of a second: a thread that uses so much is at work, not waiting. */
#define SPIN_MS 100

static void *
writer(void *arg)
{
	struct kz_store *store = arg;
	struct store_writer *own = &store->writer;

	for (;;) {
		while (sem_wait(&own->asked) != 0)
			continue;
		if (atomic_load(&own->stop))
			return NULL;
		store_transaction(store, &own->overlay, &own->outcome);
		atomic_store(&own->busy, false);
		(void)sem_post(&own->finished);
	}
}

bool
store_writer_start(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	own->runs = pthread_mutex_init(&own->mutex, NULL) == 0 &&
		sem_init(&own->asked, 0, 0) == 0 &&
		sem_init(&own->finished, 0, 0) == 0 &&
		store_thread_start(&own->thread, writer, store);
	return own->runs;
}

void
store_writer_stop(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	if (!own->runs)
		return;
	store_writer_settle(store);
	pthread_mutex_lock(&own->mutex);
	own->runs = false;
	pthread_mutex_unlock(&own->mutex);
	atomic_store(&own->stop, true);
	(void)sem_post(&own->asked);
	(void)pthread_join(own->thread, NULL);
}

static void
hand_over(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	/* the same rows under two heads: nobody touches them but the writer */
	own->overlay = store->overlay;
	atomic_fetch_add(&own->batch, 1);
	atomic_store(&own->busy, true);
	(void)sem_post(&own->asked);
}

/* What needs the processor meanwhile, the writer first of all, gets it. */
static bool
finishes_soon(struct store_writer *own)
{
	for (int i = 0; i < LOOKS; i++) {
		if (sem_trywait(&own->finished) == 0)
			return true;
		(void)sched_yield();
	}
	return false;
}

/* False: not finished within PATIENCE_MS. */
static bool
await(struct store_writer *own)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (sem_clockwait(&own->finished, CLOCK_MONOTONIC, &until) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* The loop's own rows from now on; false: there is no memory for them. */
static bool
copy_rows(struct kz_store *store)
{
	struct store_overlay copy;

	store_overlay_init(&copy);
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct store_row *row =
			store_overlay_first(&store->overlay, table);

		for (; row != NULL; row = store_overlay_next(row))
			if (store_overlay_set(&copy, table, row->key,
				    row->key_len,
				    row->deleted ? NULL : store_row_value(row),
				    row->len) != KZ_OK) {
				store_overlay_free(&copy);
				return false;
			}
	}
	store->overlay = copy;
	return true;
}

/* The disk came back: what the writer held is of no more use. */
static void
take_back(struct kz_store *store)
{
	struct store_writer *own = &store->writer;
	const struct store_outcome *outcome = &own->outcome;

	own->stalled = false;
	/* there is no need to wait for the next attempt */
	store->tried = false;
	if (outcome->answer != 0)
		store_outcome_trouble(store, outcome);
	store_overlay_free(&own->overlay);
}

bool
store_writer_ready(struct kz_store *store)
{
	if (!store->writer.stalled)
		return true;
	if (sem_trywait(&store->writer.finished) != 0)
		return false;
	take_back(store);
	return true;
}

void
store_writer_settle(struct kz_store *store)
{
	while (!store_writer_ready(store))
		if (await(&store->writer))
			take_back(store);
}

enum kz_result
store_writer_run(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	hand_over(store);
	/* to flush a disk always takes longer */
	if (!store->options.sync && finishes_soon(own))
		return KZ_OK;
	while (!await(own)) {
		if (!copy_rows(store))
			continue;
		own->stalled = true;
		store_fail(store,
			"%s: the disk has not answered for %d ms: decisions "
			"go on from memory",
			store->home, PATIENCE_MS);
		return KZ_ETIMEOUT;
	}
	return KZ_OK;
}

/*
 * A thread that waits for a disk costs nothing, one that spins in a damaged
 * page a whole processor, or what others leave of it.
 */
bool
store_writer_spun(struct kz_store *store)
{
	struct store_writer *own = &store->writer;
	const unsigned batch = atomic_load(&own->batch);
	struct timespec used = {0};
	int64_t used_ms, spent_ms;
	clockid_t clock;
	bool busy;

	/* held, so that the thread is not joined meanwhile */
	pthread_mutex_lock(&own->mutex);
	busy = own->runs && atomic_load(&own->busy) &&
		pthread_getcpuclockid(own->thread, &clock) == 0 &&
		clock_gettime(clock, &used) == 0;
	pthread_mutex_unlock(&own->mutex);
	if (!busy)
		return false;
	used_ms = (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
	spent_ms = used_ms - own->seen_ms;
	own->seen_ms = used_ms;
	if (batch != own->seen_batch) {
		own->seen_batch = batch;
		return false;
	}
	return spent_ms >= SPIN_MS;
}

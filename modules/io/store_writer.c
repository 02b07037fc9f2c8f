/* SPDX-License-Identifier: ISC */
/*
 * The thread that writes transactions.  The loop hands it the overlay and
 * waits; when the disk does not answer in time the loop goes on with a copy,
 * from memory, and leaves what it handed over to the writer until the disk
 * comes back.  Rows that were written meanwhile are written once more then.
 */
#include "store_priv.h"

#include <time.h>

/*
 * A disk that is well takes a millisecond, one that must flush some 20; an
 * MTA asks for a second before it gives up.
 */
#define PATIENCE_MS 300
/* Of a second: a thread that uses so much is at work, not waiting. */
#define SPIN_MS 100

static void *
writer(void *arg)
{
	struct kz_store *store = arg;
	struct store_writer *own = &store->writer;

	pthread_mutex_lock(&own->mutex);
	for (;;) {
		while (own->step != STORE_WRITER_BUSY && !own->stop)
			pthread_cond_wait(&own->changed, &own->mutex);
		if (own->stop)
			break;
		pthread_mutex_unlock(&own->mutex);
		store_transaction(store, &own->overlay, &own->outcome);
		pthread_mutex_lock(&own->mutex);
		own->step = STORE_WRITER_DONE;
		pthread_cond_signal(&own->finished);
	}
	pthread_mutex_unlock(&own->mutex);
	return NULL;
}

bool
store_writer_start(struct kz_store *store)
{
	struct store_writer *own = &store->writer;
	pthread_condattr_t monotonic;
	bool good = pthread_mutex_init(&own->mutex, NULL) == 0 &&
		pthread_condattr_init(&monotonic) == 0 &&
		pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
		pthread_cond_init(&own->changed, NULL) == 0 &&
		pthread_cond_init(&own->finished, &monotonic) == 0;

	own->runs = good && store_thread_start(&own->thread, writer, store);
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
	own->stop = true;
	own->runs = false;
	pthread_cond_signal(&own->changed);
	pthread_mutex_unlock(&own->mutex);
	(void)pthread_join(own->thread, NULL);
}

static void
hand_over(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	/* the same rows under two heads: nobody touches them but the writer */
	own->overlay = store->overlay;
	own->batch++;
	pthread_mutex_lock(&own->mutex);
	own->step = STORE_WRITER_BUSY;
	pthread_cond_signal(&own->changed);
	pthread_mutex_unlock(&own->mutex);
}

/* False: not finished within PATIENCE_MS. */
static bool
await(struct store_writer *own)
{
	struct timespec until;
	bool done;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&own->mutex);
	while (own->step == STORE_WRITER_BUSY)
		if (pthread_cond_timedwait(
			    &own->finished, &own->mutex, &until) != 0)
			break;
	done = own->step == STORE_WRITER_DONE;
	if (done)
		own->step = STORE_WRITER_IDLE;
	pthread_mutex_unlock(&own->mutex);
	return done;
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
	struct store_writer *own = &store->writer;
	bool done;

	if (!own->stalled)
		return true;
	pthread_mutex_lock(&own->mutex);
	done = own->step == STORE_WRITER_DONE;
	if (done)
		own->step = STORE_WRITER_IDLE;
	pthread_mutex_unlock(&own->mutex);
	if (done)
		take_back(store);
	return done;
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
	busy = own->runs && own->step == STORE_WRITER_BUSY &&
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

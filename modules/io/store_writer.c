/* SPDX-License-Identifier: ISC */
/*
 * Transactions for a loop that must not wait for a disk that hangs.  Either the
 * loop hands the overlay to a thread, the writer, and waits a while; or it
 * makes the transaction itself (no thread need be woken, which takes as long as
 * the transaction), and the writer only watches: when it hangs, the writer
 * becomes the loop, and who was the loop waits for the disk in its place.
 *
 * In both cases the loop goes on with a copy of the rows, from memory, and
 * leaves what is being written alone until the disk comes back.  Rows that were
 * written meanwhile are written once more then.
 */
#include "store_priv.h"

#include <errno.h>
#include <time.h>

/*
 * A disk that is well takes a millisecond, one that must flush some 20; an
 * MTA asks for a second before it gives up.
 */
#define PATIENCE_MS 300
/* How often the writer looks at a loop that writes, of that. */
#define LOOKS 6
/* Of a second: a thread that uses so much is at work, not waiting. */
#define SPIN_MS 100

static void
in_ms(int ms, struct timespec *until)
{
	(void)clock_gettime(CLOCK_MONOTONIC, until);
	until->tv_nsec += ms * 1000000L;
	until->tv_sec += until->tv_nsec / 1000000000L;
	until->tv_nsec %= 1000000000L;
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

static void
say_stalled(struct kz_store *store)
{
	store->writer.stalled = true;
	store_fail(store,
		"%s: the disk has not answered for %d ms: decisions go on from "
		"memory",
		store->home, PATIENCE_MS);
}

/* The loop is ours until the disk is back, and what it held may be used. */
static void
take_loop(struct kz_store *store)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	struct store_writer *own = &store->writer;
	bool copied = copy_rows(store);

	/* without memory there is nothing to go on with */
	while (!copied && !atomic_load(&own->back)) {
		(void)nanosleep(&pause, NULL);
		copied = copy_rows(store);
	}
	if (copied) {
		say_stalled(store);
		own->go_on(own->go_on_arg);
	}
	(void)sem_post(&own->loop_again);
}

/* At a loop that writes.  False: it rests, and nobody need look. */
static bool
look(struct kz_store *store)
{
	struct store_writer *own = &store->writer;
	const unsigned batch = atomic_load(&own->batch);
	int phase = atomic_load(&own->phase);

	if (batch != own->looked_at) {
		own->looked_at = batch;
		own->looks = 0;
	} else if (phase == STORE_REST) {
		atomic_store(&own->watched, false);
		/* one that began just now asked for us, or is seen here */
		return atomic_load(&own->phase) != STORE_REST &&
			!atomic_exchange(&own->watched, true);
	} else if (phase == STORE_BUSY && ++own->looks >= LOOKS &&
		atomic_compare_exchange_strong(
			&own->phase, &phase, STORE_LEFT)) {
		take_loop(store);
	}
	return true;
}

/* Until somebody asks, or it is time for a look. */
static void
await_asked(struct store_writer *own, bool watching)
{
	struct timespec until;

	if (!watching) {
		while (sem_wait(&own->asked) != 0)
			continue;
		return;
	}
	in_ms(PATIENCE_MS / LOOKS, &until);
	(void)sem_clockwait(&own->asked, CLOCK_MONOTONIC, &until);
}

static void *
writer(void *arg)
{
	struct kz_store *store = arg;
	struct store_writer *own = &store->writer;
	bool watching = false;

	for (;;) {
		await_asked(own, watching);
		if (atomic_load(&own->stop))
			return NULL;
		if (!atomic_load(&own->busy)) {
			watching = look(store);
			continue;
		}
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
		sem_init(&own->loop_again, 0, 0) == 0 &&
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

/* False: not finished within PATIENCE_MS. */
static bool
await(struct store_writer *own)
{
	struct timespec until;

	in_ms(PATIENCE_MS, &until);
	while (sem_clockwait(&own->finished, CLOCK_MONOTONIC, &until) != 0)
		if (errno != EINTR)
			return false;
	return true;
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

/* On the loop's own thread; who watches it is woken where nobody does. */
static enum kz_result
run_here(struct kz_store *store)
{
	struct store_writer *own = &store->writer;
	int phase = STORE_BUSY;

	/* the same rows under two heads: nobody touches them meanwhile */
	own->overlay = store->overlay;
	atomic_fetch_add(&own->batch, 1);
	atomic_store(&own->phase, STORE_BUSY);
	if (!atomic_exchange(&own->watched, true))
		(void)sem_post(&own->asked);
	store_transaction(store, &own->overlay, &own->outcome);
	if (atomic_compare_exchange_strong(&own->phase, &phase, STORE_REST))
		return KZ_OK;
	/* it took too long: somebody else is the loop now */
	atomic_store(&own->back, true);
	while (sem_wait(&own->loop_again) != 0)
		continue;
	atomic_store(&own->back, false);
	atomic_store(&own->phase, STORE_REST);
	if (!own->stalled)
		return KZ_OK;
	take_back(store);
	return KZ_ETIMEOUT;
}

enum kz_result
store_writer_run(struct kz_store *store)
{
	struct store_writer *own = &store->writer;

	if (own->go_on != NULL)
		return run_here(store);
	hand_over(store);
	while (!await(own)) {
		if (!copy_rows(store))
			continue;
		say_stalled(store);
		return KZ_ETIMEOUT;
	}
	return KZ_OK;
}

void
kz_store_stand_by(struct kz_store *store, kz_store_go_on *go_on, void *arg)
{
	struct store_writer *own = &store->writer;

	pthread_mutex_lock(&own->mutex);
	own->go_on = go_on;
	own->go_on_arg = arg;
	own->looping = pthread_self();
	pthread_mutex_unlock(&own->mutex);
}

bool
kz_store_hangs(struct kz_store *store)
{
	return atomic_load(&store->writer.phase) == STORE_LEFT &&
		!atomic_load(&store->writer.back);
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
	bool here, busy;

	/* held, so that the thread is not joined meanwhile */
	pthread_mutex_lock(&own->mutex);
	here = atomic_load(&own->phase) != STORE_REST;
	busy = own->runs && (here || atomic_load(&own->busy)) &&
		pthread_getcpuclockid(
			here ? own->looping : own->thread, &clock) == 0 &&
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

/* SPDX-License-Identifier: ISC */
/*
 * Two threads of three; see store_writer.c.  The housekeeper writes checkpoints
 * and flushes the log; both can take seconds.  The watchdog is a thread of its
 * own and calls nothing of the database: a loop that spins in a damaged page
 * may hold what the housekeeper waits for.  Both count waits of a second, so
 * that a stopped process (SIGSTOP, a suspended machine) has not missed anything
 * when it wakes.
 */
#include "store_priv.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TICK_MS            1000
#define CHECKPOINT_DEFAULT 30

/*
 * Also a checkpoint after so much log: recovery costs 0.02 s for a MiB, and
 * under full load 12 MiB a second are written.
 */
#define CHECKPOINT_KIB (16 * 1024)

void
store_pause(struct kz_store *store, bool paused)
{
	kz_store_beat(store);
	atomic_store(&store->threads.paused, paused);
}

/* true: asked to end. */
static bool
tick(int stop)
{
	struct pollfd wait = {.fd = stop, .events = POLLIN};

	return poll(&wait, 1, TICK_MS) > 0;
}

static void
housekeeper_say(struct kz_store *store, int answer, bool *failing)
{
	if (answer != 0 && answer != DB_RUNRECOVERY && !*failing) {
		*failing = true;
		store_say(store, KZ_STORE_WARNING, "%s: no checkpoint: %s",
			store->home,
			store_reason_text(store_env_reason(store, answer)));
	} else if (answer == 0 && *failing) {
		*failing = false;
		store_say(store, KZ_STORE_INFO, "%s: checkpoints again",
			store->home);
	}
}

static void *
housekeeper(void *arg)
{
	struct kz_store *store = arg;
	DB_ENV *env = store->env;
	uint32_t every = store->options.checkpoint_s;
	uint32_t ticks = 0;
	bool failing = false;

	if (every == 0)
		every = CHECKPOINT_DEFAULT;
	while (!tick(store->threads.stop_housekeeper)) {
		bool due = ++ticks % every == 0;
		int answer = env->txn_checkpoint(
			env, due ? 0 : CHECKPOINT_KIB, 0, 0);

		/* what a power cut may take: a second */
		if (answer == 0)
			answer = env->log_flush(env, NULL);
		housekeeper_say(store, answer, &failing);
		if (answer == 0)
			store_backup_tick(store, ticks);
		if (!store_folder_same(store))
			atomic_store(&store->threads.gone, true);
	}
	return NULL;
}

/* Signals are the loop's business. */
bool
store_thread_start(
	pthread_t *thread, void *(*body)(void *), struct kz_store *store)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(thread, NULL, body, store) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static bool
thread_start(pthread_t *thread, void *(*body)(void *), struct kz_store *store,
	int *stop)
{
	bool started;

	*stop = eventfd(0, EFD_CLOEXEC);
	if (*stop < 0)
		return false;
	started = store_thread_start(thread, body, store);
	if (!started)
		(void)close(*stop);
	return started;
}

static void
thread_stop(pthread_t thread, int stop)
{
	(void)eventfd_write(stop, 1);
	(void)pthread_join(thread, NULL);
	(void)close(stop);
}

bool
store_housekeeper_start(struct kz_store *store)
{
	struct store_threads *threads = &store->threads;

	atomic_store(&threads->gone, false);
	threads->housekeeper_runs = thread_start(&threads->housekeeper,
		housekeeper, store, &threads->stop_housekeeper);
	return threads->housekeeper_runs;
}

void
store_housekeeper_stop(struct kz_store *store)
{
	struct store_threads *threads = &store->threads;

	/* a checkpoint may be under way */
	store_pause(store, true);
	if (threads->housekeeper_runs)
		thread_stop(threads->housekeeper, threads->stop_housekeeper);
	store_pause(store, false);
	threads->housekeeper_runs = false;
}

static void *
watchdog(void *arg)
{
	struct kz_store *store = arg;
	struct store_threads *threads = &store->threads;
	unsigned seen = atomic_load(&threads->beats);
	uint32_t silent_s = 0;
	uint32_t spun_s = 0; /* the writer, while the loop goes on */

	while (!tick(threads->stop_watchdog)) {
		unsigned beats = atomic_load(&threads->beats);

		spun_s = store_writer_spun(store) ? spun_s + 1 : 0;
		if (beats != seen || atomic_load(&threads->paused))
			silent_s = 0;
		else
			silent_s++;
		seen = beats;
		if (silent_s < store->options.watchdog_s &&
			spun_s < store->options.watchdog_s)
			continue;
		store_say(store, KZ_STORE_ALERT,
			"the %s has not answered for %u s: ending, to be "
			"started again",
			silent_s > spun_s ? "loop" : "database",
			(unsigned)(silent_s > spun_s ? silent_s : spun_s));
		store_hung_note(store);
		abort();
	}
	return NULL;
}

bool
store_watchdog_start(struct kz_store *store)
{
	struct store_threads *threads = &store->threads;

	if (store->options.watchdog_s == 0)
		return true;
	threads->watchdog_runs = thread_start(
		&threads->watchdog, watchdog, store, &threads->stop_watchdog);
	return threads->watchdog_runs;
}

void
store_watchdog_stop(struct kz_store *store)
{
	struct store_threads *threads = &store->threads;

	if (threads->watchdog_runs)
		thread_stop(threads->watchdog, threads->stop_watchdog);
	threads->watchdog_runs = false;
}

/* SPDX-License-Identifier: ISC */
/*
 * Who takes our lines may stop taking them: a journal that hangs, a pipe that
 * nobody reads.  A thread of its own waits for them, so that the loop never
 * does.
 */
#include "log_inner_priv.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * All lines that limits { instances } lets wait for their like, by default, and
 * go out in one turn; memory that is not needed is not touched.
 */
#define ROOM ((size_t)8 << 20)
/* So much does not wait for the turn to end. */
#define POST_AT ((size_t)256 << 10)
/* What an alert is worth: it may be the last line of this process. */
#define ALERT_MS 500
#define STOP_MS  2000

struct kz_log_queue {
	const struct kz_log *log;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t written;
	sem_t posted;
	char *bytes; /* a level, a line, NUL; and so on */
	size_t used;
	char *leaving; /* the thread's */
	uint64_t lost;
	bool pending; /* lines that were not posted */
	bool writing;
	bool stop;
};

static void
write_lines(const struct kz_log *log, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		const enum kz_log_level level = (enum kz_log_level)bytes[at];

		kz_log_write(log, level, bytes + at + 1);
		at += strlen(bytes + at + 1) + 2;
	}
	kz_log_write_end(log);
}

/* False: it was the last time. */
static bool
write_once(struct kz_log_queue *queue)
{
	char *bytes;
	size_t used;
	uint64_t lost;
	bool stop;

	pthread_mutex_lock(&queue->mutex);
	bytes = queue->bytes;
	used = queue->used;
	lost = queue->lost;
	queue->bytes = queue->leaving;
	queue->leaving = bytes;
	queue->used = 0;
	queue->lost = 0;
	queue->pending = false;
	queue->writing = true;
	stop = queue->stop;
	pthread_mutex_unlock(&queue->mutex);
	write_lines(queue->log, bytes, used);
	pthread_mutex_lock(&queue->mutex);
	queue->writing = false;
	pthread_cond_broadcast(&queue->written);
	pthread_mutex_unlock(&queue->mutex);
	if (lost > 0)
		kz_log_format(queue->log, KZ_LOG_WARNING,
			"%llu lines were lost: nobody took them",
			(unsigned long long)lost);
	return !stop;
}

static void *
writer(void *arg)
{
	struct kz_log_queue *queue = arg;

	do {
		while (sem_wait(&queue->posted) != 0)
			continue;
	} while (write_once(queue));
	return NULL;
}

/* Signals are the loop's business. */
static bool
start_thread(struct kz_log_queue *queue)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&queue->thread, NULL, writer, queue) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

void
kz_log_start(struct kz_log *log)
{
	struct kz_log_queue *queue = calloc(1, sizeof(*queue));
	pthread_condattr_t monotonic;

	if (queue == NULL)
		return;
	queue->log = log;
	queue->bytes = malloc(ROOM);
	queue->leaving = malloc(ROOM);
	if (queue->bytes != NULL && queue->leaving != NULL &&
		pthread_mutex_init(&queue->mutex, NULL) == 0 &&
		pthread_condattr_init(&monotonic) == 0 &&
		pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
		pthread_cond_init(&queue->written, &monotonic) == 0 &&
		sem_init(&queue->posted, 0, 0) == 0 && start_thread(queue)) {
		log->queue = queue;
		return;
	}
	/* Without it lines are written as they were before. */
	free(queue->bytes);
	free(queue->leaving);
	free(queue);
}

/* Until all is written, or time is over: false. */
static bool
await(struct kz_log_queue *queue, int wait_ms)
{
	struct timespec until;
	int answer = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)sem_post(&queue->posted);
	pthread_mutex_lock(&queue->mutex);
	while ((queue->used > 0 || queue->writing) && answer != ETIMEDOUT)
		answer = pthread_cond_timedwait(
			&queue->written, &queue->mutex, &until);
	pthread_mutex_unlock(&queue->mutex);
	return answer != ETIMEDOUT;
}

void
kz_log_queue_put(
	struct kz_log_queue *queue, enum kz_log_level level, const char *line)
{
	const size_t len = strlen(line);
	bool much = false;

	pthread_mutex_lock(&queue->mutex);
	if (len + 2 > ROOM - queue->used) {
		queue->lost++;
	} else {
		queue->bytes[queue->used] = (char)level;
		memcpy(queue->bytes + queue->used + 1, line, len + 1);
		much = queue->used < POST_AT;
		queue->used += len + 2;
		much = much && queue->used >= POST_AT;
		queue->pending = !much;
	}
	pthread_mutex_unlock(&queue->mutex);
	if (much)
		(void)sem_post(&queue->posted);
	if (level == KZ_LOG_ALERT &&
		!pthread_equal(pthread_self(), queue->thread))
		(void)await(queue, ALERT_MS);
}

void
kz_log_queue_post(struct kz_log_queue *queue)
{
	bool pending;

	pthread_mutex_lock(&queue->mutex);
	pending = queue->pending;
	queue->pending = false;
	pthread_mutex_unlock(&queue->mutex);
	if (pending)
		(void)sem_post(&queue->posted);
}

bool
kz_log_stop(struct kz_log *log)
{
	struct kz_log_queue *queue = log->queue;

	if (queue == NULL)
		return true;
	if (!await(queue, STOP_MS))
		return false;
	pthread_mutex_lock(&queue->mutex);
	queue->stop = true;
	pthread_mutex_unlock(&queue->mutex);
	(void)sem_post(&queue->posted);
	(void)pthread_join(queue->thread, NULL);
	log->queue = NULL;
	free(queue->bytes);
	free(queue->leaving);
	free(queue);
	return true;
}

/* SPDX-License-Identifier: ISC */
/*
 * log_inner_priv - the insides of kizukid's log
 *
 * What:   shared by log.c (what is said where) and log_thread.c (who waits for
 *         it).
 */
#ifndef KIZUKID_LOG_INNER_PRIV_H
#define KIZUKID_LOG_INNER_PRIV_H

#include "log_priv.h"

struct kz_log_queue;

/* Now, however long it takes; what is meant for stderr may collect. */
void kz_log_write(
	const struct kz_log *log, enum kz_log_level level, const char *line);
/* What has collected leaves. */
void kz_log_write_end(const struct kz_log *log);

/* Into memory; where that is full the line is lost, and counted. */
void kz_log_queue_put(
	struct kz_log_queue *queue, enum kz_log_level level, const char *line);
/* The thread may write what was put. */
void kz_log_queue_post(struct kz_log_queue *queue);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * prober_inner_priv - the insides of the prober's keeper
 *
 * What:   shared by prober.c (its life and what it says) and prober_ask.c
 *         (what it is told).
 */
#ifndef KIZUKID_PROBER_INNER_PRIV_H
#define KIZUKID_PROBER_INNER_PRIV_H

#include "child_priv.h"
#include "lines_priv.h"
#include "prober_priv.h"

struct event;

struct kz_prober {
	struct kz_prober_options options;
	struct kz_engine *engine;
	struct kz_child child; /* with up */
	int counts_fd;         /* that it counts in, and that outlives it */
	bool up;
	bool woken; /* in this read: parked requests may be asked again */
	int64_t started_ms;
	int backoff_s;
	struct kz_prober_state state;
	struct kz_lines_in out_lines;
	struct kz_lines_in err_lines;
	struct kz_lines_out in_lines;
	struct event *readable;
	struct event *writable;
	struct event *complains;
	struct event *ended;
	struct event *again;
	struct kz_log_limit complain_limit;
	struct kz_log_limit line_limit;
};

/* Write what its stdin takes; the rest leaves when it reads. */
void kz_prober_write(struct kz_prober *prober);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * prober_priv - kizuki-probe as a child: started, fed, read, started again
 *
 * What:   keeps one child running, with a back-off where it ends early; sends
 *         it lines without ever waiting (verifications overtake sites), reads
 *         its lines into the engine and its stderr into the log.  While it is
 *         down every line is refused and decisions go on.
 * Limits: octets queued, octets of a line, lines in one wake-up.
 */
#ifndef KIZUKID_PROBER_PRIV_H
#define KIZUKID_PROBER_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/engine/engine.h"
#include "log_priv.h"

struct event_base;
struct kz_prober;

struct kz_prober_options {
	struct event_base *base;
	const struct kz_log *log;
	const char *path;   /* the program; lives as long as the prober */
	const char *config; /* its -c */
	const char *counts; /* folder of what it counts in */
	/* A verification changed what parked requests may get. */
	void (*wake)(void *arg);
	void *wake_arg;
};

/* Make it; nothing runs yet.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_prober_open(
	const struct kz_prober_options *options, struct kz_prober **prober);

/* Start the child; its findings go to engine from now on. */
void kz_prober_start(struct kz_prober *prober, struct kz_engine *engine);

/* End the child at once and free all. */
void kz_prober_close(struct kz_prober **prober);

/* What the engine asks of its program: the prober, and the log. */
void kz_prober_hooks(struct kz_prober *prober, struct kz_engine_hooks *hooks);

struct kz_prober_state {
	bool up;
	uint64_t starts;
	uint64_t bad_lines; /* from it: too long, or not understood */
	uint64_t refused;   /* to it: down, or the queue was full */
};
void kz_prober_state(
	const struct kz_prober *prober, struct kz_prober_state *state);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * turns_priv - when a registry's server may be asked
 *
 * What:   one question in so long, so many a day, and none for a while after
 *         it refused.  Each question and refusal is told, so that kizukid
 *         keeps the count over our end.  Started with -t, whoever started us
 *         keeps the count: each turn is asked for by a line, and waited for.
 * Units:  moments by the wall clock but for next_ms.
 */
#ifndef KIZUKI_PROBE_TURNS_PRIV_H
#define KIZUKI_PROBE_TURNS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/core/turn.h"

#include "table_priv.h"

struct event;
struct kz_line_grant;
struct probe;

/* One who waits for a turn to be granted. */
struct turns_waiter {
	STAILQ_ENTRY(turns_waiter) next;
	struct event *event;
};

/* One server. */
struct turns {
	struct table_node node; /* held while somebody waits */
	STAILQ_HEAD(, turns_waiter) waiting;
	bool denied; /* no turn was granted */
	char server[KZ_NAME_MAX + 1];
	bool rdap;
	int64_t next_ms; /* monotonic: the next turn */
	struct kz_turn turn;
};

/* Before the sandbox, and before registry_open.  asked: as with -t. */
void turns_open(struct probe *probe, bool asked);
void turns_close(struct probe *probe);

/* Of a server, by name or address; it may go when another one is looked for. */
struct turns *turns_of(struct probe *probe, bool rdap, const char *server);

/*
 * Take the next turn: event comes when it is there.  False: none today, or
 * left alone.  That may also turn out later: the event comes then, and
 * turns_resting tells.
 */
bool turns_take(struct probe *probe, struct turns *turns, struct event *event);

/* It is left alone just now. */
bool turns_resting(const struct turns *turns);

/* Whoever started us grants a turn that was asked for, or does not. */
void turns_granted(struct probe *probe, const struct kz_line_grant *grant);

/* Nobody grants any more. */
void turns_over(struct probe *probe);

/* It refuses, or is silent: leave it alone, twice as long each time. */
void turns_back_off(struct probe *probe, struct turns *turns, int64_t least_s);

/* It answers well. */
void turns_answered(struct probe *probe, struct turns *turns);

/* What somebody else asked of it, or we ourselves before we were started. */
void turns_told(struct probe *probe, const struct kz_turn_told *told);

#endif

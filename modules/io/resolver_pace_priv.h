/* SPDX-License-Identifier: ISC */
/*
 * resolver_pace_priv - how many names of one domain are looked up in a second
 *
 * What:   says for each look-up when its turn is.  Names below one registrable
 *         domain have one share, and so have the reverse names of one /24 or
 *         /48: a stranger may make up any number of them.  Names that were
 *         found to be there do not count, so that who makes up names below
 *         another's domain does not keep us from that one's own.
 * Limits: a fixed amount of memory, whatever names strangers bring.  Two
 *         domains that fall together share one share: fewer are asked then,
 *         never more.  A name that is known may be forgotten.
 * Units:  milliseconds of the monotonic clock.
 */
#ifndef KIZUKI_IO_RESOLVER_PACE_PRIV_H
#define KIZUKI_IO_RESOLVER_PACE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/io/suffix.h"

struct kz_pace;

/*
 * So many a second in the long run, what five seconds bring at once, and more
 * wait for wait_ms at most.  NULL: no memory.  suffix outlives it.
 */
struct kz_pace *kz_pace_open(
	const struct kz_suffix *suffix, uint32_t rate, uint32_t wait_ms);

/* NULL is fine; clears the pointer. */
void kz_pace_close(struct kz_pace **pace);

/* One look-up: counted, and in *wait_ms when its turn is.  False: too many. */
bool kz_pace_take(struct kz_pace *pace, const struct kz_name *name,
	int64_t mono_ms, uint32_t *wait_ms);

/* The one taken last was none that anybody was asked for. */
void kz_pace_undo(struct kz_pace *pace);

/* What a look-up said: whether there is such a name. */
void kz_pace_learn(
	struct kz_pace *pace, const struct kz_name *name, bool exists);

#endif

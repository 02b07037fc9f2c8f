/* SPDX-License-Identifier: ISC */
/*
 * log_priv - what findings from our own logs and those of the prober share
 *
 * What:   a host that our MTA cannot reach and one that the prober cannot
 *         reach are one fault: each source's findings add to what the other
 *         one found, and each one's ok clears both.
 * Source: paper section 2.5.
 */
#ifndef KIZUKI_ENGINE_LOG_PRIV_H
#define KIZUKI_ENGINE_LOG_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "kizuki/core/finding.h"
#include "kizuki/engine/engine.h"

/*
 * Whether a bad may count at all.  That our error reports cannot be returned
 * is held against a site only where a session verified that it sends: senders
 * are forged.  What rests on no address must have been judged by the reader
 * of the log: no class of network can vouch for it.
 */
bool kz_log_admits(struct kz_engine *engine, const struct kz_finding *finding);

/*
 * Something in a log that is no evidence: the site that it is about, where we
 * know one, is examined soon.  Returns how many are.
 */
size_t kz_log_hint(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now);

/* A finding of a log that was added: it counts for the prober's too. */
void kz_log_merge(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now);

/* An ok of the prober: what the log held against the same host is over. */
void kz_log_probed(struct kz_engine *engine, const struct kz_finding *finding,
	const struct kz_now *now);

/*
 * A look at the exchangers of a site was complete: whether a row of the log is
 * about exchangers that it no longer has.
 */
struct kz_evidence_row;
struct kz_flight;
bool kz_log_gone(struct kz_engine *engine, const struct kz_flight *flight,
	const struct kz_evidence_row *row);

#endif

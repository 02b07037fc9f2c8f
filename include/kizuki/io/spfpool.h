/* SPDX-License-Identifier: ISC */
/*
 * spfpool - processes of their own that evaluate SPF
 *
 * What:   a keeper and four workers, which evaluate one question at a time
 *         over a validating resolver of their own, in the sandbox.  A worker
 *         that ends, or takes longer than 20 s, is replaced; its question is
 *         answered UNKNOWN.
 * Limits: 256 questions at once; more are refused.
 * Owner:  kz_spfpool_close ends the processes; they end with ours too.
 * Not:    nothing is kept: who asks keeps.
 */
#ifndef KIZUKI_IO_SPFPOOL_H
#define KIZUKI_IO_SPFPOOL_H

#include "kizuki/io/spf.h"

struct event_base;
struct kz_spfpool;

/* Told the outcome, once; may ask again. */
typedef void kz_spfpool_done(void *arg, enum kz_verify_outcome outcome);

/*
 * Before the process has threads, and before its own sandbox closes.  The
 * strings of options must live on.  Its rates are shared by the workers.
 * KZ_EIO: no process, no socket.
 */
KZ_MUST_CHECK enum kz_result kz_spfpool_open(struct event_base *base,
	const struct kz_resolver_options *options, struct kz_spfpool **pool);

/* No call-back comes any more.  NULL is fine. */
void kz_spfpool_close(struct kz_spfpool **pool);

/* done is never called from within.  KZ_EFULL: too many under way. */
KZ_MUST_CHECK enum kz_result kz_spfpool_ask(struct kz_spfpool *pool,
	const struct kz_addr *client, const struct kz_name *domain,
	kz_spfpool_done *done, void *arg);

#endif

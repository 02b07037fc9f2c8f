/* SPDX-License-Identifier: ISC */
/*
 * trust_priv - verifications asked from the prober and kept for a while
 *
 * What:   (kind, name, client) -> yes or no, and the site of the name; bounded,
 *         a yes for verified_yes, a no for verified_no.
 */
#ifndef KIZUKI_ENGINE_TRUST_PRIV_H
#define KIZUKI_ENGINE_TRUST_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include "kizuki/core/verify.h"
#include "kizuki/engine/engine.h"

struct kz_trust_entry {
	RB_ENTRY(kz_trust_entry) by_key;
	RB_ENTRY(kz_trust_entry) by_id;
	TAILQ_ENTRY(kz_trust_entry) age;
	uint8_t key[16];
	enum kz_verify_kind kind;
	bool pending;
	uint64_t id; /* of the question, while pending */
	struct kz_addr client;
	int64_t until_ms;
	enum kz_verify_outcome outcome;
	char *name; /* of rdns: the confirmed one; else NULL */
	char *site; /* NULL: none */
	char *zone;
};

RB_HEAD(kz_trust_keys, kz_trust_entry);
RB_HEAD(kz_trust_ids, kz_trust_entry);
TAILQ_HEAD(kz_trust_list, kz_trust_entry);

/* A power of two.  Many small trees: the search stays in few cache lines. */
#define KZ_TRUST_TREES 4096

struct kz_trusts {
	struct kz_trust_keys keys[KZ_TRUST_TREES]; /* by digest */
	struct kz_trust_ids ids;
	struct kz_trust_list list; /* newest first */
	size_t count;
	uint64_t next_id;
};

enum kz_trust_state {
	KZ_TRUST_MISSING, /* not known, and the prober cannot be asked */
	KZ_TRUST_PENDING, /* asked */
	KZ_TRUST_KNOWN
};

struct kz_trust {
	enum kz_trust_state state;
	bool sure; /* yes or no, not "could not be found out" */
	bool yes;
	bool has_site;
	struct kz_name name; /* of rdns */
	struct kz_name site;
	struct kz_name zone;
};

void kz_trusts_free(struct kz_engine *engine);

/*
 * What is known; asks where nothing is.  name is NULL for rdns.  *trust is
 * empty before: only what is known is written.
 */
void kz_trust_find(struct kz_engine *engine, enum kz_verify_kind kind,
	const struct kz_name *name, const struct kz_addr *client,
	const struct kz_now *now, struct kz_trust *trust);

/*
 * An answer came.  The entry it belongs to, until the next call of anything
 * here; NULL: nobody waits for it.
 */
const struct kz_trust_entry *kz_trust_answer(struct kz_engine *engine,
	const struct kz_verified *verified, const struct kz_now *now);

/* The prober is gone: nothing is pending any more. */
void kz_trust_lost(struct kz_engine *engine);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * admin - what operators ask of kizukid and say to it
 *
 * What:   lists of sites, words on sites (allow, deny, pardon), allowed
 *         clients, senders and recipients, forgetting,
 *         looks on demand, and stored evidence as judged findings.
 * Owner:  values given to visitors live during the call.
 */
#ifndef KIZUKI_ENGINE_ADMIN_H
#define KIZUKI_ENGINE_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/allow.h"
#include "kizuki/core/finding.h"
#include "kizuki/engine/engine.h"

enum kz_word { KZ_WORD_ALLOW, KZ_WORD_DENY, KZ_WORD_PARDON };

/*
 * False ends the walk.  since_s: the first bad of the oldest reason that
 * counts, or that waits where none counts; 0 where there is none.
 */
typedef bool kz_admin_site(void *arg, const struct kz_name *name,
	const struct kz_site *site, const struct kz_verdict *verdict,
	int64_t since_s);
typedef bool kz_admin_finding(void *arg, const struct kz_finding *finding);

/*
 * Visit stored sites in the order of their reversed names; only those of
 * *state where state is not NULL; at most limit (0: all).
 */
KZ_MUST_CHECK enum kz_result kz_admin_sites(struct kz_engine *engine,
	const enum kz_verdict_state *state, size_t limit,
	const struct kz_now *now, kz_admin_site *visit, void *arg);

/*
 * Say a word of a site, known or not, until until_s (0: for good; KZ_EINVAL
 * where it is not in the future), or take it back.  KZ_NOT_FOUND: there is
 * none to take back.
 */
KZ_MUST_CHECK enum kz_result kz_admin_say(struct kz_engine *engine,
	const struct kz_name *site, enum kz_word word, int64_t until_s,
	struct kz_str why, const struct kz_now *now);
KZ_MUST_CHECK enum kz_result kz_admin_unsay(struct kz_engine *engine,
	const struct kz_name *site, enum kz_word word,
	const struct kz_now *now);

/* Clients, senders and recipients that can be allowed. */
#define KZ_ADMIN_ALLOWED_MAX 10000

/*
 * Never delay mail of a client, sender or recipient, until until_s (0: for
 * good), or take that back.  KZ_EINVAL: until_s is not in the future.
 * KZ_EFULL: there are too many.  KZ_NOT_FOUND: there is none to take back.
 */
KZ_MUST_CHECK enum kz_result kz_admin_allow(struct kz_engine *engine,
	const struct kz_allow_subject *subject, int64_t until_s,
	struct kz_str why, const struct kz_now *now);
KZ_MUST_CHECK enum kz_result kz_admin_disallow(struct kz_engine *engine,
	const struct kz_allow_subject *subject, const struct kz_now *now);

/* Visit those that hold, in the order of their texts; false ends it. */
typedef bool kz_admin_allowed_one(void *arg,
	const struct kz_allow_subject *subject, const struct kz_allow *allow);
KZ_MUST_CHECK enum kz_result kz_admin_allowed(struct kz_engine *engine,
	const struct kz_now *now, kz_admin_allowed_one *visit, void *arg);

/*
 * Remove everything stored about a site: evidence, record, greylist entries
 * of its origin.  KZ_NOT_FOUND: there was nothing.
 */
KZ_MUST_CHECK enum kz_result kz_admin_forget(struct kz_engine *engine,
	const struct kz_name *site, const struct kz_now *now);

/*
 * Stored evidence as judged findings that kz_import takes as they are; of one
 * site, or of all where site is NULL.
 */
KZ_MUST_CHECK enum kz_result kz_admin_findings(struct kz_engine *engine,
	const struct kz_name *site, const struct kz_now *now,
	kz_admin_finding *visit, void *arg);

/*
 * The same of one record of the evidence table, wherever it was read; what is
 * no such record is left out.
 */
void kz_admin_record(const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len, kz_admin_finding *visit, void *arg);

/*
 * The same of at most count subjects behind *after, which is the root to begin
 * with and becomes the last one told, or the root where none is left: all of
 * the store in pieces between which decisions are made.
 */
KZ_MUST_CHECK enum kz_result kz_admin_findings_after(struct kz_engine *engine,
	struct kz_name *after, size_t count, kz_admin_finding *visit,
	void *arg);

/* Make a backup of the store now. */
void kz_admin_backup(struct kz_engine *engine);

/*
 * Begin a look at a site for an operator; its findings are kept for ten
 * minutes.  Rate limits of addresses hold.  KZ_EBUSY: the prober is down or
 * too many looks are under way.
 */
KZ_MUST_CHECK enum kz_result kz_admin_look(struct kz_engine *engine,
	const struct kz_name *site, const struct kz_now *now, uint64_t *id);

struct kz_look_view {
	struct kz_name site;
	bool done; /* also when it was lost: complete is all false then */
	bool complete[KZ_FAMILY_COUNT];
	size_t count;
	const struct kz_finding *findings; /* owned by the engine */
};

/* KZ_NOT_FOUND: no such look, or too long ago. */
KZ_MUST_CHECK enum kz_result kz_admin_look_view(
	const struct kz_engine *engine, uint64_t id, struct kz_look_view *view);

#endif

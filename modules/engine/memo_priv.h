/* SPDX-License-Identifier: ISC */
/*
 * memo_priv - sites and their verdicts, kept in memory while they are asked
 *
 * What:   a bounded cache over the tables of sites and evidence.  A verdict is
 *         made again when evidence changed, when time alone may change it, or
 *         when a network class fell in doubt.
 */
#ifndef KIZUKI_ENGINE_MEMO_PRIV_H
#define KIZUKI_ENGINE_MEMO_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include "kizuki/core/site.h"
#include "kizuki/engine/engine.h"

#include "withhold_priv.h"

struct kz_memo {
	RB_ENTRY(kz_memo) node;
	TAILQ_ENTRY(kz_memo) age;
	struct kz_name name;
	struct kz_site site;
	bool stored;          /* the store has a record */
	bool unread;          /* it may have one, and could not be asked */
	bool clean;           /* the store has no evidence of this subject */
	bool valid;           /* the verdict below is made */
	uint64_t epoch;       /* of the engine, when it was made */
	uint64_t change;      /* of this subject's evidence */
	uint64_t zone_change; /* of the zone's, when the verdict was made */
	int64_t until_s;
	int64_t ripe_s; /* of the verdict: a look from then on may convict */
	bool lost;      /* a bad of the look under way could not be judged */
	bool lost_late; /* or of the last one, after it had landed */
	bool again;     /* the last look was made again for that */
	bool hurry;     /* the next one may use the shorter rate limit */
	enum kz_verdict_state state;
	uint8_t total;
	bool has_why;
	enum kz_symptom why;         /* the heaviest reason that counts */
	struct kz_symptom_set alone; /* symptoms that convict it alone */
	bool was_broken;             /* to say conviction and release once */
	int64_t null_hour; /* hour in which null senders are counted */
	uint32_t null_count;
	bool carried;        /* who sends for it was noted ... */
	int64_t carried_ms;  /* ... then, monotonic */
	bool sender;         /* seen as a verified MAIL FROM */
	size_t client_count; /* newest last, for the next look */
	struct kz_order_client *clients;
	int64_t registry_s; /* registries are not asked before */
	size_t met_count;   /* names sessions came by, for the next look */
	struct kz_name *met;
};

RB_HEAD(kz_memo_tree, kz_memo);
TAILQ_HEAD(kz_memo_list, kz_memo);

struct kz_memos {
	struct kz_memo_tree tree;
	struct kz_memo_list list; /* lately used first */
	size_t count;
	uint64_t changes; /* grows with each change of evidence */
};

/* All evidence that a site's verdict is made of. */
/* Objects of one site; the worst zone has 13 name servers and 10 MX hosts. */
#define KZ_ROWS_MAX 256

struct kz_rows {
	size_t count;
	struct kz_evidence_row *rows;
	struct kz_evidence *evidence; /* count of them */
	struct kz_name *subjects;     /* count of them */
	char (*objects)[KZ_OBJECT_MAX + 1];
	int64_t until_s; /* a pardon among them ends; INT64_MAX: none */
	bool unread;     /* there may be more: the store could not be asked */
};

void kz_memos_free(struct kz_engine *engine);

/* The memo of a site, read from the store or new. */
struct kz_memo *kz_memo_find(
	struct kz_engine *engine, const struct kz_name *site);

/* Only where memory or store know the site; else NULL. */
struct kz_memo *kz_memo_peek(
	struct kz_engine *engine, const struct kz_name *site);

/* Write the record of memo->site. */
void kz_memo_save(struct kz_engine *engine, struct kz_memo *memo);

/* The verdict's state at now, made again where that is due. */
enum kz_verdict_state kz_memo_verdict(struct kz_engine *engine,
	struct kz_memo *memo, const struct kz_now *now);

/*
 * What a session told of a site, for its next examination; what was wrong with
 * a word that its client no longer says is over.
 */
struct kz_seen;
void kz_memo_met(struct kz_engine *engine, struct kz_memo *memo,
	const struct kz_seen *seen, const struct kz_now *now);

/* Evidence of subject changed: verdicts that rest on it are made again. */
void kz_memo_stale(struct kz_engine *engine, const struct kz_name *subject);

/*
 * Whether subject is known to have no evidence in the store: what is found to
 * work there changes nothing.  Most sites never had any.
 */
bool kz_memo_clean(struct kz_engine *engine, const struct kz_name *subject);

/* There is none, or there is some. */
void kz_memo_set_clean(
	struct kz_engine *engine, const struct kz_name *subject, bool clean);

/* Take a memo out of memory and its record out of the store. */
void kz_memo_remove(struct kz_engine *engine, const struct kz_name *site);

/* The key of a site's record; returns its octets. */
size_t kz_memo_key(const struct kz_name *site, uint8_t *key, size_t size);

/*
 * Load evidence: all of site, and DEL, CON, SEC and REG of zone where it
 * differs.
 */
void kz_rows_load(struct kz_engine *engine, const struct kz_name *site,
	const struct kz_name *zone, struct kz_rows *rows);
void kz_rows_free(struct kz_rows *rows);

/* Before a row is written: half a megabyte that most sites never need. */
void kz_rows_need(struct kz_rows *rows);

/* The whole verdict of a site from its rows. */
void kz_rows_verdict(struct kz_engine *engine, const struct kz_site *site,
	const struct kz_rows *rows, bool if_this_lasts,
	const struct kz_now *now, struct kz_verdict *verdict);

/* One row of evidence: KZ_NOT_FOUND gives an empty one in *evidence. */
KZ_MUST_CHECK enum kz_result kz_row_load(struct kz_engine *engine,
	const struct kz_name *subject, enum kz_symptom symptom,
	const char *object, struct kz_evidence *evidence);
void kz_row_save(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object,
	const struct kz_evidence *evidence);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * hold_priv - findings that wait until our own side is known to be well
 *
 * What:   bads without an ok of their class after them yet, bounded in number;
 *         and when each (subject, symptom, object) was last mentioned, so that
 *         a complete examination can clear what it no longer mentions.
 */
#ifndef KIZUKI_ENGINE_HOLD_PRIV_H
#define KIZUKI_ENGINE_HOLD_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include "kizuki/core/finding.h"
#include "kizuki/engine/engine.h"

#define KZ_HOLDS_MAX    5000
#define KZ_MENTIONS_MAX 200000

struct kz_hold {
	TAILQ_ENTRY(kz_hold) next;
	struct kz_finding finding;
};

struct kz_mention {
	RB_ENTRY(kz_mention) node;
	TAILQ_ENTRY(kz_mention) age;
	uint8_t key[16];
	int64_t when_ms;
};

TAILQ_HEAD(kz_hold_list, kz_hold);
RB_HEAD(kz_mention_tree, kz_mention);
TAILQ_HEAD(kz_mention_list, kz_mention);

struct kz_holds {
	struct kz_hold_list list; /* oldest first */
	size_t count;
	struct kz_mention_tree mentions;
	struct kz_mention_list mention_list; /* oldest first */
	size_t mention_count;
};

void kz_holds_free(struct kz_engine *engine);

/* Keep a bad for later.  False: the bound is reached. */
bool kz_hold_add(struct kz_engine *engine, const struct kz_finding *finding);

/* Network classes that held findings rest on, bits. */
uint32_t kz_hold_classes(const struct kz_engine *engine);

void kz_mention_note(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, const struct kz_now *now);

/* Whether it was mentioned at or after since_ms. */
bool kz_mention_since(struct kz_engine *engine, const struct kz_name *subject,
	enum kz_symptom symptom, const char *object, int64_t since_ms);

/* Forget mentions older than the longest examination. */
void kz_mention_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

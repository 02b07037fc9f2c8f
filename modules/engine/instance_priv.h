/* SPDX-License-Identifier: ISC */
/*
 * instance_priv - messages under way, from RCPT to the end of DATA
 *
 * What:   for each MTA and instance the greylist keys that were let in, and
 *         the decision that was logged last, so that equal ones are logged
 *         once with their number.  Bounded, an hour, memory only: after a
 *         restart nothing is found and nobody waits longer.
 */
#ifndef KIZUKI_ENGINE_INSTANCE_PRIV_H
#define KIZUKI_ENGINE_INSTANCE_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>

#include "kizuki/base/text.h"
#include "kizuki/core/greylist.h"
#include "kizuki/core/request.h"
#include "kizuki/engine/engine.h"

#define KZ_GREY_KEY_SIZE 17
#define KZ_INSTANCE_KEYS 1000 /* recipients of one message */

struct kz_grey_key {
	enum kz_grey_kind kind;
	uint8_t octets[KZ_GREY_KEY_SIZE];
};

struct kz_instance {
	RB_ENTRY(kz_instance) node;
	uint8_t key[16]; /* beside the links: a search reads nothing else */
	TAILQ_ENTRY(kz_instance) age;
	TAILQ_ENTRY(kz_instance) waiting; /* while repeats is not 0 */
	int64_t until_ms;
	bool null_used;   /* a null sender's first recipient was let in */
	bool waited_told; /* in an answer, for the header line */
	size_t key_count, key_size;
	struct kz_grey_key *keys;
	uint32_t repeats; /* of the decision in line; 0: none waits */
	int64_t since_ms;
	char *line;
	size_t line_len;
	size_t head_len; /* of the line: what makes decisions equal */
};

RB_HEAD(kz_instance_tree, kz_instance);
TAILQ_HEAD(kz_instance_list, kz_instance);

/*
 * A power of two.  About as many as there are instances by default: each step
 * of a search is a wait for memory that is in no cache.
 */
#define KZ_INSTANCE_TREES 16384

struct kz_instances {
	struct kz_instance_tree trees[KZ_INSTANCE_TREES]; /* by digest */
	struct kz_instance_list list;                     /* oldest first */
	struct kz_instance_list waiting; /* oldest line first */
	size_t count;
};

void kz_instances_free(struct kz_engine *engine);

/* The instance of a request, found or (make) new; NULL: it has none. */
struct kz_instance *kz_instance_find(struct kz_engine *engine,
	const struct kz_request *request, const struct kz_now *now, bool make);

/* Remember a key that was let in; a key counts once. */
void kz_instance_let_in(
	struct kz_instance *instance, const struct kz_grey_key *key);

/* May its answer say that it waited?  Yes, once; always where it is NULL. */
bool kz_instance_tell_waited(struct kz_instance *instance);

/*
 * Log a decision: equal ones (the first head_len octets of their lines) of an
 * instance become one line with their number.  instance NULL: at once.
 */
void kz_instance_log(struct kz_engine *engine, struct kz_instance *instance,
	size_t head_len, const struct kz_text *line, const struct kz_now *now);

/* The message is over: its line goes out, its memory is freed. */
void kz_instance_end(struct kz_engine *engine, struct kz_instance *instance);

/* Lines that waited long enough go out, old instances are forgotten. */
void kz_instance_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

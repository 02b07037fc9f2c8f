/* SPDX-License-Identifier: ISC */
/*
 * engine_priv - what the files of the engine share
 *
 * What:   the struct behind kizuki/engine/engine.h and the words every file
 *         needs.  Each table has a private header of its own.
 */
#ifndef KIZUKI_ENGINE_ENGINE_PRIV_H
#define KIZUKI_ENGINE_ENGINE_PRIV_H

#include "kizuki/base/text.h"
#include "kizuki/core/health.h"
#include "kizuki/engine/engine.h"
#include "kizuki/io/config.h"
#include "kizuki/io/namelist.h"
#include "kizuki/io/store.h"

#include "allow_priv.h"
#include "canary_priv.h"
#include "doubt_priv.h"
#include "fact_priv.h"
#include "flight_priv.h"
#include "grey_priv.h"
#include "hold_priv.h"
#include "instance_priv.h"
#include "jump_priv.h"
#include "memo_priv.h"
#include "queue_priv.h"
#include "trust_priv.h"
#include "withhold_priv.h"

#define KZ_ENGINE_LINE 2048

struct kz_engine {
	const struct kz_config *config;
	struct kz_store *store;
	bool store_failed; /* and its records were not read again since */
	struct kz_engine_hooks hooks;
	uint8_t secret[32]; /* of the store: keys of greylist entries */
	uint64_t counters[KZ_COUNTER_COUNT];
	struct kz_health *health;
	uint32_t suspended;        /* network classes in doubt, bits */
	uint64_t epoch;            /* grows when suspended changes */
	struct kz_namelist shared; /* shared senders */
	struct kz_memos memos;
	struct kz_trusts trusts;
	struct kz_instances instances;
	struct kz_holds holds;
	struct kz_flights flights;
	struct kz_queue queue;
	struct kz_origin_slot *origins;       /* KZ_ORIGIN_SLOTS of them */
	uint8_t sweep_grey[KZ_STORE_KEY_MAX]; /* where the next slice begins */
	size_t sweep_grey_len;
	uint8_t sweep_site[KZ_STORE_KEY_MAX];
	size_t sweep_site_len;
	uint8_t sweep_touch[KZ_STORE_KEY_MAX];
	size_t sweep_touch_len;
	uint8_t sweep_meta[KZ_STORE_KEY_MAX];
	size_t sweep_meta_len;
	bool swept_meta;
	int64_t swept_meta_ms;
	struct kz_doubt doubt;
	struct kz_jump jump;
	struct kz_withholding withholding;
	struct kz_canaries canaries;
	struct kz_allows allows;
	struct kz_fact_table facts;
};

/* One line to the program's log. */
void kz_engine_log(struct kz_engine *engine, enum kz_log_level level,
	const struct kz_text *line);

/*
 * 16 octets of keyed hash over parts joined by NUL: keys of tables in memory
 * that a peer must not be able to make collide.  The parts are bounded fields
 * of requests, names and one log line: less than KZ_ENGINE_LINE together.
 */
void kz_engine_digest(const struct kz_engine *engine,
	const struct kz_str *parts, size_t count, uint8_t digest[16]);

/* Memory is gone: one line, EX_OSERR; kizukid is started again. */
void *kz_engine_alloc(size_t count, size_t size);

/* A store that cannot take a record has said why; decisions go on. */
void kz_engine_put(struct kz_engine *engine, enum kz_table table,
	const uint8_t *key, size_t key_len, const uint8_t *value, size_t len);

/* Whether name is a shared sender's or below it. */
bool kz_engine_shared(
	const struct kz_engine *engine, const struct kz_name *name);

#endif

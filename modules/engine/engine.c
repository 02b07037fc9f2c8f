/* SPDX-License-Identifier: ISC */
#include "kizuki/engine/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>

#include <bsd/err.h>
#include <sodium.h>

#include "engine_priv.h"
#include "kizuki/core/words.h"
#include "kizuki/engine/schedule.h"

void
kz_engine_log(struct kz_engine *engine, enum kz_log_level level,
	const struct kz_text *line)
{
	engine->hooks.log(engine->hooks.arg, level, line->start);
}

void *
kz_engine_alloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		syslog(LOG_MAIL | LOG_ALERT, "out of memory, ending");
		errx(EX_OSERR, "out of memory, ending");
	}
	return memory;
}

void
kz_engine_digest(const struct kz_engine *engine, const struct kz_str *parts,
	size_t count, uint8_t digest[16])
{
	unsigned char joined[KZ_ENGINE_LINE];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t len = parts[i].len;

		assert(len < sizeof(joined) - used);
		memcpy(joined + used, parts[i].ptr, len);
		used += len;
		joined[used++] = '\0';
	}
	(void)crypto_shorthash_siphashx24(digest, joined, used, engine->secret);
}

_Static_assert(crypto_shorthash_siphashx24_BYTES == 16, "size of a digest");
_Static_assert(crypto_shorthash_siphashx24_KEYBYTES <= 32, "of the secret");

void
kz_engine_put(struct kz_engine *engine, enum kz_table table, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len)
{
	KZ_IGNORE(kz_store_put(engine->store, table, key, key_len, value, len),
		"the store says and counts what it cannot take");
}

bool
kz_engine_shared(const struct kz_engine *engine, const struct kz_name *name)
{
	return kz_namelist_has(&engine->shared, name);
}

/* A store that began in memory gets its real secret with its disk. */
static void
read_secret(struct kz_engine *engine)
{
	static const char key[] = "secret";
	uint8_t secret[sizeof(engine->secret)];
	size_t len = 0;

	if (kz_store_get(engine->store, KZ_TABLE_META, (const uint8_t *)key,
		    sizeof(key) - 1, secret, sizeof(secret), &len) == KZ_OK &&
		len == sizeof(secret))
		memcpy(engine->secret, secret, sizeof(secret));
}

static void
say_bad_list(void *arg, const char *message)
{
	struct kz_engine *engine = arg;

	engine->hooks.log(engine->hooks.arg, KZ_LOG_WARNING, message);
}

/* What cannot be read is said; the rest of the lists holds. */
static void
read_shared(struct kz_engine *engine)
{
	const char *shipped = engine->config->shared_senders;
	const char *own = engine->config->shared_senders_own;
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	if (shipped[0] != '\0' &&
		kz_namelist_add(&engine->shared, shipped, say_bad_list,
			engine) == KZ_NOT_FOUND) {
		kz_text_word(&line, shipped);
		kz_text_word(&line,
			": there is no such file: big providers "
			"are looked at as everybody is");
		kz_engine_log(engine, KZ_LOG_WARNING, &line);
	}
	if (own[0] != '\0')
		KZ_IGNORE(kz_namelist_add(
				  &engine->shared, own, say_bad_list, engine),
			"it need not be there");
	if (engine->shared.count == 0)
		return;
	line = kz_text_make(buffer, sizeof(buffer));
	kz_text_word(&line, "shared senders: ");
	kz_text_number(&line, (int64_t)engine->shared.count);
	kz_text_word(&line, " names, of ");
	kz_words_day(
		engine->shared.date_s > 0 ? engine->shared.date_s : -1, &line);
	kz_engine_log(engine, KZ_LOG_INFO, &line);
}

void
kz_engine_shared_view(
	const struct kz_engine *engine, struct kz_shared_view *view)
{
	*view = (struct kz_shared_view){
		.names = engine->shared.count,
		.date_s = engine->shared.date_s,
	};
}

static void
make_tables(struct kz_engine *engine)
{
	/* Trees are empty when zero; tail queues point at themselves. */
	TAILQ_INIT(&engine->memos.list);
	TAILQ_INIT(&engine->trusts.list);
	TAILQ_INIT(&engine->instances.list);
	TAILQ_INIT(&engine->instances.waiting);
	TAILQ_INIT(&engine->holds.list);
	TAILQ_INIT(&engine->holds.mention_list);
	TAILQ_INIT(&engine->flights.list);
	TAILQ_INIT(&engine->flights.looks);
	TAILQ_INIT(&engine->queue.list);
	TAILQ_INIT(&engine->queue.bringer_list);
}

enum kz_result
kz_engine_open(const struct kz_config *config, struct kz_store *store,
	const struct kz_engine_hooks *hooks, const struct kz_now *now,
	struct kz_engine **engine)
{
	struct kz_engine *made;

	if (sodium_init() < 0)
		return KZ_EIO;
	made = kz_engine_alloc(1, sizeof(*made));
	made->health = kz_engine_alloc(1, sizeof(*made->health));
	made->origins =
		kz_engine_alloc(KZ_ORIGIN_SLOTS, sizeof(*made->origins));
	made->config = config;
	made->store = store;
	made->hooks = *hooks;
	make_tables(made);
	randombytes_buf(made->secret, sizeof(made->secret));
	read_secret(made);
	/* Questions of an earlier kizukid can still be answered: not ours. */
	made->trusts.next_id = (uint64_t)now->wall_s << 24;
	made->flights.look_id = (uint64_t)now->wall_s;
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++)
		made->health->rules[i] = config->canary[i].rule;
	read_shared(made);
	kz_allows_load(made, now);
	kz_doubt_open(made, now);
	kz_jump_open(made, now);
	kz_withhold_open(made, now);
	*engine = made;
	return KZ_OK;
}

void
kz_engine_close(struct kz_engine **engine)
{
	if (*engine == NULL)
		return;
	kz_instances_free(*engine);
	kz_holds_free(*engine);
	kz_flights_free(*engine);
	kz_queue_free(*engine);
	kz_trusts_free(*engine);
	kz_memos_free(*engine);
	kz_facts_free(*engine);
	kz_doubt_free(*engine);
	kz_namelist_free(&(*engine)->shared);
	free((*engine)->health);
	free((*engine)->origins);
	sodium_memzero((*engine)->secret, sizeof((*engine)->secret));
	free(*engine);
	*engine = NULL;
}

void
kz_engine_commit(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_store_state state;

	/* kept: it may fail and work again while one commit is under way */
	kz_store_state(engine->store, &state);
	engine->store_failed = engine->store_failed || state.failing;
	KZ_IGNORE(kz_store_commit(engine->store, now->wall_s),
		"the store says why; decisions go on from memory");
	if (!engine->store_failed)
		return;
	kz_store_state(engine->store, &state);
	if (state.failing)
		return;
	engine->store_failed = false;
	read_secret(engine);
	kz_allows_load(engine, now);
}

uint64_t
kz_engine_counter(const struct kz_engine *engine, enum kz_counter counter)
{
	return engine->counters[counter];
}

void
kz_engine_count(struct kz_engine *engine, enum kz_counter counter)
{
	engine->counters[counter]++;
}

enum kz_class_state
kz_engine_class(const struct kz_engine *engine, enum kz_netclass netclass)
{
	if ((engine->doubt.closed >> netclass & 1) != 0)
		return KZ_CLASS_CLOSED;
	return (engine->suspended >> netclass & 1) != 0 ? KZ_CLASS_SUSPENDED
							: KZ_CLASS_WELL;
}

enum kz_withheld
kz_engine_withheld(const struct kz_engine *engine, enum kz_symptom symptom)
{
	return engine->withholding.now[symptom];
}

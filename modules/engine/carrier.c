/* SPDX-License-Identifier: ISC */
#include "carrier_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/base/wire.h"

#include "identify_priv.h"
#include "share_priv.h"

/* A firm with some brands of its own has fewer. */
#define DOMAINS 5
/* Who sends for a site is noted so often: a session costs no look-up. */
#define NOTE_MS        3600000
#define RECORD_VERSION 1
#define RECORD_SIZE    9

static const char carrier_tag[] = "carrier/";

#define TAG_SIZE (sizeof(carrier_tag) - 1)
#define KEY_SIZE (TAG_SIZE + KZ_NAME_MAX)

static int64_t
kept_since_s(const struct kz_engine *engine, const struct kz_now *now)
{
	return now->wall_s - engine->config->history.keep_s;
}

static bool
read_when(const uint8_t *record, size_t len, int64_t *when_s)
{
	struct kz_reader reader = kz_reader_make(record, len);

	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return false;
	*when_s = (int64_t)kz_reader_take(&reader, 8);
	return kz_reader_finish(&reader) == KZ_OK;
}

static void
say(struct kz_engine *engine, const struct kz_name *carrier)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_text_put(&line, kz_name_str(carrier));
	kz_text_word(&line, " sends for ");
	kz_text_number(&line, DOMAINS);
	kz_text_word(&line, " domains of others: is it a shared sender?");
	kz_engine_log(engine, KZ_LOG_INFO, &line);
}

static void
propose(struct kz_engine *engine, const struct kz_name *carrier,
	const struct kz_now *now)
{
	uint8_t key[KEY_SIZE];
	uint8_t record[RECORD_SIZE];
	struct kz_writer writer = kz_writer_make(record, sizeof(record));
	size_t key_len = TAG_SIZE + carrier->len, len = 0;

	memcpy(key, carrier_tag, TAG_SIZE);
	memcpy(key + TAG_SIZE, carrier->text, carrier->len);
	if (kz_store_get(engine->store, KZ_TABLE_META, key, key_len, record,
		    sizeof(record), &len) == KZ_NOT_FOUND)
		say(engine, carrier);
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)now->wall_s);
	if (kz_writer_finish(&writer, &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, key, key_len, record, len);
}

static void
note(struct kz_engine *engine, const struct kz_name *carrier,
	const struct kz_name *mailfrom, const struct kz_now *now)
{
	struct kz_str what = kz_name_str(carrier);

	if (!kz_share_note(engine, KZ_SHARE_CARRIER, what, mailfrom, now))
		return;
	if (kz_share_count(engine, KZ_SHARE_CARRIER, what,
		    kept_since_s(engine, now), DOMAINS) == DOMAINS)
		propose(engine, carrier, now);
}

void
kz_carrier_note(struct kz_engine *engine, const struct kz_scene *scene,
	const struct kz_now *now)
{
	static const enum kz_identity_kind hosts[] = {KZ_ID_HELO, KZ_ID_RDNS};
	const struct kz_named *mail = &scene->named[KZ_ID_MAILFROM];
	struct kz_memo *memo;

	if (scene->shared || !mail->yes || !mail->trust.has_site)
		return;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		const struct kz_named *host = &scene->named[hosts[i]];

		if (!host->yes || !host->trust.has_site)
			continue;
		if (kz_name_equal(&host->trust.site, &mail->trust.site))
			return;
		memo = kz_memo_find(engine, &mail->trust.site);
		if (memo->carried && now->mono_ms - memo->carried_ms < NOTE_MS)
			return;
		memo->carried = true;
		memo->carried_ms = now->mono_ms;
		note(engine, &host->trust.site, &mail->trust.site, now);
		return;
	}
}

struct listing {
	struct kz_engine *engine;
	const struct kz_now *now;
	kz_carrier_take *take;
	void *arg;
};

static bool
list_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	const struct listing *listing = arg;
	const struct kz_str text = {
		(const char *)key + TAG_SIZE, key_len - TAG_SIZE};
	struct kz_name name;
	int64_t when_s;

	/* Meanwhile it was put on the list. */
	if (!read_when(value, len, &when_s) ||
		when_s < kept_since_s(listing->engine, listing->now) ||
		kz_name_parse(text, &name) != KZ_OK ||
		kz_engine_shared(listing->engine, &name))
		return true;
	return listing->take(listing->arg, &name);
}

void
kz_carrier_each(struct kz_engine *engine, const struct kz_now *now,
	kz_carrier_take *take, void *arg)
{
	struct listing listing = {engine, now, take, arg};

	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_META,
			  (const uint8_t *)carrier_tag, TAG_SIZE, NULL, 0, 0,
			  list_row, &listing),
		"what cannot be read is not proposed");
}

bool
kz_carrier_old(const struct kz_engine *engine, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len,
	const struct kz_now *now)
{
	int64_t when_s;

	return key_len > TAG_SIZE && memcmp(key, carrier_tag, TAG_SIZE) == 0 &&
		(!read_when(value, len, &when_s) ||
			when_s < kept_since_s(engine, now));
}

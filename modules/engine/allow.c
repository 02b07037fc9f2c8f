/* SPDX-License-Identifier: ISC */
#include "allow_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/engine/admin.h"

static struct kz_str
subject_str(const struct kz_allow_subject *subject)
{
	return (struct kz_str){subject->text, strlen(subject->text)};
}

/* Let decisions look for such subjects. */
static void
note(struct kz_allows *allows, const struct kz_allow_subject *subject)
{
	switch (subject->kind) {
	case KZ_ALLOW_CLIENT:
		if (subject->net.addr.family == KZ_ADDR_V4)
			allows->v4[subject->net.prefix] = true;
		else
			allows->v6[subject->net.prefix] = true;
		return;
	case KZ_ALLOW_SENDER:
		allows->senders = true;
		return;
	case KZ_ALLOW_RECIPIENT:
		allows->recipients = true;
		return;
	case KZ_ALLOW_NONE:
		return;
	}
}

struct loading {
	struct kz_engine *engine;
	const struct kz_now *now;
};

static bool
load_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct loading *loading = arg;
	struct kz_engine *engine = loading->engine;
	struct kz_str text = {(const char *)key, key_len};
	struct kz_allow_subject subject;
	struct kz_allow allow;

	/* What a later version wrote is left alone. */
	if (kz_allow_parse(text, &subject) != KZ_OK ||
		kz_allow_decode(value, len, &allow) != KZ_OK)
		return true;
	if (!kz_allow_holds(&allow, loading->now->wall_s)) {
		KZ_IGNORE(kz_store_delete(
				  engine->store, KZ_TABLE_WORD, key, key_len),
			"it is over, deleted or not");
		return true;
	}
	engine->allows.count++;
	note(&engine->allows, &subject);
	return true;
}

void
kz_allows_load(struct kz_engine *engine, const struct kz_now *now)
{
	struct loading loading = {engine, now};

	engine->allows = (struct kz_allows){.count = 0};
	KZ_IGNORE(
		kz_store_scan(engine->store, KZ_TABLE_WORD, (const uint8_t *)"",
			0, NULL, 0, 0, load_row, &loading),
		"the store says why; they are read again with its disk");
}

static bool
read_allow(struct kz_engine *engine, const struct kz_allow_subject *subject,
	struct kz_allow *allow)
{
	uint8_t record[KZ_ALLOW_RECORD_SIZE];
	struct kz_str key = subject_str(subject);
	size_t len = 0;

	return kz_store_get(engine->store, KZ_TABLE_WORD,
		       (const uint8_t *)key.ptr, key.len, record,
		       sizeof(record), &len) == KZ_OK &&
		kz_allow_decode(record, len, allow) == KZ_OK;
}

static bool
holds(struct kz_engine *engine, const struct kz_allow_subject *subject,
	const struct kz_now *now)
{
	struct kz_allow allow;

	return read_allow(engine, subject, &allow) &&
		kz_allow_holds(&allow, now->wall_s);
}

static bool
client_holds(struct kz_engine *engine, const struct kz_addr *client,
	const struct kz_now *now)
{
	bool v4 = client->family == KZ_ADDR_V4;
	const bool *used = v4 ? engine->allows.v4 : engine->allows.v6;
	unsigned longest = v4 ? 32 : 128;

	for (unsigned prefix = 0; prefix <= longest; prefix++) {
		struct kz_allow_subject subject;
		struct kz_net net;

		if (!used[prefix])
			continue;
		net = kz_net_of(client, (uint8_t)prefix, (uint8_t)prefix);
		kz_allow_of_net(&net, &subject);
		if (holds(engine, &subject, now))
			return true;
	}
	return false;
}

static bool
address_holds(struct kz_engine *engine, enum kz_allow_kind kind,
	const char *address, const struct kz_now *now)
{
	/* No sender is stored by its local part alone. */
	const enum kz_allow_form last =
		kind == KZ_ALLOW_RECIPIENT ? KZ_ALLOW_LOCAL : KZ_ALLOW_DOMAIN;

	for (int form = KZ_ALLOW_WHOLE; form <= (int)last; form++) {
		struct kz_allow_subject subject;

		if (kz_allow_of_address(kind, (enum kz_allow_form)form, address,
			    &subject) &&
			holds(engine, &subject, now))
			return true;
	}
	return false;
}

enum kz_allow_kind
kz_allow_find(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now)
{
	const struct kz_allows *allows = &engine->allows;

	if (client_holds(engine, &request->client, now))
		return KZ_ALLOW_CLIENT;
	if (allows->senders &&
		address_holds(engine, KZ_ALLOW_SENDER, request->sender, now))
		return KZ_ALLOW_SENDER;
	if (allows->recipients &&
		address_holds(
			engine, KZ_ALLOW_RECIPIENT, request->recipient, now))
		return KZ_ALLOW_RECIPIENT;
	return KZ_ALLOW_NONE;
}

enum kz_result
kz_admin_allow(struct kz_engine *engine, const struct kz_allow_subject *subject,
	int64_t until_s, struct kz_str why, const struct kz_now *now)
{
	struct kz_allow allow = {.since_s = now->wall_s, .until_s = until_s};
	struct kz_str key = subject_str(subject);
	uint8_t record[KZ_ALLOW_RECORD_SIZE];
	struct kz_allow before;
	enum kz_result result;
	bool known = read_allow(engine, subject, &before);
	size_t len = 0;

	if (why.len > KZ_ALLOW_WHY_MAX ||
		(until_s != 0 && until_s <= now->wall_s))
		return KZ_EINVAL;
	if (!known && engine->allows.count >= KZ_ADMIN_ALLOWED_MAX)
		kz_allows_load(engine, now); /* some may be over */
	if (!known && engine->allows.count >= KZ_ADMIN_ALLOWED_MAX)
		return KZ_EFULL;
	memcpy(allow.why, why.ptr, why.len);
	result = kz_allow_encode(&allow, record, sizeof(record), &len);
	if (result == KZ_OK)
		result = kz_store_put(engine->store, KZ_TABLE_WORD,
			(const uint8_t *)key.ptr, key.len, record, len);
	if (result != KZ_OK)
		return result;
	engine->allows.count += known ? 0 : 1;
	note(&engine->allows, subject);
	return KZ_OK;
}

enum kz_result
kz_admin_disallow(struct kz_engine *engine,
	const struct kz_allow_subject *subject, const struct kz_now *now)
{
	struct kz_str key = subject_str(subject);
	enum kz_result result;

	if (!holds(engine, subject, now))
		return KZ_NOT_FOUND;
	result = kz_store_delete(engine->store, KZ_TABLE_WORD,
		(const uint8_t *)key.ptr, key.len);
	if (result == KZ_OK && engine->allows.count > 0)
		engine->allows.count--;
	return result;
}

struct telling {
	const struct kz_now *now;
	kz_admin_allowed_one *visit;
	void *arg;
};

static bool
tell_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	const struct telling *telling = arg;
	struct kz_str text = {(const char *)key, key_len};
	struct kz_allow_subject subject;
	struct kz_allow allow;

	if (kz_allow_parse(text, &subject) != KZ_OK ||
		kz_allow_decode(value, len, &allow) != KZ_OK ||
		!kz_allow_holds(&allow, telling->now->wall_s))
		return true;
	return telling->visit(telling->arg, &subject, &allow);
}

enum kz_result
kz_admin_allowed(struct kz_engine *engine, const struct kz_now *now,
	kz_admin_allowed_one *visit, void *arg)
{
	struct telling telling = {now, visit, arg};

	return kz_store_scan(engine->store, KZ_TABLE_WORD, (const uint8_t *)"",
		0, NULL, 0, 0, tell_row, &telling);
}

/* SPDX-License-Identifier: ISC */
#include "grey_priv.h"

#include <string.h>

#include <sodium.h>

#include "engine_priv.h"

/* First octet of a key.  On disks out there: never changed. */
enum tag {
	TAG_SITE = 1,
	TAG_V4 = 2,
	TAG_V6 = 3,
	TAG_ORIGIN = 0x10 /* added to one of the above */
};

/* Rows looked at in one slice: some 3 ms. */
#define SWEEP_ROWS 1000

_Static_assert(crypto_shorthash_BYTES == 8, "8 octets in a key");
_Static_assert(crypto_shorthash_KEYBYTES <= 32, "the secret is long enough");

static void
hash8(const struct kz_engine *engine, const char *bytes, size_t len,
	uint8_t out[8])
{
	(void)crypto_shorthash(
		out, (const unsigned char *)bytes, len, engine->secret);
}

/* Case says nothing here: RFC 5321 lets a host fold it, and retries may. */
static size_t
append_folded(char *out, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < len; i++) {
		out[i] = word[i];
		if (word[i] >= 'A' && word[i] <= 'Z')
			out[i] = (char)(word[i] | 0x20);
	}
	out[len] = '\0';
	return len + 1;
}

static void
put_tuple(const struct kz_engine *engine, const struct kz_request *request,
	struct kz_grey_key *key)
{
	char tuple[2 * (KZ_ADDRESS_MAX + 1)];
	size_t len = append_folded(tuple, request->sender);

	len += append_folded(tuple + len, request->recipient);
	hash8(engine, tuple, len, key->octets + KZ_ORIGIN_KEY_SIZE);
}

void
kz_grey_key_site(const struct kz_engine *engine, const struct kz_name *site,
	const struct kz_request *request, struct kz_grey_key *key)
{
	key->kind = KZ_GREY_BROKEN;
	key->octets[0] = TAG_SITE;
	hash8(engine, site->text, site->len, key->octets + 1);
	put_tuple(engine, request, key);
}

void
kz_grey_key_net(const struct kz_engine *engine,
	const struct kz_request *request, struct kz_grey_key *key)
{
	struct kz_net net = kz_net_of(&request->client, 24, 64);

	key->kind = KZ_GREY_ORDINARY;
	key->octets[0] = net.addr.family == KZ_ADDR_V4 ? TAG_V4 : TAG_V6;
	memcpy(key->octets + 1, net.addr.bytes, 8);
	put_tuple(engine, request, key);
}

static void
origin_key(const struct kz_grey_key *key, uint8_t origin[KZ_ORIGIN_KEY_SIZE])
{
	memcpy(origin, key->octets, KZ_ORIGIN_KEY_SIZE);
	origin[0] |= TAG_ORIGIN;
}

/* Keys are keyed hashes or network octets; the low ones differ most. */
static struct kz_origin_slot *
origin_slot(struct kz_engine *engine, const uint8_t key[KZ_ORIGIN_KEY_SIZE])
{
	size_t at = 0;

	for (size_t i = 0; i < KZ_ORIGIN_KEY_SIZE; i++)
		at = at * 31 + key[i];
	return &engine->origins[at % KZ_ORIGIN_SLOTS];
}

static void
origin_load(struct kz_engine *engine, const uint8_t key[KZ_ORIGIN_KEY_SIZE],
	struct kz_grey_origin *origin)
{
	struct kz_origin_slot *slot = origin_slot(engine, key);
	uint8_t record[KZ_GREY_ORIGIN_SIZE];
	size_t len = 0;

	if (memcmp(slot->key, key, sizeof(slot->key)) != 0) {
		memcpy(slot->key, key, sizeof(slot->key));
		slot->origin = (struct kz_grey_origin){0};
		if (kz_store_get(engine->store, KZ_TABLE_GREY, key,
			    KZ_ORIGIN_KEY_SIZE, record, sizeof(record),
			    &len) == KZ_OK)
			KZ_IGNORE(kz_grey_origin_decode(
					  record, len, &slot->origin),
				"a record that cannot be read says nothing");
	}
	*origin = slot->origin;
}

static void
origin_save(struct kz_engine *engine, const uint8_t key[KZ_ORIGIN_KEY_SIZE],
	const struct kz_grey_origin *origin)
{
	struct kz_origin_slot *slot = origin_slot(engine, key);
	uint8_t record[KZ_GREY_ORIGIN_SIZE];
	size_t len = 0;

	memcpy(slot->key, key, sizeof(slot->key));
	slot->origin = *origin;
	if (kz_grey_origin_encode(origin, record, sizeof(record), &len) ==
		KZ_OK)
		kz_engine_put(engine, KZ_TABLE_GREY, key, KZ_ORIGIN_KEY_SIZE,
			record, len);
}

static void
row_delete(struct kz_engine *engine, const uint8_t *key, size_t key_len)
{
	if (key_len == KZ_ORIGIN_KEY_SIZE)
		memset(origin_slot(engine, key), 0,
			sizeof(struct kz_origin_slot));
	KZ_IGNORE(kz_store_delete(engine->store, KZ_TABLE_GREY, key, key_len),
		"the store says what it cannot do");
}

bool
kz_grey_load(struct kz_engine *engine, const struct kz_grey_key *key,
	struct kz_grey_entry *entry, struct kz_grey_origin *origin)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	uint8_t origin_at[KZ_ORIGIN_KEY_SIZE];
	size_t len = 0;

	origin_key(key, origin_at);
	origin_load(engine, origin_at, origin);
	return kz_store_get(engine->store, KZ_TABLE_GREY, key->octets,
		       sizeof(key->octets), record, sizeof(record),
		       &len) == KZ_OK &&
		kz_grey_entry_decode(record, len, entry) == KZ_OK;
}

void
kz_grey_save(struct kz_engine *engine, const struct kz_grey_key *key,
	const struct kz_grey_entry *entry)
{
	uint8_t record[KZ_GREY_ENTRY_SIZE];
	size_t len = 0;

	if (kz_grey_entry_encode(entry, record, sizeof(record), &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_GREY, key->octets,
			sizeof(key->octets), record, len);
}

void
kz_grey_take(struct kz_engine *engine, const struct kz_grey_key *key,
	const struct kz_now *now)
{
	uint8_t origin_at[KZ_ORIGIN_KEY_SIZE];
	struct kz_grey_entry entry;
	struct kz_grey_origin origin;
	/* An allowed origin's mail has no entry, and counts all the same. */
	bool found = kz_grey_load(engine, key, &entry, &origin);

	kz_grey_taken(&engine->config->greylist, key->kind,
		found ? &entry : NULL, &origin, now->wall_s);
	if (found)
		kz_grey_save(engine, key, &entry);
	origin_key(key, origin_at);
	origin_save(engine, origin_at, &origin);
}

static bool
delete_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	(void)value;
	(void)len;
	row_delete(arg, key, key_len);
	return true;
}

void
kz_grey_forget(struct kz_engine *engine, const struct kz_name *site)
{
	uint8_t prefix[KZ_ORIGIN_KEY_SIZE] = {TAG_SITE};

	hash8(engine, site->text, site->len, prefix + 1);
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_GREY, prefix,
			  sizeof(prefix), NULL, 0, 0, delete_row, engine),
		"what cannot be read expires by itself");
	prefix[0] |= TAG_ORIGIN;
	row_delete(engine, prefix, sizeof(prefix));
}

struct sweep {
	struct kz_engine *engine;
	int64_t now_s;
	size_t seen;
};

static bool
row_over(const struct sweep *sweep, const uint8_t *key, const uint8_t *value,
	size_t len)
{
	const struct kz_grey_policy *policy = &sweep->engine->config->greylist;
	enum kz_grey_kind kind = (key[0] & ~TAG_ORIGIN) == TAG_SITE
		? KZ_GREY_BROKEN
		: KZ_GREY_ORDINARY;
	struct kz_grey_origin origin;
	struct kz_grey_entry entry;

	if ((key[0] & TAG_ORIGIN) != 0)
		return kz_grey_origin_decode(value, len, &origin) == KZ_OK &&
			kz_grey_origin_over(policy, &origin, sweep->now_s);
	return kz_grey_entry_decode(value, len, &entry) == KZ_OK &&
		kz_grey_entry_over(policy, kind, &entry, sweep->now_s);
}

static bool
sweep_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct sweep *sweep = arg;
	struct kz_engine *engine = sweep->engine;

	/* The next slice begins here; this row is looked at once more. */
	memcpy(engine->sweep_grey, key, key_len);
	engine->sweep_grey_len = key_len;
	sweep->seen++;
	if (key_len > 0 && row_over(sweep, key, value, len))
		row_delete(engine, key, key_len);
	return true;
}

void
kz_grey_sweep(struct kz_engine *engine, const struct kz_now *now)
{
	struct sweep sweep = {.engine = engine, .now_s = now->wall_s};
	uint8_t from[KZ_STORE_KEY_MAX];
	size_t from_len = engine->sweep_grey_len;

	memcpy(from, engine->sweep_grey, from_len);
	KZ_IGNORE(kz_store_scan(engine->store, KZ_TABLE_GREY,
			  (const uint8_t *)"", 0, from_len > 0 ? from : NULL,
			  from_len, SWEEP_ROWS, sweep_row, &sweep),
		"what cannot be read is not swept");
	if (sweep.seen < SWEEP_ROWS)
		engine->sweep_grey_len = 0;
}

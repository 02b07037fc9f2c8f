/* SPDX-License-Identifier: ISC */
/*
 * grey_priv - greylist entries and origins in the store
 *
 * What:   an entry's key is a tag, 8 octets of origin and 8 of (sender,
 *         recipient), so that all entries of an origin stand together; an
 *         origin's own record stands under another tag.
 */
#ifndef KIZUKI_ENGINE_GREY_PRIV_H
#define KIZUKI_ENGINE_GREY_PRIV_H

#include "kizuki/core/request.h"

#include "instance_priv.h"

#define KZ_ORIGIN_KEY_SIZE 9
#define KZ_ORIGIN_SLOTS    4096 /* a power of two */

/* An origin's record in memory, in the slot that its key hashes to. */
struct kz_origin_slot {
	uint8_t key[KZ_ORIGIN_KEY_SIZE]; /* first octet 0: empty */
	struct kz_grey_origin origin;
};

/* The key of a broken session's mail: the origin is the site. */
void kz_grey_key_site(const struct kz_engine *engine,
	const struct kz_name *site, const struct kz_request *request,
	struct kz_grey_key *key);

/* The key of ordinary greylisting: the origin is the client's network. */
void kz_grey_key_net(const struct kz_engine *engine,
	const struct kz_request *request, struct kz_grey_key *key);

/* Read the entry; false: there is none.  origin is all zero where none is. */
bool kz_grey_load(struct kz_engine *engine, const struct kz_grey_key *key,
	struct kz_grey_entry *entry, struct kz_grey_origin *origin);

void kz_grey_save(struct kz_engine *engine, const struct kz_grey_key *key,
	const struct kz_grey_entry *entry);

/* The end of DATA for one key that was let in. */
void kz_grey_take(struct kz_engine *engine, const struct kz_grey_key *key,
	const struct kz_now *now);

/* Delete all entries of a site and its origin's record. */
void kz_grey_forget(struct kz_engine *engine, const struct kz_name *site);

/* Delete what says nothing any more, a slice at each call. */
void kz_grey_sweep(struct kz_engine *engine, const struct kz_now *now);

#endif

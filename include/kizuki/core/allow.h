/* SPDX-License-Identifier: ISC */
/*
 * allow - clients, senders and recipients whose mail is never delayed
 *
 * What:   whom an operator allows beside sites, in one written form
 *         ("client:10.0.0.0/8", "sender:user@example.jp",
 *         "sender:@example.jp", "recipient:user@jikocho.jp",
 *         "recipient:@jikocho.jp", "recipient:user@"), and the record of it.
 *         The written form is the key: equal subjects have equal text.
 * Pure:   values and codec.
 * Rule:   case says nothing in an address (ASCII); "@example.jp" is that
 *         domain alone, not what lies below it.
 * Not:    sites: they have a record of their own (kizuki/core/site.h).
 */
#ifndef KIZUKI_CORE_ALLOW_H
#define KIZUKI_CORE_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/request.h"

enum kz_allow_kind {
	KZ_ALLOW_NONE,
	KZ_ALLOW_CLIENT,
	KZ_ALLOW_SENDER,
	KZ_ALLOW_RECIPIENT
};

/* "recipient:" and the longest address. */
#define KZ_ALLOW_SUBJECT_MAX (10 + KZ_ADDRESS_MAX)
#define KZ_ALLOW_WHY_MAX     255
#define KZ_ALLOW_RECORD_SIZE 280 /* octets an encoded one can take */

struct kz_allow_subject {
	enum kz_allow_kind kind;
	struct kz_net net; /* of CLIENT */
	char text[KZ_ALLOW_SUBJECT_MAX + 1];
};

/* What of an address is allowed. */
enum kz_allow_form {
	KZ_ALLOW_WHOLE,  /* user@example.jp */
	KZ_ALLOW_DOMAIN, /* @example.jp */
	KZ_ALLOW_LOCAL   /* user@ any domain; of recipients alone */
};

struct kz_allow {
	int64_t since_s; /* when it was said */
	int64_t until_s; /* it holds up to then; 0: for good */
	char why[KZ_ALLOW_WHY_MAX + 1];
};

/*
 * From the written form; a network without bits behind its prefix, a domain
 * in A-labels.  KZ_NOT_FOUND: it does not begin with a kind and a colon.
 * KZ_EINVAL: what follows is none of the above.
 */
KZ_MUST_CHECK enum kz_result kz_allow_parse(
	struct kz_str text, struct kz_allow_subject *subject);

/* The subject that holds all clients of net. */
void kz_allow_of_net(
	const struct kz_net *net, struct kz_allow_subject *subject);

/*
 * The subject of this form that holds an address as a client said it.  False:
 * it has none, as the null sender.
 */
bool kz_allow_of_address(enum kz_allow_kind kind, enum kz_allow_form form,
	const char *address, struct kz_allow_subject *subject);

/* Whether it holds at now_s: not from until_s on. */
bool kz_allow_holds(const struct kz_allow *allow, int64_t now_s);

/* Record version 1.  KZ_EINVAL: a moment before 1970. */
KZ_MUST_CHECK enum kz_result kz_allow_encode(const struct kz_allow *allow,
	uint8_t *record, size_t size, size_t *len);

/* Any version ever released.  KZ_EVERSION: newer.  KZ_ETRUNC, KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_allow_decode(
	const uint8_t *record, size_t len, struct kz_allow *allow);

#endif

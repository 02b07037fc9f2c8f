/* SPDX-License-Identifier: ISC */
/*
 * netclass - services that are touched, and what came of it
 *
 * What:   a network class is a service and a family ("smtp25-v4").  A touch
 *         is one contact with one address at one moment.  Whether our own side
 *         works is judged by class, and from touches alone.
 * Units:  moments are seconds since 1970 UTC.
 * Source: kizuki's docs/DESIGN.md, Evidence.
 */
#ifndef KIZUKI_CORE_NETCLASS_H
#define KIZUKI_CORE_NETCLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

/* Stored and sent by name; the number is only an index. */
#define KZ_NETCLASS_LIST(X)                                                    \
	X(SMTP25_V4, "smtp25-v4")                                              \
	X(SMTP25_V6, "smtp25-v6")                                              \
	X(DNS53UDP_V4, "dns53udp-v4")                                          \
	X(DNS53UDP_V6, "dns53udp-v6")                                          \
	X(DNS53TCP_V4, "dns53tcp-v4")                                          \
	X(DNS53TCP_V6, "dns53tcp-v6")                                          \
	X(WHOIS43, "whois43")                                                  \
	X(HTTPS443_V4, "https443-v4")                                          \
	X(HTTPS443_V6, "https443-v6")                                          \
	X(DNSSEC_GOOD, "dnssec-good")                                          \
	X(DNSSEC_BAD, "dnssec-bad")

#define KZ_NETCLASS_ENUM(name, text) KZ_NET_##name,
enum kz_netclass { KZ_NETCLASS_LIST(KZ_NETCLASS_ENUM) KZ_NETCLASS_COUNT };
#undef KZ_NETCLASS_ENUM

enum kz_service {
	KZ_SERVICE_SMTP25,
	KZ_SERVICE_DNS53UDP,
	KZ_SERVICE_DNS53TCP,
	KZ_SERVICE_HTTPS443,
	KZ_SERVICE_COUNT
};

/* What a contact came to; each stays apart from the others. */
#define KZ_REACH_LIST(X)                                                       \
	X(NONE, "none")               /* not contacted */                      \
	X(ALIVE, "alive")             /* it answered in its protocol */        \
	X(REFUSED, "refused")         /* ECONNREFUSED */                       \
	X(UNREACHABLE, "unreachable") /* EHOSTUNREACH from the network */      \
	X(TIMEOUT, "timeout")         /* no sign of life at all */             \
	X(RESET, "reset")             /* closed or reset before an answer */   \
	X(SILENT, "silent")           /* TCP is open, no banner in time */     \
	X(NOISE, "noise")             /* answered, not in its protocol */      \
	X(OURS, "ours")               /* our own side failed */                \
	X(LIMITED, "limited")         /* a rate limit forbade the contact */   \
	X(SPECIAL, "special")         /* special-purpose: never contacted */

#define KZ_REACH_ENUM(name, text) KZ_REACH_##name,
enum kz_reach { KZ_REACH_LIST(KZ_REACH_ENUM) KZ_REACH_COUNT };
#undef KZ_REACH_ENUM

struct kz_touch {
	int64_t when_s;
	struct kz_addr addr;
	enum kz_service service;
	enum kz_reach reach;
};

/* Static texts, never NULL. */
const char *kz_netclass_text(enum kz_netclass netclass);
const char *kz_service_text(enum kz_service service);
const char *kz_reach_text(enum kz_reach reach);

/* Texts back to numbers.  KZ_NOT_FOUND: no such word. */
KZ_MUST_CHECK enum kz_result kz_netclass_find(
	struct kz_str text, enum kz_netclass *netclass);
KZ_MUST_CHECK enum kz_result kz_service_find(
	struct kz_str text, enum kz_service *service);
KZ_MUST_CHECK enum kz_result kz_reach_find(
	struct kz_str text, enum kz_reach *reach);

/* The class of a service for the family of addr. */
enum kz_netclass kz_netclass_of(
	enum kz_service service, const struct kz_addr *addr);

/* The network that counts as one place: /24 or /48. */
struct kz_net kz_netclass_place(const struct kz_addr *addr);

#endif

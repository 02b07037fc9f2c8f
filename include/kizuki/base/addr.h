/* SPDX-License-Identifier: ISC */
/*
 * addr - Internet addresses and networks as plain values
 *
 * What:   IPv4 and IPv6 addresses, networks, sorted comparison, text both
 *         ways, and the question whether an address is special-purpose.
 *         An IPv4 address mapped into IPv6 (::ffff:a.b.c.d) becomes IPv4 when
 *         it is parsed or taken from bytes.
 * Owner:  values; lists of networks belong to whoever made them.
 * Source: IANA special-purpose address registries (RFC 6890, RFC 8190).
 */
#ifndef KIZUKI_BASE_ADDR_H
#define KIZUKI_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

/* Text of the longest address or network, with its NUL. */
#define KZ_ADDR_TEXT_SIZE 50

enum kz_addr_family { KZ_ADDR_NONE = 0, KZ_ADDR_V4 = 4, KZ_ADDR_V6 = 6 };

struct kz_addr {
	uint8_t family;    /* enum kz_addr_family */
	uint8_t bytes[16]; /* network order; the first 4 of a V4, rest zero */
};

struct kz_net {
	struct kz_addr addr; /* bits behind the prefix are zero */
	uint8_t prefix;      /* bits: 0 to 32 or 0 to 128 */
};

struct kz_nets {
	struct kz_net *list;
	size_t count;
};

/* Which ranges a laboratory declares otherwise; both are empty in production.
 */
struct kz_addr_scope {
	struct kz_nets global;  /* looked at first: not special-purpose */
	struct kz_nets private; /* special-purpose, whatever the registry says
				 */
};

/* Numeric text, without zone, brackets or port.  KZ_EINVAL: is none. */
KZ_MUST_CHECK enum kz_result kz_addr_parse(
	struct kz_str text, struct kz_addr *addr);

/* From 4 or 16 octets.  KZ_EINVAL: another length. */
KZ_MUST_CHECK enum kz_result kz_addr_from_bytes(
	const uint8_t *bytes, size_t len, struct kz_addr *addr);

/* Into text (KZ_ADDR_TEXT_SIZE); "none" for KZ_ADDR_NONE.  Returns text. */
const char *kz_addr_format(
	const struct kz_addr *addr, char text[KZ_ADDR_TEXT_SIZE]);

/* V4 before V6, then by octets: <0, 0, >0. */
int kz_addr_compare(const struct kz_addr *left, const struct kz_addr *right);

/* "10.0.0.0/8", "2001:db8::/32", or an address alone.  Host bits: KZ_EINVAL. */
KZ_MUST_CHECK enum kz_result kz_net_parse(
	struct kz_str text, struct kz_net *net);

/* As kz_addr_format, with "/prefix". */
const char *kz_net_format(
	const struct kz_net *net, char text[KZ_ADDR_TEXT_SIZE]);

/* The network of addr with v4_prefix or v6_prefix bits, by its family. */
struct kz_net kz_net_of(
	const struct kz_addr *addr, uint8_t v4_prefix, uint8_t v6_prefix);

/* False where the families differ. */
bool kz_net_has(const struct kz_net *net, const struct kz_addr *addr);

/* The same network. */
bool kz_net_equal(const struct kz_net *left, const struct kz_net *right);

/* Any network of the list.  An empty list has nothing. */
bool kz_nets_have(const struct kz_nets *nets, const struct kz_addr *addr);

/*
 * True for an address that is not reachable as a global one: never to be
 * contacted, and a fault where public DNS gives it for a server.
 */
bool kz_addr_special(
	const struct kz_addr *addr, const struct kz_addr_scope *scope);

/* The networks of those addresses by number.  False: behind the last one. */
bool kz_addr_special_net(size_t index, struct kz_net *net);

/* For documentation, or of a class that no host gets: multicast, future use. */
bool kz_addr_reserved(const struct kz_addr *addr);

#endif

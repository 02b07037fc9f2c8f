/* SPDX-License-Identifier: ISC */
/*
 * dial_priv - open a connected, non-blocking socket to a foreign server
 *
 * What:   the one place where a probe turns an address into a connection: the
 *         special-purpose check stands right before connect, and an errno is
 *         put on the account of the other side or of ours.
 */
#ifndef KIZUKI_IO_DIAL_PRIV_H
#define KIZUKI_IO_DIAL_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

#include "kizuki/base/addr.h"
#include "kizuki/core/netclass.h"

/* A starved client tries again after this long ... */
#define KZ_DIAL_AGAIN_MS 250
/* ... and calls it our fault when nothing was to be had for this long. */
#define KZ_DIAL_STARVED_MS 30000

struct kz_dial {
	struct kz_addr source_v4; /* KZ_ADDR_NONE: the kernel's choice */
	struct kz_addr source_v6;
	struct kz_addr_scope scope; /* not owned */
	uint16_t port;
};

/*
 * Connects a socket of type SOCK_STREAM or SOCK_DGRAM (which then reports
 * ICMP errors).  Returns KZ_REACH_NONE with *fd open where the connection
 * stands or is on its way, else what came of it; *error is the errno or 0.
 * KZ_REACH_LIMITED: nothing to be had at this moment (descriptors, ports,
 * memory); try again later.
 */
enum kz_reach kz_dial_open(const struct kz_dial *dial,
	const struct kz_addr *server, int type, int *fd, int *error);

struct sockaddr_storage;

/*
 * Whether an address is special-purpose: asked of what connect will get, so
 * that nothing can change in between.
 */
bool kz_dial_forbidden(
	const struct sockaddr_storage *to, const struct kz_addr_scope *scope);

/* The address of one of IPv4 or IPv6; false: none that can be told. */
bool kz_dial_addr(const struct sockaddr_storage *of, struct kz_addr *addr);

/* Whose fault an errno of connect, send or receive is; OURS in doubt. */
enum kz_reach kz_dial_reach(int error);

/* A span for libevent. */
struct timeval kz_dial_span(uint32_t span_ms);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * bootstrap_priv - which RDAP server knows a domain or an address
 *
 * What:   IANA's files, read before the sandbox closes: the longest match
 *         wins.
 * Owner:  bootstrap_close.
 * Source: RFC 9224.
 */
#ifndef KIZUKI_PROBE_BOOTSTRAP_PRIV_H
#define KIZUKI_PROBE_BOOTSTRAP_PRIV_H

#include <stdbool.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"

struct bootstrap;

/* folder holds dns.json, ipv4.json and ipv6.json; one not there is empty. */
struct bootstrap *bootstrap_open(const char *folder);
void bootstrap_close(struct bootstrap **bootstrap);

/* The base of its URLs, ending in "/"; NULL: nobody known. */
const char *bootstrap_domain(
	const struct bootstrap *bootstrap, const struct kz_name *domain);
const char *bootstrap_addr(
	const struct bootstrap *bootstrap, const struct kz_addr *addr);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * rdap_priv - registries asked by RDAP
 *
 * What:   finds the server by the bootstrap files, follows three redirects,
 *         each looked up and checked anew, and keeps the rates of each host.
 * Owner:  rdap_open, rdap_close.
 */
#ifndef KIZUKI_PROBE_RDAP_PRIV_H
#define KIZUKI_PROBE_RDAP_PRIV_H

#include "registry_priv.h"

struct rdap;

/* Before the sandbox: it reads files.  NULL: no RDAP is configured. */
struct rdap *rdap_open(struct probe *probe);
void rdap_close(struct rdap **rdap);

/* Questions under way, some of which nobody waits for any more. */
size_t rdap_pending(const struct rdap *rdap);

/* False: nobody knows such a domain or address, or it is not configured. */
bool ask_rdap_domain(struct group *group, const struct kz_name *domain,
	registry_done *done, void *arg, uint32_t tag);
bool ask_rdap_addr(struct group *group, const struct kz_addr *addr,
	registry_done *done, void *arg, uint32_t tag);

/* A contact, at the address that its registry gave for it. */
bool ask_rdap_link(struct group *group, const char *url, registry_done *done,
	void *arg, uint32_t tag);

#endif

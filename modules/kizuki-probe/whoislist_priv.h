/* SPDX-License-Identifier: ISC */
/*
 * whoislist_priv - which WHOIS server knows a domain
 *
 * What:   files of "DOMAIN SERVER [WORDS]", read before the sandbox closes;
 *         the longest domain that fits counts, and of the same the later one.
 * Owner:  whoislist_close.
 */
#ifndef KIZUKI_PROBE_WHOISLIST_PRIV_H
#define KIZUKI_PROBE_WHOISLIST_PRIV_H

#include "kizuki/base/name.h"

struct whoislist;

struct whoislist_row {
	struct kz_name domain;
	char server[KZ_NAME_MAX + 1]; /* name or address */
	char words[64]; /* before the name in a question, with a blank */
};

/* A file that is not there, or "", is empty. */
struct whoislist *whoislist_open(const char *path, const char *own);
void whoislist_close(struct whoislist **list);

/* NULL: nobody known. */
const struct whoislist_row *whoislist_find(
	const struct whoislist *list, const struct kz_name *domain);

#endif

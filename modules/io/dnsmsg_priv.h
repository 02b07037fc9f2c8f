/* SPDX-License-Identifier: ISC */
/*
 * dnsmsg_priv - parts of the reading of DNS messages
 *
 * What:   dnsmsg.c takes names and addresses out of a message; the others the
 *         rest: an address in brackets where a name is due, digests.
 * Owner:  the caller owns the text.
 */
#ifndef KIZUKI_IO_DNSMSG_PRIV_H
#define KIZUKI_IO_DNSMSG_PRIV_H

#include <ldns/ldns.h>

#include "kizuki/io/dnsmsg.h"

#define KZ_DNSMSG_SECTIONS 3

struct kz_dnsmsg {
	ldns_rr_list *sections[KZ_DNSMSG_SECTIONS]; /* by kz_dns_section */
};

/* The i-th record of a section, NULL behind its last. */
const ldns_rr *kz_dnsmsg_record(
	const struct kz_dnsmsg *message, enum kz_dns_section section, size_t i);

/*
 * The name without its first labels.  False, and the root, for one that is
 * none by kz_name_parse: a label may hold any octet on the wire; one with a
 * dot inside must not become two.
 */
bool kz_dnsmsg_name(const ldns_rdf *rdf, size_t skip, struct kz_name *name);

/* A record of the Internet class, of a type, of an owner (NULL: anyone's). */
bool kz_dnsmsg_fits(
	const ldns_rr *record, ldns_rr_type type, const struct kz_name *owner);

/* "[10.224.31.110]", as an SMTP client would write it; "": it is none. */
void kz_dnsmsg_literal(const ldns_rdf *rdf, char literal[KZ_DNS_LITERAL_SIZE]);

#endif

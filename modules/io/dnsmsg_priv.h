/* SPDX-License-Identifier: ISC */
/*
 * dnsmsg_priv - parts of the reading of DNS messages
 *
 * What:   an address in brackets where a name is due.
 * Owner:  the caller owns the text.
 */
#ifndef KIZUKI_IO_DNSMSG_PRIV_H
#define KIZUKI_IO_DNSMSG_PRIV_H

#include <ldns/ldns.h>

#include "kizuki/io/dnsmsg.h"

/* "[10.224.31.110]", as an SMTP client would write it; "": it is none. */
void kz_dnsmsg_literal(const ldns_rdf *rdf, char literal[KZ_DNS_LITERAL_SIZE]);

#endif

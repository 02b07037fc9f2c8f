/* SPDX-License-Identifier: ISC */
/*
 * verify_priv - does a name of a session lead to its client?
 *
 * What:   one struct kz_question in, one struct kz_verified out, by the
 *         resolver alone.
 */
#ifndef KIZUKI_PROBE_VERIFY_PRIV_H
#define KIZUKI_PROBE_VERIFY_PRIV_H

#include "ask_priv.h"

void verify_start(struct probe *probe, const struct kz_question *question);

/* "4.3.2.1.in-addr.arpa": RFC 1035 section 3.5, RFC 3596 section 2.5. */
bool verify_reverse_name(const struct kz_addr *addr, struct kz_name *name);

#endif

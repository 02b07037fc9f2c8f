/* SPDX-License-Identifier: ISC */
/*
 * registry_priv - slices of foreign text, and the two forms of WHOIS
 *
 * Pure:   as kizuki/core/registry.h.
 */
#ifndef KIZUKI_CORE_REGISTRY_PRIV_H
#define KIZUKI_CORE_REGISTRY_PRIV_H

#include "kizuki/core/registry.h"

/* The next line of *rest without its end; false: none is left. */
bool kz_registry_line(struct kz_str *rest, struct kz_str *line);

/* Without blanks at both ends. */
struct kz_str kz_registry_trim(struct kz_str text);

/* Up to the first blank. */
struct kz_str kz_registry_word(struct kz_str text);

/* The same, letters of ASCII in any case. */
bool kz_registry_same(struct kz_str text, struct kz_str word);
bool kz_registry_begins(struct kz_str text, struct kz_str start);

/* Whether it holds word, which is in lower case. */
bool kz_registry_holds(struct kz_str text, const char *word);

/* The domain of an address; the root: there is none. */
void kz_registry_mail(struct kz_str text, struct kz_name *mail);

/* "a.b.c.d/len" or "a.b.c.d-e.f.g.h", blanks allowed around the hyphen. */
bool kz_registry_range_parse(
	struct kz_str text, struct kz_addr *first, struct kz_addr *last);

/* The two forms.  True: they understood something. */
bool kz_registry_read_labels(struct kz_str text, const struct kz_addr *addr,
	struct kz_registry_answer *answer);
bool kz_registry_read_keys(
	struct kz_str text, struct kz_registry_answer *answer);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * name - a domain name that was checked once and is trusted from then on
 *
 * What:   lower case, A-label form, no last dot, labels of 1 to 63 octets,
 *         253 octets at most.  The empty name is the root.
 * Not:    IDNA: U-labels are converted at the border (kizuki/io/idn.h).
 * Source: RFC 1035 section 2.3.4; letters, digits and hyphen of RFC 1123
 *         section 2.1, and the underscore that real zones hold.
 */
#ifndef KIZUKI_BASE_NAME_H
#define KIZUKI_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

#define KZ_NAME_MAX 253

struct kz_name {
	uint8_t len;
	char text[KZ_NAME_MAX + 1]; /* NUL-terminated */
};

/*
 * Folds case and drops one last dot; "." is the root.  KZ_EINVAL: empty, a
 * forbidden octet, an empty or long label, too long, or an address literal.
 * Dotted digits ("10.0.0.1") are a name here: callers that mean a host ask
 * kz_addr_parse first.
 */
KZ_MUST_CHECK enum kz_result kz_name_parse(
	struct kz_str text, struct kz_name *name);

/* The same name. */
bool kz_name_equal(const struct kz_name *left, const struct kz_name *right);

/* Byte order of the text: <0, 0, >0. */
int kz_name_compare(const struct kz_name *left, const struct kz_name *right);

/* True when name is zone or below it; everything is below the root. */
bool kz_name_within(const struct kz_name *name, const struct kz_name *zone);

/* name without its first label; the root for one label and for the root. */
struct kz_name kz_name_parent(const struct kz_name *name);

/* 0 for the root, 1 for "jp". */
size_t kz_name_labels(const struct kz_name *name);

/* The text as a view; lives as long as *name. */
struct kz_str kz_name_str(const struct kz_name *name);

/*
 * Labels in reverse order ("jp.example1"), so that a zone and what lies below
 * it stand together when sorted.  Its own inverse.
 */
struct kz_name kz_name_reversed(const struct kz_name *name);

#endif

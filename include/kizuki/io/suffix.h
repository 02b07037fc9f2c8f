/* SPDX-License-Identifier: ISC */
/*
 * suffix - public suffixes, below which strangers register names
 *
 * What:   the Public Suffix List, ICANN and PRIVATE sections, by libpsl.  A
 *         single label that the list does not hold counts as one, and so does
 *         the root.
 * Owner:  kz_suffix_close.
 * Source: https://publicsuffix.org/list/
 */
#ifndef KIZUKI_IO_SUFFIX_H
#define KIZUKI_IO_SUFFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"

struct kz_suffix;

/*
 * path: a list in text or DAFSA form; NULL or "": the newest that libpsl
 * finds on this machine.  All of it is read at once.  KZ_EIO: not readable.
 */
KZ_MUST_CHECK enum kz_result kz_suffix_open(
	const char *path, struct kz_suffix **suffix);

/* When such a list was made, by its file or libpsl; 0: not known. */
int64_t kz_suffix_made_s(const char *path);

/* NULL is fine; clears the pointer. */
void kz_suffix_close(struct kz_suffix **suffix);

/* True for "jp", "co.jp", "github.io", the root, and an address's "192.0.2.1".
 */
bool kz_suffix_public(
	const struct kz_suffix *suffix, const struct kz_name *name);

/*
 * The registrable domain: the public suffix of name and one label more.
 * KZ_NOT_FOUND: name is a public suffix itself, or an IPv4 address.
 */
KZ_MUST_CHECK enum kz_result kz_suffix_registrable(
	const struct kz_suffix *suffix, const struct kz_name *name,
	struct kz_name *registrable);

#endif

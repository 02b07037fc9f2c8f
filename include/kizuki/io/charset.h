/* SPDX-License-Identifier: ISC */
/*
 * charset - foreign text made UTF-8
 *
 * What:   ISO-2022-JP, in which JPRS and JPNIC answer in Japanese, by its
 *         escape sequences; else the first of UTF-8, EUC-JP and Shift_JIS
 *         that has a letter for each octet; else it passes as it is.
 * Owner:  kz_charset_close; one user at a time.
 * Errors: octets that mean nothing become "?" where there were escapes, NULs
 *         are left out; there is no other failure.
 * Not:    opened after a sandbox closed: iconv reads its tables from files.
 * Source: RFC 1468.
 */
#ifndef KIZUKI_IO_CHARSET_H
#define KIZUKI_IO_CHARSET_H

#include <stddef.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

struct kz_charset;

/* KZ_ENOMEM.  What iconv does not know stays unread. */
KZ_MUST_CHECK enum kz_result kz_charset_open(struct kz_charset **charset);

/* NULL is fine; clears the pointer. */
void kz_charset_close(struct kz_charset **charset);

/*
 * Into buffer, whose size bounds the result; returns its octets.  What does
 * not fit is left out.
 */
size_t kz_charset_utf8(struct kz_charset *charset, struct kz_str text,
	char *buffer, size_t size);

#endif

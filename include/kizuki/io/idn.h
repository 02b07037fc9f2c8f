/* SPDX-License-Identifier: ISC */
/*
 * idn - names as people write them, made into names of the wire
 *
 * What:   U-labels become A-labels by IDNA2008 (libidn2, NFC first, no
 *         transitional forms); names in ASCII pass as they are.
 * Errors: KZ_EINVAL: not a domain name, not UTF-8, or forbidden by IDNA2008.
 * Source: RFC 5891.
 */
#ifndef KIZUKI_IO_IDN_H
#define KIZUKI_IO_IDN_H

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

/* As kz_name_parse, for text that may hold U-labels. */
KZ_MUST_CHECK enum kz_result kz_idn_name(
	struct kz_str text, struct kz_name *name);

#endif

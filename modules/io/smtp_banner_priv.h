/* SPDX-License-Identifier: ISC */
/*
 * smtp_banner_priv - read the greeting of a mail server, octet by octet
 *
 * What:   nothing of the greeting is kept but its code.  "220-" goes on, any
 *         other octet behind three digits makes it the last line.  Lines and
 *         the whole are bounded.
 * Source: RFC 5321 section 4.2.
 */
#ifndef KIZUKI_IO_SMTP_BANNER_PRIV_H
#define KIZUKI_IO_SMTP_BANNER_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"

/* RFC 5321 section 4.5.3.1.5 says 512; there are those who write more. */
#define KZ_SMTP_LINE_MAX 2048
/* Terms of use and maps of the building, in several lines. */
#define KZ_SMTP_BANNER_MAX 65536

enum kz_smtp_banner_state {
	KZ_SMTP_START,   /* no full line yet */
	KZ_SMTP_MORE,    /* a full line with a code, more to come */
	KZ_SMTP_GREETED, /* the last line came */
	KZ_SMTP_ENDLESS, /* a code, and then no end */
	KZ_SMTP_NOISE    /* the first line is none of SMTP */
};

struct kz_smtp_banner {
	enum kz_smtp_banner_state state;
	uint16_t code; /* of the first line; whole once state is not START */
	size_t line;   /* octets of the present line */
	size_t digits; /* of them, among the first three */
	char behind;   /* the octet behind those three */
	size_t total;
};

/* Takes what came; does nothing once the state is final. */
void kz_smtp_banner_take(
	struct kz_smtp_banner *banner, const uint8_t *octets, size_t len);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * smtp_reply_priv - read a reply to EHLO or STARTTLS, octet by octet
 *
 * What:   of its lines the code of the latest, and whether one of them offers
 *         STARTTLS; nothing else is kept.  "250-" goes on, any other octet
 *         behind three digits, or a line without them, makes it the last one.
 * Source: RFC 5321 section 4.2, RFC 3207 section 4.
 */
#ifndef KIZUKI_IO_SMTP_REPLY_PRIV_H
#define KIZUKI_IO_SMTP_REPLY_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kz_smtp_reply {
	char line[16]; /* "250-STARTTLS" and no more of it */
	size_t len;    /* of the whole line */
	size_t total;
	unsigned code; /* of the latest line; 0: none */
	bool starttls; /* offered */
	bool done;     /* the last line came */
};

/*
 * Takes what came, of any length: whoever reads bounds total.  Nothing behind
 * the last line is looked at.
 */
void kz_smtp_reply_take(
	struct kz_smtp_reply *reply, const uint8_t *octets, size_t len);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * socketmap - Sendmail's map class "socket", bytes in and bytes out
 *
 * What:   finds the end of a netstring in a buffer, makes a struct kz_request
 *         of the key that a ruleset built, and words the answer.
 * Not:    no sockets.
 * Source: sendmail's op manual, "socket" maps; kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_FRONT_SOCKETMAP_H
#define KIZUKI_FRONT_SOCKETMAP_H

#include <stddef.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/request.h"

/*
 * Octets within a netstring.  A key holds two addresses and four names, 2 KB
 * at most; Sendmail itself would send a million.
 */
#define KZ_SOCKETMAP_MAX 8192

/*
 * *len becomes the octets of the first whole netstring, length and comma
 * included.  KZ_ETRUNC: not whole yet.  KZ_EFORMAT: it never will be one that
 * is taken, the connection is to be closed; *why becomes a static text.
 */
KZ_MUST_CHECK enum kz_result kz_socketmap_find(
	struct kz_str bytes, size_t *len, const char **why);

/*
 * Parse one whole netstring; request->peer stays empty for the caller to fill.
 * The event "relay" becomes KZ_POINT_OTHER.  KZ_EINVAL: to be answered with
 * kz_socketmap_refuse; *why becomes a static text that says what was expected,
 * so also for another map than "kizuki" and "kizukiup".
 */
KZ_MUST_CHECK enum kz_result kz_socketmap_parse(
	struct kz_str bytes, struct kz_request *request, const char **why);

#define KZ_SOCKETMAP_ANSWER_SIZE 1024

/*
 * The answer to request, a netstring, into buffer; returns its octets.  It is
 * "OK " and a word for the ruleset, which is never empty: a bare "OK" ends
 * Sendmail's process.  A deferral is one quoted token with the whole reply,
 * for Sendmail puts no prefix of ours before it.  reply NULL, or with a text
 * that is empty or not printable ASCII: the mail is let in.
 * size must be KZ_SOCKETMAP_ANSWER_SIZE or more.
 */
size_t kz_socketmap_answer(const struct kz_request *request,
	const struct kz_reply *reply, char *buffer, size_t size);

/* "PERM why" as a netstring: Sendmail takes it for "not found". */
size_t kz_socketmap_refuse(const char *why, char *buffer, size_t size);

#endif

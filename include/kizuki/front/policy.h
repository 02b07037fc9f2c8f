/* SPDX-License-Identifier: ISC */
/*
 * policy - Postfix's policy delegation protocol, bytes in and bytes out
 *
 * What:   finds the end of a request in a buffer, makes a struct kz_request of
 *         it, and words the answer.  Every unknown attribute is ignored.
 * Not:    no sockets.
 * Source: Postfix SMTPD_POLICY_README; kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_FRONT_POLICY_H
#define KIZUKI_FRONT_POLICY_H

#include <stddef.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/request.h"

/*
 * How many octets of bytes the first whole request takes, its blank line
 * included; 0: not whole yet.
 */
size_t kz_policy_find(struct kz_str bytes);

/* Lines of a request; Postfix 3.7 sends 32, and each release a few more. */
#define KZ_POLICY_LINES_MAX 500

/*
 * Parse one whole request; request->peer stays empty for the caller to fill.
 * KZ_EFORMAT: no "request=smtpd_access_policy", a line without "=", a NUL
 * octet, too many lines: the connection is to be closed.  KZ_EINVAL: an
 * attribute too long for its field, a policy_context that is no stage, a
 * client_address that is none, no recipient at RCPT: to be answered DUNNO. *why
 * becomes a static text that says what was expected. Of an attribute given
 * twice the first counts, as the protocol allows. Authenticated: sasl_username,
 * or ccert_subject (sent by Postfix for a certificate that it verified)
 * together with ccert_fingerprint.
 */
KZ_MUST_CHECK enum kz_result kz_policy_parse(
	struct kz_str bytes, struct kz_request *request, const char **why);

#define KZ_POLICY_ANSWER_SIZE 1024

/*
 * The answer, its blank line included, into buffer; returns its octets.
 * NULL: action=DUNNO; so also a reply whose text is empty or holds anything
 * but printable ASCII: an action that the MTA does not know costs mail.  With
 * waited_s the answer puts a header line before the mail:
 * "X-Kizuki: delayed; seconds=312; site=example1.jp".
 * size must be KZ_POLICY_ANSWER_SIZE or more.
 */
size_t kz_policy_answer(
	const struct kz_reply *reply, char *buffer, size_t size);

#endif

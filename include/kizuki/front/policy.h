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

/*
 * Parse one whole request.  KZ_EFORMAT: no "request=smtpd_access_policy", a
 * line without "=", a NUL octet, or an address that is none: the connection
 * is to be closed; *why becomes a static text that says what was expected.
 * An attribute that is too long for its field, or a policy_context that is no
 * stage, is KZ_EINVAL: to be answered DUNNO, with *why in the log.
 */
KZ_MUST_CHECK enum kz_result kz_policy_parse(
	struct kz_str bytes, struct kz_request *request, const char **why);

/*
 * The answer, its blank line included, into buffer; returns its octets.
 * NULL: action=DUNNO.  size must be KZ_POLICY_ANSWER_SIZE or more.
 */
#define KZ_POLICY_ANSWER_SIZE 1024
size_t kz_policy_answer(
	const struct kz_reply *reply, char *buffer, size_t size);

#endif

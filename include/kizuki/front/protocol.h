/* SPDX-License-Identifier: ISC */
/*
 * protocol - what is spoken on one socket, as functions from bytes to bytes
 *
 * What:   the few steps in which a server of questions and answers differs
 *         from another: where a question ends, what it says, how the answer is
 *         worded.  One table for each protocol.
 * Not:    no sockets; see kizuki/front/policy.h and socketmap.h for the bytes.
 */
#ifndef KIZUKI_FRONT_PROTOCOL_H
#define KIZUKI_FRONT_PROTOCOL_H

#include <stddef.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/request.h"

/* Room for any answer of any of them. */
#define KZ_PROTOCOL_ANSWER_SIZE 1024

struct kz_protocol {
	/* What is answered to a question that is not understood. */
	const char *refusal;
	/*
	 * *len becomes the octets of the first whole question, which has max
	 * of them at most.  KZ_ETRUNC: not whole yet.  KZ_EFORMAT: close the
	 * connection, *why says why.
	 */
	enum kz_result (*find)(
		struct kz_str bytes, size_t max, size_t *len, const char **why);
	/*
	 * KZ_EINVAL: not understood, refuse it.  KZ_EFORMAT: close the
	 * connection.  *why becomes a static text.
	 */
	enum kz_result (*parse)(struct kz_str bytes, struct kz_request *request,
		const char **why);
	/* Both give the octets of the answer in buffer. */
	size_t (*answer)(const struct kz_request *request,
		const struct kz_reply *reply, char *buffer, size_t size);
	size_t (*refuse)(const char *why, char *buffer, size_t size);
};

extern const struct kz_protocol kz_protocol_policy;
extern const struct kz_protocol kz_protocol_socketmap;

#endif

/* SPDX-License-Identifier: ISC */
#include "kizuki/front/protocol.h"

#include <string.h>

#include "kizuki/front/policy.h"
#include "kizuki/front/socketmap.h"

_Static_assert(KZ_POLICY_ANSWER_SIZE <= KZ_PROTOCOL_ANSWER_SIZE &&
		KZ_SOCKETMAP_ANSWER_SIZE <= KZ_PROTOCOL_ANSWER_SIZE,
	"room for any answer");

static enum kz_result
policy_find(struct kz_str bytes, size_t max, size_t *len, const char **why)
{
	const size_t found = kz_policy_find(bytes);
	const size_t within = found > 0 ? found : bytes.len;

	if (within > max) {
		*why = "its request is longer than allowed";
		return KZ_EFORMAT;
	}
	/* No request holds a NUL: do not wait for the end of this one. */
	if (memchr(bytes.ptr, '\0', within) != NULL) {
		*why = "a NUL octet";
		return KZ_EFORMAT;
	}
	if (found == 0)
		return KZ_ETRUNC;
	*len = found;
	return KZ_OK;
}

static size_t
policy_answer(const struct kz_request *request, const struct kz_reply *reply,
	char *buffer, size_t size)
{
	(void)request;
	return kz_policy_answer(reply, buffer, size);
}

static size_t
policy_refuse(const char *why, char *buffer, size_t size)
{
	(void)why;
	return kz_policy_answer(NULL, buffer, size);
}

static enum kz_result
socketmap_find(struct kz_str bytes, size_t max, size_t *len, const char **why)
{
	/* It has a bound of its own, which no key comes near. */
	(void)max;
	return kz_socketmap_find(bytes, len, why);
}

const struct kz_protocol kz_protocol_policy = {
	.refusal = "DUNNO",
	.find = policy_find,
	.parse = kz_policy_parse,
	.answer = policy_answer,
	.refuse = policy_refuse,
};

const struct kz_protocol kz_protocol_socketmap = {
	.refusal = "PERM",
	.find = socketmap_find,
	.parse = kz_socketmap_parse,
	.answer = kz_socketmap_answer,
	.refuse = kz_socketmap_refuse,
};

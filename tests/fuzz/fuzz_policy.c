/* SPDX-License-Identifier: ISC */
/*
 * A connection's bytes: each request is taken as kizukid takes it, and what
 * the client sent goes into an answer that must be clean.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/decision.h"
#include "kizuki/front/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_answer(const struct kz_reply *reply)
{
	char buffer[KZ_POLICY_ANSWER_SIZE];
	size_t len = kz_policy_answer(reply, buffer, sizeof(buffer));

	if (len < sizeof("action=X\n\n") - 1 ||
		memcmp(buffer, "action=", 7) != 0 ||
		memcmp(buffer + len - 2, "\n\n", 2) != 0)
		abort();
	for (size_t i = 0; i + 2 < len; i++) {
		if (buffer[i] < ' ' || buffer[i] > '~')
			abort();
	}
}

static void
answer(const struct kz_request *request)
{
	struct kz_reply reply = {.action = KZ_ACTION_DEFER};
	struct kz_str helo = {request->helo, strlen(request->helo)};
	char shown[KZ_HELO_MAX + 1];

	kz_reply_text(
		KZ_GREY_REFUSED, 0, helo, NULL, request->sender, reply.text);
	if (strlen(kz_reply_helo(helo, shown)) + strlen(reply.text) +
			sizeof("450 4.7.1 <>: Helo command rejected: \r\n") -
			1 >
		KZ_REPLY_MAX)
		abort();
	check_answer(&reply);
	/* Nobody fills it with such bytes; if somebody does, it is DUNNO. */
	memcpy(reply.text, request->helo, sizeof(request->helo));
	check_answer(&reply);
	reply.action = KZ_ACTION_ACCEPT;
	reply.waited_s = 1;
	memcpy(reply.waited_site, request->helo, sizeof(request->helo));
	check_answer(&reply);
	if (kz_recipient_exempt(request->recipient) &&
		request->recipient[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kz_str bytes = {(const char *)data, size};

	if (size == 0)
		return 0;
	for (;;) {
		size_t taken = kz_policy_find(bytes);
		struct kz_request request;
		const char *why = NULL;

		if (taken == 0)
			return 0;
		switch (kz_policy_parse(
			(struct kz_str){bytes.ptr, taken}, &request, &why)) {
		case KZ_OK:
			answer(&request);
			break;
		case KZ_EINVAL:
			if (why == NULL || why[0] == '\0')
				abort();
			break;
		default:
			if (why == NULL || why[0] == '\0')
				abort();
			return 0;
		}
		bytes.ptr += taken;
		bytes.len -= taken;
	}
}

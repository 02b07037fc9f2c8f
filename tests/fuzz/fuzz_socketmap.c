/* SPDX-License-Identifier: ISC */
/*
 * A connection's bytes: each netstring is taken as kizukid takes it, and the
 * answer must be a netstring that Sendmail survives and takes as one token.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/decision.h"
#include "kizuki/front/socketmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_frame(const char *buffer, size_t len)
{
	const char *colon = memchr(buffer, ':', len);

	if (colon == NULL || buffer[len - 1] != ',' ||
		strtoul(buffer, NULL, 10) != len - 2 - (size_t)(colon - buffer))
		abort();
	for (size_t i = 0; i < len; i++)
		if (buffer[i] < ' ' || buffer[i] > '~')
			abort();
}

/* "OK " and a value, which may hold one quoted token at its end. */
static void
check_answer(const struct kz_request *request, const struct kz_reply *reply)
{
	char buffer[KZ_SOCKETMAP_ANSWER_SIZE];
	size_t len =
		kz_socketmap_answer(request, reply, buffer, sizeof(buffer));
	const char *value = memchr(buffer, ':', len);
	const char *quote = memchr(buffer, '"', len);

	check_frame(buffer, len);
	if (value == NULL || memcmp(value, ":OK ", 4) != 0 || value[4] == ',')
		abort();
	if (memchr(buffer, '\\', len) != NULL)
		abort();
	if (quote == NULL)
		return;
	len -= (size_t)(quote + 1 - buffer);
	/* the second one ends it */
	if (memchr(quote + 1, '"', len) != quote + 1 + len - 2)
		abort();
}

static void
answer(const struct kz_request *request)
{
	struct kz_reply reply = {.action = KZ_ACTION_DEFER};
	struct kz_str helo = {request->helo, strlen(request->helo)};

	kz_reply_text(
		KZ_GREY_REFUSED, 0, helo, NULL, request->sender, reply.text);
	check_answer(request, &reply);
	/* Nobody fills it with such bytes; if somebody does, mail goes on. */
	memcpy(reply.text, request->helo, sizeof(request->helo));
	check_answer(request, &reply);
	check_answer(request, NULL);
	reply.action = KZ_ACTION_ACCEPT;
	reply.waited_s = 1;
	memcpy(reply.waited_site, request->helo, sizeof(request->helo));
	check_answer(request, &reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kz_str bytes = {(const char *)data, size};
	char buffer[KZ_SOCKETMAP_ANSWER_SIZE];
	const char *why = NULL;
	size_t taken = 0;

	while (kz_socketmap_find(bytes, &taken, &why) == KZ_OK) {
		struct kz_request request;

		if (taken < 3 || taken > bytes.len)
			abort();
		if (kz_socketmap_parse((struct kz_str){bytes.ptr, taken},
			    &request, &why) == KZ_OK)
			answer(&request);
		else
			check_frame(buffer,
				kz_socketmap_refuse(
					why, buffer, sizeof(buffer)));
		bytes.ptr += taken;
		bytes.len -= taken;
	}
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* Whatever a registry sends: what is kept is bounded, sorted and printable. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/registry.h"
#include "kizuki/front/rdap.h"
#include "kizuki/io/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t size)
{
	if (memchr(text, '\0', size) == NULL)
		abort();
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			abort();
	}
}

static void
check(const struct kz_registry_answer *answer)
{
	char buffer[2 * KZ_ADDR_TEXT_SIZE];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));
	json_t *json = NULL;

	check_text(answer->handle, sizeof(answer->handle));
	check_text(answer->phone, sizeof(answer->phone));
	for (size_t i = 0; i < answer->state_count; i++)
		check_text(answer->states[i], sizeof(answer->states[i]));
	for (size_t i = 0; i < answer->contact_count; i++) {
		check_text(answer->contacts[i].handle,
			sizeof(answer->contacts[i].handle));
		check_text(answer->contacts[i].link,
			sizeof(answer->contacts[i].link));
	}
	for (size_t i = 1; i < answer->server_count; i++) {
		if (kz_name_compare(
			    &answer->servers[i - 1], &answer->servers[i]) >= 0)
			abort();
	}
	if (answer->kind == KZ_REGISTRY_NETWORK) {
		kz_registry_range(answer, &text);
		if (text.cut)
			abort();
	}
	if (kz_rdap_report(answer, &json) != KZ_OK)
		abort();
	json_decref(json);
}

/* A server that is named is one: it will be looked up and connected to. */
static void
check_referral(struct kz_str text)
{
	static struct kz_registry_answer answer;
	struct kz_name name;

	kz_registry_referral(text, &answer);
	check_text(answer.server, sizeof(answer.server));
	if (answer.outcome == KZ_REGISTRY_UNCLEAR && answer.server[0] == '\0')
		return;
	if (answer.outcome != KZ_REGISTRY_FOUND ||
		kz_name_parse(
			(struct kz_str){answer.server, strlen(answer.server)},
			&name) != KZ_OK ||
		kz_name_labels(&name) < 2 ||
		strcmp(name.text, answer.server) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kz_charset *charset;
	static char utf8[KZ_REGISTRY_TEXT_MAX];
	static struct kz_registry_answer answer;
	const struct kz_addr addr = {KZ_ADDR_V4, {10, 1, 2, 5}};
	struct kz_str bytes = {(const char *)data, size};

	if (size == 0)
		return 0;
	if (charset == NULL && kz_charset_open(&charset) != KZ_OK)
		abort();
	if (kz_rdap_read(bytes, &answer) != KZ_OK)
		abort();
	check(&answer);
	bytes.len = kz_charset_utf8(charset, bytes, utf8, sizeof(utf8));
	bytes.ptr = utf8;
	kz_registry_read(bytes, &addr, &answer);
	check(&answer);
	check_referral(bytes);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/*
 * Whatever decodes must encode back to the same bytes; a subject's text is
 * its own written form, and a client's address finds it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/allow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
record(const uint8_t *data, size_t size)
{
	uint8_t again[KZ_ALLOW_RECORD_SIZE];
	struct kz_allow allow;
	size_t len;

	if (kz_allow_decode(data, size, &allow) != KZ_OK)
		return;
	if (kz_allow_encode(&allow, again, sizeof(again), &len) != KZ_OK ||
		len != size || memcmp(again, data, size) != 0)
		abort();
}

static void
written_form(const uint8_t *data, size_t size)
{
	struct kz_str text = {(const char *)data, size};
	struct kz_allow_subject subject, again;

	if (kz_allow_parse(text, &subject) != KZ_OK)
		return;
	text = (struct kz_str){subject.text, strlen(subject.text)};
	if (kz_allow_parse(text, &again) != KZ_OK ||
		again.kind != subject.kind ||
		strcmp(again.text, subject.text) != 0)
		abort();
}

static void
address(const uint8_t *data, size_t size)
{
	char text[KZ_ADDRESS_MAX + 1];
	struct kz_allow_subject subject, said;

	if (size >= sizeof(text) || memchr(data, '\0', size) != NULL)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	for (int form = KZ_ALLOW_WHOLE; form <= KZ_ALLOW_LOCAL; form++) {
		if (!kz_allow_of_address(KZ_ALLOW_RECIPIENT,
			    (enum kz_allow_form)form, text, &subject))
			continue;
		/* what an operator may write of it is the same subject */
		if (kz_allow_parse(
			    (struct kz_str){subject.text, strlen(subject.text)},
			    &said) == KZ_OK &&
			strcmp(said.text, subject.text) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	record(data, size);
	written_form(data, size);
	address(data, size);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* Ranges of addresses, as registries write them. */
#include <string.h>

#include "registry_priv.h"

bool
kz_registry_range_parse(
	struct kz_str text, struct kz_addr *first, struct kz_addr *last)
{
	const char *hyphen = memchr(text.ptr, '-', text.len);
	struct kz_net net;
	unsigned bits;

	if (hyphen != NULL) {
		struct kz_str left = {text.ptr, (size_t)(hyphen - text.ptr)};
		struct kz_str right = {
			hyphen + 1, text.len - (size_t)(hyphen + 1 - text.ptr)};

		return kz_addr_parse(kz_registry_trim(left), first) == KZ_OK &&
			kz_addr_parse(kz_registry_trim(right), last) == KZ_OK &&
			first->family == last->family &&
			kz_addr_compare(first, last) <= 0;
	}
	if (kz_net_parse(text, &net) != KZ_OK)
		return false;
	*first = *last = net.addr;
	bits = net.addr.family == KZ_ADDR_V4 ? 32 : 128;
	for (unsigned i = net.prefix; i < bits; i++)
		last->bytes[i / 8] |= (uint8_t)(1U << (7 - i % 8));
	return true;
}

unsigned
kz_registry_width(const struct kz_addr *first, const struct kz_addr *last)
{
	unsigned bits = first->family == KZ_ADDR_V4 ? 32 : 128;

	for (unsigned i = 0; i < bits; i++) {
		unsigned shift = 7 - i % 8;

		if (((first->bytes[i / 8] ^ last->bytes[i / 8]) >> shift & 1) !=
			0)
			return bits - i;
	}
	return 0;
}

void
kz_registry_range(const struct kz_registry_answer *answer, struct kz_text *text)
{
	char shown[KZ_ADDR_TEXT_SIZE];
	unsigned bits = answer->first.family == KZ_ADDR_V4 ? 32 : 128;
	unsigned width = kz_registry_width(&answer->first, &answer->last);
	uint8_t prefix = (uint8_t)(bits - width);
	struct kz_net net = kz_net_of(&answer->first, prefix, prefix);
	struct kz_net end = net;

	/* A network when all bits behind the prefix are 0, and then all 1. */
	for (unsigned i = bits - width; i < bits; i++)
		end.addr.bytes[i / 8] |= (uint8_t)(1U << (7 - i % 8));
	if (kz_addr_compare(&net.addr, &answer->first) == 0 &&
		kz_addr_compare(&end.addr, &answer->last) == 0) {
		kz_text_word(text, kz_net_format(&net, shown));
		return;
	}
	kz_text_word(text, kz_addr_format(&answer->first, shown));
	kz_text_word(text, "-");
	kz_text_word(text, kz_addr_format(&answer->last, shown));
}

/* SPDX-License-Identifier: ISC */
/*
 * record_priv - texts and addresses in the records of core
 *
 * What:   a text is its length and its octets, without NUL; an address is its
 *         family and 0, 4 or 16 octets.  All takes go through the cursor, so
 *         that one check at the end suffices.
 */
#ifndef KIZUKI_CORE_RECORD_PRIV_H
#define KIZUKI_CORE_RECORD_PRIV_H

#include <string.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/wire.h"

static inline void
put_text(struct kz_writer *writer, size_t width, const char *text)
{
	size_t len = strlen(text);

	kz_writer_put(writer, width, len);
	for (size_t i = 0; i < len; i++)
		kz_writer_put(writer, 1, (uint8_t)text[i]);
}

/* Into size octets; a text that is longer, or holds NUL, is bad. */
static inline void
take_text(struct kz_reader *reader, size_t width, char *text, size_t size)
{
	uint64_t len = kz_reader_take(reader, width);

	if (len >= size) {
		reader->bad = true;
		len = 0;
	}
	for (size_t i = 0; i < len; i++) {
		text[i] = (char)kz_reader_take(reader, 1);
		if (text[i] == '\0')
			reader->bad = true;
	}
	text[len] = '\0';
}

static inline size_t
addr_octets(uint64_t family)
{
	switch (family) {
	case KZ_ADDR_V4:
		return 4;
	case KZ_ADDR_V6:
		return 16;
	default:
		return 0;
	}
}

static inline void
put_addr(struct kz_writer *writer, const struct kz_addr *addr)
{
	kz_writer_put(writer, 1, addr->family);
	for (size_t i = 0; i < addr_octets(addr->family); i++)
		kz_writer_put(writer, 1, addr->bytes[i]);
}

/* An address that kz_addr_from_bytes would make another one of is bad. */
static inline void
take_addr(struct kz_reader *reader, struct kz_addr *addr)
{
	struct kz_addr again;
	size_t octets;

	*addr = (struct kz_addr){.family = (uint8_t)kz_reader_take(reader, 1)};
	octets = addr_octets(addr->family);
	for (size_t i = 0; i < octets; i++)
		addr->bytes[i] = (uint8_t)kz_reader_take(reader, 1);
	if (octets == 0 ? addr->family != KZ_ADDR_NONE
			: kz_addr_from_bytes(addr->bytes, octets, &again) !=
					KZ_OK ||
				again.family != addr->family)
		reader->bad = true;
}

#endif

/* SPDX-License-Identifier: ISC */
/* Whatever decodes must encode back to the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[KZ_SITE_RECORD_SIZE];
	struct kz_site site;
	size_t len;

	if (kz_site_decode(data, size, &site) != KZ_OK)
		return 0;
	if (kz_site_encode(&site, again, sizeof(again), &len) != KZ_OK ||
		len != size || memcmp(again, data, size) != 0)
		abort();
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* Whatever decodes must encode back to the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/registry.h"
#include "kizuki/core/turn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
same(enum kz_result result, const uint8_t *again, size_t len,
	const uint8_t *data, size_t size)
{
	if (result != KZ_OK || len != size || memcmp(again, data, size) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[8192];
	static struct kz_registry_answer answer;
	struct kz_turn turn;
	size_t len = 0;

	if (kz_registry_decode(data, size, &answer) == KZ_OK)
		same(kz_registry_encode(&answer, again, sizeof(again), &len),
			again, len, data, size);
	if (kz_turn_decode(data, size, &turn) == KZ_OK)
		same(kz_turn_encode(&turn, again, sizeof(again), &len), again,
			len, data, size);
	return 0;
}

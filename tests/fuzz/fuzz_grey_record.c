/* SPDX-License-Identifier: ISC */
/*
 * Whatever decodes must encode back to the same bytes, and a try against it
 * must give an entry that can be stored.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/greylist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kz_grey_policy policy = {
	.delay_s = 300,
	.window_s = 12 * 3600,
	.open_s = 2 * 3600,
	.max_delay_s = 3 * 3600,
	.keep_s = 35 * 86400,
	.allow_after = 5,
};

static void
try_it(const struct kz_grey_entry *entry, enum kz_grey_kind kind, int64_t now_s)
{
	const struct kz_grey_origin origin = {.reset_s = entry->taken_s};
	struct kz_grey_attempt attempt = {
		.kind = kind,
		.ripens = (entry->tries & 1) != 0,
		.found = entry,
		.origin = &origin,
		.now_s = now_s,
	};
	struct kz_grey_step step;

	if (now_s < 1 || now_s > KZ_GREY_MOMENT_MAX)
		return;
	if (kz_grey_try(&policy, &attempt, &step) != KZ_OK)
		abort();
	if (step.write == KZ_GREY_PUT && !kz_grey_entry_valid(&step.entry))
		abort();
	if (step.pass != (step.wait_s == 0) || step.waited_s < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[KZ_GREY_ENTRY_SIZE];
	struct kz_grey_entry entry;
	struct kz_grey_origin origin;
	size_t len;

	if (kz_grey_origin_decode(data, size, &origin) == KZ_OK &&
		(kz_grey_origin_encode(&origin, again, sizeof(again), &len) !=
				KZ_OK ||
			len != size || memcmp(again, data, size) != 0))
		abort();
	if (kz_grey_entry_decode(data, size, &entry) != KZ_OK)
		return 0;
	if (kz_grey_entry_encode(&entry, again, sizeof(again), &len) != KZ_OK ||
		len != size || memcmp(again, data, size) != 0)
		abort();
	for (int64_t after_s = -100000; after_s <= 100000; after_s += 7919) {
		try_it(&entry, KZ_GREY_BROKEN, entry.last_s + after_s);
		try_it(&entry, KZ_GREY_ORDINARY, entry.last_s + after_s);
	}
	return 0;
}

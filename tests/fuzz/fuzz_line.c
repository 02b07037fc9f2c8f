/* SPDX-License-Identifier: ISC */
/* What parses must print, and print the same once more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/front/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[KZ_LINE_MAX], second[KZ_LINE_MAX];
	static struct kz_line line;
	struct kz_str bytes = {(const char *)data, size};
	const char *why = NULL;
	size_t len, again;

	if (size == 0)
		return 0;
	if (kz_line_parse(bytes, &line, &why) != KZ_OK) {
		if (why == NULL || why[0] == '\0')
			abort();
		return 0;
	}
	if (kz_line_print(&line, first, sizeof(first), &len) != KZ_OK)
		abort();
	bytes = (struct kz_str){first, len};
	if (kz_line_parse(bytes, &line, &why) != KZ_OK ||
		kz_line_print(&line, second, sizeof(second), &again) != KZ_OK ||
		len != again || memcmp(first, second, len) != 0)
		abort();
	return 0;
}

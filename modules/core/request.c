/* SPDX-License-Identifier: ISC */
#include "kizuki/core/request.h"

#include <stddef.h>
#include <string.h>

static const char *const stages[] = {
	[KZ_STAGE_PRIMARY] = "primary",
	[KZ_STAGE_SECONDARY] = "secondary",
	[KZ_STAGE_SOLE] = "sole",
};

#define STAGE_COUNT (sizeof(stages) / sizeof(stages[0]))

const char *
kz_stage_text(enum kz_stage stage)
{
	return (size_t)stage < STAGE_COUNT ? stages[stage] : "?";
}

enum kz_result
kz_stage_find(struct kz_str text, enum kz_stage *stage)
{
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		if (strlen(stages[i]) == text.len &&
			memcmp(stages[i], text.ptr, text.len) == 0) {
			*stage = (enum kz_stage)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

/* SPDX-License-Identifier: ISC */
/*
 * name_kit - names as tests write them
 *
 * What:   a name from its text, which must be one; "" is the root.
 */
#ifndef KIZUKI_TESTS_NAME_KIT_H
#define KIZUKI_TESTS_NAME_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/base/name.h"

static inline struct kz_name
kit_name(const char *text)
{
	struct kz_name name = {0};

	if (text[0] != '\0')
		assert_int_equal(
			kz_name_parse(
				(struct kz_str){text, strlen(text)}, &name),
			KZ_OK);
	return name;
}

#endif

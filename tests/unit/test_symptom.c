/* SPDX-License-Identifier: ISC */
/* Tests for kizuki/core/symptom.h: the catalogue is whole and consistent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/symptom.h"

static struct kz_str
str_of(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

static void
every_symptom_is_found_by_its_id(void **state)
{
	enum kz_symptom symptom = KZ_SYMPTOM_COUNT;

	(void)state;
	assert_int_equal(KZ_SYMPTOM_COUNT, 73);
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		const char *id = kz_symptom_info((enum kz_symptom)i)->id;

		assert_int_equal(kz_symptom_find(str_of(id), &symptom), KZ_OK);
		assert_int_equal(symptom, i);
	}
	assert_int_equal(
		kz_symptom_find(str_of("mx-best"), &symptom), KZ_NOT_FOUND);
	assert_int_equal(kz_symptom_find(str_of("MX-BEST-DEAD"), &symptom),
		KZ_NOT_FOUND);
	assert_int_equal(kz_symptom_find(str_of(""), &symptom), KZ_NOT_FOUND);
	/* A number from nowhere is no crash. */
	assert_non_null(kz_symptom_info(KZ_SYMPTOM_COUNT));
}

static void
every_row_is_within_its_bounds(void **state)
{
	size_t convicting = 0;

	(void)state;
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		const struct kz_symptom_info *info =
			kz_symptom_info((enum kz_symptom)i);

		print_message("  %s\n", info->id);
		assert_in_range(info->points, 1, 10);
		assert_in_range(info->wave, 1, 3);
		assert_true(info->class < KZ_CLASS_COUNT);
		assert_in_range(strlen(info->english), 10, KZ_SENTENCE_MAX);
		assert_in_range(strlen(info->japanese), 10, KZ_SENTENCE_MAX);
		assert_in_range(strlen(info->fix_english), 4, KZ_SENTENCE_MAX);
		assert_in_range(strlen(info->fix_japanese), 4, KZ_SENTENCE_MAX);
		/* What supports only never convicts alone. */
		if (info->family == KZ_FAMILY_RDNS ||
			info->family == KZ_FAMILY_POL ||
			info->family == KZ_FAMILY_WEB)
			assert_false(info->convicts);
		convicting += info->convicts;
	}
	assert_int_equal(convicting, 17);
}

static void
families_have_texts_and_caps(void **state)
{
	enum kz_family family = KZ_FAMILY_COUNT;
	unsigned sum = 0;

	(void)state;
	for (int i = 0; i < KZ_FAMILY_COUNT; i++) {
		const char *text = kz_family_text((enum kz_family)i);

		assert_int_equal(kz_family_find(str_of(text), &family), KZ_OK);
		assert_int_equal(family, i);
		sum += kz_family_cap((enum kz_family)i);
	}
	assert_int_equal(sum, 54);
	assert_int_equal(kz_family_find(str_of("mx"), &family), KZ_NOT_FOUND);
	assert_string_equal(kz_family_text(KZ_FAMILY_COUNT), "?");
	assert_int_equal(kz_family_cap(KZ_FAMILY_COUNT), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_symptom_is_found_by_its_id),
		cmocka_unit_test(every_row_is_within_its_bounds),
		cmocka_unit_test(families_have_texts_and_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/symptom.h"

#include <stddef.h>

#include "match_priv.h"

#define SYMPTOM_ROW(name, id_, family_, class_, points_, wave_, object_,       \
	convicts_, english_, japanese_, fix_english_, fix_japanese_)           \
	{.id = (id_),                                                          \
		.family = KZ_FAMILY_##family_,                                 \
		.class = KZ_CLASS_##class_,                                    \
		.points = (points_),                                           \
		.wave = (wave_),                                               \
		.object = KZ_OBJECT_##object_,                                 \
		.convicts = (convicts_),                                       \
		.english = (english_),                                         \
		.japanese = (japanese_),                                       \
		.fix_english = (fix_english_),                                 \
		.fix_japanese = (fix_japanese_)},
static const struct kz_symptom_info symptoms[KZ_SYMPTOM_COUNT] = {
	KZ_SYMPTOM_LIST(SYMPTOM_ROW)};

struct family_row {
	const char *text;
	uint8_t cap;
};

#define FAMILY_ROW(name, cap_) {#name, cap_},
static const struct family_row families[KZ_FAMILY_COUNT] = {
	KZ_FAMILY_LIST(FAMILY_ROW)};

const struct kz_symptom_info *
kz_symptom_info(enum kz_symptom symptom)
{
	/* The enum may be unsigned or not; a number from nowhere gets row 0. */
	if ((unsigned)symptom >= KZ_SYMPTOM_COUNT)
		return &symptoms[0];
	return &symptoms[symptom];
}

uint16_t
kz_symptom_revision(enum kz_symptom symptom)
{
	/* No row was tested or weighed in another way since its release. */
	(void)symptom;
	return 1;
}

enum kz_result
kz_symptom_find(struct kz_str id, enum kz_symptom *symptom)
{
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		if (match_word(id, symptoms[i].id)) {
			*symptom = (enum kz_symptom)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

const char *
kz_family_text(enum kz_family family)
{
	if ((unsigned)family >= KZ_FAMILY_COUNT)
		return "?";
	return families[family].text;
}

enum kz_result
kz_family_find(struct kz_str text, enum kz_family *family)
{
	for (size_t i = 0; i < KZ_FAMILY_COUNT; i++) {
		if (match_word(text, families[i].text)) {
			*family = (enum kz_family)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

uint8_t
kz_family_cap(enum kz_family family)
{
	return (unsigned)family < KZ_FAMILY_COUNT ? families[family].cap : 0;
}

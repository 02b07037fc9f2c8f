/* SPDX-License-Identifier: ISC */
/*
 * symptom - the catalogue: one row for each objectively testable fault
 *
 * What:   identifier, family, evidence class, points, wave, kind of object,
 *         whether it convicts alone, and its words in English and Japanese
 *         with the advice how to mend it.  One table; code, docs, replies and
 *         pages come from it.  Identifiers are never renamed or used again.
 * Pure:   constant data.
 * Source: the paper's section is in each row.
 */
#ifndef KIZUKI_CORE_SYMPTOM_H
#define KIZUKI_CORE_SYMPTOM_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/symptom_list.h"

/* The order is the order of families in reports. */
#define KZ_FAMILY_LIST(X)                                                      \
	X(MX, 10)                                                              \
	X(DEL, 8)                                                              \
	X(CON, 8)                                                              \
	X(SEC, 6)                                                              \
	X(RDNS, 4)                                                             \
	X(REG, 6)                                                              \
	X(LOG, 6)                                                              \
	X(POL, 4)                                                              \
	X(WEB, 2)

#define KZ_FAMILY_ENUM(name, cap) KZ_FAMILY_##name,
enum kz_family { KZ_FAMILY_LIST(KZ_FAMILY_ENUM) KZ_FAMILY_COUNT };
#undef KZ_FAMILY_ENUM

/* Evidence classes: network, content, registry, log, operator fact. */
enum kz_class {
	KZ_CLASS_N,
	KZ_CLASS_C,
	KZ_CLASS_R,
	KZ_CLASS_L,
	KZ_CLASS_O,
	KZ_CLASS_COUNT
};

enum kz_object_kind {
	KZ_OBJECT_DOMAIN,
	KZ_OBJECT_HOST,
	KZ_OBJECT_ADDR,
	KZ_OBJECT_HANDLE
};

#define KZ_SYM_ENUM(name, ...) KZ_SYM_##name,
enum kz_symptom { KZ_SYMPTOM_LIST(KZ_SYM_ENUM) KZ_SYMPTOM_COUNT };
#undef KZ_SYM_ENUM

struct kz_symptom_info {
	const char *id;      /* "mx-best-dead" */
	const char *english; /* sentence with {placeholders} */
	const char *japanese;
	const char *fix_english;
	const char *fix_japanese;
	enum kz_family family;
	enum kz_class class;
	enum kz_object_kind object;
	uint8_t points; /* the highest an observation can weigh, 1 to 10 */
	uint8_t wave;
	bool convicts; /* one persistent one suffices in profile paper */
};

/* The row of a symptom; never NULL. */
const struct kz_symptom_info *kz_symptom_info(enum kz_symptom symptom);

/*
 * Grows with each release that tests or weighs a symptom in another way; what
 * it then says only observes for a while.  A change of points or class shows
 * by itself.
 */
uint16_t kz_symptom_revision(enum kz_symptom symptom);

/* By identifier.  KZ_NOT_FOUND: no such symptom. */
KZ_MUST_CHECK enum kz_result kz_symptom_find(
	struct kz_str id, enum kz_symptom *symptom);

/* "MX"; "?" for a number that is no family. */
const char *kz_family_text(enum kz_family family);

/* By text, in capitals.  KZ_NOT_FOUND: no such family. */
KZ_MUST_CHECK enum kz_result kz_family_find(
	struct kz_str text, enum kz_family *family);

/* Points a family can give at most in one verdict. */
uint8_t kz_family_cap(enum kz_family family);

#endif

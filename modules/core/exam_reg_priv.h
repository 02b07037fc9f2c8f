/* SPDX-License-Identifier: ISC */
/*
 * exam_reg_priv - what the judges of a registration share
 *
 * What:   the building of a finding of the family REG.
 * Pure:   as kizuki/core/exam_reg.h.
 */
#ifndef KIZUKI_CORE_EXAM_REG_PRIV_H
#define KIZUKI_CORE_EXAM_REG_PRIV_H

#include "kizuki/core/exam_reg.h"

#include "exam_priv.h"

/* A finding under way. */
struct reg_out {
	const struct kz_exam_reg *exam;
	kz_exam_emit *emit;
	void *arg;
	struct kz_finding finding;
	struct kz_text value;
};

/* Begin one, unknown, of now; object is a C string. */
void kz_exam_reg_begin(
	struct reg_out *out, enum kz_symptom symptom, const char *object);

/* Hand it over; weight is that of a bad one. */
void kz_exam_reg_end(struct reg_out *out, enum kz_outcome outcome,
	uint8_t weight, const char *why);

/* Whether mail to the contact with this number gets anywhere. */
void kz_exam_reg_judge_mail(struct reg_out *out, size_t at);

#endif

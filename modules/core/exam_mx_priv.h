/* SPDX-License-Identifier: ISC */
/*
 * exam_mx_priv - the MX set of a site as its judges see it
 *
 * What:   which hosts take part, which are the best, what became of each.
 * Pure:   as kizuki/core/exam.h.
 */
#ifndef KIZUKI_CORE_EXAM_MX_PRIV_H
#define KIZUKI_CORE_EXAM_MX_PRIV_H

#include "exam_priv.h"

/* Lets a verification record sort behind every real one (RFC 974's worst). */
#define EXAM_WORST_PREFERENCE 32767

/* What became of one MX host, as far as delivery goes. */
enum fate {
	FATE_ALIVE,
	FATE_DEAD,
	FATE_OPEN,    /* connects, no SMTP */
	FATE_MISSING, /* proven */
	FATE_LITERAL, /* an address where a name should be */
	FATE_UNKNOWN
};

/* The MX set without what is no mail host, worked out once. */
struct mxview {
	size_t count;
	uint64_t hosts;
	uint16_t best; /* preference */
	uint64_t best_hosts;
	bool odd_best; /* a best record that names no host at all */
	bool odd;
	bool truncated;
	bool agreed; /* every server of the zone says the same */
	size_t alive;
	enum fate fates[KZ_EXAM_HOSTS];
	uint16_t preference[KZ_EXAM_HOSTS]; /* the best a host has */
};

/* From the set that the resolver gave. */
void kz_exam_mxview_make(struct mxview *view, const struct kz_exam *exam);

/* How many hosts of a set are alive. */
size_t kz_exam_mxview_alive(const struct mxview *view, uint64_t hosts);

/* mx-target-*: faults in what a record holds. */
void kz_exam_judge_target(
	struct exam_out *out, const struct mxview *view, uint8_t host);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * health - whether our own side works, by network class
 *
 * What:   remembers when addresses of each class were last alive and where,
 *         and answers whether a failure at some moment may be held against
 *         the other side: only between two oks of the class from other
 *         networks, one within fresh before and one within fresh after it.
 *         A class whose canaries all fail is red until settle after it works
 *         again.
 * Pure:   values in, values out.  A struct kz_health is some 100 KB: the
 *         caller keeps it, never the stack.
 * Source: kizuki's docs/DESIGN.md, Evidence.
 */
#ifndef KIZUKI_CORE_HEALTH_H
#define KIZUKI_CORE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/finding.h"

/* Oks kept for each class, in the order of time. */
#define KZ_HEALTH_OKS 256
/* Canaries whose latest outcome is kept for each class. */
#define KZ_HEALTH_CANARIES 16

struct kz_health_ok {
	int64_t when_s;
	struct kz_net place; /* /24 or /48 */
	struct kz_addr addr;
};

struct kz_health_canary {
	struct kz_addr addr;
	int64_t when_s; /* of the latest outcome; 0: none */
	bool ok;
};

struct kz_health_class {
	size_t ok_count;
	struct kz_health_ok oks[KZ_HEALTH_OKS]; /* oldest first */
	bool ever_ok;
	size_t canary_count;
	struct kz_health_canary canaries[KZ_HEALTH_CANARIES];
	bool red;
	int64_t green_since_s; /* after red: settles from here */
};

struct kz_health_rule {
	uint32_t fresh_s;
	uint32_t hold_s;
	uint32_t settle_s;
};

struct kz_health {
	struct kz_health_class classes[KZ_NETCLASS_COUNT];
	struct kz_health_rule rules[KZ_NETCLASS_COUNT];
};

enum kz_health_answer {
	KZ_HEALTH_GREEN,   /* the bad counts */
	KZ_HEALTH_HOLD,    /* not yet: an ok after it is still missing */
	KZ_HEALTH_UNKNOWN, /* it cannot count any more */
};

/* Take what came of one contact; canary: it was asked as one. */
void kz_health_touch(
	struct kz_health *health, const struct kz_touch *touch, bool canary);

/*
 * May this bad count?  One without rests always may.  hold_s after the
 * finding an answer is final: GREEN or UNKNOWN.  A class that is red or still
 * settles, or in which nothing was ever ok, is UNKNOWN (the latter: of a
 * dual-stack target the family that was never ok is left out, where the other
 * family was; nothing else may be left out).
 */
enum kz_health_answer kz_health_judge(const struct kz_health *health,
	const struct kz_finding *finding, int64_t now_s);

/* One bit for each class whose verdicts are suspended at now_s. */
uint32_t kz_health_suspended(const struct kz_health *health, int64_t now_s);

/*
 * The addresses of a class lately ok, newest first and one for each place,
 * that serve as canaries where the operator names none: at most max of them
 * into addrs.  Returns how many.
 */
size_t kz_health_remembered(const struct kz_health *health,
	enum kz_netclass netclass, struct kz_addr *addrs, size_t max);

#endif

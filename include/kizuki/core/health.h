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
 * Rules:  only KZ_REACH_ALIVE is an ok.  A canary fails by refused,
 *         unreachable, timeout or ours; reset, silent and noise say nothing of
 *         the line.  Red: of the canaries asked within the last 2 x fresh at
 *         least two failed and none was ok, and nobody of the class was alive
 *         since the first of these failures.  A canary that fails for more
 *         than 12 x fresh while others are alive is dead itself and is not
 *         looked at.  So one canary alone never makes red.
 *         Green again: with the first ok that is no older than the newest
 *         failure; findings older than settle after it stay unknown.
 *         Broken off: whoever sees a sudden rise of failures (core/breaker)
 *         breaks the class off until a moment; it settles from there.
 * Closed: a class in which nothing was alive for closed_s, while addresses of
 *         KZ_HEALTH_LOST places failed, is closed to us: our provider filters
 *         port 25, or we have no IPv6.  It opens with the first ok.
 *         What cannot be excluded: a line that is down for less than 2 x fresh
 *         and unseen by canaries.
 * Pure:   values in, values out.  A struct kz_health is some 140 KB: the
 *         caller keeps it, never the stack.  All zero (but rules) is empty.
 * Clock:  set back: kz_health_forget_future.
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
/* Places in which all failed, before a class is closed to us. */
#define KZ_HEALTH_LOST 8

/* Nobody breaks a class off for longer. */
#define KZ_HEALTH_BREAK_MAX_S 86400

struct kz_health_ok {
	int64_t when_s;
	struct kz_net place; /* /24 or /48 */
	struct kz_addr addr;
};

struct kz_health_canary {
	struct kz_addr addr;
	int64_t when_s;          /* of the latest outcome; 0: none */
	int64_t failing_since_s; /* with a failure: the first in a row */
	bool ok;
};

struct kz_health_class {
	size_t ok_count;
	struct kz_health_ok oks[KZ_HEALTH_OKS]; /* oldest first */
	bool ever_ok;
	size_t canary_count;
	struct kz_health_canary canaries[KZ_HEALTH_CANARIES];
	bool red;
	int64_t green_since_s;  /* after red: settles from here */
	int64_t broken_until_s; /* broken off until here, then it settles */
	int64_t lost_since_s;   /* first failure since the newest ok */
	size_t lost_count;      /* different places that failed since */
	struct kz_net lost[KZ_HEALTH_LOST];
};

struct kz_health_rule {
	uint32_t fresh_s;
	uint32_t hold_s;
	uint32_t settle_s;
	uint32_t closed_s;
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

/*
 * Take what came of one contact; canary: it was asked as one.  Contacts may
 * come in any order; of each eighth of fresh the first and the last ok of a
 * few places are kept.  An import of more than some 4 x fresh gives touches in
 * the order of time and judges each finding as soon as fresh after it was
 * given.
 */
void kz_health_touch(
	struct kz_health *health, const struct kz_touch *touch, bool canary);

/*
 * May this bad count?  One without rests always may, so does one already
 * judged.  hold_s after the finding an answer is final: GREEN or UNKNOWN.  An
 * ok speaks for a class when its place holds none of the addresses of that
 * class that failed; the ok before and the ok after are two, each in the same
 * second as the finding at the closest.  That all MX hosts are dead
 * (KZ_SYM_MX_ALL_DEAD) needs them from two places.  A class that is red or
 * still settles, or in which nothing was ever ok, is UNKNOWN (the latter: of a
 * dual-stack target the family that was never ok is left out, where the other
 * family was; nothing else may be left out).
 */
enum kz_health_answer kz_health_judge(const struct kz_health *health,
	const struct kz_finding *finding, int64_t now_s);

/*
 * Failures rose suddenly everywhere: nothing of this class counts until until_s
 * and settle after it.  An earlier moment than one given before changes
 * nothing.
 */
void kz_health_break(
	struct kz_health *health, enum kz_netclass netclass, int64_t until_s);

/* Whether the class is closed to us at now_s, as above. */
bool kz_health_closed(const struct kz_health *health, enum kz_netclass netclass,
	int64_t now_s);

/*
 * One bit for each class that is red, broken off, closed or settles at now_s:
 * its verdicts rest.
 */
uint32_t kz_health_suspended(const struct kz_health *health, int64_t now_s);

/*
 * Whoever sees that the clock was set back calls this (it costs little: once
 * a second will do).  What lies more than fresh ahead of now_s is forgotten;
 * a class that was settling settles from now_s.
 */
void kz_health_forget_future(struct kz_health *health, int64_t now_s);

/*
 * The addresses of a class lately ok, newest first and one for each place,
 * those that failed as canaries since then last, that serve as canaries where
 * the operator names none: at most max of them into addrs.  Whoever was ok
 * after before_s is left out: he was asked just now, and his rate limit forbids
 * to ask him again.  Returns how many.
 */
size_t kz_health_remembered(const struct kz_health *health,
	enum kz_netclass netclass, int64_t before_s, struct kz_addr *addrs,
	size_t max);

#endif

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/health.h"

#include <string.h>

/* Canaries at least that must fail before a class is red. */
#define RED_CANARIES 2
/*
 * Of each granule of time the first and last ok of some places are kept:
 * enough to find one that is not the target's, and few enough that the list
 * of a busy site reaches back over hold and fresh.  This many entries of
 * other places close a granule for one more.
 */
#define GRANULE_OTHERS 4
/* A canary that fails so many times fresh while others answer is dead. */
#define DEAD_FRESHES 12
/* Granules in fresh. */
#define GRANULES 8

static int64_t
granule_of(int64_t when_s, uint32_t fresh_s)
{
	int64_t granule_s = fresh_s / GRANULES;

	return when_s / (granule_s > 0 ? granule_s : 1);
}

static void
remove_ok(struct kz_health_class *class, size_t at)
{
	class->ok_count--;
	memmove(&class->oks[at], &class->oks[at + 1],
		(class->ok_count - at) * sizeof(class->oks[0]));
}

/* In the order of time; the oldest makes room. */
static void
insert_ok(struct kz_health_class *class, const struct kz_health_ok *ok)
{
	size_t at;

	if (class->ok_count == KZ_HEALTH_OKS) {
		if (class->oks[0].when_s >= ok->when_s)
			return;
		remove_ok(class, 0);
	}
	at = class->ok_count;
	while (at > 0 && class->oks[at - 1].when_s > ok->when_s)
		at--;
	memmove(&class->oks[at + 1], &class->oks[at],
		(class->ok_count - at) * sizeof(class->oks[0]));
	class->oks[at] = *ok;
	class->ok_count++;
}

static void
take_ok(struct kz_health_class *class, const struct kz_touch *touch,
	uint32_t fresh_s)
{
	struct kz_health_ok ok = {.when_s = touch->when_s,
		.place = kz_netclass_place(&touch->addr),
		.addr = touch->addr};
	int64_t granule = granule_of(ok.when_s, fresh_s);
	size_t others = 0; /* entries of other places in the granule */
	size_t mine = 0;   /* entries of this place in it */
	size_t first = 0, last = 0;

	class->ever_ok = true;
	class->lost_count = 0;
	for (size_t i = class->ok_count; i > 0; i--) {
		const struct kz_health_ok *other = &class->oks[i - 1];

		if (granule_of(other->when_s, fresh_s) < granule)
			break;
		if (granule_of(other->when_s, fresh_s) > granule)
			continue;
		if (!kz_net_equal(&other->place, &ok.place)) {
			others++;
			continue;
		}
		first = i - 1;
		if (mine++ == 0)
			last = i - 1;
	}
	if (mine == 2 && ok.when_s >= class->oks[last].when_s)
		remove_ok(class, last);
	else if (mine == 2 && ok.when_s <= class->oks[first].when_s)
		remove_ok(class, first);
	else if (mine == 2 || (mine == 0 && others >= GRANULE_OTHERS))
		return;
	insert_ok(class, &ok);
}

/* The entry of addr; with make one is found for it: the least lately asked. */
static struct kz_health_canary *
canary_of(struct kz_health_class *class, const struct kz_addr *addr, bool make)
{
	struct kz_health_canary *oldest = &class->canaries[0];

	for (size_t i = 0; i < class->canary_count; i++) {
		if (kz_addr_compare(&class->canaries[i].addr, addr) == 0)
			return &class->canaries[i];
		if (class->canaries[i].when_s < oldest->when_s)
			oldest = &class->canaries[i];
	}
	if (!make)
		return NULL;
	if (class->canary_count < KZ_HEALTH_CANARIES)
		oldest = &class->canaries[class->canary_count++];
	*oldest = (struct kz_health_canary){.addr = *addr};
	return oldest;
}

/* A late outcome changes nothing. */
static void
take_outcome(
	struct kz_health_canary *canary, const struct kz_touch *touch, bool ok)
{
	if (canary == NULL || touch->when_s < canary->when_s)
		return;
	if (ok)
		canary->failing_since_s = 0;
	else if (canary->when_s == 0 || canary->ok)
		canary->failing_since_s = touch->when_s;
	canary->when_s = touch->when_s;
	canary->ok = ok;
}

static int64_t
newest_failure_s(const struct kz_health_class *class)
{
	int64_t newest_s = 0;

	for (size_t i = 0; i < class->canary_count; i++) {
		if (!class->canaries[i].ok &&
			class->canaries[i].when_s > newest_s)
			newest_s = class->canaries[i].when_s;
	}
	return newest_s;
}

static int64_t
newest_ok_s(const struct kz_health_class *class)
{
	return class->ok_count > 0 ? class->oks[class->ok_count - 1].when_s : 0;
}

/*
 * Of the canaries asked within 2 x fresh before now_s two at least fail and
 * none is ok, and nobody of the class answered since the first of these
 * failures.
 */
static bool
all_fail(const struct kz_health_class *class, uint32_t fresh_s, int64_t now_s)
{
	int64_t window_s = 2 * (int64_t)fresh_s;
	int64_t dead_s = DEAD_FRESHES * (int64_t)fresh_s;
	int64_t ok_s = newest_ok_s(class);
	int64_t first_s = now_s;
	size_t failed = 0;

	for (size_t i = 0; i < class->canary_count; i++) {
		const struct kz_health_canary *canary = &class->canaries[i];

		if (canary->when_s == 0 || canary->when_s < now_s - window_s)
			continue;
		if (canary->ok)
			return false;
		if (ok_s - canary->failing_since_s > dead_s)
			continue;
		if (canary->when_s < first_s)
			first_s = canary->when_s;
		failed++;
	}
	return failed >= RED_CANARIES && ok_s < first_s;
}

static void
take_alive(struct kz_health_class *class, const struct kz_touch *touch,
	uint32_t fresh_s, bool canary)
{
	take_ok(class, touch, fresh_s);
	take_outcome(canary_of(class, &touch->addr, canary), touch, true);
	if (class->red && touch->when_s >= newest_failure_s(class)) {
		class->red = false;
		class->green_since_s = touch->when_s;
	}
}

/* A failure of anybody, after the newest ok. */
static void
take_lost(struct kz_health_class *class, const struct kz_touch *touch)
{
	struct kz_net place = kz_netclass_place(&touch->addr);

	if (touch->when_s < newest_ok_s(class))
		return;
	if (class->lost_count == 0 || touch->when_s < class->lost_since_s)
		class->lost_since_s = touch->when_s;
	for (size_t i = 0; i < class->lost_count; i++) {
		if (kz_net_equal(&class->lost[i], &place))
			return;
	}
	if (class->lost_count < KZ_HEALTH_LOST)
		class->lost[class->lost_count++] = place;
}

static void
take_failure(struct kz_health_class *class, const struct kz_touch *touch,
	uint32_t fresh_s)
{
	take_outcome(canary_of(class, &touch->addr, true), touch, false);
	if (all_fail(class, fresh_s, touch->when_s))
		class->red = true;
}

void
kz_health_touch(
	struct kz_health *health, const struct kz_touch *touch, bool canary)
{
	enum kz_netclass netclass =
		kz_netclass_of(touch->service, &touch->addr);
	struct kz_health_class *class = &health->classes[netclass];
	uint32_t fresh_s = health->rules[netclass].fresh_s;

	switch (touch->reach) {
	case KZ_REACH_ALIVE:
		take_alive(class, touch, fresh_s, canary);
		break;
	case KZ_REACH_REFUSED:
	case KZ_REACH_UNREACHABLE:
	case KZ_REACH_TIMEOUT:
	case KZ_REACH_OURS:
		take_lost(class, touch);
		if (canary)
			take_failure(class, touch, fresh_s);
		break;
	/* Neither proof that the line works nor that it does not. */
	case KZ_REACH_RESET:
	case KZ_REACH_SILENT:
	case KZ_REACH_NOISE:
	/* Nobody was contacted. */
	case KZ_REACH_NONE:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		break;
	}
}

/* A moment that a clock which ran ahead has written. */
static bool
ahead(int64_t when_s, int64_t now_s, uint32_t fresh_s)
{
	return when_s > now_s + fresh_s;
}

void
kz_health_forget_future(struct kz_health *health, int64_t now_s)
{
	for (int i = 0; i < KZ_NETCLASS_COUNT; i++) {
		struct kz_health_class *class = &health->classes[i];
		uint32_t fresh_s = health->rules[i].fresh_s;

		while (class->ok_count > 0 &&
			ahead(class->oks[class->ok_count - 1].when_s, now_s,
				fresh_s))
			class->ok_count--;
		for (size_t j = 0; j < class->canary_count; j++) {
			if (ahead(class->canaries[j].when_s, now_s, fresh_s))
				class->canaries[j] = (struct kz_health_canary){
					.addr = class->canaries[j].addr};
		}
		if (ahead(class->green_since_s, now_s, fresh_s))
			class->green_since_s = now_s;
		if (ahead(class->broken_until_s, now_s, KZ_HEALTH_BREAK_MAX_S))
			class->broken_until_s = now_s;
		if (ahead(class->lost_since_s, now_s, fresh_s))
			class->lost_since_s = now_s;
	}
}

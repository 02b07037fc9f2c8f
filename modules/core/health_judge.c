/* SPDX-License-Identifier: ISC */
/* What health answers; health.c is how it learns. */
#include "kizuki/core/health.h"

/* The windows in which an ok speaks for a finding. */
struct bracket {
	int64_t when_s;
	int64_t fresh_s;
	const struct kz_finding *finding;
	enum kz_netclass netclass;
};

/* A place in which nothing failed. */
static bool
elsewhere(const struct bracket *bracket, const struct kz_health_ok *ok)
{
	for (size_t i = 0; i < bracket->finding->rest_count; i++) {
		const struct kz_rest *rest = &bracket->finding->rests[i];
		struct kz_net place = kz_netclass_place(&rest->addr);

		if (rest->netclass == bracket->netclass &&
			kz_net_equal(&place, &ok->place))
			return false;
	}
	return true;
}

/*
 * The first ok within fresh before the finding, or the last one within fresh
 * after it, that is not of the place given (NULL: of any); NULL where there is
 * none.  First and last, so that they are two wherever there are two.
 */
static const struct kz_health_ok *
first_before(const struct kz_health_class *class, const struct bracket *bracket,
	const struct kz_net *not_here)
{
	for (size_t i = 0; i < class->ok_count; i++) {
		const struct kz_health_ok *ok = &class->oks[i];

		if (ok->when_s > bracket->when_s)
			break;
		if (ok->when_s >= bracket->when_s - bracket->fresh_s &&
			(not_here == NULL ||
				!kz_net_equal(not_here, &ok->place)) &&
			elsewhere(bracket, ok))
			return ok;
	}
	return NULL;
}

static const struct kz_health_ok *
last_after(const struct kz_health_class *class, const struct bracket *bracket,
	const struct kz_net *not_here)
{
	for (size_t i = class->ok_count; i > 0; i--) {
		const struct kz_health_ok *ok = &class->oks[i - 1];

		if (ok->when_s < bracket->when_s)
			break;
		if (ok->when_s <= bracket->when_s + bracket->fresh_s &&
			(not_here == NULL ||
				!kz_net_equal(not_here, &ok->place)) &&
			elsewhere(bracket, ok))
			return ok;
	}
	return NULL;
}

/*
 * Two different oks of the class, one not after and one not before the
 * finding.  That nothing at all of a domain answers is the gravest thing to
 * say; it needs them from two networks.
 */
static bool
enclosed(const struct kz_health_class *class, const struct bracket *bracket)
{
	const struct kz_health_ok *before = first_before(class, bracket, NULL);
	const struct kz_health_ok *after = last_after(class, bracket, NULL);

	if (before == NULL || after == NULL || before == after)
		return false;
	return bracket->finding->symptom != KZ_SYM_MX_ALL_DEAD ||
		!kz_net_equal(&before->place, &after->place) ||
		first_before(class, bracket, &after->place) != NULL ||
		last_after(class, bracket, &before->place) != NULL;
}

/* The class of the same service over the other family. */
static enum kz_netclass
sibling_of(enum kz_netclass netclass)
{
	switch (netclass) {
	case KZ_NET_SMTP25_V4:
		return KZ_NET_SMTP25_V6;
	case KZ_NET_SMTP25_V6:
		return KZ_NET_SMTP25_V4;
	case KZ_NET_DNS53UDP_V4:
		return KZ_NET_DNS53UDP_V6;
	case KZ_NET_DNS53UDP_V6:
		return KZ_NET_DNS53UDP_V4;
	case KZ_NET_DNS53TCP_V4:
		return KZ_NET_DNS53TCP_V6;
	case KZ_NET_DNS53TCP_V6:
		return KZ_NET_DNS53TCP_V4;
	case KZ_NET_HTTPS443_V4:
		return KZ_NET_HTTPS443_V6;
	case KZ_NET_HTTPS443_V6:
		return KZ_NET_HTTPS443_V4;
	case KZ_NET_WHOIS43:
	case KZ_NET_DNSSEC_GOOD:
	case KZ_NET_DNSSEC_BAD:
	case KZ_NETCLASS_COUNT:
		break;
	}
	return netclass;
}

/* We have no such family at all, and the target failed over the other too. */
static bool
left_out(const struct kz_health *health, enum kz_netclass netclass,
	uint32_t present)
{
	enum kz_netclass sibling = sibling_of(netclass);

	return sibling != netclass && (present & 1U << sibling) != 0 &&
		!health->classes[netclass].ever_ok &&
		health->classes[sibling].ever_ok;
}

/* Whether a moment lies before the class had settled. */
static bool
settles(const struct kz_health_class *class, const struct kz_health_rule *rule,
	int64_t when_s)
{
	return (class->green_since_s > 0 &&
		       when_s < class->green_since_s + rule->settle_s) ||
		(class->broken_until_s > 0 &&
			when_s < class->broken_until_s + rule->settle_s);
}

void
kz_health_break(
	struct kz_health *health, enum kz_netclass netclass, int64_t until_s)
{
	struct kz_health_class *class = &health->classes[netclass];

	if (until_s > class->broken_until_s)
		class->broken_until_s = until_s;
}

bool
kz_health_closed(const struct kz_health *health, enum kz_netclass netclass,
	int64_t now_s)
{
	const struct kz_health_class *class = &health->classes[netclass];
	uint32_t closed_s = health->rules[netclass].closed_s;

	return closed_s > 0 && class->lost_count == KZ_HEALTH_LOST &&
		now_s - class->lost_since_s >= closed_s;
}

static enum kz_health_answer
judge_class(const struct kz_health *health, const struct kz_finding *finding,
	enum kz_netclass netclass, int64_t now_s)
{
	const struct kz_health_class *class = &health->classes[netclass];
	const struct kz_health_rule *rule = &health->rules[netclass];
	struct bracket bracket = {.when_s = finding->when_s,
		.fresh_s = rule->fresh_s,
		.finding = finding,
		.netclass = netclass};

	if (!class->ever_ok || class->red)
		return KZ_HEALTH_UNKNOWN;
	/* Seen before the class had settled: while it was red, perhaps. */
	if (settles(class, rule, finding->when_s) ||
		kz_health_closed(health, netclass, now_s))
		return KZ_HEALTH_UNKNOWN;
	if (enclosed(class, &bracket))
		return KZ_HEALTH_GREEN;
	return now_s >= finding->when_s + rule->hold_s ? KZ_HEALTH_UNKNOWN
						       : KZ_HEALTH_HOLD;
}

static uint32_t
classes_of(const struct kz_finding *finding)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < finding->rest_count; i++)
		bits |= 1U << finding->rests[i].netclass;
	return bits;
}

enum kz_health_answer
kz_health_judge(const struct kz_health *health,
	const struct kz_finding *finding, int64_t now_s)
{
	enum kz_health_answer worst = KZ_HEALTH_GREEN;
	uint32_t present = classes_of(finding);

	if (finding->outcome != KZ_OUTCOME_BAD || finding->judged)
		return KZ_HEALTH_GREEN;
	for (int i = 0; i < KZ_NETCLASS_COUNT; i++) {
		enum kz_netclass netclass = (enum kz_netclass)i;
		enum kz_health_answer answer;

		if ((present & 1U << i) == 0 ||
			left_out(health, netclass, present))
			continue;
		answer = judge_class(health, finding, netclass, now_s);
		if (answer > worst)
			worst = answer;
	}
	return worst;
}

uint32_t
kz_health_suspended(const struct kz_health *health, int64_t now_s)
{
	uint32_t bits = 0;

	for (int i = 0; i < KZ_NETCLASS_COUNT; i++) {
		const struct kz_health_class *class = &health->classes[i];

		if (class->red || settles(class, &health->rules[i], now_s) ||
			kz_health_closed(health, (enum kz_netclass)i, now_s))
			bits |= 1U << i;
	}
	return bits;
}

static bool
place_taken(const struct kz_addr *addrs, size_t count,
	const struct kz_health_ok *ok)
{
	for (size_t i = 0; i < count; i++) {
		if (kz_net_has(&ok->place, &addrs[i]))
			return true;
	}
	return false;
}

/* Whether its latest outcome as a canary is a failure after that ok. */
static bool
failed_since(const struct kz_health_class *class, const struct kz_health_ok *ok)
{
	for (size_t i = 0; i < class->canary_count; i++) {
		const struct kz_health_canary *canary = &class->canaries[i];

		if (!canary->ok && canary->when_s >= ok->when_s &&
			kz_addr_compare(&canary->addr, &ok->addr) == 0)
			return true;
	}
	return false;
}

/* Whether an ok of the same address follows behind entry at. */
static bool
newer_of(const struct kz_health_class *class, size_t at)
{
	for (size_t i = at + 1; i < class->ok_count; i++) {
		if (kz_addr_compare(
			    &class->oks[i].addr, &class->oks[at].addr) == 0)
			return true;
	}
	return false;
}

size_t
kz_health_remembered(const struct kz_health *health, enum kz_netclass netclass,
	int64_t before_s, struct kz_addr *addrs, size_t max)
{
	const struct kz_health_class *class = &health->classes[netclass];
	size_t count = 0;

	/* Those that failed since come last: one that died tells little. */
	for (int failed = 0; failed <= 1; failed++) {
		for (size_t i = class->ok_count; i > 0 && count < max; i--) {
			const struct kz_health_ok *ok = &class->oks[i - 1];

			if (ok->when_s <= before_s &&
				failed_since(class, ok) == (failed == 1) &&
				!place_taken(addrs, count, ok) &&
				!newer_of(class, i - 1))
				addrs[count++] = ok->addr;
		}
	}
	return count;
}

/* SPDX-License-Identifier: ISC */
#include "exam_mx_priv.h"

static enum fate
fate_of(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];

	if (kz_exam_is_literal(of))
		return FATE_LITERAL;
	switch (kz_exam_host_life(exam, host, kz_exam_life_smtp)) {
	case LIFE_ALIVE:
		return FATE_ALIVE;
	case LIFE_DEAD:
		return FATE_DEAD;
	case LIFE_OPEN:
		return FATE_OPEN;
	case LIFE_NONE:
		if (kz_exam_missing(of) && of->proof == KZ_EXAM_PROVEN)
			return FATE_MISSING;
		break;
	case LIFE_OURS:
	case LIFE_UNKNOWN:
		break;
	}
	return FATE_UNKNOWN;
}

static void
view_take(struct mxview *view, const struct kz_exam *exam,
	const struct kz_exam_mx *mx)
{
	if (mx->host == KZ_EXAM_NONE) {
		view->odd = view->odd || mx->odd;
		view->odd_best = view->odd_best ||
			(mx->odd && view->best_hosts == 0 && view->hosts == 0);
		return;
	}
	if (!kz_exam_in(view->hosts, mx->host)) {
		view->fates[mx->host] = fate_of(exam, mx->host);
		view->preference[mx->host] = mx->preference;
	}
	if (view->hosts == 0)
		view->best = mx->preference;
	view->hosts |= kz_exam_bit(mx->host);
	if (mx->preference == view->best)
		view->best_hosts |= kz_exam_bit(mx->host);
}

size_t
kz_exam_mxview_alive(const struct mxview *view, uint64_t hosts)
{
	size_t count = 0;

	for (uint8_t host = 0; host < KZ_EXAM_HOSTS; host++)
		count += kz_exam_in(hosts, host) &&
			view->fates[host] == FATE_ALIVE;
	return count;
}

/* A record of the worst preference beside a living better one is no host. */
static void
view_drop_worst(struct mxview *view)
{
	uint64_t worst = 0;

	for (uint8_t host = 0; host < KZ_EXAM_HOSTS; host++) {
		if (kz_exam_in(view->hosts, host) &&
			view->preference[host] >= EXAM_WORST_PREFERENCE)
			worst |= kz_exam_bit(host);
	}
	if (kz_exam_mxview_alive(view, view->hosts & ~worst) > 0)
		view->hosts &= ~worst;
}

void
kz_exam_mxview_make(struct mxview *view, const struct kz_exam *exam)
{
	const struct kz_exam_mxset *set = &exam->mxs[exam->mx];
	uint64_t tested = kz_exam_mx_hosts(exam, exam->mx, &view->truncated);

	for (size_t i = 0; i < set->count; i++) {
		const struct kz_exam_mx *mx = &set->list[i];

		if (mx->host == KZ_EXAM_NONE || kz_exam_in(tested, mx->host))
			view_take(view, exam, mx);
	}
	view_drop_worst(view);
	view->alive = kz_exam_mxview_alive(view, view->hosts);
	view->agreed = kz_exam_agreed(exam, FIELD_MX) == exam->mx;
}

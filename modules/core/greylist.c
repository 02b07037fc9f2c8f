/* SPDX-License-Identifier: ISC */
#include "kizuki/core/greylist.h"

bool
kz_grey_entry_over(const struct kz_grey_policy *policy, enum kz_grey_kind kind,
	const struct kz_grey_entry *entry, int64_t now_s)
{
	if (entry->last_s - now_s > policy->window_s)
		return true;
	if (now_s < entry->last_s)
		now_s = entry->last_s;
	if (kind == KZ_GREY_ORDINARY && entry->opened_s != 0)
		return now_s - entry->opened_s >= policy->keep_s;
	if (entry->opened_s != 0 && now_s - entry->opened_s >= policy->open_s)
		return true;
	if (entry->taken_s != 0 && now_s - entry->last_s >= policy->open_s)
		return true;
	return now_s - entry->last_s >= policy->window_s;
}

/* Its reset concerns nobody any more. */
static bool
reset_over(const struct kz_grey_policy *policy,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	int64_t age_s = now_s - origin->reset_s;

	return age_s >= policy->delay_s || -age_s > policy->window_s;
}

static bool
count_over(const struct kz_grey_policy *policy,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	int64_t age_s = now_s - origin->last_s;

	return origin->let_in == 0 || age_s >= policy->keep_s ||
		-age_s > policy->window_s;
}

bool
kz_grey_origin_over(const struct kz_grey_policy *policy,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	return reset_over(policy, origin, now_s) &&
		count_over(policy, origin, now_s);
}

static bool
origin_allowed(const struct kz_grey_policy *policy,
	const struct kz_grey_origin *origin, int64_t now_s)
{
	return policy->allow_after > 0 &&
		origin->let_in >= policy->allow_after &&
		!count_over(policy, origin, now_s);
}

static struct kz_grey_entry
chain_begin(int64_t now_s)
{
	return (struct kz_grey_entry){
		.since_s = now_s,
		.first_s = now_s,
		.last_s = now_s,
		.tries = 1,
	};
}

static struct kz_grey_entry
chain_continue(const struct kz_grey_entry *found, int64_t now_s)
{
	struct kz_grey_entry entry = *found;

	if (entry.last_s < now_s)
		entry.last_s = now_s;
	if (entry.first_s == 0)
		entry.first_s = entry.last_s;
	if (entry.tries < KZ_GREY_TRIES_MAX)
		entry.tries++;
	return entry;
}

/* When the bound of all waiting is reached. */
static int64_t
bound_s(const struct kz_grey_policy *policy, const struct kz_grey_entry *entry)
{
	return policy->max_delay_s == 0 ? INT64_MAX
					: entry->since_s + policy->max_delay_s;
}

/*
 * Ripe is max(first, reset) + delay.  The two are compared apart: first with
 * the latest moment this entry saw, so that a clock set back costs nothing
 * twice, but reset with the clock alone, since a reset may be younger than
 * what the entry saw of the clock before.
 */
static bool
entry_ripe(const struct kz_grey_policy *policy,
	const struct kz_grey_entry *entry, const struct kz_grey_origin *origin,
	int64_t now_s)
{
	return entry->last_s - entry->first_s >= policy->delay_s &&
		reset_over(policy, origin, now_s);
}

/* Until the clock shows a moment at which a retry passes; 0: never. */
static int64_t
wait_s(const struct kz_grey_policy *policy,
	const struct kz_grey_attempt *attempt,
	const struct kz_grey_entry *entry)
{
	const struct kz_grey_origin *origin = attempt->origin;
	int64_t now_s = attempt->now_s;
	int64_t until_s = bound_s(policy, entry);
	int64_t young_s = entry->first_s;

	if (!reset_over(policy, origin, now_s) && young_s < origin->reset_s)
		young_s = origin->reset_s;
	if (attempt->ripens && young_s + policy->delay_s < until_s)
		until_s = young_s + policy->delay_s;
	if (until_s == INT64_MAX)
		return 0;
	return until_s > now_s ? until_s - now_s : 1;
}

static enum kz_grey_reason
entry_reason(const struct kz_grey_policy *policy,
	const struct kz_grey_attempt *attempt,
	const struct kz_grey_entry *entry)
{
	if (attempt->kind == KZ_GREY_ORDINARY && entry->opened_s != 0)
		return KZ_GREY_PASSED;
	if (attempt->ripens &&
		entry_ripe(policy, entry, attempt->origin, attempt->now_s))
		return KZ_GREY_RIPE;
	if (entry->opened_s != 0)
		return KZ_GREY_OPEN;
	if (bound_s(policy, entry) <= entry->last_s)
		return KZ_GREY_MAX_DELAY;
	return attempt->ripens ? KZ_GREY_YOUNG : KZ_GREY_REFUSED;
}

static struct kz_grey_step
entry_step(const struct kz_grey_policy *policy,
	const struct kz_grey_attempt *attempt)
{
	const struct kz_grey_entry *found = attempt->found;
	bool begins = found == NULL ||
		kz_grey_entry_over(
			policy, attempt->kind, found, attempt->now_s);
	struct kz_grey_step step = {
		.write = KZ_GREY_PUT,
		.entry = begins ? chain_begin(attempt->now_s)
				: chain_continue(found, attempt->now_s),
	};

	step.reason = entry_reason(policy, attempt, &step.entry);
	step.pass =
		step.reason != KZ_GREY_YOUNG && step.reason != KZ_GREY_REFUSED;
	/* An entry is written by what defers; only a delay of 0 comes here. */
	if (begins && step.pass)
		step.write = KZ_GREY_KEEP;
	if (step.reason == KZ_GREY_MAX_DELAY ||
		(step.pass && attempt->kind == KZ_GREY_ORDINARY))
		step.entry.opened_s = step.entry.last_s;
	if (!step.pass)
		step.wait_s = wait_s(policy, attempt, &step.entry);
	if (step.reason != KZ_GREY_PASSED)
		step.waited_s = step.entry.last_s - step.entry.since_s;
	return step;
}

enum kz_result
kz_grey_try(const struct kz_grey_policy *policy,
	const struct kz_grey_attempt *attempt, struct kz_grey_step *step)
{
	if (attempt->now_s < 1 || attempt->now_s > KZ_GREY_MOMENT_MAX ||
		(attempt->found != NULL &&
			!kz_grey_entry_valid(attempt->found)) ||
		!kz_grey_origin_valid(attempt->origin))
		return KZ_EINVAL;
	if (attempt->kind == KZ_GREY_ORDINARY &&
		origin_allowed(policy, attempt->origin, attempt->now_s))
		*step = (struct kz_grey_step){
			.pass = true,
			.reason = KZ_GREY_ALLOWED,
			.write = KZ_GREY_KEEP,
		};
	else
		*step = entry_step(policy, attempt);
	return KZ_OK;
}

/* Mails of the origin that came in; recipients of one mail share now_s. */
static void
count_mail(const struct kz_grey_policy *policy, struct kz_grey_origin *origin,
	int64_t now_s)
{
	if (count_over(policy, origin, now_s))
		origin->let_in = 0;
	else if (origin->last_s == now_s)
		return;
	if (origin->let_in < UINT32_MAX)
		origin->let_in++;
	origin->last_s = now_s;
}

void
kz_grey_taken(const struct kz_grey_policy *policy, enum kz_grey_kind kind,
	struct kz_grey_entry *entry, struct kz_grey_origin *origin,
	int64_t now_s)
{
	if (entry != NULL)
		entry->taken_s = now_s < entry->last_s ? entry->last_s : now_s;
	switch (kind) {
	case KZ_GREY_BROKEN:
		/* since stays: the bound holds for what still waits. */
		if (entry != NULL)
			entry->first_s = 0;
		if (policy->forget == KZ_FORGET_MTA) {
			origin->reset_s = now_s;
			origin->last_s = now_s;
		}
		return;
	case KZ_GREY_ORDINARY:
		count_mail(policy, origin, now_s);
		return;
	}
}

const char *
kz_grey_reason_text(enum kz_grey_reason reason)
{
	switch (reason) {
	case KZ_GREY_YOUNG:
		return "young";
	case KZ_GREY_REFUSED:
		return "refused";
	case KZ_GREY_RIPE:
		return "ripe";
	case KZ_GREY_MAX_DELAY:
		return "max-delay";
	case KZ_GREY_OPEN:
		return "open";
	case KZ_GREY_PASSED:
		return "passed";
	case KZ_GREY_ALLOWED:
		return "allowed";
	}
	return "?";
}

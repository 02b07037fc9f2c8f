/* SPDX-License-Identifier: ISC */
/* What is told, when, and how far the hour vouches for it. */
#include <string.h>

#include "logscan_priv.h"

#define HOUR_S 3600
/* Class health looks at an eighth of five minutes. */
#define TOUCH_S 30
/* Other domains that must have been delivered to. */
#define WITNESSES 3

uint64_t
kz_logscan_hash(uint64_t seed, struct kz_str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		seed = (seed ^ (uint8_t)bytes.ptr[i]) * 1099511628211U;
	return seed != 0 ? seed : 1;
}

uint64_t
kz_logscan_hash_name(uint64_t seed, const struct kz_name *name)
{
	return kz_logscan_hash(
		kz_logscan_hash(seed, kz_name_str(name)), KZ_STR("/"));
}

uint64_t
kz_logscan_hash_addr(uint64_t seed, const struct kz_addr *addr)
{
	return kz_logscan_hash(seed,
		(struct kz_str){
			(const char *)addr->bytes, sizeof(addr->bytes)});
}

uint32_t
kz_logscan_queue(struct kz_str queue)
{
	uint64_t hash = kz_logscan_hash(LOGSCAN_SEED, queue);
	uint32_t folded = (uint32_t)(hash ^ hash >> 32);

	if (queue.len == 0)
		return 0;
	return folded != 0 ? folded : 1;
}

bool
kz_logscan_once(struct kz_logscan *scan, uint64_t what)
{
	size_t at = what % KZ_LOGSCAN_TOLD;

	/* Rather twice than never. */
	if (scan->told_count > (size_t)KZ_LOGSCAN_TOLD / 4 * 3)
		return true;
	while (scan->told[at] != 0) {
		if (scan->told[at] == what)
			return false;
		at = (at + 1) % KZ_LOGSCAN_TOLD;
	}
	scan->told[at] = what;
	scan->told_count++;
	return true;
}

void
kz_logscan_witness(
	struct kz_logscan_witness *witness, const struct kz_name *domain)
{
	uint64_t hash = kz_logscan_hash_name(LOGSCAN_SEED, domain);

	for (size_t i = 0; i < WITNESSES + 1; i++) {
		if (witness->domains[i] == hash)
			return;
		if (witness->domains[i] == 0) {
			witness->domains[i] = hash;
			return;
		}
	}
}

size_t
kz_logscan_others(
	const struct kz_logscan_witness *witness, const struct kz_name *domain)
{
	uint64_t hash = kz_logscan_hash_name(LOGSCAN_SEED, domain);
	size_t count = 0;

	for (size_t i = 0; i < WITNESSES + 1; i++)
		count +=
			witness->domains[i] != 0 && witness->domains[i] != hash;
	return count;
}

static void
touches_out(struct kz_logscan *scan, const struct kz_logscan_out *out)
{
	for (size_t i = 0; i < scan->touch_count; i++)
		out->touch(out->arg, &scan->touches[i]);
	scan->touch_count = 0;
}

void
kz_logscan_touch(const struct logscan_in *in, const struct kz_addr *addr,
	enum kz_reach reach)
{
	struct kz_logscan *scan = in->scan;
	uint64_t what = kz_logscan_hash_addr(
		LOGSCAN_SEED + (uint64_t)(in->when_s / TOUCH_S) * 16 + reach,
		addr);

	if (!kz_logscan_once(scan, what))
		return;
	if (scan->touch_count == KZ_LOGSCAN_TOUCHES)
		touches_out(scan, in->out);
	scan->touches[scan->touch_count++] =
		(struct kz_touch){.when_s = in->when_s,
			.addr = *addr,
			.service = KZ_SERVICE_SMTP25,
			.reach = reach};
}

struct kz_finding
kz_logscan_finding(const struct logscan_in *in, const struct kz_name *subject,
	enum kz_symptom symptom, const struct kz_name *object)
{
	struct kz_finding finding = {.when_s = in->when_s,
		.subject = *subject,
		.symptom = symptom,
		.source = KZ_SOURCE_LOG,
		.queue = in->queue};

	memcpy(finding.object, object->text, object->len + 1U);
	return finding;
}

void
kz_logscan_rest(struct kz_finding *finding, const struct kz_addr *addr)
{
	struct kz_rest rest = {
		.netclass = kz_netclass_of(KZ_SERVICE_SMTP25, addr),
		.addr = *addr};

	if (finding->rest_count < KZ_RESTS_MAX)
		finding->rests[finding->rest_count++] = rest;
}

static uint64_t
blame_of(const struct kz_name *domain, const struct kz_name *host)
{
	return kz_logscan_hash_name(
		kz_logscan_hash_name(LOGSCAN_SEED, domain), host);
}

bool
kz_logscan_blamed(const struct kz_logscan *scan, const struct kz_name *domain,
	const struct kz_name *host)
{
	uint64_t blame = blame_of(domain, host);

	return scan->blamed[blame % KZ_LOGSCAN_BLAMED] == blame;
}

void
kz_logscan_blame(struct kz_logscan *scan, const struct kz_name *domain,
	const struct kz_name *host)
{
	uint64_t blame = blame_of(domain, host);

	scan->blamed[blame % KZ_LOGSCAN_BLAMED] = blame;
}

/* Which families the addresses are of: bit 0 v4, bit 1 v6. */
static unsigned
families_of(const struct kz_finding *finding)
{
	unsigned bits = 0;

	for (size_t i = 0; i < finding->rest_count; i++)
		bits |= finding->rests[i].addr.family == KZ_ADDR_V6 ? 2 : 1;
	return bits;
}

/* Enough others were delivered to over each family that counts. */
static bool
line_was_well(const struct kz_logscan *scan, const struct kz_finding *finding)
{
	unsigned families = families_of(finding);

	for (unsigned i = 0; i < 2; i++) {
		bool left_out =
			!scan->ever[i] && families == 3 && scan->ever[1 - i];

		if ((families >> i & 1) != 0 && !left_out &&
			kz_logscan_others(&scan->sent[i], &finding->subject) <
				WITNESSES)
			return false;
	}
	return true;
}

/* Without an address: over whichever family. */
static bool
something_was_well(
	const struct kz_logscan *scan, const struct kz_finding *finding)
{
	return kz_logscan_others(&scan->sent[0], &finding->subject) >=
		WITNESSES ||
		kz_logscan_others(&scan->sent[1], &finding->subject) >=
		WITNESSES;
}

static void
judge(const struct kz_logscan *scan, struct kz_finding *finding)
{
	size_t minute = (size_t)(finding->when_s % HOUR_S / 60);

	switch ((int)finding->symptom) {
	case KZ_SYM_LOG_HOST_LOOKUP_FAIL:
		finding->judged = kz_logscan_others(&scan->looked_up[minute],
					  &finding->subject) > 0;
		break;
	case KZ_SYM_LOG_QUEUE_EXPIRED:
		finding->judged = something_was_well(scan, finding);
		break;
	case KZ_SYM_LOG_MX_UNREACHABLE:
	case KZ_SYM_LOG_DSN_UNDELIVERABLE:
		finding->judged = line_was_well(scan, finding);
		break;
	default:
		break;
	}
}

static void
held_out(struct kz_logscan *scan, const struct kz_logscan_out *out)
{
	for (size_t i = 0; i < scan->held_count; i++) {
		judge(scan, &scan->held[i]);
		out->finding(out->arg, &scan->held[i]);
	}
	scan->held_count = 0;
}

void
kz_logscan_tell(const struct logscan_in *in, struct kz_finding *finding)
{
	struct kz_logscan *scan = in->scan;
	uint32_t slot_s = scan->rules.slot_s > 0 ? scan->rules.slot_s : HOUR_S;
	uint64_t what = LOGSCAN_SEED + (uint64_t)finding->symptom * 8 +
		(uint64_t)finding->outcome;

	what = kz_logscan_hash_name(what, &finding->subject);
	what = kz_logscan_hash(what,
		(struct kz_str){finding->object, strlen(finding->object)});
	what = kz_logscan_hash(what, KZ_STR("slot")) +
		(uint64_t)(finding->when_s / slot_s);
	if (!kz_logscan_once(scan, kz_logscan_hash(what, KZ_STR("told"))))
		return;
	if (finding->outcome != KZ_OUTCOME_BAD) {
		in->out->finding(in->out->arg, finding);
		return;
	}
	if (scan->held_count == KZ_LOGSCAN_HELD)
		held_out(scan, in->out);
	scan->held[scan->held_count++] = *finding;
}

void
kz_logscan_hour_ends(struct kz_logscan *scan, const struct kz_logscan_out *out)
{
	touches_out(scan, out);
	held_out(scan, out);
	if (scan->told_count == 0)
		return;
	scan->told_count = 0;
	memset(scan->told, 0, sizeof(scan->told));
	memset(scan->sent, 0, sizeof(scan->sent));
	memset(scan->looked_up, 0, sizeof(scan->looked_up));
}

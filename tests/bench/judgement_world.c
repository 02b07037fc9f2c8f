/* SPDX-License-Identifier: ISC */
/* How the simulated net lives; judgement_sites.c says who is in it. */
#include "judgement.h"

#include <string.h>

/* The stream that all chance comes from: splitmix64. */
static uint64_t
mix(uint64_t what)
{
	what += UINT64_C(0x9e3779b97f4a7c15);
	what = (what ^ what >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	what = (what ^ what >> 27) * UINT64_C(0x94d049bb133111eb);
	return what ^ what >> 31;
}

uint32_t
chance_of(uint64_t what, uint32_t below)
{
	return (uint32_t)(mix(what) >> 16) % below;
}

uint32_t
chance(struct world *world, uint32_t below)
{
	return chance_of(world->random++, below);
}

int64_t
some_moment(struct world *world, int64_t days)
{
	return (int64_t)chance(world, (uint32_t)(days * 24 * 60)) * 60;
}

int64_t
wall_of(const struct world *world, int64_t when_s)
{
	int64_t ahead_s = 0;

	for (size_t i = 0; i < world->step_count; i++)
		if (when_s >= world->steps[i].from_s &&
			when_s < world->steps[i].to_s)
			ahead_s = world->steps[i].ahead_s;
	return when_s + ahead_s;
}

bool
site_at_fault(const struct site *site, int64_t when_s)
{
	return when_s >= site->fault_s && when_s < site->repair_s;
}

/* From Friday 21:00 to Monday 05:00 or so; 1 January 1970 was a Thursday. */
static bool
weekend(const struct life *life, int64_t when_s)
{
	int64_t of_week_s =
		(when_s - life->salt % 7 * HOUR_S + 3 * DAY_S) % (7 * DAY_S);

	return of_week_s >= 4 * DAY_S + 18 * HOUR_S || of_week_s < 5 * HOUR_S;
}

/* Every other part of 7 to 40 hours. */
static bool
flaps(const struct life *life, int64_t when_s)
{
	int64_t part_s = (int64_t)(7 + life->salt % 34) * HOUR_S;

	return (when_s + (int64_t)life->salt * 977) / part_s % 2 == 1;
}

static bool
up(const struct life *life, int64_t when_s)
{
	switch (life->kind) {
	case LIFE_UP:
		return true;
	case LIFE_SPAN:
		return when_s < life->from_s || when_s >= life->to_s;
	case LIFE_WEEKEND:
		return !weekend(life, when_s);
	case LIFE_FLAPS:
		return !flaps(life, when_s);
	case LIFE_SLOW:
		return chance_of((uint64_t)when_s << 20 ^ life->salt, 10) >= 3;
	}
	return true;
}

static const struct outage *
outage_at(const struct world *world, enum kz_netclass netclass, int64_t when_s)
{
	for (size_t i = 0; i < world->outage_count; i++) {
		const struct outage *outage = &world->outages[i];

		if (when_s >= outage->from_s && when_s < outage->to_s &&
			(outage->classes >> netclass & 1) != 0)
			return outage;
	}
	return NULL;
}

enum kz_reach
world_reach(const struct world *world, size_t machine, enum kz_service service,
	int64_t when_s)
{
	const struct machine *of = &world->machines[machine];
	const struct life *life =
		service == KZ_SERVICE_SMTP25 ? &of->smtp : &of->dns;
	const struct outage *outage =
		outage_at(world, kz_netclass_of(service, &of->addr), when_s);

	if (outage != NULL &&
		chance_of(machine ^ (uint64_t)outage->from_s, 100) <
			outage->percent)
		return outage->shows;
	return up(life, when_s) ? KZ_REACH_ALIVE : life->shows;
}

bool
world_resolves(
	const struct world *world, const struct site *site, int64_t when_s)
{
	const struct outage *outage =
		outage_at(world, KZ_NET_DNS53UDP_V4, when_s);

	/* What was asked lately is still in its cache. */
	return outage == NULL ||
		chance_of((uint64_t)(site - world->sites) ^ (uint64_t)when_s,
			100) >= outage->percent / 2;
}

size_t
world_machine_of(const struct kz_addr *addr)
{
	const uint8_t *octets =
		addr->bytes + (addr->family == KZ_ADDR_V4 ? 1 : 3);

	return (size_t)octets[0] << 8 | octets[1];
}

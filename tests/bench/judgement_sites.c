/* SPDX-License-Identifier: ISC */
/* Who is in the simulated net, and what becomes of them. */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "judgement.h"

/* A Monday: 1 June 2020, 00:00 UTC. */
#define START_S 1590969600
/* Sites are met for the first time within so many days. */
#define BEGIN_DAYS 8
/*
 * A fault begins within so many days, and early enough to be found; half of
 * them are repaired later, when they had the time to be.
 */
#define FAULT_DAYS    24
#define REPAIR_DAYS   22
#define REGISTRY_DAYS 36
#define REPAIR_MORE   18
/* Towns of one prefecture. */
#define TOWNS 5
/* A provider is one from so many customers on. */
#define CUSTOMERS 14

#define KIND_ROW(name, text, deserves, part) {text, deserves, part},
const struct kind_info kinds[KIND_COUNT] = {KIND_LIST(KIND_ROW)};
#undef KIND_ROW

/* What many sites share. */
struct shared {
	size_t mail;            /* host: mail of a provider */
	size_t filter;          /* host: mail filter of another */
	size_t hoster[SITE_NS]; /* hosts; the third one is dead */
	size_t anycast[2];      /* hosts; the second is dead here */
	size_t verification;    /* host below .invalid */
	size_t prefecture;      /* site; NONE: none yet */
	unsigned towns;         /* of it */
};

static void *
more(void *list, size_t count, size_t *room, size_t size)
{
	void *grown = list;

	if (count < *room)
		return list;
	*room = *room > 0 ? *room * 2 : 1024;
	grown = reallocarray(list, *room, size);
	if (grown == NULL)
		err(EX_OSERR, "memory");
	return grown;
}

static struct kz_name
name_made(const char *format, ...)
{
	char text[KZ_NAME_MAX + 1];
	struct kz_name name;
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (len < 0 ||
		kz_name_parse((struct kz_str){text, (size_t)len}, &name) !=
			KZ_OK)
		errx(EX_SOFTWARE, "no name: %s", format);
	return name;
}

/* Each machine has a network of its own. */
static size_t
new_machine(struct world *world, bool v6)
{
	size_t index = world->machine_count;
	struct machine *made;

	if (index > UINT16_MAX)
		errx(EX_SOFTWARE, "too many machines");
	world->machines = more(world->machines, index, &world->machine_room,
		sizeof(*world->machines));
	made = &world->machines[world->machine_count++];
	memset(made, 0, sizeof(*made));
	if (v6)
		made->addr = (struct kz_addr){KZ_ADDR_V6,
			{0x2a, 0x00, 0x10, (uint8_t)(index >> 8),
				(uint8_t)index, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				1}};
	else
		made->addr = (struct kz_addr){KZ_ADDR_V4,
			{20, (uint8_t)(index >> 8), (uint8_t)index, 25}};
	return index;
}

static int64_t
some_days(struct world *world, int64_t least, uint32_t more_days)
{
	return (least + (int64_t)chance(world, more_days)) * DAY_S;
}

/* A host with an IPv4 address, and an IPv6 one where that is wanted. */
static size_t
new_host(struct world *world, const struct kz_name *name, bool v6)
{
	size_t index = world->host_count;
	struct host *made;

	world->hosts = more(
		world->hosts, index, &world->host_room, sizeof(*world->hosts));
	made = &world->hosts[world->host_count++];
	memset(made, 0, sizeof(*made));
	made->name = *name;
	made->machines[made->machine_count++] = new_machine(world, false);
	if (v6)
		made->machines[made->machine_count++] =
			new_machine(world, true);
	return index;
}

static void
set_smtp(struct world *world, size_t host, const struct life *life)
{
	for (size_t i = 0; i < world->hosts[host].machine_count; i++)
		world->machines[world->hosts[host].machines[i]].smtp = *life;
}

static void
set_dns(struct world *world, size_t host, const struct life *life)
{
	for (size_t i = 0; i < world->hosts[host].machine_count; i++)
		world->machines[world->hosts[host].machines[i]].dns = *life;
}

/* All of a site. */
static void
set_all(struct world *world, const struct site *site, const struct life *life)
{
	for (size_t i = 0; i < site->mx_count; i++)
		set_smtp(world, site->mx[i].host, life);
	for (size_t i = 0; i < site->ns_count; i++)
		set_dns(world, site->ns[i], life);
}

static void
twist(struct world *world, size_t host, enum twist how, const struct site *site)
{
	world->hosts[host].twist = how;
	world->hosts[host].from_s = site->fault_s;
	world->hosts[host].to_s = site->repair_s;
}

/* How a dead machine shows it: most are silent, some hosts still answer. */
static struct life
dead_life(struct world *world, const struct site *site, bool refuses)
{
	struct life life = {.kind = LIFE_SPAN,
		.shows = KZ_REACH_TIMEOUT,
		.from_s = site->fault_s,
		.to_s = site->repair_s};

	if (refuses && chance(world, 3) == 0)
		life.shows = KZ_REACH_REFUSED;
	else if (chance(world, 4) == 0)
		life.shows = KZ_REACH_UNREACHABLE;
	return life;
}

/* The usual set-up: two MX hosts, two name servers, all its own. */
static void
usual(struct world *world, struct site *site, unsigned number)
{
	bool v6 = chance(world, 3) == 0;
	size_t servers = 2 + (chance(world, 4) == 0 ? 1 : 0);
	const char *zone = site->zone.text;
	struct kz_name name;

	(void)number;
	site->mx_count = 2;
	for (size_t i = 0; i < site->mx_count; i++) {
		name = name_made("mx%zu.%s", i + 1, site->name.text);
		site->mx[i].preference = (uint16_t)(10 * (i + 1));
		site->mx[i].host = new_host(world, &name, v6);
	}
	site->ns_count = servers;
	for (size_t i = 0; i < servers; i++) {
		name = name_made("ns%zu.%s", i + 1, zone);
		site->ns[i] = new_host(world, &name, v6 && i == 0);
	}
	site->primary = site->ns[0];
	site->apex = new_host(world, &site->zone, false);
}

/* Sound ones that look bad at times. */
static void
make_lively(struct world *world, struct site *site)
{
	struct life life = {
		.shows = KZ_REACH_TIMEOUT, .salt = chance(world, UINT32_MAX)};
	int64_t day_s = world->start_s + some_days(world, 10, 40) + 17 * HOUR_S;

	switch ((int)site->kind) {
	case KIND_WEEKEND:
		life.kind = LIFE_WEEKEND;
		break;
	case KIND_FLAPPING:
		life.kind = LIFE_FLAPS;
		break;
	case KIND_SLOW:
		life.kind = LIFE_SLOW;
		break;
	case KIND_EVENING:
		life.kind = LIFE_SPAN;
		life.from_s = day_s;
		life.to_s = day_s + 6 * HOUR_S;
		break;
	case KIND_HOLIDAY:
		life.kind = LIFE_SPAN;
		life.from_s = day_s;
		life.to_s = day_s + 10 * DAY_S + 12 * HOUR_S;
		break;
	default:
		return;
	}
	set_all(world, site, &life);
}

static void
make_sound(struct world *world, struct site *site, struct shared *shared)
{
	struct life dead = {.kind = LIFE_SPAN,
		.shows = KZ_REACH_TIMEOUT,
		.from_s = 0,
		.to_s = NEVER};
	struct kz_name name;

	switch ((int)site->kind) {
	case KIND_HOSTED:
		site->mx_count = 1;
		site->mx[0].host = shared->mail;
		break;
	case KIND_HIDDEN:
		name = name_made("hidden.%s", site->zone.text);
		site->primary = new_host(world, &name, false);
		/* A date of last month, or a counter that nobody moves. */
		site->serial = chance(world, 2) == 0 ? 157 : 0;
		set_dns(world, site->primary, &dead);
		break;
	case KIND_ANYCAST:
		site->ns_count = 2;
		memcpy(site->ns, shared->anycast, sizeof(shared->anycast));
		site->primary = site->ns[0];
		break;
	case KIND_NOLISTING:
		dead.shows = KZ_REACH_REFUSED;
		set_smtp(world, site->mx[0].host, &dead);
		break;
	case KIND_MICROSOFT:
		site->mx[0] = (struct mx){0, shared->filter};
		site->mx[1] = (struct mx){32767, shared->verification};
		break;
	case KIND_HOSTER:
		site->ns_count = SITE_NS;
		memcpy(site->ns, shared->hoster, sizeof(shared->hoster));
		site->primary = site->ns[0];
		break;
	case KIND_MOVING:
		site->fault_s = world->start_s + some_days(world, 12, 40);
		name = name_made("ns9.%s", site->zone.text);
		site->new_ns = new_host(world, &name, false);
		break;
	default:
		make_lively(world, site);
		break;
	}
}

static void
make_dead_mail(struct world *world, struct site *site)
{
	struct life dead = dead_life(world, site, false);

	switch ((int)site->kind) {
	case KIND_DEAD_BEST:
	case KIND_DEAD_TOWN:
	case KIND_DEAD_LOG:
		set_smtp(world, site->mx[0].host, &dead);
		break;
	case KIND_DEAD_ALL:
		dead = dead_life(world, site, true);
		set_smtp(world, site->mx[0].host, &dead);
		set_smtp(world, site->mx[1].host, &dead);
		break;
	case KIND_DEAD_SOME:
		/* Only silence counts of a backup. */
		dead.shows = KZ_REACH_TIMEOUT;
		set_smtp(world, site->mx[1].host, &dead);
		break;
	case KIND_DEAD_TARGET:
		twist(world, site->mx[0].host, TWIST_GONE, site);
		break;
	case KIND_DEAD_PRIVATE:
		twist(world, site->mx[0].host, TWIST_PRIVATE, site);
		break;
	default:
		break;
	}
	if (site->kind == KIND_DEAD_LOG)
		for (size_t i = 0; i < site->mx_count; i++)
			world->machines[world->hosts[site->mx[i].host]
						.machines[0]]
				.unprobed = true;
}

/* A third name server that does not know the zone: a fault that supports. */
static void
add_lame(struct world *world, struct site *site)
{
	struct kz_name name = name_made("lame.%s", site->zone.text);

	site->ns_count = 3;
	site->ns[2] = new_host(world, &name, false);
	twist(world, site->ns[2], TWIST_LAME, site);
}

static void
make_dead_dns(struct world *world, struct site *site)
{
	struct life dead = dead_life(world, site, true);
	struct kz_name name = name_made("old.%s", site->zone.text);

	switch ((int)site->kind) {
	case KIND_DEAD_PRIMARY:
		site->primary = new_host(world, &name, false);
		/* As in figure 6 of the paper. */
		site->serial = 2013042893;
		set_dns(world, site->primary, &dead);
		break;
	case KIND_DEAD_NO_PRIMARY:
		/* One that is missing weighs all where a server is lame too. */
		site->primary = new_host(world, &name, false);
		twist(world, site->primary, TWIST_GONE, site);
		add_lame(world, site);
		break;
	case KIND_DEAD_SERVER:
		site->ns_count = 2;
		set_dns(world, site->ns[1], &dead);
		break;
	case KIND_DEAD_NO_SERVER:
		twist(world, site->ns[1], TWIST_GONE, site);
		break;
	case KIND_DEAD_SINGLE:
		site->ns_count = 2;
		twist(world, site->ns[1], TWIST_LAME, site);
		break;
	case KIND_DEAD_CONTACT:
		/* A registry is asked only where something else is wrong. */
		add_lame(world, site);
		break;
	default:
		break;
	}
}

static void
set_fault(struct world *world, struct site *site)
{
	int64_t least = kinds[site->kind].deserves == REGISTRY ? REGISTRY_DAYS
							       : REPAIR_DAYS;
	int64_t days = (world->end_s - world->start_s) / DAY_S - least;
	int64_t repair_s;

	site->fault_s = site->repair_s = NEVER;
	if (kinds[site->kind].deserves == SOUND)
		return;
	if (days > FAULT_DAYS)
		days = FAULT_DAYS;
	site->fault_s = world->start_s + some_moment(world, days);
	repair_s = site->fault_s + (BEGIN_DAYS + least) * DAY_S +
		some_moment(world, REPAIR_MORE);
	if (chance(world, 2) == 0 && repair_s < world->end_s - 2 * DAY_S)
		site->repair_s = repair_s;
}

static void
set_names(struct world *world, struct site *site, size_t number,
	struct shared *shared)
{
	bool town = site->kind == KIND_TOWN || site->kind == KIND_DEAD_TOWN;

	if (town && shared->prefecture != NONE) {
		const struct site *above = &world->sites[shared->prefecture];

		site->name = name_made("s%zu.%s", number, above->name.text);
		/* Every other one lies in the zone of its prefecture. */
		site->zone =
			shared->towns++ % 2 == 0 ? above->zone : site->name;
	} else {
		site->name = name_made("s%zu.%s", number,
			site->kind == KIND_PREFECTURE ? "lg.jp" : "example");
		site->zone = site->name;
	}
	if (site->kind == KIND_PREFECTURE)
		shared->prefecture = number;
	site->helo = name_made("mail.%s", site->name.text);
}

static void
make_site(struct world *world, size_t number, enum kind kind,
	struct shared *shared)
{
	struct site *site = &world->sites[number];
	bool town = kind == KIND_TOWN || kind == KIND_DEAD_TOWN;
	size_t client;

	site->kind = kind;
	site->asked_s = 0;
	set_fault(world, site);
	set_names(world, site, number, shared);
	usual(world, site, (unsigned)number);
	if (town && !kz_name_equal(&site->name, &site->zone)) {
		const struct site *above = &world->sites[shared->prefecture];

		memcpy(site->ns, above->ns, sizeof(site->ns));
		site->ns_count = above->ns_count;
		site->primary = above->primary;
		site->apex = above->apex;
	}
	client = new_machine(world, false);
	site->client = world->machines[client].addr;
	site->begins_s = site->next_s =
		world->start_s + some_moment(world, BEGIN_DAYS);
	site->gap_s = kinds[kind].deserves == SOUND ? 18 * HOUR_S : 4 * HOUR_S;
	if (kind == KIND_SELDOM)
		site->gap_s = 17 * DAY_S;
	make_sound(world, site, shared);
	make_dead_mail(world, site);
	make_dead_dns(world, site);
}

static void
make_shared(struct world *world, struct shared *shared)
{
	struct life dead = {.kind = LIFE_SPAN,
		.shows = KZ_REACH_TIMEOUT,
		.from_s = 0,
		.to_s = NEVER};
	struct kz_name name = name_made("mx.provider.example");

	shared->mail = new_host(world, &name, true);
	name = name_made("in.filter.example");
	shared->filter = new_host(world, &name, false);
	name = name_made("ms12345678.msv1.invalid");
	shared->verification = new_host(world, &name, false);
	world->hosts[shared->verification].twist = TWIST_GONE;
	world->hosts[shared->verification].to_s = NEVER;
	for (size_t i = 0; i < SITE_NS; i++) {
		name = name_made("ns%zu.hoster.example", i + 1);
		shared->hoster[i] = new_host(world, &name, i < 2);
	}
	set_dns(world, shared->hoster[2], &dead);
	for (size_t i = 0; i < 2; i++) {
		struct host *host;

		name = name_made("%zu.anycast.example", i + 1);
		shared->anycast[i] = new_host(world, &name, false);
		host = &world->hosts[shared->anycast[i]];
		host->machines[host->machine_count++] =
			new_machine(world, false);
	}
	set_dns(world, shared->anycast[1], &dead);
	shared->prefecture = NONE;
	for (size_t i = 0; i < 2; i++)
		world->tld[i] = new_machine(world, i == 1);
	for (size_t i = 0; i < 2 * NAMED; i++) {
		size_t machine = new_machine(world, i % 2 == 1);

		world->named[i % 2][i / 2] = machine;
		world->machines[machine].named = true;
	}
}

/* How many of a kind there are among so many. */
static size_t
count_of(size_t sites, enum kind kind)
{
	size_t count = (sites * kinds[kind].per_ten_thousand + 9999) / 10000;

	if ((kind == KIND_HOSTER || kind == KIND_ANYCAST) && count < CUSTOMERS)
		return CUSTOMERS;
	return count;
}

/* Returns the number of the next site. */
static size_t
make_kind(struct world *world, size_t number, size_t sites, enum kind kind,
	struct shared *shared)
{
	size_t count = count_of(sites, kind);
	bool town = kind == KIND_TOWN || kind == KIND_DEAD_TOWN;

	for (size_t i = 0; i < count && number + 1 < sites; i++) {
		/* Each prefecture stands before its towns. */
		if (town && i % TOWNS == 0)
			make_site(world, number++, KIND_PREFECTURE, shared);
		make_site(world, number++, kind, shared);
	}
	return number;
}

void
world_build(struct world *world, uint64_t seed, size_t sites, int64_t days)
{
	struct shared shared;
	size_t number = 0;

	memset(world, 0, sizeof(*world));
	memset(&shared, 0, sizeof(shared));
	world->random = seed * UINT64_C(1000003) + 1;
	world->start_s = START_S;
	world->end_s = START_S + days * DAY_S;
	world->sites = calloc(sites, sizeof(*world->sites));
	if (world->sites == NULL)
		err(EX_OSERR, "memory");
	make_shared(world, &shared);
	world_add_outages(world);
	for (int kind = KIND_COUNT - 1; kind > KIND_PLAIN; kind--)
		number = make_kind(
			world, number, sites, (enum kind)kind, &shared);
	while (number < sites)
		make_site(world, number++, KIND_PLAIN, &shared);
	world->site_count = number;
}

void
world_free(struct world *world)
{
	free(world->sites);
	free(world->hosts);
	free(world->machines);
}

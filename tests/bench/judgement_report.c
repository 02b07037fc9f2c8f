/* SPDX-License-Identifier: ISC */
/* What came of the months: a row for each kind, and whether the goals hold. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judgement.h"

/* The goals. */
#define DEAD_DAYS     16
#define REGISTRY_DAYS 31
#define FREE_HOURS    24

struct row {
	size_t sites, convicted, deferred_sites;
	size_t repaired, freed;
	int64_t latest_s, sum_s; /* to conviction */
	int64_t free_latest_s;   /* from repair */
};

static int64_t
contact_s(const struct site *site)
{
	return site->fault_s > site->begins_s ? site->fault_s : site->begins_s;
}

static void
take(struct row *row, const struct world *world, const struct site *site)
{
	row->sites++;
	row->deferred_sites += site->deferred > 0 ? 1 : 0;
	if (site->ever_broken) {
		int64_t took_s = site->convicted_s - contact_s(site);

		row->convicted++;
		row->sum_s += took_s;
		if (took_s > row->latest_s)
			row->latest_s = took_s;
	}
	if (kinds[site->kind].deserves == SOUND ||
		site->repair_s >= world->end_s)
		return;
	row->repaired++;
	if (site->broken)
		return;
	row->freed++;
	if (site->freed_s - site->repair_s > row->free_latest_s)
		row->free_latest_s = site->freed_s - site->repair_s;
}

static void
add(struct row *sum, const struct row *row)
{
	sum->sites += row->sites;
	sum->convicted += row->convicted;
	sum->deferred_sites += row->deferred_sites;
	sum->repaired += row->repaired;
	sum->freed += row->freed;
	sum->sum_s += row->sum_s;
	if (row->latest_s > sum->latest_s)
		sum->latest_s = row->latest_s;
	if (row->free_latest_s > sum->free_latest_s)
		sum->free_latest_s = row->free_latest_s;
}

static double
days(int64_t span_s)
{
	return (double)span_s / DAY_S;
}

static void
print_row(const char *text, const struct row *row)
{
	size_t convicted = row->convicted > 0 ? row->convicted : 1;

	printf("%-26s %6zu %9zu %8zu", text, row->sites, row->convicted,
		row->deferred_sites);
	if (row->convicted > 0)
		printf(" %7.1f %7.1f", days(row->sum_s / (int64_t)convicted),
			days(row->latest_s));
	else
		printf(" %7s %7s", "-", "-");
	if (row->repaired > 0)
		printf(" %4zu/%-4zu %7.1f", row->freed, row->repaired,
			(double)row->free_latest_s / HOUR_S);
	printf("\n");
}

/* Who was treated wrongly, by name. */
static void
print_wrong(const struct world *world, const struct site *site)
{
	const struct kind_info *kind = &kinds[site->kind];
	int64_t goal_s =
		(kind->deserves == REGISTRY ? REGISTRY_DAYS : DEAD_DAYS) *
		DAY_S;
	int64_t took_s = site->convicted_s - contact_s(site);
	const char *what = NULL;

	if (kind->deserves == SOUND)
		what = site->ever_broken ? "convicted although sound" : NULL;
	else if (!site->ever_broken)
		what = "not convicted";
	else if (took_s < 0)
		what = "convicted before its fault";
	else if (took_s > goal_s)
		what = "convicted late";
	else if (site->repair_s < world->end_s && site->broken)
		what = "not free after its repair";
	else if (site->repair_s < world->end_s &&
		site->freed_s - site->repair_s > FREE_HOURS * HOUR_S)
		what = "free late";
	if (what == NULL)
		return;
	printf("  %s (%s): %s", site->name.text, kind->text, what);
	if (kind->deserves != SOUND)
		printf(", fault day %.2f",
			days(contact_s(site) - world->start_s));
	if (site->ever_broken)
		printf(", convicted day %.2f by %s",
			days(site->convicted_s - world->start_s), site->why);
	printf("\n");
}

static bool
goals_hold(const struct row sums[3])
{
	return sums[SOUND].convicted == 0 && sums[SOUND].deferred_sites == 0 &&
		sums[DEAD].convicted == sums[DEAD].sites &&
		sums[REGISTRY].convicted == sums[REGISTRY].sites &&
		sums[DEAD].latest_s <= DEAD_DAYS * DAY_S &&
		sums[REGISTRY].latest_s <= REGISTRY_DAYS * DAY_S &&
		sums[DEAD].freed == sums[DEAD].repaired &&
		sums[REGISTRY].freed == sums[REGISTRY].repaired &&
		sums[DEAD].free_latest_s <= FREE_HOURS * HOUR_S &&
		sums[REGISTRY].free_latest_s <= FREE_HOURS * HOUR_S;
}

bool
report(const struct world *world, uint64_t seed)
{
	struct row rows[KIND_COUNT];
	struct row sums[3];
	int64_t free_s;

	memset(rows, 0, sizeof(rows));
	memset(sums, 0, sizeof(sums));
	for (size_t i = 0; i < world->site_count; i++)
		take(&rows[world->sites[i].kind], world, &world->sites[i]);
	printf("%-26s %6s %9s %8s %7s %7s %9s %7s\n", "kind", "sites",
		"convicted", "delayed", "days", "latest", "freed", "hours");
	for (size_t i = 0; i < KIND_COUNT; i++) {
		print_row(kinds[i].text, &rows[i]);
		add(&sums[kinds[i].deserves], &rows[i]);
	}
	for (size_t i = 0; i < world->site_count; i++)
		print_wrong(world, &world->sites[i]);
	free_s = sums[DEAD].free_latest_s > sums[REGISTRY].free_latest_s
		? sums[DEAD].free_latest_s
		: sums[REGISTRY].free_latest_s;
	printf("seed %" PRIu64 ": sound convicted %zu of %zu, dead convicted "
	       "%zu of %zu (latest day %.1f; registry %zu of %zu, latest day "
	       "%.1f), repaired free after %.1f h\n",
		seed, sums[SOUND].convicted, sums[SOUND].sites,
		sums[DEAD].convicted, sums[DEAD].sites,
		days(sums[DEAD].latest_s), sums[REGISTRY].convicted,
		sums[REGISTRY].sites, days(sums[REGISTRY].latest_s),
		(double)free_s / HOUR_S);
	return goals_hold(sums);
}

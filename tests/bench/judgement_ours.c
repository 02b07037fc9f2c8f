/* SPDX-License-Identifier: ISC */
/* Our own side: a line that is down at times, a clock that is set wrong. */
#include <err.h>
#include <sysexits.h>

#include "judgement.h"

static void
add_outage(struct world *world, int64_t length_s, uint32_t classes,
	enum kz_reach shows, unsigned percent)
{
	int64_t days = (world->end_s - world->start_s) / DAY_S - 12;
	struct outage *made = &world->outages[world->outage_count];

	if (world->outage_count++ == OUTAGES_MAX)
		errx(EX_SOFTWARE, "too many outages");
	made->from_s = world->start_s + 10 * DAY_S + some_moment(world, days);
	made->to_s = made->from_s + length_s;
	made->classes = classes;
	made->shows = shows;
	made->percent = percent;
}

#define BIT(netclass) (UINT32_C(1) << KZ_NET_##netclass)

/* Our own line and our clock, as often in a month as it is long. */
void
world_add_outages(struct world *world)
{
	static const int64_t steps[][2] = {{2 * HOUR_S, 3 * DAY_S},
		{HOUR_S, -2 * HOUR_S}, {DAY_S, 2 * HOUR_S / 3},
		{6 * HOUR_S, -DAY_S}};
	const uint32_t mail = BIT(SMTP25_V4) | BIT(SMTP25_V6);
	const uint32_t dns = BIT(DNS53UDP_V4) | BIT(DNS53UDP_V6);
	const uint32_t v6 = BIT(SMTP25_V6) | BIT(DNS53UDP_V6);
	int64_t months = (world->end_s - world->start_s) / (30 * DAY_S);

	for (int64_t i = 0; i < months; i++) {
		add_outage(world, 5 * HOUR_S, v6, KZ_REACH_TIMEOUT, 100);
		add_outage(world, 3 * HOUR_S, dns, KZ_REACH_TIMEOUT, 100);
		add_outage(
			world, 6 * HOUR_S, mail | dns, KZ_REACH_TIMEOUT, 100);
		add_outage(world, 4 * HOUR_S, mail | dns, KZ_REACH_OURS, 100);
		add_outage(world, 3 * HOUR_S, mail, KZ_REACH_TIMEOUT, 100);
		add_outage(
			world, HOUR_S / 3, mail | dns, KZ_REACH_TIMEOUT, 100);
		/* A carrier's route to most of the world. */
		add_outage(world, 4 * HOUR_S, mail | dns, KZ_REACH_TIMEOUT, 60);
	}
	for (int64_t i = 0; i < months + 1; i++) {
		struct step_of_clock *made = &world->steps[world->step_count++];
		const int64_t *step = steps[i % 4];

		made->from_s = world->start_s + 9 * DAY_S +
			i * (world->end_s - world->start_s - 12 * DAY_S) /
				(months + 1) +
			some_moment(world, 5);
		made->to_s = made->from_s + step[0];
		made->ahead_s = step[1];
	}
}

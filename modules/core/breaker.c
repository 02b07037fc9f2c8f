/* SPDX-License-Identifier: ISC */
#include "kizuki/core/breaker.h"

#include <string.h>

#include "record_priv.h"

#define RECORD_VERSION 1
#define HOUR_S         3600
#define DAY_S          86400
/*
 * Networks of one /16 or /32 are often one owner's, and who has one can have
 * all of it fall silent: at most so many of them speak.
 */
#define REGION_V4_PREFIX 16
#define REGION_V6_PREFIX 32
#define REGION_PLACES    2
/* Parts of a place, where a region has more than speak. */
#define PARTS 1000

/* The days that passed begin at nothing. */
static void
turn_to(struct kz_breaker *breaker, int64_t day)
{
	while (breaker->day < day) {
		int64_t behind = day - breaker->day;

		if (behind > KZ_BREAKER_DAYS)
			breaker->day = day - KZ_BREAKER_DAYS;
		memmove(&breaker->days[1], &breaker->days[0],
			(KZ_BREAKER_DAYS - 1) * sizeof(breaker->days[0]));
		breaker->days[0].good = breaker->days[0].bad = 0;
		breaker->day++;
	}
}

static void
take_week(struct kz_breaker *breaker, int64_t when_s, bool bad)
{
	int64_t back;

	turn_to(breaker, when_s / DAY_S);
	back = breaker->day - when_s / DAY_S;
	if (back >= KZ_BREAKER_DAYS)
		return;
	if (bad)
		breaker->days[back].bad++;
	else
		breaker->days[back].good++;
}

static void
remove_place(struct kz_breaker *breaker, size_t at)
{
	breaker->count--;
	memmove(&breaker->list[at], &breaker->list[at + 1],
		(breaker->count - at) * sizeof(breaker->list[0]));
}

/*
 * In the order of time; the place's earlier entry goes, and what a clock that
 * ran ahead has written.
 */
static void
take_place(struct kz_breaker *breaker, const struct kz_breaker_place *entry)
{
	size_t at;

	while (breaker->count > 0 &&
		breaker->list[breaker->count - 1].when_s >
			entry->when_s + HOUR_S)
		breaker->count--;
	for (size_t i = 0; i < breaker->count; i++) {
		if (!kz_net_equal(&breaker->list[i].place, &entry->place))
			continue;
		if (breaker->list[i].when_s > entry->when_s)
			return;
		remove_place(breaker, i);
		break;
	}
	if (breaker->count == KZ_BREAKER_PLACES) {
		if (breaker->list[0].when_s > entry->when_s)
			return;
		remove_place(breaker, 0);
	}
	at = breaker->count;
	while (at > 0 && breaker->list[at - 1].when_s > entry->when_s)
		at--;
	memmove(&breaker->list[at + 1], &breaker->list[at],
		(breaker->count - at) * sizeof(breaker->list[0]));
	breaker->list[at] = *entry;
	breaker->count++;
}

void
kz_breaker_touch(
	struct kz_breaker *breaker, const struct kz_touch *touch, bool quiet)
{
	struct kz_breaker_place entry = {.when_s = touch->when_s,
		.place = kz_netclass_place(&touch->addr)};

	switch (touch->reach) {
	case KZ_REACH_ALIVE:
		break;
	case KZ_REACH_REFUSED:
	case KZ_REACH_UNREACHABLE:
	case KZ_REACH_TIMEOUT:
	case KZ_REACH_OURS:
		entry.bad = true;
		break;
	case KZ_REACH_RESET:
	case KZ_REACH_SILENT:
	case KZ_REACH_NOISE:
	case KZ_REACH_NONE:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		return;
	}
	if (touch->when_s <= 0)
		return;
	take_place(breaker, &entry);
	if (!quiet)
		take_week(breaker, touch->when_s, entry.bad);
}

/* What the places of a region, or of an hour, came to. */
struct tally {
	uint64_t places, bad;
	uint64_t heard; /* of the hour: all of them */
};

static bool
in_hour(const struct kz_breaker_place *entry, int64_t now_s)
{
	return entry->when_s <= now_s && entry->when_s >= now_s - HOUR_S;
}

/* The place at first, and those of the hour after it in its region. */
static struct tally
region_tally(const struct kz_breaker *breaker, const struct kz_net *regions,
	size_t first, int64_t now_s)
{
	struct tally tally = {
		.places = 1, .bad = breaker->list[first].bad ? 1 : 0};

	for (size_t i = first + 1; i < breaker->count; i++) {
		const struct kz_breaker_place *entry = &breaker->list[i];

		if (!in_hour(entry, now_s) ||
			!kz_net_equal(&regions[i], &regions[first]))
			continue;
		tally.places++;
		tally.bad += entry->bad ? 1 : 0;
	}
	return tally;
}

static bool
seen_before(const struct kz_breaker *breaker, const struct kz_net *regions,
	size_t at, int64_t now_s)
{
	for (size_t i = 0; i < at; i++)
		if (in_hour(&breaker->list[i], now_s) &&
			kz_net_equal(&regions[i], &regions[at]))
			return true;
	return false;
}

/* Of the hour, bad in parts. */
static struct tally
hour_tally(const struct kz_breaker *breaker, int64_t now_s)
{
	struct kz_net regions[KZ_BREAKER_PLACES];
	struct tally hour = {0};

	for (size_t i = 0; i < breaker->count; i++)
		regions[i] = kz_net_of(&breaker->list[i].place.addr,
			REGION_V4_PREFIX, REGION_V6_PREFIX);
	for (size_t i = 0; i < breaker->count; i++) {
		struct tally region;
		uint64_t speak = REGION_PLACES;

		if (!in_hour(&breaker->list[i], now_s) ||
			seen_before(breaker, regions, i, now_s))
			continue;
		region = region_tally(breaker, regions, i, now_s);
		if (region.places < speak)
			speak = region.places;
		hour.heard += region.places;
		hour.places += speak;
		hour.bad += speak * region.bad * PARTS / region.places;
	}
	return hour;
}

bool
kz_breaker_trips(const struct kz_breaker *breaker,
	const struct kz_breaker_rule *rule, int64_t now_s)
{
	struct tally hour = hour_tally(breaker, now_s);
	uint64_t week = 0, week_bad = 0;

	for (int64_t i = 0; i < KZ_BREAKER_DAYS; i++) {
		if (breaker->day - i <= now_s / DAY_S - KZ_BREAKER_DAYS)
			break;
		week += breaker->days[i].good + breaker->days[i].bad;
		week_bad += breaker->days[i].bad;
	}
	/* Few regions, but many networks: our own outage shows there too. */
	return hour.heard >= rule->at_least &&
		2 * hour.places >= rule->at_least && week >= rule->at_least &&
		hour.bad * 100 > hour.places * PARTS * rule->percent &&
		week_bad * 100 < week * rule->mean_percent;
}

enum kz_result
kz_breaker_encode(const struct kz_breaker *breaker, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (breaker->day < 0)
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)breaker->day);
	for (size_t i = 0; i < KZ_BREAKER_DAYS; i++) {
		kz_writer_put(&writer, 4, breaker->days[i].good);
		kz_writer_put(&writer, 4, breaker->days[i].bad);
	}
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_breaker_decode(const uint8_t *record, size_t len, struct kz_breaker *breaker)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_breaker read = {0};
	enum kz_result result;

	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.day = (int64_t)kz_reader_take(&reader, 8);
	for (size_t i = 0; i < KZ_BREAKER_DAYS; i++) {
		read.days[i].good = (uint32_t)kz_reader_take(&reader, 4);
		read.days[i].bad = (uint32_t)kz_reader_take(&reader, 4);
	}
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (read.day < 0)
		return KZ_EINVAL;
	breaker->day = read.day;
	memcpy(breaker->days, read.days, sizeof(breaker->days));
	return KZ_OK;
}

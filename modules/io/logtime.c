/* SPDX-License-Identifier: ISC */
/* Moments as logs write them. */
#include <string.h>
#include <time.h>

#include "kizuki/io/loghead.h"

#define DAY_S 86400
/* A leap day comes back after eight years at the latest (1896 to 1904). */
#define YEARS_BACK 8
/*
 * Days are counted as if each month had 31.  The first line stands some years
 * in, so that a step back is possible.
 */
#define YEAR_DAYS  372
#define MONTH_DAYS 31
#define FIRST_YEAR 2
#define YEARS_MAX  64
/* A clock that was wrong is set within this; what it wrote goes no further. */
#define STRAY_DAYS 2

static bool
number(struct kz_str text, size_t at, size_t len, int *value)
{
	int sum = 0;

	if (text.len < at + len)
		return false;
	for (size_t i = at; i < at + len; i++) {
		char c = text.ptr[i];

		/* "Mar  5" */
		if (c == ' ' && i == at && len == 2)
			c = '0';
		if (c < '0' || c > '9')
			return false;
		sum = sum * 10 + (c - '0');
	}
	*value = sum;
	return true;
}

static bool
month(struct kz_str text, size_t at, int *value)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (text.len < at + 3)
		return false;
	for (int i = 0; i < 12; i++) {
		if (memcmp(names + 3 * (size_t)i, text.ptr + at, 3) == 0) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool
clock_of(struct kz_str text, size_t at, struct tm *tm)
{
	return number(text, at, 2, &tm->tm_hour) &&
		number(text, at + 3, 2, &tm->tm_min) &&
		number(text, at + 6, 2, &tm->tm_sec) && tm->tm_hour < 24 &&
		tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* False: there is no such day (a 29 February), or it cannot be told. */
static bool
local_moment(struct tm tm, int64_t *when_s)
{
	int day = tm.tm_mday;
	time_t made;

	tm.tm_isdst = -1;
	made = mktime(&tm);
	if (made <= 0 || tm.tm_mday != day)
		return false;
	*when_s = made;
	return true;
}

/* "Feb 29 10:00:31" */
static bool
day_and_clock(struct kz_str text, struct tm *tm)
{
	return month(text, 0, &tm->tm_mon) &&
		number(text, 4, 2, &tm->tm_mday) && clock_of(text, 7, tm);
}

/* What brings it closest before the newest moment; 0: there is no such year. */
static int
year_before(const struct kz_logtime *time, struct tm tm)
{
	time_t newest_s = (time_t)time->newest_s;
	struct tm newest;
	int64_t when_s;

	if (localtime_r(&newest_s, &newest) == NULL)
		return 0;
	/* The first of January may be written a day ahead. */
	for (int year = newest.tm_year + 1; year >= newest.tm_year - YEARS_BACK;
		year--) {
		tm.tm_year = year;
		if (local_moment(tm, &when_s) &&
			when_s <= time->newest_s + DAY_S)
			return year;
	}
	return 0;
}

/* From one place among the days to the nearest such day, forth or back. */
static int
distance(int from, int day)
{
	int ahead = (day - from) % YEAR_DAYS;

	if (ahead > YEAR_DAYS / 2)
		return ahead - YEAR_DAYS;
	return ahead < -YEAR_DAYS / 2 ? ahead + YEAR_DAYS : ahead;
}

/* Where a clock begins that nobody has set, on either side of UTC. */
static bool
at_new_year(int at)
{
	return at % YEAR_DAYS <= 1;
}

/*
 * Go on to the day of the next line.  Lines rise: a step back of more than a
 * month is one over the turn of the year.  Only where it leads back to where a
 * few lines just left from for New Year, theirs was a clock not yet set:
 * true.
 */
static bool
step(struct kz_logdays *days, const struct tm *tm)
{
	int day = tm->tm_mon * 31 + tm->tm_mday;
	int ahead, home;

	if (days->at == 0) {
		days->at = FIRST_YEAR * YEAR_DAYS + day;
		return false;
	}
	ahead = (day - days->at) % YEAR_DAYS;
	if (ahead < 0)
		ahead += YEAR_DAYS;
	if (ahead > YEAR_DAYS - MONTH_DAYS)
		ahead -= YEAR_DAYS;
	if (ahead > MONTH_DAYS) {
		home = distance(days->left, day);
		if (days->left > 0 && at_new_year(days->landed) &&
			days->at <= days->landed + STRAY_DAYS &&
			home >= -STRAY_DAYS && home <= STRAY_DAYS) {
			days->at = days->left + home;
			days->left = 0;
			return true;
		}
		days->left = days->at;
		days->landed = days->at + ahead;
	}
	days->at += ahead;
	return false;
}

static int
year_of(const struct kz_logdays *days)
{
	return (days->at - 1) / YEAR_DAYS;
}

/* True: another day than that of the line before, without a year. */
static bool
next_day(struct kz_logtime *time, struct kz_str line, struct tm *tm)
{
	if (line.len < 16 || line.ptr[3] != ' ' || line.ptr[15] != ' ' ||
		memcmp(time->day, line.ptr, sizeof(time->day)) == 0 ||
		!day_and_clock((struct kz_str){line.ptr, 15}, tm))
		return false;
	memcpy(time->day, line.ptr, sizeof(time->day));
	time->minute[0] = '\0';
	return true;
}

void
kz_logtime_pass(struct kz_logtime *time, struct kz_str line)
{
	struct tm tm = {0};

	if (next_day(time, line, &tm))
		(void)step(&time->days, &tm);
}

void
kz_logtime_glance(struct kz_logtime *time, struct kz_str line)
{
	struct tm tm = {0};
	bool home;
	int year;

	if (!next_day(time, line, &tm))
		return;
	home = step(&time->glance, &tm);
	year = year_of(&time->glance);
	if (tm.tm_mon == 1 && tm.tm_mday == 29 && year >= 0 && year < YEARS_MAX)
		time->leaps |= (uint64_t)1 << year;
	if (home || time->glance.at >= time->last) {
		time->last = time->glance.at;
		time->last_month = tm.tm_mon;
		time->last_day = tm.tm_mday;
	}
}

static bool
has_leap_day(int year)
{
	struct tm tm = {.tm_year = year, .tm_mon = 1, .tm_mday = 29};
	int64_t when_s;

	return local_moment(tm, &when_s);
}

/* Each 29 February that was seen is one, where years are counted from begin. */
static bool
leaps_fit(const struct kz_logtime *time, int begin)
{
	for (int i = 0; i < YEARS_MAX; i++) {
		if ((time->leaps >> i & 1) != 0 && !has_leap_day(begin + i))
			return false;
	}
	return true;
}

/*
 * From where the years of the days are counted: the newest line that was seen
 * at a glance is of the nearest past, all others are before it.
 */
static void
begin_years(struct kz_logtime *time, struct tm tm)
{
	int at = year_of(&time->days);
	int begin;

	time->begun = true;
	if (time->last == 0) {
		time->begin = year_before(time, tm) - at;
		return;
	}
	tm = (struct tm){.tm_mon = time->last_month, .tm_mday = time->last_day};
	begin = year_before(time, tm) - (time->last - 1) / YEAR_DAYS;
	time->begin = begin;
	for (int back = 0; back <= YEARS_BACK; back++) {
		if (leaps_fit(time, begin - back)) {
			time->begin = begin - back;
			return;
		}
	}
}

/* "Feb 29 10:00:31" */
static bool
without_year(struct kz_logtime *time, struct kz_str text, int64_t *when_s)
{
	struct tm tm = {0};

	if (!day_and_clock(text, &tm))
		return false;
	(void)step(&time->days, &tm);
	if (!time->begun)
		begin_years(time, tm);
	tm.tm_year = time->begin + year_of(&time->days);
	if (local_moment(tm, when_s) && *when_s <= time->newest_s + DAY_S)
		return true;
	/* Such a day was not there, or its clock is not that of the rest. */
	tm.tm_year = year_before(time, tm);
	if (time->last == 0)
		time->begin = tm.tm_year - year_of(&time->days);
	return tm.tm_year != 0 && local_moment(tm, when_s);
}

/* "+09:00", "+0900", "Z" behind the seconds and their fraction. */
static bool
offset(struct kz_str text, size_t at, int *minutes)
{
	int hours, rest;
	size_t colon;

	while (at < text.len &&
		(text.ptr[at] == '.' || text.ptr[at] == ' ' ||
			(text.ptr[at] >= '0' && text.ptr[at] <= '9')))
		at++;
	if (at < text.len && text.ptr[at] == 'Z') {
		*minutes = 0;
		return true;
	}
	if (at >= text.len || (text.ptr[at] != '+' && text.ptr[at] != '-') ||
		!number(text, at + 1, 2, &hours))
		return false;
	colon = at + 3 < text.len && text.ptr[at + 3] == ':';
	if (!number(text, at + 3 + colon, 2, &rest))
		return false;
	*minutes = (hours * 60 + rest) * (text.ptr[at] == '-' ? -1 : 1);
	return true;
}

/* "2026-11-24T06:37:50", "2026-11-24 06:37:50" */
static bool
iso(struct kz_str text, int64_t *when_s)
{
	struct tm tm = {0};
	int year, minutes;
	time_t made;

	if (!number(text, 0, 4, &year) || !number(text, 5, 2, &tm.tm_mon) ||
		!number(text, 8, 2, &tm.tm_mday) || !clock_of(text, 11, &tm) ||
		year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
		tm.tm_mday < 1 || tm.tm_mday > 31)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon--;
	if (!offset(text, 19, &minutes))
		return local_moment(tm, when_s);
	made = timegm(&tm);
	*when_s = made - (int64_t)minutes * 60;
	return *when_s > 0;
}

/* "24-Nov-2026 06:36:21.220" */
static bool
bind_moment(struct kz_str text, int64_t *when_s)
{
	struct tm tm = {0};
	int year;

	if (!number(text, 0, 2, &tm.tm_mday) || !month(text, 3, &tm.tm_mon) ||
		!number(text, 7, 4, &year) || !clock_of(text, 12, &tm) ||
		year < 1970)
		return false;
	tm.tm_year = year - 1900;
	return local_moment(tm, when_s);
}

static bool
epoch(struct kz_str text, int64_t *when_s)
{
	int64_t sum = 0;

	if (text.len == 0 || text.len > 12)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		sum = sum * 10 + (text.ptr[i] - '0');
	}
	*when_s = sum;
	return sum > 0;
}

static bool
convert(struct kz_logtime *time, struct kz_str text, int64_t *when_s)
{
	if (text.len == 15)
		return without_year(time, text, when_s);
	if (text.len >= 19 && text.ptr[4] == '-')
		return iso(text, when_s);
	if (text.len >= 20 && text.ptr[2] == '-')
		return bind_moment(text, when_s);
	return epoch(text, when_s);
}

/* "Feb 29 10:00": of such the conversion to the minute is remembered. */
enum kz_result
kz_logtime_read(struct kz_logtime *time, struct kz_str text, int64_t *when_s)
{
	int second = 0;
	int64_t found_s;
	bool plain = text.len == 15 && number(text, 13, 2, &second);

	if (plain &&
		memcmp(time->minute, text.ptr, sizeof(time->minute)) == 0) {
		*when_s = time->minute_s + second;
		return KZ_OK;
	}
	if (!convert(time, text, &found_s))
		return KZ_EFORMAT;
	if (plain) {
		memcpy(time->minute, text.ptr, sizeof(time->minute));
		time->minute_s = found_s - second;
	}
	*when_s = found_s;
	return KZ_OK;
}

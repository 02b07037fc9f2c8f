/* SPDX-License-Identifier: ISC */
/* Dates of registries, and words for people. */
#include <string.h>

#include "kizuki/core/words.h"

#include "match_priv.h"
#include "registry_priv.h"

#define DAY_S      86400
#define JAPAN_MIN  540 /* Japan has no summer time since 1952 */
#define YEAR_FIRST 1970
#define YEAR_LAST  9999

/* A cursor over digits; bad once something else stands there. */
struct digits {
	struct kz_str rest;
	bool bad;
};

static int64_t
take_number(struct digits *from, size_t len)
{
	int64_t number = 0;

	for (size_t i = 0; i < len; i++) {
		if (i >= from->rest.len || from->rest.ptr[i] < '0' ||
			from->rest.ptr[i] > '9') {
			from->bad = true;
			return 0;
		}
		number = number * 10 + (from->rest.ptr[i] - '0');
	}
	from->rest.ptr += len;
	from->rest.len -= len;
	return number;
}

static bool
take_octet(struct digits *from, char wanted)
{
	if (from->rest.len == 0 || from->rest.ptr[0] != wanted)
		return false;
	from->rest.ptr++;
	from->rest.len--;
	return true;
}

static void
need_octet(struct digits *from, char wanted)
{
	if (!take_octet(from, wanted))
		from->bad = true;
}

/* Days from 1970-01-01; years begin in March, so that a leap day is last. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = (month + 9) % 12;

	if (month <= 2)
		year--;
	return 365 * year + year / 4 - year / 100 + year / 400 +
		(153 * from_march + 2) / 5 + day - 1 - 719468;
}

static bool
day_exists(int64_t year, int64_t month, int64_t day)
{
	int64_t next_month = month == 12 ? 1 : month + 1;
	int64_t next_year = month == 12 ? year + 1 : year;

	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 ||
		day < 1)
		return false;
	return days_of(year, month, day) < days_of(next_year, next_month, 1);
}

static int64_t
take_day(struct digits *from, char separator)
{
	int64_t year = take_number(from, 4), month, day;

	need_octet(from, separator);
	month = take_number(from, 2);
	need_octet(from, separator);
	day = take_number(from, 2);
	if (from->bad || !day_exists(year, month, day)) {
		from->bad = true;
		return 0;
	}
	return days_of(year, month, day) * DAY_S;
}

static int64_t
take_time(struct digits *from)
{
	int64_t hour = take_number(from, 2), minute, second;

	need_octet(from, ':');
	minute = take_number(from, 2);
	need_octet(from, ':');
	second = take_number(from, 2);
	/* 60: a leap second */
	if (hour > 23 || minute > 59 || second > 60)
		from->bad = true;
	return hour * 3600 + minute * 60 + second;
}

static int16_t
take_offset(struct digits *from)
{
	int64_t sign = 1, hours, minutes;

	if (take_octet(from, 'Z') || take_octet(from, 'z') ||
		from->rest.len == 0)
		return 0;
	if (take_octet(from, '-'))
		sign = -1;
	else
		need_octet(from, '+');
	hours = take_number(from, 2);
	(void)take_octet(from, ':');
	minutes = take_number(from, 2);
	if (hours > 14 || minutes > 59)
		from->bad = true;
	return (int16_t)(sign * (hours * 60 + minutes));
}

static void
skip_fraction(struct digits *from)
{
	if (!take_octet(from, '.'))
		return;
	while (from->rest.len > 0 && from->rest.ptr[0] >= '0' &&
		from->rest.ptr[0] <= '9')
		(void)take_octet(from, from->rest.ptr[0]);
}

enum kz_result
kz_registry_date_parse(struct kz_str text, struct kz_registry_date *date)
{
	struct digits from = {.rest = kz_registry_trim(text)};
	bool japan = from.rest.len > 4 && from.rest.ptr[4] == '/';
	struct kz_registry_date made = {.day = true};

	made.when_s = take_day(&from, japan ? '/' : '-');
	if (japan)
		made.offset_min = JAPAN_MIN;
	if (!from.bad && (take_octet(&from, ' ') || take_octet(&from, 'T'))) {
		made.day = false;
		made.when_s += take_time(&from);
		if (!japan) {
			skip_fraction(&from);
			(void)take_octet(&from, ' ');
			made.offset_min = take_offset(&from);
		}
	}
	made.when_s -= (int64_t)made.offset_min * 60;
	/* The first day of 1970 by a clock east of Greenwich. */
	if (from.bad || made.when_s <= 0)
		return KZ_EFORMAT;
	*date = made;
	return KZ_OK;
}

static void
put_two(struct kz_text *text, int64_t number)
{
	if (number < 10)
		kz_text_word(text, "0");
	kz_text_number(text, number);
}

void
kz_registry_day(const struct kz_registry_date *date, struct kz_text *text)
{
	int64_t local_s = date->when_s + (int64_t)date->offset_min * 60;
	int64_t of_day = local_s % DAY_S;
	int64_t offset = date->offset_min;

	kz_words_day(local_s, text);
	if (date->day)
		return;
	kz_text_word(text, "T");
	put_two(text, of_day / 3600);
	kz_text_word(text, ":");
	put_two(text, of_day / 60 % 60);
	kz_text_word(text, ":");
	put_two(text, of_day % 60);
	if (offset == 0) {
		kz_text_word(text, "Z");
		return;
	}
	kz_text_word(text, offset < 0 ? "-" : "+");
	offset = offset < 0 ? -offset : offset;
	put_two(text, offset / 60);
	kz_text_word(text, ":");
	put_two(text, offset % 60);
}

const char *
kz_registry_kind_text(enum kz_registry_kind kind)
{
	switch (kind) {
	case KZ_REGISTRY_DOMAIN:
		return "domain";
	case KZ_REGISTRY_NETWORK:
		return "network";
	case KZ_REGISTRY_HANDLE:
		break;
	}
	return "handle";
}

const char *
kz_registry_outcome_text(enum kz_registry_outcome outcome)
{
	switch (outcome) {
	case KZ_REGISTRY_FOUND:
		return "found";
	case KZ_REGISTRY_MISSING:
		return "not found";
	case KZ_REGISTRY_REFUSED:
		return "refused";
	case KZ_REGISTRY_UNCLEAR:
		break;
	}
	return "unclear";
}

enum kz_result
kz_registry_kind_find(struct kz_str text, enum kz_registry_kind *kind)
{
	for (unsigned i = KZ_REGISTRY_DOMAIN; i <= KZ_REGISTRY_HANDLE; i++) {
		enum kz_registry_kind found = (enum kz_registry_kind)i;

		if (match_word(text, kz_registry_kind_text(found))) {
			*kind = found;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

enum kz_result
kz_registry_outcome_find(struct kz_str text, enum kz_registry_outcome *outcome)
{
	for (unsigned i = KZ_REGISTRY_UNCLEAR; i <= KZ_REGISTRY_REFUSED; i++) {
		enum kz_registry_outcome found = (enum kz_registry_outcome)i;

		if (match_word(text, kz_registry_outcome_text(found))) {
			*outcome = found;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

void
kz_registry_roles(uint8_t roles, struct kz_text *text)
{
	static const struct {
		uint8_t bit;
		const char *word;
	} words[] = {{KZ_REGISTRY_REGISTRANT, "registrant"},
		{KZ_REGISTRY_ADMIN, "admin"}, {KZ_REGISTRY_TECH, "tech"},
		{KZ_REGISTRY_ABUSE, "abuse"}, {KZ_REGISTRY_OTHER, "other"}};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((roles & words[i].bit) == 0)
			continue;
		kz_text_word(text, separator);
		kz_text_word(text, words[i].word);
		separator = " ";
	}
}

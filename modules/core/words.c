/* SPDX-License-Identifier: ISC */
#include "kizuki/core/words.h"

#include <string.h>

#include "match_priv.h"

#define WORD_MAX 255 /* octets of one inserted word */
#define DAY_S    86400
/* From 0000-03-01 to 1970-01-01, and the days of 400, 100 and 4 years. */
#define DAYS_TO_1970  719468
#define DAYS_OF_400   146097
#define DAYS_OF_100   36524
#define DAYS_OF_4     1461
#define DAYS_OF_YEAR  365
#define SECONDS_WIDTH 12 /* digits of a moment that is no other number */

typedef void fill(const struct kz_words *words, struct kz_text *text);

/* Values that are words of ours, not names or numbers, within a sentence. */
static const struct {
	const char *value;
	const char *japanese;
} phrases[] = {
	{"more than one record", "レコードが複数"},
	{"more than 10 look-ups", "DNS 参照が 10 回を超過"},
	{"syntax error", "構文の誤り"},
	{"include or redirect without a record",
		"include または redirect の先に SPF がない"},
	{"unknown policy", "不明なポリシー"},
	{"no policy", "ポリシーの指定がない"},
	{"reports go to a domain that does not exist",
		"報告の宛先ドメインが存在しない"},
	{"its policy names no host", "ポリシーにホストの指定がありません"},
	{"its policy cannot be read", "ポリシーを読み取れません"},
	{"its policy cannot be fetched", "ポリシーを取得できません"},
	{"its policy host has no good certificate",
		"ポリシーのホストに有効な証明書がありません"},
	{"an exchanger is not in its policy",
		"ポリシーに含まれないメールサーバがあります"},
	{"no key matches the ds", "DS に一致する鍵がない"},
	{"signatures expired", "署名の期限切れ"},
	{"no signatures", "署名がない"},
	{"signatures do not validate", "署名を検証できない"},
	{"referral", "委任の応答"},
	{"not authoritative", "権威のない応答"},
};

struct placeholder {
	const char *name;
	fill *fill;
};

static void
put_word(struct kz_text *text, struct kz_str word)
{
	if (word.len == 0)
		word = KZ_STR("?");
	kz_text_foreign(text, word, WORD_MAX);
}

static void
put_two_digits(struct kz_text *text, int64_t number)
{
	kz_text_word(text, number < 10 ? "-0" : "-");
	kz_text_number(text, number);
}

void
kz_words_day(int64_t when_s, struct kz_text *text)
{
	/* Years begin in March, so that a leap day is the last of its year. */
	int64_t days = when_s / DAY_S + DAYS_TO_1970;
	int64_t era = days / DAYS_OF_400;
	int64_t day = days % DAYS_OF_400;
	int64_t year = (day - day / (DAYS_OF_4 - 1) + day / DAYS_OF_100 -
			       day / (DAYS_OF_400 - 1)) /
		DAYS_OF_YEAR;
	int64_t month;

	if (when_s < 0) {
		kz_text_word(text, "?");
		return;
	}
	day -= DAYS_OF_YEAR * year + year / 4 - year / 100;
	/* Five months from March have 153 days, and so on. */
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	month = month < 10 ? month + 3 : month - 9;
	year += era * 400 + (month <= 2);
	kz_text_number(text, year);
	put_two_digits(text, month);
	put_two_digits(text, day + 1);
}

/* The value up to " | ", or with other the part behind it. */
static struct kz_str
part_of(const char *value, bool other)
{
	static const char parting[] = " | ";
	size_t len = strlen(value);

	for (size_t i = 0; i + sizeof(parting) - 1 <= len; i++) {
		if (memcmp(value + i, parting, sizeof(parting) - 1) != 0)
			continue;
		if (!other)
			return (struct kz_str){value, i};
		i += sizeof(parting) - 1;
		return (struct kz_str){value + i, len - i};
	}
	return other ? KZ_STR("") : (struct kz_str){value, len};
}

/* The object up to its first slash, or with other what is up to the next. */
static struct kz_str
object_part(const char *object, bool other)
{
	const char *slash = strchr(object, '/');
	const char *end;

	if (!other)
		return (struct kz_str){object,
			slash != NULL ? (size_t)(slash - object)
				      : strlen(object)};
	if (slash == NULL)
		return KZ_STR("");
	end = strchr(slash + 1, '/');
	return (struct kz_str){slash + 1,
		end != NULL ? (size_t)(end - slash - 1) : strlen(slash + 1)};
}

static void
fill_domain(const struct kz_words *words, struct kz_text *text)
{
	put_word(text, (struct kz_str){words->domain, strlen(words->domain)});
}

static void
fill_host(const struct kz_words *words, struct kz_text *text)
{
	if (kz_symptom_info(words->symptom)->object == KZ_OBJECT_HOST)
		put_word(text, object_part(words->object, false));
	else
		put_word(text, part_of(words->value, false));
}

static void
fill_addr(const struct kz_words *words, struct kz_text *text)
{
	char shown[KZ_ADDR_TEXT_SIZE];
	struct kz_addr addr;
	struct kz_str second = object_part(words->object, true);

	/* What is said of an address names it, not the servers that failed. */
	if (words->rest_count > 0 &&
		kz_symptom_info(words->symptom)->object != KZ_OBJECT_ADDR) {
		kz_text_word(
			text, kz_addr_format(&words->rests[0].addr, shown));
		return;
	}
	switch (kz_symptom_info(words->symptom)->object) {
	case KZ_OBJECT_ADDR:
	case KZ_OBJECT_HANDLE:
		/* A handle may be a network: "10.224.31.96/28". */
		put_word(text,
			(struct kz_str){words->object, strlen(words->object)});
		return;
	case KZ_OBJECT_HOST:
	case KZ_OBJECT_DOMAIN:
		break;
	}
	put_word(text,
		kz_addr_parse(second, &addr) == KZ_OK
			? second
			: part_of(words->value, false));
}

static void
fill_since(const struct kz_words *words, struct kz_text *text)
{
	kz_words_day(words->first_s, text);
}

static void
fill_count(const struct kz_words *words, struct kz_text *text)
{
	kz_text_number(text, words->count);
}

static void
fill_days(const struct kz_words *words, struct kz_text *text)
{
	kz_text_number(text, (words->newest_s - words->first_s) / DAY_S);
}

/* A handle that is at fault is often all that was seen of it. */
static void
fill_value(const struct kz_words *words, struct kz_text *text)
{
	struct kz_str value = part_of(words->value, false);

	if (value.len == 0)
		value = object_part(words->object, false);
	put_word(text, value);
}

static void
fill_other(const struct kz_words *words, struct kz_text *text)
{
	put_word(text, part_of(words->value, true));
}

static void
fill_date(const struct kz_words *words, struct kz_text *text)
{
	struct kz_str value = part_of(words->value, false);
	int64_t when_s = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9' ||
			i == SECONDS_WIDTH) {
			put_word(text, value);
			return;
		}
		when_s = when_s * 10 + (value.ptr[i] - '0');
	}
	if (value.len == 0)
		put_word(text, value);
	else
		kz_words_day(when_s, text);
}

static const struct placeholder placeholders[] = {
	{"domain", fill_domain},
	{"host", fill_host},
	{"addr", fill_addr},
	{"since", fill_since},
	{"count", fill_count},
	{"days", fill_days},
	{"value", fill_value},
	{"other", fill_other},
	{"date", fill_date},
};

static const struct placeholder *
placeholder_of(struct kz_str name)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]);
		i++) {
		if (match_word(name, placeholders[i].name))
			return &placeholders[i];
	}
	return NULL;
}

/* A value that has a wording in Japanese; NULL: it is as foreign as ever. */
static const char *
japanese_of(const struct kz_words *words)
{
	struct kz_str value = part_of(words->value, false);

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (match_word(value, phrases[i].value))
			return phrases[i].japanese;
	}
	return NULL;
}

static void
fill_in(const struct kz_words *words, enum kz_language language,
	const char *sentence, struct kz_text *text)
{
	const char *japanese =
		language == KZ_LANGUAGE_JA ? japanese_of(words) : NULL;
	const char *next = sentence;

	while (*next != '\0') {
		const char *open = strchr(next, '{');
		const char *close = open != NULL ? strchr(open, '}') : NULL;
		const struct placeholder *placeholder;

		if (close == NULL) {
			kz_text_word(text, next);
			return;
		}
		kz_text_put(text, (struct kz_str){next, (size_t)(open - next)});
		placeholder = placeholder_of(
			(struct kz_str){open + 1, (size_t)(close - open - 1)});
		if (japanese != NULL && placeholder != NULL &&
			placeholder->fill == fill_value)
			kz_text_word(text, japanese);
		else if (placeholder != NULL)
			placeholder->fill(words, text);
		else
			kz_text_word(text, "?");
		next = close + 1;
	}
}

struct kz_words
kz_words_of_evidence(const char *domain, const struct kz_evidence_row *row)
{
	return (struct kz_words){.symptom = row->symptom,
		.domain = domain,
		.object = row->object,
		.value = row->evidence->value,
		.first_s = row->evidence->first_bad_s,
		.newest_s = row->evidence->newest_bad_s,
		.count = row->evidence->bads,
		.rests = row->evidence->rests,
		.rest_count = row->evidence->rest_count};
}

struct kz_words
kz_words_of_finding(const struct kz_finding *finding)
{
	return (struct kz_words){.symptom = finding->symptom,
		.domain = finding->subject.text,
		.object = finding->object,
		.value = finding->value,
		.first_s = finding->when_s,
		.newest_s = finding->when_s,
		.count = 1,
		.rests = finding->rests,
		.rest_count = finding->rest_count};
}

void
kz_words_sentence(const struct kz_words *words, enum kz_language language,
	struct kz_text *text)
{
	const struct kz_symptom_info *info = kz_symptom_info(words->symptom);

	switch (language) {
	case KZ_LANGUAGE_EN:
		fill_in(words, language, info->english, text);
		return;
	case KZ_LANGUAGE_JA:
		fill_in(words, language, info->japanese, text);
		return;
	}
}

void
kz_words_fix(const struct kz_words *words, enum kz_language language,
	struct kz_text *text)
{
	const struct kz_symptom_info *info = kz_symptom_info(words->symptom);

	switch (language) {
	case KZ_LANGUAGE_EN:
		fill_in(words, language, info->fix_english, text);
		return;
	case KZ_LANGUAGE_JA:
		fill_in(words, language, info->fix_japanese, text);
		return;
	}
}

enum kz_result
kz_language_find(struct kz_str text, enum kz_language *language)
{
	if (match_word(text, "en"))
		*language = KZ_LANGUAGE_EN;
	else if (match_word(text, "ja"))
		*language = KZ_LANGUAGE_JA;
	else
		return KZ_NOT_FOUND;
	return KZ_OK;
}

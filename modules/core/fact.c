/* SPDX-License-Identifier: ISC */
#include "kizuki/core/fact.h"

#include <string.h>

#include "kizuki/core/words.h"

#define DAY_S 86400

/* The line under way. */
struct line {
	const char *at;
	const char *end;
	struct kz_fact *fact;
};

static bool
blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

static void
skip_blanks(struct line *line)
{
	while (line->at < line->end && blank(*line->at))
		line->at++;
	if (line->at < line->end && *line->at == '#')
		line->at = line->end;
}

static struct kz_str
next_word(struct line *line)
{
	struct kz_str word = {line->at, 0};

	while (line->at < line->end && !blank(*line->at) && *line->at != '=')
		line->at++;
	word.len = (size_t)(line->at - word.ptr);
	return word;
}

/* Behind "=": a word, or anything in quotes.  False: no end of the quotes. */
static bool
next_value(struct line *line, struct kz_str *value)
{
	bool quoted = line->at < line->end && *line->at == '"';

	if (quoted)
		line->at++;
	*value = (struct kz_str){line->at, 0};
	while (line->at < line->end &&
		(quoted ? *line->at != '"' : !blank(*line->at)))
		line->at++;
	value->len = (size_t)(line->at - value->ptr);
	if (!quoted)
		return true;
	if (line->at == line->end)
		return false;
	line->at++;
	return true;
}

static bool
digits(const char *text, size_t len, int *number)
{
	*number = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*number = *number * 10 + (text[i] - '0');
	}
	return true;
}

/* The days of the years before, from 1970 on. */
static int64_t
days_before(int year)
{
	int64_t past = year - 1;

	return (year - 1970) * INT64_C(365) + (past / 4 - 1969 / 4) -
		(past / 100 - 1969 / 100) + (past / 400 - 1969 / 400);
}

enum kz_result
kz_fact_day(struct kz_str text, int64_t *when_s)
{
	static const int lengths[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;
	int64_t days;
	bool leap;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
		!digits(text.ptr, 4, &year) ||
		!digits(text.ptr + 5, 2, &month) ||
		!digits(text.ptr + 8, 2, &day) || year < 1970 || month < 1 ||
		month > 12 || day < 1)
		return KZ_EINVAL;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (day > lengths[month - 1] + (month == 2 && leap ? 1 : 0))
		return KZ_EINVAL;
	days = days_before(year) + day - 1;
	for (int i = 0; i < month - 1; i++)
		days += lengths[i] + (i == 1 && leap ? 1 : 0);
	*when_s = days * DAY_S;
	return KZ_OK;
}

/* At most size - 1 octets without control octets; ascii: nothing else too. */
static bool
keep(struct kz_str value, bool ascii, char *field, size_t size)
{
	if (value.len == 0 || value.len >= size || field[0] != '\0')
		return false;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char octet = (unsigned char)value.ptr[i];

		if (octet < 0x20 || octet == 0x7f || octet == '"' ||
			(ascii && octet > 0x7e))
			return false;
	}
	memcpy(field, value.ptr, value.len);
	field[value.len] = '\0';
	return true;
}

static bool
keep_object(struct kz_fact *fact, const char *kind, struct kz_str value)
{
	fact->kind = kind;
	return keep(value, true, fact->object, sizeof(fact->object));
}

static bool
is(struct kz_str word, const char *text)
{
	return word.len == strlen(text) &&
		memcmp(word.ptr, text, word.len) == 0;
}

/* What is wrong with it, or NULL. */
static const char *
take(struct kz_fact *fact, struct kz_str key, struct kz_str value)
{
	static const char *const objects[] = {"handle", "phone", "host"};

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (is(key, objects[i]))
			return keep_object(fact, objects[i], value)
				? NULL
				: "expected one handle=, phone= or host= of up "
				  "to 64 octets of ASCII";
	if (is(key, "by"))
		return keep(value, true, fact->by, sizeof(fact->by))
			? NULL
			: "by: expected who says it, once, up to 32 octets of "
			  "ASCII";
	if (is(key, "why"))
		return keep(value, false, fact->why, sizeof(fact->why))
			? NULL
			: "why: expected the reason, once, up to 256 octets "
			  "without quotes";
	if (is(key, "on"))
		return fact->on_s == 0 &&
				kz_fact_day(value, &fact->on_s) == KZ_OK
			? NULL
			: "on: expected a day, as 2026-12-31, once";
	if (is(key, "until"))
		return fact->until_s == 0 &&
				kz_fact_day(value, &fact->until_s) == KZ_OK
			? NULL
			: "until: expected a day, as 2026-12-31, once";
	return "expected handle, phone, host, by, on, until or why, and =";
}

/* What is missing or does not fit together, or NULL. */
static const char *
check(const struct kz_fact *fact, int64_t now_s)
{
	const struct kz_symptom_info *info = kz_symptom_info(fact->symptom);
	int64_t from_s = fact->on_s > now_s ? fact->on_s : now_s;

	if (fact->by[0] == '\0' || fact->until_s == 0 || fact->why[0] == '\0')
		return "by=, until= and why= must all be there";
	if (fact->until_s > from_s + KZ_FACT_DAYS_MAX * INT64_C(86400))
		return "until: more than 400 days ahead";
	if (fact->on_s >= fact->until_s)
		return "until: expected a day behind on";
	if (fact->pardon)
		return fact->object[0] == '\0'
			? NULL
			: "a pardon is of a site and symptom, no handle=, "
			  "phone= or host=";
	if (info->class != KZ_CLASS_O)
		return "this symptom is tested, nobody needs to state it";
	return fact->object[0] != '\0' ? NULL
				       : "expected handle=, phone= or host=";
}

static const char *
take_all(struct line *line)
{
	for (skip_blanks(line); line->at < line->end; skip_blanks(line)) {
		struct kz_str key = next_word(line), value;
		const char *why;

		if (line->at == line->end || *line->at != '=')
			return "expected KEY=VALUE";
		line->at++;
		if (!next_value(line, &value))
			return "expected a closing quote";
		why = take(line->fact, key, value);
		if (why != NULL)
			return why;
	}
	return NULL;
}

enum kz_result
kz_fact_parse(struct kz_str text, int64_t now_s, struct kz_fact *fact,
	const char **why)
{
	struct line line = {text.ptr, text.ptr + text.len, fact};

	*fact = (struct kz_fact){.kind = "handle"};
	skip_blanks(&line);
	if (line.at == line.end)
		return KZ_NOT_FOUND;
	if (*line.at == '!') {
		fact->pardon = true;
		line.at++;
	}
	*why = "expected a domain name first";
	if (kz_name_parse(next_word(&line), &fact->domain) != KZ_OK ||
		kz_name_labels(&fact->domain) < 2)
		return KZ_EFORMAT;
	skip_blanks(&line);
	*why = "expected a symptom behind the domain; kizuki symptoms has them";
	if (kz_symptom_find(next_word(&line), &fact->symptom) != KZ_OK)
		return KZ_EFORMAT;
	*why = take_all(&line);
	if (*why == NULL)
		*why = check(fact, now_s);
	return *why == NULL ? KZ_OK : KZ_EFORMAT;
}

static void
print_value(struct kz_text *text, const char *key, const char *value)
{
	bool quoted = false;

	for (const char *at = value; *at != '\0'; at++)
		quoted = quoted || strchr(" \t=#", *at) != NULL;
	kz_text_word(text, " ");
	kz_text_word(text, key);
	kz_text_word(text, quoted ? "=\"" : "=");
	kz_text_word(text, value);
	if (quoted)
		kz_text_word(text, "\"");
}

static void
print_day(struct kz_text *text, const char *key, int64_t when_s)
{
	kz_text_word(text, key);
	kz_words_day(when_s, text);
}

void
kz_fact_print(const struct kz_fact *fact, struct kz_text *text)
{
	if (fact->pardon)
		kz_text_word(text, "!");
	kz_text_put(text, kz_name_str(&fact->domain));
	kz_text_word(text, " ");
	kz_text_word(text, kz_symptom_info(fact->symptom)->id);
	if (fact->object[0] != '\0')
		print_value(text, fact->kind, fact->object);
	print_value(text, "by", fact->by);
	if (fact->on_s > 0)
		print_day(text, " on=", fact->on_s);
	print_day(text, " until=", fact->until_s);
	print_value(text, "why", fact->why);
}

/* SPDX-License-Identifier: ISC */
#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config_priv.h"

#define NUMBER_DIGITS 12 /* a number longer than this is out of any range */

/* In milliseconds. */
const struct config_unit config_durations[CONFIG_DURATIONS] = {
	{"d", INT64_C(86400000)},
	{"h", 3600000},
	{"m", 60000},
	{"s", 1000},
	{"ms", 1},
};

const struct config_unit config_octets[CONFIG_OCTETS] = {
	{"G", INT64_C(1) << 30},
	{"M", INT64_C(1) << 20},
	{"K", INT64_C(1) << 10},
	{"", 1},
};

/* A whole number and what follows it.  False: no number, or a huge one. */
static bool
number_split(const char *text, int64_t *number, const char **rest)
{
	char digits[NUMBER_DIGITS + 1];
	size_t len = strspn(text, "0123456789");
	const char *error = NULL;

	if (len == 0 || len > NUMBER_DIGITS)
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	*number = strtonum(digits, 0, INT64_C(999999999999), &error);
	*rest = text + len;
	return error == NULL;
}

static bool
unit_find(const struct config_unit *units, size_t count, const char *name,
	int64_t *factor)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(units[i].name, name) == 0) {
			*factor = units[i].factor;
			return true;
		}
	return false;
}

/* In the option's own unit.  False: it is none, or out of range. */
static bool
number_parse(const struct option *option, const char *text, int64_t *value)
{
	const char *rest;
	int64_t factor = 1;
	int64_t base = 1;
	int64_t number;

	if (!number_split(text, &number, &rest))
		return false;
	switch (option->type) {
	case OPTION_SECONDS:
	case OPTION_MILLIS: /* a bare number is seconds in both */
		base = option->type == OPTION_SECONDS ? 1000 : 1;
		if (!unit_find(config_durations, CONFIG_DURATIONS,
			    *rest == '\0' ? "s" : rest, &factor))
			return false;
		break;
	case OPTION_BYTES:
	case OPTION_OCTETS:
		if (!unit_find(config_octets, CONFIG_OCTETS, rest, &factor))
			return false;
		break;
	default:
		if (*rest != '\0')
			return false;
		break;
	}
	/* 10^12 days in milliseconds would not fit */
	if (number > INT64_MAX / factor || number * factor % base != 0)
		return false;
	number = number * factor / base;
	if (number < option->min || number > option->max)
		return false;
	*value = number;
	return true;
}

static enum kz_result
number_set(const struct option *option, const char *text, void *place)
{
	int64_t value;

	if (!number_parse(option, text, &value))
		return KZ_EINVAL;
	if (option->type == OPTION_BYTES)
		*(uint64_t *)place = (uint64_t)value;
	else
		*(uint32_t *)place = (uint32_t)value;
	return KZ_OK;
}

enum kz_result
kz_config_duration(const char *text, uint32_t *seconds)
{
	static const struct option span = {
		.type = OPTION_SECONDS, .min = 1, .max = 400 * INT64_C(86400)};

	return number_set(&span, text, seconds);
}

struct kz_str
option_word(const char *words, size_t i)
{
	for (;; i--) {
		size_t len = strcspn(words, " ");

		if (i == 0 || len == 0)
			return (struct kz_str){words, len};
		words += len + (words[len] == ' ' ? 1 : 0);
	}
}

static enum kz_result
word_set(const struct option *option, const char *text, void *place)
{
	for (size_t i = 0; option_word(option->words, i).len > 0; i++) {
		if (!config_str_is(option_word(option->words, i), text))
			continue;
		if (option->type == OPTION_SWITCH)
			*(bool *)place = i == 1;
		else
			*(unsigned int *)place = (unsigned int)i;
		return KZ_OK;
	}
	return KZ_EINVAL;
}

bool
option_text_good(const struct option *option, const char *text)
{
	size_t len = strlen(text);

	if ((int64_t)len > option->max || (int64_t)len < option->min)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' ||
			(unsigned char)text[i] > '~')
			return false;
	if (len == 0)
		return true;
	if (option->type == OPTION_PATH)
		return text[0] == '/';
	if (option->type == OPTION_URL)
		return strncmp(text, "https://", 8) == 0 ||
			strncmp(text, "http://", 7) == 0;
	return true;
}

static enum kz_result
text_set(const struct option *option, const char *text, void *place)
{
	char *copy;

	if (!option_text_good(option, text))
		return KZ_EINVAL;
	copy = strdup(text);
	if (copy == NULL)
		return KZ_ENOMEM;
	free(*(char **)place);
	*(char **)place = copy;
	return KZ_OK;
}

static enum kz_result
addr_set(const struct option *option, const char *text, void *place)
{
	enum kz_addr_family family =
		option->type == OPTION_ADDR4 ? KZ_ADDR_V4 : KZ_ADDR_V6;
	struct kz_addr addr = {0};

	if (*text != '\0' &&
		(kz_addr_parse(config_view(text), &addr) != KZ_OK ||
			addr.family != family))
		return KZ_EINVAL;
	memcpy(place, &addr, sizeof(addr));
	return KZ_OK;
}

enum kz_result
option_set(const struct option *option, const char *text, void *place)
{
	switch (option->type) {
	case OPTION_WORD:
	case OPTION_SWITCH:
		return word_set(option, text, place);
	case OPTION_SECONDS:
	case OPTION_MILLIS:
	case OPTION_NUMBER:
	case OPTION_BYTES:
	case OPTION_OCTETS:
		return number_set(option, text, place);
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_URL:
		return text_set(option, text, place);
	case OPTION_ADDR4:
	case OPTION_ADDR6:
		return addr_set(option, text, place);
	case OPTION_ADDRS:
	case OPTION_NETS:
	case OPTION_NAMES:
	case OPTION_ENDPOINTS:
	case OPTION_SOCKETS:
		return option_list_add(option, text, place);
	}
	return KZ_EINVAL;
}

enum kz_result
option_set_default(const struct option *option, size_t title, void *place)
{
	const char *text = option_default(option, title);
	enum kz_result result = KZ_OK;

	if (!option_is_list(option))
		return option_set(option, text, place);
	for (size_t i = 0; result == KZ_OK; i++) {
		char element[KZ_ADDR_TEXT_SIZE];
		struct kz_str word = option_word(text, i);

		if (word.len == 0 || word.len >= sizeof(element))
			break;
		memcpy(element, word.ptr, word.len);
		element[word.len] = '\0';
		result = option_set(option, element, place);
	}
	return result;
}

void
option_free(const struct option *option, void *place)
{
	void *owned;

	switch (option->type) {
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_URL:
	case OPTION_ADDRS:
	case OPTION_NETS:
	case OPTION_NAMES:
	case OPTION_ENDPOINTS:
	case OPTION_SOCKETS:
		memcpy(&owned, place, sizeof(owned)); /* of whatever type */
		free(owned);
		break;
	default:
		break;
	}
}

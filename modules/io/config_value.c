/* SPDX-License-Identifier: ISC */
#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config_priv.h"
#include "kizuki/io/idn.h"

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

static struct kz_str
view(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

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

static bool
str_is(struct kz_str str, const char *text)
{
	return strlen(text) == str.len && memcmp(str.ptr, text, str.len) == 0;
}

static enum kz_result
word_set(const struct option *option, const char *text, void *place)
{
	for (size_t i = 0; option_word(option->words, i).len > 0; i++) {
		if (!str_is(option_word(option->words, i), text))
			continue;
		if (option->type == OPTION_SWITCH)
			*(bool *)place = i == 1;
		else
			*(unsigned int *)place = (unsigned int)i;
		return KZ_OK;
	}
	return KZ_EINVAL;
}

static bool
text_good(const struct option *option, const char *text)
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

	if (!text_good(option, text))
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
		(kz_addr_parse(view(text), &addr) != KZ_OK ||
			addr.family != family))
		return KZ_EINVAL;
	memcpy(place, &addr, sizeof(addr));
	return KZ_OK;
}

/* The common beginning of every list in struct kz_config. */
struct list {
	void *start;
	size_t count;
};

static enum kz_result
list_add(const struct option *option, struct list *list, const void *element,
	size_t size)
{
	void *longer;

	if ((int64_t)list->count >= option->max)
		return KZ_EFULL;
	longer = reallocarray(list->start, list->count + 1, size);
	if (longer == NULL)
		return KZ_ENOMEM;
	memcpy((char *)longer + list->count * size, element, size);
	list->start = longer;
	list->count++;
	return KZ_OK;
}

static enum kz_result
net_add(const struct option *option, struct kz_str text, struct list *list)
{
	struct kz_net net;

	if (kz_net_parse(text, &net) != KZ_OK)
		return KZ_EINVAL;
	for (size_t i = 0; i < list->count; i++)
		if (kz_net_equal((struct kz_net *)list->start + i, &net))
			return KZ_OK; /* once is enough */
	return list_add(option, list, &net, sizeof(net));
}

/* A network, or the option's word for several. */
static enum kz_result
nets_add(const struct option *option, const char *text, struct list *list)
{
	enum kz_result result = KZ_OK;
	struct kz_str preset = option_word(option->words, 0);

	if (preset.len == 0 || !str_is(preset, text))
		return net_add(option, view(text), list);
	for (size_t i = 1; result == KZ_OK; i++) {
		struct kz_str net = option_word(option->words, i);

		if (net.len == 0)
			break;
		result = net_add(option, net, list);
	}
	return result;
}

/* 10.0.0.1:10040 or [2001:db8::1]:10040 */
static enum kz_result
endpoint_add(const struct option *option, const char *text, struct list *list)
{
	struct kz_endpoint endpoint;
	const char *colon = strrchr(text, ':');
	const char *error = NULL;
	struct kz_str addr;
	enum kz_addr_family family = KZ_ADDR_V4;

	if (colon == NULL || !isdigit((unsigned char)colon[1]))
		return KZ_EINVAL;
	addr = (struct kz_str){text, (size_t)(colon - text)};
	if (addr.len > 2 && text[0] == '[' && colon[-1] == ']') {
		addr = (struct kz_str){text + 1, addr.len - 2};
		family = KZ_ADDR_V6;
	}
	endpoint.port = (uint16_t)strtonum(colon + 1, 1, UINT16_MAX, &error);
	if (error != NULL || kz_addr_parse(addr, &endpoint.addr) != KZ_OK ||
		endpoint.addr.family != family)
		return KZ_EINVAL;
	return list_add(option, list, &endpoint, sizeof(endpoint));
}

static enum kz_result
element_add(const struct option *option, const char *text, struct list *list)
{
	struct kz_name name;
	struct kz_addr addr;

	switch (option->type) {
	case OPTION_NETS:
		return nets_add(option, text, list);
	case OPTION_ENDPOINTS:
		return endpoint_add(option, text, list);
	case OPTION_NAMES:
		if (kz_idn_name(view(text), &name) != KZ_OK || name.len == 0)
			return KZ_EINVAL;
		return list_add(option, list, &name, sizeof(name));
	default:
		if (kz_addr_parse(view(text), &addr) != KZ_OK)
			return KZ_EINVAL;
		return list_add(option, list, &addr, sizeof(addr));
	}
}

static enum kz_result
list_set(const struct option *option, const char *text, void *place)
{
	struct list list;
	enum kz_result result;

	/* the list's own type is unknown here; its shape is the same */
	memcpy(&list, place, sizeof(list));
	result = element_add(option, text, &list);
	memcpy(place, &list, sizeof(list));
	return result;
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
		return list_set(option, text, place);
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
		memcpy(&owned, place, sizeof(owned)); /* of whatever type */
		free(owned);
		break;
	default:
		break;
	}
}

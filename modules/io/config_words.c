/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "config_priv.h"
#include "kizuki/base/text.h"

/* In the largest unit that needs no fraction. */
static void
put_in_units(struct kz_text *text, int64_t value,
	const struct config_unit *units, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (value != 0 && value % units[i].factor == 0) {
			kz_text_number(text, value / units[i].factor);
			kz_text_word(text, units[i].name);
			return;
		}
	kz_text_number(text, value);
}

static void
put_value(struct kz_text *text, const struct option *option, int64_t value)
{
	switch (option->type) {
	case OPTION_SECONDS:
		put_in_units(
			text, value * 1000, config_durations, CONFIG_DURATIONS);
		break;
	case OPTION_MILLIS:
		put_in_units(text, value, config_durations, CONFIG_DURATIONS);
		break;
	case OPTION_BYTES:
	case OPTION_OCTETS:
		put_in_units(text, value, config_octets, CONFIG_OCTETS);
		break;
	default:
		kz_text_number(text, value);
		break;
	}
}

static void
put_range(struct kz_text *text, const struct option *option)
{
	put_value(text, option, option->min);
	kz_text_word(text, " to ");
	put_value(text, option, option->max);
}

/* "a", "a or b", "a, b or c" */
static void
put_words(struct kz_text *text, const char *words)
{
	size_t count = 0;

	while (option_word(words, count).len > 0)
		count++;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			kz_text_word(text, i + 1 < count ? ", " : " or ");
		kz_text_put(text, option_word(words, i));
	}
}

/* "at most 255 octets", or with a least number of them "1 to 255 octets" */
static void
put_length(struct kz_text *text, const char *what, const struct option *option)
{
	kz_text_word(text, what);
	kz_text_word(text, option->min > 0 ? ", " : ", empty or ");
	kz_text_word(text, "up to ");
	kz_text_number(text, option->max);
	kz_text_word(text, " octets without blanks");
}

static void
put_list(struct kz_text *text, const char *what, const struct option *option)
{
	kz_text_word(text, what);
	if (option->words[0] != '\0') {
		kz_text_word(text, ", or the word ");
		kz_text_put(text, option_word(option->words, 0));
	}
	kz_text_word(text, " (a list of up to ");
	kz_text_number(text, option->max);
	kz_text_word(text, ")");
}

void
option_kind(const struct option *option, struct kz_text *text)
{
	switch (option->type) {
	case OPTION_WORD:
	case OPTION_SWITCH:
		put_words(text, option->words);
		break;
	case OPTION_SECONDS:
	case OPTION_MILLIS:
		kz_text_word(text, "a duration from ");
		put_range(text, option);
		break;
	case OPTION_NUMBER:
		kz_text_word(text, "a number from ");
		put_range(text, option);
		break;
	case OPTION_BYTES:
	case OPTION_OCTETS:
		kz_text_word(text, "octets from ");
		put_range(text, option);
		break;
	case OPTION_TEXT:
		put_length(text, "a word", option);
		break;
	case OPTION_PATH:
		put_length(text, "a path from the root", option);
		break;
	case OPTION_URL:
		put_length(text, "http://... or https://...", option);
		break;
	case OPTION_ADDR4:
		kz_text_word(text, "an IPv4 address, or empty");
		break;
	case OPTION_ADDR6:
		kz_text_word(text, "an IPv6 address, or empty");
		break;
	case OPTION_ADDRS:
		put_list(text, "addresses", option);
		break;
	case OPTION_NETS:
		put_list(text, "networks without host bits", option);
		break;
	case OPTION_NAMES:
		put_list(text, "domain names", option);
		break;
	case OPTION_ENDPOINTS:
		put_list(text, "ADDRESS:PORT or [ADDRESS]:PORT", option);
		break;
	case OPTION_SOCKETS:
		put_list(text,
			"paths from the root, each up to 107 octets without "
			"blanks",
			option);
		break;
	}
}

void
option_expected(const struct option *option, char buffer[EXPECTED_SIZE])
{
	struct kz_text text = kz_text_make(buffer, EXPECTED_SIZE);

	option_kind(option, &text);
	if (option->type == OPTION_SECONDS)
		kz_text_word(&text, ", as 300, 10m, 6h or 7d");
	else if (option->type == OPTION_MILLIS)
		kz_text_word(&text, ", as 200ms, 15s or 2m");
	else if (option->type == OPTION_BYTES || option->type == OPTION_OCTETS)
		kz_text_word(&text, ", as 65536, 64K or 128M");
}

void
option_full_name(const struct option *option, size_t title,
	char buffer[OPTION_NAME_SIZE])
{
	const struct config_section *section = config_section_of(option);
	struct kz_text text = kz_text_make(buffer, OPTION_NAME_SIZE);

	kz_text_word(&text, section->name);
	if (section->titles > 0) {
		kz_text_word(&text, " ");
		kz_text_word(&text, section->title(title));
	}
	if (section->name[0] != '\0')
		kz_text_word(&text, " ");
	kz_text_word(&text, option->name);
}

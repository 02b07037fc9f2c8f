/* SPDX-License-Identifier: ISC */
#include "kizuki/io/config.h"

#include <bsd/string.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_priv.h"
#include "kizuki/base/text.h"

static size_t
titles_of(const struct option *option)
{
	size_t titles = config_section_of(option)->titles;

	return titles == 0 ? 1 : titles;
}

enum kz_result
kz_config_defaults(struct kz_config *config)
{
	struct kz_config fresh;

	memset(&fresh, 0, sizeof(fresh));
	for (size_t i = 0; i < config_option_count; i++) {
		const struct option *option = &config_options[i];

		for (size_t title = 0; title < titles_of(option); title++)
			if (option_set_default(option, title,
				    option_place(option, title, &fresh)) !=
				KZ_OK) {
				kz_config_free(&fresh);
				return KZ_ENOMEM;
			}
	}
	/* an operator's statement counts at once, until its own end */
	fresh.persistence[KZ_CLASS_O] = (struct kz_persistence){
		.count = 1, .slot_s = 3600, .max_age_s = 0};
	*config = fresh;
	return KZ_OK;
}

struct kz_turn_rule
kz_config_turn_rule(
	const struct kz_config *config, const char *server, bool rdap)
{
	struct kz_turn_rule rule = {.gap_s = config->registry.gap_other_s,
		.per_day = config->registry.per_day_other};

	if (rdap) {
		rule.gap_s = config->registry.gap_rdap_s;
	} else if (strcmp(server, config->registry.jprs) == 0 ||
		strcmp(server, config->registry.jpnic) == 0) {
		rule.gap_s = config->registry.gap_s;
		rule.per_day = config->registry.per_day;
	}
	return rule;
}

void
kz_config_free(struct kz_config *config)
{
	for (size_t i = 0; i < config_option_count; i++) {
		const struct option *option = &config_options[i];

		for (size_t title = 0; title < titles_of(option); title++)
			option_free(
				option, option_place(option, title, config));
	}
	memset(config, 0, sizeof(*config));
}

static const struct config_entry *
entry_of(const struct config_reading *reading, const char *section,
	const char *name, size_t title)
{
	const struct config_entry *entry;

	STAILQ_FOREACH (entry, &reading->entries, next)
		if (entry->title == title &&
			strcmp(entry->option->section, section) == 0 &&
			strcmp(entry->option->name, name) == 0)
			return entry;
	return NULL;
}

static int
line_of(const struct config_reading *reading, const char *section,
	const char *name, size_t title)
{
	const struct config_entry *entry =
		entry_of(reading, section, name, title);

	return entry == NULL ? 0 : entry->line;
}

static enum kz_result
apply_entry(struct config_reading *reading, const struct config_entry *entry,
	struct kz_config *config)
{
	const struct option *option = entry->option;
	const struct config_entry *first =
		entry_of(reading, option->section, option->name, entry->title);
	char name[OPTION_NAME_SIZE];
	char expected[EXPECTED_SIZE];
	char value[64];
	struct kz_text text = kz_text_make(value, sizeof(value));
	enum kz_result result;

	option_full_name(option, entry->title, name);
	if (first != entry && !option_is_list(option)) {
		config_complain(reading, entry->line,
			"%s: given before, on line %d", name, first->line);
		return KZ_OK;
	}
	result = option_set(option, entry->value,
		option_place(option, entry->title, config));
	if (result == KZ_ENOMEM || result == KZ_OK)
		return result;
	if (result == KZ_EFULL) {
		config_complain(reading, entry->line,
			"%s: more than %lld entries", name,
			(long long)option->max);
		return KZ_OK;
	}
	option_expected(option, expected);
	kz_text_foreign(
		&text, (struct kz_str){entry->value, strlen(entry->value)}, 60);
	config_complain(reading, entry->line, "%s: expected %s; not \"%s\"",
		name, expected, value);
	return KZ_OK;
}

/* A given recheck bounds the other intervals that are not given. */
static void
spread_recheck(const struct config_reading *reading, struct kz_config *config)
{
	static const char *const names[] = {"recheck_suspect_min",
		"recheck_suspect_max", "recheck_broken", "retry"};
	uint32_t *const values[] = {&config->schedule.recheck_suspect_min_s,
		&config->schedule.recheck_suspect_max_s,
		&config->schedule.recheck_broken_s, &config->schedule.retry_s};

	if (entry_of(reading, "schedule", "recheck", 0) == NULL)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (entry_of(reading, "schedule", names[i], 0) == NULL &&
			*values[i] > config->schedule.recheck_sound_s)
			*values[i] = config->schedule.recheck_sound_s;
}

/* DESIGN: a failure counts between two successes; see canary fresh. */
static void
check_spans(struct config_reading *reading, const struct kz_config *config)
{
	static const enum kz_class classes[] = {KZ_CLASS_N, KZ_CLASS_L};
	uint32_t fresh_s = 0;
	size_t slowest = 0;

	for (size_t i = KZ_NET_SMTP25_V4; i <= KZ_NET_DNS53TCP_V6; i++)
		if (config->canary[i].rule.fresh_s > fresh_s) {
			fresh_s = config->canary[i].rule.fresh_s;
			slowest = i;
		}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		enum kz_class class = classes[i];
		int line = line_of(reading, "persistence", "span", class);

		if (config->persistence[class].span_s / 4 >= fresh_s)
			continue;
		if (line == 0)
			line = line_of(reading, "canary", "fresh", slowest);
		config_complain(reading, line,
			"persistence %s span: expected at least 4 times the "
			"fresh of every smtp and dns canary, so %lus for "
			"canary %s",
			config_section_named("persistence")->title(class),
			4 * (unsigned long)fresh_s,
			config_section_named("canary")->title(slowest));
	}
}

static void
check_order(struct config_reading *reading, const struct kz_config *config)
{
	int line;

	if (config->schedule.recheck_suspect_min_s >
		config->schedule.recheck_suspect_max_s) {
		line = line_of(reading, "schedule", "recheck_suspect_min", 0);
		if (line == 0)
			line = line_of(
				reading, "schedule", "recheck_suspect_max", 0);
		config_complain(reading, line,
			"schedule recheck_suspect_min: expected at most "
			"recheck_suspect_max");
	}
	if (config->greylist.delay_s > config->greylist.window_s) {
		line = line_of(reading, "greylist", "delay", 0);
		if (line == 0)
			line = line_of(reading, "greylist", "window", 0);
		config_complain(reading, line,
			"greylist delay: expected at most window, or no "
			"retry is ever in time");
	}
}

enum kz_result
kz_config_find_probe(struct kz_config *config)
{
	static const char *const places[] = {
		"/kizuki-probe", "/../bin/kizuki-probe"};
	char path[PATH_MAX] = "";
	ssize_t len;
	size_t folder;

	if (config->probe_path[0] != '\0')
		return KZ_OK;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	folder = strrchr(path, '/') == NULL
		? 0
		: (size_t)(strrchr(path, '/') - path);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		path[folder] = '\0';
		if (strlcat(path, places[i], sizeof(path)) < sizeof(path) &&
			access(path, X_OK) == 0)
			break;
	}
	free(config->probe_path);
	config->probe_path = strdup(path);
	return config->probe_path == NULL ? KZ_ENOMEM : KZ_OK;
}

static enum kz_result
apply_all(struct config_reading *reading, struct kz_config *config)
{
	const struct config_entry *entry;
	enum kz_result result = KZ_OK;

	STAILQ_FOREACH (entry, &reading->entries, next) {
		result = apply_entry(reading, entry, config);
		if (result != KZ_OK)
			return result;
	}
	spread_recheck(reading, config);
	/* what could not be read would only lead to wrong complaints */
	if (reading->errors == 0) {
		check_spans(reading, config);
		check_order(reading, config);
	}
	return reading->errors > 0 ? KZ_EFORMAT : kz_config_find_probe(config);
}

enum kz_result
kz_config_read(const char *path, kz_config_say *say, void *say_arg,
	struct kz_config *config)
{
	struct config_reading reading = {
		.path = path,
		.entries = STAILQ_HEAD_INITIALIZER(reading.entries),
		.say = say,
		.say_arg = say_arg,
	};
	struct kz_config fresh;
	enum kz_result result = kz_config_defaults(&fresh);

	if (result != KZ_OK)
		return result;
	result = config_parse(&reading);
	if (result == KZ_OK)
		result = apply_all(&reading, &fresh);
	config_entries_free(&reading.entries);
	if (result == KZ_OK)
		*config = fresh;
	else
		kz_config_free(&fresh);
	return result;
}

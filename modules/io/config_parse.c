/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "config_priv.h"
#include "kizuki/base/text.h"

#define MESSAGE_SIZE 1024

/*
 * libconfuse hands no argument to its call-backs.  Each section carries the
 * reading behind an option of this name, which no file can set.
 */
#define CONTEXT_NAME "<reading>"

void
config_complain(
	struct config_reading *reading, int line, const char *format, ...)
{
	char message[MESSAGE_SIZE];
	char body[MESSAGE_SIZE / 2];
	va_list args;

	if (reading->quiet)
		return;
	reading->errors++;
	va_start(args, format);
	if (vsnprintf(body, sizeof(body), format, args) < 0)
		body[0] = '\0';
	va_end(args);
	if (line > 0 ? snprintf(message, sizeof(message), "%s:%d: %s",
			       reading->path, line, body) < 0
		     : snprintf(message, sizeof(message), "%s: %s",
			       reading->path, body) < 0)
		return;
	reading->say(reading->say_arg, message);
}

static struct config_reading *
reading_of(cfg_t *cfg)
{
	for (cfg_opt_t *opt = cfg->opts; opt->name != NULL; opt++)
		if (strcmp(opt->name, CONTEXT_NAME) == 0)
			return (struct config_reading *)(void *)
				opt->simple_value.ptr;
	return NULL;
}

/* What may stand where an unknown key was met. */
static void
complain_unknown(struct config_reading *reading, const cfg_t *cfg,
	const char *key, size_t key_len)
{
	const struct config_section *section = config_section_named(cfg->name);
	char buffer[MESSAGE_SIZE / 2];
	char key_buffer[128];
	struct kz_text known = kz_text_make(buffer, sizeof(buffer));
	struct kz_text name = kz_text_make(key_buffer, sizeof(key_buffer));

	for (size_t i = 0; i < config_option_count; i++) {
		if (strcmp(config_options[i].section, section->name) != 0)
			continue;
		kz_text_word(&known, known.used > 0 ? ", " : "");
		kz_text_word(&known, config_options[i].name);
	}
	for (size_t i = 1; section == config_sections && i < CONFIG_SECTIONS;
		i++) {
		kz_text_word(&known, ", ");
		kz_text_word(&known, config_sections[i].name);
		kz_text_word(&known, " {}");
	}
	if (section != config_sections) {
		kz_text_word(&name, section->name);
		kz_text_word(&name, " ");
	}
	kz_text_foreign(&name, (struct kz_str){key, key_len}, 80);
	config_complain(reading, cfg->line, "%s: unknown; expected one of %s",
		key_buffer, buffer);
}

static void confuse_says(cfg_t *cfg, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void
confuse_says(cfg_t *cfg, const char *format, va_list args)
{
	static const char unknown[] = "no such option '";
	struct config_reading *reading = reading_of(cfg);
	char foreign[MESSAGE_SIZE / 4];
	char body[MESSAGE_SIZE / 2];
	struct kz_text text = kz_text_make(body, sizeof(body));
	size_t len;

	if (reading == NULL ||
		vsnprintf(foreign, sizeof(foreign), format, args) < 0)
		return;
	len = strlen(foreign);
	if (strncmp(foreign, unknown, sizeof(unknown) - 1) == 0 &&
		len > sizeof(unknown)) {
		complain_unknown(reading, cfg, foreign + sizeof(unknown) - 1,
			len - sizeof(unknown));
		return;
	}
	kz_text_foreign(&text, (struct kz_str){foreign, len}, sizeof(body));
	config_complain(reading, cfg->line, "%s%s%s",
		config_section_named(cfg->name)->name,
		config_section_named(cfg->name) == config_sections ? "" : ": ",
		body);
}

static const struct option *
option_named(const char *section, const char *name)
{
	for (size_t i = 0; i < config_option_count; i++)
		if (strcmp(config_options[i].section, section) == 0 &&
			strcmp(config_options[i].name, name) == 0)
			return &config_options[i];
	return NULL;
}

/* A value was read; libconfuse itself keeps nothing but a place for it. */
static int
take_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct config_reading *reading = reading_of(cfg);
	const struct config_section *section = config_section_named(cfg->name);
	const struct option *option = option_named(section->name, opt->name);
	struct config_entry *entry;
	size_t title = 0;

	*(void **)result = NULL;
	if (reading == NULL || option == NULL) {
		cfg_error(cfg, "no such option '%s'", opt->name);
		return -1;
	}
	/* of a title that does not exist the section has complained */
	if (section->titles > 0 &&
		!config_title_find(section, cfg->title, &title))
		return 0;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL || (entry->value = strdup(value)) == NULL) {
		free(entry);
		reading->no_memory = true;
		return -1;
	}
	entry->option = option;
	entry->title = title;
	entry->line = cfg->line;
	STAILQ_INSERT_TAIL(&reading->entries, entry, next);
	return 0;
}

/* Called at the end of each titled section. */
static int
check_title(cfg_t *cfg, cfg_opt_t *opt)
{
	struct config_reading *reading = reading_of(cfg);
	const struct config_section *section = config_section_named(opt->name);
	cfg_t *sub = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	char known_buffer[MESSAGE_SIZE / 4];
	char title_buffer[128];
	struct kz_text known = kz_text_make(known_buffer, sizeof(known_buffer));
	struct kz_text title = kz_text_make(title_buffer, sizeof(title_buffer));
	size_t found;

	if (reading == NULL || sub == NULL || sub->title == NULL ||
		config_title_find(section, sub->title, &found))
		return 0;
	for (size_t i = 0; i < section->titles; i++) {
		kz_text_word(&known, i > 0 ? ", " : "");
		kz_text_word(&known, section->title(i));
	}
	kz_text_foreign(
		&title, (struct kz_str){sub->title, strlen(sub->title)}, 80);
	config_complain(reading, sub->line,
		"%s %s: unknown; expected one of %s", section->name,
		title_buffer, known_buffer);
	return 0;
}

#define OPTIONS_MAX 32 /* of one section, with the two that end it */

static cfg_opt_t
make_option(const struct option *option)
{
	cfg_opt_t opt = {
		.name = option->name,
		.type = CFGT_PTR,
		.flags = CFGF_NODEFAULT,
		.parsecb = take_value,
	};

	if (option_is_list(option))
		opt.flags |= CFGF_LIST;
	return opt;
}

/* The options of a section, the context, and an empty place for the end. */
static size_t
fill_section(const struct config_section *section, cfg_opt_t *opts,
	struct config_reading *reading)
{
	size_t count = 0;

	for (size_t i = 0; i < config_option_count; i++) {
		if (strcmp(config_options[i].section, section->name) != 0)
			continue;
		assert(count + 2 < OPTIONS_MAX);
		opts[count++] = make_option(&config_options[i]);
	}
	opts[count] = (cfg_opt_t){
		.name = CONTEXT_NAME,
		.type = CFGT_PTR,
		.flags = CFGF_NODEFAULT,
		.parsecb = take_value,
		.simple_value = {.ptr = (void **)(void *)reading},
	};
	return count + 1;
}

static cfg_t *
make_grammar(struct config_reading *reading, cfg_flag_t flags)
{
	cfg_opt_t sections[CONFIG_SECTIONS][OPTIONS_MAX] = {0};
	cfg_opt_t top[OPTIONS_MAX + CONFIG_SECTIONS] = {0};
	size_t count = fill_section(&config_sections[0], top, reading);
	cfg_t *cfg;

	for (size_t i = 1; i < CONFIG_SECTIONS; i++) {
		cfg_opt_t section = CFG_SEC(
			config_sections[i].name, sections[i], CFGF_NONE);

		(void)fill_section(&config_sections[i], sections[i], reading);
		if (config_sections[i].titles > 0)
			section.flags = CFGF_MULTI | CFGF_TITLE;
		top[count++] = section;
	}
	cfg = cfg_init(top, flags); /* it copies all of this */
	if (cfg == NULL)
		return NULL;
	cfg_set_error_function(cfg, confuse_says);
	for (size_t i = 1; i < CONFIG_SECTIONS; i++)
		if (config_sections[i].titles > 0)
			cfg_set_validate_func(
				cfg, config_sections[i].name, check_title);
	return cfg;
}

/* One reading of text.  False: libconfuse gave up at its first error. */
static bool
parse_once(struct config_reading *reading, char *text, size_t len,
	cfg_flag_t flags)
{
	FILE *file = len > 0 ? fmemopen(text, len, "r") : NULL;
	cfg_t *cfg = make_grammar(reading, flags);
	bool parsed = false;

	if (cfg == NULL || (file == NULL && len > 0))
		reading->no_memory = true;
	else
		parsed = len == 0 || cfg_parse_fp(cfg, file) == CFG_SUCCESS;
	if (file != NULL)
		(void)fclose(file); /* memory: nothing can be lost */
	cfg_free(cfg);
	return parsed;
}

enum kz_result
config_parse(struct config_reading *reading)
{
	char *text = NULL;
	size_t len = 0;
	enum kz_result result = config_file_load(reading, &text, &len);

	if (result != KZ_OK)
		return result;
	if (!parse_once(reading, text, len, CFGF_NONE)) {
		/*
		 * An error of grammar ends a reading.  The values behind an
		 * unknown key shall be checked too, so read again past it.
		 */
		config_entries_free(&reading->entries);
		reading->quiet = true;
		(void)parse_once(reading, text, len, CFGF_IGNORE_UNKNOWN);
		reading->quiet = false;
	}
	free(text);
	return reading->no_memory ? KZ_ENOMEM : KZ_OK;
}

void
config_entries_free(struct config_entries *entries)
{
	struct config_entry *entry;

	while ((entry = STAILQ_FIRST(entries)) != NULL) {
		STAILQ_REMOVE_HEAD(entries, next);
		free(entry->value);
		free(entry);
	}
}

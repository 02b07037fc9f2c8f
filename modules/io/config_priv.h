/* SPDX-License-Identifier: ISC */
/*
 * config_priv - the table of options as C sees it
 *
 * What:   one row for each option of options.def, the sections in order, and
 *         what the files config*.c ask of each other.
 */
#ifndef KIZUKI_IO_CONFIG_PRIV_H
#define KIZUKI_IO_CONFIG_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include "kizuki/base/result.h"
#include "kizuki/io/config.h"

/* Titles of "persistence": the classes with a rule. */
#define CONFIG_CLASSES 4

enum option_type {
	OPTION_WORD,   /* enum in the order of the words */
	OPTION_SWITCH, /* bool: false is the first word */
	OPTION_SECONDS,
	OPTION_MILLIS,
	OPTION_NUMBER,
	OPTION_BYTES,  /* uint64_t */
	OPTION_OCTETS, /* uint32_t */
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_URL,
	OPTION_ADDR4,
	OPTION_ADDR6,
	/* lists: a pointer followed by a size_t */
	OPTION_ADDRS,
	OPTION_NETS,
	OPTION_NAMES,
	OPTION_ENDPOINTS,
	OPTION_SOCKETS
};

/* Units of durations (in milliseconds) and octets, the largest first. */
#define CONFIG_DURATIONS 5
#define CONFIG_OCTETS    4
struct config_unit {
	const char *name;
	int64_t factor;
};
extern const struct config_unit config_durations[CONFIG_DURATIONS];
extern const struct config_unit config_octets[CONFIG_OCTETS];

struct option {
	const char *section;
	const char *name;
	enum option_type type;
	const char *defaults[CONFIG_CLASSES]; /* [1] NULL: all titles alike */
	int64_t min, max;
	const char *words;
	size_t offset; /* in struct kz_config, or in the titled struct */
	const char *text;
};

/* A section whose contents exist once for each title. */
struct config_section {
	const char *name;
	const char *text;
	size_t titles; /* 0: untitled, in the file at most once in effect */
	const char *(*title)(size_t i);
	size_t offset; /* of the first title's struct in struct kz_config */
	size_t stride;
};

extern const struct option config_options[];
extern const size_t config_option_count;
#define CONFIG_SECTIONS 14
extern const struct config_section config_sections[CONFIG_SECTIONS];

/* The default as text; title is 0 in untitled sections. */
const char *option_default(const struct option *option, size_t title);

/* The top level for any other name: libconfuse calls it "root". */
const struct config_section *config_section_named(const char *name);

const struct config_section *config_section_of(const struct option *option);

/* Where the value lives in *config. */
void *option_place(
	const struct option *option, size_t title, struct kz_config *config);

/* Which title it is, "-" and "_" being the same.  False: no such title. */
bool config_title_find(
	const struct config_section *section, const char *text, size_t *title);

bool option_is_list(const struct option *option);

/* The i-th of words parted by single blanks; len 0: there is none. */
struct kz_str option_word(const char *words, size_t i);

/* Size of what explains a value, with its NUL. */
#define EXPECTED_SIZE 320

/*
 * Set the value in place; a list grows by it.  KZ_EINVAL: it is none;
 * option_expected says what would be.  KZ_EFULL: a list is longer than it
 * may be.  KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result option_set(
	const struct option *option, const char *text, void *place);

/* The same for the types that are lists. */
KZ_MUST_CHECK enum kz_result option_list_add(
	const struct option *option, const char *text, void *place);

/* Of a TEXT, PATH or URL: its length and octets. */
bool option_text_good(const struct option *option, const char *text);

struct kz_str config_view(const char *text);
bool config_str_is(struct kz_str str, const char *text);

/* "a duration from 1s to 1d, as 300, 10m, 6h or 7d" */
void option_expected(const struct option *option, char buffer[EXPECTED_SIZE]);

/* The same without examples. */
struct kz_text;
void option_kind(const struct option *option, struct kz_text *text);

/* "greylist delay", "persistence network span", "mode" */
#define OPTION_NAME_SIZE 80
void option_full_name(const struct option *option, size_t title,
	char buffer[OPTION_NAME_SIZE]);

/* Make a default ready: as option_set for each word of a list. */
KZ_MUST_CHECK enum kz_result option_set_default(
	const struct option *option, size_t title, void *place);

void option_free(const struct option *option, void *place);

/* Words of text in lines of 79 columns, each behind prefix. */
void config_put_wrapped(
	FILE *out, const char *prefix, size_t indent, const char *text);

/* For what is printed: option_kind with units and presets in full. */
void option_describe(const struct option *option, char buffer[EXPECTED_SIZE]);

/* A value as it is written in a file. */
void option_put_value(FILE *out, const struct option *option, const char *text);

bool option_belongs(
	const struct option *option, const struct config_section *section);

/* The names of all titles, as they may be written. */
void config_put_titles(FILE *out, const struct config_section *section);

/* One "name = value" of a file; a list has one for each element. */
struct config_entry {
	STAILQ_ENTRY(config_entry) next;
	const struct option *option;
	size_t title;
	int line;
	char *value;
};
STAILQ_HEAD(config_entries, config_entry);

/* What reading a file collects, and where messages go. */
struct config_reading {
	const char *path;
	struct config_entries entries;
	kz_config_say *say;
	void *say_arg;
	size_t errors;
	bool quiet; /* nothing is said: the second, lenient reading */
	bool no_memory;
};

/*
 * Parse the file into entries, in the order of the file; grammar errors are
 * said and counted.  KZ_NOT_FOUND, KZ_EIO (said), KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result config_parse(struct config_reading *reading);

/*
 * The file as text that libconfuse counts lines of correctly; the caller
 * frees it.  KZ_NOT_FOUND; KZ_EIO (said); KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result config_file_load(
	struct config_reading *reading, char **text, size_t *len);

void config_entries_free(struct config_entries *entries);

/* Say "FILE:LINE: ..." and count it; line 0 is left out. */
void config_complain(struct config_reading *reading, int line,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

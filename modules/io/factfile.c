/* SPDX-License-Identifier: ISC */
#include "kizuki/io/factfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line and its newline, and one octet by which a longer one is told. */
#define LINE_SIZE (KZ_FACT_LINE_MAX + 3)

struct reading {
	const char *path;
	kz_config_say *say;
	void *say_arg;
	struct kz_facts *facts;
	size_t room;
	unsigned number; /* of the line */
	bool bad;
};

static void
say(struct reading *reading, const char *what)
{
	char message[512], line[16] = "";

	reading->bad = true;
	if (reading->number > 0)
		(void)snprintf(line, sizeof(line), ":%u", reading->number);
	if (snprintf(message, sizeof(message), "%s%s: %s", reading->path, line,
		    what) > 0)
		reading->say(reading->say_arg, message);
}

static enum kz_result
append(struct reading *reading, const struct kz_fact *fact)
{
	struct kz_facts *facts = reading->facts;

	if (facts->count == reading->room) {
		size_t more = reading->room > 0 ? reading->room * 2 : 16;
		struct kz_fact *grown =
			reallocarray(facts->list, more, sizeof(*grown));

		if (grown == NULL)
			return KZ_ENOMEM;
		facts->list = grown;
		reading->room = more;
	}
	facts->list[facts->count++] = *fact;
	return KZ_OK;
}

/* The rest of a line that is longer than it may be. */
static void
skip_line(FILE *file)
{
	int octet;

	do
		octet = getc(file);
	while (octet != '\n' && octet != EOF);
}

static enum kz_result
take_line(struct reading *reading, struct kz_str line, int64_t now_s)
{
	struct kz_fact fact;
	const char *why = NULL;

	switch (kz_fact_parse(line, now_s, &fact, &why)) {
	case KZ_OK:
		if (reading->facts->count < KZ_FACTS_MAX)
			return append(reading, &fact);
		say(reading, "more facts than kizuki takes; it is left out");
		return KZ_OK;
	case KZ_NOT_FOUND:
		return KZ_OK;
	default:
		say(reading, why);
		return KZ_OK;
	}
}

static enum kz_result
read_lines(struct reading *reading, FILE *file, int64_t now_s)
{
	char line[LINE_SIZE];
	enum kz_result result = KZ_OK;

	while (result == KZ_OK && fgets(line, sizeof(line), file) != NULL) {
		size_t len = strcspn(line, "\n");

		reading->number++;
		if (line[len] != '\n' && len == sizeof(line) - 1) {
			skip_line(file);
			say(reading, "expected a line of up to 1024 octets");
			continue;
		}
		result = take_line(reading, (struct kz_str){line, len}, now_s);
	}
	if (result == KZ_OK && ferror(file)) {
		say(reading, strerror(errno));
		return KZ_EIO;
	}
	return result;
}

enum kz_result
kz_factfile_read(const char *path, int64_t now_s, kz_config_say *say_line,
	void *say_arg, struct kz_facts *facts)
{
	struct reading reading = {
		.path = path,
		.say = say_line,
		.say_arg = say_arg,
		.facts = facts,
	};
	FILE *file = fopen(path, "re");
	enum kz_result result;

	*facts = (struct kz_facts){NULL, 0};
	if (file == NULL && errno == ENOENT)
		return KZ_NOT_FOUND;
	if (file == NULL) {
		say(&reading, strerror(errno));
		return KZ_EIO;
	}
	result = read_lines(&reading, file, now_s);
	(void)fclose(file);
	if (result == KZ_OK && reading.bad)
		result = KZ_EINVAL;
	return result;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/io/namelist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kizuki/io/idn.h"

#define LINE_OCTETS  512
#define FIRST_ROOM   64
#define LABELS_LEAST 2 /* "jp" would take in a whole country */

/* One file while it is read. */
struct reading {
	struct kz_namelist *list;
	const char *path;
	unsigned number; /* of the line */
	kz_config_say *say;
	void *say_arg;
	bool left_out;
};

static void
say_file(struct reading *reading, const char *what)
{
	char message[LINE_OCTETS];

	reading->left_out = true;
	if (snprintf(message, sizeof(message), "%s: %s", reading->path, what) >
		0)
		reading->say(reading->say_arg, message);
}

static void
say_line(struct reading *reading, const char *what)
{
	char message[LINE_OCTETS];

	reading->left_out = true;
	if (snprintf(message, sizeof(message), "%s:%u: %s", reading->path,
		    reading->number, what) > 0)
		reading->say(reading->say_arg, message);
}

static int
compare_name(const void *left, const void *right)
{
	const struct kz_namelist_entry *one = left, *other = right;

	return kz_name_compare(&one->name, &other->name);
}

static int
compare_turn(const void *left, const void *right)
{
	const struct kz_namelist_entry *one = left, *other = right;
	int order = compare_name(left, right);

	if (order != 0)
		return order;
	return one->turn < other->turn ? -1 : one->turn > other->turn;
}

/* Of a name that stands there more than once, the last line holds. */
static void
sort(struct kz_namelist *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->list, list->count, sizeof(*list->list), compare_turn);
	for (size_t i = 1; i < list->count; i++) {
		if (compare_name(&list->list[kept], &list->list[i]) != 0)
			kept++;
		list->list[kept] = list->list[i];
	}
	list->count = kept + 1;
}

static bool
grow(struct kz_namelist *list)
{
	size_t more = list->room > 0 ? list->room * 2 : FIRST_ROOM;
	struct kz_namelist_entry *grown =
		reallocarray(list->list, more, sizeof(*grown));

	if (grown == NULL)
		return false;
	list->list = grown;
	list->room = more;
	return true;
}

/* The line without comment and white space. */
static struct kz_str
trim(const char *line)
{
	struct kz_str word = {line, strcspn(line, "#\n")};

	while (word.len > 0 && strchr(" \t\r", word.ptr[0]) != NULL) {
		word.ptr++;
		word.len--;
	}
	while (word.len > 0 && strchr(" \t\r", word.ptr[word.len - 1]) != NULL)
		word.len--;
	return word;
}

/* False: no room for more. */
static bool
take_name(struct reading *reading, struct kz_str word)
{
	struct kz_namelist *list = reading->list;
	struct kz_namelist_entry entry = {.turn = list->turns++};

	if (word.ptr[0] == '!') {
		entry.off = true;
		word.ptr++;
		word.len--;
	}
	if (kz_idn_name(word, &entry.name) != KZ_OK ||
		kz_name_labels(&entry.name) < LABELS_LEAST) {
		say_line(reading,
			"expected a domain, !DOMAIN or date: YYYY-MM-DD");
		return true;
	}
	if (list->count == KZ_NAMELIST_MAX ||
		(list->count == list->room && !grow(list))) {
		say_line(reading, "too many names, the rest is left out");
		return false;
	}
	list->list[list->count++] = entry;
	return true;
}

static void
take_date(struct reading *reading, struct kz_str word)
{
	char text[LINE_OCTETS];
	struct tm day = {0};
	const char *end;

	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	end = strptime(text, "%Y-%m-%d", &day);
	if (end == NULL || *end != '\0')
		say_line(reading, "date: expected YYYY-MM-DD");
	else if (reading->list->date_s == 0)
		reading->list->date_s = timegm(&day);
}

/* False: no room for more. */
static bool
take_line(struct reading *reading, const char *line)
{
	static const char date[] = "date:";
	const size_t date_len = sizeof(date) - 1;
	struct kz_str word = trim(line);

	if (word.len == 0)
		return true;
	if (word.len <= date_len || memcmp(word.ptr, date, date_len) != 0)
		return take_name(reading, word);
	word.ptr += date_len;
	word.len -= date_len;
	while (word.len > 0 && word.ptr[0] == ' ') {
		word.ptr++;
		word.len--;
	}
	take_date(reading, word);
	return true;
}

/* What is left of a line that did not fit. */
static void
skip_line(FILE *file)
{
	int octet;

	do
		octet = getc(file);
	while (octet != '\n' && octet != EOF);
}

static void
read_lines(struct reading *reading, FILE *file)
{
	char line[LINE_OCTETS];

	while (fgets(line, sizeof(line), file) != NULL) {
		reading->number++;
		if (strlen(line) == sizeof(line) - 1 &&
			line[sizeof(line) - 2] != '\n') {
			say_line(reading, "the line is too long");
			skip_line(file);
		} else if (!take_line(reading, line)) {
			return;
		}
	}
}

enum kz_result
kz_namelist_add(struct kz_namelist *list, const char *path, kz_config_say *say,
	void *say_arg)
{
	struct reading reading = {
		.list = list, .path = path, .say = say, .say_arg = say_arg};
	FILE *file = fopen(path, "re");
	enum kz_result result;

	if (file == NULL && errno == ENOENT)
		return KZ_NOT_FOUND;
	if (file == NULL) {
		say_file(&reading, strerror(errno));
		return KZ_EIO;
	}
	read_lines(&reading, file);
	result = reading.left_out ? KZ_EFORMAT : KZ_OK;
	if (ferror(file)) {
		say_file(&reading, strerror(errno));
		result = KZ_EIO;
	}
	(void)fclose(file);
	sort(list);
	return result;
}

bool
kz_namelist_has(const struct kz_namelist *list, const struct kz_name *name)
{
	struct kz_namelist_entry key = {.name = *name};
	const struct kz_namelist_entry *found;

	while (list->count > 0 && key.name.len > 0) {
		found = bsearch(&key, list->list, list->count,
			sizeof(*list->list), compare_name);
		if (found != NULL)
			return !found->off;
		key.name = kz_name_parent(&key.name);
	}
	return false;
}

void
kz_namelist_free(struct kz_namelist *list)
{
	free(list->list);
	*list = (struct kz_namelist){.count = 0};
}

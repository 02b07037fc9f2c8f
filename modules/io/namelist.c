/* SPDX-License-Identifier: ISC */
#include "kizuki/io/namelist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_OCTETS 512

static int
compare(const void *left, const void *right)
{
	return kz_name_compare(left, right);
}

/* The word of a line without comment and white space. */
static struct kz_str
word_of(const char *line)
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

static bool
append(struct kz_config_names *list, size_t *room, const struct kz_name *name)
{
	if (list->count == *room) {
		size_t more = *room > 0 ? *room * 2 : 64;
		struct kz_name *grown =
			reallocarray(list->list, more, sizeof(*grown));

		if (grown == NULL)
			return false;
		list->list = grown;
		*room = more;
	}
	list->list[list->count++] = *name;
	return true;
}

static void
say_line(kz_config_say *say, void *arg, const char *path, unsigned number,
	const char *what)
{
	char message[LINE_OCTETS];

	if (snprintf(message, sizeof(message), "%s:%u: %s", path, number,
		    what) > 0)
		say(arg, message);
}

enum kz_result
kz_namelist_read(const char *path, kz_config_say *say, void *say_arg,
	struct kz_config_names *list)
{
	char line[LINE_OCTETS];
	unsigned number = 0;
	size_t room = 0;
	FILE *file = fopen(path, "re");

	*list = (struct kz_config_names){NULL, 0};
	if (file == NULL) {
		say_line(say, say_arg, path, 0, strerror(errno));
		return KZ_EIO;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		struct kz_str word = word_of(line);
		struct kz_name name;

		number++;
		if (word.len == 0)
			continue;
		if (kz_name_parse(word, &name) != KZ_OK) {
			say_line(say, say_arg, path, number,
				"expected a domain name");
		} else if (list->count == KZ_NAMELIST_MAX ||
			!append(list, &room, &name)) {
			say_line(say, say_arg, path, number,
				"too many names, the rest is left out");
			break;
		}
	}
	(void)fclose(file);
	if (list->count > 0)
		qsort(list->list, list->count, sizeof(*list->list), compare);
	return KZ_OK;
}

bool
kz_namelist_has(const struct kz_config_names *list, const struct kz_name *name)
{
	return list->count > 0 &&
		bsearch(name, list->list, list->count, sizeof(*list->list),
			compare) != NULL;
}

/* SPDX-License-Identifier: ISC */
#include "words.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

struct kz_name
name_of(const char *text)
{
	struct kz_name name = {0};

	if (kz_name_parse(str(text), &name) != KZ_OK)
		errx(EX_DATAERR, "no name: %s", text);
	return name;
}

struct kz_addr
addr_of(const char *text)
{
	struct kz_addr addr = {0};

	if (kz_addr_parse(str(text), &addr) != KZ_OK)
		errx(EX_DATAERR, "no address: %s", text);
	return addr;
}

int64_t
span_of(const char *text)
{
	char *end;
	long long count = strtoll(text, &end, 10);

	switch (*end) {
	case 's':
		return count;
	case 'm':
		return count * 60;
	case 'h':
		return count * 3600;
	case 'd':
		return count * 86400;
	default:
		errx(EX_DATAERR, "no span: %s", text);
	}
}

const char *
value_of(char **words, size_t count, const char *key, const char *otherwise)
{
	size_t len = strlen(key);

	for (size_t i = 1; i < count; i++)
		if (strncmp(words[i], key, len) == 0 && words[i][len] == '=')
			return words[i] + len + 1;
	return otherwise;
}

void
fill_line(const char *from, long long turn, char *line, size_t size)
{
	size_t used = 0;
	int len = 0;

	for (; *from != '\0' && used + 24 < size; used += (size_t)len) {
		len = 1;
		if (strncmp(from, "%i", 2) == 0) {
			len = snprintf(line + used, size - used, "%lld", turn);
			from += 2;
		} else {
			line[used] = *from++;
		}
	}
	line[used] = '\0';
	line[strcspn(line, "#\n")] = '\0';
}

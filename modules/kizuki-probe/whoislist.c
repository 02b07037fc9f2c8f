/* SPDX-License-Identifier: ISC */
#include "whoislist_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "probe_priv.h"

/* There are some 1,500 top-level domains. */
#define ROWS_MAX 4096
#define LINE_MAX 512

struct whoislist {
	size_t count;
	struct whoislist_row *rows;
};

/* The next word of a line; NULL: there is none. */
static char *
take_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t\r\n");
	size_t len = strcspn(word, " \t\r\n");

	*rest = word + len;
	if (len == 0)
		return NULL;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

static bool
take_line(char *line, struct whoislist_row *row)
{
	const char *word;

	line[strcspn(line, "#")] = '\0';
	word = take_word(&line);
	if (word == NULL ||
		kz_name_parse((struct kz_str){word, strlen(word)},
			&row->domain) != KZ_OK)
		return false;
	word = take_word(&line);
	if (word == NULL ||
		strlcpy(row->server, word, sizeof(row->server)) >=
			sizeof(row->server))
		return false;
	row->words[0] = '\0';
	while ((word = take_word(&line)) != NULL)
		if (strlcat(row->words, word, sizeof(row->words)) >=
				sizeof(row->words) ||
			strlcat(row->words, " ", sizeof(row->words)) >=
				sizeof(row->words))
			return false;
	return true;
}

static void
load(struct whoislist *list, const char *path)
{
	char line[LINE_MAX];
	FILE *in = path[0] != '\0' ? fopen(path, "re") : NULL;

	if (in == NULL)
		return;
	while (list->count < ROWS_MAX && fgets(line, sizeof(line), in) != NULL)
		if (take_line(line, &list->rows[list->count]))
			list->count++;
	(void)fclose(in);
}

struct whoislist *
whoislist_open(const char *path, const char *own)
{
	struct whoislist *made = calloc(1, sizeof(*made));

	if (made != NULL)
		made->rows = calloc(ROWS_MAX, sizeof(*made->rows));
	if (made == NULL || made->rows == NULL)
		probe_no_memory();
	load(made, path);
	load(made, own);
	return made;
}

void
whoislist_close(struct whoislist **list)
{
	if (*list == NULL)
		return;
	free((*list)->rows);
	free(*list);
	*list = NULL;
}

const struct whoislist_row *
whoislist_find(const struct whoislist *list, const struct kz_name *domain)
{
	const struct whoislist_row *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct whoislist_row *row = &list->rows[i];

		if (kz_name_within(domain, &row->domain) &&
			(best == NULL || row->domain.len >= best->domain.len))
			best = row;
	}
	return best;
}

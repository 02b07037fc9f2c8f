/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "words.h"

/* The list of shared senders with one name. */
static void
share(struct kz_config *config, const char *home, const char *name)
{
	FILE *file;

	free(config->shared_senders);
	config->shared_senders = NULL;
	if (asprintf(&config->shared_senders, "%s.shared", home) < 0)
		errx(EX_OSERR, "out of memory");
	file = fopen(config->shared_senders, "we");
	if (file == NULL || fprintf(file, "%s\n", name) < 0 ||
		fclose(file) != 0)
		err(EX_CANTCREAT, "%s", config->shared_senders);
}

/* The options whose values are words. */
static bool
set_word(struct kz_config *config, const char *word)
{
	const struct {
		const char *word;
		void *place;
		unsigned value; /* enums have its size, see config_table.c */
	} words[] = {
		{"mode=observe", &config->mode, KZ_MODE_OBSERVE},
		{"mode=enforce", &config->mode, KZ_MODE_ENFORCE},
		{"profile=cautious", &config->profile, KZ_PROFILE_CAUTIOUS},
		{"forget=message", &config->greylist.forget, KZ_FORGET_MESSAGE},
		{"scope=unverified", &config->greylist.scope,
			KZ_SCOPE_UNVERIFIED},
		{"scope=unknown", &config->greylist.scope, KZ_SCOPE_UNKNOWN},
		{"scope=all", &config->greylist.scope, KZ_SCOPE_ALL},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].word) == 0) {
			memcpy(words[i].place, &words[i].value,
				sizeof(words[i].value));
			return true;
		}
	return false;
}

void
set_option(struct kz_config *config, const char *home, const char *word)
{
	const char *value = strchr(word, '=');

	if (value++ == NULL)
		errx(EX_DATAERR, "set KEY=VALUE: %s", word);
	if (set_word(config, word))
		return;
	if (strncmp(word, "delay=", 6) == 0)
		config->greylist.delay_s = (uint32_t)span_of(value);
	else if (strncmp(word, "shared=", 7) == 0)
		share(config, home, value);
	else if (strncmp(word, "queue=", 6) == 0)
		config->schedule.queue = (uint32_t)strtoll(value, NULL, 10);
	else if (strncmp(word, "max_delay=", 10) == 0)
		config->greylist.max_delay_s = (uint32_t)span_of(value);
	else
		errx(EX_DATAERR, "unknown option: %s", word);
}

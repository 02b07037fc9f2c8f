/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "cli_priv.h"
#include "kizuki/base/addr.h"
#include "kizuki/io/idn.h"

static int
bad_site(const char *text, const char *what)
{
	fputs("kizuki: ", stderr);
	cli_put(stderr, text);
	fprintf(stderr, ": %s\n", what);
	return EX_DATAERR;
}

int
cli_site(const char *text, struct kz_name *site)
{
	struct kz_str str = {text, strlen(text)};
	struct kz_addr addr;

	if (kz_addr_parse(str, &addr) == KZ_OK)
		return bad_site(text, "is an address; a site is a domain");
	if (strstr(text, "://") != NULL)
		return bad_site(text, "is a URL; give the domain alone");
	if (strchr(text, '@') != NULL)
		return bad_site(text,
			"is a mail address; give the domain behind the @");
	if (kz_idn_name(str, site) != KZ_OK)
		return bad_site(text, "is no domain name");
	if (kz_name_labels(site) < 2)
		return bad_site(
			text, "is a top-level domain; a site lies below one");
	return 0;
}

/* A day, as the moment at which it begins in UTC. */
static bool
day_parse(const char *text, int64_t *when_s)
{
	struct tm day = {0};
	const char *end = strptime(text, "%Y-%m-%d", &day);

	if (end == NULL || *end != '\0')
		return false;
	*when_s = timegm(&day);
	return true;
}

const char *
cli_until_words(const char *words, int64_t until_s, char told[CLI_TOLD_SIZE])
{
	char moment[CLI_MOMENT_SIZE];

	if (snprintf(told, CLI_TOLD_SIZE, "%s until %s", words,
		    until_s == 0 ? "this is withdrawn"
				 : cli_moment(until_s, moment)) < 0)
		told[0] = '\0';
	return told;
}

int
cli_until(const struct cli *cli, const char *text, int64_t *until_s)
{
	uint32_t span_s;

	if (strcmp(text, "never") == 0) {
		*until_s = 0;
		return 0;
	}
	if (kz_config_duration(text, &span_s) == KZ_OK) {
		*until_s = cli->now_s + span_s;
		return 0;
	}
	if (!day_parse(text, until_s)) {
		fputs("kizuki: ", stderr);
		cli_put(stderr, text);
		fputs(": expected a duration up to 400 days (30d), a day "
		      "(2026-12-31) or never\n",
			stderr);
		return EX_USAGE;
	}
	if (*until_s > cli->now_s)
		return 0;
	warnx("%s: this day is over", text);
	return EX_USAGE;
}

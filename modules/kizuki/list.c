/* SPDX-License-Identifier: ISC */
/* What kizukid knows: show, list, status. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"

#define SITE_COLUMNS 40

static void
print_row(const json_t *site)
{
	const char *name = cli_text(site, "site");
	char since[CLI_MOMENT_SIZE];
	char next[CLI_MOMENT_SIZE];
	int pad = SITE_COLUMNS - (int)strlen(name);

	cli_put(stdout, name);
	printf("%*s  %-7s  %5lld  %-16s  %s\n", pad > 0 ? pad : 0, "",
		cli_text(site, "state"), (long long)cli_number(site, "total"),
		cli_moment(cli_number(site, "since"), since),
		cli_moment(cli_number(site, "next_look"), next));
}

static int
list_path(const struct cli *cli, const char *state, char *path, size_t size)
{
	static const char *const states[] = {"broken", "suspect", "sound"};
	bool known = state == NULL;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		known = known || strcmp(states[i], state) == 0;
	if (!known) {
		warnx("%s: expected broken, suspect, sound or allowed", state);
		return EX_USAGE;
	}
	if (snprintf(path, size, "/v1/sites?limit=%lu%s%s",
		    (unsigned long)cli->limit, state == NULL ? "" : "&state=",
		    state == NULL ? "" : state) < 0)
		return EX_SOFTWARE;
	return 0;
}

int
cli_list(struct cli *cli, int argc, char **argv)
{
	char path[CLI_PATH_SIZE];
	json_t *answer = NULL;
	json_t *sites;
	json_t *site;
	size_t i;
	int status;

	if (argc > 0 && strcmp(argv[0], "allowed") == 0)
		return cli_list_allowed(cli);
	status = list_path(cli, argc > 0 ? argv[0] : NULL, path, sizeof(path));
	if (status == 0)
		status = cli_ask(cli, "GET", path, NULL, &answer);
	if (status != 0)
		return status;
	sites = json_object_get(answer, "sites");
	if (cli->json) {
		status = cli_dump(stdout, answer);
	} else {
		printf("%-*s  %-7s  %5s  %-16s  %s\n", SITE_COLUMNS, "SITE",
			"STATE", "TOTAL", "SINCE (UTC)", "NEXT LOOK");
		json_array_foreach (sites, i, site)
			print_row(site);
		if (json_array_size(sites) == cli->limit)
			warnx("there may be more; see --limit");
	}
	json_decref(answer);
	return status;
}

int
cli_show(struct cli *cli, int argc, char **argv)
{
	struct kz_name site;
	char path[CLI_PATH_SIZE];
	json_t *answer = NULL;
	bool japanese = cli->language == KZ_LANGUAGE_JA;
	int status = cli_site(argv[0], &site);

	(void)argc;
	if (status != 0)
		return status;
	cli_site_path(&site, japanese ? "?lang=ja" : "", path);
	status = cli_ask(cli, "GET", path, NULL, &answer);
	if (status != 0)
		return status;
	if (cli->json)
		status = cli_dump(stdout, answer);
	else if (!cli_true(answer, "known"))
		printf("%s%s%s%s\n", site.text,
			japanese ? ": 記録がありません。kizuki check "
				 : ": nothing is known of it; kizuki check ",
			site.text, japanese ? " で確認できます。" : " looks");
	else
		cli_print_site(cli, answer, false);
	if (status == 0 && !cli_true(answer, "known"))
		status = 1;
	json_decref(answer);
	return status;
}

static void
print_member(const char *key, const json_t *value)
{
	char *text;

	cli_put(stdout, key);
	fputs(": ", stdout);
	if (json_is_string(value)) {
		cli_put(stdout, json_string_value(value));
	} else {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		cli_put(stdout, text == NULL ? "?" : text);
		free(text);
	}
	fputc('\n', stdout);
}

int
cli_status(struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL;
	json_t *value;
	const char *key;
	int status = cli_ask(cli, "GET", "/v1/status", NULL, &answer);

	(void)argc;
	(void)argv;
	if (status != 0)
		return status;
	if (cli->json)
		status = cli_dump(stdout, answer);
	else
		json_object_foreach (answer, key, value)
			print_member(key, value);
	json_decref(answer);
	return status;
}

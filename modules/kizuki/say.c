/* SPDX-License-Identifier: ISC */
/* What an operator says of a site: allow, deny, pardon, forget, recheck. */
#include <err.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"

/* One request about a site; words follow its name on success. */
static int
tell(struct cli *cli, const char *method, const struct kz_name *site,
	const char *more, json_t *body, const char *words)
{
	char path[CLI_PATH_SIZE];
	json_t *answer = NULL;
	int status;

	cli_site_path(site, more, path);
	status = cli_ask(cli, method, path, body, cli->json ? &answer : NULL);
	if (status == 0 && cli->json)
		status = cli_dump(stdout, answer);
	else if (status == 0)
		printf("%s: %s\n", site->text, words);
	json_decref(answer);
	return status;
}

/* Say the word that more names, until when and why, or take it back. */
static int
say_word(struct cli *cli, const struct kz_name *site, const char *more,
	const char *until, const char *words)
{
	char told[CLI_TOLD_SIZE];
	int64_t until_s = 0;
	json_t *body;
	int status;

	if (cli->withdraw)
		return tell(cli, "DELETE", site, more, NULL, "withdrawn");
	status = until == NULL ? 0 : cli_until(cli, until, &until_s);
	if (status != 0)
		return status;
	body = json_pack("{s:I, s:s}", "until", (json_int_t)until_s, "why",
		cli->why == NULL ? "" : cli->why);
	if (body == NULL) {
		warnx("--why: expected UTF-8");
		return EX_USAGE;
	}
	status = tell(cli, "POST", site, more, body,
		cli_until_words(words, until_s, told));
	json_decref(body);
	return status;
}

int
cli_allow(struct cli *cli, int argc, char **argv)
{
	struct kz_name site;
	int status;

	(void)argc;
	if (cli_is_subject(argv[0]))
		return cli_allow_subject(cli, argv[0]);
	status = cli_site(argv[0], &site);
	return status != 0
		? status
		: say_word(cli, &site, "/allow", cli->until, "never delayed");
}

int
cli_deny(struct cli *cli, int argc, char **argv)
{
	struct kz_name site;
	int status = cli_site(argv[0], &site);

	(void)argc;
	if (status != 0)
		return status;
	/* nothing ends such a word but its date, and a reader wants the why */
	if (!cli->withdraw && (cli->until == NULL || cli->why == NULL)) {
		warnx("deny needs --until WHEN and --why TEXT");
		return EX_USAGE;
	}
	return say_word(cli, &site, "/deny", cli->until, "broken");
}

int
cli_pardon(struct cli *cli, int argc, char **argv)
{
	const char *until = argc > 1 ? argv[1] : cli->until;
	struct kz_name site;
	int status = cli_site(argv[0], &site);

	if (status != 0)
		return status;
	if (!cli->withdraw && until == NULL) {
		warnx("pardon needs a time: kizuki pardon %s 30d", site.text);
		return EX_USAGE;
	}
	return say_word(cli, &site, "/pardon", until, "pardoned");
}

int
cli_forget(struct cli *cli, int argc, char **argv)
{
	struct kz_name site;
	int status = cli_site(argv[0], &site);

	(void)argc;
	return status != 0
		? status
		: tell(cli, "POST", &site, "/forget", NULL, "forgotten");
}

int
cli_recheck(struct cli *cli, int argc, char **argv)
{
	struct kz_name site;
	int status = cli_site(argv[0], &site);

	(void)argc;
	return status != 0 ? status
			   : tell(cli, "POST", &site, "/recheck", NULL,
				     "will be examined now");
}

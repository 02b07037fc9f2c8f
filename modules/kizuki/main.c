/* SPDX-License-Identifier: ISC */
#include <bsd/stdlib.h>
#include <err.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/io/clock.h"

#define LIST_LIMIT     1000
#define LIST_LIMIT_MAX 1000000

struct command {
	const char *name;
	const char *arguments;
	const char *help;
	int min, max; /* arguments */
	cli_command *run;
};

static const struct command commands[] = {
	{"check", "SITE...", "look at sites now; the verdict if this lasts", 1,
		1000, cli_check},
	{"show", "SITE", "verdict and evidence that kizukid has", 1, 1,
		cli_show},
	{"list", "[broken|suspect|sound|allowed]",
		"sites that kizukid knows, or whom allow named", 0, 1,
		cli_list},
	{"findings", "[SITE]", "evidence as judged findings", 0, 1,
		cli_findings},
	{"import", "[FILE]", "take in findings, one JSON object a line", 0, 1,
		cli_import},
	{"recheck", "SITE", "examine a site anew", 1, 1, cli_recheck},
	{"pardon", "SITE [30d]", "set the verdict aside for a while", 1, 2,
		cli_pardon},
	{"allow",
		"SITE|client:NET|sender:ADDRESS|recipient:ADDRESS"
		" [--until WHEN] [--why TEXT]",
		"never delay their mail", 1, 1, cli_allow},
	{"deny", "SITE --until WHEN --why TEXT", "broken, whatever is seen", 1,
		1, cli_deny},
	{"forget", "SITE", "remove all that is stored about it", 1, 1,
		cli_forget},
	{"status", "", "kizukid's state", 0, 0, cli_status},
	{"fact", "add [!]DOMAIN SYMPTOM [KEY=VALUE...]|list|remove",
		"what only a person can know", 1, 12, cli_fact},
	{"doctor", "[DOMAIN]", "is all there that kizuki needs?", 0, 1,
		cli_doctor},
	{"db", "backup|verify [FOLDER]|salvage FOLDER",
		"the database's backups, and what damage left", 1, 2, cli_db},
	{"org", "NAME...", "the registrable domain of each name", 1, 1000,
		cli_org},
	{"registry", "DOMAIN [--fresh]|ADDRESS|--parse FILE [--server NAME]",
		"what a registry says of a domain or network", 0, 1,
		cli_registry},
	{"symptoms", "[ID]", "the catalogue of faults, as a page", 0, 1,
		cli_symptoms},
	{"logscan",
		"[--format FORMAT] [--dry-run] [--follow] [FILE|journal...]",
		"our own mail and DNS logs as findings", 0, 100000,
		cli_logscan},
	{"config", "sample|manual|man|help|check", "the configuration's texts",
		1, 1, cli_config},
};

enum {
	OPTION_JSON = 256,
	OPTION_UNTIL,
	OPTION_WHY,
	OPTION_WITHDRAW,
	OPTION_LANG,
	OPTION_LIMIT,
	OPTION_PARSE,
	OPTION_SERVER,
	OPTION_FORMAT,
	OPTION_DRY_RUN,
	OPTION_FOLLOW,
	OPTION_FRESH
};

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
	{"follow", no_argument, NULL, OPTION_FOLLOW},
	{"fresh", no_argument, NULL, OPTION_FRESH},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, OPTION_JSON},
	{"lang", required_argument, NULL, OPTION_LANG},
	{"limit", required_argument, NULL, OPTION_LIMIT},
	{"parse", required_argument, NULL, OPTION_PARSE},
	{"server", required_argument, NULL, OPTION_SERVER},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"why", required_argument, NULL, OPTION_WHY},
	{"withdraw", no_argument, NULL, OPTION_WITHDRAW},
	{NULL, 0, NULL, 0},
};

static void
usage(FILE *out)
{
	fputs("usage: kizuki [-c FILE] [--json] COMMAND [ARGUMENT...]\n\n",
		out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  kizuki %s %s\n\t%s\n", commands[i].name,
			commands[i].arguments, commands[i].help);
	fputs("\n--withdraw takes back an allow, deny or pardon; --limit N "
	      "bounds list;\n--lang ja says faults and advice in "
	      "Japanese.\nSee kizuki(1).\n",
		out);
}

static bool
take_language(struct cli *cli, const char *word)
{
	if (kz_language_find((struct kz_str){word, strlen(word)},
		    &cli->language) == KZ_OK)
		return true;
	warnx("--lang %s: expected en or ja", word);
	return false;
}

static bool
take_option(struct cli *cli, int option)
{
	const char *error = NULL;

	switch (option) {
	case 'c':
		cli->config_path = optarg;
		cli->config_given = true;
		return true;
	case OPTION_JSON:
		cli->json = true;
		return true;
	case OPTION_UNTIL:
		cli->until = optarg;
		return true;
	case OPTION_WHY:
		cli->why = optarg;
		return true;
	case OPTION_PARSE:
		cli->parse = optarg;
		return true;
	case OPTION_SERVER:
		cli->server = optarg;
		return true;
	case OPTION_DRY_RUN:
		cli->dry_run = true;
		return true;
	case OPTION_FOLLOW:
		cli->follow = true;
		return true;
	case OPTION_FRESH:
		cli->fresh = true;
		return true;
	case OPTION_FORMAT:
		cli->format = optarg;
		return true;
	case OPTION_WITHDRAW:
		cli->withdraw = true;
		return true;
	case OPTION_LANG:
		return take_language(cli, optarg);
	case OPTION_LIMIT:
		cli->limit =
			(uint32_t)strtonum(optarg, 1, LIST_LIMIT_MAX, &error);
		if (error != NULL)
			warnx("--limit %s: expected a number from 1 to %d",
				optarg, LIST_LIMIT_MAX);
		return error == NULL;
	default:
		return false;
	}
}

static void
say_config(void *arg, const char *message)
{
	(void)arg;
	warnx("%s", message);
}

/* Without -c a missing file means the defaults: check needs none. */
static int
read_config(struct cli *cli)
{
	enum kz_result result = kz_config_read(
		cli->config_path, say_config, NULL, &cli->config);

	cli->config_found = result == KZ_OK;
	if (result == KZ_NOT_FOUND && !cli->config_given)
		result = kz_config_defaults(&cli->config);
	if (result == KZ_OK)
		result = kz_config_find_probe(&cli->config);
	switch (result) {
	case KZ_OK:
		return 0;
	case KZ_ENOMEM:
		warnx("out of memory");
		return EX_OSERR;
	case KZ_NOT_FOUND:
		warnx("%s: No such file or directory", cli->config_path);
		return EX_NOINPUT;
	case KZ_EIO:
		return EX_NOINPUT;
	default:
		return EX_CONFIG;
	}
}

static int
run(struct cli *cli, int argc, char **argv)
{
	const struct command *command = NULL;
	int status;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			command = &commands[i];
	if (command == NULL) {
		warnx("%s: no such command; see kizuki --help", argv[0]);
		return EX_USAGE;
	}
	if (argc - 1 < command->min || argc - 1 > command->max) {
		warnx("usage: kizuki %s %s", command->name, command->arguments);
		return EX_USAGE;
	}
	status = read_config(cli);
	if (status != 0)
		return status;
	status = command->run(cli, argc - 1, argv + 1);
	kz_api_close(&cli->api);
	kz_config_free(&cli->config);
	return status;
}

/*
 * Sentences are UTF-8.  Where the environment says nothing of it (a plain
 * ssh), terminals mostly are too.
 */
static void
use_utf8(void)
{
	if (setlocale(LC_CTYPE, "") == NULL ||
		strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

int
main(int argc, char **argv)
{
	struct cli cli = {.config_path = KZ_CONFIG_FILE, .limit = LIST_LIMIT};
	int option;
	int status;

	use_utf8();
	(void)signal(SIGPIPE, SIG_IGN); /* a write then says so */
	cli.now_s = kz_clock_now_s();
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return 0;
		}
		if (!take_option(&cli, option))
			return EX_USAGE;
	}
	if (optind == argc) {
		usage(stderr);
		return EX_USAGE;
	}
	status = run(&cli, argc - optind, argv + optind);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_unwritten();
		return EX_IOERR;
	}
	return status;
}

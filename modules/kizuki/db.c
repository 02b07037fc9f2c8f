/* SPDX-License-Identifier: ISC */
/* The database's backups: made, verified, and what is left of a damaged one. */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli_priv.h"
#include "kizuki/core/allow.h"
#include "kizuki/core/site.h"
#include "kizuki/engine/admin.h"
#include "kizuki/front/line.h"
#include "kizuki/io/store.h"

/* How long a backup may take: some seconds for each GiB. */
#define WAIT_S 600

static int
newest(struct cli *cli, int64_t *made_s)
{
	json_t *answer = NULL;
	int status = cli_ask(cli, "GET", "/v1/status", NULL, &answer);

	if (status == 0)
		*made_s =
			cli_number(json_object_get(answer, "store"), "backup");
	json_decref(answer);
	return status;
}

static int
backup(struct cli *cli)
{
	int64_t before_s = 0, made_s = 0;
	char moment[CLI_MOMENT_SIZE];
	int status = newest(cli, &before_s);

	if (status == 0)
		status = cli_ask(cli, "POST", "/v1/backup", NULL, NULL);
	made_s = before_s;
	for (int i = 0; status == 0 && made_s == before_s; i++) {
		if (i == WAIT_S) {
			warnx("no backup after %d s; see kizukid's log",
				WAIT_S);
			return EX_TEMPFAIL;
		}
		sleep(1);
		status = newest(cli, &made_s);
	}
	if (status == 0)
		printf("backup of %s, verified\n", cli_moment(made_s, moment));
	return status;
}

/* The folder given, else the newest backup; says what is amiss. */
static const char *
folder_of(const struct cli *cli, int argc, char **argv, char *path, size_t size)
{
	int64_t made_s;
	char moment[CLI_MOMENT_SIZE];

	if (argc > 0)
		return argv[0];
	if (kz_store_newest_backup(
		    cli->config.state_dir, path, size, &made_s) != KZ_OK) {
		warnx("%s: there is no backup that this user can see",
			cli->config.state_dir);
		return NULL;
	}
	printf("%s, of %s\n", path, cli_moment(made_s, moment));
	return path;
}

static int
verify(struct cli *cli, int argc, char **argv)
{
	struct kz_store_file files[KZ_TABLE_COUNT];
	char path[1024];
	const char *folder = folder_of(cli, argc, argv, path, sizeof(path));
	int status = 0;

	if (folder == NULL)
		return EX_NOINPUT;
	kz_store_examine(folder, files);
	for (int i = 0; i < KZ_TABLE_COUNT; i++) {
		printf("%-12s  %-7s  %" PRIu64 " records\n", files[i].name,
			!files[i].there          ? "missing"
				: files[i].sound ? "sound"
						 : "DAMAGED",
			files[i].records);
		if (!files[i].sound)
			status = 1;
	}
	return status;
}

struct salvage {
	struct kz_line line;
	uint64_t findings;
	uint64_t words;
};

static bool
print_finding(void *arg, const struct kz_finding *finding)
{
	struct salvage *salvage = arg;
	char buffer[KZ_LINE_MAX];
	size_t len;

	salvage->line.kind = KZ_LINE_FINDING;
	salvage->line.u.finding = *finding;
	if (kz_line_print(&salvage->line, buffer, sizeof(buffer), &len) !=
		KZ_OK)
		return true;
	salvage->findings++;
	return fwrite(buffer, 1, len, stdout) == len;
}

static bool
take_evidence(void *arg, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len)
{
	kz_admin_record(key, key_len, value, len, print_finding, arg);
	return !ferror(stdout);
}

/* "allow example1.jp until 2026-12-31 00:00: our partner" */
static void
print_said(struct salvage *salvage, const char *what, const char *whom,
	int64_t until_s, const char *why)
{
	char told[CLI_TOLD_SIZE];

	salvage->words++;
	fprintf(stderr, "%s ", what);
	cli_put(stderr, whom);
	fprintf(stderr, "%s: ", cli_until_words("", until_s, told));
	cli_put(stderr, why);
	fputc('\n', stderr);
}

static void
print_word(struct salvage *salvage, const struct kz_name *site,
	const struct kz_site_word *word, const char *what)
{
	if (word->said)
		print_said(salvage, what, site->text, word->until_s, word->why);
}

static bool
take_site(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value,
	size_t len)
{
	struct salvage *salvage = arg;
	struct kz_name reversed, name;
	struct kz_site site;

	if (kz_site_decode(value, len, &site) != KZ_OK ||
		kz_name_parse((struct kz_str){(const char *)key, key_len},
			&reversed) != KZ_OK)
		return true;
	name = kz_name_reversed(&reversed);
	print_word(salvage, &name, &site.allow, "allow");
	print_word(salvage, &name, &site.deny, "deny");
	print_word(salvage, &name, &site.pardon, "pardon");
	return true;
}

/* Clients, senders and recipients: the key is the subject as it was said. */
static bool
take_allowed(void *arg, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len)
{
	struct kz_allow_subject subject;
	struct kz_allow allow;

	if (kz_allow_decode(value, len, &allow) == KZ_OK &&
		kz_allow_parse((struct kz_str){(const char *)key, key_len},
			&subject) == KZ_OK)
		print_said(
			arg, "allow", subject.text, allow.until_s, allow.why);
	return true;
}

static int
salvage(int argc, char **argv)
{
	struct salvage *all;
	enum kz_result evidence, sites, allowed;

	if (argc != 1) {
		warnx("usage: kizuki db salvage FOLDER");
		return EX_USAGE;
	}
	all = calloc(1, sizeof(*all));
	if (all == NULL)
		return EX_OSERR;
	evidence = kz_store_salvage(
		argv[0], KZ_TABLE_EVIDENCE, take_evidence, all);
	sites = kz_store_salvage(argv[0], KZ_TABLE_SITE, take_site, all);
	allowed = kz_store_salvage(argv[0], KZ_TABLE_WORD, take_allowed, all);
	warnx("%" PRIu64 " findings for kizuki import, %" PRIu64
	      " words of an operator%s",
		all->findings, all->words,
		evidence == KZ_EIO || sites == KZ_EIO || allowed == KZ_EIO
			? "; a part could not be read"
			: "");
	free(all);
	if (evidence != KZ_NOT_FOUND || sites != KZ_NOT_FOUND ||
		allowed != KZ_NOT_FOUND)
		return 0;
	warnx("%s: there is no evidence.db, site.db or word.db", argv[0]);
	return EX_NOINPUT;
}

int
cli_db(struct cli *cli, int argc, char **argv)
{
	if (strcmp(argv[0], "backup") == 0 && argc == 1)
		return backup(cli);
	if (strcmp(argv[0], "verify") == 0 && argc <= 2)
		return verify(cli, argc - 1, argv + 1);
	if (strcmp(argv[0], "salvage") == 0)
		return salvage(argc - 1, argv + 1);
	warnx("usage: kizuki db backup|verify [FOLDER]|salvage FOLDER");
	return EX_USAGE;
}

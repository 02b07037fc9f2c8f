/* SPDX-License-Identifier: ISC */
/* What only a person can know: the file of facts, shown and changed. */
#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli_priv.h"
#include "kizuki/io/factfile.h"

static void
say_line(void *arg, const char *message)
{
	(void)arg;
	warnx("%s", message);
}

/* Who says it, where nothing else is given: the person behind sudo. */
static const char *
author(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user;

	if (name != NULL && name[0] != '\0')
		return name;
	user = getpwuid(getuid());
	return user != NULL ? user->pw_name : "unknown";
}

static bool
has_key(char **words, int count, const char *key)
{
	size_t len = strlen(key);

	for (int i = 0; i < count; i++)
		if (strncmp(words[i], key, len) == 0)
			return true;
	return false;
}

/* "!example2.jp" or "example2.jp", in any script. */
static int
take_domain(const char *word, bool *pardon, struct kz_name *domain)
{
	*pardon = word[0] == '!';
	return cli_site(word + (*pardon ? 1 : 0), domain);
}

static int
compose_until(const struct cli *cli, struct kz_text *line)
{
	int64_t until_s = 0;
	int status = cli_until(cli, cli->until, &until_s);

	if (status != 0)
		return status;
	if (until_s == 0) {
		warnx("--until never: a fact ends, at most 400 days ahead");
		return EX_USAGE;
	}
	kz_text_word(line, "until=");
	kz_words_day(until_s, line);
	return 0;
}

/* The words of the command line as a line of the file. */
static int
compose(const struct cli *cli, int argc, char **argv, struct kz_text *line)
{
	struct kz_name domain;
	bool pardon;
	int status = take_domain(argv[0], &pardon, &domain);

	if (status != 0)
		return status;
	kz_text_word(line, pardon ? "!" : "");
	kz_text_put(line, kz_name_str(&domain));
	kz_text_word(line, " ");
	for (int i = 1; i < argc; i++) {
		const char *equal = strchr(argv[i], '=');
		size_t key = equal == NULL ? strlen(argv[i])
					   : (size_t)(equal - argv[i]) + 1;

		kz_text_put(line, (struct kz_str){argv[i], key});
		if (equal != NULL) {
			kz_text_word(line, "\"");
			kz_text_word(line, equal + 1);
			kz_text_word(line, "\"");
		}
		kz_text_word(line, " ");
	}
	if (cli->until != NULL) {
		status = compose_until(cli, line);
		if (status != 0)
			return status;
	}
	if (cli->why != NULL) {
		kz_text_word(line, " why=\"");
		kz_text_word(line, cli->why);
		kz_text_word(line, "\"");
	}
	if (!has_key(argv, argc, "by=")) {
		kz_text_word(line, " by=");
		kz_text_word(line, author());
	}
	if (!has_key(argv, argc, "on=")) {
		kz_text_word(line, " on=");
		kz_words_day(cli->now_s, line);
	}
	return 0;
}

static int
add(struct cli *cli, int argc, char **argv)
{
	char buffer[2 * KZ_FACT_LINE_MAX];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));
	struct kz_fact fact;
	const char *why = NULL;
	int status;

	if (argc < 2) {
		warnx("usage: kizuki fact add [!]DOMAIN SYMPTOM KEY=VALUE... "
		      "[--until WHEN] [--why TEXT]");
		return EX_USAGE;
	}
	status = compose(cli, argc, argv, &line);
	if (status != 0)
		return status;
	if (line.cut ||
		kz_fact_parse((struct kz_str){buffer, line.used}, cli->now_s,
			&fact, &why) != KZ_OK) {
		warnx("%s", why != NULL ? why : "this is too long");
		return EX_USAGE;
	}
	if (kz_factfile_add(cli->config.facts, &fact) != KZ_OK) {
		warn("%s", cli->config.facts);
		return errno == EACCES ? EX_NOPERM : EX_IOERR;
	}
	return 0;
}

static int
remove_some(struct cli *cli, int argc, char **argv)
{
	bool pardon = false;
	enum kz_symptom symptom;
	struct kz_name domain;
	size_t count = 0;
	int status;

	if (argc < 1 || argc > 2) {
		warnx("usage: kizuki fact remove [!]DOMAIN [SYMPTOM]");
		return EX_USAGE;
	}
	status = take_domain(argv[0], &pardon, &domain);
	if (status != 0)
		return status;
	if (argc == 2 &&
		kz_symptom_find((struct kz_str){argv[1], strlen(argv[1])},
			&symptom) != KZ_OK) {
		warnx("no such symptom; kizuki symptoms has them");
		return EX_USAGE;
	}
	switch (kz_factfile_remove(cli->config.facts, &domain,
		argc == 2 ? &symptom : NULL, pardon, &count)) {
	case KZ_OK:
		return 0;
	case KZ_NOT_FOUND:
		warnx("%s: there is none", cli->config.facts);
		return 1;
	default:
		warn("%s", cli->config.facts);
		return errno == EACCES ? EX_NOPERM : EX_IOERR;
	}
}

static int
dump_one(const struct kz_fact *fact, bool holds)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:I, "
				 "s:b}",
		"site", fact->domain.text, "symptom",
		kz_symptom_info(fact->symptom)->id, "pardon", (int)fact->pardon,
		fact->kind, fact->object, "by", fact->by, "why", fact->why,
		"on", (json_int_t)fact->on_s, "until",
		(json_int_t)fact->until_s, "holds", (int)holds);
	int status;

	if (json == NULL)
		return EX_DATAERR;
	status = cli_dump(stdout, json);
	json_decref(json);
	return status;
}

static int
list(struct cli *cli, const char *word)
{
	struct kz_facts facts;
	struct kz_name wanted;
	enum kz_result result;
	bool pardon;
	int status = word != NULL ? take_domain(word, &pardon, &wanted) : 0;

	if (status != 0)
		return status;
	result = kz_factfile_read(
		cli->config.facts, cli->now_s, say_line, NULL, &facts);
	if (result != KZ_OK && result != KZ_NOT_FOUND)
		status = EX_DATAERR;

	for (size_t i = 0; i < facts.count; i++) {
		const struct kz_fact *fact = &facts.list[i];
		bool holds = fact->until_s > cli->now_s;
		char buffer[KZ_FACT_LINE_MAX + 1];
		struct kz_text line = kz_text_make(buffer, sizeof(buffer));

		if (word != NULL && !kz_name_equal(&wanted, &fact->domain))
			continue;
		if (cli->json) {
			int dumped = dump_one(fact, holds);

			status = dumped != 0 ? dumped : status;
			continue;
		}
		kz_fact_print(fact, &line);
		printf("%s%s\n", buffer, holds ? "" : "  # is over");
	}
	free(facts.list);
	return status;
}

int
cli_fact(struct cli *cli, int argc, char **argv)
{
	if (cli->config.facts[0] == '\0') {
		warnx("the option facts names no file");
		return EX_CONFIG;
	}
	if (strcmp(argv[0], "add") == 0)
		return add(cli, argc - 1, argv + 1);
	if (strcmp(argv[0], "remove") == 0)
		return remove_some(cli, argc - 1, argv + 1);
	if (strcmp(argv[0], "list") == 0 && argc <= 2)
		return list(cli, argc == 2 ? argv[1] : NULL);
	warnx("usage: kizuki fact add|list|remove ...");
	return EX_USAGE;
}

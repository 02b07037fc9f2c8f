/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cli_priv.h"
#include "kizuki/front/line.h"
#include "kizuki/io/clock.h"

#define LOOKS_AT_ONCE 8     /* begun together; kizukid has a bound too */
#define POLL_MS       200   /* between two questions for a look */
#define GRACE_MS      30000 /* beyond the time that an examination may take */

/* A look that kizukid makes for us. */
struct asked {
	json_t *id;
	struct cli_look *look;
};

static int
begin_look(struct cli *cli, struct asked *asked)
{
	char path[CLI_PATH_SIZE];
	json_t *answer = NULL;
	int status;

	cli_site_path(&asked->look->site, "/look", path);
	status = cli_ask(cli, "POST", path, NULL, &answer);
	if (status != 0)
		return status;
	asked->id = json_incref(json_object_get(answer, "look"));
	json_decref(answer);
	if (json_is_integer(asked->id) || json_is_string(asked->id))
		return 0;
	warnx("kizukid's answer names no look");
	return EX_PROTOCOL;
}

static int
take_finding(struct cli_look *look, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	struct kz_line *line = malloc(sizeof(*line));
	const char *why = "out of memory";
	int status = 0;

	if (text == NULL || line == NULL)
		status = EX_OSERR;
	else if (kz_line_parse((struct kz_str){text, strlen(text)}, line,
			 &why) != KZ_OK ||
		line->kind != KZ_LINE_FINDING)
		status = EX_PROTOCOL;
	else
		status = cli_look_add(look, &line->u.finding);
	if (status == EX_PROTOCOL || status == EX_OSERR)
		warnx("kizukid's finding: %s", why);
	free(text);
	free(line);
	return status;
}

static void
take_complete(struct cli_look *look, const json_t *families)
{
	size_t i;
	json_t *element;

	json_array_foreach (families, i, element) {
		const char *name = json_string_value(element);
		enum kz_family family;

		if (name != NULL &&
			kz_family_find((struct kz_str){name, strlen(name)},
				&family) == KZ_OK)
			look->complete[family] = true;
	}
}

/* One question for a look; done stays false while it runs. */
static int
poll_look(struct cli *cli, struct asked *asked)
{
	char path[CLI_PATH_SIZE];
	json_t *answer = NULL;
	json_t *finding;
	size_t i;
	int len = json_is_string(asked->id)
		? snprintf(path, sizeof(path), "/v1/looks/%s",
			  json_string_value(asked->id))
		: snprintf(path, sizeof(path), "/v1/looks/%lld",
			  (long long)json_integer_value(asked->id));
	int status = len < 0 || (size_t)len >= sizeof(path)
		? EX_PROTOCOL
		: cli_ask(cli, "GET", path, NULL, &answer);

	if (status != 0)
		return status;
	if (strcmp(cli_text(answer, "state"), "done") == 0) {
		asked->look->done = true;
		take_complete(asked->look, json_object_get(answer, "complete"));
		json_array_foreach (
			json_object_get(answer, "findings"), i, finding)
			if (status == 0)
				status = take_finding(asked->look, finding);
	}
	json_decref(answer);
	return status;
}

static int
wait_look(struct cli *cli, struct asked *asked)
{
	static const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	int64_t end_ms =
		kz_clock_mono_ms() + cli->config.probe.site_ms + GRACE_MS;
	int status = 0;

	while (status == 0 && !asked->look->done) {
		status = poll_look(cli, asked);
		if (status != 0 || asked->look->done)
			break;
		if (kz_clock_mono_ms() > end_ms) {
			warnx("%s: the look does not end",
				asked->look->site.text);
			return EX_TEMPFAIL;
		}
		(void)nanosleep(&pause, NULL);
	}
	return status;
}

/* Some looks, begun together. */
static int
ask_kizukid(struct cli *cli, struct cli_look *looks, size_t count)
{
	struct asked asked[LOOKS_AT_ONCE] = {0};
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		asked[i].look = &looks[i];
		status = begin_look(cli, &asked[i]);
	}
	for (size_t i = 0; status == 0 && i < count; i++)
		status = wait_look(cli, &asked[i]);
	for (size_t i = 0; i < count; i++)
		json_decref(asked[i].id);
	return status;
}

static int
look_all(struct cli *cli, struct cli_look *looks, size_t count)
{
	bool there = false;
	int status = cli_reach(cli, &there);

	if (status != 0)
		return status;
	if (isatty(STDERR_FILENO))
		warnx("looking at %zu site%s, which may take up to %u s", count,
			count == 1 ? "" : "s",
			cli->config.probe.site_ms / 1000);
	if (!there) {
		warnx("kizukid does not listen in %s: looking with %s "
		      "instead",
			cli->config.run_dir, cli->config.probe_path);
		return cli_probe(cli, looks, count);
	}
	for (size_t i = 0; status == 0 && i < count; i += LOOKS_AT_ONCE)
		status = ask_kizukid(cli, looks + i,
			count - i < LOOKS_AT_ONCE ? count - i : LOOKS_AT_ONCE);
	return status;
}

/* 2 before 1 before 3 before 0. */
static int
worse(int left, int right)
{
	static const int order[] = {[CLI_CONVICTED] = 3,
		[CLI_NOT_CONVICTED] = 2,
		[CLI_CANNOT_TELL] = 1,
		[CLI_NOTHING_BAD] = 0};

	return order[left] >= order[right] ? left : right;
}

static int
print_looks(struct cli *cli, const struct cli_look *looks, size_t count)
{
	int worst = CLI_NOTHING_BAD;

	for (size_t i = 0; i < count; i++) {
		json_t *site = NULL;
		int status = cli_look_json(cli, &looks[i], &site);

		if (status != 0)
			return status;
		if (cli->json)
			status = cli_dump(stdout, site);
		else {
			fputs(i > 0 ? "\n" : "", stdout);
			cli_print_site(cli, site, true);
		}
		worst = worse(worst, cli_look_status(site));
		json_decref(site);
		if (status != 0)
			return status;
	}
	return worst;
}

int
cli_check(struct cli *cli, int argc, char **argv)
{
	size_t count = (size_t)argc;
	struct cli_look *looks = calloc(count, sizeof(*looks));
	int status = 0;

	if (looks == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	for (size_t i = 0; status == 0 && i < count; i++)
		status = cli_site(argv[i], &looks[i].site);
	if (status == 0)
		status = look_all(cli, looks, count);
	cli->now_s = kz_clock_now_s(); /* findings are from after the start */
	if (status == 0)
		status = print_looks(cli, looks, count);
	for (size_t i = 0; i < count; i++)
		free(looks[i].findings);
	free(looks);
	return status;
}

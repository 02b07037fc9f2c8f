/* SPDX-License-Identifier: ISC */
/* Registries by way of kizukid: what it keeps, and its share of the day. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "cli_priv.h"

/* No turn is further away. */
#define WAIT_MAX_S 600

static void
print_list(FILE *out, const json_t *list, const char *indent, const char *what)
{
	size_t i;
	json_t *element;

	json_array_foreach (list, i, element) {
		fprintf(out, "%s  %s: ", indent, what);
		cli_put(out,
			json_is_string(element) ? json_string_value(element)
						: cli_text(element, "handle"));
		fputc('\n', out);
	}
}

static void
print_day(FILE *out, const json_t *registration, const char *indent,
	const char *key)
{
	const char *text = cli_text(registration, key);

	if (text[0] == '\0')
		return;
	fprintf(out, "%s  %s: ", indent, key);
	cli_put(out, text);
	fputc('\n', out);
}

void
cli_print_registration(
	FILE *out, const json_t *registration, const char *indent)
{
	char moment[CLI_MOMENT_SIZE];

	if (!json_is_object(registration))
		return;
	fprintf(out, "%skept answer of %s from ", indent,
		cli_moment(cli_number(registration, "asked"), moment));
	cli_put(out, cli_text(registration, "server"));
	fputc('\n', out);
	print_list(
		out, json_object_get(registration, "status"), indent, "status");
	print_list(out, json_object_get(registration, "name_servers"), indent,
		"name server");
	print_list(out, json_object_get(registration, "contacts"), indent,
		"contact");
	print_day(out, registration, indent, "created");
	print_day(out, registration, indent, "updated");
	print_day(out, registration, indent, "expires");
}

/* *there: kizukid's answer is in *answer, which is to be freed. */
static int
ask(struct cli *cli, const struct kz_api_request *request,
	struct kz_api_answer *answer, bool *there)
{
	int status = cli_reach(cli, there);

	if (status != 0 || !*there)
		return status;
	if (kz_api_ask(cli->api, request, answer) != KZ_OK) {
		warnx("out of memory");
		return EX_OSERR;
	}
	*there = answer->state == KZ_API_ANSWERED;
	return 0;
}

int
cli_registry_kept(struct cli *cli, const struct kz_name *domain, bool *kept)
{
	char path[CLI_PATH_SIZE];
	struct kz_api_request request = {.method = "GET", .path = path};
	struct kz_api_answer answer = {0};
	json_t *json = NULL;
	bool there = false;
	int status;

	if (snprintf(path, sizeof(path), "/v1/registered/%s", domain->text) >=
		(int)sizeof(path))
		return 0;
	status = ask(cli, &request, &answer, &there);
	if (status == 0 && there && answer.status == 200)
		json = json_loadb(answer.body, answer.len, 0, NULL);
	kz_api_answer_free(&answer);
	if (json == NULL)
		return status;
	*kept = true;
	if (cli->json)
		status = cli_dump(stdout, json);
	else
		cli_print_registration(stdout, json, "");
	json_decref(json);
	return status;
}

static int
wait_turn(const struct kz_api_answer *answer)
{
	json_t *json = json_loadb(answer->body, answer->len, 0, NULL);
	int64_t wait_s = cli_number(json, "wait");
	struct timespec span = {
		.tv_sec = wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S};

	json_decref(json);
	if (wait_s > 0) {
		warnx("its turn is in %lld s", (long long)span.tv_sec);
		(void)nanosleep(&span, NULL);
	}
	return 0;
}

int
cli_registry_turn(struct cli *cli, const char *server)
{
	json_t *body = json_pack("{s:s}", "server", server);
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	struct kz_api_request request = {
		.method = "POST", .path = "/v1/turns", .body = KZ_STR("")};
	struct kz_api_answer answer = {0};
	bool there = false;
	int status;

	json_decref(body);
	if (text == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	request.body = (struct kz_str){text, strlen(text)};
	status = ask(cli, &request, &answer, &there);
	free(text);
	if (status == 0 && there && answer.status == 200)
		status = wait_turn(&answer);
	else if (status == 0 && there) {
		warnx("%s: it has had its share of questions today, or is "
		      "left alone because it refused",
			server);
		status = EX_TEMPFAIL;
	}
	kz_api_answer_free(&answer);
	return status;
}

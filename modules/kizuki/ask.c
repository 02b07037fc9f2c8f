/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"

#define LIMIT_MS 30000

static void
socket_path(const struct cli *cli, char *path, size_t size)
{
	if (snprintf(path, size, "%s/api.sock", cli->config.run_dir) < 0)
		path[0] = '\0';
}

static int
open_api(struct cli *cli)
{
	char path[256];

	if (cli->api != NULL)
		return 0;
	socket_path(cli, path, sizeof(path));
	if (kz_api_open(path, LIMIT_MS, &cli->api) == KZ_OK)
		return 0;
	warnx("%s: this cannot be a socket's path", path);
	return EX_CONFIG;
}

/* What hinders us from talking with kizukid. */
static int
say_state(const struct cli *cli, enum kz_api_state state)
{
	char path[256];

	socket_path(cli, path, sizeof(path));
	switch (state) {
	case KZ_API_ANSWERED:
		return 0;
	case KZ_API_ABSENT:
		warnx("kizukid does not listen on %s: is it running?", path);
		return EX_UNAVAILABLE;
	case KZ_API_FORBIDDEN:
		warnx("%s: no right to connect: is your user in group %s?",
			path,
			cli->config.api_group[0] != '\0' ? cli->config.api_group
							 : "kizuki");
		return EX_NOPERM;
	case KZ_API_TIMEOUT:
		warnx("kizukid does not answer on %s", path);
		return EX_TEMPFAIL;
	case KZ_API_TOO_LONG:
		warnx("kizukid's answer is longer than %zu octets",
			KZ_API_BODY_MAX);
		return EX_PROTOCOL;
	case KZ_API_BROKEN:
		warnx("%s: the answer was cut off or is no HTTP", path);
		return EX_PROTOCOL;
	}
	return EX_SOFTWARE;
}

/* An answer of 4xx or 5xx: {"error":"..."}, or whatever came. */
static int
say_refusal(const struct kz_api_answer *answer)
{
	json_t *json = json_loadb(answer->body, answer->len, 0, NULL);
	const char *text = cli_text(json, "error");

	fputs("kizuki: kizukid: ", stderr);
	cli_put(stderr, text[0] != '\0' ? text : "it refused");
	fprintf(stderr, " (%ld)\n", answer->status);
	json_decref(json);
	if (answer->status >= 500 || answer->status == 429)
		return EX_TEMPFAIL;
	return answer->status == 403 ? EX_NOPERM : EX_DATAERR;
}

int
cli_exchange(struct cli *cli, const struct kz_api_request *request,
	struct kz_api_answer *answer)
{
	int status = open_api(cli);

	if (status != 0)
		return status;
	if (kz_api_ask(cli->api, request, answer) != KZ_OK) {
		warnx("out of memory");
		return EX_OSERR;
	}
	status = say_state(cli, answer->state);
	if (status == 0 && answer->status / 100 != 2)
		status = say_refusal(answer);
	if (status != 0)
		kz_api_answer_free(answer);
	return status;
}

static int
take_answer(const struct kz_api_answer *answer, json_t **json)
{
	json_error_t error;

	if (json == NULL)
		return 0;
	*json = json_loadb(answer->body, answer->len, 0, &error);
	if (*json != NULL)
		return 0;
	fputs("kizuki: kizukid's answer is no JSON: ", stderr);
	cli_put(stderr, error.text);
	fputc('\n', stderr);
	return EX_PROTOCOL;
}

int
cli_ask(struct cli *cli, const char *method, const char *path, json_t *body,
	json_t **answer)
{
	struct kz_api_answer raw = {0};
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	struct kz_api_request request = {
		.method = method, .path = path, .body = KZ_STR("")};
	int status;

	if (text != NULL)
		request.body = (struct kz_str){text, strlen(text)};
	status = cli_exchange(cli, &request, &raw);
	free(text);
	if (status != 0)
		return status;
	status = take_answer(&raw, answer);
	kz_api_answer_free(&raw);
	return status;
}

int
cli_reach(struct cli *cli, bool *there)
{
	const struct kz_api_request request = {
		.method = "GET", .path = "/v1/status"};
	struct kz_api_answer answer = {0};
	int status = open_api(cli);

	if (status != 0)
		return status;
	if (kz_api_ask(cli->api, &request, &answer) != KZ_OK) {
		warnx("out of memory");
		return EX_OSERR;
	}
	*there = answer.state != KZ_API_ABSENT;
	status = *there ? say_state(cli, answer.state) : 0;
	kz_api_answer_free(&answer);
	return status;
}

void
cli_site_path(
	const struct kz_name *site, const char *more, char path[CLI_PATH_SIZE])
{
	/* a checked name needs no escape; it and more are shorter than this */
	if (snprintf(path, CLI_PATH_SIZE, "/v1/sites/%s%s", site->text, more) <
		0)
		path[0] = '\0';
}

const char *
cli_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

int64_t
cli_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

bool
cli_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* SPDX-License-Identifier: ISC */
/* Registries by way of kizukid: what it keeps, and its share of the day. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/front/line.h"

/* No refusal counts for longer: as the option back_off at most. */
#define REFUSED_MAX_S (INT64_C(30) * 86400)

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
print_day(FILE *out, const char *text, const char *indent, const char *what)
{
	if (text[0] == '\0')
		return;
	fprintf(out, "%s  %s: ", indent, what);
	cli_put(out, text);
	fputc('\n', out);
}

void
cli_print_registration(FILE *out, enum kz_language language,
	const json_t *registration, const char *indent)
{
	static const struct {
		const char *key;
		const char *words[2]; /* by language */
	} lists[] = {{"status", {"status", "状態"}},
		{"name_servers", {"name server", "ネームサーバ"}},
		{"contacts", {"contact", "連絡先"}}},
	  days[] = {{"created", {"created", "登録"}},
		  {"updated", {"updated", "更新"}},
		  {"expires", {"expires", "有効期限"}}};
	char moment[CLI_MOMENT_SIZE];
	bool japanese = language == KZ_LANGUAGE_JA;

	if (!json_is_object(registration))
		return;
	fprintf(out, "%s%s %s%s", indent,
		japanese ? "保存した登録情報:" : "kept answer of",
		cli_moment(cli_number(registration, "asked"), moment),
		japanese ? "、" : " from ");
	cli_put(out, cli_text(registration, "server"));
	fputc('\n', out);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		print_list(out, json_object_get(registration, lists[i].key),
			indent, lists[i].words[language]);
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		print_day(out, cli_text(registration, days[i].key), indent,
			days[i].words[language]);
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
		cli_print_registration(stdout, cli->language, json, "");
	json_decref(json);
	return status;
}

/* One turn, by the share of the day that kizukid keeps. */
static int
ask_turn(struct cli *cli, json_t *body, struct kz_api_answer *answer,
	bool *there)
{
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	struct kz_api_request request = {
		.method = "POST", .path = "/v1/turns", .body = KZ_STR("")};
	int status;

	json_decref(body);
	if (text == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	request.body = (struct kz_str){text, strlen(text)};
	status = ask(cli, &request, answer, there);
	free(text);
	return status;
}

static int
take_turn(const struct kz_api_answer *answer, struct kz_line_grant *grant,
	int64_t *until_s)
{
	json_t *json = json_loadb(answer->body, answer->len, 0, NULL);
	int64_t wait_s = cli_number(json, "wait");

	if (answer->status == 429)
		*until_s = cli_number(json, "until");
	json_decref(json);
	grant->granted = answer->status == 200;
	if (wait_s > 0)
		grant->wait_s = wait_s < KZ_LINE_WAIT_MAX_S
			? (uint32_t)wait_s
			: KZ_LINE_WAIT_MAX_S;
	if (grant->granted || answer->status == 429)
		return 0;
	warnx("kizukid grants no turn at %s (%ld)", grant->server,
		answer->status);
	return EX_TEMPFAIL;
}

int
cli_registry_turn(
	struct cli *cli, struct kz_line_grant *grant, int64_t *until_s)
{
	json_t *body = json_pack(
		"{s:s,s:b}", "server", grant->server, "rdap", (int)grant->rdap);
	struct kz_api_answer answer = {0};
	bool there = false;
	int status = ask_turn(cli, body, &answer, &there);

	grant->granted = true;
	grant->wait_s = 0;
	if (status == 0 && there)
		status = take_turn(&answer, grant, until_s);
	kz_api_answer_free(&answer);
	return status;
}

int
cli_registry_refused(
	struct cli *cli, const struct kz_turn_told *told, int64_t *until_s)
{
	json_int_t least_s = told->back_off_s < REFUSED_MAX_S
		? (json_int_t)told->back_off_s
		: REFUSED_MAX_S;
	json_t *body = json_pack("{s:s,s:b,s:I}", "server", told->server,
		"rdap", (int)told->rdap, "refused", least_s);
	struct kz_api_answer answer = {0};
	json_t *json;
	bool there = false;
	int status = ask_turn(cli, body, &answer, &there);

	if (status == 0 && there && answer.status == 200) {
		json = json_loadb(answer.body, answer.len, 0, NULL);
		*until_s = cli_number(json, "until");
		json_decref(json);
	}
	kz_api_answer_free(&answer);
	return status;
}

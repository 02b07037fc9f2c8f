/* SPDX-License-Identifier: ISC */
/* Evidence out and in, as findings: one JSON object a line. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/front/line.h"

#define NDJSON "application/x-ndjson"

/* Lines of a long answer, as they come. */
struct stream {
	size_t used;
	bool too_long;
	char buffer[KZ_LINE_MAX];
	struct kz_line line;
};

void
cli_print_finding(const struct kz_finding *finding)
{
	char moment[CLI_MOMENT_SIZE];

	printf("%-16s  %-7s  %-24s  ", cli_moment(finding->when_s, moment),
		kz_outcome_text(finding->outcome),
		kz_symptom_info(finding->symptom)->id);
	cli_put(stdout, finding->subject.text);
	fputs("  ", stdout);
	cli_put(stdout, finding->object);
	if (finding->why[0] != '\0') {
		fputs("  ", stdout);
		cli_put(stdout, finding->why);
	}
	fputc('\n', stdout);
}

static void
print_line(struct stream *stream, struct kz_str bytes)
{
	const char *why = "";

	if (bytes.len == 0)
		return;
	if (kz_line_parse(bytes, &stream->line, &why) != KZ_OK)
		warnx("kizukid's line: %s", why);
	else if (stream->line.kind == KZ_LINE_FINDING)
		cli_print_finding(&stream->line.u.finding);
}

static bool
take_lines(void *arg, const char *bytes, size_t len)
{
	struct stream *stream = arg;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			print_line(stream,
				(struct kz_str){stream->buffer, stream->used});
			stream->used = 0;
		} else if (stream->used < sizeof(stream->buffer)) {
			stream->buffer[stream->used++] = bytes[i];
		} else {
			stream->too_long = true;
			return false;
		}
	}
	return !ferror(stdout);
}

static bool
pass_on(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	return fwrite(bytes, 1, len, stdout) == len;
}

int
cli_findings(struct cli *cli, int argc, char **argv)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct kz_api_answer answer = {0};
	struct kz_name site;
	char path[CLI_PATH_SIZE] = "/v1/findings";
	struct kz_api_request request = {
		.method = "GET", .path = path, .arg = stream};
	int status = argc > 0 ? cli_site(argv[0], &site) : 0;

	if (status == 0 && stream == NULL)
		status = EX_OSERR;
	if (status == 0 && argc > 0 &&
		snprintf(path, sizeof(path), "/v1/findings?site=%s",
			site.text) < 0)
		status = EX_SOFTWARE;
	request.take = cli->json ? pass_on : take_lines;
	if (status == 0)
		status = cli_exchange(cli, &request, &answer);
	if (status == 0 && !cli->json)
		print_line(
			stream, (struct kz_str){stream->buffer, stream->used});
	if (stream != NULL && stream->too_long)
		warnx("a line of it is longer than %d octets", KZ_LINE_MAX);
	kz_api_answer_free(&answer);
	free(stream);
	return status;
}

static int
print_import(struct cli *cli, const json_t *answer)
{
	const json_t *bad = json_object_get(answer, "bad_lines");
	json_t *line;
	size_t i;
	int status = 0;

	if (cli->json)
		status = cli_dump(stdout, answer);
	else
		printf("taken %lld, ignored %lld, unknown %lld, bad lines "
		       "%zu\n",
			(long long)cli_number(answer, "taken"),
			(long long)cli_number(answer, "ignored"),
			(long long)cli_number(answer, "unknown"),
			json_array_size(bad));
	json_array_foreach (bad, i, line) {
		char *text = json_dumps(line, JSON_ENCODE_ANY | JSON_COMPACT);

		fputs("kizuki: bad line ", stderr);
		cli_put(stderr, text == NULL ? "?" : text);
		fputc('\n', stderr);
		free(text);
	}
	if (status == 0 && json_array_size(bad) > 0)
		status = EX_DATAERR;
	return status;
}

int
cli_import(struct cli *cli, int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "-";
	bool standard = strcmp(path, "-") == 0;
	struct kz_api_answer raw = {0};
	struct kz_api_request request = {.method = "POST",
		.path = "/v1/findings",
		.type = NDJSON,
		.upload = standard ? stdin : fopen(path, "re")};
	json_t *answer;
	int status;

	if (request.upload == NULL) {
		warn("%s", path);
		return EX_NOINPUT;
	}
	status = cli_exchange(cli, &request, &raw);
	if (!standard)
		(void)fclose(request.upload); /* it was only read */
	if (status != 0)
		return status;
	answer = json_loadb(raw.body, raw.len, 0, NULL);
	kz_api_answer_free(&raw);
	if (answer == NULL) {
		warnx("kizukid's answer is no JSON");
		return EX_PROTOCOL;
	}
	status = print_import(cli, answer);
	json_decref(answer);
	return status;
}

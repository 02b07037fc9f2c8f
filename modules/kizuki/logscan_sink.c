/* SPDX-License-Identifier: ISC */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "kizuki/front/line.h"
#include "logscan_priv.h"

/*
 * Octets of one import: some 3,000 lines, so that kizukid decides in between.
 * While it is away, twenty times as much is kept.
 */
#define PART_SIZE ((size_t)1 << 20)
#define KEPT_SIZE (20 * PART_SIZE)

struct logscan_sink {
	struct cli *cli;
	int status; /* the first thing that went wrong */
	size_t used, size;
	char *lines;
	uint64_t findings[3]; /* by outcome */
	int64_t taken, ignored, unknown, looks;
	struct kz_line line;
};

struct logscan_sink *
logscan_sink_open(struct cli *cli)
{
	struct logscan_sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL) {
		warnx("out of memory");
		return NULL;
	}
	sink->cli = cli;
	return sink;
}

void
logscan_sink_close(struct logscan_sink **sink)
{
	if (*sink == NULL)
		return;
	free((*sink)->lines);
	free(*sink);
	*sink = NULL;
}

static bool
room_for_line(struct logscan_sink *sink)
{
	size_t size = sink->size > 0 ? sink->size * 2 : KZ_LINE_MAX;
	char *grown;

	if (sink->size - sink->used >= KZ_LINE_MAX)
		return true;
	grown = realloc(sink->lines, size);
	if (grown == NULL) {
		warnx("out of memory");
		sink->status = EX_OSERR;
		return false;
	}
	sink->lines = grown;
	sink->size = size;
	return true;
}

static void
add_answer(struct logscan_sink *sink, const struct kz_api_answer *raw)
{
	json_t *answer = json_loadb(raw->body, raw->len, 0, NULL);

	sink->taken += cli_number(answer, "taken");
	sink->ignored += cli_number(answer, "ignored");
	sink->unknown += cli_number(answer, "unknown");
	sink->looks += cli_number(answer, "looks");
	json_decref(answer);
}

int
logscan_sink_send(struct logscan_sink *sink, bool later)
{
	struct kz_api_answer raw = {0};
	struct kz_api_request request = {.method = "POST",
		.path = "/v1/findings",
		.type = "application/x-ndjson",
		.body = {sink->lines, sink->used}};
	int status;

	if (sink->status != 0 || sink->used == 0)
		return sink->status;
	if (sink->cli->dry_run) {
		if (fwrite(sink->lines, 1, sink->used, stdout) != sink->used ||
			(later && fflush(stdout) != 0))
			sink->status = EX_IOERR;
		sink->used = 0;
		return sink->status;
	}
	status = cli_exchange(sink->cli, &request, &raw);
	if (status == 0) {
		add_answer(sink, &raw);
		kz_api_answer_free(&raw);
		sink->used = 0;
		return 0;
	}
	/* It is being started again: the log does not go away meanwhile. */
	if (later && sink->used < KEPT_SIZE &&
		(status == EX_UNAVAILABLE || status == EX_TEMPFAIL))
		return 0;
	sink->status = status;
	return status;
}

static void
put(struct logscan_sink *sink)
{
	size_t len = 0;

	if (sink->status != 0 || !room_for_line(sink))
		return;
	if (kz_line_print(&sink->line, sink->lines + sink->used,
		    sink->size - sink->used, &len) == KZ_OK)
		sink->used += len;
	if (sink->used >= PART_SIZE)
		(void)logscan_sink_send(sink, sink->cli->follow);
}

void
logscan_sink_finding(
	struct logscan_sink *sink, const struct kz_finding *finding)
{
	sink->findings[finding->outcome]++;
	if (sink->cli->dry_run && !sink->cli->json) {
		cli_print_finding(finding);
		return;
	}
	sink->line = (struct kz_line){.kind = KZ_LINE_FINDING};
	sink->line.u.finding = *finding;
	put(sink);
}

void
logscan_sink_touch(struct logscan_sink *sink, const struct kz_touch *touch)
{
	if (sink->cli->dry_run && !sink->cli->json)
		return;
	sink->line = (struct kz_line){.kind = KZ_LINE_TOUCHED};
	sink->line.u.touch = *touch;
	put(sink);
}

int
logscan_sink_say(struct logscan_sink *sink, uint64_t lines, uint64_t understood)
{
	/* Standard output is for findings where they go there. */
	FILE *out = sink->cli->dry_run ? stderr : stdout;

	if (sink->cli->json && !sink->cli->dry_run) {
		json_t *json = json_pack(
			"{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "v", 1,
			"lines", (json_int_t)lines, "understood",
			(json_int_t)understood, "good",
			(json_int_t)sink->findings[KZ_OUTCOME_OK], "bad",
			(json_int_t)sink->findings[KZ_OUTCOME_BAD], "hints",
			(json_int_t)sink->findings[KZ_OUTCOME_UNKNOWN], "taken",
			(json_int_t)sink->taken, "ignored",
			(json_int_t)sink->ignored, "unknown",
			(json_int_t)sink->unknown, "looks",
			(json_int_t)sink->looks);
		int status = cli_dump(stdout, json);

		json_decref(json);
		return status;
	}
	fprintf(out,
		"%" PRIu64 " lines, %" PRIu64 " understood: %" PRIu64
		" good, %" PRIu64 " bad, %" PRIu64 " to look at",
		lines, understood, sink->findings[KZ_OUTCOME_OK],
		sink->findings[KZ_OUTCOME_BAD],
		sink->findings[KZ_OUTCOME_UNKNOWN]);
	if (!sink->cli->dry_run)
		fprintf(out,
			"; taken %" PRId64 ", ignored %" PRId64
			", unknown %" PRId64 ", looks %" PRId64,
			sink->taken, sink->ignored, sink->unknown, sink->looks);
	fputc('\n', out);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* Findings in (import) and out (export), as JSON lines. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "kizuki/engine/admin.h"
#include "kizuki/engine/observe.h"

/* A piece of an export: small, so that decisions come in between. */
#define PIECE_SUBJECTS 20

enum kz_result
kz_call_import_open(struct kz_engine *engine, struct kz_call_import **import)
{
	struct kz_call_import *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->bad_lines = json_array();
	if (made->bad_lines == NULL ||
		kz_import_open(engine, &made->import) != KZ_OK) {
		kz_call_import_close(&made);
		return KZ_ENOMEM;
	}
	*import = made;
	return KZ_OK;
}

void
kz_call_import_close(struct kz_call_import **import)
{
	struct kz_call_import *old = *import;

	if (old == NULL)
		return;
	kz_import_drop(&old->import);
	json_decref(old->bad_lines);
	free(old);
	*import = NULL;
}

static void
bad_line(struct kz_call_import *import, const char *why)
{
	import->bad_count++;
	/* Without memory for it the count alone tells. */
	if (import->bad_count <= KZ_CALL_BAD_TOLD)
		(void)json_array_append_new(import->bad_lines,
			json_pack("{s:I,s:s}", "line",
				(json_int_t)import->line_number, "error", why));
}

static void
take_line(struct kz_call_import *import, struct kz_str bytes)
{
	struct kz_line line;
	const char *why = "malformed";
	enum kz_result result = KZ_OK;

	import->line_number++;
	if (bytes.len == 0)
		return;
	if (kz_line_parse(bytes, &line, &why) != KZ_OK) {
		bad_line(import, why);
		return;
	}
	switch (line.kind) {
	case KZ_LINE_FINDING:
		result = kz_import_finding(import->import, &line.u.finding);
		break;
	case KZ_LINE_TOUCHED:
		result = kz_import_touch(import->import, &line.u.touch);
		break;
	case KZ_LINE_DONE:
	case KZ_LINE_ERROR:
	case KZ_LINE_VERIFIED:
	case KZ_LINE_TURN:
	case KZ_LINE_REGISTERED:
	case KZ_LINE_LOOKED:
	case KZ_LINE_WANT:
		/* A scan's output is imported as it is. */
		break;
	case KZ_LINE_EXAMINE:
	case KZ_LINE_QUESTION:
	case KZ_LINE_CANARY:
	case KZ_LINE_LOOKUP:
	case KZ_LINE_GRANT:
		bad_line(import, "neither a finding nor a touch");
		break;
	}
	import->full = import->full || result != KZ_OK;
}

bool
kz_call_import_feed(struct kz_call_import *import, struct kz_str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.ptr[i] == '\n') {
			if (!import->skipping)
				take_line(import,
					(struct kz_str){import->line,
						import->line_len});
			import->skipping = false;
			import->line_len = 0;
		} else if (import->line_len < sizeof(import->line)) {
			import->line[import->line_len++] = bytes.ptr[i];
		} else if (!import->skipping) {
			import->skipping = true;
			import->line_number++;
			bad_line(import, "the line is too long");
		}
	}
	return !import->full;
}

static enum kz_result
answer_import(struct kz_call_scene *scene, const struct kz_call_import *import)
{
	struct kz_import_counts counts = {0};

	kz_import_counts(import->import, &counts);
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:I,s:I,s:I,s:I,s:I,s:O}", "v", 1, "taken",
			(json_int_t)counts.taken, "ignored",
			(json_int_t)counts.ignored, "unknown",
			(json_int_t)counts.unknown, "looks",
			(json_int_t)counts.looks, "bad",
			(json_int_t)import->bad_count, "bad_lines",
			import->bad_lines));
}

enum kz_result
kz_call_import_end(struct kz_call_scene *scene)
{
	struct kz_call_import *import = scene->call->import;

	/* A last line need not end. */
	if (!import->ended && import->line_len > 0 && !import->skipping)
		take_line(import,
			(struct kz_str){import->line, import->line_len});
	import->ended = true;
	if (import->full)
		return kz_call_error(scene, 413,
			"more findings than one import holds; send them in "
			"parts");
	/* Nobody is told of findings that a power cut would take away. */
	if (scene->program->store_failing)
		return kz_call_error(scene, 503,
			"the store cannot be written; import again when it "
			"can, nothing counts twice");
	if (kz_import_step(import->import, scene->now)) {
		scene->answer->later = true;
		return KZ_OK;
	}
	return answer_import(scene, import);
}

struct piece {
	char *bytes;
	size_t len;
	size_t size;
	bool no_memory;
};

static bool
word_finding(void *arg, const struct kz_finding *finding)
{
	struct piece *piece = arg;
	struct kz_line line = {.kind = KZ_LINE_FINDING};
	size_t len = 0;

	if (piece->size - piece->len < KZ_LINE_MAX) {
		const size_t size = piece->size * 2 + KZ_LINE_MAX;
		char *grown = realloc(piece->bytes, size);

		if (grown == NULL) {
			piece->no_memory = true;
			return false;
		}
		piece->bytes = grown;
		piece->size = size;
	}
	line.u.finding = *finding;
	if (kz_line_print(&line, piece->bytes + piece->len,
		    piece->size - piece->len, &len) == KZ_OK)
		piece->len += len;
	return true;
}

static enum kz_result
answer_piece(struct kz_call_scene *scene, const struct piece *piece)
{
	struct kz_call_answer *answer = scene->answer;

	if (piece->no_memory) {
		free(piece->bytes);
		return KZ_ENOMEM;
	}
	answer->status = 200;
	answer->type = "application/x-ndjson";
	answer->body = piece->bytes;
	answer->len = piece->len;
	return KZ_OK;
}

static enum kz_result
export_next(struct kz_call_scene *scene)
{
	struct kz_call *call = scene->call;
	struct piece piece = {.len = 0};
	enum kz_result result = kz_admin_findings_after(call->engine,
		&call->after, PIECE_SUBJECTS, word_finding, &piece);

	if (result == KZ_OK)
		scene->answer->more = call->after.len > 0;
	else if (result != KZ_NOT_FOUND)
		return kz_call_error(scene, 500, "the store cannot be read");
	return answer_piece(scene, &piece);
}

enum kz_result
kz_call_export(struct kz_call_scene *scene)
{
	const char *site = kz_call_arg(scene->call, "site");
	struct piece piece = {.len = 0};

	if (site == NULL)
		return export_next(scene);
	if (kz_name_parse((struct kz_str){site, strlen(site)}, &scene->site) !=
			KZ_OK ||
		scene->site.len == 0)
		return kz_call_error(scene, 400, "site is no domain name");
	if (kz_admin_findings(scene->call->engine, &scene->site, scene->now,
		    word_finding, &piece) != KZ_OK) {
		free(piece.bytes);
		return kz_call_error(scene, 500, "the store cannot be read");
	}
	return answer_piece(scene, &piece);
}

enum kz_result
kz_call_more(struct kz_call *call, const struct kz_now *now,
	struct kz_call_answer *answer)
{
	struct kz_call_scene scene = {
		.call = call, .now = now, .answer = answer};

	*answer = (struct kz_call_answer){0};
	return export_next(&scene);
}

/* SPDX-License-Identifier: ISC */
/*
 * api_priv - what the files of the HTTP API share
 *
 * What:   a call under way, and how handlers answer it.  A handler fills the
 *         answer; its result is KZ_OK or KZ_ENOMEM.
 */
#ifndef KIZUKI_FRONT_API_PRIV_H
#define KIZUKI_FRONT_API_PRIV_H

#include <jansson.h>

#include "kizuki/base/name.h"
#include "kizuki/front/api.h"
#include "kizuki/front/line.h"

#define KZ_CALL_PATH_MAX  511
#define KZ_CALL_VALUE_MAX 255
/* Bad lines of an import that are told one by one. */
#define KZ_CALL_BAD_TOLD 20

struct kz_import;

/* An import as far as it came in. */
struct kz_call_import {
	struct kz_import *import;
	bool full;     /* the engine keeps no more of it */
	bool ended;    /* all is in: it is worked off */
	bool skipping; /* the rest of a line that was too long */
	size_t line_len;
	size_t line_number;
	size_t bad_count;
	json_t *bad_lines;
	char line[KZ_LINE_MAX];
};

struct kz_call_pair {
	char key[16];
	char value[KZ_CALL_VALUE_MAX + 1];
};

struct kz_call {
	struct kz_engine *engine;
	char method[8];
	char path[KZ_CALL_PATH_MAX + 1];
	const char *subject; /* the "*" of the route, within path */
	size_t arg_count;
	struct kz_call_pair args[KZ_CALL_ARGS];
	bool too_long; /* the body */
	size_t body_max;
	size_t body_len;
	char *body;
	struct kz_call_import *import; /* NULL: the body is kept */
	struct kz_name after;          /* of an export: told so far */
};

/* What a handler is given. */
struct kz_call_scene {
	struct kz_call *call;
	const struct kz_call_program *program;
	const struct kz_now *now;
	struct kz_call_answer *answer;
	struct kz_name site; /* of routes that name one */
};

typedef enum kz_result kz_call_handler(struct kz_call_scene *scene);

kz_call_handler kz_call_status, kz_call_metrics, kz_call_sites, kz_call_site,
	kz_call_recheck, kz_call_backup, kz_call_forget, kz_call_say,
	kz_call_unsay, kz_call_look, kz_call_looked, kz_call_allowed,
	kz_call_allow, kz_call_disallow, kz_call_export, kz_call_import_end,
	kz_call_registered, kz_call_turn;

/* The value of an argument; NULL: not given. */
const char *kz_call_arg(const struct kz_call *call, const char *key);

/* Answer with status and json, which is taken over; NULL is KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_call_json(
	struct kz_call_scene *scene, unsigned status, json_t *json);

/* Answer {"error":"..."}. */
KZ_MUST_CHECK enum kz_result kz_call_error(
	struct kz_call_scene *scene, unsigned status, const char *text);

/* What a registry said of a domain, as far as it is kept; NULL: nothing. */
json_t *kz_call_registration(
	const struct kz_call_scene *scene, const struct kz_name *domain);

/* A string of ours or from outside; what is no UTF-8 becomes \xNN. */
json_t *kz_call_text(const char *text);

/* The import's side of kz_call_open, _feed and _close. */
KZ_MUST_CHECK enum kz_result kz_call_import_open(
	struct kz_engine *engine, struct kz_call_import **import);
bool kz_call_import_feed(struct kz_call_import *import, struct kz_str bytes);
void kz_call_import_close(struct kz_call_import **import);

#endif

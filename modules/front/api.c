/* SPDX-License-Identifier: ISC */
#include "kizuki/front/api.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "api_priv.h"

/* "*" is a segment that the handler reads: a site, an identifier. */
static const struct route {
	const char *method;
	const char *pattern;
	kz_call_handler *handler;
	bool names_site;
} routes[] = {
	{"GET", "/v1/status", kz_call_status, false},
	{"GET", "/metrics", kz_call_metrics, false},
	{"GET", "/v1/sites", kz_call_sites, false},
	{"GET", "/v1/sites/*", kz_call_site, true},
	{"POST", "/v1/sites/*/recheck", kz_call_recheck, true},
	{"POST", "/v1/sites/*/forget", kz_call_forget, true},
	{"POST", "/v1/sites/*/allow", kz_call_say, true},
	{"POST", "/v1/sites/*/deny", kz_call_say, true},
	{"POST", "/v1/sites/*/pardon", kz_call_say, true},
	{"DELETE", "/v1/sites/*/allow", kz_call_unsay, true},
	{"DELETE", "/v1/sites/*/deny", kz_call_unsay, true},
	{"DELETE", "/v1/sites/*/pardon", kz_call_unsay, true},
	{"POST", "/v1/sites/*/look", kz_call_look, true},
	{"GET", "/v1/allowed", kz_call_allowed, false},
	{"POST", "/v1/allowed", kz_call_allow, false},
	{"POST", "/v1/allowed/withdraw", kz_call_disallow, false},
	{"GET", "/v1/looks/*", kz_call_looked, false},
	{"GET", "/v1/findings", kz_call_export, false},
	{"GET", "/v1/registered/*", kz_call_registered, true},
	{"POST", "/v1/turns", kz_call_turn, false},
	{"POST", "/v1/backup", kz_call_backup, false},
	{"POST", "/v1/findings", kz_call_import_end, false},
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

/* *subject and *len become what "*" stands for. */
static bool
matches(const char *pattern, const char *path, const char **subject,
	size_t *len)
{
	const char *star = strchr(pattern, '*');
	size_t before = 0;
	size_t middle = 0;

	if (star == NULL)
		return strcmp(pattern, path) == 0;
	before = (size_t)(star - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	middle = strcspn(path + before, "/");
	if (middle == 0 || strcmp(star + 1, path + before + middle) != 0)
		return false;
	*subject = path + before;
	*len = middle;
	return true;
}

static bool
imports(const char *method, const char *path)
{
	return strcmp(method, "POST") == 0 && strcmp(path, "/v1/findings") == 0;
}

size_t
kz_call_body_max(const char *method, const char *path)
{
	return imports(method, path) ? KZ_CALL_IMPORT_MAX : KZ_CALL_BODY_MAX;
}

static void
copy_args(struct kz_call *call, const struct kz_call_request *request)
{
	for (size_t i = 0; i < request->arg_count && i < KZ_CALL_ARGS; i++) {
		struct kz_call_pair *pair = &call->args[call->arg_count];

		/* Longer than any of ours: unknown, and ignored as such. */
		if (strlcpy(pair->key, request->args[i].key,
			    sizeof(pair->key)) < sizeof(pair->key) &&
			strlcpy(pair->value, request->args[i].value,
				sizeof(pair->value)) < sizeof(pair->value))
			call->arg_count++;
	}
}

enum kz_result
kz_call_open(struct kz_engine *engine, const struct kz_call_request *request,
	struct kz_call **call)
{
	struct kz_call *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->engine = engine;
	made->body_max = kz_call_body_max(request->method, request->path);
	if (strlcpy(made->method, request->method, sizeof(made->method)) >=
			sizeof(made->method) ||
		strlcpy(made->path, request->path, sizeof(made->path)) >=
			sizeof(made->path))
		made->path[0] = '\0';
	copy_args(made, request);
	if (imports(made->method, made->path) &&
		kz_call_import_open(engine, &made->import) != KZ_OK) {
		free(made);
		return KZ_ENOMEM;
	}
	*call = made;
	return KZ_OK;
}

static bool
keep(struct kz_call *call, struct kz_str bytes)
{
	char *grown = NULL;

	/* One size for all: it is small, and bounded by the caller's count. */
	if (call->body == NULL) {
		grown = malloc(call->body_max);
		if (grown == NULL)
			return false;
		call->body = grown;
	}
	memcpy(call->body + call->body_len, bytes.ptr, bytes.len);
	call->body_len += bytes.len;
	return true;
}

bool
kz_call_feed(struct kz_call *call, struct kz_str bytes)
{
	if (call->too_long || bytes.len > call->body_max - call->body_len) {
		call->too_long = true;
		return false;
	}
	if (call->import == NULL)
		return keep(call, bytes);
	call->body_len += bytes.len;
	return kz_call_import_feed(call->import, bytes);
}

static enum kz_result
handle(struct kz_call_scene *scene, const struct route *route, size_t len)
{
	const struct kz_str text = {scene->call->subject, len};

	if (scene->call->too_long)
		return kz_call_error(scene, 413, "the body is too long");
	if (route->names_site &&
		(kz_name_parse(text, &scene->site) != KZ_OK ||
			scene->site.len == 0))
		return kz_call_error(scene, 400,
			"the site is no domain name (A-labels, no address)");
	return route->handler(scene);
}

enum kz_result
kz_call_finish(struct kz_call *call, const struct kz_call_program *program,
	const struct kz_now *now, struct kz_call_answer *answer)
{
	struct kz_call_scene scene = {
		.call = call, .program = program, .now = now, .answer = answer};
	bool known = false;

	*answer = (struct kz_call_answer){0};
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		size_t len = 0;

		if (!matches(routes[i].pattern, call->path, &call->subject,
			    &len))
			continue;
		known = true;
		if (strcmp(routes[i].method, call->method) == 0)
			return handle(&scene, &routes[i], len);
	}
	if (known)
		return kz_call_error(
			&scene, 405, "this path does not know that method");
	return kz_call_error(&scene, 404, "there is no such path");
}

void
kz_call_close(struct kz_call **call)
{
	struct kz_call *old = *call;

	if (old == NULL)
		return;
	kz_call_import_close(&old->import);
	free(old->body);
	free(old);
	*call = NULL;
}

void
kz_call_answer_end(struct kz_call_answer *answer)
{
	free(answer->body);
	*answer = (struct kz_call_answer){0};
}

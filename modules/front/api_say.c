/* SPDX-License-Identifier: ISC */
/* What operators say of a site, and what they want done at once. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "kizuki/core/site.h"
#include "kizuki/engine/admin.h"
#include "kizuki/engine/schedule.h"

static enum kz_result
done(struct kz_call_scene *scene)
{
	scene->answer->changed = true;
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:s}", "v", 1, "site", scene->site.text));
}

/* The last segment; the route was matched by it. */
static enum kz_word
word_of(const struct kz_call *call)
{
	const char *last = strrchr(call->path, '/');

	if (strcmp(last, "/allow") == 0)
		return KZ_WORD_ALLOW;
	if (strcmp(last, "/deny") == 0)
		return KZ_WORD_DENY;
	return KZ_WORD_PARDON;
}

static enum kz_result
say(struct kz_call_scene *scene, json_int_t until_s, struct kz_str why)
{
	if (until_s < 0)
		return kz_call_error(scene, 400,
			"until is a moment in seconds since 1970, or 0");
	if (why.len > KZ_SITE_NOTE_MAX)
		return kz_call_error(scene, 400, "why has 255 octets at most");
	switch (kz_admin_say(scene->call->engine, &scene->site,
		word_of(scene->call), until_s, why, scene->now)) {
	case KZ_OK:
		return done(scene);
	case KZ_EINVAL:
		return kz_call_error(
			scene, 400, "until must lie in the future");
	default:
		return kz_call_error(scene, 500, "it could not be kept");
	}
}

enum kz_result
kz_call_say(struct kz_call_scene *scene)
{
	struct kz_call *call = scene->call;
	enum kz_result result = KZ_OK;
	json_error_t error;
	json_int_t until_s = 0;
	const char *why = "";
	size_t why_len = 0;
	json_t *body = NULL;

	if (call->body_len == 0)
		return say(scene, 0, KZ_STR(""));
	body = json_loadb(
		call->body, call->body_len, JSON_REJECT_DUPLICATES, &error);
	if (body == NULL)
		return kz_call_error(scene, 400, "the body is no JSON");
	if (json_unpack_ex(body, &error, 0, "{s?I,s?s%}", "until", &until_s,
		    "why", &why, &why_len) != 0)
		result = kz_call_error(scene, 400,
			"the body is {\"until\":SECONDS,\"why\":\"TEXT\"}");
	else
		result = say(scene, until_s, (struct kz_str){why, why_len});
	json_decref(body);
	return result;
}

enum kz_result
kz_call_unsay(struct kz_call_scene *scene)
{
	switch (kz_admin_unsay(scene->call->engine, &scene->site,
		word_of(scene->call), scene->now)) {
	case KZ_OK:
		return done(scene);
	case KZ_NOT_FOUND:
		return kz_call_error(
			scene, 404, "there is no such word on this site");
	default:
		return kz_call_error(scene, 500, "it could not be kept");
	}
}

enum kz_result
kz_call_recheck(struct kz_call_scene *scene)
{
	switch (kz_schedule_recheck(
		scene->call->engine, &scene->site, scene->now)) {
	case KZ_OK:
		return done(scene);
	case KZ_EBUSY:
		return kz_call_error(scene, 429,
			"the site was looked at too short a time ago");
	default:
		return kz_call_error(scene, 500, "it could not be queued");
	}
}

enum kz_result
kz_call_backup(struct kz_call_scene *scene)
{
	kz_admin_backup(scene->call->engine);
	return kz_call_json(scene, 200, json_pack("{s:i}", "v", 1));
}

enum kz_result
kz_call_forget(struct kz_call_scene *scene)
{
	switch (kz_admin_forget(
		scene->call->engine, &scene->site, scene->now)) {
	case KZ_OK:
		return done(scene);
	case KZ_NOT_FOUND:
		return kz_call_error(
			scene, 404, "nothing is known of this site");
	default:
		return kz_call_error(scene, 500, "it could not be forgotten");
	}
}

enum kz_result
kz_call_look(struct kz_call_scene *scene)
{
	char text[24];
	uint64_t id = 0;

	switch (kz_admin_look(
		scene->call->engine, &scene->site, scene->now, &id)) {
	case KZ_OK:
		break;
	case KZ_EBUSY:
		return kz_call_error(scene, 503,
			"the prober is down, or too many looks are under way");
	default:
		return kz_call_error(scene, 500, "it could not be begun");
	}
	/* A string: not every reader of JSON keeps 64 bits of a number. */
	if (snprintf(text, sizeof(text), "%" PRIu64, id) < 0)
		return KZ_ENOMEM;
	return kz_call_json(
		scene, 202, json_pack("{s:i,s:s}", "v", 1, "look", text));
}

static json_t *
findings_json(const struct kz_look_view *view)
{
	json_t *list = json_array();

	for (size_t i = 0; i < view->count && list != NULL; i++) {
		struct kz_line line = {.kind = KZ_LINE_FINDING};
		char bytes[KZ_LINE_MAX];
		json_error_t error;
		size_t len = 0;

		line.u.finding = view->findings[i];
		if (kz_line_print(&line, bytes, sizeof(bytes), &len) != KZ_OK ||
			json_array_append_new(
				list, json_loadb(bytes, len, 0, &error)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

enum kz_result
kz_call_looked(struct kz_call_scene *scene)
{
	struct kz_look_view view = {.count = 0};
	json_t *complete = NULL;
	char *end = NULL;
	const unsigned long long id = strtoull(scene->call->subject, &end, 10);

	if (scene->call->subject[0] < '0' || scene->call->subject[0] > '9' ||
		*end != '\0' ||
		kz_admin_look_view(scene->call->engine, id, &view) != KZ_OK)
		return kz_call_error(
			scene, 404, "there is no such look, or too long ago");
	complete = json_array();
	for (int i = 0; i < KZ_FAMILY_COUNT; i++)
		if (view.complete[i] &&
			json_array_append_new(complete,
				json_string(kz_family_text(
					(enum kz_family)i))) != 0)
			break;
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:s,s:s,s:o,s:o}", "v", 1, "site",
			view.site.text, "state", view.done ? "done" : "running",
			"findings", findings_json(&view), "complete",
			complete));
}

/* SPDX-License-Identifier: ISC */
/* One site with the arithmetic of its verdict. */
#include <string.h>

#include "api_priv.h"
#include "kizuki/core/words.h"
#include "kizuki/engine/observe.h"
#include "kizuki/front/report.h"

struct showing {
	struct kz_call_scene *scene;
	const struct kz_site_view *view;
	enum kz_language language;
};

static json_t *
verdict_json(const struct showing *showing)
{
	const struct kz_report report = {
		.site = &showing->view->name,
		.language = showing->language,
		.profile = showing->scene->program->profile,
		.rules = showing->scene->program->persistence,
		.verdict = &showing->view->verdict,
		.rows = showing->view->rows,
	};
	json_t *json = NULL;

	return kz_report_make(&report, &json) == KZ_OK ? json : NULL;
}

/* Only words that hold. */
static bool
set_word(json_t *json, const char *key, const struct kz_site_word *word,
	int64_t now_s)
{
	if (!kz_site_word_holds(word, now_s))
		return true;
	return json_object_set_new(json, key,
		       json_pack("{s:I,s:o}", "until",
			       (json_int_t)word->until_s, "why",
			       kz_call_text(word->why))) == 0;
}

static json_t *
site_json(const struct showing *showing)
{
	const struct kz_site_view *view = showing->view;
	const struct kz_site *site = &view->site;
	const int64_t now_s = showing->scene->now->wall_s;
	json_t *registration =
		kz_call_registration(showing->scene, &site->zone);
	json_t *json = json_pack("{s:i,s:s,s:b,s:o,s:I,s:I,s:I,s:I,s:s}", "v",
		1, "site", view->name.text, "known", view->known, "verdict",
		verdict_json(showing), "first_seen",
		(json_int_t)site->first_seen_s, "last_seen",
		(json_int_t)site->last_seen_s, "examined",
		(json_int_t)site->examined_s, "next_look",
		(json_int_t)site->next_look_s, "zone", site->zone.text);

	/* An object that is missing takes nothing, and frees what it was given.
	 */
	if (registration != NULL &&
		json_object_set_new(json, "registration", registration) != 0) {
		json_decref(json);
		return NULL;
	}
	if (json == NULL ||
		(set_word(json, "allow", &site->allow, now_s) &&
			set_word(json, "deny", &site->deny, now_s) &&
			set_word(json, "pardon", &site->pardon, now_s)))
		return json;
	json_decref(json);
	return NULL;
}

enum kz_result
kz_call_site(struct kz_call_scene *scene)
{
	const char *lasts = kz_call_arg(scene->call, "if");
	const char *language = kz_call_arg(scene->call, "lang");
	struct kz_site_view *view = NULL;
	struct showing showing = {.scene = scene};
	enum kz_result result = KZ_OK;

	if (lasts != NULL && strcmp(lasts, "lasts") != 0)
		return kz_call_error(scene, 400, "if is lasts, or not given");
	if (language != NULL &&
		kz_language_find((struct kz_str){language, strlen(language)},
			&showing.language) != KZ_OK)
		return kz_call_error(scene, 400, "lang is en or ja");
	result = kz_site_view_make(scene->call->engine, &scene->site,
		lasts != NULL, scene->now, &view);
	if (result != KZ_OK)
		return result;
	showing.view = view;
	result = kz_call_json(scene, 200, site_json(&showing));
	kz_site_view_free(&view);
	return result;
}

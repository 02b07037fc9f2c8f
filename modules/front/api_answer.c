/* SPDX-License-Identifier: ISC */
#include "api_priv.h"

#include <string.h>

#include "kizuki/base/text.h"

/* A string that is no UTF-8 is cut to this when it is told. */
#define CLEAN_SIZE 2048

const char *
kz_call_arg(const struct kz_call *call, const char *key)
{
	for (size_t i = 0; i < call->arg_count; i++)
		if (strcmp(call->args[i].key, key) == 0)
			return call->args[i].value;
	return NULL;
}

enum kz_result
kz_call_json(struct kz_call_scene *scene, unsigned status, json_t *json)
{
	char *body = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (body == NULL)
		return KZ_ENOMEM;
	scene->answer->status = status;
	scene->answer->type = "application/json";
	scene->answer->body = body;
	scene->answer->len = strlen(body);
	return KZ_OK;
}

enum kz_result
kz_call_error(struct kz_call_scene *scene, unsigned status, const char *text)
{
	return kz_call_json(scene, status, json_pack("{s:s}", "error", text));
}

json_t *
kz_call_text(const char *text)
{
	char clean[CLEAN_SIZE];
	struct kz_text out = kz_text_make(clean, sizeof(clean));
	json_t *json = json_string(text);

	if (json != NULL)
		return json;
	kz_text_foreign(
		&out, (struct kz_str){text, strlen(text)}, sizeof(clean) - 1);
	return json_string(clean);
}

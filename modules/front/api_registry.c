/* SPDX-License-Identifier: ISC */
/* What registries said, and the share of the day that is asked of them. */
#include <string.h>

#include "api_priv.h"
#include "kizuki/engine/observe.h"
#include "kizuki/front/rdap.h"

json_t *
kz_call_registration(
	const struct kz_call_scene *scene, const struct kz_name *domain)
{
	struct kz_registry_answer answer;
	json_t *json = NULL;

	if (kz_registered_find(scene->call->engine, domain, scene->now,
		    &answer) != KZ_OK ||
		kz_rdap_report(&answer, &json) != KZ_OK)
		return NULL;
	if (json_object_set_new(json, "asked",
		    json_integer((json_int_t)answer.asked_s)) == 0 &&
		json_object_set_new(
			json, "server", kz_call_text(answer.server)) == 0)
		return json;
	json_decref(json);
	return NULL;
}

enum kz_result
kz_call_registered(struct kz_call_scene *scene)
{
	json_t *json = kz_call_registration(scene, &scene->site);

	if (json == NULL)
		return kz_call_error(
			scene, 404, "no answer of a registry is kept of it");
	return kz_call_json(scene, 200, json);
}

static enum kz_result
grant(struct kz_call_scene *scene, const char *server, bool rdap)
{
	uint32_t wait_s = 0;

	if (kz_turn_grant(scene->call->engine, server, rdap, scene->now,
		    &wait_s) != KZ_OK)
		return kz_call_error(scene, 429,
			"that server has had its share of questions today, or "
			"is left alone because it refused");
	scene->answer->changed = true;
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:I}", "v", 1, "wait", (json_int_t)wait_s));
}

enum kz_result
kz_call_turn(struct kz_call_scene *scene)
{
	const struct kz_call *call = scene->call;
	json_t *body = json_loadb(
		call->body, call->body_len, JSON_REJECT_DUPLICATES, NULL);
	const char *server = NULL;
	int rdap = 0;
	enum kz_result result;

	if (body == NULL ||
		json_unpack(body, "{s:s,s?b}", "server", &server, "rdap",
			&rdap) != 0 ||
		server[0] == '\0' || strlen(server) > KZ_NAME_MAX)
		result = kz_call_error(scene, 400,
			"the body is {\"server\":\"NAME\",\"rdap\":false}");
	else
		result = grant(scene, server, rdap != 0);
	json_decref(body);
	return result;
}

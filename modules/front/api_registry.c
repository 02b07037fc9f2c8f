/* SPDX-License-Identifier: ISC */
/* What registries said, and the share of the day that is asked of them. */
#include <string.h>

#include "api_priv.h"
#include "kizuki/engine/observe.h"
#include "kizuki/front/rdap.h"

/* As long as the option back_off may be at most: 30 days. */
#define REFUSED_MAX_S (INT64_C(30) * 86400)

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
	struct kz_turn_given given = {0};

	if (kz_turn_grant(scene->call->engine, server, rdap, scene->now,
		    &given) != KZ_OK)
		return kz_call_json(scene, 429,
			json_pack("{s:s,s:I}", "error",
				"that server has had its share of questions "
				"today, or is left alone because it refused",
				"until", (json_int_t)given.until_s));
	scene->answer->changed = true;
	return kz_call_json(scene, 200,
		json_pack(
			"{s:i,s:I}", "v", 1, "wait", (json_int_t)given.wait_s));
}

static enum kz_result
refused(struct kz_call_scene *scene, const char *server, bool rdap,
	uint32_t least_s)
{
	int64_t until_s = kz_turn_refused(
		scene->call->engine, server, rdap, least_s, scene->now);

	scene->answer->changed = true;
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:I}", "v", 1, "until", (json_int_t)until_s));
}

enum kz_result
kz_call_turn(struct kz_call_scene *scene)
{
	const struct kz_call *call = scene->call;
	json_t *body = json_loadb(
		call->body, call->body_len, JSON_REJECT_DUPLICATES, NULL);
	const char *server = NULL;
	int rdap = 0;
	json_int_t least_s = 0; /* that it is left alone for; 0: ask it */
	enum kz_result result;

	if (body == NULL ||
		json_unpack(body, "{s:s,s?b,s?I}", "server", &server, "rdap",
			&rdap, "refused", &least_s) != 0 ||
		server[0] == '\0' || strlen(server) > KZ_NAME_MAX ||
		least_s < 0 || least_s > REFUSED_MAX_S)
		result = kz_call_error(scene, 400,
			"the body is {\"server\":\"NAME\",\"rdap\":false,"
			"\"refused\":SECONDS}; not refused, it may be missing");
	else if (least_s > 0)
		result = refused(scene, server, rdap != 0, (uint32_t)least_s);
	else
		result = grant(scene, server, rdap != 0);
	json_decref(body);
	return result;
}

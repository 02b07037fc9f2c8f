/* SPDX-License-Identifier: ISC */
#include "kizuki/engine/judge.h"

#include <string.h>

#include "carrier_priv.h"
#include "engine_priv.h"
#include "grey_priv.h"
#include "identify_priv.h"
#include "kizuki/core/decision.h"
#include "kizuki/engine/schedule.h"

#define HOUR_S 3600
/* More null senders of a site than this in an hour are no call-backs. */
#define NULL_SENDERS_HOUR 20

/* One decision on its way from the request to the log line. */
struct decision {
	const struct kz_request *request;
	const struct kz_now *now;
	struct kz_scene scene;
	struct kz_session session;
	struct kz_judgement judgement;
	struct kz_instance *instance;
	struct kz_memo *origin; /* of a broken session */
	struct kz_grey_step step;
	bool stepped; /* step is made */
	bool defer;   /* what the rules say, whatever the mode */
};

static bool
loopback(const struct kz_addr *addr)
{
	static const struct kz_addr v6 = {KZ_ADDR_V6, {[15] = 1}};

	return (addr->family == KZ_ADDR_V4 && addr->bytes[0] == 127) ||
		kz_addr_compare(addr, &v6) == 0;
}

/* The site by which a null sender's mail would be broken, or NULL. */
static struct kz_memo *
worst_memo(const struct kz_scene *scene)
{
	for (size_t i = 0; i < KZ_ID_COUNT; i++)
		if (scene->memos[i] != NULL && scene->named[i].yes &&
			scene->memos[i]->state == KZ_VERDICT_BROKEN)
			return scene->memos[i];
	return NULL;
}

/*
 * Bounces of our own mail and call-backs: the first recipient of an instance,
 * and not more than an honest site causes in an hour.
 */
static bool
null_sender_free(struct decision *decision)
{
	struct kz_memo *memo = worst_memo(&decision->scene);
	int64_t hour = decision->now->wall_s / HOUR_S;

	if (decision->request->sender[0] != '\0' ||
		(decision->instance != NULL && decision->instance->null_used))
		return false;
	if (memo != NULL && memo->null_hour != hour) {
		memo->null_hour = hour;
		memo->null_count = 0;
	}
	if (memo != NULL && memo->null_count >= NULL_SENDERS_HOUR)
		return false;
	if (memo != NULL)
		memo->null_count++;
	if (decision->instance != NULL)
		decision->instance->null_used = true;
	return true;
}

static void
apply_greylist(struct kz_engine *engine, struct decision *decision)
{
	const struct kz_grey_policy *policy = &engine->config->greylist;
	struct kz_judgement *judgement = &decision->judgement;
	struct kz_grey_entry entry;
	struct kz_grey_origin origin;
	struct kz_grey_attempt attempt;
	struct kz_grey_key key;
	bool found;

	if (judgement->row == KZ_ROW_BROKEN)
		kz_grey_key_site(engine, &decision->origin->name,
			decision->request, &key);
	else
		kz_grey_key_net(engine, decision->request, &key);
	found = kz_grey_load(engine, &key, &entry, &origin);
	attempt = (struct kz_grey_attempt){
		.kind = key.kind,
		.ripens = judgement->ripens,
		.found = found ? &entry : NULL,
		.origin = &origin,
		.now_s = decision->now->wall_s,
	};
	/* Records that can be read are valid: only the clock can be wrong. */
	if (kz_grey_try(policy, &attempt, &decision->step) != KZ_OK)
		return;
	decision->stepped = true;
	decision->defer = !decision->step.pass;
	if (decision->step.write == KZ_GREY_PUT)
		kz_grey_save(engine, &key, &decision->step.entry);
	if (decision->step.pass && decision->instance != NULL)
		kz_instance_let_in(decision->instance, &key);
}

/* The reverse name mostly is the HELO name again: there is nothing new. */
static bool
seen_before(const struct kz_scene *scene, size_t at)
{
	const struct kz_named *named = &scene->named[at];

	for (size_t i = 0; i < at; i++) {
		const struct kz_named *other = &scene->named[i];

		if (other->yes && other->trust.has_site &&
			kz_name_equal(&other->name, &named->name) &&
			kz_name_equal(&other->trust.site, &named->trust.site))
			return true;
	}
	return false;
}

static void
seen_sites(struct kz_engine *engine, struct decision *decision)
{
	/* A provider's host is not the site's to name. */
	struct kz_seen seen = {.client = decision->request->client,
		.helo = decision->scene.shared ? NULL
					       : decision->request->helo};

	for (size_t i = 0; i < KZ_ID_COUNT; i++) {
		const struct kz_named *named = &decision->scene.named[i];

		if (!named->yes || !named->trust.has_site ||
			seen_before(&decision->scene, i))
			continue;
		seen.site = &named->trust.site;
		seen.zone = &named->trust.zone;
		seen.name = &named->name;
		seen.mailfrom = i == KZ_ID_MAILFROM;
		kz_schedule_seen(engine, &seen, decision->now);
	}
}

static void
judge_session(struct kz_engine *engine, struct decision *decision)
{
	struct kz_judgement *judgement = &decision->judgement;

	kz_identify_fill(
		engine, &decision->scene, decision->now, &decision->session);
	decision->session.null_sender_free = null_sender_free(decision);
	kz_session_judge(
		&decision->session, engine->config->greylist.scope, judgement);
	if (judgement->row == KZ_ROW_BROKEN)
		decision->origin = kz_memo_find(engine,
			&decision->session.identities[judgement->via].site);
	seen_sites(engine, decision);
	kz_carrier_note(engine, &decision->scene, decision->now);
	if (judgement->row == KZ_ROW_ACCEPT)
		return;
	if (engine->config->mode == KZ_MODE_OBSERVE)
		decision->defer = true;
	else
		apply_greylist(engine, decision);
}

static void
put_why(struct kz_text *line, const struct decision *decision)
{
	const struct kz_judgement *judgement = &decision->judgement;
	const struct kz_memo *origin = decision->origin;

	kz_text_word(line, " why=");
	if (judgement->exempt != KZ_EXEMPT_NONE) {
		kz_text_word(line, kz_exempt_text(judgement->exempt));
		return;
	}
	if (judgement->row == KZ_ROW_ACCEPT) {
		kz_text_word(line, "-");
		return;
	}
	if (origin == NULL)
		kz_text_word(line, "greylisting");
	else
		kz_text_word(line,
			origin->has_why ? kz_symptom_info(origin->why)->id
					: "denied");
	if (decision->stepped) {
		kz_text_word(line, ",");
		kz_text_word(line, kz_grey_reason_text(decision->step.reason));
	}
}

static void
put_times(struct kz_text *line, const struct decision *decision,
	int64_t started_ms)
{
	const struct kz_grey_step *step = &decision->step;
	int64_t first_s = decision->stepped ? step->entry.since_s : 0;

	kz_text_pair_number(line, "first", first_s);
	kz_text_pair_number(
		line, "waited", decision->stepped ? step->waited_s : 0);
	kz_text_pair_number(
		line, "retry_in", decision->stepped ? step->wait_s : 0);
	kz_text_pair_number(line, "ms", decision->now->mono_ms - started_ms);
}

static struct kz_str
str(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

/* What makes two decisions of an instance equal; also the line's head. */
static void
put_decision(const struct kz_engine *engine, const struct decision *decision,
	struct kz_text *line)
{
	const struct kz_request *request = decision->request;
	const struct kz_judgement *judgement = &decision->judgement;
	char client[KZ_ADDR_TEXT_SIZE];

	kz_text_word(line,
		decision->defer ? "decision action=defer"
				: "decision action=accept");
	if (engine->config->mode == KZ_MODE_OBSERVE)
		kz_text_word(line, " mode=observe");
	kz_text_word(line, " stage=");
	kz_text_word(line, kz_stage_text(request->stage));
	kz_text_pair(
		line, "client", str(kz_addr_format(&request->client, client)));
	kz_text_pair(line, "helo", str(request->helo));
	kz_text_word(line, " from=<");
	kz_text_foreign(line, str(request->sender), KZ_ADDRESS_MAX);
	kz_text_word(line, "> site=");
	kz_text_word(line,
		decision->origin != NULL ? decision->origin->name.text : "-");
	kz_text_word(line, " via=");
	kz_text_word(line,
		judgement->row == KZ_ROW_BROKEN
			? kz_identity_text(judgement->via)
			: "-");
	kz_text_word(line, " verdict=");
	kz_text_word(line, kz_verdict_state_text(judgement->verdict));
	put_why(line, decision);
}

static void
log_decision(struct kz_engine *engine, const struct decision *decision,
	int64_t started_ms)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));
	size_t head_len;

	put_decision(engine, decision, &line);
	head_len = line.used;
	kz_text_word(&line, " rcpt=<");
	kz_text_foreign(
		&line, str(decision->request->recipient), KZ_ADDRESS_MAX);
	kz_text_word(&line, ">");
	kz_text_pair(&line, "instance", str(decision->request->instance));
	put_times(&line, decision, started_ms);
	kz_instance_log(
		engine, decision->instance, head_len, &line, decision->now);
}

/* Once for a message: an MTA would put a line for each recipient. */
static void
word_waited(const struct decision *decision, struct kz_reply *reply)
{
	if (!decision->stepped || decision->step.waited_s <= 0 ||
		!kz_instance_tell_waited(decision->instance))
		return;
	reply->waited_s = decision->step.waited_s;
	if (decision->origin != NULL)
		memcpy(reply->waited_site, decision->origin->name.text,
			decision->origin->name.len + 1u);
}

static void
word_reply(const struct kz_engine *engine, const struct decision *decision,
	struct kz_reply *reply)
{
	const struct kz_request *request = decision->request;
	const struct kz_name *site =
		decision->origin != NULL ? &decision->origin->name : NULL;
	const struct kz_identity *helo =
		&decision->session.identities[KZ_ID_HELO];
	struct kz_name said;

	if (!decision->defer) {
		word_waited(decision, reply);
		return;
	}
	/* Named only where the HELO name does not say it already. */
	if (site != NULL &&
		((helo->has_site && kz_name_equal(&helo->site, site)) ||
			(kz_name_parse(str(request->helo), &said) == KZ_OK &&
				kz_name_within(&said, site))))
		site = NULL;
	reply->action = KZ_ACTION_DEFER;
	kz_reply_text(decision->step.reason, decision->step.wait_s,
		str(request->helo), site, engine->config->why_url, reply->text);
}

static void
end_of_data(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now)
{
	struct kz_instance *instance =
		kz_instance_find(engine, request, now, false);
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	kz_engine_count(engine, KZ_COUNT_EOM);
	if (instance == NULL)
		return;
	for (size_t i = 0; i < instance->key_count; i++)
		kz_grey_take(engine, &instance->keys[i], now);
	if (instance->key_count > 0) {
		kz_text_word(&line, "taken");
		kz_text_pair(&line, "instance", str(request->instance));
		kz_text_pair_number(
			&line, "entries", (int64_t)instance->key_count);
	}
	kz_instance_end(engine, instance);
	if (line.used > 0)
		kz_engine_log(engine, KZ_LOG_INFO, &line);
}

static void
count_action(struct kz_engine *engine, const struct decision *decision)
{
	bool observe = engine->config->mode == KZ_MODE_OBSERVE;

	kz_engine_count(engine, KZ_COUNT_REQUESTS);
	if (!decision->defer)
		kz_engine_count(engine, KZ_COUNT_ACCEPTED);
	else
		kz_engine_count(engine,
			observe ? KZ_COUNT_WOULD_DEFER : KZ_COUNT_DEFERRED);
}

/* No verification changes the answer to whom an operator allowed. */
static bool
must_wait(struct kz_engine *engine, const struct decision *decision, bool final)
{
	if (!decision->scene.wait ||
		decision->session.allow_kind != KZ_ALLOW_NONE)
		return false;
	kz_engine_count(engine, final ? KZ_COUNT_WAIT_OVER : KZ_COUNT_WAITED);
	return !final;
}

enum kz_judge_step
kz_judge_ask(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, int64_t started_ms, bool final,
	struct kz_reply *reply)
{
	struct decision decision = {.request = request, .now = now};
	struct kz_session *session = &decision.session;

	*reply = (struct kz_reply){.action = KZ_ACTION_ACCEPT};
	if (request->point == KZ_POINT_EOM)
		end_of_data(engine, request, now);
	if (request->point != KZ_POINT_RCPT)
		return KZ_JUDGE_ANSWER;
	session->stage = request->stage;
	session->authenticated = request->authenticated;
	session->dnswl = request->dnswl_hit;
	session->recipient = request->recipient;
	session->own_network = loopback(&request->client) ||
		kz_nets_have(&engine->config->network.own, &request->client);
	if (!session->own_network && !session->authenticated) {
		session->allow_kind = kz_allow_find(engine, request, now);
		kz_identify(engine, request, now, &decision.scene);
		if (must_wait(engine, &decision, final))
			return KZ_JUDGE_WAIT;
	}
	decision.instance = kz_instance_find(engine, request, now, true);
	judge_session(engine, &decision);
	count_action(engine, &decision);
	log_decision(engine, &decision, started_ms);
	if (engine->config->mode == KZ_MODE_ENFORCE)
		word_reply(engine, &decision, reply);
	return KZ_JUDGE_ANSWER;
}

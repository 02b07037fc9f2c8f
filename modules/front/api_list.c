/* SPDX-License-Identifier: ISC */
/* All sites in short, the program's state, and the metrics. */
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>

#include "api_priv.h"
#include "kizuki/base/text.h"
#include "kizuki/core/words.h"
#include "kizuki/engine/admin.h"
#include "kizuki/engine/observe.h"

#define LIMIT_USUAL 1000
/* Some 20 MB of answer; export has no such bound. */
#define LIMIT_MAX    100000
#define METRICS_SIZE ((size_t)64 << 10)
/* The program's own lines come behind the engine's. */
#define OWN_SIZE 2048
#define DAY_S    86400

struct listing {
	json_t *sites;
	bool no_memory;
};

static bool
add_site(void *arg, const struct kz_name *name, const struct kz_site *site,
	const struct kz_verdict *verdict, int64_t since_s)
{
	struct listing *listing = arg;

	listing->no_memory =
		json_array_append_new(listing->sites,
			json_pack("{s:s,s:s,s:i,s:I,s:I}", "site", name->text,
				"state", kz_verdict_state_text(verdict->state),
				"total", (int)verdict->total, "since",
				(json_int_t)since_s, "next_look",
				(json_int_t)site->next_look_s)) != 0;
	return !listing->no_memory;
}

/* False: there is no such state. */
static bool
find_state(const char *text, enum kz_verdict_state *state)
{
	for (int i = KZ_VERDICT_UNKNOWN; i <= KZ_VERDICT_BROKEN; i++) {
		*state = (enum kz_verdict_state)i;
		if (strcmp(kz_verdict_state_text(*state), text) == 0)
			return true;
	}
	return false;
}

enum kz_result
kz_call_sites(struct kz_call_scene *scene)
{
	const char *state_text = kz_call_arg(scene->call, "state");
	const char *limit_text = kz_call_arg(scene->call, "limit");
	enum kz_verdict_state state = KZ_VERDICT_UNKNOWN;
	size_t limit = LIMIT_USUAL;
	struct listing listing = {.no_memory = false};
	const char *why = NULL;

	if (state_text != NULL && !find_state(state_text, &state))
		return kz_call_error(scene, 400,
			"state is broken, suspect, sound or unknown");
	if (limit_text != NULL)
		limit = (size_t)strtonum(limit_text, 1, LIMIT_MAX, &why);
	if (why != NULL)
		return kz_call_error(scene, 400, "limit is 1 to 100000");
	listing.sites = json_array();
	if (listing.sites == NULL)
		return KZ_ENOMEM;
	if (kz_admin_sites(scene->call->engine,
		    state_text == NULL ? NULL : &state, limit, scene->now,
		    add_site, &listing) != KZ_OK) {
		json_decref(listing.sites);
		return kz_call_error(scene, 500, "the store cannot be read");
	}
	if (listing.no_memory) {
		json_decref(listing.sites);
		return KZ_ENOMEM;
	}
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:o}", "v", 1, "sites", listing.sites));
}

static json_t *
counters_json(const struct kz_engine *engine)
{
	static const struct {
		enum kz_counter counter;
		const char *name;
	} rows[] = {
#define ROW(name, text, help) {KZ_COUNT_##name, text},
		KZ_COUNTER_LIST(ROW)
#undef ROW
	};
	json_t *json = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (json_object_set_new(json, rows[i].name,
			    json_integer((json_int_t)kz_engine_counter(
				    engine, rows[i].counter))) != 0) {
			json_decref(json);
			return NULL;
		}
	return json;
}

/* Sites are proposed in a list of this length at most. */
#define PROPOSED_MAX 100

static bool
take_proposed(void *arg, const struct kz_name *site)
{
	json_t *list = arg;

	(void)json_array_append_new(list, json_string(site->text));
	return json_array_size(list) < PROPOSED_MAX;
}

static json_t *
proposed_json(const struct kz_call_scene *scene)
{
	json_t *list = json_array();

	if (list != NULL)
		kz_carrier_each(
			scene->call->engine, scene->now, take_proposed, list);
	return list;
}

/* The day in words, for who reads it as it comes. */
static json_t *
shared_json(const struct kz_call_scene *scene)
{
	struct kz_shared_view view;
	char day[16];
	struct kz_text text = kz_text_make(day, sizeof(day));
	int64_t age_s = 0;

	kz_engine_shared_view(scene->call->engine, &view);
	if (view.date_s == 0)
		return json_pack("{s:I,s:o}", "names", (json_int_t)view.names,
			"proposed", proposed_json(scene));
	kz_words_day(view.date_s, &text);
	if (scene->now->wall_s > view.date_s)
		age_s = scene->now->wall_s - view.date_s;
	return json_pack("{s:I,s:s,s:I,s:o}", "names", (json_int_t)view.names,
		"date", day, "age_days", (json_int_t)(age_s / DAY_S),
		"proposed", proposed_json(scene));
}

/* A status without a word that memory has no room for tells the rest. */
static void
member(json_t *json, const char *name, const char *word)
{
	(void)json_object_set_new(json, name, json_string(word));
}

/* Only what is not as usual, by class and by symptom. */
static json_t *
doubts_json(const struct kz_engine *engine)
{
	json_t *json = json_object();

	for (int i = 0; i < KZ_NETCLASS_COUNT; i++) {
		enum kz_netclass netclass = (enum kz_netclass)i;

		switch (kz_engine_class(engine, netclass)) {
		case KZ_CLASS_WELL:
			break;
		case KZ_CLASS_SUSPENDED:
			member(json, kz_netclass_text(netclass), "suspended");
			break;
		case KZ_CLASS_CLOSED:
			member(json, kz_netclass_text(netclass), "closed");
			break;
		}
	}
	return json;
}

static json_t *
withheld_json(const struct kz_engine *engine)
{
	json_t *json = json_object();

	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		enum kz_symptom symptom = (enum kz_symptom)i;
		enum kz_withheld why = kz_engine_withheld(engine, symptom);

		if (why != KZ_WITHHELD_NO)
			member(json, kz_symptom_info(symptom)->id,
				kz_withheld_text(why));
	}
	return json;
}

/* Servers of registries in a list of this length at most. */
#define REGISTRIES_MAX 100

struct registries {
	json_t *list;
	int64_t now_s;
};

static bool
take_registry(void *arg, const struct kz_turn_told *told, uint32_t per_day)
{
	struct registries *registries = arg;
	bool today = registries->now_s - told->when_s < DAY_S;
	bool rests = told->until_s > registries->now_s;

	(void)json_array_append_new(registries->list,
		json_pack("{s:s,s:b,s:I,s:I,s:I}", "server", told->server,
			"rdap", told->rdap, "asked",
			(json_int_t)(today ? told->asked : 0), "per_day",
			(json_int_t)per_day, "until",
			(json_int_t)(rests ? told->until_s : 0)));
	return json_array_size(registries->list) < REGISTRIES_MAX;
}

static json_t *
registries_json(const struct kz_call_scene *scene)
{
	struct registries registries = {json_array(), scene->now->wall_s};

	if (registries.list != NULL)
		kz_turn_each(scene->call->engine, scene->now, take_registry,
			&registries);
	return registries.list;
}

enum kz_result
kz_call_status(struct kz_call_scene *scene)
{
	const struct kz_call_program *program = scene->program;

	return kz_call_json(scene, 200,
		json_pack("{s:i,s:s,s:s,s:I,s:I,s:I,s:{s:b,s:I,s:I},"
			  "s:{s:b,s:I,s:I,s:o},s:o,s:o,s:o,s:o,s:o}",
			"v", 1, "mode",
			program->enforce ? "enforce" : "observe", "profile",
			kz_profile_text(program->profile), "now",
			(json_int_t)scene->now->wall_s, "started",
			(json_int_t)program->started_s, "connections",
			(json_int_t)program->connections, "prober", "up",
			program->prober_up, "starts",
			(json_int_t)program->prober_starts, "bad_lines",
			(json_int_t)program->prober_bad_lines, "store",
			"failing", program->store_failing, "waiting",
			(json_int_t)program->store_waiting, "backup",
			(json_int_t)program->store_backup_s, "cause",
			kz_call_text(program->store_cause), "shared_senders",
			shared_json(scene), "classes",
			doubts_json(scene->call->engine), "withheld",
			withheld_json(scene->call->engine), "registries",
			registries_json(scene), "counters",
			counters_json(scene->call->engine)));
}

static void
put(struct kz_text *text, const char *name, const char *type, const char *help,
	uint64_t value)
{
	kz_text_word(text, "# HELP kizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_word(text, help);
	kz_text_word(text, "\n# TYPE kizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_word(text, type);
	kz_text_word(text, "\nkizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_number(text, (int64_t)value);
	kz_text_word(text, "\n");
}

enum kz_result
kz_call_metrics(struct kz_call_scene *scene)
{
	const struct kz_call_program *program = scene->program;
	struct kz_call_answer *answer = scene->answer;
	char *body = malloc(METRICS_SIZE + OWN_SIZE);
	struct kz_text own;
	size_t len = 0;

	if (body == NULL)
		return KZ_ENOMEM;
	len = kz_engine_metrics(scene->call->engine, body, METRICS_SIZE);
	own = kz_text_make(body + len, OWN_SIZE);
	put(&own, "enforcing", "gauge", "mail is delayed, not only observed",
		program->enforce ? 1 : 0);
	put(&own, "start_time_seconds", "gauge", "when kizukid started",
		(uint64_t)program->started_s);
	put(&own, "connections", "gauge", "of MTAs, now", program->connections);
	put(&own, "prober_up", "gauge", "kizuki-probe runs",
		program->prober_up ? 1 : 0);
	put(&own, "prober_starts", "counter", "times it was started",
		program->prober_starts);
	put(&own, "prober_bad_lines", "counter", "not understood",
		program->prober_bad_lines);
	put(&own, "prober_refused", "counter",
		"lines to it while it was down or its queue full",
		program->prober_refused);
	answer->status = 200;
	answer->type = "text/plain; version=0.0.4";
	answer->body = body;
	answer->len = len + own.used;
	return KZ_OK;
}

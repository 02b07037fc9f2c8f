/* SPDX-License-Identifier: ISC */
#include "registry_priv.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "kizuki/io/charset.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/whois.h"

#include "input_priv.h"
#include "turns_priv.h"

#define DAY_S INT64_C(86400)
/* Answers kept, some 8 KB each. */
#define KEPT_MAX 200
/* WHOIS servers whose addresses are kept. */
#define OTHERS_MAX 256
#define KEPT_S     (DAY_S / 2)
/* Of the resolver's answer; registries move seldom. */
#define ADDR_S 3600

/* What is known of one server. */
struct server {
	struct table_node node; /* of one that has no place of its own */
	char name[KZ_NAME_MAX + 1];
	struct kz_addr addr;
	int64_t addr_s; /* when it was found; 0: not yet */
};

struct registry {
	struct probe *probe;
	struct kz_whois *whois;
	struct kz_charset *charset;
	struct server servers[REGISTRY_SERVERS];
	struct table others;
	struct table kept;
	size_t pending;
	char utf8[KZ_REGISTRY_TEXT_MAX];
	struct kz_registry_answer answer; /* the one being told */
};

struct kept {
	struct table_node node;
	int64_t when_s;
	struct kz_registry_answer answer;
};

/* One question under way. */
struct registry_ask {
	struct ask ask;
	registry_done *done;
	struct registry *registry;
	enum registry_server server;
	struct event *turn;
	bool by_v6; /* it has no address of IPv4 */
	bool refer;
	bool has_addr;
	struct kz_addr addr;
	char name[KZ_NAME_MAX + 1]; /* REGISTRY_OTHER: of the server */
	char query[KZ_NAME_MAX + 1];
};

static void
kept_drop(struct table_node *node)
{
	free(node);
}

/* It may go when another one is looked for. */
static struct server *
server_of(const struct registry_ask *ask)
{
	struct registry *registry = ask->registry;
	struct kz_name name = {.len = (uint8_t)strlen(ask->name)};
	uint8_t key[TABLE_KEY_SIZE];
	struct server *server;

	if (ask->server < REGISTRY_SERVERS)
		return &registry->servers[ask->server];
	memcpy(name.text, ask->name, sizeof(name.text));
	table_key(key, 0, 0, NULL, &name);
	server = (struct server *)table_find(&registry->others, key);
	if (server != NULL)
		return server;
	server = calloc(1, sizeof(*server));
	if (server == NULL)
		probe_no_memory();
	memcpy(server->node.key, key, sizeof(key));
	memcpy(server->name, ask->name, sizeof(server->name));
	table_put(&registry->others, &server->node);
	return server;
}

static void
make_key(const struct registry_ask *ask, uint8_t key[TABLE_KEY_SIZE])
{
	struct kz_name name = {.len = (uint8_t)strlen(ask->query)};

	memcpy(name.text, ask->query, sizeof(name.text));
	table_key(key, (uint8_t)ask->server, 0,
		ask->has_addr ? &ask->addr : NULL, &name);
}

static void
keep(struct registry_ask *ask, const struct kz_registry_answer *answer)
{
	struct registry *registry = ask->registry;
	uint8_t key[TABLE_KEY_SIZE];
	struct kept *kept;

	if (answer->outcome != KZ_REGISTRY_FOUND &&
		answer->outcome != KZ_REGISTRY_MISSING)
		return;
	make_key(ask, key);
	kept = (struct kept *)table_find(&registry->kept, key);
	if (kept == NULL) {
		kept = calloc(1, sizeof(*kept));
		if (kept == NULL)
			probe_no_memory();
		memcpy(kept->node.key, key, sizeof(key));
		table_put(&registry->kept, &kept->node);
	}
	kept->when_s = kz_clock_now_s();
	kept->answer = *answer;
}

/* Tell it, and end the question. */
static void
finish(struct registry_ask *ask, const struct kz_registry_answer *answer,
	const char *why)
{
	struct registry *registry = ask->registry;
	const struct registry_reply reply = {&registry->answer, why};

	if (ask->turn != NULL)
		event_free(ask->turn);
	if (answer != &registry->answer)
		registry->answer = *answer;
	registry->pending--;
	if (ask->ask.group != NULL)
		ask->done(ask->ask.arg, ask->ask.tag, &reply);
	input_poke(registry->probe->input);
	ask_close(&ask->ask);
}

static void
finish_unclear(struct registry_ask *ask, const char *why)
{
	struct kz_registry_answer *answer = &ask->registry->answer;

	*answer = (struct kz_registry_answer){0};
	(void)strlcpy(
		answer->server, server_of(ask)->name, sizeof(answer->server));
	finish(ask, answer, why);
}

static void
on_text(void *arg, const struct kz_whois_result *result)
{
	struct registry_ask *ask = arg;
	struct registry *registry = ask->registry;
	struct server *server = server_of(ask);
	const struct kz_config *config = &registry->probe->config;
	struct kz_registry_answer *answer = &registry->answer;
	struct turns *turns = turns_of(registry->probe, false, server->name);
	struct kz_str text = {registry->utf8, 0};

	if (result->reach == KZ_REACH_OURS) {
		finish_unclear(ask, REGISTRY_OURS);
		return;
	}
	text.len = kz_charset_utf8(registry->charset, result->text,
		registry->utf8, sizeof(registry->utf8));
	if (ask->refer)
		kz_registry_referral(text, answer);
	else
		kz_registry_read(
			text, ask->has_addr ? &ask->addr : NULL, answer);
	answer->cut = answer->cut || result->cut;
	if (!ask->refer || answer->outcome != KZ_REGISTRY_FOUND)
		(void)strlcpy(
			answer->server, server->name, sizeof(answer->server));
	/* One that never ends is no better than one that refuses. */
	if (answer->outcome == KZ_REGISTRY_REFUSED ||
		(answer->cut && answer->outcome != KZ_REGISTRY_FOUND)) {
		turns_back_off(
			registry->probe, turns, config->registry.back_off_s);
	} else {
		turns_answered(registry->probe, turns);
		answer->asked_s = kz_clock_now_s();
		if (!answer->cut)
			keep(ask, answer);
	}
	finish(ask, answer,
		result->reach != KZ_REACH_ALIVE ? kz_reach_text(result->reach)
						: "");
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct registry_ask *ask = arg;
	struct registry *registry = ask->registry;
	struct server *server = server_of(ask);
	struct kz_str query = {ask->query, strlen(ask->query)};

	(void)fd;
	(void)what;
	/* It may have refused another question meanwhile. */
	if (turns_resting(turns_of(registry->probe, false, server->name)))
		finish_unclear(ask, REGISTRY_NO_TURN);
	else if (kz_whois_ask(registry->whois, &server->addr, query, on_text,
			 ask) != KZ_OK)
		finish_unclear(ask, REGISTRY_OURS);
}

static void
wait_turn(struct registry_ask *ask)
{
	struct probe *probe = ask->registry->probe;

	if (!turns_take(probe, turns_of(probe, false, server_of(ask)->name),
		    ask->turn))
		finish_unclear(ask, REGISTRY_NO_TURN);
}

static void look_up(struct registry_ask *ask);

static void
on_addr(void *arg, const struct kz_answer *answer)
{
	struct registry_ask *ask = arg;
	struct server *server = server_of(ask);
	struct kz_dnsmsg *message = NULL;
	struct kz_name name;
	bool cut = false;
	size_t count = 0;

	if (answer->packet != NULL &&
		kz_name_parse(
			(struct kz_str){server->name, strlen(server->name)},
			&name) == KZ_OK &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) == KZ_OK)
		count = kz_dnsmsg_addrs(
			message, KZ_DNS_ANSWER, &name, &server->addr, 1, &cut);
	kz_dnsmsg_free(&message);
	if (count > 0) {
		server->addr_s = kz_clock_now_s();
		wait_turn(ask);
	} else if (!ask->by_v6) {
		ask->by_v6 = true;
		look_up(ask);
	} else {
		finish_unclear(ask, REGISTRY_NO_ADDR);
	}
}

static void
look_up(struct registry_ask *ask)
{
	struct registry *registry = ask->registry;
	struct server *server = server_of(ask);
	struct kz_str text = {server->name, strlen(server->name)};
	struct kz_name name;

	if (kz_name_parse(text, &name) != KZ_OK) {
		finish_unclear(ask, REGISTRY_NO_ADDR);
		return;
	}
	if (kz_resolver_ask(registry->probe->resolver, &name,
		    ask->by_v6 ? TYPE_AAAA : TYPE_A, on_addr, ask,
		    NULL) != KZ_OK)
		probe_no_memory();
}

/* Half of what an answer is asked again after, at most. */
static bool
fresh(const struct registry *registry, const struct kept *kept)
{
	int64_t half_s =
		registry->probe->config.registry.recheck_persistent_s / 2;
	int64_t age_s = kz_clock_now_s() - kept->when_s;

	return age_s >= 0 && age_s < (half_s < KEPT_S ? half_s : KEPT_S);
}

/* From the loop: done must not be called from within ask_registry. */
static void
on_start(evutil_socket_t fd, short what, void *arg)
{
	struct registry_ask *ask = arg;
	struct registry *registry = ask->registry;
	struct server *server = server_of(ask);
	struct kz_str text = {server->name, strlen(server->name)};
	int64_t found_s = kz_clock_now_s() - server->addr_s;
	uint8_t key[TABLE_KEY_SIZE];
	const struct kept *kept;

	(void)fd;
	(void)what;
	make_key(ask, key);
	kept = (const struct kept *)table_find(&registry->kept, key);
	event_free(ask->turn);
	ask->turn = evtimer_new(registry->probe->base, on_turn, ask);
	if (ask->turn == NULL)
		probe_no_memory();
	if (kept != NULL && fresh(registry, kept))
		finish(ask, &kept->answer, "");
	else if (kz_addr_parse(text, &server->addr) == KZ_OK ||
		(server->addr_s != 0 && found_s >= 0 && found_s < ADDR_S))
		wait_turn(ask);
	else
		look_up(ask);
}

void
ask_registry(struct group *group, const struct registry_question *question,
	registry_done *done, void *arg, uint32_t tag)
{
	struct registry_ask *ask = ask_open(group, sizeof(*ask));

	ask->ask.arg = arg;
	ask->ask.tag = tag;
	ask->done = done;
	ask->registry = group->probe->registry;
	ask->server = question->server;
	ask->has_addr = question->addr != NULL;
	if (ask->has_addr)
		ask->addr = *question->addr;
	ask->refer = question->refer;
	if (question->name != NULL)
		(void)strlcpy(ask->name, question->name, sizeof(ask->name));
	if (question->query.len < sizeof(ask->query))
		memcpy(ask->query, question->query.ptr, question->query.len);
	ask->registry->pending++;
	ask->turn = evtimer_new(group->probe->base, on_start, ask);
	if (ask->turn == NULL)
		probe_no_memory();
	event_active(ask->turn, EV_TIMEOUT, 0);
}

struct registry *
registry_open(struct probe *probe)
{
	const struct kz_config *config = &probe->config;
	struct registry *made = calloc(1, sizeof(*made));
	const struct kz_whois_options options = {
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};

	if (made == NULL)
		probe_no_memory();
	made->probe = probe;
	(void)strlcpy(made->servers[REGISTRY_JPRS].name, config->registry.jprs,
		sizeof(made->servers[REGISTRY_JPRS].name));
	(void)strlcpy(made->servers[REGISTRY_JPNIC].name,
		config->registry.jpnic,
		sizeof(made->servers[REGISTRY_JPNIC].name));
	table_make(&made->others, OTHERS_MAX, kept_drop);
	table_make(&made->kept, KEPT_MAX, kept_drop);
	if (kz_whois_open(probe->base, &options, &made->whois) != KZ_OK ||
		kz_charset_open(&made->charset) != KZ_OK)
		probe_no_memory();
	return made;
}

void
registry_close(struct registry **registry)
{
	if (*registry == NULL)
		return;
	kz_whois_close(&(*registry)->whois);
	kz_charset_close(&(*registry)->charset);
	table_clear(&(*registry)->kept);
	table_clear(&(*registry)->others);
	free(*registry);
	*registry = NULL;
}

size_t
registry_pending(const struct registry *registry)
{
	return registry->pending;
}

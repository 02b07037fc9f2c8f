/* SPDX-License-Identifier: ISC */
#include "rdap_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "kizuki/front/rdap.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/https.h"

#include "bootstrap_priv.h"
#include "input_priv.h"
#include "turns_priv.h"

#define REDIRECTS_MAX 3
/* RFC 6585 section 4. */
#define STATUS_TOO_MANY 429

struct rdap {
	struct probe *probe;
	struct kz_https *https;
	struct bootstrap *bootstrap;
	size_t pending;
	struct kz_registry_answer answer; /* the one being told */
};

/* One question under way. */
struct rdap_ask {
	struct ask ask;
	registry_done *done;
	struct rdap *rdap;
	struct event *turn;
	unsigned redirects;
	bool by_v6;
	struct kz_https_place place;
	struct kz_name host;
	struct kz_addr server;
	char url[KZ_HTTPS_URL_MAX + 1];
};

/* Tell what is in rdap->answer, and end the question. */
static void
finish(struct rdap_ask *ask, const char *why)
{
	struct rdap *rdap = ask->rdap;
	const struct registry_reply reply = {&rdap->answer, why};

	(void)strlcpy(rdap->answer.server, ask->place.host,
		sizeof(rdap->answer.server));

	event_free(ask->turn);
	rdap->pending--;
	if (ask->ask.group != NULL)
		ask->done(ask->ask.arg, ask->ask.tag, &reply);
	input_poke(rdap->probe->input);
	ask_close(&ask->ask);
}

static void
finish_unclear(struct rdap_ask *ask, const char *why)
{
	ask->rdap->answer = (struct kz_registry_answer){0};
	finish(ask, why);
}

static void reach_host(struct rdap_ask *ask);

/* An answer of HTTP as one of a registry. */
static void
understand(struct rdap_ask *ask, const struct kz_https_result *result)
{
	struct kz_registry_answer *answer = &ask->rdap->answer;
	struct turns *turns = turns_of(ask->rdap->probe, true, ask->place.host);
	int64_t least_s = ask->rdap->probe->config.registry.back_off_s;

	if (kz_rdap_read(result->text, answer) != KZ_OK)
		probe_no_memory();
	if (result->status == 404 && answer->outcome != KZ_REGISTRY_FOUND)
		answer->outcome = KZ_REGISTRY_MISSING;
	else if (result->status != 200)
		*answer = (struct kz_registry_answer){
			.outcome = KZ_REGISTRY_REFUSED};
	answer->cut = answer->cut || result->cut;
	if (answer->outcome != KZ_REGISTRY_REFUSED) {
		turns_answered(ask->rdap->probe, turns);
		answer->asked_s = kz_clock_now_s();
		return;
	}
	if (result->status == STATUS_TOO_MANY && result->retry_s > least_s)
		least_s = result->retry_s;
	turns_back_off(ask->rdap->probe, turns, least_s);
}

static void
on_answer(void *arg, const struct kz_https_result *result)
{
	struct rdap_ask *ask = arg;

	if (result->redirect != NULL && result->status / 100 == 3) {
		if (ask->redirects++ < REDIRECTS_MAX &&
			strlcpy(ask->url, result->redirect, sizeof(ask->url)) <
				sizeof(ask->url))
			reach_host(ask);
		else
			finish_unclear(ask, "it sends us elsewhere too often");
		return;
	}
	understand(ask, result);
	finish(ask, result->status == 0 ? "nothing by https" : "");
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct rdap_ask *ask = arg;

	(void)fd;
	(void)what;
	/* It may have refused another question meanwhile. */
	if (turns_resting(turns_of(ask->rdap->probe, true, ask->place.host)))
		finish_unclear(ask, REGISTRY_NO_TURN);
	else if (kz_https_get(ask->rdap->https, ask->url, &ask->server,
			 on_answer, ask) != KZ_OK)
		finish_unclear(ask, REGISTRY_OURS);
}

static void
wait_turn(struct rdap_ask *ask)
{
	struct probe *probe = ask->rdap->probe;

	if (probe_special(probe, &ask->server))
		finish_unclear(ask, kz_reach_text(KZ_REACH_SPECIAL));
	else if (!turns_take(probe, turns_of(probe, true, ask->place.host),
			 ask->turn))
		finish_unclear(ask, REGISTRY_NO_TURN);
}

static void look_up(struct rdap_ask *ask);

static void
on_addr(void *arg, const struct kz_answer *answer)
{
	struct rdap_ask *ask = arg;
	struct kz_dnsmsg *message = NULL;
	bool cut = false;
	size_t count = 0;

	if (answer->packet != NULL &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) == KZ_OK)
		count = kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &ask->host,
			&ask->server, 1, &cut);
	kz_dnsmsg_free(&message);
	if (count > 0) {
		wait_turn(ask);
	} else if (!ask->by_v6) {
		ask->by_v6 = true;
		look_up(ask);
	} else {
		finish_unclear(ask, REGISTRY_NO_ADDR);
	}
}

static void
look_up(struct rdap_ask *ask)
{
	if (kz_resolver_ask(ask->rdap->probe->resolver, &ask->host,
		    ask->by_v6 ? TYPE_AAAA : TYPE_A, on_addr, ask,
		    NULL) != KZ_OK)
		probe_no_memory();
}

static void
reach_host(struct rdap_ask *ask)
{
	bool insecure = ask->rdap->probe->config.registry.rdap_insecure;
	struct kz_str text;

	if (kz_https_place(ask->url, insecure, &ask->place) != KZ_OK) {
		finish_unclear(ask, "it sends us to no place of https");
		return;
	}
	text = (struct kz_str){ask->place.host, strlen(ask->place.host)};
	ask->by_v6 = false;
	if (kz_addr_parse(text, &ask->server) == KZ_OK)
		wait_turn(ask);
	else if (kz_name_parse(text, &ask->host) == KZ_OK)
		look_up(ask);
	else
		finish_unclear(ask, REGISTRY_NO_ADDR);
}

/* From the loop: done must not be called from within ask_rdap_*. */
static void
on_start(evutil_socket_t fd, short what, void *arg)
{
	struct rdap_ask *ask = arg;

	(void)fd;
	(void)what;
	event_free(ask->turn);
	ask->turn = evtimer_new(ask->rdap->probe->base, on_turn, ask);
	if (ask->turn == NULL)
		probe_no_memory();
	reach_host(ask);
}

bool
ask_rdap_link(struct group *group, const char *url, registry_done *done,
	void *arg, uint32_t tag)
{
	struct rdap_ask *ask;

	if (group->probe->rdap == NULL)
		return false;
	ask = ask_open(group, sizeof(*ask));
	ask->ask.arg = arg;
	ask->ask.tag = tag;
	ask->done = done;
	ask->rdap = group->probe->rdap;
	/* A longer one is none, and is found out in the loop. */
	(void)strlcpy(ask->url, url, sizeof(ask->url));
	ask->rdap->pending++;
	ask->turn = evtimer_new(group->probe->base, on_start, ask);
	if (ask->turn == NULL)
		probe_no_memory();
	event_active(ask->turn, EV_TIMEOUT, 0);
	return true;
}

/* False: nobody is known, or it is too long. */
static bool
make_url(const char *base, const char *kind, const char *what,
	char url[KZ_HTTPS_URL_MAX + 1])
{
	int len;

	if (base == NULL || base[0] == '\0')
		return false;
	len = snprintf(url, KZ_HTTPS_URL_MAX + 1, "%s%s%s/%s", base,
		base[strlen(base) - 1] == '/' ? "" : "/", kind, what);
	return len > 0 && len <= KZ_HTTPS_URL_MAX;
}

bool
ask_rdap_domain(struct group *group, const struct kz_name *domain,
	registry_done *done, void *arg, uint32_t tag)
{
	const struct rdap *rdap = group->probe->rdap;
	char url[KZ_HTTPS_URL_MAX + 1];

	return rdap != NULL &&
		make_url(bootstrap_domain(rdap->bootstrap, domain), "domain",
			domain->text, url) &&
		ask_rdap_link(group, url, done, arg, tag);
}

bool
ask_rdap_addr(struct group *group, const struct kz_addr *addr,
	registry_done *done, void *arg, uint32_t tag)
{
	const struct rdap *rdap = group->probe->rdap;
	char text[KZ_ADDR_TEXT_SIZE];
	char url[KZ_HTTPS_URL_MAX + 1];

	return rdap != NULL &&
		make_url(bootstrap_addr(rdap->bootstrap, addr), "ip",
			kz_addr_format(addr, text), url) &&
		ask_rdap_link(group, url, done, arg, tag);
}

struct rdap *
rdap_open(struct probe *probe)
{
	const struct kz_config *config = &probe->config;
	const struct kz_https_options options = {
		.insecure = config->registry.rdap_insecure,
		.authorities = config->registry.authorities,
		.scope = config->network.scope,
	};
	struct rdap *made;

	if (!config->registry.ask || config->registry.rdap[0] == '\0')
		return NULL;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		probe_no_memory();
	made->probe = probe;
	made->bootstrap = bootstrap_open(config->registry.rdap);
	if (kz_https_open(probe->base, &options, &made->https) == KZ_OK)
		return made;
	fputs("kizuki-probe: no certificates for RDAP; it is not asked\n",
		stderr);
	rdap_close(&made);
	return NULL;
}

void
rdap_close(struct rdap **rdap)
{
	if (*rdap == NULL)
		return;
	kz_https_close(&(*rdap)->https);
	bootstrap_close(&(*rdap)->bootstrap);
	free(*rdap);
	*rdap = NULL;
}

size_t
rdap_pending(const struct rdap *rdap)
{
	return rdap != NULL ? rdap->pending : 0;
}

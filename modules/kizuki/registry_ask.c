/* SPDX-License-Identifier: ISC */
/* One question to the registry of a domain or an address. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <event2/event.h>

#include "cli_priv.h"
#include "kizuki/core/registry.h"
#include "kizuki/io/charset.h"
#include "kizuki/io/dnsmsg.h"
#include "kizuki/io/resolver.h"
#include "kizuki/io/suffix.h"
#include "kizuki/io/whois.h"

/* RFC 1035 section 3.2.2, RFC 3596 section 2.1. */
#define TYPE_A    1
#define TYPE_AAAA 28

struct asking {
	struct cli *cli;
	struct event_base *base;
	struct kz_resolver *resolver;
	struct kz_whois *whois;
	const char *server; /* name or address */
	struct kz_name server_name;
	char query[KZ_WHOIS_QUERY_MAX + 1];
	struct kz_name domain; /* that is asked for; the root: an address */
	bool by_address;
	struct kz_addr address;
	bool by_v6; /* the server has no address of IPv4 */
	enum kz_reach reach;
	struct kz_registry_answer answer;
	int status;
};

static void
on_text(void *arg, const struct kz_whois_result *result)
{
	struct asking *asking = arg;
	struct kz_charset *charset = NULL;
	char *utf8 = malloc(KZ_REGISTRY_TEXT_MAX);
	struct kz_str text = {utf8, 0};

	asking->reach = result->reach;
	if (utf8 == NULL || kz_charset_open(&charset) != KZ_OK) {
		asking->status = EX_OSERR;
	} else {
		text.len = kz_charset_utf8(
			charset, result->text, utf8, KZ_REGISTRY_TEXT_MAX);
		kz_registry_read(text,
			asking->by_address ? &asking->address : NULL,
			&asking->answer);
		asking->answer.cut = asking->answer.cut || result->cut;
		asking->status = 0;
	}
	kz_charset_close(&charset);
	free(utf8);
	(void)event_base_loopbreak(asking->base);
}

static void
ask_server(struct asking *asking, const struct kz_addr *server)
{
	struct kz_str query = {asking->query, strlen(asking->query)};

	if (kz_whois_ask(asking->whois, server, query, on_text, asking) ==
		KZ_OK)
		return;
	asking->status = EX_OSERR;
	(void)event_base_loopbreak(asking->base);
}

static void look_up(struct asking *asking);

static void
on_addr(void *arg, const struct kz_answer *answer)
{
	struct asking *asking = arg;
	struct kz_dnsmsg *message = NULL;
	struct kz_addr server;
	bool cut = false;
	size_t count = 0;

	if (answer->packet != NULL &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) == KZ_OK)
		count = kz_dnsmsg_addrs(message, KZ_DNS_ANSWER,
			&asking->server_name, &server, 1, &cut);
	kz_dnsmsg_free(&message);
	if (count > 0) {
		ask_server(asking, &server);
	} else if (!asking->by_v6) {
		asking->by_v6 = true;
		look_up(asking);
	} else {
		warnx("%s: its address cannot be found", asking->server);
		asking->status = EX_NOHOST;
		(void)event_base_loopbreak(asking->base);
	}
}

static void
look_up(struct asking *asking)
{
	if (kz_resolver_ask(asking->resolver, &asking->server_name,
		    asking->by_v6 ? TYPE_AAAA : TYPE_A, on_addr, asking,
		    NULL) == KZ_OK)
		return;
	asking->status = EX_OSERR;
	(void)event_base_loopbreak(asking->base);
}

static bool
open_clients(struct asking *asking)
{
	const struct kz_config *config = &asking->cli->config;
	const struct kz_resolver_options resolver = {
		.root_hints = config->resolver.root_hints,
		.trust_anchor = config->resolver.trust_anchor,
		.limit_ms = config->resolver.limit_ms,
		.lab = config->network.scope.global.count > 0,
	};
	const struct kz_whois_options whois = {
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};

	asking->base = event_base_new();
	return asking->base != NULL &&
		kz_resolver_open(asking->base, &resolver, &asking->resolver) ==
		KZ_OK &&
		kz_whois_open(asking->base, &whois, &asking->whois) == KZ_OK;
}

static void
close_clients(struct asking *asking)
{
	kz_whois_close(&asking->whois);
	kz_resolver_close(&asking->resolver);
	if (asking->base != NULL)
		event_base_free(asking->base);
}

/* Ask, and wait: each look-up and each question has a limit. */
static int
run(struct asking *asking)
{
	struct kz_str text = {asking->server, strlen(asking->server)};
	struct kz_addr server;

	asking->status = EX_OSERR;
	if (!open_clients(asking)) {
		warnx("the network cannot be used");
	} else if (kz_addr_parse(text, &server) == KZ_OK) {
		ask_server(asking, &server);
		(void)event_base_dispatch(asking->base);
	} else if (kz_name_parse(text, &asking->server_name) == KZ_OK) {
		look_up(asking);
		(void)event_base_dispatch(asking->base);
	} else {
		warnx("%s: neither a name nor an address", asking->server);
		asking->status = EX_CONFIG;
	}
	close_clients(asking);
	return asking->status;
}

static int
put_query(struct asking *asking, const char *before, const char *what)
{
	int len = snprintf(
		asking->query, sizeof(asking->query), "%s%s/e", before, what);

	return len < 0 || (size_t)len >= sizeof(asking->query) ? EX_DATAERR : 0;
}

/* Whom to ask for a domain: only below jp is there a WHOIS that we read. */
static int
prepare_domain(struct asking *asking, const char *text)
{
	static const struct kz_name jp = {2, "jp"};
	const struct kz_config *config = &asking->cli->config;
	struct kz_suffix *suffix = NULL;
	struct kz_name site, domain;
	enum kz_result result;
	int status = cli_site(text, &site);

	if (status != 0)
		return status;
	if (kz_suffix_open(config->resolver.public_suffixes, &suffix) !=
		KZ_OK) {
		warnx("no Public Suffix List can be read");
		return EX_NOINPUT;
	}
	result = kz_suffix_registrable(suffix, &site, &domain);
	kz_suffix_close(&suffix);
	if (result != KZ_OK || !kz_name_within(&site, &jp)) {
		warnx("%s: kizuki knows no registry to ask for it", site.text);
		return EX_UNAVAILABLE;
	}
	asking->server = config->registry.jprs;
	asking->domain = domain;
	return put_query(asking, "DOM ", domain.text);
}

static int
prepare(struct asking *asking, const char *text)
{
	char shown[KZ_ADDR_TEXT_SIZE];

	asking->by_address = kz_addr_parse((struct kz_str){text, strlen(text)},
				     &asking->address) == KZ_OK;
	if (!asking->by_address)
		return prepare_domain(asking, text);
	asking->server = asking->cli->config.registry.jpnic;
	return put_query(
		asking, "NET ", kz_addr_format(&asking->address, shown));
}

int
cli_registry_ask(struct cli *cli, const char *text)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	int status = EX_OSERR;
	bool kept = false;

	if (asking == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	asking->cli = cli;
	status = prepare(asking, text);
	if (status == 0 && asking->domain.len > 0 && !cli->fresh)
		status = cli_registry_kept(cli, &asking->domain, &kept);
	if (kept) {
		free(asking);
		return status;
	}
	if (status == 0)
		status = cli_registry_turn(cli, asking->server);
	if (status == 0)
		status = run(asking);
	if (status == 0 && asking->reach != KZ_REACH_ALIVE) {
		warnx("%s: no answer (%s)", asking->server,
			kz_reach_text(asking->reach));
		status = EX_TEMPFAIL;
	}
	if (status == 0) {
		status = cli_registry_print(
			cli, &asking->answer, asking->server);
		if (status == 0 && asking->answer.outcome != KZ_REGISTRY_FOUND)
			status = 1;
	}
	free(asking);
	return status;
}

/* SPDX-License-Identifier: ISC */
/* What leaves this machine, seen by asking; and what DNS says of our MXs. */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <bsd/string.h>

#include "doctor_net_priv.h"
#include "kizuki/io/dnsmsg.h"
#include "kizuki/io/nsquery.h"
#include "kizuki/io/smtp.h"

#define LIMIT_S     30 /* for all questions together */
#define SERVERS_MAX 4  /* of each family */
#define RR_A        1
#define RR_SOA      6
#define RR_MX       15
#define RR_AAAA     28
#define RR_DNSKEY   48

static void
one_less(struct net *net)
{
	if (--net->open == 0)
		(void)event_base_loopbreak(net->base);
}

static unsigned
family_of(const struct kz_addr *addr)
{
	return addr->family == KZ_ADDR_V4 ? 0 : 1;
}

/* The families apart: a call-back is told only its argument. */
struct asked {
	struct net *net;
	struct reach *reach;
};

static void
dns_done(void *arg, const struct kz_ns_answer *answer)
{
	struct asked *asked = arg;

	if (answer->reach == KZ_REACH_ALIVE)
		asked->reach->alive++;
	one_less(asked->net);
	free(asked);
}

static void
smtp_done(void *arg, const struct kz_smtp_result *result)
{
	struct asked *asked = arg;

	if (result->reach == KZ_REACH_ALIVE)
		asked->reach->alive++;
	one_less(asked->net);
	free(asked);
}

static struct asked *
asked_make(struct net *net, struct reach *reach)
{
	struct asked *asked = calloc(1, sizeof(*asked));

	if (asked == NULL)
		return NULL;
	*asked = (struct asked){.net = net, .reach = reach};
	reach->asked++;
	net->open++;
	return asked;
}

static void
ask_root(struct net *net, const struct kz_addr *server)
{
	static const struct kz_name root;
	struct reach *reach = &net->dns[family_of(server)];
	struct asked *asked;

	if (reach->asked == SERVERS_MAX)
		return;
	asked = asked_make(net, reach);
	if (asked == NULL ||
		kz_nsquery_ask(net->nsquery, server, &root, RR_SOA,
			KZ_NSQUERY_FULL, dns_done, asked) == KZ_OK)
		return;
	net->open--;
	free(asked);
}

/* The last word of each line that has A or AAAA in it. */
static void
ask_roots(struct net *net)
{
	const char *path = net->doctor->cli->config.resolver.root_hints;
	char line[512];
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		char *word = NULL, *last = NULL, *rest = line;
		struct kz_addr addr;

		while ((word = strsep(&rest, " \t\n")) != NULL)
			if (word[0] != '\0')
				last = word;
		if (last != NULL && line[0] != ';' &&
			kz_addr_parse((struct kz_str){last, strlen(last)},
				&addr) == KZ_OK)
			ask_root(net, &addr);
	}
	(void)fclose(file);
}

static void
ask_mail(struct net *net, enum kz_netclass class, struct reach *reach)
{
	const struct kz_config_canary *canary =
		&net->doctor->cli->config.canary[class];

	for (size_t i = 0; i < canary->target_count && i < SERVERS_MAX; i++) {
		struct asked *asked = asked_make(net, reach);

		if (asked != NULL &&
			kz_smtp_ask(net->smtp, &canary->targets[i], NULL,
				smtp_done, asked) != KZ_OK) {
			net->open--;
			free(asked);
		}
	}
}

static void
root_done(void *arg, const struct kz_answer *answer)
{
	struct net *net = arg;

	net->root_answered = true;
	net->root = answer->state;
	net->root_secure = answer->secure;
	one_less(net);
}

static void
dnswl_done(void *arg, const struct kz_answer *answer)
{
	struct net *net = arg;

	net->dnswl_answered = answer->state == KZ_ANSWER_DATA ||
		answer->state == KZ_ANSWER_NXDOMAIN ||
		answer->state == KZ_ANSWER_NODATA;
	net->dnswl_all = answer->state == KZ_ANSWER_DATA;
	one_less(net);
}

static void
ask(struct net *net, const char *text, uint16_t rrtype, kz_resolver_done *done,
	void *arg)
{
	struct kz_name name = {0};

	if (text[0] != '\0' &&
		kz_name_parse((struct kz_str){text, strlen(text)}, &name) !=
			KZ_OK)
		return;
	if (kz_resolver_ask(net->resolver, &name, rrtype, done, arg, NULL) ==
		KZ_OK)
		net->open++;
}

static void
addr_done(void *arg, const struct kz_answer *answer)
{
	struct mx *mx = arg;
	struct kz_dnsmsg *message = NULL;
	bool cut = false;

	if (answer->state == KZ_ANSWER_DATA &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) ==
			KZ_OK) {
		mx->count += kz_dnsmsg_addrs(message, KZ_DNS_ANSWER, &mx->host,
			mx->addrs + mx->count, ADDRS_MAX - mx->count, &cut);
		kz_dnsmsg_free(&message);
	}
	if (answer->state == KZ_ANSWER_DATA ||
		answer->state == KZ_ANSWER_NODATA ||
		answer->state == KZ_ANSWER_NXDOMAIN)
		mx->answered++;
	one_less(mx->net);
}

static void
mx_done(void *arg, const struct kz_answer *answer)
{
	struct net *net = arg;
	struct kz_dns_mx list[MX_MAX];
	struct kz_dnsmsg *message = NULL;
	struct kz_name domain;
	size_t count = 0;
	bool cut = false;

	if (answer->state == KZ_ANSWER_DATA &&
		kz_name_parse((struct kz_str){net->doctor->domain,
				      strlen(net->doctor->domain)},
			&domain) == KZ_OK &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) ==
			KZ_OK) {
		net->mx_answered = true;
		count = kz_dnsmsg_mx(message, &domain, list, MX_MAX, &cut);
		kz_dnsmsg_free(&message);
	}
	for (size_t i = 0; i < count; i++) {
		struct mx *mx = &net->mxs[net->mx_count];

		if (list[i].host_odd || list[i].host.len == 0)
			continue;
		net->mx_count++;
		*mx = (struct mx){.net = net,
			.host = list[i].host,
			.preference = list[i].preference};
		ask(net, mx->host.text, RR_A, addr_done, mx);
		ask(net, mx->host.text, RR_AAAA, addr_done, mx);
	}
	one_less(net);
}

static enum kz_result
open_clients(struct net *net)
{
	const struct kz_config *config = &net->doctor->cli->config;
	const struct kz_nsquery_options nsquery = {
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};
	const struct kz_smtp_options smtp = {
		.connect_ms = config->probe.connect_timeout_ms,
		.banner_ms = config->probe.banner_timeout_ms,
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};
	const struct kz_resolver_options resolver = {
		.root_hints = config->resolver.root_hints,
		.trust_anchor = config->resolver.trust_anchor,
		.limit_ms = config->resolver.limit_ms,
		.lab = config->network.scope.global.count > 0,
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = &config->network.scope,
		.never = &config->network.never_probe,
	};
	enum kz_result result;

	net->base = event_base_new();
	if (net->base == NULL)
		return KZ_ENOMEM;
	result = kz_nsquery_open(net->base, &nsquery, &net->nsquery);
	if (result == KZ_OK)
		result = kz_smtp_open(net->base, &smtp, &net->smtp);
	if (result == KZ_OK)
		result = kz_resolver_open(net->base, &resolver, &net->resolver);
	return result;
}

static void
close_clients(struct net *net)
{
	kz_nsquery_close(&net->nsquery);
	kz_smtp_close(&net->smtp);
	kz_resolver_close(&net->resolver);
	if (net->base != NULL)
		event_base_free(net->base);
}

static void
ask_all(struct net *net)
{
	struct doctor *doctor = net->doctor;
	const char *dnswl = doctor->cli->config.network.dnswl;
	char name[512];

	ask_roots(net);
	ask_mail(net, KZ_NET_SMTP25_V4, &net->mail[0]);
	ask_mail(net, KZ_NET_SMTP25_V6, &net->mail[1]);
	ask(net, "", RR_DNSKEY, root_done, net);
	if (dnswl[0] != '\0' &&
		snprintf(name, sizeof(name), "1.2.0.192.%s", dnswl) <
			(int)sizeof(name))
		ask(net, name, RR_A, dnswl_done, net);
	if (doctor->domain != NULL) {
		net->mx_asked = true;
		ask(net, doctor->domain, RR_MX, mx_done, net);
	}
}

/* The domain of this machine's mail, as Debian has it. */
static void
take_mailname(struct doctor *doctor, char *line, size_t size)
{
	FILE *file = fopen("/etc/mailname", "re");

	if (file == NULL)
		return;
	if (fgets(line, (int)size, file) != NULL) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] != '\0')
			doctor->domain = line;
	}
	(void)fclose(file);
}

void
doctor_net(struct doctor *doctor)
{
	const struct timeval limit = {.tv_sec = LIMIT_S};
	struct net *net = calloc(1, sizeof(*net));
	char mailname[256];

	if (net == NULL)
		return;
	if (doctor->domain == NULL)
		take_mailname(doctor, mailname, sizeof(mailname));
	net->doctor = doctor;
	if (open_clients(net) == KZ_OK) {
		ask_all(net);
		if (net->open > 0) {
			(void)event_base_loopexit(net->base, &limit);
			(void)event_base_dispatch(net->base);
		}
		doctor_net_say(doctor, net);
	} else {
		doctor_say(doctor, DOCTOR_TO_DO, "resolver",
			"it does not start: see resolver { root_hints, "
			"trust_anchor }");
	}
	close_clients(net);
	free(net);
	if (doctor->domain == mailname)
		doctor->domain = NULL;
}

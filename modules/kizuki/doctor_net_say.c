/* SPDX-License-Identifier: ISC */
/* What the network's answers mean to an administrator. */
#include "doctor_net_priv.h"

static const char *const families[2] = {"IPv4", "IPv6"};

static void
say_dns(struct doctor *doctor, const struct net *net)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct reach *reach = &net->dns[i];

		if (reach->alive > 0)
			doctor_say(doctor, DOCTOR_FINE, "port 53",
				"%s: %u of %u root servers answer", families[i],
				reach->alive, reach->asked);
		else if (i == 0 || net->dns[0].alive == 0)
			doctor_say(doctor, DOCTOR_TO_DO, "port 53",
				"%s: no root server answers: let DNS out, to "
				"any address, by UDP and TCP",
				families[i]);
		else
			doctor_say(doctor, DOCTOR_CANNOT_TELL, "port 53",
				"IPv6: no root server answers; nothing is "
				"judged over IPv6");
	}
	if (net->root_secure)
		doctor_say(doctor, DOCTOR_FINE, "resolver",
			"it resolves and validates");
	else if (net->root_answered && net->root == KZ_ANSWER_DATA)
		doctor_say(doctor, DOCTOR_TO_DO, "resolver",
			"it resolves, but does not validate: see "
			"resolver { trust_anchor }");
	else
		doctor_say(doctor, DOCTOR_TO_DO, "resolver",
			"the root cannot be resolved: see port 53, "
			"resolver { root_hints, trust_anchor } and the clock");
}

static void
say_mail(struct doctor *doctor, const struct net *net)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct reach *reach = &net->mail[i];

		if (reach->alive > 0)
			doctor_say(doctor, DOCTOR_FINE, "port 25",
				"%s: %u of %u canaries answer", families[i],
				reach->alive, reach->asked);
		else if (reach->asked > 0)
			doctor_say(doctor,
				i == 0 ? DOCTOR_TO_DO : DOCTOR_CANNOT_TELL,
				"port 25",
				"%s: no canary answers; is port 25 closed "
				"outwards, as many providers do? Meanwhile "
				"nobody is convicted for a dead mail server",
				families[i]);
		else
			doctor_say(doctor, DOCTOR_CANNOT_TELL, "port 25",
				"%s: no canary is named; canary %s { targets } "
				"would tell, until then what answered lately "
				"does",
				families[i],
				i == 0 ? "smtp25_v4" : "smtp25_v6");
	}
}

static void
say_own(struct doctor *doctor, const struct mx *mx)
{
	const struct kz_nets *own = &doctor->cli->config.network.own;
	char text[KZ_ADDR_TEXT_SIZE];

	for (size_t i = 0; i < mx->count; i++)
		if (!kz_nets_have(own, &mx->addrs[i]))
			doctor_say(doctor, DOCTOR_TO_DO, "own MXs",
				"%s [%s] is not in network { own }: mail that "
				"it forwards to another of them could wait",
				mx->host.text,
				kz_addr_format(&mx->addrs[i], text));
}

/* Who forwards to us shows nowhere but in the administrator's own head. */
static void
say_forwarders(struct doctor *doctor)
{
	const struct kz_nets *own = &doctor->cli->config.network.own;

	/* Loopback is always there. */
	if (own->count > 2)
		doctor_say(doctor, DOCTOR_FINE, "own nets",
			"network { own } names %zu networks beside loopback; "
			"hosts elsewhere that forward mail to you belong there "
			"too",
			own->count - 2);
	else
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "own nets",
			"network { own } names nothing beside loopback: your "
			"networks, and hosts that forward mail to you, belong "
			"there, or are allowed (kizuki allow client:ADDRESS)");
}

static void
say_mxs(struct doctor *doctor, const struct net *net)
{
	const struct mx *best = NULL;
	size_t same = 0;

	if (!net->mx_asked || net->mx_count == 0) {
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "own MXs",
			net->mx_asked ? "%s: its MX records cannot be resolved"
				      : "%sname the domain: kizuki doctor "
					"DOMAIN",
			net->mx_asked ? doctor->domain : "");
		return;
	}
	for (size_t i = 0; i < net->mx_count; i++) {
		say_own(doctor, &net->mxs[i]);
		if (best == NULL || net->mxs[i].preference < best->preference)
			best = &net->mxs[i];
	}
	for (size_t i = 0; i < net->mx_count; i++)
		if (net->mxs[i].preference == best->preference)
			same += net->mxs[i].count;
	if (same > 1)
		doctor_say(doctor, DOCTOR_TO_DO, "own MXs",
			"the primary, %s, has %zu addresses: some senders "
			"spend each try on them and never reach the secondary, "
			"so their mail waits for max_delay; give it one",
			best->host.text, same);
	else
		doctor_say(doctor, DOCTOR_FINE, "own MXs",
			"the primary, %s, has one address", best->host.text);
}

void
doctor_net_say(struct doctor *doctor, const struct net *net)
{
	say_dns(doctor, net);
	say_mail(doctor, net);
	say_forwarders(doctor);
	say_mxs(doctor, net);
	if (net->dnswl_answered)
		doctor_say(doctor, net->dnswl_all ? DOCTOR_TO_DO : DOCTOR_FINE,
			"dnswl", "%s %s", doctor->cli->config.network.dnswl,
			net->dnswl_all ? "answers everything, as it does to "
					 "those it has blocked: do not ask it"
				       : "answers as it should");
}

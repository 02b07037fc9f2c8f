/* SPDX-License-Identifier: ISC */
#include "canary_priv.h"

#include <stdlib.h>

#include "kizuki/io/clock.h"

#include "input_priv.h"
#include "output_priv.h"

struct canary {
	struct group group;
	struct kz_line_canary asked;
	enum kz_reach reach;
};

/* The contact tells its touch by itself; where none was made, we do. */
static void
on_idle(void *arg)
{
	struct canary *canary = arg;
	struct probe *probe = canary->group.probe;
	struct kz_touch touch = {kz_clock_now_s(), canary->asked.addr,
		canary->asked.service, canary->reach};

	if (canary->asked.service == KZ_SERVICE_HTTPS443 ||
		canary->reach == KZ_REACH_LIMITED ||
		canary->reach == KZ_REACH_SPECIAL)
		output_touch(probe->output, &touch, true);
	probe->canaries--;
	free(canary);
	input_poke(probe->input);
}

static void
on_smtp(void *arg, uint32_t tag, const struct smtp_reply *reply)
{
	struct canary *canary = arg;

	(void)tag;
	canary->reach = reply->reach;
}

static void
on_dns(void *arg, uint32_t tag, const struct dns_reply *reply)
{
	struct canary *canary = arg;

	(void)tag;
	canary->reach = reply->reach;
}

static void
on_page(void *arg, const struct kz_web_result *result)
{
	struct canary *canary = arg;

	/*
	 * The line is what matters: who connects, and does not know a host
	 * without a name, has shown that it works.
	 */
	canary->reach = result->reach == KZ_REACH_NOISE ? KZ_REACH_ALIVE
							: result->reach;
	on_idle(canary);
}

/* One page at most, of whatever host answers by the address alone. */
static void
ask_page(struct canary *canary, bool unlimited)
{
	struct probe *probe = canary->group.probe;
	const struct kz_addr *addr = &canary->asked.addr;
	struct kz_web_request request = {.addr = *addr, .path = "/robots.txt"};
	struct limits_now now = limits_now_read();

	if (probe->web == NULL || probe_never(probe, addr, false) ||
		(!unlimited &&
			!limits_web(
				&probe->limits, addr, &request.host, &now))) {
		canary->reach = KZ_REACH_LIMITED;
		on_idle(canary);
	} else if (probe_special(probe, addr)) {
		canary->reach = KZ_REACH_SPECIAL;
		on_idle(canary);
	} else if (kz_web_ask(probe->web, &request, on_page, canary) != KZ_OK) {
		probe_no_memory();
	}
}

static bool
named(const struct probe *probe, const struct kz_line_canary *asked)
{
	const struct kz_config_canary *canary =
		&probe->config
			 .canary[kz_netclass_of(asked->service, &asked->addr)];

	for (size_t i = 0; i < canary->target_count; i++) {
		if (kz_addr_compare(&canary->targets[i], &asked->addr) == 0)
			return true;
	}
	return false;
}

void
canary_start(struct probe *probe, const struct kz_line_canary *asked)
{
	struct canary *canary = calloc(1, sizeof(*canary));
	int64_t now_s = kz_clock_now_s();
	struct smtp_question smtp = {
		.addr = asked->addr,
		.purpose = LIMITS_CANARY,
		.unlimited = named(probe, asked),
		.canary = true,
		.oldest_s = now_s,
	};
	struct dns_question dns = {
		.server = asked->addr,
		.name = &asked->name,
		.type = TYPE_SOA,
		.canary = true,
		.oldest_s = now_s,
	};

	if (canary == NULL)
		probe_no_memory();
	canary->asked = *asked;
	group_make(&canary->group, probe, on_idle, canary);
	probe->canaries++;
	if (asked->service == KZ_SERVICE_HTTPS443)
		ask_page(canary, smtp.unlimited);
	else if (asked->service == KZ_SERVICE_SMTP25)
		ask_smtp(&canary->group, &smtp, on_smtp, canary, 0);
	else
		ask_dns(&canary->group, &dns, on_dns, canary, 0);
}

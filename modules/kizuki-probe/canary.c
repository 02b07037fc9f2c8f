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

	if (canary->reach == KZ_REACH_LIMITED ||
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
		.confirm = true,
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
	if (asked->service == KZ_SERVICE_HTTPS443) {
		/* A page has a host, which a canary has not. */
		canary->reach = KZ_REACH_LIMITED;
		on_idle(canary);
	} else if (asked->service == KZ_SERVICE_SMTP25)
		ask_smtp(&canary->group, &smtp, on_smtp, canary, 0);
	else
		ask_dns(&canary->group, &dns, on_dns, canary, 0);
}

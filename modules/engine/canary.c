/* SPDX-License-Identifier: ISC */
#include "canary_priv.h"

#include "engine_priv.h"

/* Remembered addresses that stand in for canaries the operator did not name. */
#define REMEMBERED 3

/* The service that a class is asked by; false: nobody asks it here. */
static bool
service_of(enum kz_netclass netclass, enum kz_service *service)
{
	switch (netclass) {
	case KZ_NET_SMTP25_V4:
	case KZ_NET_SMTP25_V6:
		*service = KZ_SERVICE_SMTP25;
		return true;
	case KZ_NET_DNS53UDP_V4:
	case KZ_NET_DNS53UDP_V6:
		*service = KZ_SERVICE_DNS53UDP;
		return true;
	case KZ_NET_DNS53TCP_V4:
	case KZ_NET_DNS53TCP_V6:
		*service = KZ_SERVICE_DNS53TCP;
		return true;
	case KZ_NET_WHOIS43:
	case KZ_NET_HTTPS443_V4:
	case KZ_NET_HTTPS443_V6:
	case KZ_NET_DNSSEC_GOOD:
	case KZ_NET_DNSSEC_BAD:
	case KZ_NETCLASS_COUNT:
		break;
	}
	return false;
}

static void
ask_class(struct kz_engine *engine, enum kz_netclass netclass,
	enum kz_service service, bool held, const struct kz_now *now)
{
	const struct kz_config_canary *canary =
		&engine->config->canary[netclass];
	bool named = canary->target_count > 0;
	int64_t pause_ms = (int64_t)1000 *
		(named ? canary->rule.fresh_s
		       : engine->config->limits.smtp_confirm_s);
	struct kz_addr remembered[REMEMBERED];
	const struct kz_addr *targets = canary->targets;
	size_t count = canary->target_count;

	if (engine->canary_asked[netclass] &&
		now->mono_ms - engine->canary_ms[netclass] < pause_ms)
		return;
	if (!named) {
		/* Strangers are asked only where a finding depends on it. */
		if (!held)
			return;
		count = kz_health_remembered(
			engine->health, netclass, remembered, REMEMBERED);
		targets = remembered;
	}
	for (size_t i = 0; i < count; i++)
		if (!engine->hooks.canary(
			    engine->hooks.arg, &targets[i], service))
			return;
	if (count == 0)
		return;
	engine->canary_asked[netclass] = true;
	engine->canary_ms[netclass] = now->mono_ms;
}

void
kz_canary_tick(struct kz_engine *engine, const struct kz_now *now)
{
	uint32_t held = kz_hold_classes(engine);
	bool busy = engine->flights.count > 0 || engine->queue.count > 0;

	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++) {
		bool needed = (held >> i & 1) != 0;
		bool doubt = (engine->suspended >> i & 1) != 0;
		enum kz_service service;

		if ((busy || needed || doubt) &&
			service_of((enum kz_netclass)i, &service))
			ask_class(engine, (enum kz_netclass)i, service,
				needed || doubt, now);
	}
}

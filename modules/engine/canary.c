/* SPDX-License-Identifier: ISC */
#include "canary_priv.h"

#include "engine_priv.h"

/* Two at a time: one alone can never tell that our own line is down. */
#define AT_ONCE 2
/* A stranger's web server is asked no more often than this. */
#define WEB_PAUSE_S 86400
/* An answer that takes longer is not waited for. */
#define PENDING_MS 10000

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
	case KZ_NET_HTTPS443_V4:
	case KZ_NET_HTTPS443_V6:
		*service = KZ_SERVICE_HTTPS443;
		return true;
	case KZ_NET_WHOIS43:
	case KZ_NET_DNSSEC_GOOD:
	case KZ_NET_DNSSEC_BAD:
	case KZ_NETCLASS_COUNT:
		break;
	}
	return false;
}

static int64_t
pause_s(const struct kz_engine *engine, enum kz_service service)
{
	return service == KZ_SERVICE_HTTPS443
		? WEB_PAUSE_S
		: (int64_t)engine->config->limits.smtp_confirm_s;
}

/* Whether a stranger may be asked again; notes that he is. */
static bool
may_ask(struct kz_canary_class *canary, const struct kz_addr *addr,
	int64_t pause_ms, const struct kz_now *now)
{
	size_t at = 0, oldest = 0;

	for (at = 0; at < canary->count; at++) {
		if (kz_addr_compare(&canary->list[at].addr, addr) == 0)
			break;
		if (canary->list[at].when_ms < canary->list[oldest].when_ms)
			oldest = at;
	}
	if (at < canary->count &&
		now->mono_ms - canary->list[at].when_ms < pause_ms)
		return false;
	if (at == KZ_CANARY_ASKED)
		at = oldest;
	else if (at == canary->count)
		canary->count++;
	canary->list[at].addr = *addr;
	canary->list[at].when_ms = now->mono_ms;
	return true;
}

static size_t
ask_remembered(struct kz_engine *engine, enum kz_netclass netclass,
	enum kz_service service, const struct kz_now *now)
{
	struct kz_canary_class *canary = &engine->canaries.classes[netclass];
	uint32_t gaps_s[] = {engine->config->limits.smtp_per_addr_s,
		engine->config->limits.smtp_confirm_s};
	struct kz_addr addrs[KZ_CANARY_ASKED];
	size_t count = 0;
	size_t asked = 0;

	if (service == KZ_SERVICE_HTTPS443)
		gaps_s[0] = gaps_s[1] = WEB_PAUSE_S;
	else if (service != KZ_SERVICE_SMTP25)
		gaps_s[0] = gaps_s[1] = 0;
	/* Rather those who were left alone for long; a day has few contacts. */
	for (size_t i = 0; i < 2 && count < AT_ONCE; i++)
		count = kz_health_remembered(engine->health, netclass,
			now->wall_s - gaps_s[i], addrs, KZ_CANARY_ASKED);
	for (size_t i = 0; i < count && asked < AT_ONCE; i++)
		if (may_ask(canary, &addrs[i], pause_s(engine, service) * 1000,
			    now) &&
			engine->hooks.canary(
				engine->hooks.arg, &addrs[i], service))
			asked++;
	return asked;
}

static void
ask_class(struct kz_engine *engine, enum kz_netclass netclass,
	enum kz_service service, const struct kz_now *now)
{
	const struct kz_config_canary *named =
		&engine->config->canary[netclass];
	struct kz_canary_class *canary = &engine->canaries.classes[netclass];
	size_t asked = 0;

	if (canary->asked &&
		now->mono_ms - canary->asked_ms <
			(int64_t)named->rule.fresh_s * 1000)
		return;
	for (size_t i = 0; i < named->target_count; i++)
		if (engine->hooks.canary(
			    engine->hooks.arg, &named->targets[i], service))
			asked++;
	if (named->target_count == 0)
		asked = ask_remembered(engine, netclass, service, now);
	if (asked == 0)
		return;
	canary->asked = true;
	canary->asked_ms = now->mono_ms;
}

void
kz_canary_tick(struct kz_engine *engine, const struct kz_now *now)
{
	uint32_t held = kz_hold_classes(engine);
	bool busy = engine->flights.count > 0 || engine->queue.count > 0;

	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++) {
		bool needed = ((held | engine->suspended) >> i & 1) != 0;
		enum kz_service service;

		/* Silence by TCP alone is nobody's fault here. */
		if (i == KZ_NET_DNS53TCP_V4 || i == KZ_NET_DNS53TCP_V6) {
			if (!needed)
				continue;
		} else if (!busy && !needed) {
			continue;
		}
		/* Where no pages are looked at, nothing rests on this class. */
		if ((i == KZ_NET_HTTPS443_V4 || i == KZ_NET_HTTPS443_V6) &&
			!engine->config->probe.web)
			continue;
		if (service_of((enum kz_netclass)i, &service))
			ask_class(engine, (enum kz_netclass)i, service, now);
	}
}

void
kz_canary_touch(struct kz_engine *engine, const struct kz_touch *touch,
	const struct kz_now *now)
{
	struct kz_canary_class *canary =
		&engine->canaries
			 .classes[kz_netclass_of(touch->service, &touch->addr)];

	if (touch->reach != KZ_REACH_ALIVE)
		return;
	canary->ok = true;
	canary->ok_ms = now->mono_ms;
}

bool
kz_canary_pending(const struct kz_engine *engine, const struct kz_now *now)
{
	for (size_t i = 0; i < KZ_NETCLASS_COUNT; i++) {
		const struct kz_canary_class *canary =
			&engine->canaries.classes[i];
		int64_t fresh_ms =
			(int64_t)engine->config->canary[i].rule.fresh_s * 1000;

		if (canary->asked &&
			now->mono_ms - canary->asked_ms < PENDING_MS &&
			(!canary->ok ||
				now->mono_ms - canary->ok_ms > fresh_ms))
			return true;
	}
	return false;
}

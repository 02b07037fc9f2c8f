/* SPDX-License-Identifier: ISC */
/*
 * canary_priv - contacts that show whether our own side works
 *
 * What:   while examinations are due or under way, or findings are held, asks
 *         the named canaries of each class every fresh seconds, and else two
 *         addresses lately ok, each of them once in smtp_confirm.
 */
#ifndef KIZUKI_ENGINE_CANARY_PRIV_H
#define KIZUKI_ENGINE_CANARY_PRIV_H

#include "kizuki/base/addr.h"
#include "kizuki/core/netclass.h"
#include "kizuki/engine/engine.h"

/* Remembered addresses of a class whose last contact as canary is known. */
#define KZ_CANARY_ASKED 16

struct kz_canary_class {
	bool asked;
	int64_t asked_ms; /* the latest question to this class */
	bool ok;
	int64_t ok_ms; /* the latest ok, of a canary or of anybody */
	size_t count;
	struct {
		struct kz_addr addr;
		int64_t when_ms;
	} list[KZ_CANARY_ASKED];
};

struct kz_canaries {
	struct kz_canary_class classes[KZ_NETCLASS_COUNT];
};

void kz_canary_tick(struct kz_engine *engine, const struct kz_now *now);

/* A contact came to something. */
void kz_canary_touch(struct kz_engine *engine, const struct kz_touch *touch,
	const struct kz_now *now);

/*
 * Whether examinations better wait a moment: canaries were just asked, and a
 * failure that comes before their answer could never be held against anybody.
 */
bool kz_canary_pending(
	const struct kz_engine *engine, const struct kz_now *now);

#endif

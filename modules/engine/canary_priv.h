/* SPDX-License-Identifier: ISC */
/*
 * canary_priv - contacts that show whether our own side works
 *
 * What:   while examinations are under way or findings are held, asks the
 *         named canaries of each class every fresh seconds, and else addresses
 *         lately ok, each at most once in smtp_confirm.
 */
#ifndef KIZUKI_ENGINE_CANARY_PRIV_H
#define KIZUKI_ENGINE_CANARY_PRIV_H

#include "kizuki/engine/engine.h"

void kz_canary_tick(struct kz_engine *engine, const struct kz_now *now);

#endif

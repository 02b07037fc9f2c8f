/* SPDX-License-Identifier: ISC */
/*
 * resolver_start_priv - bring a libunbound context to its first answer
 *
 * What:   options, files, zones; in that order, for a zone ends the setting of
 *         options.  Afterwards libunbound opens sockets and nothing else.
 */
#ifndef KIZUKI_IO_RESOLVER_START_PRIV_H
#define KIZUKI_IO_RESOLVER_START_PRIV_H

#include "kizuki/io/resolver.h"

struct ub_ctx;

/* KZ_EIO: libunbound would not; the cause is on stderr.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_resolver_start_unbound(
	struct ub_ctx *context, const struct kz_resolver_options *options);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * check_priv - kizukid -t: would a start succeed?
 *
 * What:   looks up what the configuration names: user, groups, files, the
 *         prober.  Opens no socket and no database.
 */
#ifndef KIZUKID_CHECK_PRIV_H
#define KIZUKID_CHECK_PRIV_H

#include "daemon_priv.h"

/* How many faults there are; each is said. */
int kz_check(const struct kz_daemon *daemon);

#endif

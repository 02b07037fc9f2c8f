/* SPDX-License-Identifier: ISC */
/*
 * counts_priv - where the prober counts, over its end and over ours
 *
 * What:   a file in the state folder that the prober maps: what it asked name
 *         servers today must hold when either of us is started again, or
 *         killed.  It is no store: each count stands for itself, what is broken
 *         begins anew, and a crash of the machine loses what the kernel had
 *         not written.  Where there can be no such file it is memory, which
 *         ends with us.
 */
#ifndef KIZUKID_COUNTS_PRIV_H
#define KIZUKID_COUNTS_PRIV_H

#include "log_priv.h"

/* Its descriptor; -1: not even memory.  folder NULL: memory. */
int kz_counts_open(const char *folder, const struct kz_log *log);

#endif

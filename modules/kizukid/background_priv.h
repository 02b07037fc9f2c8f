/* SPDX-License-Identifier: ISC */
/*
 * background_priv - leave the terminal once the start has succeeded
 *
 * What:   the process that was started waits until its child serves, and ends
 *         with the child's exit status where it never does: a script that
 *         starts kizukid sees whether it runs.
 */
#ifndef KIZUKID_BACKGROUND_PRIV_H
#define KIZUKID_BACKGROUND_PRIV_H

#include "kizuki/base/result.h"

/*
 * Returns in the child alone; *ready is for kz_background_ready.  Before any
 * thread and any event base exists.  KZ_EIO: cannot fork.
 */
KZ_MUST_CHECK enum kz_result kz_background_begin(int *ready);

/* Let the terminal go. */
void kz_background_ready(int ready);

#endif

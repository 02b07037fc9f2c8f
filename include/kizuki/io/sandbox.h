/* SPDX-License-Identifier: ISC */
/*
 * sandbox - give up everything that reading foreign bytes does not need
 *
 * What:   from here on this process opens no file, starts no program, makes
 *         no process and no thread, and has no socket but those of IPv4 and
 *         IPv6.  What is open stays open.  A forbidden call ends the process
 *         with SIGSYS.
 * How:    no new privileges, no core file, a seccomp allow-list (libseccomp).
 * Not:    undone by anything; it holds until the process ends.
 */
#ifndef KIZUKI_IO_SANDBOX_H
#define KIZUKI_IO_SANDBOX_H

#include "kizuki/base/result.h"

/* KZ_EIO: this kernel refuses; nothing may be served then. */
KZ_MUST_CHECK enum kz_result kz_sandbox_enter(void);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * listen_priv - the sockets on which kizukid is asked
 *
 * What:   makes policy.sock and api.sock in run_dir and the TCP endpoints of
 *         the configuration, or takes those that systemd hands over by the
 *         names "policy" and "api".  Tells a stale socket from one behind
 *         which another kizukid answers.
 * Errors: said through the log with the path and the cause.
 */
#ifndef KIZUKID_LISTEN_PRIV_H
#define KIZUKID_LISTEN_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kizuki/base/result.h"
#include "kizuki/io/config.h"
#include "log_priv.h"

#define KZ_LISTEN_MAX 16

struct kz_listen_socket {
	int fd;
	bool api;       /* HTTP, else the policy protocol */
	bool tcp;       /* peers are looked at by address */
	char path[108]; /* to be removed at the end; "" is not ours */
};

struct kz_listen {
	size_t count;
	struct kz_listen_socket sockets[KZ_LISTEN_MAX];
};

/*
 * Open all of them, owned by uid (or ourselves) and the groups configured.
 * KZ_EBUSY: another kizukid answers.  KZ_EINVAL: the configuration names what
 * does not exist.  KZ_EIO: anything else; said.
 */
KZ_MUST_CHECK enum kz_result kz_listen_open(struct kz_listen *set,
	const struct kz_config *config, const struct kz_log *log);

/* Close, and remove the socket files that are ours. */
void kz_listen_close(struct kz_listen *set);

#endif

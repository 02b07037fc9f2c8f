/* SPDX-License-Identifier: ISC */
/*
 * listen_priv - the sockets on which kizukid is asked
 *
 * What:   makes policy.sock, sendmail.sock and api.sock in run_dir, the policy
 *         sockets elsewhere and the TCP endpoints of the configuration; what
 *         systemd hands over by the names "policy", "socketmap" and "api" is
 *         taken as it is, and not made again where it has the same path.
 *         Tells a stale socket from one behind which another kizukid answers.
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

/* All that a configuration may name, and some that systemd hands over. */
#define KZ_LISTEN_MAX 64

/* What is spoken there. */
enum kz_listen_kind { KZ_LISTEN_POLICY, KZ_LISTEN_SOCKETMAP, KZ_LISTEN_API };

struct kz_listen_socket {
	int fd;
	enum kz_listen_kind kind;
	bool tcp;       /* peers are looked at by address */
	bool ours;      /* made here: to be removed at the end */
	char path[108]; /* "" for TCP */
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

/*
 * Close, and remove the socket files that are ours.  One in a folder where the
 * user has no rights stays, and the next start finds it stale.
 */
void kz_listen_close(struct kz_listen *set);

#endif

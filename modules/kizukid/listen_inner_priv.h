/* SPDX-License-Identifier: ISC */
/*
 * listen_inner_priv - the insides of kizukid's sockets
 *
 * What:   shared by listen.c (which sockets there are) and listen_unix.c (how
 *         one is made at a path).
 */
#ifndef KIZUKID_LISTEN_INNER_PRIV_H
#define KIZUKID_LISTEN_INNER_PRIV_H

#include "listen_priv.h"

/*
 * Enough for every child of a busy MTA to connect in the same moment: where a
 * backlog is full, Sendmail's connect() waits without a bound.
 */
#define KZ_LISTEN_BACKLOG 4096

struct kz_listen_place {
	const char *path;
	const char *group; /* mode 0660 for it; NULL: 0666, for everybody */
	enum kz_listen_kind kind;
};

/*
 * Make it, over a stale one if need be.  KZ_EINVAL, KZ_EBUSY, KZ_EIO: as
 * kz_listen_open, said.
 */
KZ_MUST_CHECK enum kz_result kz_listen_unix(struct kz_listen *set,
	const struct kz_listen_place *place, const struct kz_config *config,
	const struct kz_log *log);

/* One more, which must have room. */
struct kz_listen_socket *kz_listen_add(
	struct kz_listen *set, int fd, enum kz_listen_kind kind);

#endif

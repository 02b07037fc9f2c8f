/* SPDX-License-Identifier: ISC */
/*
 * rights_priv - whom kizukid runs as, and the folders that are its own
 *
 * What:   looks up user and groups, makes state_dir and run_dir for them, and
 *         gives up root for good.
 * Errors: said through the log.
 */
#ifndef KIZUKID_RIGHTS_PRIV_H
#define KIZUKID_RIGHTS_PRIV_H

#include <sys/types.h>

#include "kizuki/base/result.h"
#include "kizuki/io/config.h"
#include "log_priv.h"

/* KZ_NOT_FOUND: no such group.  "" is the group we run with. */
KZ_MUST_CHECK enum kz_result kz_rights_group(
	const struct kz_config *config, const char *name, gid_t *gid);

/* KZ_NOT_FOUND: no such user.  "" is who we are. */
KZ_MUST_CHECK enum kz_result kz_rights_user(
	const struct kz_config *config, uid_t *uid, gid_t *gid);

/* Make state_dir (0700) and run_dir (0755) where they are missing. */
KZ_MUST_CHECK enum kz_result kz_rights_folders(
	const struct kz_config *config, const struct kz_log *log);

/* Become the user; nothing to do where we are not root.  KZ_EIO: cannot. */
KZ_MUST_CHECK enum kz_result kz_rights_drop(
	const struct kz_config *config, const struct kz_log *log);

#endif

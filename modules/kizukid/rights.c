/* SPDX-License-Identifier: ISC */
#include "rights_priv.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum kz_result
kz_rights_user(const struct kz_config *config, uid_t *uid, gid_t *gid)
{
	const struct passwd *user = NULL;

	if (config->user[0] == '\0' || geteuid() != 0) {
		*uid = geteuid();
		*gid = getegid();
		return KZ_OK;
	}
	user = getpwnam(config->user);
	if (user == NULL)
		return KZ_NOT_FOUND;
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return KZ_OK;
}

enum kz_result
kz_rights_group(const struct kz_config *config, const char *name, gid_t *gid)
{
	const struct group *group = NULL;
	uid_t uid = 0;

	if (name[0] == '\0')
		return kz_rights_user(config, &uid, gid);
	group = getgrnam(name);
	if (group == NULL)
		return KZ_NOT_FOUND;
	*gid = group->gr_gid;
	return KZ_OK;
}

/* A folder that was there before keeps its owner: it is somebody's choice. */
static enum kz_result
make_folder(const char *path, mode_t mode, const struct kz_config *config,
	const struct kz_log *log)
{
	uid_t uid = 0;
	gid_t gid = 0;
	struct stat found;

	if (kz_rights_user(config, &uid, &gid) != KZ_OK) {
		kz_log_format(log, KZ_LOG_ALERT,
			"user = \"%s\": there is no such user", config->user);
		return KZ_EINVAL;
	}
	if (mkdir(path, mode) == 0) {
		/* The umask must not decide; nor a link put there since. */
		if (chmod(path, mode) == 0 && lchown(path, uid, gid) == 0)
			return KZ_OK;
	} else if (errno == EEXIST && stat(path, &found) == 0) {
		if (S_ISDIR(found.st_mode))
			return KZ_OK;
		errno = ENOTDIR;
	}
	kz_log_format(log, KZ_LOG_ALERT, "%s: cannot be made a folder: %s",
		path, strerror(errno));
	return KZ_EIO;
}

enum kz_result
kz_rights_folders(const struct kz_config *config, const struct kz_log *log)
{
	enum kz_result result = make_folder(config->run_dir, 0755, config, log);

	if (result != KZ_OK)
		return result;
	result = make_folder(config->state_dir, 0700, config, log);
	/* The store says what is wrong and goes on from memory. */
	return result == KZ_EINVAL ? result : KZ_OK;
}

enum kz_result
kz_rights_drop(const struct kz_config *config, const struct kz_log *log)
{
	uid_t uid = 0;
	gid_t gid = 0;

	/* Neither kizukid nor its child ever gains rights again. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		kz_log_format(log, KZ_LOG_WARNING,
			"cannot forbid new privileges: %s", strerror(errno));
	if (geteuid() != 0 || config->user[0] == '\0')
		return KZ_OK;
	if (kz_rights_user(config, &uid, &gid) != KZ_OK) {
		kz_log_format(log, KZ_LOG_ALERT,
			"user = \"%s\": there is no such user", config->user);
		return KZ_EINVAL;
	}
	if (initgroups(config->user, gid) != 0 || setgid(gid) != 0 ||
		setuid(uid) != 0) {
		kz_log_format(log, KZ_LOG_ALERT, "cannot become user %s: %s",
			config->user, strerror(errno));
		return KZ_EIO;
	}
	if (uid != 0 && setuid(0) == 0) {
		kz_log_format(log, KZ_LOG_ALERT,
			"rights of root came back after they were given up");
		return KZ_EIO;
	}
	return KZ_OK;
}

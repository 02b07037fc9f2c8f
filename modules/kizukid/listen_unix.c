/* SPDX-License-Identifier: ISC */
#include "listen_inner_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <bsd/string.h>

#include "rights_priv.h"

/* Said with the cause in errno, and what helps where rights are missing. */
static enum kz_result
fail(const struct kz_log *log, const char *path, const char *what)
{
	if (errno == EACCES)
		kz_log_format(log, KZ_LOG_ALERT,
			"%s: %s: no rights; start kizukid as root, or let a "
			"socket unit of systemd hand it over",
			path, what);
	else
		kz_log_format(log, KZ_LOG_ALERT, "%s: %s: %s", path, what,
			strerror(errno));
	return KZ_EIO;
}

/* What is at path now?  KZ_OK: nothing, or it was stale and is gone. */
static enum kz_result
clear_stale(const struct sockaddr_un *at, const struct kz_log *log)
{
	struct stat found;
	int fd = -1;
	int cause = 0;

	if (lstat(at->sun_path, &found) != 0)
		return errno == ENOENT
			? KZ_OK
			: fail(log, at->sun_path, "cannot be looked at");
	if (!S_ISSOCK(found.st_mode)) {
		kz_log_format(log, KZ_LOG_ALERT,
			"%s: is there and is no socket; move it away",
			at->sun_path);
		return KZ_EIO;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(log, at->sun_path, "no socket to be had");
	cause = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0
		? 0
		: errno;
	close(fd);
	if (cause == ECONNREFUSED) {
		if (unlink(at->sun_path) != 0 && errno != ENOENT)
			return fail(log, at->sun_path, "stale, not removable");
		kz_log_format(log, KZ_LOG_INFO,
			"%s: a stale socket was left by a kizukid that is "
			"gone; removed",
			at->sun_path);
		return KZ_OK;
	}
	if (cause == ENOENT)
		return KZ_OK;
	/* EAGAIN: its backlog is full, so somebody holds it. */
	if (cause == 0 || cause == EAGAIN) {
		kz_log_format(log, KZ_LOG_ALERT,
			"%s: another kizukid answers there; end it first, or "
			"give this one its own run_dir and state_dir",
			at->sun_path);
		return KZ_EBUSY;
	}
	errno = cause;
	return fail(log, at->sun_path, "cannot tell whether it is stale");
}

/* Whose the socket becomes; nothing to do where anybody may connect. */
static enum kz_result
give_away(const struct kz_listen_place *place, const char *path,
	const struct kz_config *config, const struct kz_log *log)
{
	uid_t uid = 0;
	gid_t gid = 0;

	if (place->group == NULL)
		return KZ_OK;
	if (kz_rights_user(config, &uid, &gid) != KZ_OK ||
		kz_rights_group(config, place->group, &gid) != KZ_OK) {
		kz_log_format(log, KZ_LOG_ALERT,
			"%s: there is no user \"%s\" or no group \"%s\"", path,
			config->user, place->group);
		return KZ_EINVAL;
	}
	/* lchown: a link put in its place by the user leads nowhere. */
	if (lchown(path, uid, gid) != 0)
		return fail(log, path, "cannot be given to its group");
	return KZ_OK;
}

/* Bound with its rights from its first moment on; -1: said. */
static int
bind_unix(const struct sockaddr_un *at, bool for_all, const struct kz_log *log)
{
	const mode_t mask = umask(for_all ? 0111 : 0117);
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const bool good = fd >= 0 &&
		bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 &&
		listen(fd, KZ_LISTEN_BACKLOG) == 0;
	const int cause = errno;

	(void)umask(mask);
	if (good)
		return fd;
	errno = cause;
	KZ_IGNORE(fail(log, at->sun_path, "cannot be made"),
		"the caller knows by -1");
	if (fd >= 0)
		close(fd);
	return -1;
}

enum kz_result
kz_listen_unix(struct kz_listen *set, const struct kz_listen_place *place,
	const struct kz_config *config, const struct kz_log *log)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct kz_listen_socket *made = NULL;
	enum kz_result result = KZ_OK;
	int fd = -1;

	if (strlcpy(at.sun_path, place->path, sizeof(at.sun_path)) >=
		sizeof(at.sun_path)) {
		kz_log_format(log, KZ_LOG_ALERT,
			"%s is longer than a socket's path may be",
			place->path);
		return KZ_EINVAL;
	}
	result = clear_stale(&at, log);
	if (result != KZ_OK)
		return result;
	fd = bind_unix(&at, place->group == NULL, log);
	if (fd < 0)
		return KZ_EIO;
	made = kz_listen_add(set, fd, place->kind);
	made->ours = true;
	memcpy(made->path, at.sun_path, sizeof(made->path));
	return give_away(place, at.sun_path, config, log);
}

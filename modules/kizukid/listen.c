/* SPDX-License-Identifier: ISC */
#include "listen_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <bsd/string.h>
#include <systemd/sd-daemon.h>

#include "rights_priv.h"

/* Enough for every smtpd of a busy host to connect in the same moment. */
#define BACKLOG 1024

static struct kz_listen_socket *
add(struct kz_listen *set, int fd, bool api, bool tcp)
{
	struct kz_listen_socket *made = &set->sockets[set->count++];

	*made = (struct kz_listen_socket){.fd = fd, .api = api, .tcp = tcp};
	return made;
}

static enum kz_result
fail(const struct kz_log *log, const char *where, const char *what)
{
	kz_log_format(
		log, KZ_LOG_ALERT, "%s: %s: %s", where, what, strerror(errno));
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

static enum kz_result
open_unix(struct kz_listen *set, const struct kz_config *config,
	const char *name, const char *group, const struct kz_log *log)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	enum kz_result result = KZ_OK;
	uid_t uid = 0;
	gid_t gid = 0;
	mode_t mask = 0;
	int fd = -1;
	int bound = 0;
	int len = snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s",
		config->run_dir, name);

	if (len < 0 || (size_t)len >= sizeof(at.sun_path)) {
		kz_log_format(log, KZ_LOG_ALERT,
			"run_dir: %s/%s is longer than a socket's path may be",
			config->run_dir, name);
		return KZ_EINVAL;
	}
	if (kz_rights_user(config, &uid, &gid) != KZ_OK ||
		kz_rights_group(config, group, &gid) != KZ_OK) {
		kz_log_format(log, KZ_LOG_ALERT,
			"%s: there is no user \"%s\" or no group \"%s\"",
			at.sun_path, config->user, group);
		return KZ_EINVAL;
	}
	result = clear_stale(&at, log);
	if (result != KZ_OK)
		return result;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(log, at.sun_path, "no socket to be had");
	/* 0660 from its first moment on. */
	mask = umask(0117);
	bound = bind(fd, (const struct sockaddr *)&at, sizeof(at));
	(void)umask(mask);
	if (bound != 0 || listen(fd, BACKLOG) != 0) {
		result = fail(log, at.sun_path, "cannot be made");
		close(fd);
		return result;
	}
	if (strlcpy(add(set, fd, strcmp(name, "api.sock") == 0, false)->path,
		    at.sun_path, sizeof(set->sockets[0].path)) >=
		sizeof(set->sockets[0].path))
		return KZ_EINVAL;
	/* lchown: a link put in its place by the user leads nowhere. */
	if (lchown(at.sun_path, uid, gid) != 0)
		return fail(log, at.sun_path, "cannot be given to its group");
	return KZ_OK;
}

static socklen_t
to_sockaddr(const struct kz_endpoint *point, struct sockaddr_storage *at)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;

	memset(at, 0, sizeof(*at));
	if (point->addr.family == KZ_ADDR_V4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(point->port);
		memcpy(&v4->sin_addr, point->addr.bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(point->port);
	memcpy(&v6->sin6_addr, point->addr.bytes, 16);
	return sizeof(*v6);
}

static enum kz_result
open_tcp(struct kz_listen *set, const struct kz_endpoint *point,
	const struct kz_log *log)
{
	struct sockaddr_storage at;
	socklen_t len = to_sockaddr(point, &at);
	char text[KZ_ADDR_TEXT_SIZE];
	char where[KZ_ADDR_TEXT_SIZE + 16];
	const int on = 1;
	int fd = socket(
		at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (snprintf(where, sizeof(where), "listen %s port %u",
		    kz_addr_format(&point->addr, text), point->port) < 0)
		return KZ_EINVAL;
	if (fd < 0)
		return fail(log, where, "no socket to be had");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		(at.ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				sizeof(on)) != 0) ||
		bind(fd, (const struct sockaddr *)&at, len) != 0 ||
		listen(fd, BACKLOG) != 0) {
		enum kz_result result = fail(log, where, "cannot be bound");

		close(fd);
		return result;
	}
	add(set, fd, false, true);
	return KZ_OK;
}

static void
free_names(char **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Sockets that systemd holds for us, so that no connection meets a gap. */
static enum kz_result
take_activated(struct kz_listen *set, const struct kz_log *log)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);
	enum kz_result result = KZ_OK;

	for (int i = 0; i < count && result == KZ_OK; i++) {
		const int fd = SD_LISTEN_FDS_START + i;
		const bool api = strcmp(names[i], "api") == 0;

		if (!api && strcmp(names[i], "policy") != 0) {
			kz_log_format(log, KZ_LOG_ALERT,
				"socket activation: FileDescriptorName must "
				"be policy or api");
			result = KZ_EINVAL;
		} else if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0 ||
			set->count == KZ_LISTEN_MAX) {
			kz_log_format(log, KZ_LOG_ALERT,
				"socket activation: %s is no listening stream "
				"socket, or one too many",
				names[i]);
			result = KZ_EINVAL;
		} else {
			add(set, fd, api,
				sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0);
		}
	}
	free_names(names, count > 0 ? count : 0);
	return result;
}

static bool
has(const struct kz_listen *set, bool api)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->sockets[i].api == api && !set->sockets[i].tcp)
			return true;
	return false;
}

enum kz_result
kz_listen_open(struct kz_listen *set, const struct kz_config *config,
	const struct kz_log *log)
{
	enum kz_result result = KZ_OK;

	*set = (struct kz_listen){0};
	result = take_activated(set, log);
	if (result == KZ_OK && !has(set, false))
		result = open_unix(
			set, config, "policy.sock", config->policy_group, log);
	if (result == KZ_OK && !has(set, true))
		result = open_unix(
			set, config, "api.sock", config->api_group, log);
	for (size_t i = 0; i < config->listen_count && result == KZ_OK; i++) {
		if (set->count == KZ_LISTEN_MAX) {
			kz_log_format(log, KZ_LOG_ALERT,
				"listen: at most %d endpoints can be served",
				KZ_LISTEN_MAX - 2);
			result = KZ_EINVAL;
		} else {
			result = open_tcp(set, &config->listen[i], log);
		}
	}
	if (result != KZ_OK)
		kz_listen_close(set);
	return result;
}

void
kz_listen_close(struct kz_listen *set)
{
	for (size_t i = 0; i < set->count; i++) {
		close(set->sockets[i].fd);
		/* A path that is gone already is as well. */
		if (set->sockets[i].path[0] != '\0')
			(void)unlink(set->sockets[i].path);
	}
	set->count = 0;
}

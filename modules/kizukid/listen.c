/* SPDX-License-Identifier: ISC */
#include "listen_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "listen_inner_priv.h"

struct kz_listen_socket *
kz_listen_add(struct kz_listen *set, int fd, enum kz_listen_kind kind)
{
	struct kz_listen_socket *made = &set->sockets[set->count++];

	assert(set->count <= KZ_LISTEN_MAX);
	*made = (struct kz_listen_socket){.fd = fd, .kind = kind};
	return made;
}

static enum kz_result
fail(const struct kz_log *log, const char *where, const char *what)
{
	kz_log_format(
		log, KZ_LOG_ALERT, "%s: %s: %s", where, what, strerror(errno));
	return KZ_EIO;
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
open_tcp(struct kz_listen *set, enum kz_listen_kind kind,
	const struct kz_endpoint *point, const struct kz_log *log)
{
	struct sockaddr_storage at;
	socklen_t len = to_sockaddr(point, &at);
	char text[KZ_ADDR_TEXT_SIZE];
	char where[KZ_ADDR_TEXT_SIZE + 32];
	const int on = 1;
	int fd = socket(
		at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (snprintf(where, sizeof(where), "%s %s port %u",
		    kind == KZ_LISTEN_SOCKETMAP ? "socketmap_listen" : "listen",
		    kz_addr_format(&point->addr, text), point->port) < 0)
		return KZ_EINVAL;
	if (fd < 0)
		return fail(log, where, "no socket to be had");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		(at.ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				sizeof(on)) != 0) ||
		bind(fd, (const struct sockaddr *)&at, len) != 0 ||
		listen(fd, KZ_LISTEN_BACKLOG) != 0) {
		enum kz_result result = fail(log, where, "cannot be bound");

		close(fd);
		return result;
	}
	kz_listen_add(set, fd, kind)->tcp = true;
	return KZ_OK;
}

/* By the FileDescriptorName of a socket unit.  False: no such name. */
static bool
kind_named(const char *name, enum kz_listen_kind *kind)
{
	static const char *const names[] = {
		[KZ_LISTEN_POLICY] = "policy",
		[KZ_LISTEN_SOCKETMAP] = "socketmap",
		[KZ_LISTEN_API] = "api",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*kind = (enum kz_listen_kind)i;
			return true;
		}
	}
	return false;
}

static enum kz_result
take_one(struct kz_listen *set, int fd, const char *name,
	const struct kz_log *log)
{
	struct sockaddr_un at = {0};
	socklen_t len = sizeof(at) - 1; /* one octet stays NUL */
	enum kz_listen_kind kind = KZ_LISTEN_POLICY;
	struct kz_listen_socket *taken = NULL;
	int flags = -1;

	if (!kind_named(name, &kind)) {
		kz_log_format(log, KZ_LOG_ALERT,
			"socket activation: FileDescriptorName must be policy, "
			"socketmap or api");
		return KZ_EINVAL;
	}
	/* Room stays for what the configuration names. */
	if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0 ||
		set->count == KZ_LISTEN_MAX / 4) {
		kz_log_format(log, KZ_LOG_ALERT,
			"socket activation: %s is no listening stream socket, "
			"or one too many",
			name);
		return KZ_EINVAL;
	}
	/* Shared with systemd, which leaves it blocking unless told. */
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return fail(log, name, "handed over, and of no use");
	taken = kz_listen_add(set, fd, kind);
	taken->tcp = sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0;
	if (!taken->tcp && getsockname(fd, (struct sockaddr *)&at, &len) == 0)
		memcpy(taken->path, at.sun_path, sizeof(taken->path));
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

	for (int i = 0; i < count && result == KZ_OK; i++)
		result = take_one(set, SD_LISTEN_FDS_START + i, names[i], log);
	free_names(names, count > 0 ? count : 0);
	return result;
}

static bool
handed_over(const struct kz_listen *set, const char *path)
{
	for (size_t i = 0; i < set->count; i++)
		if (!set->sockets[i].ours &&
			strcmp(set->sockets[i].path, path) == 0)
			return true;
	return false;
}

static enum kz_result
open_unix(struct kz_listen *set, const struct kz_listen_place *place,
	const struct kz_config *config, const struct kz_log *log)
{
	if (handed_over(set, place->path))
		return KZ_OK;
	return kz_listen_unix(set, place, config, log);
}

/* Those that are always there. */
static enum kz_result
open_in_run_dir(struct kz_listen *set, const struct kz_config *config,
	const struct kz_log *log)
{
	const struct kz_listen_place places[] = {
		{"policy.sock", config->policy_group, KZ_LISTEN_POLICY},
		{"sendmail.sock", config->socketmap_group, KZ_LISTEN_SOCKETMAP},
		{"api.sock", config->api_group, KZ_LISTEN_API},
	};
	enum kz_result result = KZ_OK;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct kz_listen_place place = places[i];
		char path[256]; /* run_dir has 80 octets at most */
		const int len = snprintf(path, sizeof(path), "%s/%s",
			config->run_dir, places[i].path);

		if (len < 0 || (size_t)len >= sizeof(path))
			return KZ_EINVAL;
		place.path = path;
		result = open_unix(set, &place, config, log);
		if (result != KZ_OK)
			return result;
	}
	return KZ_OK;
}

enum kz_result
kz_listen_open(struct kz_listen *set, const struct kz_config *config,
	const struct kz_log *log)
{
	enum kz_result result = KZ_OK;

	*set = (struct kz_listen){0};
	result = take_activated(set, log);
	if (result == KZ_OK)
		result = open_in_run_dir(set, config, log);
	for (size_t i = 0; i < config->policy_socket_count && result == KZ_OK;
		i++) {
		const struct kz_listen_place place = {
			.path = config->policy_sockets[i].text,
			.kind = KZ_LISTEN_POLICY};

		result = open_unix(set, &place, config, log);
	}
	for (size_t i = 0; i < config->listen_count && result == KZ_OK; i++)
		result = open_tcp(
			set, KZ_LISTEN_POLICY, &config->listen[i], log);
	for (size_t i = 0;
		i < config->socketmap_listen_count && result == KZ_OK; i++)
		result = open_tcp(set, KZ_LISTEN_SOCKETMAP,
			&config->socketmap_listen[i], log);
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
		if (set->sockets[i].ours)
			(void)unlink(set->sockets[i].path);
	}
	set->count = 0;
}

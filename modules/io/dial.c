/* SPDX-License-Identifier: ISC */
#include "dial_priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct timeval
kz_dial_span(uint32_t span_ms)
{
	return (struct timeval){.tv_sec = span_ms / 1000,
		.tv_usec = (suseconds_t)(span_ms % 1000) * 1000};
}

enum kz_reach
kz_dial_reach(int error)
{
	switch (error) {
	case 0:
		return KZ_REACH_NONE;
	case ECONNREFUSED:
		return KZ_REACH_REFUSED;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		return KZ_REACH_UNREACHABLE;
	case ETIMEDOUT:
		return KZ_REACH_TIMEOUT;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return KZ_REACH_RESET;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:        /* no free port for UDP */
	case EADDRNOTAVAIL: /* no free port for TCP */
	case EADDRINUSE:    /* no free port at the source address */
		return KZ_REACH_LIMITED;
	default:
		/* ENETUNREACH, EACCES, EPERM, EINVAL and the unknown */
		return KZ_REACH_OURS;
	}
}

/* Returns the length used of *sockaddr; 0 for an address of no family. */
static socklen_t
to_sockaddr(const struct kz_addr *addr, uint16_t port,
	struct sockaddr_storage *sockaddr)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memset(sockaddr, 0, sizeof(*sockaddr));
	switch ((enum kz_addr_family)addr->family) {
	case KZ_ADDR_V4:
		in.sin_port = htons(port);
		memcpy(&in.sin_addr, addr->bytes, sizeof(in.sin_addr));
		memcpy(sockaddr, &in, sizeof(in));
		return sizeof(in);
	case KZ_ADDR_V6:
		in6.sin6_port = htons(port);
		memcpy(&in6.sin6_addr, addr->bytes, sizeof(in6.sin6_addr));
		memcpy(sockaddr, &in6, sizeof(in6));
		return sizeof(in6);
	case KZ_ADDR_NONE:
		break;
	}
	return 0;
}

bool
kz_dial_addr(const struct sockaddr_storage *of, struct kz_addr *addr)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (of->ss_family == AF_INET) {
		memcpy(&in, of, sizeof(in));
		return kz_addr_from_bytes((const uint8_t *)&in.sin_addr,
			       sizeof(in.sin_addr), addr) == KZ_OK;
	}
	memcpy(&in6, of, sizeof(in6));
	return kz_addr_from_bytes((const uint8_t *)&in6.sin6_addr,
		       sizeof(in6.sin6_addr), addr) == KZ_OK;
}

bool
kz_dial_forbidden(
	const struct sockaddr_storage *to, const struct kz_addr_scope *scope)
{
	struct kz_addr addr;

	return !kz_dial_addr(to, &addr) || kz_addr_special(&addr, scope);
}

/* Options that matter but whose lack does not stop the probe. */
static void
set_options(int fd, int family, int type)
{
	static const int on = 1;

	if (type == SOCK_DGRAM && family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	if (type == SOCK_DGRAM && family == AF_INET6)
		(void)setsockopt(
			fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	/* the port is chosen at connect, once for each destination */
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
			sizeof(on));
}

/* 0, or the errno of the step that failed. */
static int
bind_and_connect(const struct kz_dial *dial, int fd,
	const struct sockaddr_storage *to, socklen_t to_len)
{
	const struct kz_addr *source =
		to->ss_family == AF_INET ? &dial->source_v4 : &dial->source_v6;
	struct sockaddr_storage from;
	socklen_t from_len;

	if (source->family != KZ_ADDR_NONE) {
		from_len = to_sockaddr(source, 0, &from);
		if (bind(fd, (const struct sockaddr *)&from, from_len) != 0)
			/* an address that this host lacks does not come back */
			return errno == EADDRNOTAVAIL ? EINVAL : errno;
	}
	if (connect(fd, (const struct sockaddr *)to, to_len) == 0 ||
		errno == EINPROGRESS)
		return 0;
	return errno;
}

enum kz_reach
kz_dial_open(const struct kz_dial *dial, const struct kz_addr *server, int type,
	int *fd, int *error)
{
	struct sockaddr_storage to;
	socklen_t to_len = to_sockaddr(server, dial->port, &to);
	int opened;

	*error = 0;
	if (to_len == 0 || kz_dial_forbidden(&to, &dial->scope))
		return KZ_REACH_SPECIAL;
	opened = socket(to.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (opened < 0) {
		*error = errno;
		return kz_dial_reach(*error);
	}
	set_options(opened, to.ss_family, type);
	*error = bind_and_connect(dial, opened, &to, to_len);
	if (*error != 0) {
		(void)close(opened);
		return kz_dial_reach(*error);
	}
	*fd = opened;
	return KZ_REACH_NONE;
}

/* SPDX-License-Identifier: ISC */
#include "policyd_priv.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept_priv.h"
#include "kizuki/base/addr.h"
#include "kizuki/engine/engine.h"
#include "kizuki/front/protocol.h"
#include "kizuki/io/clock.h"
#include "policyd_peer_priv.h"

static bool
loopback(const struct kz_addr *addr)
{
	static const uint8_t one[16] = {[15] = 1};

	if (addr->family == KZ_ADDR_V4)
		return addr->bytes[0] == 127;
	return memcmp(addr->bytes, one, sizeof(one)) == 0;
}

/* KZ_ADDR_NONE for what is no Internet address. */
static struct kz_addr
peer_addr(const struct sockaddr *peer)
{
	struct kz_addr addr = {.family = KZ_ADDR_NONE};
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;
	enum kz_result result = KZ_EINVAL;

	if (peer->sa_family == AF_INET)
		result = kz_addr_from_bytes(
			(const uint8_t *)&v4->sin_addr, 4, &addr);
	else if (peer->sa_family == AF_INET6)
		result = kz_addr_from_bytes(
			(const uint8_t *)&v6->sin6_addr, 16, &addr);
	if (result != KZ_OK)
		addr.family = KZ_ADDR_NONE;
	return addr;
}

/*
 * Whoever may ask learns which sites we delay and can fill the greylist: on
 * TCP only our own hosts may.
 */
static bool
admit(struct kz_policyd *policyd, int fd, const struct sockaddr *peer,
	char text[KZ_ADDR_TEXT_SIZE])
{
	const struct kz_addr addr = peer_addr(peer);
	const int on = 1;

	(void)kz_addr_format(&addr, text);
	if (addr.family == KZ_ADDR_NONE ||
		(!loopback(&addr) &&
			!kz_nets_have(&policyd->options.config->network.own,
				&addr))) {
		kz_log_limited(policyd->options.log, &policyd->refuse_limit,
			kz_clock_mono_ms(),
			"peer %s refused: it is not of network { own }", text);
		return false;
	}
	/* An MTA that lost its power is noticed; answers are small. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return true;
}

static void
take(void *arg, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
	struct kz_accept_seat *seat = arg;
	struct kz_policyd *policyd = seat->policyd;
	char text[KZ_ADDR_TEXT_SIZE] = "unix";

	(void)peer_len;
	if (seat->tcp && !admit(policyd, fd, peer, text)) {
		close(fd);
		return;
	}
	if (policyd->count >= policyd->options.connections &&
		!kz_policyd_make_room(policyd)) {
		kz_log_limited(policyd->options.log, &policyd->refuse_limit,
			kz_clock_mono_ms(),
			"peer %s refused: all %zu connections are at work",
			text, policyd->options.connections);
		close(fd);
		return;
	}
	kz_peer_begin(policyd, seat->speaks, fd, text);
}

static bool
make_room(void *arg)
{
	const struct kz_accept_seat *seat = arg;

	return kz_policyd_make_room(seat->policyd);
}

enum kz_result
kz_policyd_open(const struct kz_policyd_options *options,
	const struct kz_listen *set, struct kz_policyd **policyd)
{
	struct kz_policyd *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->options = *options;
	TAILQ_INIT(&made->all);
	TAILQ_INIT(&made->idle);
	TAILQ_INIT(&made->parked);
	TAILQ_INIT(&made->dirty);
	for (size_t i = 0; i < set->count; i++) {
		struct kz_accept_seat *seat =
			&made->seats[made->acceptor_count];
		struct kz_accept_hooks hooks = {
			.take = take, .make_room = make_room, .arg = seat};

		if (set->sockets[i].kind == KZ_LISTEN_API)
			continue;
		seat->policyd = made;
		seat->speaks = set->sockets[i].kind == KZ_LISTEN_SOCKETMAP
			? &kz_protocol_socketmap
			: &kz_protocol_policy;
		seat->tcp = set->sockets[i].tcp;
		if (kz_accept_open(options->base, set->sockets[i].fd, &hooks,
			    options->log, &seat->acceptor) != KZ_OK) {
			kz_policyd_close(&made);
			return KZ_ENOMEM;
		}
		made->acceptor_count++;
	}
	*policyd = made;
	return KZ_OK;
}

void
kz_policyd_close(struct kz_policyd **policyd)
{
	struct kz_policyd *old = *policyd;
	struct kz_peer *peer = NULL;

	if (old == NULL)
		return;
	for (size_t i = 0; i < old->acceptor_count; i++)
		kz_accept_close(&old->seats[i].acceptor);
	while ((peer = TAILQ_FIRST(&old->all)) != NULL)
		kz_peer_end(peer);
	free(old);
	*policyd = NULL;
}

void
kz_policyd_wake(struct kz_policyd *policyd)
{
	struct kz_peer *peer = NULL;
	struct kz_peer *next = NULL;

	TAILQ_FOREACH_SAFE (peer, &policyd->parked, parked, next) {
		kz_peer_resume(peer, false);
	}
}

void
kz_policyd_flush(struct kz_policyd *policyd)
{
	struct kz_peer *peer = NULL;

	while ((peer = TAILQ_FIRST(&policyd->dirty)) != NULL)
		kz_peer_flush(peer);
}

bool
kz_policyd_make_room(struct kz_policyd *policyd)
{
	struct kz_peer *peer = TAILQ_FIRST(&policyd->idle);

	if (peer == NULL)
		return false;
	kz_peer_end(peer);
	return true;
}

size_t
kz_policyd_connections(const struct kz_policyd *policyd)
{
	return policyd->count;
}

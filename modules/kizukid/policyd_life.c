/* SPDX-License-Identifier: ISC */
#include "policyd_peer_priv.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "kizuki/engine/engine.h"
#include "kizuki/io/clock.h"

void
kz_peer_set_idle(struct kz_peer *peer, bool on)
{
	struct kz_policyd *policyd = peer->policyd;

	if (peer->is_idle)
		TAILQ_REMOVE(&policyd->idle, peer, idle);
	if (on)
		TAILQ_INSERT_TAIL(&policyd->idle, peer, idle);
	peer->is_idle = on;
}

void
kz_peer_set_parked(struct kz_peer *peer, bool on)
{
	struct kz_policyd *policyd = peer->policyd;

	if (on && !peer->is_parked)
		TAILQ_INSERT_TAIL(&policyd->parked, peer, parked);
	if (!on && peer->is_parked)
		TAILQ_REMOVE(&policyd->parked, peer, parked);
	peer->is_parked = on;
}

void
kz_peer_set_dirty(struct kz_peer *peer, bool on)
{
	struct kz_policyd *policyd = peer->policyd;

	if (on && !peer->is_dirty)
		TAILQ_INSERT_TAIL(&policyd->dirty, peer, dirty);
	if (!on && peer->is_dirty)
		TAILQ_REMOVE(&policyd->dirty, peer, dirty);
	peer->is_dirty = on;
}

void
kz_peer_end(struct kz_peer *peer)
{
	kz_peer_set_idle(peer, false);
	kz_peer_set_parked(peer, false);
	kz_peer_set_dirty(peer, false);
	TAILQ_REMOVE(&peer->policyd->all, peer, all);
	peer->policyd->count--;
	if (peer->readable != NULL)
		event_free(peer->readable);
	if (peer->writable != NULL)
		event_free(peer->writable);
	if (peer->timer != NULL)
		event_free(peer->timer);
	if (peer->in != NULL)
		evbuffer_free(peer->in);
	if (peer->out != NULL)
		evbuffer_free(peer->out);
	close(peer->fd);
	free(peer);
}

void
kz_peer_drop(struct kz_peer *peer, const char *why)
{
	struct kz_policyd *policyd = peer->policyd;
	struct ucred who = {0};
	socklen_t len = sizeof(who);

	kz_engine_count(policyd->options.engine, KZ_COUNT_BAD_REQUESTS);
	if (getsockopt(peer->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
		who.pid > 0)
		kz_log_limited(policyd->options.log, &policyd->drop_limit,
			kz_clock_mono_ms(),
			"peer %s (pid %ld, uid %ld) dropped: %s", peer->text,
			(long)who.pid, (long)who.uid, why);
	else
		kz_log_limited(policyd->options.log, &policyd->drop_limit,
			kz_clock_mono_ms(), "peer %s dropped: %s", peer->text,
			why);
	kz_peer_end(peer);
}

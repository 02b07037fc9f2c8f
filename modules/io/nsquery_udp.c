/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nsquery_priv.h"

/* So many datagrams are read for one try; a flood is not read to its end. */
#define DATAGRAMS_MAX 64

static void next_try(struct kz_nsquery_job *job);

/* UDP is done with this outcome; what an ICMP error says, TCP may contradict.
 */
static void
leave(struct kz_nsquery_job *job, enum kz_reach reach)
{
	kz_nsquery_hang_up(job);
	job->answer.udp_reach = reach;
	if (job->effort == KZ_NSQUERY_SINGLE || reach == KZ_REACH_OURS ||
		reach == KZ_REACH_SPECIAL)
		kz_nsquery_finish(job);
	else
		kz_nsquery_tcp(job);
}

/* The kernel would not: at this moment, or for good. */
static void
fail(struct kz_nsquery_job *job, enum kz_reach reach)
{
	if (reach != KZ_REACH_LIMITED)
		leave(job, reach);
	else if (!kz_nsquery_later(job, kz_nsquery_udp))
		leave(job, KZ_REACH_OURS);
}

static void
send_try(struct kz_nsquery_job *job)
{
	uint8_t question[KZ_NSQUERY_QUESTION_SIZE];
	bool last = job->try == KZ_NSQUERY_TRIES - 1;
	size_t len;

	job->plain = job->plain || job->case_lost || last ||
		job->effort == KZ_NSQUERY_SINGLE;
	/* there are filters that swallow what has EDNS */
	len = kz_nsquery_present_question(
		job, !job->edns_refused && !last, question);
	if (send(job->fd, question, len, MSG_NOSIGNAL) < 0) {
		fail(job, kz_dial_reach(errno));
		return;
	}
	job->answer.sent++;
	kz_nsquery_set_timer(
		job, next_try, job->client->options.try_ms[job->try]);
}

static void
next_try(struct kz_nsquery_job *job)
{
	job->try++;
	if (job->effort == KZ_NSQUERY_SINGLE || job->try == KZ_NSQUERY_TRIES) {
		leave(job,
			job->answer.dropped != 0 ? KZ_REACH_NOISE
						 : KZ_REACH_TIMEOUT);
		return;
	}
	/* reading may have stopped in a flood */
	job->datagrams = 0;
	(void)event_add(job->watch, NULL);
	send_try(job);
}

/* Keeps the truncated answer for the case that TCP brings none. */
static void
answered(struct kz_nsquery_job *job, const uint8_t *packet, size_t len)
{
	bool truncated = (packet[2] & 0x02) != 0; /* TC */

	job->answer.udp_reach = KZ_REACH_ALIVE;
	job->answer.tcp_failed = truncated;
	kz_nsquery_take(job, packet, len);
	if (truncated && job->effort == KZ_NSQUERY_FULL)
		job->cut = malloc(len);
	if (job->cut == NULL) {
		kz_nsquery_finish(job);
		return;
	}
	memcpy(job->cut, packet, len);
	kz_nsquery_take(job, job->cut, len);
	leave(job, KZ_REACH_ALIVE);
}

/* True where the datagram moved the job on: it may be gone then. */
static bool
take_datagram(struct kz_nsquery_job *job, const uint8_t *packet, size_t len)
{
	switch (kz_nsquery_compare(job, packet, len)) {
	case KZ_NSQUERY_ANSWER:
		answered(job, packet, len);
		return true;
	case KZ_NSQUERY_NO_EDNS:
		if (job->effort == KZ_NSQUERY_SINGLE) {
			answered(job, packet, len);
			return true;
		}
		/* this try again, for it brought an answer */
		job->edns_refused = true;
		send_try(job);
		return true;
	case KZ_NSQUERY_OTHER_CASE:
		job->answer.dropped++;
		if (job->case_lost)
			return false;
		/* no need to wait: in plain case it will answer */
		job->case_lost = true;
		next_try(job);
		return true;
	case KZ_NSQUERY_GARBAGE:
		job->answer.dropped++;
		return false;
	}
	return false;
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_nsquery_job *job = arg;
	uint8_t packet[KZ_NSQUERY_DATAGRAM_SIZE];

	(void)what;
	while (job->datagrams++ < DATAGRAMS_MAX) {
		ssize_t len = recv(fd, packet, sizeof(packet), 0);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len < 0) {
			fail(job, kz_dial_reach(errno));
			return;
		}
		if (take_datagram(job, packet, (size_t)len))
			return;
	}
	(void)event_del(job->watch);
}

void
kz_nsquery_udp(struct kz_nsquery_job *job)
{
	if (job->fd < 0) {
		enum kz_reach reach = kz_nsquery_dial(job, SOCK_DGRAM);

		if (reach != KZ_REACH_NONE) {
			fail(job, reach);
			return;
		}
		if (!kz_nsquery_watch(job, EV_READ | EV_PERSIST, readable)) {
			leave(job, KZ_REACH_OURS);
			return;
		}
	}
	send_try(job);
}

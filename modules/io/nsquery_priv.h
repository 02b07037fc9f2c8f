/* SPDX-License-Identifier: ISC */
/*
 * nsquery_priv - the parts of a question to a name server
 *
 * What:   nsquery.c owns clients and jobs and adds up the outcome;
 *         nsquery_udp.c makes the tries by datagram, nsquery_tcp.c the one by
 *         TCP, nsquery_msg.c writes questions and tells answers from noise.
 */
#ifndef KIZUKI_IO_NSQUERY_PRIV_H
#define KIZUKI_IO_NSQUERY_PRIV_H

#include <bsd/sys/queue.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "kizuki/io/nsquery.h"

#include "dial_priv.h"

#define KZ_NSQUERY_TRIES 3
/* Header, longest name, type and class, an OPT record. */
#define KZ_NSQUERY_QUESTION_SIZE 300
/* We announce 1232; who sends more is cut off, not believed. */
#define KZ_NSQUERY_DATAGRAM_SIZE 4096
#define KZ_NSQUERY_UDP_PAYLOAD   1232

struct kz_nsquery {
	struct event_base *base;
	struct kz_nsquery_options options; /* with the defaults in place */
	struct kz_dial dial;
	struct event *pump;
	TAILQ_HEAD(, kz_nsquery_job) waiting; /* in order */
	TAILQ_HEAD(, kz_nsquery_job) running;
	size_t running_count;
};

typedef void kz_nsquery_step(struct kz_nsquery_job *job);

struct kz_nsquery_job {
	TAILQ_ENTRY(kz_nsquery_job) link;
	struct kz_nsquery *client;
	struct kz_addr server;
	struct kz_name name;
	uint16_t rrtype;
	enum kz_nsquery_effort effort;
	kz_nsquery_done *done;
	void *arg;

	uint16_t id;
	uint8_t question[KZ_NSQUERY_QUESTION_SIZE]; /* mixed case, with EDNS */
	size_t question_len;                        /* without EDNS */
	size_t edns_len;

	int fd; /* -1: none */
	struct event *watch;
	struct event *timer;
	kz_nsquery_step *step;   /* what the timer does */
	int64_t starved_ms;      /* since when nothing was to be had; 0: not */
	struct evbuffer *stream; /* what came by TCP; NULL: not connected */
	size_t try;              /* of KZ_NSQUERY_TRIES */
	size_t datagrams;        /* read in this try */
	bool plain;              /* the question went out in plain case */
	bool case_lost;          /* the server does not echo the case */
	bool edns_refused;       /* it said FORMERR or NOTIMP to EDNS */
	uint8_t *cut;            /* the truncated answer; owned */
	struct kz_ns_answer answer;
};

/* nsquery.c */

/* Ends the job: calls done and frees it; the caller's last act. */
void kz_nsquery_finish(struct kz_nsquery_job *job);

/* Opens job->fd; NONE, or why it cannot be, as kz_dial_open. */
enum kz_reach kz_nsquery_dial(struct kz_nsquery_job *job, int type);

/* Calls react when job->fd is ready.  False: memory is out. */
bool kz_nsquery_watch(
	struct kz_nsquery_job *job, short events, event_callback_fn react);

/* Closes job->fd and forgets its event. */
void kz_nsquery_hang_up(struct kz_nsquery_job *job);

/* Calls step after span_ms, unless set again before. */
void kz_nsquery_set_timer(
	struct kz_nsquery_job *job, kz_nsquery_step *step, uint32_t span_ms);

/*
 * Because nothing was to be had: calls step again after a moment.  False once
 * that lasts too long: it is our fault then.
 */
bool kz_nsquery_later(struct kz_nsquery_job *job, kz_nsquery_step *step);

/* Takes what a good answer says into job->answer. */
void kz_nsquery_take(
	struct kz_nsquery_job *job, const uint8_t *packet, size_t len);

/* nsquery_udp.c, nsquery_tcp.c: begin; each ends in the next or in finish. */
void kz_nsquery_udp(struct kz_nsquery_job *job);
void kz_nsquery_tcp(struct kz_nsquery_job *job);

/* nsquery_msg.c */

/* Writes job->question.  KZ_EINVAL: ldns does not take the name. */
KZ_MUST_CHECK enum kz_result kz_nsquery_write_question(
	struct kz_nsquery_job *job);

/* The question as the present try sends it; returns its length. */
size_t kz_nsquery_present_question(const struct kz_nsquery_job *job,
	bool with_edns, uint8_t question[KZ_NSQUERY_QUESTION_SIZE]);

enum kz_nsquery_match {
	KZ_NSQUERY_ANSWER,
	KZ_NSQUERY_OTHER_CASE, /* an answer but for the case */
	KZ_NSQUERY_NO_EDNS,    /* FORMERR or NOTIMP, perhaps because of EDNS */
	KZ_NSQUERY_GARBAGE
};

/* What a packet is to this question. */
enum kz_nsquery_match kz_nsquery_compare(
	const struct kz_nsquery_job *job, const uint8_t *packet, size_t len);

#endif

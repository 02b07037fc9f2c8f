/* SPDX-License-Identifier: ISC */
/*
 * smtp_priv - one conversation on port 25, as its two halves share it
 *
 * What:   smtp.c connects, judges the banner and says QUIT; smtp_tls.c asks
 *         for TLS in between.
 * Owner:  a job belongs to its client, and ends with kz_smtp_finish or after
 *         kz_smtp_quit; neither leaves anything to be touched.
 */
#ifndef KIZUKI_IO_SMTP_PRIV_H
#define KIZUKI_IO_SMTP_PRIV_H

#include <bsd/sys/queue.h>

#include <event2/event.h>

#include "kizuki/io/smtp.h"

#include "dial_priv.h"
#include "smtp_banner_priv.h"
#include "smtp_reply_priv.h"
#include "tlschain_priv.h"

#define KZ_SMTP_READ_SIZE 4096

struct kz_smtp_job;
typedef void kz_smtp_step(struct kz_smtp_job *job);

struct kz_smtp_job {
	TAILQ_ENTRY(kz_smtp_job) link;
	struct kz_smtp *client;
	struct kz_addr server;
	struct kz_name host; /* to ask for TLS as; the root: not */
	kz_smtp_done *done;  /* NULL once called: lingering */
	void *arg;
	int fd; /* -1: none */
	struct event *watch;
	struct event *timer;
	kz_smtp_step *ring; /* what the timer does */
	int64_t starved_ms; /* since when nothing was to be had; 0: not */
	size_t lingered;    /* octets read after QUIT */
	struct kz_smtp_banner banner;
	struct kz_smtp_reply reply;
	bool asked; /* STARTTLS was said */
	SSL *ssl;
	bool secured; /* the handshake is done */
	enum kz_tls_offer offer;
	struct kz_tls_chain *chain; /* with SHOWN */
};

struct kz_smtp {
	struct event_base *base;
	struct kz_smtp_options options; /* with the defaults in place */
	struct kz_dial dial;
	SSL_CTX *tls; /* NULL: nobody is asked for it */
	struct event *pump;
	TAILQ_HEAD(, kz_smtp_job) waiting; /* in order */
	TAILQ_HEAD(, kz_smtp_job) running;
	size_t running_count;
};

/* The job ends here, and the outcome is told. */
void kz_smtp_finish(struct kz_smtp_job *job, enum kz_reach reach, int error);

/* Says QUIT and tells the outcome; the rest goes on in the background. */
void kz_smtp_quit(struct kz_smtp_job *job);

/* In place of whatever was waited for.  False: no memory. */
bool kz_smtp_watch(
	struct kz_smtp_job *job, short events, event_callback_fn react);
void kz_smtp_set_timer(
	struct kz_smtp_job *job, kz_smtp_step *ring, uint32_t span_ms);

/* After the greeting: whether TLS is asked for, and the asking. */
bool kz_smtp_tls_wanted(const struct kz_smtp_job *job);
void kz_smtp_tls_begin(struct kz_smtp_job *job);

/* A short line, by TLS once that stands.  False: it is not gone. */
bool kz_smtp_say(struct kz_smtp_job *job, const char *line, size_t len);

/* Of the connection that ends; what was shown stays. */
void kz_smtp_tls_free(struct kz_smtp_job *job);

#endif

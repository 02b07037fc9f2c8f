/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "smtp_priv.h"

/* A reply to EHLO that is longer than this never ends. */
#define REPLY_MAX 65536
#define READY     220 /* RFC 3207 section 4 */
#define FINE      250

bool
kz_smtp_tls_wanted(const struct kz_smtp_job *job)
{
	/* Who does not want mail of us now need not be asked for more. */
	return job->client->tls != NULL && job->host.len > 0 &&
		job->banner.code == READY;
}

void
kz_smtp_tls_free(struct kz_smtp_job *job)
{
	if (job->ssl != NULL)
		SSL_free(job->ssl);
	job->ssl = NULL;
}

bool
kz_smtp_say(struct kz_smtp_job *job, const char *line, size_t len)
{
	if (job->secured) {
		ERR_clear_error();
		return SSL_write(job->ssl, line, (int)len) == (int)len;
	}
	return send(job->fd, line, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* The server lives; whatever else was hoped for stays unknown. */
static void
give_up(struct kz_smtp_job *job)
{
	kz_smtp_finish(job, KZ_REACH_ALIVE, 0);
}

static void
look(struct kz_smtp_job *job)
{
	struct kz_tls_chain *chain = malloc(sizeof(*chain));

	if (chain != NULL && kz_tlschain_read(job->ssl, &job->host, chain)) {
		job->offer = KZ_TLS_SHOWN;
		job->chain = chain;
	} else {
		free(chain);
	}
	job->secured = true;
	kz_smtp_quit(job);
}

static void
shake(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;
	int result, why;

	(void)fd;
	(void)what;
	/* Errors of other handshakes lie in one queue with ours. */
	ERR_clear_error();
	result = SSL_do_handshake(job->ssl);
	if (result == 1) {
		look(job);
		return;
	}
	why = SSL_get_error(job->ssl, result);
	if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) ||
		!kz_smtp_watch(job,
			why == SSL_ERROR_WANT_READ ? EV_READ : EV_WRITE, shake))
		give_up(job);
}

static void
begin_shake(struct kz_smtp_job *job)
{
	job->ssl = SSL_new(job->client->tls);
	if (job->ssl == NULL || SSL_set_fd(job->ssl, job->fd) != 1 ||
		SSL_set_tlsext_host_name(job->ssl, job->host.text) != 1) {
		give_up(job);
		return;
	}
	SSL_set_connect_state(job->ssl);
	shake(job->fd, 0, job);
}

static void
replied(struct kz_smtp_job *job)
{
	static const char starttls[] = "STARTTLS\r\n";
	struct kz_smtp_reply reply = job->reply;

	memset(&job->reply, 0, sizeof(job->reply));
	if (job->asked && reply.code == READY) {
		begin_shake(job);
	} else if (job->asked || reply.code != FINE) {
		kz_smtp_quit(job);
	} else if (!reply.starttls) {
		job->offer = KZ_TLS_NONE;
		kz_smtp_quit(job);
	} else if (kz_smtp_say(job, starttls, sizeof(starttls) - 1)) {
		job->asked = true;
	} else {
		give_up(job);
	}
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct kz_smtp_job *job = arg;
	uint8_t octets[KZ_SMTP_READ_SIZE];
	ssize_t got = recv(fd, octets, sizeof(octets), 0);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		kz_smtp_reply_take(&job->reply, octets, (size_t)got);
	if (got <= 0 || job->reply.total > REPLY_MAX)
		give_up(job);
	else if (job->reply.done)
		replied(job);
}

/* "EHLO NAME", or our address in brackets: RFC 5321 section 4.1.4. */
static bool
say_ehlo(struct kz_smtp_job *job)
{
	const struct kz_name *name = &job->client->options.ehlo;
	char line[KZ_NAME_MAX + 16], text[KZ_ADDR_TEXT_SIZE];
	struct sockaddr_storage own;
	socklen_t size = sizeof(own);
	struct kz_addr addr;
	int len;

	if (name->len > 0) {
		len = snprintf(line, sizeof(line), "EHLO %s\r\n", name->text);
		return kz_smtp_say(job, line, (size_t)len);
	}
	if (getsockname(job->fd, (struct sockaddr *)&own, &size) != 0 ||
		!kz_dial_addr(&own, &addr))
		return false;
	kz_addr_format(&addr, text);
	len = snprintf(line, sizeof(line), "EHLO [%s%s]\r\n",
		addr.family == KZ_ADDR_V6 ? "IPv6:" : "", text);
	return kz_smtp_say(job, line, (size_t)len);
}

void
kz_smtp_tls_begin(struct kz_smtp_job *job)
{
	kz_smtp_set_timer(job, give_up, job->client->options.tls_ms);
	if (!say_ehlo(job) ||
		!kz_smtp_watch(job, EV_READ | EV_PERSIST, readable))
		give_up(job);
}

/* SPDX-License-Identifier: ISC */
/*
 * ask_priv - one question to kizukid, within a bound of time
 *
 * What:   Postfix's policy delegation protocol over a unix or TCP socket: a
 *         connection for each question, blocking no longer than told.
 * Errors: functions that can fail return NULL, or a static text that says why:
 *         this code lives in Exim's process and only ever shrugs.
 * Not:    nothing of Exim; no layer of kizuki is linked in either.
 */
#ifndef KIZUKI_EXIM_ASK_PRIV_H
#define KIZUKI_EXIM_ASK_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

/* Where kizukid listens, and how long we wait for it. */
struct kz_ask_service {
	struct sockaddr_storage address;
	socklen_t address_len;
	char alive[256]; /* the file that kizukid touches; "" none */
	int64_t limit_ms;
};

/*
 * socket is a path or "inet:ADDRESS:PORT" (IPv6 in brackets).  options are
 * words: "time=500ms", "time=2s" (1s; for connect, write and read together),
 * "alive=PATH", "alive=none" (the socket's folder + "/alive"; none over TCP).
 */
const char *kz_ask_service_parse(const char *socket, const char *options,
	struct kz_ask_service *service);

/* A request grows by attributes; one that grows too long is not sent. */
struct kz_ask_request {
	char bytes[8192];
	size_t len;
	bool too_long;
};

/* Control octets of value become "?"; NULL is the empty value. */
void kz_ask_attribute(
	struct kz_ask_request *request, const char *name, const char *value);

#define KZ_ASK_TEXT_SIZE 513 /* RFC 5321 section 4.5.3.1.5 and NUL */

/* kizukid's answer; printable ASCII. */
struct kz_ask_answer {
	bool defer;
	char text[KZ_ASK_TEXT_SIZE];   /* with defer: after "450 4.7.1 " */
	char header[KZ_ASK_TEXT_SIZE]; /* a header line to add, or "" */
};

/*
 * Ends the request, sends it, waits for the answer.  *answer is untouched on
 * failure.  Fails at once where the sign of life is older than 5 seconds.
 */
const char *kz_ask(const struct kz_ask_service *service,
	struct kz_ask_request *request, struct kz_ask_answer *answer);

#endif

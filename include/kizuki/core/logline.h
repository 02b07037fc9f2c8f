/* SPDX-License-Identifier: ISC */
/*
 * logline - what one line of a mail or DNS log says
 *
 * What:   fields that a rule base cut out of a line, and what they amount to:
 *         whom a message was for, which host was touched, what came of it.
 * Foreign: every field may be a stranger's text.  A remote reply is judged by
 *         what the MTA wrote in front of it, never by its own words.
 * Pure:   views in, values out.
 * Source: log lines of Postfix 3.7, Exim 4.96, Sendmail 8.17, BIND 9.18 and
 *         Unbound 1.17.
 */
#ifndef KIZUKI_CORE_LOGLINE_H
#define KIZUKI_CORE_LOGLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/netclass.h"

/* A rule's tag says which of them its line is; docs/logscan.md explains. */
#define KZ_LOGLINE_KIND_LIST(X)                                                \
	X(CONNECT, "connect")         /* host addr text: a contact failed */   \
	X(ANSWERED, "answered")       /* host addr: not the last one tried */  \
	X(POSTFIX, "postfix")         /* queue to relay status text */         \
	X(EXIM_SENT, "exim-sent")     /* queue to host addr */                 \
	X(EXIM_DEFER, "exim-defer")   /* queue to number text */               \
	X(EXIM_FAIL, "exim-fail")     /* queue to text */                      \
	X(SENDMAIL, "sendmail")       /* queue to relay xdelay number text */  \
	X(NO_GREETING, "no-greeting") /* queue: what follows is of that */     \
	X(NULL_SENDER, "null-sender") /* queue: an error report of ours */     \
	X(EXPIRED, "expired")         /* queue: it lay too long */             \
	X(SERVER, "server")           /* name addr text: a name server */      \
	X(SERVFAIL, "servfail")       /* name text: a look-up failed */

#define KZ_LOGLINE_ENUM(name, text) KZ_LOGLINE_##name,
enum kz_logline_kind {
	KZ_LOGLINE_KIND_LIST(KZ_LOGLINE_ENUM) KZ_LOGLINE_KIND_COUNT
};
#undef KZ_LOGLINE_ENUM

/* Fields not given are empty.  The views live during the call. */
struct kz_logline {
	enum kz_logline_kind kind;
	int64_t when_s;
	/*
	 * Number of the process that wrote it, where one process tries one
	 * message at a time; else the queue ties lines together.
	 */
	struct kz_str process;
	struct kz_str queue; /* identifier of the message */
	struct kz_str to;    /* recipient, or several with commas */
	struct kz_str host, addr, port;
	struct kz_str relay; /* "host[addr]:port", "host. [addr]", "none" */
	struct kz_str status, number, xdelay; /* Sendmail: reply, dsn, xdelay */
	struct kz_str name;                   /* DNS: of what was asked */
	struct kz_str text; /* reason: what follows, to the end of the line */
};

/* What a line says of one attempt to deliver. */
enum kz_logfate {
	KZ_LOGFATE_NOTHING,   /* not understood, not fresh, or says nothing */
	KZ_LOGFATE_SENT,      /* it was taken */
	KZ_LOGFATE_ALIVE,     /* not taken, but the host answered */
	KZ_LOGFATE_DEAD,      /* no contact came about */
	KZ_LOGFATE_NO_BANNER, /* a contact, but no greeting */
	KZ_LOGFATE_LOOKUP,    /* the name could not be looked up: in time */
	KZ_LOGFATE_MISSING,   /* the resolver says there is no such name */
	KZ_LOGFATE_IS_US,     /* the exchanger is ourselves */
	KZ_LOGFATE_EXPIRED    /* it lay too long and went back */
};

struct kz_logsaid {
	enum kz_logfate fate;
	struct kz_name domain; /* of the recipient; the root: not known */
	/* Whom it was about; the root and KZ_ADDR_NONE: nobody in particular */
	struct kz_name host;
	struct kz_addr addr;
	enum kz_reach reach; /* with DEAD: how */
};

/* The words of tags.  KZ_NOT_FOUND: no such word. */
KZ_MUST_CHECK enum kz_result kz_logline_kind_find(
	struct kz_str text, enum kz_logline_kind *kind);

/* A reason as errno words it.  NONE: no word of it is known. */
enum kz_reach kz_logline_reach(struct kz_str reason);

/*
 * The domain of "user@example1.jp", also in brackets; of a list of recipients
 * that of all where they have one, else KZ_NOT_FOUND.  Text behind the first
 * '>' outside of quotes is not looked at.
 */
KZ_MUST_CHECK enum kz_result kz_logline_domain(
	struct kz_str to, struct kz_name *domain);

/*
 * What a line of an MTA says.  Lines of name servers, of null senders and of
 * expired messages alone say NOTHING here.  A port other than 25 says NOTHING:
 * that is a filter or a submission server.
 */
void kz_logline_read(const struct kz_logline *line, struct kz_logsaid *said);

#endif

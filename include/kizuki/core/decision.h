/* SPDX-License-Identifier: ISC */
/*
 * decision - from what is known of a session to the row that answers it
 *
 * What:   which identities count, whether the session is broken and by which
 *         site, who is exempt, which kind of greylisting applies, and the
 *         words of the reply.
 * Pure:   the greylist state comes from kizuki/core/greylist.h in between.
 * Source: kizuki's docs/DESIGN.md, Decisions; paper section 3, figure 14.
 */
#ifndef KIZUKI_CORE_DECISION_H
#define KIZUKI_CORE_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/core/allow.h"
#include "kizuki/core/greylist.h"
#include "kizuki/core/request.h"
#include "kizuki/core/verdict.h"

/* The order in which an origin is looked for. */
enum kz_identity_kind { KZ_ID_MAILFROM, KZ_ID_HELO, KZ_ID_RDNS, KZ_ID_COUNT };

struct kz_identity {
	bool verified;
	bool has_site;       /* false: its zone is a public suffix, say */
	struct kz_name site; /* with has_site; known for unverified ones too */
	enum kz_verdict_state verdict; /* of the site, with verified */
};

/* Why a session is never delayed, in the order in which it is looked at. */
#define KZ_EXEMPT_LIST(X)                                                      \
	X(NONE, "-")                                                           \
	X(OWN_NETWORK, "own-network")                                          \
	X(AUTHENTICATED, "authenticated")                                      \
	X(NULL_SENDER, "null-sender")                                          \
	X(POSTMASTER, "postmaster")                                            \
	X(ALLOWED_CLIENT, "allowed-client")                                    \
	X(ALLOWED_SENDER, "allowed-sender")                                    \
	X(ALLOWED_RECIPIENT, "allowed-recipient")                              \
	X(ALLOWED, "allowed")                                                  \
	X(DNSWL, "dnswl")

#define KZ_EXEMPT_ENUM(name, text) KZ_EXEMPT_##name,
enum kz_exempt { KZ_EXEMPT_LIST(KZ_EXEMPT_ENUM) KZ_EXEMPT_COUNT };
#undef KZ_EXEMPT_ENUM

struct kz_session {
	enum kz_stage stage;
	bool own_network; /* loopback, own networks, own MX hosts */
	bool authenticated;
	bool null_sender_free; /* first recipient of a null sender's instance,
				  and its site is not over the hourly bound */
	enum kz_allow_kind allow_kind; /* whom of it an operator allowed */
	bool allowed;                  /* the site of an identity is allowed */
	bool dnswl;
	bool blind;            /* nobody there to look its names up */
	bool shared_sender;    /* HELO or reverse name is of a shared sender */
	const char *recipient; /* for postmaster@ and abuse@ */
	struct kz_identity identities[KZ_ID_COUNT];
};

enum kz_row {
	KZ_ROW_ACCEPT,  /* nothing to say */
	KZ_ROW_BROKEN,  /* greylist kind BROKEN, origin the site */
	KZ_ROW_ORDINARY /* greylist kind ORDINARY, origin the client's net */
};

struct kz_judgement {
	enum kz_row row;
	enum kz_exempt exempt;
	bool ripens;                   /* this stage lets ripe mail in */
	enum kz_identity_kind via;     /* whose site has the verdict; BROKEN: it
					  is the origin; KZ_ID_COUNT: nobody's */
	enum kz_verdict_state verdict; /* the worst of what counts: sound,
					  unknown, suspect, broken */
	bool verified;                 /* any identity that counts */
};

/*
 * Apply the table up to the greylist state.  mailfrom counts as verified also
 * where its site is the site of another verified identity.  rdns counts where
 * it is the site of the HELO or MAIL FROM name, verified or not, or neither of
 * them is verified.  Scope "unknown" holds "unverified" too, and a session any
 * of whose sites is unknown; neither holds a blind session of which nothing is
 * verified, for that is our own fault.  An exempt session is judged all the
 * same, for the log; its row is ACCEPT.
 */
void kz_session_judge(const struct kz_session *session,
	enum kz_grey_scope scope, struct kz_judgement *judgement);

/*
 * The words of a deferral, for kz_reply.text: figure 14's at REFUSED, else
 * the seconds to wait (at least 1).  site is NULL where the HELO name is of
 * the site; url is NULL or "" without why_url, and left out when it holds
 * anything but visible ASCII.  Where the whole line ("450 4.7.1
 * <HELO>: Helo command rejected: " and CR LF included) would exceed 512
 * octets, the URL goes first, then the site.
 */
void kz_reply_text(enum kz_grey_reason reason, int64_t wait_s,
	struct kz_str helo, const struct kz_name *site, const char *url,
	char text[KZ_REPLY_MAX]);

/*
 * The client's HELO name as the reply may show it: visible ASCII without "<",
 * ">" and backslash; other octets, blanks too, become "?", and what is beyond
 * KZ_HELO_MAX is left out.  Returns text.
 */
const char *kz_reply_helo(struct kz_str helo, char text[KZ_HELO_MAX + 1]);

/* postmaster@ and abuse@ any domain or none, whatever the case. */
bool kz_recipient_exempt(const char *recipient);

/* Words of the log line, static, never NULL; "-" for KZ_ID_COUNT and NONE. */
const char *kz_identity_text(enum kz_identity_kind kind);
const char *kz_exempt_text(enum kz_exempt exempt);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * request - what an MTA asks at one point of one session
 *
 * What:   the MTA's question as a plain, bounded value, whatever protocol it
 *         came by, and the answer that goes back.
 * Owner:  a value of some 1.5 KB; nothing points outside, so that a request
 *         can wait for a verification.
 * Source: Postfix SMTPD_POLICY_README; kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_CORE_REQUEST_H
#define KIZUKI_CORE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

/* RFC 5321 section 4.5.3.1.3: a path has 256 octets at most. */
#define KZ_ADDRESS_MAX  320
#define KZ_HELO_MAX     255
#define KZ_INSTANCE_MAX 255
#define KZ_REPLY_MAX    512 /* RFC 5321 section 4.5.3.1.5, with CR LF */

/* Which MX asks. */
enum kz_stage { KZ_STAGE_PRIMARY, KZ_STAGE_SECONDARY, KZ_STAGE_SOLE };

enum kz_request_point {
	KZ_POINT_RCPT, /* may this recipient be let in? */
	KZ_POINT_EOM,  /* the end of DATA was reached */
	KZ_POINT_OTHER /* nothing that kizuki answers: DUNNO */
};

struct kz_request {
	enum kz_request_point point;
	enum kz_stage stage;
	bool authenticated; /* sasl_username or a client certificate */
	bool spf_pass;      /* kz_spf=pass */
	bool dnswl_hit;     /* kz_dnswl=hit */
	struct kz_addr client;
	char client_name[KZ_HELO_MAX + 1]; /* verified by the MTA; "" none */
	char helo[KZ_HELO_MAX + 1];        /* as the client said it */
	char sender[KZ_ADDRESS_MAX + 1];   /* "" is the null sender */
	char recipient[KZ_ADDRESS_MAX + 1];
	char instance[KZ_INSTANCE_MAX + 1];
	char peer[KZ_ADDR_TEXT_SIZE]; /* who asks: "unix" or its address */
};

enum kz_action { KZ_ACTION_ACCEPT, KZ_ACTION_DEFER };

/* What goes back to the MTA. */
struct kz_reply {
	enum kz_action action;
	/*
	 * With DEFER: the reply without "450 4.7.1 " and without "<helo>: Helo
	 * command rejected: ", printable ASCII.  Holds no unchecked byte.
	 */
	char text[KZ_REPLY_MAX];
	/* With ACCEPT of a mail that had waited: seconds and the site, for a
	 * header line; waited_s 0: none. */
	int64_t waited_s;
	char waited_site[KZ_HELO_MAX + 1];
};

/* "primary", "secondary", "sole", and back.  KZ_NOT_FOUND: no such word. */
const char *kz_stage_text(enum kz_stage stage);
KZ_MUST_CHECK enum kz_result kz_stage_find(
	struct kz_str text, enum kz_stage *stage);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * line - the JSON lines between kizukid, kizuki-probe, kizuki and farms
 *
 * What:   one value for each kind of line, parsed and printed.  Unknown keys
 *         are ignored, a "v" other than 1, a key given twice and more than 8
 *         levels are refused.  What prints parses to the same value.
 * Owner:  plain values.  A struct kz_line is some 9 KB.
 * Errors: KZ_EFORMAT with *why a static text.
 * Source: kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_FRONT_LINE_H
#define KIZUKI_FRONT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/core/finding.h"
#include "kizuki/core/netclass.h"
#include "kizuki/core/registry.h"
#include "kizuki/core/turn.h"
#include "kizuki/core/verify.h"

/* Longest line accepted or made, with its newline. */
#define KZ_LINE_MAX     16384
#define KZ_LINE_WATCHED 8
#define KZ_LINE_CLIENTS 4

enum kz_line_kind {
	/* to the prober */
	KZ_LINE_EXAMINE,  /* {"v":1,"examine":"example1.jp","tcp":true,...} */
	KZ_LINE_QUESTION, /* {"v":1,"verify":17,"kind":"helo",...} */
	KZ_LINE_CANARY,   /* {"v":1,"canary":"10.20.0.25","service":"smtp25"} */
	KZ_LINE_LOOKUP,   /* {"v":1,"registry_of":"example1.jp"} */
	KZ_LINE_GRANT,    /* {"v":1,"turn_answer":"whois.jprs.jp",...} */
	/* from the prober; findings and touches also for import */
	KZ_LINE_FINDING,
	KZ_LINE_TOUCHED, /* to the prober too: what an earlier one touched */
	KZ_LINE_VERIFIED,
	KZ_LINE_DONE,
	KZ_LINE_TURN,       /* both ways: a registry's server was asked */
	KZ_LINE_REGISTERED, /* both ways: what a registry said of a domain */
	KZ_LINE_LOOKED,     /* {"v":1,"registry_says":"example1.jp",...} */
	KZ_LINE_WANT,       /* {"v":1,"turn_wanted":"whois.jprs.jp",...} */
	KZ_LINE_ERROR       /* {"v":1,"error":"...","line":"..."} */
};

/* Who sent mail of a site, and what it called itself; "": not known. */
struct kz_line_client {
	struct kz_addr addr;
	char helo[KZ_NAME_MAX + 3];
};

struct kz_line_examine {
	struct kz_name site;
	bool tcp;            /* SMTP may be contacted */
	bool confirm;        /* the shorter rate limit holds: recheck, repair */
	bool sender;         /* mail was seen from it, as MAIL FROM */
	struct kz_name zone; /* that held it before; the root: not known */
	bool registry; /* ask registries too, of the last client's network */
	/* ask where an answer that was told no longer fits what is served */
	bool reconsider;
	size_t watch_count; /* names met in sessions, besides watch_names */
	struct kz_name watch[KZ_LINE_WATCHED];
	size_t client_count;
	struct kz_line_client clients[KZ_LINE_CLIENTS];
};

struct kz_line_canary {
	struct kz_addr addr;
	enum kz_service service;
	struct kz_name name; /* dns: whose SOA is asked; the root is fine */
};

struct kz_line_done {
	struct kz_name site;
	struct kz_name zone; /* subject of DEL and CON; the root: not found */
	bool complete[KZ_FAMILY_COUNT];
};

/* What a registry is asked of. */
struct kz_line_lookup {
	struct kz_name domain; /* the root: an address */
	struct kz_addr addr;
};

/* What came of asking one server, which answer.server names. */
struct kz_line_looked {
	struct kz_line_lookup of;
	bool more;     /* another one is asked; else this is the last */
	char why[128]; /* it gave no answer; "": it did */
	struct kz_registry_answer answer; /* no links of contacts */
};

/* A turn at a server that is wanted, and what came of it. */
struct kz_line_grant {
	char server[KZ_NAME_MAX + 1];
	bool rdap;
	bool granted;
	uint32_t wait_s; /* until it is there */
};
/* No turn is further away. */
#define KZ_LINE_WAIT_MAX_S 600

struct kz_line_error {
	char text[256];
	char line[256]; /* the beginning of the line at fault, cleaned */
};

struct kz_line {
	enum kz_line_kind kind;
	bool canary; /* TOUCHED: it was asked as a canary */
	union {
		struct kz_line_examine examine;
		struct kz_question question;
		struct kz_line_canary canary_ask;
		struct kz_finding finding;
		struct kz_touch touch;
		struct kz_verified verified;
		struct kz_line_done done;
		struct kz_turn_told turn;
		struct kz_registry_answer registered; /* as kz_registry_keep */
		struct kz_line_lookup lookup;
		struct kz_line_looked looked;
		struct kz_line_grant grant; /* WANT too */
		struct kz_line_error error;
	} u;
};

/*
 * One line, with or without its newline.  A weight above the symptom's points
 * is lowered to them, without one a bad has all of them; a weight above 10, a
 * moment before 1970 or after the year 9999 and a control octet in a text are
 * refused.
 */
KZ_MUST_CHECK enum kz_result kz_line_parse(
	struct kz_str bytes, struct kz_line *line, const char **why);

/*
 * Into buffer with a newline; *len its octets.  KZ_ETRUNC: size is less than
 * it takes (KZ_LINE_MAX always suffices).  KZ_EINVAL: kz_line_parse would not
 * take it (the root where a name is due, a text that is not UTF-8 or holds a
 * control octet, a moment out of range).  KZ_ENOMEM.  buffer may be written to
 * in any case.
 */
KZ_MUST_CHECK enum kz_result kz_line_print(
	const struct kz_line *line, char *buffer, size_t size, size_t *len);

#endif

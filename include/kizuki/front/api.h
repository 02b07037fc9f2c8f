/* SPDX-License-Identifier: ISC */
/*
 * api - kizukid's HTTP API: (method, path, arguments, body) -> answer
 *
 * What:   everything under /v1 and /metrics.  A call is opened, fed with its
 *         body piece by piece, and finished.  An import is read while it comes
 *         in and then worked off in slices, an export is worded while it goes
 *         out: neither holds up decisions.
 * Not:    no HTTP, no sockets: the program brings bytes and takes bytes.
 * Owner:  the caller owns call and answer; both have an end function.
 * Errors: what a client did wrong is an answer with a 4xx status and
 *         {"error":"..."}; a result code means that memory ran out.
 * Units:  all moments are seconds since 1970 UTC, 0 is never.
 * Source: kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_FRONT_API_H
#define KIZUKI_FRONT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"
#include "kizuki/engine/engine.h"

/* Octets of a body: findings to import, and anything else. */
#define KZ_CALL_IMPORT_MAX ((size_t)64 << 20)
#define KZ_CALL_BODY_MAX   ((size_t)64 << 10)
/* Arguments behind "?" that are looked at. */
#define KZ_CALL_ARGS 8

struct kz_persistence;

/* What the program knows and the engine does not. */
struct kz_call_program {
	bool enforce;
	enum kz_profile profile;
	const struct kz_persistence *persistence; /* KZ_CLASS_COUNT of them */
	int64_t started_s;
	bool prober_up;
	uint64_t prober_starts;
	uint64_t prober_bad_lines;
	uint64_t prober_refused; /* lines it did not get */
	size_t connections;      /* of MTAs, now */
	bool store_failing;
	uint64_t store_waiting; /* rows in memory only */
	int64_t store_backup_s; /* when the newest was made */
	char store_cause[256];  /* with store_failing */
};

struct kz_call_arg {
	const char *key; /* NUL-terminated, unescaped */
	const char *value;
};

struct kz_call_request {
	const char *method; /* "GET" */
	const char *path;   /* "/v1/sites", unescaped, without arguments */
	size_t arg_count;
	struct kz_call_arg args[KZ_CALL_ARGS];
};

struct kz_call_answer {
	unsigned status;  /* of HTTP */
	const char *type; /* static */
	bool changed;     /* commit before it leaves */
	bool later;       /* no answer yet: commit, let others in, and call
			     kz_call_finish again */
	bool more;        /* ask kz_call_more for the next piece */
	char *body;       /* not terminated; kz_call_answer_end frees it */
	size_t len;
};

struct kz_call;

/*
 * Begin a call; request is copied.  A path or argument that is too long to be
 * one of ours is answered in the end as any unknown one.  KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result kz_call_open(struct kz_engine *engine,
	const struct kz_call_request *request, struct kz_call **call);

/*
 * The next octets of the body.  False: it is longer than it may be, or cannot
 * be kept: nothing more is taken, and the answer will say so.
 */
bool kz_call_feed(struct kz_call *call, struct kz_str bytes);

/*
 * Do what was asked and word the answer, or a part of it: answer->later.
 * KZ_ENOMEM: no answer.
 */
KZ_MUST_CHECK enum kz_result kz_call_finish(struct kz_call *call,
	const struct kz_call_program *program, const struct kz_now *now,
	struct kz_call_answer *answer);

/* The next piece of a long answer; *answer is a new one, maybe empty. */
KZ_MUST_CHECK enum kz_result kz_call_more(struct kz_call *call,
	const struct kz_now *now, struct kz_call_answer *answer);

/* Free them; NULL and an empty answer are fine. */
void kz_call_close(struct kz_call **call);
void kz_call_answer_end(struct kz_call_answer *answer);

/* The octets that the body of such a call may have. */
size_t kz_call_body_max(const char *method, const char *path);

#endif

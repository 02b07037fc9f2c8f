/* SPDX-License-Identifier: ISC */
/*
 * apiclient - ask kizukid over the HTTP API of its Unix socket
 *
 * What:   one request, one answer; bodies are bounded, waiting is bounded.
 * Owner:  the caller frees the answer's body with kz_api_answer_free.
 * Units:  milliseconds.
 * Errors: what came of the connection is data (enum kz_api_state); a result
 *         code says that we failed.
 * Not:    the meaning of paths and bodies; kizuki's docs/protocol.md.
 */
#ifndef KIZUKI_IO_APICLIENT_H
#define KIZUKI_IO_APICLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

/* Longest body of an answer that is kept whole. */
#define KZ_API_BODY_MAX ((size_t)16 * 1024 * 1024)

struct kz_api;

enum kz_api_state {
	KZ_API_ANSWERED,
	KZ_API_ABSENT,    /* no socket, or nobody listens on it */
	KZ_API_FORBIDDEN, /* the socket's mode keeps us out */
	KZ_API_TIMEOUT,   /* no answer in time, or it stopped coming */
	KZ_API_TOO_LONG,  /* longer than KZ_API_BODY_MAX */
	KZ_API_BROKEN     /* no HTTP, cut off, or taken no further */
};

struct kz_api_request {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *path;   /* "/v1/status", query included, ready escaped */
	const char *type;   /* of what is sent: "application/json" */
	struct kz_str body; /* sent with POST */
	FILE *upload;       /* sent instead of body, where not NULL */
	/*
	 * Given the body of a 2xx answer in pieces instead of its being kept;
	 * may be NULL.  False ends the transfer (KZ_API_BROKEN).
	 */
	bool (*take)(void *arg, const char *bytes, size_t len);
	void *arg;
};

struct kz_api_answer {
	enum kz_api_state state;
	long status; /* HTTP's, with KZ_API_ANSWERED */
	char *body;  /* NUL-terminated, never NULL with KZ_API_ANSWERED */
	size_t len;
};

/*
 * Prepare for the socket at path.  limit_ms bounds an exchange without
 * upload and take; one with take ends when nothing moves for as long, one with
 * upload when nothing moves for ten times as long: it is worked off then.
 */
KZ_MUST_CHECK enum kz_result kz_api_open(
	const char *socket, uint32_t limit_ms, struct kz_api **api);

/* NULL is fine; clears the pointer. */
void kz_api_close(struct kz_api **api);

/* Fills *answer with KZ_OK only.  KZ_ENOMEM; KZ_EINVAL: no such request. */
KZ_MUST_CHECK enum kz_result kz_api_ask(struct kz_api *api,
	const struct kz_api_request *request, struct kz_api_answer *answer);

/* Frees the body; an answer of zeros is fine. */
void kz_api_answer_free(struct kz_api_answer *answer);

#endif

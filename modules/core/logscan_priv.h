/* SPDX-License-Identifier: ISC */
/*
 * logscan_priv - what the files of logscan share
 */
#ifndef KIZUKI_CORE_LOGSCAN_PRIV_H
#define KIZUKI_CORE_LOGSCAN_PRIV_H

#include "kizuki/core/logscan.h"

/* One line being taken. */
struct logscan_in {
	struct kz_logscan *scan;
	const struct kz_logscan_out *out;
	int64_t when_s;
	uint32_t queue; /* hash of the message's identifier; 0: none */
};

/* FNV-1a, going on from seed; never 0. */
#define LOGSCAN_SEED 14695981039346656037U
uint64_t kz_logscan_hash(uint64_t seed, struct kz_str bytes);
uint64_t kz_logscan_hash_name(uint64_t seed, const struct kz_name *name);
uint64_t kz_logscan_hash_addr(uint64_t seed, const struct kz_addr *addr);
uint32_t kz_logscan_queue(struct kz_str queue);

/* True the first time in this hour. */
bool kz_logscan_once(struct kz_logscan *scan, uint64_t what);

/* domain is added; others: how many are in there besides it. */
void kz_logscan_witness(
	struct kz_logscan_witness *witness, const struct kz_name *domain);
size_t kz_logscan_others(
	const struct kz_logscan_witness *witness, const struct kz_name *domain);

/* tell.c: what came of a contact, thinned. */
void kz_logscan_touch(const struct logscan_in *in, const struct kz_addr *addr,
	enum kz_reach reach);

/* An empty finding of subject, on object. */
struct kz_finding kz_logscan_finding(const struct logscan_in *in,
	const struct kz_name *subject, enum kz_symptom symptom,
	const struct kz_name *object);

/* At once, or held until the hour ends; each once in its slot. */
void kz_logscan_tell(const struct logscan_in *in, struct kz_finding *finding);

/* An address that failed, once. */
void kz_logscan_rest(struct kz_finding *finding, const struct kz_addr *addr);

/* Whether this reader has called host bad for domain; to note it. */
bool kz_logscan_blamed(const struct kz_logscan *scan,
	const struct kz_name *domain, const struct kz_name *host);
void kz_logscan_blame(struct kz_logscan *scan, const struct kz_name *domain,
	const struct kz_name *host);

/* Everything held goes out, judged as far as the hour can tell. */
void kz_logscan_hour_ends(
	struct kz_logscan *scan, const struct kz_logscan_out *out);

/* attempt.c: the entry of a key; the oldest makes room and is closed. */
struct kz_logscan_attempt *kz_logscan_attempt(
	const struct logscan_in *in, uint64_t key, bool by_process);
void kz_logscan_attempt_fail(const struct logscan_in *in,
	struct kz_logscan_attempt *attempt, const struct kz_logsaid *said);
void kz_logscan_attempt_result(const struct logscan_in *in,
	struct kz_logscan_attempt *attempt, const struct kz_logsaid *said);

/* Say of each recipient's domain which hosts failed, and begin anew. */
void kz_logscan_attempt_close(
	const struct logscan_in *in, struct kz_logscan_attempt *attempt);

/* All with a result; of one message, or 0: of all. */
void kz_logscan_attempts_close(const struct logscan_in *in, uint32_t queue);

/* server.c: only the resolver, or the MTA, says so: somebody should look. */
void kz_logscan_hint(const struct logscan_in *in, const struct kz_name *domain,
	enum kz_symptom symptom);

/* BIND's line, and Unbound's.  False: it says nothing that counts. */
bool kz_logscan_server(
	const struct logscan_in *in, const struct kz_logline *line);
bool kz_logscan_servfail(
	const struct logscan_in *in, const struct kz_logline *line);

/* message.c: NULL where there is none and make is false. */
struct kz_logscan_message *kz_logscan_message(
	const struct logscan_in *in, bool make);
/* tried: a host was contacted that is not ours. */
void kz_logscan_message_note(
	const struct logscan_in *in, const struct kz_logsaid *said, bool tried);

/* It went back: bad where all we know of it are contacts that failed. */
void kz_logscan_message_expired(const struct logscan_in *in);

#endif

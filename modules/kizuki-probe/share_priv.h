/* SPDX-License-Identifier: ISC */
/*
 * share_priv - one contact, one answer, however many sites name the address
 *
 * What:   questions to servers and to port 25 that are under way or answered
 *         lately; each entry is told to all who wait for it, and kept for as
 *         long as such an outcome may be used again.
 * Owner:  the table of the prober.
 */
#ifndef KIZUKI_PROBE_SHARE_PRIV_H
#define KIZUKI_PROBE_SHARE_PRIV_H

#include "ask_priv.h"

#define SHARE_ENTRIES_MAX 32768
#define SHARE_OCTETS_MAX  (24U << 20)

/* Kinds of entries; the number begins their keys. */
enum share_kind { SHARE_DNS = 1, SHARE_SMTP };

struct share {
	struct table_node node;
	struct probe *probe;
	enum share_kind kind;
	bool done;
	bool canary;        /* some canary waits for it */
	struct event *turn; /* until the limits allow it; tells who waits */
	TAILQ_HEAD(, ask) waiters;
	struct kz_addr addr;
	struct kz_name name, zone; /* of port 25: whom TLS is asked for as */
	bool named;                /* ... and it is asked for that alone */
	uint16_t type;
	enum kz_nsquery_effort effort;
	bool patient; /* waits for a banner to the end */
	/* the answer */
	enum kz_reach reach;
	uint8_t rcode;
	bool authoritative;
	uint8_t *packet; /* of port 25: a struct kz_tls_chain */
	size_t len;
	enum kz_tls_offer tls;
	int64_t when_s;
	int64_t until_s;
};

void share_open(struct probe *probe);
void share_close(struct probe *probe);

/* What an earlier process touched, and what it came to. */
void share_touched(struct probe *probe, const struct kz_touch *touch);

/* An entry that may be used; NULL: one is to be asked anew. */
struct share *share_find(struct probe *probe, const uint8_t key[TABLE_KEY_SIZE],
	int64_t oldest_s);

/* A new one. */
struct share *share_new(struct probe *probe, const uint8_t key[TABLE_KEY_SIZE]);

/* Wait for an entry; who comes late gets the answer in the next turn. */
void share_join(struct share *share, struct ask *ask);

/* Let a new entry be asked in its turn, or say at once why not. */
void share_begin(
	struct share *share, bool witness, struct limits_answer allowed);

/* Begin the contact with port 25. */
KZ_MUST_CHECK enum kz_result share_smtp_contact(struct share *share);

/* Keep what came, tell of the contact, and answer all who wait. */
void share_keep(struct share *share, const void *octets, size_t len);
void share_touch(
	struct share *share, enum kz_service service, enum kz_reach reach);
void share_finish(struct share *share, int64_t keep_s);

/* For how long an outcome may be used again, in seconds. */
int64_t share_keep_dns_s(
	enum kz_reach reach, const uint8_t *packet, size_t len);
int64_t share_keep_smtp_s(enum kz_reach reach);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * limits_priv - how often an address may be asked, whoever names it
 *
 * What:   says for each contact: now, later, or not; counts what was done.
 *         Bounded: what still limits somebody is never forgotten; where there
 *         is no room to count one more, it is not asked.
 * Units:  moments by the wall clock; waits in milliseconds.
 */
#ifndef KIZUKI_PROBE_LIMITS_PRIV_H
#define KIZUKI_PROBE_LIMITS_PRIV_H

#include "kizuki/io/config.h"

#include "daycount_priv.h"
#include "table_priv.h"

/* Entries of each kind in a day, some 150 octets each. */
#define LIMITS_MAX 262144

struct limits {
	const struct kz_config *config;
	struct table smtp;      /* by address */
	struct table nets;      /* by /24 or /48 */
	struct table servers;   /* by address */
	struct table shadows;   /* by address */
	struct table published; /* by address and zone */
	struct table webs;      /* by address and host */
	struct daycount zones;  /* by server and zone */
};

struct limits_now {
	int64_t wall_s;
	int64_t mono_ms;
};

struct limits_answer {
	bool allowed;
	uint32_t wait_ms; /* with allowed: not before */
};

/* Both clocks, read once for each question. */
struct limits_now limits_now_read(void);

/*
 * max: entries of each kind.  counts_fd: as daycount_open has it, with what
 * name servers were asked today.  KZ_EIO: no memory for that.
 */
KZ_MUST_CHECK enum kz_result limits_open(struct limits *limits,
	const struct kz_config *config, size_t max, int counts_fd);
void limits_close(struct limits *limits);

/*
 * To confirm and as a canary the shorter gap holds.  Canaries take no more than
 * half of an address's day: it may be somebody's exchanger that is looked at.
 */
enum limits_purpose { LIMITS_EXAMINE, LIMITS_CONFIRM, LIMITS_CANARY };

/* One SMTP connection.  Counted when allowed. */
struct limits_answer limits_smtp(struct limits *limits,
	const struct kz_addr *addr, enum limits_purpose purpose,
	const struct limits_now *now);

/* An earlier process connected at when_s. */
void limits_smtp_touched(struct limits *limits, const struct kz_addr *addr,
	int64_t when_s, const struct limits_now *now);

/* A connection that brought a banner, or none in its time. */
void limits_smtp_silent(struct limits *limits, const struct kz_addr *addr,
	bool silent, const struct limits_now *now);

/* None came the last time: wait for it to the end. */
bool limits_smtp_patient(struct limits *limits, const struct kz_addr *addr);

/*
 * The pages of one host at one address; the root: a canary, once a day.
 * Counted when allowed.
 */
bool limits_web(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *host, const struct limits_now *now);

/* One query.  Counted when allowed. */
struct limits_answer limits_dns(struct limits *limits,
	const struct kz_addr *server, const struct kz_name *zone,
	const struct limits_now *now);

/* It took so many datagrams and connections more than one. */
void limits_dns_more(struct limits *limits, const struct kz_addr *server,
	const struct kz_name *zone, uint32_t more,
	const struct limits_now *now);

/*
 * One more zone whose owner publishes this address, which is no name server
 * of it.  False: so many that it is a provider's machine; leave it alone.
 */
bool limits_shadow(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *zone, const struct limits_now *now);

#endif

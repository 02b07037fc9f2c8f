/* SPDX-License-Identifier: ISC */
/*
 * limits_priv - how often an address may be asked, whoever names it
 *
 * What:   says for each contact: now, later, or not; counts what was done.
 *         Bounded: what was used least lately is forgotten.
 * Units:  moments by the wall clock; waits in milliseconds.
 */
#ifndef KIZUKI_PROBE_LIMITS_PRIV_H
#define KIZUKI_PROBE_LIMITS_PRIV_H

#include "kizuki/io/config.h"

#include "table_priv.h"

struct limits {
	const struct kz_config *config;
	struct table smtp;    /* by address */
	struct table nets;    /* by /24 or /48 */
	struct table servers; /* by address */
	struct table zones;   /* by server and zone */
};

struct limits_answer {
	bool allowed;
	uint32_t wait_ms; /* with allowed: not before */
};

void limits_open(struct limits *limits, const struct kz_config *config);
void limits_close(struct limits *limits);

/* One SMTP connection; confirm: the shorter limit.  Counted when allowed. */
struct limits_answer limits_smtp(
	struct limits *limits, const struct kz_addr *addr, bool confirm);

/* An earlier process connected at when_s. */
void limits_smtp_touched(
	struct limits *limits, const struct kz_addr *addr, int64_t when_s);

/* A connection that brought a banner, or none in its time. */
void limits_smtp_silent(
	struct limits *limits, const struct kz_addr *addr, bool silent);

/* None came the last time: wait for it to the end. */
bool limits_smtp_patient(struct limits *limits, const struct kz_addr *addr);

/* The pages of one host at one address.  Counted when allowed. */
bool limits_web(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *host);

/* One query.  Counted when allowed. */
struct limits_answer limits_dns(struct limits *limits,
	const struct kz_addr *server, const struct kz_name *zone);

/* It took so many datagrams and connections more than one. */
void limits_dns_more(struct limits *limits, const struct kz_addr *server,
	const struct kz_name *zone, uint32_t more);

/*
 * One more zone whose owner publishes this address, which is no name server
 * of it.  False: so many that it is a provider's machine; leave it alone.
 */
bool limits_shadow(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *zone);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * probe_priv - the whole of a running prober
 *
 * What:   what the parts of the program share; each part's header says what
 *         it does.
 * Owner:  main.c makes and ends everything.
 */
#ifndef KIZUKI_PROBE_PROBE_PRIV_H
#define KIZUKI_PROBE_PROBE_PRIV_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "kizuki/front/line.h"
#include "kizuki/io/config.h"
#include "kizuki/io/nsquery.h"
#include "kizuki/io/resolver.h"
#include "kizuki/io/smtp.h"
#include "kizuki/io/spfpool.h"
#include "kizuki/io/suffix.h"
#include "kizuki/io/web.h"

#include "limits_priv.h"
#include "table_priv.h"

/* RFC 1035 section 3.2.2, RFC 3596 section 2.1. */
#define TYPE_A    1
#define TYPE_NS   2
#define TYPE_SOA  6
#define TYPE_PTR  12
#define TYPE_MX   15
#define TYPE_TXT  16
#define TYPE_AAAA 28
/* RFC 4034. */
#define TYPE_DS     43
#define TYPE_DNSKEY 48
/* RFC 6698. */
#define TYPE_TLSA 52

struct input;
struct rdap;
struct table;
struct whoislist;
struct registry;
struct output;
struct stat;

struct probe {
	struct event_base *base;
	struct kz_config config;
	struct kz_resolver *resolver;
	struct kz_nsquery *nsquery;
	struct kz_smtp *smtp;
	struct kz_smtp *smtp_patient; /* for those who were silent */
	struct kz_suffix *suffix;
	struct kz_web *web;     /* NULL: nobody's pages are looked at */
	struct kz_spfpool *spf; /* NULL: SPF is not looked at */
	struct registry *registry;
	struct rdap *rdap; /* NULL: none is asked */
	struct whoislist *whoislist;
	struct table *known; /* what registries said before */
	struct table *turns; /* of the servers of registries */
	bool turns_asked;    /* whoever started us grants them */
	bool turns_over;     /* and does no more */
	struct limits limits;
	struct table shared;  /* answers of servers and addresses */
	struct table zones;   /* which addresses serve a zone */
	struct table quiet;   /* addresses without a second copy of one */
	size_t shared_octets; /* packets kept there */
	struct input *input;
	struct output *output;
	uint32_t jobs;          /* sites in flight at most */
	uint32_t sites;         /* in flight */
	uint32_t verifying;     /* questions in flight */
	uint32_t canaries;      /* contacts in flight for canaries */
	uint32_t lookups;       /* registries being asked by hand */
	struct kz_name control; /* a name that nobody serves */
	int status;             /* of the program */
};

/* Whether an address may be contacted at all. */
bool probe_special(const struct probe *probe, const struct kz_addr *addr);

/*
 * Whether the operator keeps us from it: named so, or in a network of ours,
 * where a server may at most be a witness.
 */
bool probe_never(
	const struct probe *probe, const struct kz_addr *addr, bool witness);

/*
 * A pipe, a socket or a terminal: readiness can be waited for.  epoll refuses
 * what is always ready, as files and /dev/null are.
 */
bool probe_waits(const struct stat *about, int fd);

/* Out of memory: one line, and the end. */
void probe_no_memory(void) __attribute__((noreturn));

#endif

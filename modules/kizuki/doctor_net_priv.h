/* SPDX-License-Identifier: ISC */
/*
 * doctor_net_priv - what was asked of the network, and what came
 *
 * What:   doctor_net.c asks, doctor_net_say.c says what the answers mean.
 */
#ifndef KIZUKI_CLI_DOCTOR_NET_PRIV_H
#define KIZUKI_CLI_DOCTOR_NET_PRIV_H

#include "doctor_priv.h"
#include "kizuki/io/resolver.h"

#define MX_MAX    10
#define ADDRS_MAX 16

struct event_base;
struct kz_nsquery;
struct kz_smtp;

struct reach {
	unsigned asked;
	unsigned alive;
};

struct mx {
	struct net *net;
	struct kz_name host;
	uint16_t preference;
	size_t count;
	struct kz_addr addrs[ADDRS_MAX];
	unsigned answered; /* of A and AAAA, how many came as they should */
};

struct net {
	struct doctor *doctor;
	struct event_base *base;
	struct kz_nsquery *nsquery;
	struct kz_smtp *smtp;
	struct kz_resolver *resolver;
	struct reach dns[2], mail[2];
	enum kz_answer_state root;
	bool root_answered, root_secure;
	bool dnswl_answered, dnswl_all;
	bool mx_asked, mx_answered;
	size_t mx_count;
	struct mx mxs[MX_MAX];
	unsigned open; /* questions under way */
};

void doctor_net_say(struct doctor *doctor, const struct net *net);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * spfpool_priv - what the pool and its workers say to each other
 *
 * What:   one packet each way for each question, over a pair of sockets that
 *         keep packets whole.  What comes from a worker is looked at as
 *         foreign: it has read foreign text.
 */
#ifndef KIZUKI_IO_SPFPOOL_PRIV_H
#define KIZUKI_IO_SPFPOOL_PRIV_H

#include "kizuki/io/spfpool.h"

#define SPF_WORKERS 4
#define SPF_LIMIT_S 20

struct spf_question {
	uint64_t id;
	struct kz_addr client;
	struct kz_name domain;
};

struct spf_reply {
	uint64_t id;
	uint8_t outcome; /* enum kz_verify_outcome */
};

/* In a child: keep workers until fd is closed; never returns. */
_Noreturn void spf_keep(int fd, const struct kz_resolver_options *options);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * resolver_priv - what every kind of resolver starts with
 *
 * What:   the table of functions behind kizuki/io/resolver.h and the common
 *         part of a look-up.  A kind embeds both as its first member.
 */
#ifndef KIZUKI_IO_RESOLVER_PRIV_H
#define KIZUKI_IO_RESOLVER_PRIV_H

#include "kizuki/io/resolver.h"

struct kz_resolver_ops {
	/* job_size octets; zeroed and filled by kz_resolver_ask, then queued */
	size_t job_size;
	void (*start)(struct kz_resolver_job *job);
	/* forgets and frees the job */
	void (*cancel)(struct kz_resolver_job *job);
	/* frees the resolver with all its jobs */
	void (*close)(struct kz_resolver *resolver);
};

struct kz_resolver {
	const struct kz_resolver_ops *ops;
};

struct kz_resolver_job {
	struct kz_resolver *resolver;
	struct kz_name name;
	uint16_t rrtype;
	kz_resolver_done *done;
	void *arg;
};

#endif

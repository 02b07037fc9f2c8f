/* SPDX-License-Identifier: ISC */
/*
 * facts_priv - the operator's facts, read when their file changes
 *
 * What:   looks at the file once a second; what it held before holds on where
 *         it cannot be read.
 */
#ifndef KIZUKID_FACTS_PRIV_H
#define KIZUKID_FACTS_PRIV_H

#include <stdbool.h>

#include <sys/stat.h>

struct kz_daemon;
struct kz_now;

struct kz_facts_seen {
	bool looked;
	struct stat file; /* all zero: there was none */
};

void kz_facts_look(struct kz_facts_seen *seen, struct kz_daemon *daemon,
	const struct kz_now *now);

#endif

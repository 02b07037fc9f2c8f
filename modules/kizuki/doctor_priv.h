/* SPDX-License-Identifier: ISC */
/*
 * doctor_priv - what the files of kizuki doctor share
 *
 * What:   each check says one line or some: fine, what to do, or why it cannot
 *         be told.  The status is 1 where anything is to be done.
 */
#ifndef KIZUKI_CLI_DOCTOR_PRIV_H
#define KIZUKI_CLI_DOCTOR_PRIV_H

#include "cli_priv.h"

enum doctor_mood { DOCTOR_FINE, DOCTOR_TO_DO, DOCTOR_CANNOT_TELL };

struct doctor {
	struct cli *cli;
	const char *domain; /* whose MXs are ours; NULL: not known */
	bool to_do;
};

/* One line about topic; foreign text in it is cleaned. */
void doctor_say(struct doctor *doctor, enum doctor_mood mood, const char *topic,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* kizukid's own state: mode, prober, store, backups. */
void doctor_daemon(struct doctor *doctor);

/* Classes of network and symptoms that do not count at present. */
void doctor_doubts(struct doctor *doctor, const json_t *status);

/* The MTAs of this machine: fragments, sockets, greylisting beside us. */
void doctor_mta(struct doctor *doctor);

/* What leaves this machine: DNS and SMTP, each family; our own MXs. */
void doctor_net(struct doctor *doctor);

/* Clock, and the age of what was shipped. */
void doctor_machine(struct doctor *doctor);

#endif

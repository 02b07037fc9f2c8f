/* SPDX-License-Identifier: ISC */
/*
 * logrules - rule bases of liblognorm, one set for each format of log
 *
 * What:   FORMAT.rb of the data folder, then FORMAT.rb and FORMAT-*.rb of the
 *         administrator's folder, in the order of their names.  A rule's tag
 *         says what its line is (kizuki/core/logline.h), its fields are those
 *         of struct kz_logline.  A comment "# marker: WORDS" in a file of the
 *         administrator's has lines with these words looked at that the
 *         shipped rules would pass over.
 * Foreign: messages are cut at KZ_LOGRULES_MESSAGE octets.
 * Owner:  the fields of a line live until the next call.
 */
#ifndef KIZUKI_IO_LOGRULES_H
#define KIZUKI_IO_LOGRULES_H

#include <stdbool.h>

#include "kizuki/base/result.h"
#include "kizuki/core/logline.h"
#include "kizuki/io/loghead.h"

/* A log line of an MTA is some 200 octets; replies are quoted in it. */
#define KZ_LOGRULES_MESSAGE 4096
#define KZ_LOGRULES_MARKERS 16

struct kz_logrules;

/*
 * Read all rules.  data must be there, local need not.  KZ_NOT_FOUND: a file
 * of data is missing.  KZ_EFORMAT: liblognorm does not understand a file.  say
 * is told which and why.  KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result kz_logrules_open(const char *data,
	const char *local, void (*say)(void *arg, const char *message),
	void *arg, struct kz_logrules **rules);

/* NULL is fine; clears the pointer. */
void kz_logrules_close(struct kz_logrules **rules);

/* Whether the line is worth applying rules to. */
bool kz_logrules_want(
	const struct kz_logrules *rules, const struct kz_loghead *head);

/*
 * Cut the message into the fields of *line; its time is left alone.  False: no
 * rule knows it.
 */
bool kz_logrules_apply(struct kz_logrules *rules, const struct kz_loghead *head,
	struct kz_logline *line);

#endif

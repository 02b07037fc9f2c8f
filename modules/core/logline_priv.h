/* SPDX-License-Identifier: ISC */
/*
 * logline_priv - how the readers of log lines take text apart
 *
 * What:   small steps over views, and the readers of each MTA's lines.
 */
#ifndef KIZUKI_CORE_LOGLINE_PRIV_H
#define KIZUKI_CORE_LOGLINE_PRIV_H

#include "kizuki/core/logline.h"

/* Past word where text begins with it. */
bool kz_logline_skip(struct kz_str *text, struct kz_str word);

bool kz_logline_begins(struct kz_str text, struct kz_str word);

/* Where word stands first; text.len: nowhere.  word is not empty. */
size_t kz_logline_find(struct kz_str text, struct kz_str word);

/* text before the first end, or all of it. */
struct kz_str kz_logline_until(struct kz_str text, char end);

/* Port 25, or none told. */
bool kz_logline_smtp_port(struct kz_str port);

/* A name and an address into said; false: they are none. */
bool kz_logline_host(
	struct kz_str host, struct kz_str addr, struct kz_logsaid *said);

/* Each fills said, whose domain is known already. */
void kz_logline_read_postfix(
	const struct kz_logline *line, struct kz_logsaid *said);
void kz_logline_read_exim(
	const struct kz_logline *line, struct kz_logsaid *said);
void kz_logline_read_sendmail(
	const struct kz_logline *line, struct kz_logsaid *said);

#endif

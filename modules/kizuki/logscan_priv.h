/* SPDX-License-Identifier: ISC */
/*
 * logscan_priv - where the lines of logscan come from and its findings go
 *
 * What:   to kizukid in parts, each with the contacts of its time; or, with
 *         --dry-run, to standard output.
 */
#ifndef KIZUKI_CLI_LOGSCAN_PRIV_H
#define KIZUKI_CLI_LOGSCAN_PRIV_H

#include "cli_priv.h"
#include "kizuki/io/logfile.h"

/*
 * "journal", this machine's; a folder, which can only be one of journals; or a
 * file that begins like one.
 */
bool logscan_is_journal(const char *path);

/* Entries of MTAs and name servers in such a journal.  KZ_EIO, with errno. */
KZ_MUST_CHECK enum kz_result logscan_journal(
	const char *path, bool follow, const struct kz_logfile_use *use);

struct logscan_sink;

/* NULL: no memory.  NULL is fine to close; clears the pointer. */
struct logscan_sink *logscan_sink_open(struct cli *cli);
void logscan_sink_close(struct logscan_sink **sink);

void logscan_sink_finding(
	struct logscan_sink *sink, const struct kz_finding *finding);
void logscan_sink_touch(
	struct logscan_sink *sink, const struct kz_touch *touch);

/*
 * Send what is there; an exit status, also of what could not be sent before.
 * later: kizukid may be away for a while, it is tried again.
 */
int logscan_sink_send(struct logscan_sink *sink, bool later);

/* The last line: what was read and what came of it. */
int logscan_sink_say(
	struct logscan_sink *sink, uint64_t lines, uint64_t understood);

#endif

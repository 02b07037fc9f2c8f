/* SPDX-License-Identifier: ISC */
/*
 * prober_priv - a kizuki-probe of the command's own
 *
 * What:   starts it, takes its lines one by one within a time, and ends it,
 *         by force where it must be.
 * Owner:  what was started is ended by cli_prober_end.
 * Errors: an exit status as elsewhere in the command.
 */
#ifndef KIZUKI_PROBER_PRIV_H
#define KIZUKI_PROBER_PRIV_H

#include <sys/types.h>

#include "cli_priv.h"
#include "kizuki/front/line.h"

struct cli_prober {
	pid_t pid;
	int in;  /* its standard input; -1: none, or no more */
	int out; /* its standard output */
	size_t used;
	char buffer[KZ_LINE_MAX];
	struct kz_line line;
};

/*
 * It reads file, which is closed here; NULL: it reads what cli_prober_send
 * gives it, within the sandbox, and asks us for its turns at registries.
 */
int cli_prober_start(
	const struct cli *cli, FILE *file, struct cli_prober *prober);

int cli_prober_send(struct cli_prober *prober, const struct kz_line *line);

/* Nothing more is sent: it ends when all is answered. */
void cli_prober_sent(struct cli_prober *prober);

/* One line; anything but 0 ends the reading. */
typedef int cli_prober_take(void *arg, const struct kz_line *line);

/*
 * Its lines until it closes its output, or until *end_ms (monotonic), which
 * may move meanwhile.  What is no line of ours and what it complains of is
 * said here.
 */
int cli_prober_read(struct cli_prober *prober, const int64_t *end_ms,
	cli_prober_take *take, void *arg);

/* status: of all that was done with it.  *ended is as waitpid says it. */
int cli_prober_end(struct cli_prober *prober, int status, int *ended);

#endif

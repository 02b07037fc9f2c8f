/* SPDX-License-Identifier: ISC */
/*
 * output_priv - lines out, as fast as whoever reads takes them
 *
 * What:   prints JSON lines into a bounded queue and writes it to standard
 *         output.  A regular file takes all at once; a pipe or socket is
 *         written when it has room.
 * Owner:  output_close.
 */
#ifndef KIZUKI_PROBE_OUTPUT_PRIV_H
#define KIZUKI_PROBE_OUTPUT_PRIV_H

#include "probe_priv.h"

struct output *output_open(struct probe *probe);
void output_close(struct output **output);

void output_line(struct output *output, const struct kz_line *line);
void output_finding(struct output *output, const struct kz_finding *finding);

/* A live name server is told once a second at most, all else each time. */
void output_touch(
	struct output *output, const struct kz_touch *touch, bool canary);

/* text: what is wrong; bytes: the line at fault. */
void output_error(struct output *output, const char *text, struct kz_str bytes);

/* So much waits that nothing new ought to begin. */
bool output_full(const struct output *output);

/* All is written; or nobody reads any more. */
bool output_empty(const struct output *output);
bool output_broken(const struct output *output);

#endif

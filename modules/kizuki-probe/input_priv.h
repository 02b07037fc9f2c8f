/* SPDX-License-Identifier: ISC */
/*
 * input_priv - lines in, no faster than they can be worked on
 *
 * What:   reads standard input, a site a line or JSON lines; sites wait in a
 *         short queue until one of the places in flight is free, questions
 *         and canaries begin at once.  Where the queue is full, or the output
 *         does not drain, reading stops.
 * Owner:  input_close.
 */
#ifndef KIZUKI_PROBE_INPUT_PRIV_H
#define KIZUKI_PROBE_INPUT_PRIV_H

#include "probe_priv.h"

struct input *input_open(struct probe *probe);
void input_close(struct input **input);

/*
 * Something ended: begin what waits, read on, or leave the loop where the
 * input is at its end and everything is told.
 */
void input_poke(struct input *input);

#endif

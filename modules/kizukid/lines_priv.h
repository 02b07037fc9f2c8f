/* SPDX-License-Identifier: ISC */
/*
 * lines_priv - lines to and from a pipe that never blocks
 *
 * What:   a reader that cuts what comes into lines of a bounded length, and a
 *         writer with two queues of bounded size, of which the urgent one goes
 *         first, never into the middle of a line.
 */
#ifndef KIZUKID_LINES_PRIV_H
#define KIZUKID_LINES_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/base/str.h"

struct evbuffer;

struct kz_lines_in {
	size_t max; /* octets of a line */
	size_t used;
	bool skipping; /* the rest of a line that was too long */
	uint64_t too_long;
	char *bytes; /* max of them */
};

typedef void kz_lines_take(void *arg, struct kz_str line);

KZ_MUST_CHECK enum kz_result kz_lines_in_open(
	struct kz_lines_in *in, size_t max);
void kz_lines_in_close(struct kz_lines_in *in);

/* Forget what was read of an unfinished line. */
void kz_lines_in_reset(struct kz_lines_in *in);

/*
 * Read once from fd and hand on each whole line without its newline.  False:
 * the other side closed it.
 */
bool kz_lines_in_read(
	struct kz_lines_in *in, int fd, kz_lines_take *take, void *arg);

struct kz_lines_out {
	size_t max; /* octets in each queue */
	struct evbuffer *urgent;
	struct evbuffer *usual;
	struct evbuffer *leaving; /* whole lines that are being written */
};

KZ_MUST_CHECK enum kz_result kz_lines_out_open(
	struct kz_lines_out *out, size_t max);
void kz_lines_out_close(struct kz_lines_out *out);
void kz_lines_out_reset(struct kz_lines_out *out);

/* Queue a line that ends with its newline.  False: the queue is full. */
bool kz_lines_out_put(
	struct kz_lines_out *out, struct kz_str line, bool urgent);

/*
 * Write what the pipe takes; *left says whether something is left.  False:
 * the other side closed it.
 */
bool kz_lines_out_write(struct kz_lines_out *out, int fd, bool *left);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * child_priv - start a program with pipes on its three descriptors
 *
 * What:   the child dies with us, inherits nothing but its pipes and what is
 *         named, and has the usual signal dispositions.
 */
#ifndef KIZUKID_CHILD_PRIV_H
#define KIZUKID_CHILD_PRIV_H

#include <sys/types.h>

#include "kizuki/base/result.h"

struct kz_child {
	pid_t pid;
	int in;  /* non-blocking; its stdin */
	int out; /* non-blocking; its stdout */
	int err; /* non-blocking; its stderr */
};

/* Where it finds what it inherits besides. */
#define KZ_CHILD_KEPT_FD 3

/*
 * Run argv[0] (a path) with argv; keep: a descriptor of ours for it, or -1.
 * KZ_EIO: no pipe or process to be had, with errno set.  A program that cannot
 * be executed ends with status 127.
 */
KZ_MUST_CHECK enum kz_result kz_child_start(
	char *const argv[], int keep, struct kz_child *child);

#endif

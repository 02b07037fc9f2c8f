/* SPDX-License-Identifier: ISC */
/*
 * namelist - a file of domain names, one a line
 *
 * What:   "#" begins a comment; blank lines are skipped; the list comes back
 *         sorted.
 * Owner:  the caller frees list->list.
 * Errors: a line that is no name is said (file and line) and left out.
 */
#ifndef KIZUKI_IO_NAMELIST_H
#define KIZUKI_IO_NAMELIST_H

#include <stdbool.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/io/config.h"

/* More names than this are left out, and said. */
#define KZ_NAMELIST_MAX 100000

/* KZ_EIO: the file cannot be read; said, *list is empty. */
KZ_MUST_CHECK enum kz_result kz_namelist_read(const char *path,
	kz_config_say *say, void *say_arg, struct kz_config_names *list);

/* Whether exactly this name is in the sorted list. */
bool kz_namelist_has(
	const struct kz_config_names *list, const struct kz_name *name);

#endif

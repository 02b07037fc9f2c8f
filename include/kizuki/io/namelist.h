/* SPDX-License-Identifier: ISC */
/*
 * namelist - domains and what lies below them, from files of one name a line
 *
 * What:   "NAME" puts a domain on the list, "!NAME" takes one off it; of two
 *         entries the longer name decides, of two files the later one.  "#"
 *         begins a comment; blank lines are skipped; "date: YYYY-MM-DD" says
 *         of when the list is.
 * Owner:  kz_namelist_free frees what a list grew to; an empty one is zero.
 * Errors: a line that is none of these is said (file and line) and left out.
 */
#ifndef KIZUKI_IO_NAMELIST_H
#define KIZUKI_IO_NAMELIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/io/config.h"

/* More names than this are left out, and said. */
#define KZ_NAMELIST_MAX 100000

struct kz_namelist_entry {
	struct kz_name name;
	bool off;    /* "!NAME" */
	size_t turn; /* of its line in all files */
};

struct kz_namelist {
	struct kz_namelist_entry *list; /* sorted, each name once */
	size_t count;
	size_t room;
	size_t turns;
	int64_t date_s; /* of the first file that says it; 0: none does */
};

/*
 * Add a file.  KZ_NOT_FOUND: there is none; nothing was said.  KZ_EIO: it
 * cannot be read; said.  KZ_EFORMAT: lines were left out; said.
 */
KZ_MUST_CHECK enum kz_result kz_namelist_add(struct kz_namelist *list,
	const char *path, kz_config_say *say, void *say_arg);

/* Whether name, or the nearest name above it, is on the list. */
bool kz_namelist_has(
	const struct kz_namelist *list, const struct kz_name *name);

/* Frees the entries and makes the list empty. */
void kz_namelist_free(struct kz_namelist *list);

#endif

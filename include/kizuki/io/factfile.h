/* SPDX-License-Identifier: ISC */
/*
 * factfile - the file of an operator's facts, read and changed
 *
 * What:   lines of kizuki/core/fact.h.  A change writes a new file beside the
 *         old one, with its owner and mode, syncs it and puts it in its
 *         place; comments and lines that are no facts stay.
 * Owner:  the caller frees facts->list.
 * Errors: said with file and line; a bad line is left out, the others hold.
 */
#ifndef KIZUKI_IO_FACTFILE_H
#define KIZUKI_IO_FACTFILE_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"
#include "kizuki/core/fact.h"
#include "kizuki/io/config.h"

/* More facts than this are left out, and said. */
#define KZ_FACTS_MAX 10000

struct kz_facts {
	struct kz_fact *list; /* in the order of the file */
	size_t count;
};

/*
 * KZ_NOT_FOUND: there is no such file, *facts is empty.  KZ_EIO: it cannot be
 * read; said.  KZ_EINVAL: some lines are bad; said, the others are there.
 */
KZ_MUST_CHECK enum kz_result kz_factfile_read(const char *path, int64_t now_s,
	kz_config_say *say, void *say_arg, struct kz_facts *facts);

/* Append a fact.  KZ_EIO: errno says why. */
KZ_MUST_CHECK enum kz_result kz_factfile_add(
	const char *path, const struct kz_fact *fact);

/*
 * Remove the facts (or, with pardon, the pardons) of domain, of one symptom
 * where symptom is not NULL; *count of them.  KZ_NOT_FOUND: there was none.
 * KZ_EIO: errno says why.
 */
KZ_MUST_CHECK enum kz_result kz_factfile_remove(const char *path,
	const struct kz_name *domain, const enum kz_symptom *symptom,
	bool pardon, size_t *count);

#endif

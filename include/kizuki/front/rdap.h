/* SPDX-License-Identifier: ISC */
/*
 * rdap - what a registry says in JSON
 *
 * What:   the members of RFC 9083 that kizuki uses, read into the same value
 *         as WHOIS text.
 * Errors: bytes that are no such object leave the answer unclear.
 * Source: RFC 9083, RFC 7095 (jCard), RFC 9537 (redacted).
 */
#ifndef KIZUKI_FRONT_RDAP_H
#define KIZUKI_FRONT_RDAP_H

#include <jansson.h>
#include <stddef.h>

#include "kizuki/core/registry.h"

/* Longest answer that is read, and its deepest level. */
#define KZ_RDAP_TEXT_MAX ((size_t)256 * 1024)
#define KZ_RDAP_DEPTH    20

/* Always fills *answer.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_rdap_read(
	struct kz_str text, struct kz_registry_answer *answer);

/* An answer, of WHOIS or RDAP, as JSON for people and programs. */
KZ_MUST_CHECK enum kz_result kz_rdap_report(
	const struct kz_registry_answer *answer, json_t **json);

#endif

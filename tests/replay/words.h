/* SPDX-License-Identifier: ISC */
/* words - the words of a replay's script; what is none ends the program */
#ifndef KIZUKI_TESTS_REPLAY_WORDS_H
#define KIZUKI_TESTS_REPLAY_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"

struct kz_str str(const char *text);
struct kz_name name_of(const char *text);
struct kz_addr addr_of(const char *text);

/* Seconds of "10s", "5m", "6h", "14d". */
int64_t span_of(const char *text);

/* The value of the first KEY=VALUE behind the first word. */
const char *value_of(
	char **words, size_t count, const char *key, const char *otherwise);

/* A script line with its turn filled in and its comment cut off. */
void fill_line(const char *from, long long turn, char *line, size_t size);

#endif

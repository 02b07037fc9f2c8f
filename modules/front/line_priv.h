/* SPDX-License-Identifier: ISC */
/*
 * line_priv - taking values out of a JSON object and putting them in
 *
 * What:   two cursors over one JSON object.  The first value that is missing
 *         or not as expected makes the cursor bad and leaves its static text
 *         in why; later takes change nothing, so that a parser is straight
 *         code with one check at its end.  Putting works likewise.
 * Owner:  whoever made the root.
 */
#ifndef KIZUKI_FRONT_LINE_PRIV_H
#define KIZUKI_FRONT_LINE_PRIV_H

#include <jansson.h>

#include "kizuki/front/line.h"

/* 9999-12-31T23:59:59Z: what is later was not written in seconds. */
#define KZ_LINE_MOMENT_MAX INT64_C(253402300799)

struct kz_line_in {
	const json_t *root;
	const char *why; /* NULL: good so far */
};

struct kz_line_out {
	json_t *root;
	enum kz_result result; /* KZ_OK: good so far */
};

/* One key and what to say where its value is not as expected. */
struct kz_line_key {
	const char *name;
	const char *why;
};

/* clang-format off */
#define KZ_LINE_KEY(name, expected) \
	((struct kz_line_key){name, name ": " expected " expected"})
/* clang-format on */

void kz_line_fail(struct kz_line_in *in, const char *why);
bool kz_line_has(const struct kz_line_in *in, const char *name);

/* Each requires the key.  A name is never the root. */
void kz_line_take_name(
	struct kz_line_in *in, struct kz_line_key key, struct kz_name *name);
void kz_line_take_addr(
	struct kz_line_in *in, struct kz_line_key key, struct kz_addr *addr);
int64_t kz_line_take_number(struct kz_line_in *in, struct kz_line_key key,
	int64_t least, int64_t most);
bool kz_line_take_flag(struct kz_line_in *in, struct kz_line_key key);
/* Empty once bad. */
struct kz_str kz_line_take_word(struct kz_line_in *in, struct kz_line_key key);
/* No control octet, and less than size octets. */
void kz_line_take_text(
	struct kz_line_in *in, struct kz_line_key key, char *text, size_t size);
/* The list itself; NULL once bad, or longer than most. */
const json_t *kz_line_take_list(
	struct kz_line_in *in, struct kz_line_key key, size_t most);
/* A string as a view; empty where it is none. */
struct kz_str kz_line_string(const json_t *value);

/* Not what kz_line_parse would take. */
void kz_line_refuse(struct kz_line_out *out);
/* Takes value over; NULL is a lack of memory. */
void kz_line_put(struct kz_line_out *out, const char *name, json_t *value);
void kz_line_append(struct kz_line_out *out, json_t *list, json_t *value);
void kz_line_put_number(
	struct kz_line_out *out, const char *name, int64_t number);
void kz_line_put_word(
	struct kz_line_out *out, const char *name, const char *word);
/* As kz_line_take_text would take it. */
void kz_line_put_text(struct kz_line_out *out, const char *name,
	const char *text, size_t size);
void kz_line_put_name(
	struct kz_line_out *out, const char *name, const struct kz_name *value);
void kz_line_put_addr(
	struct kz_line_out *out, const char *name, const struct kz_addr *value);
void kz_line_put_flag(struct kz_line_out *out, const char *name, bool flag);

/* A date where it is there; one that would not be taken is not put. */
void kz_line_take_date(
	struct kz_line_in *in, const char *name, struct kz_registry_date *date);
void kz_line_put_date(struct kz_line_out *out, const char *name,
	const struct kz_registry_date *date);

/* States and name servers; all but contacts that follows them in a line. */
void kz_line_take_lists(
	struct kz_line_in *in, struct kz_registry_answer *answer);
void kz_line_put_lists(
	struct kz_line_out *out, const struct kz_registry_answer *answer);
void kz_line_take_rest(
	struct kz_line_in *in, struct kz_registry_answer *answer);
void kz_line_put_rest(
	struct kz_line_out *out, const struct kz_registry_answer *answer);

/* One for each kind; line is all zero but for its kind. */
typedef void kz_line_parser(struct kz_line_in *in, struct kz_line *line);
kz_line_parser kz_line_parse_finding;
kz_line_parser kz_line_parse_touched;
kz_line_parser kz_line_parse_verified;
kz_line_parser kz_line_parse_done;
kz_line_parser kz_line_parse_turn;
kz_line_parser kz_line_parse_registered;
kz_line_parser kz_line_parse_error;
kz_line_parser kz_line_parse_examine;
kz_line_parser kz_line_parse_question;
kz_line_parser kz_line_parse_canary;
kz_line_parser kz_line_parse_lookup;
kz_line_parser kz_line_parse_looked;
kz_line_parser kz_line_parse_want;
kz_line_parser kz_line_parse_grant;

typedef void kz_line_printer(
	struct kz_line_out *out, const struct kz_line *line);
kz_line_printer kz_line_print_finding;
kz_line_printer kz_line_print_touched;
kz_line_printer kz_line_print_verified;
kz_line_printer kz_line_print_done;
kz_line_printer kz_line_print_turn;
kz_line_printer kz_line_print_registered;
kz_line_printer kz_line_print_error;
kz_line_printer kz_line_print_examine;
kz_line_printer kz_line_print_question;
kz_line_printer kz_line_print_canary;
kz_line_printer kz_line_print_lookup;
kz_line_printer kz_line_print_looked;
kz_line_printer kz_line_print_want;
kz_line_printer kz_line_print_grant;

#endif

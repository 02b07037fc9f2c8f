/* SPDX-License-Identifier: ISC */
#include "kizuki/front/line.h"

#include <jansson.h>

#include "line_priv.h"

/* Ours need 3; what is deeper in unknown keys is no line of ours. */
#define DEPTH_MAX 8

/*
 * The key that tells the kind, in the order in which they are looked for:
 * "canary" is also a flag of TOUCHED.
 */
static const struct {
	const char *key;
	enum kz_line_kind kind;
	kz_line_parser *parse;
	kz_line_printer *print;
} kinds[] = {
	{"subject", KZ_LINE_FINDING, kz_line_parse_finding,
		kz_line_print_finding},
	{"touched", KZ_LINE_TOUCHED, kz_line_parse_touched,
		kz_line_print_touched},
	{"verified", KZ_LINE_VERIFIED, kz_line_parse_verified,
		kz_line_print_verified},
	{"done", KZ_LINE_DONE, kz_line_parse_done, kz_line_print_done},
	{"turn", KZ_LINE_TURN, kz_line_parse_turn, kz_line_print_turn},
	{"registered", KZ_LINE_REGISTERED, kz_line_parse_registered,
		kz_line_print_registered},
	{"registry_says", KZ_LINE_LOOKED, kz_line_parse_looked,
		kz_line_print_looked},
	{"turn_wanted", KZ_LINE_WANT, kz_line_parse_want, kz_line_print_want},
	{"error", KZ_LINE_ERROR, kz_line_parse_error, kz_line_print_error},
	{"examine", KZ_LINE_EXAMINE, kz_line_parse_examine,
		kz_line_print_examine},
	{"verify", KZ_LINE_QUESTION, kz_line_parse_question,
		kz_line_print_question},
	{"canary", KZ_LINE_CANARY, kz_line_parse_canary, kz_line_print_canary},
	{"registry_of", KZ_LINE_LOOKUP, kz_line_parse_lookup,
		kz_line_print_lookup},
	{"turn_answer", KZ_LINE_GRANT, kz_line_parse_grant,
		kz_line_print_grant},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* The library would go 2048 deep; brackets within strings do not count. */
static bool
too_deep(struct kz_str bytes)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < bytes.len; i++) {
		char octet = bytes.ptr[i];

		if (quoted && octet == '\\')
			i++;
		else if (octet == '"')
			quoted = !quoted;
		else if (!quoted && (octet == '{' || octet == '['))
			depth++;
		else if (!quoted && (octet == '}' || octet == ']') && depth > 0)
			depth--;
		if (depth > DEPTH_MAX)
			return true;
	}
	return false;
}

static void
parse_object(struct kz_line_in *in, struct kz_line *line)
{
	if (kz_line_take_number(in, KZ_LINE_KEY("v", "version 1 was"), 1, 1) !=
		1)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (!kz_line_has(in, kinds[i].key))
			continue;
		line->kind = kinds[i].kind;
		kinds[i].parse(in, line);
		return;
	}
	kz_line_fail(in, "no key that tells the kind of line");
}

enum kz_result
kz_line_parse(struct kz_str bytes, struct kz_line *line, const char **why)
{
	struct kz_line made = {0};
	struct kz_line_in in = {0};
	json_t *root;

	if (bytes.len > KZ_LINE_MAX) {
		*why = "longer than 16384 octets";
		return KZ_EFORMAT;
	}
	if (too_deep(bytes)) {
		*why = "nested more than 8 deep";
		return KZ_EFORMAT;
	}
	/* Two values for one key: each reader would take another one. */
	root = json_loadb(bytes.ptr, bytes.len, JSON_REJECT_DUPLICATES, NULL);
	in.root = root;
	if (json_is_object(root))
		parse_object(&in, &made);
	else
		in.why = "one JSON object was expected";
	json_decref(root);
	if (in.why != NULL) {
		*why = in.why;
		return KZ_EFORMAT;
	}
	*line = made;
	return KZ_OK;
}

enum kz_result
kz_line_print(
	const struct kz_line *line, char *buffer, size_t size, size_t *len)
{
	struct kz_line_out out = {.root = json_object()};
	size_t needed = 0;

	kz_line_put_number(&out, "v", 1);
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (kinds[i].kind == line->kind)
			kinds[i].print(&out, line);
	}
	if (out.result == KZ_OK)
		needed = json_dumpb(out.root, buffer, size,
			JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(out.root);
	if (out.result != KZ_OK)
		return out.result;
	if (needed == 0)
		return KZ_ENOMEM;
	if (needed >= size)
		return KZ_ETRUNC;
	buffer[needed] = '\n';
	*len = needed + 1;
	return KZ_OK;
}

/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "cli_priv.h"

/* What a state means, as told of stored evidence and of one look. */
struct state_words {
	const char *state;
	const char *stored;
	const char *looked;
};

static const struct state_words states[] = {
	{"broken", "broken", "would be broken if this lasts"},
	{"suspect", "suspect (something is bad, not enough to convict)",
		"something is bad, but would not convict"},
	{"sound", "sound", "nothing bad"},
	{"unknown", "unknown (not examined lately)", "cannot tell"},
};

static const char *
state_in_words(const char *state, bool looked)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].state, state) == 0)
			return looked ? states[i].looked : states[i].stored;
	return "unknown";
}

static void
print_head(FILE *out, const json_t *site, bool looked)
{
	const json_t *verdict = json_object_get(site, "verdict");
	const char *profile = cli_text(verdict, "profile");

	cli_put(out, cli_text(site, "site"));
	fprintf(out, ": %s",
		state_in_words(cli_text(verdict, "state"), looked));
	if (profile[0] != '\0') {
		fputs("; ", out);
		cli_put(out, profile);
		fprintf(out, " profile, %lld points",
			(long long)cli_number(verdict, "total"));
	}
	fputc('\n', out);
}

/* "  allow until 2026-12-31 00:00: our partner" */
static void
print_word(FILE *out, const json_t *site, const char *key)
{
	const json_t *word = json_object_get(site, key);
	char moment[CLI_MOMENT_SIZE];
	int64_t until_s = cli_number(word, "until");

	if (!json_is_object(word))
		return;
	fprintf(out, "  %s until %s", key,
		until_s == 0 ? "withdrawn" : cli_moment(until_s, moment));
	if (cli_text(word, "why")[0] != '\0') {
		fputs(": ", out);
		cli_put(out, cli_text(word, "why"));
	}
	fputc('\n', out);
}

static void
print_moment(FILE *out, const json_t *site, const char *key, const char *words)
{
	char moment[CLI_MOMENT_SIZE];

	fprintf(out, "%s %s", words, cli_moment(cli_number(site, key), moment));
}

/* What kizukid knows beside the verdict. */
static void
print_stored(FILE *out, const json_t *site)
{
	if (cli_number(site, "first_seen") == 0) {
		fputs("  never seen in mail", out);
	} else {
		print_moment(out, site, "first_seen", "  seen in mail from");
		print_moment(out, site, "last_seen", " to");
	}
	fputc('\n', out);
	print_moment(out, site, "examined", "  examined");
	print_moment(out, site, "next_look", ", next look");
	fputc('\n', out);
	if (cli_text(site, "zone")[0] != '\0') {
		fputs("  zone ", out);
		cli_put(out, cli_text(site, "zone"));
		fputc('\n', out);
	}
	cli_print_registration(
		out, json_object_get(site, "registration"), "  ");
	print_word(out, site, "allow");
	print_word(out, site, "deny");
	print_word(out, site, "pardon");
}

static void
print_times(FILE *out, const json_t *reason)
{
	char first[CLI_MOMENT_SIZE];
	char newest[CLI_MOMENT_SIZE];
	char ok[CLI_MOMENT_SIZE];
	int64_t ok_s = cli_number(reason, "newest_ok");

	fprintf(out, "      bad %lld times, %s to %s",
		(long long)cli_number(reason, "count"),
		cli_moment(cli_number(reason, "first_bad"), first),
		cli_moment(cli_number(reason, "newest_bad"), newest));
	if (ok_s > 0)
		fprintf(out, "; last ok %s", cli_moment(ok_s, ok));
	fputc('\n', out);
}

static void
print_reason(FILE *out, const json_t *reason, bool looked)
{
	fprintf(out, "  %2lld  ", (long long)cli_number(reason, "points"));
	cli_put(out, cli_text(reason, "id"));
	fputs("  ", out);
	cli_put(out, cli_text(reason, "object"));
	if (strcmp(cli_text(reason, "fate"), "dropped") == 0)
		fputs("  (dropped: the same cause counts elsewhere)", out);
	else if (!looked || strcmp(cli_text(reason, "fate"), "counts") != 0) {
		fputs("  (", out);
		cli_put(out, cli_text(reason, "fate"));
		fputc(')', out);
	}
	if (cli_true(reason, "convicts"))
		fputs("  convicts alone", out);
	fputc('\n', out);
	cli_paragraph(out, 6, "", cli_text(reason, "sentence"));
	if (!looked)
		print_times(out, reason);
	if (cli_text(reason, "needs")[0] != '\0')
		cli_paragraph(
			out, 6, "needed to count: ", cli_text(reason, "needs"));
	cli_paragraph(out, 6, "advice: ", cli_text(reason, "fix"));
}

static bool
reason_of(const json_t *reason, enum kz_family family)
{
	const char *id = cli_text(reason, "id");
	enum kz_symptom symptom;

	return kz_symptom_find((struct kz_str){id, strlen(id)}, &symptom) ==
		KZ_OK &&
		kz_symptom_info(symptom)->family == family;
}

static bool
listed(const json_t *list, const char *word)
{
	size_t i;
	json_t *element;

	json_array_foreach (list, i, element)
		if (json_is_string(element) &&
			strcmp(json_string_value(element), word) == 0)
			return true;
	return false;
}

/* What is to be said of one family. */
struct part {
	const char *name;
	const json_t *sum; /* NULL: no points */
	size_t reasons;
	size_t unknown;
	bool complete;
	bool expected; /* every examination covers it */
};

static void
print_part_head(FILE *out, const struct part *part)
{
	if (part->sum != NULL) {
		fprintf(out, "%s: %lld of at most %lld points", part->name,
			(long long)cli_number(part->sum, "points"),
			(long long)cli_number(part->sum, "cap"));
		if (cli_number(part->sum, "uncapped") >
			cli_number(part->sum, "points"))
			fprintf(out, " (%lld before the cap)",
				(long long)cli_number(part->sum, "uncapped"));
		fputc('\n', out);
	} else if (part->reasons > 0) {
		fprintf(out, "%s: nothing that counts\n", part->name);
	} else if (part->unknown > 0) {
		fprintf(out, "%s: nothing bad in what could be seen\n",
			part->name);
	} else if (part->complete) {
		fprintf(out, "%s: examined, nothing bad\n", part->name);
	} else if (part->expected) {
		fprintf(out, "%s: not examined completely\n", part->name);
	}
}

static bool
is_unknown(const json_t *finding, enum kz_family family)
{
	return reason_of(finding, family) &&
		strcmp(cli_text(finding, "outcome"), "unknown") == 0;
}

static bool
same_doubt(const json_t *left, const json_t *right)
{
	return strcmp(cli_text(left, "outcome"), "unknown") == 0 &&
		strcmp(cli_text(left, "id"), cli_text(right, "id")) == 0 &&
		strcmp(cli_text(left, "why"), cli_text(right, "why")) == 0;
}

static void
print_doubt(FILE *out, const json_t *finding, size_t objects)
{
	const char *why = cli_text(finding, "why");

	fputs("   ?  ", out);
	cli_put(out, cli_text(finding, "id"));
	fputs("  ", out);
	if (objects > 1)
		fprintf(out, "%zu objects", objects);
	else
		cli_put(out, cli_text(finding, "object"));
	fputc('\n', out);
	cli_paragraph(out, 6, "cannot tell: ", why[0] != '\0' ? why : "?");
}

/* Once for all objects of a symptom that stayed open for one reason. */
static void
print_unknown(FILE *out, const json_t *findings, size_t at)
{
	const json_t *finding = json_array_get(findings, at);
	size_t objects = 0;
	size_t i;
	json_t *other;

	json_array_foreach (findings, i, other) {
		if (!same_doubt(other, finding))
			continue;
		if (i < at)
			return;
		objects++;
	}
	print_doubt(out, finding, objects);
}

static void
print_family(FILE *out, const json_t *site, enum kz_family family, bool looked)
{
	const json_t *verdict = json_object_get(site, "verdict");
	const json_t *reasons = json_object_get(verdict, "reasons");
	const json_t *findings = json_object_get(site, "findings");
	struct part part = {.name = kz_family_text(family)};
	size_t i;
	json_t *element;

	part.sum = json_object_get(
		json_object_get(verdict, "families"), part.name);
	part.complete = listed(json_object_get(site, "complete"), part.name);
	part.expected = looked && family <= KZ_FAMILY_CON;
	json_array_foreach (reasons, i, element)
		part.reasons += reason_of(element, family) ? 1 : 0;
	json_array_foreach (findings, i, element)
		part.unknown += is_unknown(element, family) ? 1 : 0;
	print_part_head(out, &part);
	json_array_foreach (reasons, i, element)
		if (reason_of(element, family))
			print_reason(out, element, looked);
	/* whoever reads what is bad needs no list of what it hides */
	json_array_foreach (findings, i, element)
		if (part.sum == NULL && is_unknown(element, family))
			print_unknown(out, findings, i);
}

void
cli_print_site(FILE *out, const json_t *site, bool looked)
{
	print_head(out, site, looked);
	if (!looked)
		print_stored(out, site);
	for (int i = 0; i < KZ_FAMILY_COUNT; i++)
		print_family(out, site, (enum kz_family)i, looked);
}

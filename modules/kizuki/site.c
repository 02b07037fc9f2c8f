/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "cli_priv.h"

/* One page: where it goes, in which language, of evidence or of one look. */
struct page {
	FILE *out;
	enum kz_language language;
	bool looked;
};

/* In English and Japanese, by language. */
#define LANGUAGES 2

/* What a state means, as told of stored evidence and of one look. */
struct state_words {
	const char *state;
	const char *stored[LANGUAGES];
	const char *looked[LANGUAGES];
};

static const struct state_words states[] = {
	{"broken", {"broken", "不備あり（遅延の対象）"},
		{"would be broken if this lasts",
			"この状態が続けば遅延の対象"}},
	{"suspect",
		{"suspect (something is bad, not enough to convict)",
			"疑いあり（不備はあるが、判定には足りない）"},
		{"something is bad, but would not convict",
			"不備はあるが、判定には至らない"}},
	{"sound", {"sound", "正常"}, {"nothing bad", "不備なし"}},
	{"unknown", {"unknown (not examined lately)", "不明（最近の確認なし）"},
		{"cannot tell", "判断できない"}},
};

struct word {
	const char *key;
	const char *words[LANGUAGES];
};

static const struct word fates[] = {
	{"counts", {"counts", "算入"}},
	{"dropped",
		{"dropped: the same cause counts elsewhere",
			"除外: 同じ原因を別に算入"}},
	{"waiting", {"waiting", "継続待ち"}},
	{"suspended", {"suspended", "保留"}},
	{"pardoned", {"pardoned", "猶予"}},
	{"withheld", {"withheld", "観察のみ"}},
};

/* What operators say of a site. */
static const struct word said[] = {
	{"allow", {"allow", "許可"}},
	{"deny", {"deny", "遅延の指定"}},
	{"pardon", {"pardon", "猶予"}},
};

static const char *
either(const struct page *page, const char *english, const char *japanese)
{
	return page->language == KZ_LANGUAGE_JA ? japanese : english;
}

static const char *
moment(const struct page *page, const json_t *object, const char *key,
	char text[CLI_MOMENT_SIZE])
{
	int64_t when_s = cli_number(object, key);

	return when_s > 0 ? cli_moment(when_s, text)
			  : either(page, "never", "なし");
}

static const char *
state_in_words(const struct page *page, const char *state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].state, state) == 0)
			return page->looked ? states[i].looked[page->language]
					    : states[i].stored[page->language];
	return either(page, "unknown", "不明");
}

static void
print_head(const struct page *page, const json_t *site)
{
	const json_t *verdict = json_object_get(site, "verdict");
	const char *profile = cli_text(verdict, "profile");
	long long total = (long long)cli_number(verdict, "total");

	cli_put(page->out, cli_text(site, "site"));
	fprintf(page->out, ": %s",
		state_in_words(page, cli_text(verdict, "state")));
	if (profile[0] != '\0') {
		fputs(either(page, "; ", "、プロファイル "), page->out);
		cli_put(page->out, profile);
		if (page->language == KZ_LANGUAGE_JA)
			fprintf(page->out, "、%lld 点", total);
		else
			fprintf(page->out, " profile, %lld points", total);
	}
	fputc('\n', page->out);
}

/* "  allow until 2026-12-31 00:00: our partner" */
static void
print_word(const struct page *page, const json_t *site, const struct word *name)
{
	const json_t *word = json_object_get(site, name->key);
	const char *what = name->words[page->language];
	char text[CLI_MOMENT_SIZE];
	int64_t until_s = cli_number(word, "until");

	if (!json_is_object(word))
		return;
	if (page->language != KZ_LANGUAGE_JA)
		fprintf(page->out, "  %s until %s", what,
			until_s == 0 ? "withdrawn" : cli_moment(until_s, text));
	else if (until_s == 0)
		fprintf(page->out, "  %s（取り消すまで）", what);
	else
		fprintf(page->out, "  %s（%s まで）", what,
			cli_moment(until_s, text));
	if (cli_text(word, "why")[0] != '\0') {
		fputs(": ", page->out);
		cli_put(page->out, cli_text(word, "why"));
	}
	fputc('\n', page->out);
}

/* What kizukid knows beside the verdict. */
static void
print_stored(const struct page *page, const json_t *site)
{
	char text[CLI_MOMENT_SIZE];
	FILE *out = page->out;

	if (cli_number(site, "first_seen") == 0) {
		fputs(either(page, "  never seen in mail", "  受信なし"), out);
	} else {
		fprintf(out, "%s %s",
			either(page, "  seen in mail from", "  受信: 初回"),
			moment(page, site, "first_seen", text));
		fprintf(out, "%s %s", either(page, " to", "、最終"),
			moment(page, site, "last_seen", text));
	}
	fprintf(out, "\n%s %s", either(page, "  examined", "  確認:"),
		moment(page, site, "examined", text));
	fprintf(out, "%s %s\n", either(page, ", next look", "、次回"),
		moment(page, site, "next_look", text));
	if (cli_text(site, "zone")[0] != '\0') {
		fputs(either(page, "  zone ", "  ゾーン "), out);
		cli_put(out, cli_text(site, "zone"));
		fputc('\n', out);
	}
	cli_print_registration(out, page->language,
		json_object_get(site, "registration"), "  ");
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		print_word(page, site, &said[i]);
}

static void
print_times(const struct page *page, const json_t *reason)
{
	char first[CLI_MOMENT_SIZE];
	char newest[CLI_MOMENT_SIZE];
	char ok[CLI_MOMENT_SIZE];
	long long count = (long long)cli_number(reason, "count");

	if (page->language == KZ_LANGUAGE_JA)
		fprintf(page->out, "      bad %lld 回、%s から %s まで", count,
			moment(page, reason, "first_bad", first),
			moment(page, reason, "newest_bad", newest));
	else
		fprintf(page->out, "      bad %lld times, %s to %s", count,
			moment(page, reason, "first_bad", first),
			moment(page, reason, "newest_bad", newest));
	if (cli_number(reason, "newest_ok") > 0)
		fprintf(page->out, "%s %s",
			either(page, "; last ok", "、最後の ok"),
			moment(page, reason, "newest_ok", ok));
	fputc('\n', page->out);
}

/* "(counts)": of one look only what does not count is told. */
static void
print_fate(const struct page *page, const char *fate)
{
	if (page->looked && strcmp(fate, "counts") == 0)
		return;
	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++)
		if (strcmp(fates[i].key, fate) == 0) {
			fprintf(page->out, "  (%s)",
				fates[i].words[page->language]);
			return;
		}
	fputs("  (", page->out);
	cli_put(page->out, fate);
	fputc(')', page->out);
}

static void
print_reason(const struct page *page, const json_t *reason)
{
	const char *needs = cli_text(reason, "needs");
	FILE *out = page->out;

	fprintf(out, "  %2lld  ", (long long)cli_number(reason, "points"));
	cli_put(out, cli_text(reason, "id"));
	fputs("  ", out);
	cli_put(out, cli_text(reason, "object"));
	print_fate(page, cli_text(reason, "fate"));
	if (cli_true(reason, "convicts"))
		fputs(either(page, "  convicts alone", "  単独で判定"), out);
	fputc('\n', out);
	cli_paragraph(out, 6, "", cli_text(reason, "sentence"));
	if (!page->looked)
		print_times(page, reason);
	if (needs[0] != '\0')
		cli_paragraph(out, 6,
			either(page, "needed to count: ", "算入の条件: "),
			needs);
	cli_paragraph(out, 6, either(page, "advice: ", "対処: "),
		cli_text(reason, "fix"));
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
print_sum(const struct page *page, const struct part *part)
{
	long long points = (long long)cli_number(part->sum, "points");
	long long cap = (long long)cli_number(part->sum, "cap");
	long long uncapped = (long long)cli_number(part->sum, "uncapped");
	bool japanese = page->language == KZ_LANGUAGE_JA;

	if (japanese)
		fprintf(page->out, "%s: %lld 点（上限 %lld 点）", part->name,
			points, cap);
	else
		fprintf(page->out, "%s: %lld of at most %lld points",
			part->name, points, cap);
	if (uncapped > points && japanese)
		fprintf(page->out, "（上限を除けば %lld 点）", uncapped);
	else if (uncapped > points)
		fprintf(page->out, " (%lld before the cap)", uncapped);
	fputc('\n', page->out);
}

static void
print_part_head(const struct page *page, const struct part *part)
{
	const char *words = NULL;

	if (part->sum != NULL) {
		print_sum(page, part);
		return;
	}
	if (part->reasons > 0)
		words = either(
			page, "nothing that counts", "算入するものはなし");
	else if (part->unknown > 0)
		words = either(page, "nothing bad in what could be seen",
			"確認できた範囲では不備なし");
	else if (part->complete)
		words = either(
			page, "examined, nothing bad", "確認済み、不備なし");
	else if (part->expected)
		words = either(page, "not examined completely", "確認は不完全");
	if (words != NULL)
		fprintf(page->out, "%s: %s\n", part->name, words);
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
print_doubt(const struct page *page, const json_t *finding, size_t objects)
{
	const char *why = cli_text(finding, "why");
	FILE *out = page->out;

	fputs("   ?  ", out);
	cli_put(out, cli_text(finding, "id"));
	fputs("  ", out);
	if (objects > 1)
		fprintf(out, "%zu %s", objects, either(page, "objects", "件"));
	else
		cli_put(out, cli_text(finding, "object"));
	fputc('\n', out);
	cli_paragraph(out, 6, either(page, "cannot tell: ", "判断できない: "),
		why[0] != '\0' ? cli_doubt(why, page->language) : "?");
}

/* Once for all objects of a symptom that stayed open for one reason. */
static void
print_unknown(const struct page *page, const json_t *findings, size_t at)
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
	print_doubt(page, finding, objects);
}

static void
print_family(const struct page *page, const json_t *site, enum kz_family family)
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
	part.expected = page->looked && family <= KZ_FAMILY_CON;
	json_array_foreach (reasons, i, element)
		part.reasons += reason_of(element, family) ? 1 : 0;
	json_array_foreach (findings, i, element)
		part.unknown += is_unknown(element, family) ? 1 : 0;
	print_part_head(page, &part);
	json_array_foreach (reasons, i, element)
		if (reason_of(element, family))
			print_reason(page, element);
	/* whoever reads what is bad needs no list of what it hides */
	json_array_foreach (findings, i, element)
		if (part.sum == NULL && is_unknown(element, family))
			print_unknown(page, findings, i);
}

void
cli_print_site(const struct cli *cli, const json_t *site, bool looked)
{
	const struct page page = {
		.out = stdout, .language = cli->language, .looked = looked};

	print_head(&page, site);
	if (!looked)
		print_stored(&page, site);
	for (int i = 0; i < KZ_FAMILY_COUNT; i++)
		print_family(&page, site, (enum kz_family)i);
}

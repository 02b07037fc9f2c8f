/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "config_priv.h"
#include "kizuki/base/text.h"

#define WIDTH 79

void
config_put_wrapped(
	FILE *out, const char *prefix, size_t indent, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column == 0) {
			fputs(prefix, out);
			column = indent;
		} else {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, len, out);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void
option_describe(const struct option *option, char buffer[EXPECTED_SIZE])
{
	struct kz_text text = kz_text_make(buffer, EXPECTED_SIZE);

	option_kind(option, &text);
	if (option->type == OPTION_NUMBER && option->words[0] != '\0') {
		kz_text_word(&text, " ");
		kz_text_word(&text, option->words);
	}
	if (option->type == OPTION_NETS && option->words[0] != '\0') {
		kz_text_word(&text, "; it stands for ");
		kz_text_word(&text, strchr(option->words, ' ') + 1);
	}
}

void
option_put_value(FILE *out, const struct option *option, const char *text)
{
	const char *mark = "";

	if (!option_is_list(option)) {
		if (option->type >= OPTION_TEXT)
			mark = "\"";
		fprintf(out, "%s%s%s", mark, text, mark);
		return;
	}
	fputs(text[0] == '\0' ? "{" : "{ ", out);
	for (size_t i = 0; option_word(text, i).len > 0; i++)
		fprintf(out, "%s\"%.*s\"", i > 0 ? ", " : "",
			KZ_STR_ARG(option_word(text, i)));
	fputs(text[0] == '\0' ? "}" : " }", out);
}

static void
put_title(FILE *out, const struct config_section *section, size_t title)
{
	fputs(section->name, out);
	if (section->titles > 0) {
		fputc(' ', out);
		for (const char *c = section->title(title); *c != '\0'; c++)
			fputc(*c == '-' ? '_' : *c, out);
	}
}

/* Titles whose defaults all are those of the first need no listing. */
static size_t
titles_shown(const struct config_section *section)
{
	for (size_t i = 0; i < config_option_count; i++)
		if (config_section_of(&config_options[i]) == section &&
			config_options[i].defaults[1] != NULL)
			return section->titles;
	return 1;
}

bool
option_belongs(
	const struct option *option, const struct config_section *section)
{
	return strcmp(option->section, section->name) == 0;
}

void
config_put_titles(FILE *out, const struct config_section *section)
{
	for (size_t i = 0; i < section->titles; i++) {
		fputs(i > 0 ? ", " : "", out);
		for (const char *c = section->title(i); *c != '\0'; c++)
			fputc(*c == '-' ? '_' : *c, out);
	}
}

void
kz_config_help(FILE *out)
{
	char kind[EXPECTED_SIZE];
	char name[OPTION_NAME_SIZE];

	for (size_t i = 0; i < config_option_count; i++) {
		const struct option *option = &config_options[i];
		const struct config_section *section =
			config_section_of(option);
		size_t titles =
			option->defaults[1] == NULL ? 1 : section->titles;

		for (size_t title = 0; title < titles; title++) {
			option_full_name(option, title, name);
			fprintf(out, "%s = ", name);
			option_put_value(
				out, option, option_default(option, title));
			fputc('\n', out);
		}
		option_describe(option, kind);
		config_put_wrapped(out, "\t", 8, kind);
		config_put_wrapped(out, "\t", 8, option->text);
	}
}

static void
sample_option(FILE *out, const struct option *option, size_t title)
{
	bool top = option->section[0] == '\0';
	const char *prefix = top ? "# " : "\t# ";
	size_t indent = top ? 2 : 10;
	char kind[EXPECTED_SIZE];

	if (title == 0) {
		option_describe(option, kind);
		config_put_wrapped(out, prefix, indent, option->text);
		config_put_wrapped(out, prefix, indent, kind);
	}
	fprintf(out, "%s#%s = ", top ? "" : "\t", option->name);
	option_put_value(out, option, option_default(option, title));
	fputc('\n', out);
}

static void
sample_section(FILE *out, const struct config_section *section)
{
	size_t titles = titles_shown(section);

	fprintf(out, "\n# %s\n", section->text);
	if (section->titles > titles) {
		fputs("# (one section each for ", out);
		config_put_titles(out, section);
		fputs(")\n", out);
	}
	for (size_t title = 0; title < titles; title++) {
		const char *between = "";

		put_title(out, section, title);
		fputs(section->name[0] != '\0' ? " {\n" : "\n", out);
		for (size_t i = 0; i < config_option_count; i++) {
			if (!option_belongs(&config_options[i], section))
				continue;
			fputs(between, out);
			sample_option(out, &config_options[i], title);
			between = title == 0 ? "\n" : "";
		}
		fputs(section->name[0] != '\0' ? "}\n" : "", out);
	}
}

void
kz_config_sample(FILE *out)
{
	fputs("# kizuki.conf - every option with its default\n"
	      "#\n"
	      "# Durations: 300 (seconds), 200ms, 10m, 6h, 7d.  "
	      "Lists: { \"a\", \"b\" }.\n"
	      "# kizukid -t checks this file; see kizuki.conf(5).\n",
		out);
	for (size_t i = 0; i < CONFIG_SECTIONS; i++)
		sample_section(out, &config_sections[i]);
}

/* A table's cell must not hold the mark between cells. */
static void
put_cell(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
}

static void
manual_option(FILE *out, const struct option *option)
{
	const struct config_section *section = config_section_of(option);
	size_t titles = option->defaults[1] == NULL ? 1 : section->titles;
	char kind[EXPECTED_SIZE];

	fprintf(out, "| `%s` | ", option->name);
	for (size_t title = 0; title < titles; title++) {
		if (titles > 1)
			fprintf(out, "%s%s ", title > 0 ? ", " : "",
				section->title(title));
		fputc('`', out);
		option_put_value(out, option, option_default(option, title));
		fputc('`', out);
	}
	option_describe(option, kind);
	fputs(" | ", out);
	put_cell(out, kind);
	fputs(" | ", out);
	put_cell(out, option->text);
	fputs(" |\n", out);
}

void
kz_config_manual(FILE *out)
{
	fputs("# Configuration\n\n"
	      "This page is made from the table of options in "
	      "`modules/io/options.def`.\n\n"
	      "kizuki.conf (`/etc/kizuki/kizuki.conf`, or `-c FILE`) is read "
	      "by kizukid, kizuki-probe and kizuki. Options stand at the top "
	      "level or in sections: `name = value`, "
	      "`section { name = value }`. Comments begin with `#`. A list is "
	      "`{ \"a\", \"b\" }`, one element needs no braces, and what is "
	      "given adds to the default. A duration is a number of seconds "
	      "or has a unit: `200ms`, `300`, `10m`, `6h`, `7d`. Octets may "
	      "have `K`, `M` or `G`. Everything but letters, digits and "
	      "`-_./:@` stands in quotes. An unknown key, a bad value, a "
	      "value out of range or one given twice is an error that names "
	      "file, line and what was expected; `kizukid -t` checks a file. "
	      "[kizuki.conf](kizuki.conf) is a sample that holds every "
	      "default.\n",
		out);
	for (size_t i = 0; i < CONFIG_SECTIONS; i++) {
		const struct config_section *section = &config_sections[i];

		fprintf(out, "\n## %s\n\n", section->text);
		if (section->titles > 0) {
			fprintf(out,
				"`%s TITLE { ... }`, where TITLE is one "
				"of: ",
				section->name);
			config_put_titles(out, section);
			fputs(".\n\n", out);
		} else if (section->name[0] != '\0') {
			fprintf(out, "`%s { ... }`\n\n", section->name);
		}
		fputs("| option | default | values | meaning |\n"
		      "|---|---|---|---|\n",
			out);
		for (size_t j = 0; j < config_option_count; j++)
			if (option_belongs(&config_options[j], section))
				manual_option(out, &config_options[j]);
	}
}

/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "config_priv.h"

/* The date is that of the page's words, not of a build. */
static const char head[] =
	".\\\" Made from modules/io/options.def; make lint compares.\n"
	".Dd November 24, 2026\n"
	".Dt KIZUKI.CONF 5\n"
	".Os\n"
	".Sh NAME\n"
	".Nm kizuki.conf\n"
	".Nd configuration of kizukid, kizuki\\-probe and kizuki\n"
	".Sh DESCRIPTION\n"
	"Options stand at the top level or in sections:\n"
	".Bd -literal -offset indent\n"
	"mode = enforce            # a comment\n"
	"greylist {\n"
	"\tdelay = 10m\n"
	"}\n"
	"network {\n"
	"\town = { \"192.0.2.0/24\", \"2001:db8::/32\" }\n"
	"}\n"
	"persistence network {\n"
	"\tspan = 21d\n"
	"}\n"
	".Ed\n"
	".Pp\n"
	"A list needs no braces around a single element; what is given adds "
	"to the\n"
	"default.\n"
	"A duration is a number of seconds, or has a unit: 200ms, 30s, 10m, "
	"6h, 7d.\n"
	"Octets may have K, M or G.\n"
	"Everything but letters, digits and\n"
	".Ql -_./:@\n"
	"stands in quotes.\n"
	"A section may be given more than once.\n"
	".Pp\n"
	"An unknown key, a bad value, a value out of range or one given twice "
	"is an\n"
	"error that names file, line and what was expected.\n"
	".Ql kizukid -t\n"
	"and\n"
	".Ql kizuki config check\n"
	"look at a file.\n"
	".Sh OPTIONS\n";

static const char tail[] = ".Sh FILES\n"
			   ".Bl -tag -width Ds\n"
			   ".It Pa /etc/kizuki/kizuki.conf\n"
			   "Read unless\n"
			   ".Fl c\n"
			   "names another one.\n"
			   ".El\n"
			   ".Sh SEE ALSO\n"
			   ".Xr kizuki 1 ,\n"
			   ".Xr kizukid 8\n";

/*
 * Prose, a line for each sentence, so that mdoc spaces them.  No text of the
 * table holds a backslash or begins a word with a dot or an apostrophe, which
 * would be mdoc's.
 */
static void
put_prose(FILE *out, const char *text)
{
	char sentence[512];

	while (*text != '\0') {
		const char *end = strstr(text, ". ");
		size_t len =
			end == NULL ? strlen(text) : (size_t)(end + 1 - text);

		if (snprintf(sentence, sizeof(sentence), "%.*s", (int)len,
			    text) < 0)
			return;
		config_put_wrapped(out, "", 0, sentence);
		text += len;
		text += strspn(text, " ");
	}
}

static void
put_default(FILE *out, const struct option *option, size_t title)
{
	const char *text = option_default(option, title);

	if (text[0] == '\0' && !option_is_list(option))
		fputs("empty", out);
	else
		option_put_value(out, option, text);
}

static void
put_option(FILE *out, const struct option *option)
{
	const struct config_section *section = config_section_of(option);
	size_t titles = option->defaults[1] == NULL ? 1 : section->titles;
	char kind[EXPECTED_SIZE];

	fprintf(out, ".It Cm %s\n", option->name);
	put_prose(out, option->text);
	option_describe(option, kind);
	fputs(".br\nValues:\n", out);
	config_put_wrapped(out, "", 0, kind);
	fputs(".br\nDefault:\n.Li ", out);
	for (size_t title = 0; title < titles; title++) {
		fputs(title > 0 ? ", " : "", out);
		if (titles > 1)
			fprintf(out, "%s ", section->title(title));
		put_default(out, option, title);
	}
	fputc('\n', out);
}

static void
put_section(FILE *out, const struct config_section *section)
{
	fprintf(out, ".Ss %s\n", section->text);
	if (section->titles > 0) {
		fprintf(out,
			".Ic %s\n.Ar title\n.Ql { ... } ,\nwhere\n"
			".Ar title\nis one of\n",
			section->name);
		config_put_titles(out, section);
		fputc('\n', out);
	} else if (section->name[0] != '\0') {
		fprintf(out, ".Ic %s\n.Ql { ... }\n", section->name);
	}
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < config_option_count; i++)
		if (option_belongs(&config_options[i], section))
			put_option(out, &config_options[i]);
	fputs(".El\n", out);
}

void
kz_config_man(FILE *out)
{
	fputs(head, out);
	for (size_t i = 0; i < CONFIG_SECTIONS; i++)
		put_section(out, &config_sections[i]);
	fputs(tail, out);
}

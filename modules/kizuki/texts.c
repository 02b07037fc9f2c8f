/* SPDX-License-Identifier: ISC */
/* What the table of options says: sample, manual, man page, help. */
#include <err.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"

struct text {
	const char *name;
	void (*print)(FILE *out);
};

static const struct text texts[] = {
	{"sample", kz_config_sample},
	{"manual", kz_config_manual},
	{"man", kz_config_man},
	{"help", kz_config_help},
};

int
cli_config(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, argv[0]) == 0) {
			texts[i].print(stdout);
			return 0;
		}
	if (strcmp(argv[0], "check") != 0) {
		warnx("%s: expected sample, manual, man, help or check",
			argv[0]);
		return EX_USAGE;
	}
	/* whoever comes here has read it without an error */
	printf("%s: %s\n", cli->config_path,
		cli->config_found ? "good" : "not there; defaults hold");
	return 0;
}

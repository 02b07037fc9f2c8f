/* SPDX-License-Identifier: ISC */
/* What is registered: the domain that a registry sold, for each name. */
#include <err.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/io/idn.h"
#include "kizuki/io/suffix.h"

/* False: it is no name; said. */
static bool
print_one(const struct kz_suffix *suffix, const char *text)
{
	struct kz_name name, registrable;
	bool is_name = kz_idn_name((struct kz_str){text, strlen(text)},
			       &name) == KZ_OK;

	if (!is_name) {
		fputs("kizuki: ", stderr);
		cli_put(stderr, text);
		fputs(": is no domain name\n", stderr);
	}
	if (is_name &&
		kz_suffix_registrable(suffix, &name, &registrable) == KZ_OK)
		puts(registrable.text);
	else
		puts("-");
	return is_name;
}

int
cli_org(struct cli *cli, int argc, char **argv)
{
	struct kz_suffix *suffix = NULL;
	const char *path = cli->config.resolver.public_suffixes;
	int status = 0;

	if (kz_suffix_open(path, &suffix) != KZ_OK) {
		warnx("%s: no Public Suffix List can be read",
			path[0] == '\0' ? "libpsl" : path);
		return EX_NOINPUT;
	}
	for (int i = 0; i < argc; i++)
		if (!print_one(suffix, argv[i]))
			status = EX_DATAERR;
	kz_suffix_close(&suffix);
	return status;
}

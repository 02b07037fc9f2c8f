/* SPDX-License-Identifier: ISC */
/*
 * fakeprobe - a prober that knows everything: every name leads to its client,
 * and its site is its last two labels; nothing is ever examined
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <bsd/err.h>

#include "kizuki/front/line.h"

static struct kz_name
site_of(const struct kz_name *name)
{
	struct kz_name site = *name;

	while (kz_name_labels(&site) > 2)
		site = kz_name_parent(&site);
	return site;
}

static void
answer(const struct kz_line *asked)
{
	struct kz_line told = {.kind = KZ_LINE_VERIFIED};
	char out[KZ_LINE_MAX];
	size_t len = 0;

	told.u.verified = (struct kz_verified){
		.id = asked->u.question.id,
		.outcome = KZ_VERIFY_YES,
		.name = asked->u.question.name,
		.has_site = true,
		.site = site_of(&asked->u.question.name),
		.zone = site_of(&asked->u.question.name),
	};
	if (asked->u.question.kind == KZ_VERIFY_RDNS)
		return;
	if (kz_line_print(&told, out, sizeof(out), &len) != KZ_OK ||
		fwrite(out, 1, len, stdout) != len || fflush(stdout) != 0)
		err(EX_IOERR, "stdout");
}

int
main(void)
{
	static char bytes[KZ_LINE_MAX];
	static struct kz_line line;
	const char *why;

	while (fgets(bytes, sizeof(bytes), stdin) != NULL)
		if (kz_line_parse((struct kz_str){bytes, strlen(bytes)}, &line,
			    &why) == KZ_OK &&
			line.kind == KZ_LINE_QUESTION)
			answer(&line);
	return 0;
}

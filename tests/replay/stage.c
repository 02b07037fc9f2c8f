/* SPDX-License-Identifier: ISC */
#include "stage.h"

#include <err.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* Folders open at once while all below home is removed. */
#define FOLDERS 8

void
stage_begin(struct stage *stage, const char *folder)
{
	if (snprintf(stage->home, sizeof(stage->home), "%s/kz-replay.XXXXXX",
		    folder) >= (int)sizeof(stage->home) ||
		mkdtemp(stage->home) == NULL)
		err(EX_CANTCREAT, "%s", stage->home);
	if (kz_config_defaults(&stage->config) != KZ_OK)
		errx(EX_SOFTWARE, "no defaults");
	/* what this machine has installed is no part of a script */
	stage->config.shared_senders[0] = '\0';
	stage->config.shared_senders_own[0] = '\0';
	stage->config.mode = KZ_MODE_ENFORCE;
}

void
stage_open(struct stage *stage, const struct kz_engine_hooks *hooks)
{
	const struct kz_store_options options = {.home = stage->home};

	if (stage->engine != NULL)
		return;
	if (kz_store_open(&options, &stage->store) != KZ_OK)
		errx(EX_SOFTWARE, "no store in %s", stage->home);
	if (kz_engine_open(&stage->config, stage->store, hooks, &stage->now,
		    &stage->engine) != KZ_OK)
		errx(EX_SOFTWARE, "no engine");
}

void
stage_close(struct stage *stage)
{
	kz_engine_close(&stage->engine);
	kz_store_close(&stage->store);
}

static int
remove_one(
	const char *path, const struct stat *about, int what, struct FTW *place)
{
	(void)about;
	(void)what;
	(void)place;
	return remove(path);
}

void
stage_end(struct stage *stage)
{
	stage_close(stage);
	kz_config_free(&stage->config);
	if (nftw(stage->home, remove_one, FOLDERS, FTW_DEPTH | FTW_PHYS) != 0)
		warn("%s", stage->home);
}

/* SPDX-License-Identifier: ISC */
#include "facts_priv.h"

#include <stdlib.h>
#include <string.h>

#include "daemon_priv.h"
#include "kizuki/engine/engine.h"
#include "kizuki/io/factfile.h"

static void
say(void *arg, const char *message)
{
	const struct kz_daemon *daemon = arg;

	kz_log_say(&daemon->log, KZ_LOG_WARNING, message);
}

static bool
same_file(const struct stat *left, const struct stat *right)
{
	return left->st_ino == right->st_ino &&
		left->st_size == right->st_size &&
		left->st_mtim.tv_sec == right->st_mtim.tv_sec &&
		left->st_mtim.tv_nsec == right->st_mtim.tv_nsec &&
		left->st_ctim.tv_sec == right->st_ctim.tv_sec &&
		left->st_ctim.tv_nsec == right->st_ctim.tv_nsec;
}

void
kz_facts_look(struct kz_facts_seen *seen, struct kz_daemon *daemon,
	const struct kz_now *now)
{
	const char *path = daemon->config.facts;
	struct kz_facts facts = {0};
	struct stat found = {0};
	enum kz_result result;

	if (path[0] == '\0')
		return;
	if (stat(path, &found) != 0)
		found = (struct stat){0};
	if (same_file(&found, &seen->file) &&
		(seen->looked || found.st_ino == 0))
		return;
	seen->looked = true;
	seen->file = found;
	result = kz_factfile_read(path, now->wall_s, say, daemon, &facts);
	if (result == KZ_OK || result == KZ_EINVAL || result == KZ_NOT_FOUND) {
		kz_engine_facts(daemon->engine, facts.list, facts.count, now);
		kz_log_format(&daemon->log, KZ_LOG_INFO, "%s: %zu facts", path,
			facts.count);
	}
	free(facts.list);
}

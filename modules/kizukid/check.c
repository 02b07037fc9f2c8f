/* SPDX-License-Identifier: ISC */
#include "check_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kizuki/io/namelist.h"

#include "rights_priv.h"

static int
fault(const struct kz_daemon *daemon, const char *key, const char *value,
	const char *what)
{
	kz_log_format(&daemon->log, KZ_LOG_WARNING, "%s: %s = \"%s\": %s",
		daemon->config_path, key, value, what);
	return 1;
}

static int
check_file(const struct kz_daemon *daemon, const char *key, const char *path)
{
	if (path[0] == '\0' || access(path, R_OK) == 0)
		return 0;
	return fault(daemon, key, path, strerror(errno));
}

struct telling {
	const struct kz_daemon *daemon;
};

static void
say_list(void *arg, const char *message)
{
	const struct telling *telling = arg;

	kz_log_format(&telling->daemon->log, KZ_LOG_WARNING, "%s", message);
}

/* Its lines are said one by one; the file is one fault. */
static int
check_list(const struct kz_daemon *daemon, const char *key, const char *path)
{
	struct telling telling = {daemon};
	struct kz_namelist list = {.count = 0};
	enum kz_result result;

	if (check_file(daemon, key, path) != 0)
		return 1;
	if (path[0] == '\0')
		return 0;
	result = kz_namelist_add(&list, path, say_list, &telling);
	kz_namelist_free(&list);
	return result == KZ_OK ? 0 : 1;
}

static int
check_folder(const struct kz_daemon *daemon, const char *key, const char *path)
{
	struct stat found;

	/* A missing one is made at start. */
	if (stat(path, &found) != 0)
		return errno == ENOENT
			? 0
			: fault(daemon, key, path, strerror(errno));
	if (!S_ISDIR(found.st_mode))
		return fault(daemon, key, path, "is no folder");
	return 0;
}

static int
check_group(const struct kz_daemon *daemon, const char *key, const char *name)
{
	gid_t gid = 0;

	if (name[0] == '\0' ||
		kz_rights_group(&daemon->config, name, &gid) == KZ_OK)
		return 0;
	return fault(daemon, key, name, "there is no such group");
}

int
kz_check(const struct kz_daemon *daemon)
{
	const struct kz_config *config = &daemon->config;
	uid_t uid = 0;
	gid_t gid = 0;
	int faults = 0;

	if (kz_rights_user(config, &uid, &gid) != KZ_OK)
		faults += fault(
			daemon, "user", config->user, "there is no such user");
	faults += check_group(daemon, "policy_group", config->policy_group);
	faults +=
		check_group(daemon, "socketmap_group", config->socketmap_group);
	faults += check_group(daemon, "api_group", config->api_group);
	faults += check_folder(daemon, "state_dir", config->state_dir);
	faults += check_folder(daemon, "run_dir", config->run_dir);
	faults += check_list(daemon, "shared_senders", config->shared_senders);
	if (access(config->shared_senders_own, F_OK) == 0)
		faults += check_list(daemon, "shared_senders_own",
			config->shared_senders_own);
	faults += check_file(
		daemon, "resolver { root_hints }", config->resolver.root_hints);
	faults += check_file(daemon, "resolver { trust_anchor }",
		config->resolver.trust_anchor);
	faults += check_file(daemon, "resolver { public_suffixes }",
		config->resolver.public_suffixes);
	if (access(daemon->config.probe_path, X_OK) != 0)
		faults += fault(daemon, "probe_path", daemon->config.probe_path,
			strerror(errno));
	return faults;
}

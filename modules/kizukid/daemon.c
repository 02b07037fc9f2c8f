/* SPDX-License-Identifier: ISC */
#include "daemon_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bsd/libutil.h>
#include <event2/event.h>

#include "kizuki/core/verdict.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/store.h"

/*
 * Descriptors beside those of MTAs: database and log files, pipes, sockets,
 * the HTTP server's connections.
 */
#define OTHER_DESCRIPTORS (KZ_HTTPD_CONNECTIONS + 64)
/* Where the limit is tiny: so many MTAs are served all the same. */
#define LEAST_CONNECTIONS 16

/* As many MTAs as the configuration says, if descriptors suffice. */
static size_t
connections(const struct kz_daemon *daemon)
{
	const size_t wanted = daemon->config.limits.connections;
	struct rlimit limit = {0};
	size_t room = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur < wanted + OTHER_DESCRIPTORS &&
		limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = wanted + OTHER_DESCRIPTORS < limit.rlim_max
			? wanted + OTHER_DESCRIPTORS
			: limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		(void)getrlimit(RLIMIT_NOFILE, &limit);
	}
	room = limit.rlim_cur > OTHER_DESCRIPTORS + LEAST_CONNECTIONS
		? (size_t)limit.rlim_cur - OTHER_DESCRIPTORS
		: LEAST_CONNECTIONS;
	if (room >= wanted)
		return wanted;
	kz_log_format(&daemon->log, KZ_LOG_WARNING,
		"limits { connections = %zu } is more than %llu open files "
		"allow: %zu are served at once",
		wanted, (unsigned long long)limit.rlim_cur, room);
	return room;
}

static void
on_store_log(void *arg, enum kz_store_level level, const char *message)
{
	const struct kz_daemon *daemon = arg;

	switch (level) {
	case KZ_STORE_INFO:
		kz_log_say(&daemon->log, KZ_LOG_INFO, message);
		return;
	case KZ_STORE_WARNING:
		kz_log_say(&daemon->log, KZ_LOG_WARNING, message);
		return;
	case KZ_STORE_ALERT:
		kz_log_say(&daemon->log, KZ_LOG_ALERT, message);
		return;
	}
}

static enum kz_result
open_store(struct kz_daemon *daemon)
{
	const struct kz_store_options options = {
		.home = daemon->config.state_dir,
		.cache_bytes = daemon->config.cache_bytes,
		.sync = daemon->config.durability_sync,
		.backup_s = daemon->config.backup.every_s,
		.backup_keep = daemon->config.backup.keep,
		/* A bad page can make Berkeley DB spin for ever: end, and be
		 * started again.  Longer than any stall by a checkpoint. */
		.watchdog_s = 10,
		.log = on_store_log,
		.log_arg = daemon,
	};
	enum kz_result result = kz_store_open(&options, &daemon->store);

	if (result != KZ_EIO && result != KZ_EVERSION)
		return result;
	kz_log_format(&daemon->log, KZ_LOG_ALERT,
		"state_dir %s cannot be used: decisions go on from memory",
		daemon->config.state_dir);
	return kz_store_open_memory(&options, &daemon->store);
}

static void
on_wake(void *arg)
{
	struct kz_daemon *daemon = arg;

	kz_policyd_wake(daemon->policyd);
}

static bool
on_make_room(void *arg)
{
	struct kz_daemon *daemon = arg;

	return kz_policyd_make_room(daemon->policyd);
}

static void
describe(void *arg, struct kz_call_program *program)
{
	const struct kz_daemon *daemon = arg;
	struct kz_prober_state prober;
	struct kz_store_state store;

	kz_prober_state(daemon->prober, &prober);
	kz_store_state(daemon->store, &store);
	*program = (struct kz_call_program){
		.enforce = daemon->config.mode == KZ_MODE_ENFORCE,
		.profile = daemon->config.profile,
		.persistence = daemon->config.persistence,
		.started_s = daemon->started_s,
		.prober_up = prober.up,
		.prober_starts = prober.starts,
		.prober_bad_lines = prober.bad_lines,
		.prober_refused = prober.refused,
		.connections = kz_policyd_connections(daemon->policyd),
		.store_failing = store.failing,
		.store_waiting = store.waiting,
		.store_backup_s = store.backup_s,
	};
	(void)snprintf(program->store_cause, sizeof(program->store_cause), "%s",
		store.failing ? store.cause : "");
}

static enum kz_result
open_servers(struct kz_daemon *daemon)
{
	const struct kz_policyd_options policy = {
		.base = daemon->base,
		.engine = daemon->engine,
		.config = &daemon->config,
		.log = &daemon->log,
		.connections = connections(daemon),
	};
	const struct kz_httpd_options http = {
		.base = daemon->base,
		.engine = daemon->engine,
		.log = &daemon->log,
		.describe = describe,
		.make_room = on_make_room,
		.arg = daemon,
	};
	enum kz_result result =
		kz_policyd_open(&policy, &daemon->listen, &daemon->policyd);

	if (result == KZ_OK)
		result = kz_httpd_open(&http, &daemon->listen, &daemon->httpd);
	return result;
}

static enum kz_result
open_engine(struct kz_daemon *daemon)
{
	const struct kz_prober_options options = {
		.base = daemon->base,
		.log = &daemon->log,
		.path = daemon->config.probe_path,
		.config = daemon->config_path,
		.counts = daemon->config.state_dir,
		.wake = on_wake,
		.wake_arg = daemon,
	};
	const struct kz_now now = {
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
	struct kz_engine_hooks hooks = {0};
	char boot[KZ_CLOCK_BOOT_SIZE];
	enum kz_result result = kz_prober_open(&options, &daemon->prober);

	if (result != KZ_OK)
		return result;
	kz_prober_hooks(daemon->prober, &hooks);
	hooks.boot = kz_clock_boot(boot);
	return kz_engine_open(
		&daemon->config, daemon->store, &hooks, &now, &daemon->engine);
}

enum kz_result
kz_daemon_open(struct kz_daemon *daemon)
{
	enum kz_result result = KZ_OK;

	daemon->started_s = kz_clock_now_s();
	daemon->base = event_base_new();
	if (daemon->base == NULL)
		return KZ_ENOMEM;
	result = open_store(daemon);
	if (result == KZ_OK)
		result = open_engine(daemon);
	if (result == KZ_OK)
		result = open_servers(daemon);
	if (result == KZ_OK)
		result = kz_loop_open(daemon);
	return result;
}

void
kz_daemon_close(struct kz_daemon *daemon)
{
	const struct kz_now now = {
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};

	kz_listen_close(&daemon->listen);
	if (daemon->base != NULL)
		kz_loop_close(daemon);
	kz_httpd_close(&daemon->httpd);
	kz_policyd_close(&daemon->policyd);
	if (daemon->engine != NULL)
		kz_engine_commit(daemon->engine, &now);
	/* Its last words go through the prober's hooks. */
	kz_engine_close(&daemon->engine);
	kz_prober_close(&daemon->prober);
	kz_store_close(&daemon->store);
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	if (daemon->pidfile != NULL)
		(void)pidfile_remove(daemon->pidfile);
}

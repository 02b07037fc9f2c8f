/* SPDX-License-Identifier: ISC */
#include "daemon_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/event.h>
#include <systemd/sd-daemon.h>

#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/store.h"

static struct kz_now
now_read(void)
{
	return (struct kz_now){
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
}

static bool
alive_path(const struct kz_daemon *daemon, char path[KZ_PATH_SIZE])
{
	const int len = snprintf(
		path, KZ_PATH_SIZE, "%s/alive", daemon->config.run_dir);

	return len > 0 && len < KZ_PATH_SIZE;
}

/*
 * MTAs look at its age: an old one says that asking is in vain.  Sendmail's
 * rulesets see no file's age, they read the moment that stands in it.
 */
static void
touch_alive(struct kz_daemon *daemon, int64_t now_s)
{
	char path[KZ_PATH_SIZE];
	char line[32];
	struct stat found;
	int len;

	/* Somebody cleaned run_dir: make it anew. */
	if (daemon->alive_fd >= 0 &&
		(fstat(daemon->alive_fd, &found) != 0 || found.st_nlink == 0)) {
		close(daemon->alive_fd);
		daemon->alive_fd = -1;
	}
	if (daemon->alive_fd < 0 && alive_path(daemon, path))
		daemon->alive_fd = open(path,
			O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	/* Always of one length, in one write: no reader sees half of it. */
	len = snprintf(line, sizeof(line), "alive %010" PRId64 "\n", now_s);
	if (daemon->alive_fd >= 0 && len > 0 && len < (int)sizeof(line) &&
		pwrite(daemon->alive_fd, line, (size_t)len, 0) < 0)
		(void)futimens(daemon->alive_fd, NULL); /* a full disk */
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct kz_daemon *daemon = arg;
	const struct kz_now now = now_read();

	(void)fd;
	(void)what;
	kz_facts_look(&daemon->facts, daemon, &now);
	kz_observe_tick(daemon->engine, &now);
	kz_schedule_tick(daemon->engine, &now);
	touch_alive(daemon, now.wall_s);
	kz_log_tick(&daemon->log);
	(void)sd_notify(0, "WATCHDOG=1");
}

static void
on_stop(evutil_socket_t number, short what, void *arg)
{
	struct kz_daemon *daemon = arg;

	(void)what;
	kz_log_format(&daemon->log, KZ_LOG_INFO, "stopping: %s",
		strsignal((int)number));
	daemon->stop = true;
}

/*
 * Nothing is read again: greylist delays, rates and profiles are in use by
 * what is under way, and a restart costs an MTA nothing.
 */
static void
on_hangup(evutil_socket_t number, short what, void *arg)
{
	const struct kz_daemon *daemon = arg;

	(void)number;
	(void)what;
	kz_log_say(&daemon->log, KZ_LOG_WARNING,
		"SIGHUP: the configuration is read at start only; check it "
		"with kizukid -t and restart kizukid, nothing is lost by it");
}

enum kz_result
kz_loop_open(struct kz_daemon *daemon)
{
	const struct timeval second = {.tv_sec = 1};
	struct event **signals = daemon->signals;
	bool good = true;

	daemon->alive_fd = -1;
	signals[0] = evsignal_new(daemon->base, SIGTERM, on_stop, daemon);
	signals[1] = evsignal_new(daemon->base, SIGINT, on_stop, daemon);
	signals[2] = evsignal_new(daemon->base, SIGHUP, on_hangup, daemon);
	daemon->tick = event_new(daemon->base, -1, EV_PERSIST, on_tick, daemon);
	for (int i = 0; i < 3; i++)
		good = good && signals[i] != NULL &&
			event_add(signals[i], NULL) == 0;
	if (!good || daemon->tick == NULL ||
		event_add(daemon->tick, &second) != 0)
		return KZ_ENOMEM;
	return KZ_OK;
}

void
kz_loop_close(struct kz_daemon *daemon)
{
	char path[KZ_PATH_SIZE];

	for (int i = 0; i < 3; i++)
		if (daemon->signals[i] != NULL)
			event_free(daemon->signals[i]);
	if (daemon->tick != NULL)
		event_free(daemon->tick);
	if (daemon->alive_fd < 0)
		return;
	close(daemon->alive_fd);
	if (alive_path(daemon, path))
		(void)unlink(path);
}

/* False: there is no going on. */
static bool
wake_up(struct kz_daemon *daemon)
{
	if (event_base_loop(daemon->base, EVLOOP_ONCE) >= 0)
		return true;
	kz_log_format(&daemon->log, KZ_LOG_ALERT, "the event loop failed: %s",
		strerror(errno));
	return false;
}

/* One wake-up, one transaction; answers leave behind it. */
static void
settle(struct kz_daemon *daemon)
{
	const struct kz_now now = now_read();

	kz_engine_commit(daemon->engine, &now);
	kz_policyd_flush(daemon->policyd);
	kz_log_flush(&daemon->log);
	kz_store_beat(daemon->store);
}

/* On a thread of the store: the one that was the loop waits for a disk. */
static void
go_on(void *arg)
{
	struct kz_daemon *daemon = arg;
	sigset_t none, before;
	bool good = true;

	(void)sigemptyset(&none);
	kz_policyd_flush(daemon->policyd);
	kz_log_flush(&daemon->log);
	while (good && !daemon->stop && kz_store_hangs(daemon->store)) {
		/*
		 * Anew each time: a signal meant for the process lies with the
		 * thread that hangs until another one's mask changes.
		 */
		(void)pthread_sigmask(SIG_SETMASK, &none, &before);
		good = wake_up(daemon);
		settle(daemon);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
}

void
kz_loop_run(struct kz_daemon *daemon)
{
	touch_alive(daemon, kz_clock_now_s());
	kz_log_collect();
	kz_log_start(&daemon->log);
	(void)sd_notify(0, "READY=1\nSTATUS=deciding");
	while (!daemon->stop && wake_up(daemon)) {
		/* No callback is under way: another thread may take over. */
		kz_store_stand_by(daemon->store, go_on, daemon);
		settle(daemon);
		kz_store_stand_by(daemon->store, NULL, NULL);
	}
	(void)sd_notify(0, "STOPPING=1");
}

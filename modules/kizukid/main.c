/* SPDX-License-Identifier: ISC */
/*
 * kizukid - decide for MTAs which mail is to be late
 *
 * Order:  options, configuration, what needs rights (folders, sockets), rights
 *         dropped, what needs none (store, engine, servers, prober), loop.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <bsd/libutil.h>

#include "background_priv.h"
#include "check_priv.h"
#include "daemon_priv.h"
#include "rights_priv.h"

struct options {
	const char *config;
	bool check;
	bool foreground;
	bool help_config;
};

static const char usage[] =
	"usage: kizukid [-c FILE] [-t] [-f] [--help-config]\n"
	"  -c FILE        configuration (" KZ_CONFIG_FILE ")\n"
	"  -t             check it and what it names, then end\n"
	"  -f             stay in the foreground, log to stderr too\n"
	"  --help-config  print every option with its default and range\n";

/* False: said, and the exit status is EX_USAGE. */
static bool
parse_options(int argc, char *argv[], struct options *options)
{
	static const struct option longs[] = {
		{"help-config", no_argument, NULL, 'H'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c = 0;

	*options = (struct options){.config = KZ_CONFIG_FILE};
	while ((c = getopt_long(argc, argv, "c:tfh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 't':
			options->check = true;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 'H':
			options->help_config = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EX_OK);
		default:
			fputs(usage, stderr);
			return false;
		}
	}
	if (optind != argc)
		fputs(usage, stderr);
	return optind == argc;
}

static int
exit_status(enum kz_result result)
{
	switch (result) {
	case KZ_OK:
		return EX_OK;
	case KZ_EINVAL:
		return EX_CONFIG;
	case KZ_EBUSY:
		return EX_TEMPFAIL;
	default:
		return EX_OSERR;
	}
}

static void
say_config(void *arg, const char *message)
{
	kz_log_say(arg, KZ_LOG_ALERT, message);
}

/* False: every error was said. */
static bool
read_config(struct kz_daemon *daemon, const char *path)
{
	enum kz_result result = KZ_OK;
	char *absolute = realpath(path, NULL);
	int len = -1;

	if (absolute != NULL)
		len = snprintf(daemon->config_path, sizeof(daemon->config_path),
			"%s", absolute);
	if (len < 0) {
		kz_log_format(&daemon->log, KZ_LOG_ALERT, "%s: %s", path,
			strerror(errno));
		free(absolute);
		return false;
	}
	free(absolute);
	result = kz_config_read(
		daemon->config_path, say_config, &daemon->log, &daemon->config);
	if (result == KZ_ENOMEM || result == KZ_EIO)
		kz_log_format(&daemon->log, KZ_LOG_ALERT,
			"%s: cannot be read: %s", path, kz_result_text(result));
	return result == KZ_OK;
}

static enum kz_result
open_pidfile(struct kz_daemon *daemon)
{
	char path[KZ_PATH_SIZE];
	pid_t other = 0;
	const int len = snprintf(
		path, sizeof(path), "%s/kizukid.pid", daemon->config.run_dir);

	if (len < 0 || (size_t)len >= sizeof(path))
		return KZ_EINVAL;
	daemon->pidfile = pidfile_open(path, 0644, &other);
	if (daemon->pidfile != NULL) {
		(void)pidfile_write(daemon->pidfile);
		return KZ_OK;
	}
	if (errno == EEXIST) {
		kz_log_format(&daemon->log, KZ_LOG_ALERT,
			"%s: another kizukid runs, pid %ld", path, (long)other);
		return KZ_EBUSY;
	}
	/* The store's lock is what keeps a second one away. */
	kz_log_format(&daemon->log, KZ_LOG_WARNING, "%s: not written: %s", path,
		strerror(errno));
	return KZ_OK;
}

static enum kz_result
start(struct kz_daemon *daemon)
{
	enum kz_result result =
		kz_rights_folders(&daemon->config, &daemon->log);

	if (result == KZ_OK)
		result = kz_listen_open(
			&daemon->listen, &daemon->config, &daemon->log);
	if (result == KZ_OK)
		result = kz_rights_drop(&daemon->config, &daemon->log);
	if (result == KZ_OK)
		result = open_pidfile(daemon);
	if (result == KZ_OK)
		result = kz_daemon_open(daemon);
	if (result == KZ_ENOMEM)
		kz_log_say(&daemon->log, KZ_LOG_ALERT, "no memory to start");
	return result;
}

static int
serve(struct kz_daemon *daemon, bool foreground)
{
	enum kz_result result = KZ_OK;
	int ready = -1;

	/* A service manager waits for READY=1 from the process it started. */
	if (!foreground && getenv("NOTIFY_SOCKET") == NULL &&
		kz_background_begin(&ready) != KZ_OK) {
		kz_log_format(&daemon->log, KZ_LOG_ALERT, "cannot fork: %s",
			strerror(errno));
		return EX_OSERR;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(022);
	result = start(daemon);
	if (result == KZ_OK) {
		kz_daemon_announce(daemon);
		kz_prober_start(daemon->prober, daemon->engine);
		if (ready >= 0)
			kz_background_ready(ready);
		daemon->log.on_stderr = foreground;
		kz_loop_run(daemon);
	}
	kz_daemon_close(daemon);
	if (result == KZ_OK)
		kz_log_say(&daemon->log, KZ_LOG_INFO, "stopped");
	if (!kz_log_stop(&daemon->log))
		_exit(exit_status(result));
	return exit_status(result);
}

static int
check(const struct kz_daemon *daemon)
{
	const int faults = kz_check(daemon);

	if (faults == 0)
		kz_log_format(&daemon->log, KZ_LOG_INFO, "%s: fine",
			daemon->config_path);
	return faults == 0 ? EX_OK : EX_CONFIG;
}

int
main(int argc, char *argv[])
{
	static struct kz_daemon daemon; /* large; everything is zero */
	struct options options;
	int status = EX_CONFIG;

	if (!parse_options(argc, argv, &options))
		return EX_USAGE;
	if (options.help_config) {
		kz_config_help(stdout);
		return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
	}
	daemon.alive_fd = -1;
	kz_log_open(&daemon.log, true, !options.check);
	if (read_config(&daemon, options.config)) {
		status = options.check ? check(&daemon)
				       : serve(&daemon, options.foreground);
		kz_config_free(&daemon.config);
	}
	return status;
}

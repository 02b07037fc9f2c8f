/* SPDX-License-Identifier: ISC */
/*
 * cli_run - run the kizuki command and keep what it wrote, for tests
 *
 * What:   the program of the same build, with a configuration file of the
 *         test's own, whose run_dir is the folder of a canned server.
 * Owner:  one struct for each test; cli_make, cli_clean.
 */
#ifndef KIZUKI_TESTS_CLI_RUN_H
#define KIZUKI_TESTS_CLI_RUN_H

#include <bsd/string.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "canned_http.h"

#define CLI_ARGS 12

struct cli_run {
	char folder[64];
	char config[96];
	char out[32768];
	char err[8192];
	int status;
	bool as_nobody; /* a user without rights; the test is root */
};

static inline void
cli_write(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0)
		abort();
}

static inline void
cli_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, text, size - 1);

	text[got > 0 ? got : 0] = '\0';
	close(fd);
}

/* more is appended to the configuration. */
static inline void
cli_make(struct cli_run *run, const struct canned *canned, const char *more)
{
	char text[1024];

	(void)snprintf(
		run->folder, sizeof(run->folder), "/tmp/kizuki-cli.XXXXXX");
	if (mkdtemp(run->folder) == NULL)
		abort();
	(void)snprintf(run->config, sizeof(run->config), "%s/kizuki.conf",
		run->folder);
	(void)snprintf(text, sizeof(text), "run_dir = \"%s\"\n%s",
		canned == NULL ? run->folder : canned->folder, more);
	cli_write(run->config, text, 0644);
}

static inline void
cli_path(const struct cli_run *run, const char *name, char *path, size_t size)
{
	(void)snprintf(path, size, "%s/%s", run->folder, name);
}

static inline void
cli_clean(struct cli_run *run)
{
	static const char *const names[] = {
		"kizuki.conf", "in", "out", "err", "probe", "asked"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cli_path(run, names[i], path, sizeof(path));
		unlink(path);
	}
	rmdir(run->folder);
}

static inline void
cli_child(const struct cli_run *run, const char *const *args)
{
	static char program[PATH_MAX];
	static char config[sizeof(run->config)];
	char path[128];
	char *argv[CLI_ARGS + 4] = {(char[]){"kizuki"}, (char[]){"-c"}};
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 32);
	size_t count = 0;

	memcpy(config, run->config, sizeof(config));
	/* build/X/unit/test_cli -> build/X/bin/kizuki */
	program[len > 0 ? len : 0] = '\0';
	for (int i = 0; i < 2 && strrchr(program, '/') != NULL; i++)
		*strrchr(program, '/') = '\0';
	if (strlcat(program, "/bin/kizuki", sizeof(program)) >= sizeof(program))
		_exit(126);
	argv[2] = config;
	while (args[count] != NULL && count < CLI_ARGS)
		count++;
	memcpy(&argv[3], args, count * sizeof(args[0])); /* execv's type */
	cli_path(run, "in", path, sizeof(path));
	dup2(open(path, O_RDONLY), STDIN_FILENO);
	cli_path(run, "out", path, sizeof(path));
	dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
	cli_path(run, "err", path, sizeof(path));
	dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
	if (run->as_nobody && setuid(65534) != 0)
		_exit(126);
	execv(program, argv);
	_exit(126);
}

/* args ends with NULL; input is the program's standard input. */
static inline void
cli_run_with(struct cli_run *run, const char *input, const char *const *args)
{
	char path[128];
	int status = 0;
	pid_t pid;

	cli_path(run, "in", path, sizeof(path));
	cli_write(path, input, 0600);
	pid = fork();
	if (pid == 0)
		cli_child(run, args);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	cli_path(run, "out", path, sizeof(path));
	cli_read(path, run->out, sizeof(run->out));
	cli_path(run, "err", path, sizeof(path));
	cli_read(path, run->err, sizeof(run->err));
}

#define CLI(run, ...)                                                          \
	cli_run_with(run, "", (const char *const[]){__VA_ARGS__, NULL})

/* It wrote these words. */
static inline void
cli_says(const struct cli_run *run, const char *words)
{
	if (strstr(run->out, words) == NULL)
		print_error("no \"%s\" in:\n%s%s", words, run->out, run->err);
	assert_non_null(strstr(run->out, words));
}

/* It ended with this status, and these words on standard error. */
static inline void
cli_complains(const struct cli_run *run, int status, const char *words)
{
	if (run->status != status || strstr(run->err, words) == NULL)
		print_error(
			"%d, no \"%s\" in:\n%s", run->status, words, run->err);
	assert_int_equal(run->status, status);
	assert_non_null(strstr(run->err, words));
}

#endif

/* SPDX-License-Identifier: ISC */
#include "child_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { END_READ, END_WRITE };

struct pipes {
	int in[2], out[2], err[2];
};

static void
close_pair(const int pair[2])
{
	if (pair[END_READ] >= 0)
		close(pair[END_READ]);
	if (pair[END_WRITE] >= 0)
		close(pair[END_WRITE]);
}

static void
close_pipes(const struct pipes *pipes)
{
	const int cause = errno;

	close_pair(pipes->in);
	close_pair(pipes->out);
	close_pair(pipes->err);
	errno = cause;
}

static int
no_block(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/*
 * Between fork and exec: other threads were not copied, so only calls that
 * are safe in a signal handler.
 */
_Noreturn static void
become(const struct pipes *pipes, pid_t parent, int keep, char *const argv[])
{
	sigset_t none;

	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
		dup2(pipes->in[END_READ], STDIN_FILENO) < 0 ||
		dup2(pipes->out[END_WRITE], STDOUT_FILENO) < 0 ||
		dup2(pipes->err[END_WRITE], STDERR_FILENO) < 0)
		_exit(127);
	/* The ends of the pipes have done: their numbers are free. */
	if (keep == KZ_CHILD_KEPT_FD
			? fcntl(keep, F_SETFD, 0) != 0
			: keep >= 0 && dup2(keep, KZ_CHILD_KEPT_FD) < 0)
		_exit(127);
	/* Belt and braces: everything of ours is close-on-exec already. */
	(void)close_range(
		keep >= 0 ? KZ_CHILD_KEPT_FD + 1 : STDERR_FILENO + 1, ~0U, 0);
	(void)execv(argv[0], argv);
	_exit(127);
}

enum kz_result
kz_child_start(char *const argv[], int keep, struct kz_child *child)
{
	struct pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
	const pid_t parent = getpid();
	pid_t pid = -1;

	if (pipe2(pipes.in, O_CLOEXEC) != 0 ||
		pipe2(pipes.out, O_CLOEXEC) != 0 ||
		pipe2(pipes.err, O_CLOEXEC) != 0 ||
		no_block(pipes.in[END_WRITE]) != 0 ||
		no_block(pipes.out[END_READ]) != 0 ||
		no_block(pipes.err[END_READ]) != 0 || (pid = fork()) < 0) {
		close_pipes(&pipes);
		return KZ_EIO;
	}
	if (pid == 0)
		become(&pipes, parent, keep, argv);
	close(pipes.in[END_READ]);
	close(pipes.out[END_WRITE]);
	close(pipes.err[END_WRITE]);
	*child = (struct kz_child){.pid = pid,
		.in = pipes.in[END_WRITE],
		.out = pipes.out[END_READ],
		.err = pipes.err[END_READ]};
	return KZ_OK;
}

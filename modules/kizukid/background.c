/* SPDX-License-Identifier: ISC */
#include "background_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* In the parent: serve as the exit status of the start. */
_Noreturn static void
await(pid_t child, int started)
{
	char byte = 0;
	int status = 0;
	ssize_t len = 0;

	do
		len = read(started, &byte, 1);
	while (len < 0 && errno == EINTR);
	if (len == 1)
		_exit(EX_OK);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(EX_SOFTWARE);
}

enum kz_result
kz_background_begin(int *ready)
{
	int ends[2] = {-1, -1};
	pid_t child = -1;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return KZ_EIO;
	child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return KZ_EIO;
	}
	if (child > 0) {
		close(ends[1]);
		await(child, ends[0]);
	}
	close(ends[0]);
	(void)setsid();
	*ready = ends[1];
	return KZ_OK;
}

void
kz_background_ready(int ready)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		close(null);
	}
	if (write(ready, "", 1) != 1 && errno == EINTR)
		(void)!write(ready, "", 1);
	close(ready);
}

/* SPDX-License-Identifier: ISC */
/*
 * stall - a disk that hangs on demand, preloaded into a program
 *
 * As long as a file named by STALL.write is there, a write to a file whose
 * path holds STALL_PATH does not come back; with STALL.sync a flush of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
hold(const char *what, int fd)
{
	const char *stall = getenv("STALL");
	const char *path = getenv("STALL_PATH");
	char link[64], file[4096], name[4096];
	ssize_t len;

	if (stall == NULL || path == NULL ||
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd) < 0 ||
		snprintf(name, sizeof(name), "%s.%s", stall, what) < 0)
		return;
	len = readlink(link, file, sizeof(file) - 1);
	if (len < 0)
		return;
	file[len] = '\0';
	while (strstr(file, path) != NULL && access(name, F_OK) == 0) {
		const struct timespec pause = {.tv_nsec = 10000000};

		(void)nanosleep(&pause, NULL);
	}
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's
 * names are reserved ones */
ssize_t
write(int fd, const void *bytes, size_t len)
{
	hold("write", fd);
	return syscall(SYS_write, fd, bytes, len);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	hold("write", fd);
	return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	hold("write", fd);
	return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

int
fsync(int fd)
{
	hold("sync", fd);
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	hold("sync", fd);
	return (int)syscall(SYS_fdatasync, fd);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

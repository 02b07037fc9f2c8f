/* SPDX-License-Identifier: ISC */
#include "counts_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char name[] = "prober-counts";

/* A plain file of ours; -1 with errno. */
static int
open_file(const char *folder)
{
	char path[PATH_MAX];
	struct stat about;
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd;

	if (len < 0 || (size_t)len >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		0600);
	if (fd < 0 || (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)))
		return fd;
	(void)close(fd);
	errno = EINVAL;
	return -1;
}

int
kz_counts_open(const char *folder, const struct kz_log *log)
{
	int fd = folder != NULL ? open_file(folder) : -1;

	if (fd >= 0)
		return fd;
	if (folder != NULL)
		kz_log_format(log, KZ_LOG_WARNING,
			"%s/%s cannot be opened (%s): what name servers were "
			"asked today is known until kizukid ends",
			folder, name, strerror(errno));
	return memfd_create("kizuki-counts", MFD_CLOEXEC);
}

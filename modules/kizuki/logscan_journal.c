/* SPDX-License-Identifier: ISC */
/* The journal of systemd as a log. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "logscan_priv.h"

#define WAIT_US 500000U

/* Whose entries are asked for: everything else stays unread. */
static const char *const matches[] = {
	"SYSLOG_IDENTIFIER=postfix/smtp",
	"SYSLOG_IDENTIFIER=postfix/qmgr",
	"SYSLOG_IDENTIFIER=exim",
	"SYSLOG_IDENTIFIER=exim4",
	"SYSLOG_IDENTIFIER=sendmail",
	"SYSLOG_IDENTIFIER=sm-mta",
	"SYSLOG_IDENTIFIER=sm-msp-queue",
	"SYSLOG_IDENTIFIER=named",
	"SYSLOG_IDENTIFIER=unbound",
	/* An instance writes its own name in front: postfix-out/smtp. */
	"_SYSTEMD_UNIT=postfix@-.service",
	"_SYSTEMD_UNIT=postfix.service",
	"_SYSTEMD_UNIT=exim4.service",
	"_SYSTEMD_UNIT=sendmail.service",
	"_SYSTEMD_UNIT=named.service",
	"_SYSTEMD_UNIT=unbound.service",
};

/* What stands behind "NAME=" in the entry; empty where it lacks that. */
static struct kz_str
field(sd_journal *journal, const char *name)
{
	const void *data = NULL;
	size_t len = 0, skip = strlen(name) + 1;

	if (sd_journal_get_data(journal, name, &data, &len) < 0 || len < skip)
		return (struct kz_str){"", 0};
	return (struct kz_str){(const char *)data + skip, len - skip};
}

/* Copies: one field's bytes may go with the next one asked for. */
static struct kz_str
keep(struct kz_str text, char *buffer, size_t size)
{
	if (text.len > size)
		text.len = size;
	memcpy(buffer, text.ptr, text.len);
	return (struct kz_str){buffer, text.len};
}

static void
give_entry(sd_journal *journal, const struct kz_logfile_use *use)
{
	struct kz_logfile_line line = {.when_s = 0};
	char program[64], process[16];
	uint64_t when_us = 0;
	struct kz_str pid;

	if (sd_journal_get_realtime_usec(journal, &when_us) < 0)
		return;
	line.when_s = (int64_t)(when_us / 1000000);
	line.program = keep(
		field(journal, "SYSLOG_IDENTIFIER"), program, sizeof(program));
	pid = field(journal, "SYSLOG_PID");
	if (pid.len == 0)
		pid = field(journal, "_PID");
	line.process = keep(pid, process, sizeof(process));
	line.text = field(journal, "MESSAGE");
	if (line.text.len > KZ_LOGFILE_LINE)
		line.text.len = KZ_LOGFILE_LINE;
	use->line(use->arg, &line);
}

static int
select_entries(sd_journal *journal)
{
	int result = 0;

	for (size_t i = 0;
		i < sizeof(matches) / sizeof(matches[0]) && result >= 0; i++) {
		result = sd_journal_add_match(journal, matches[i], 0);
		if (result >= 0)
			result = sd_journal_add_disjunction(journal);
	}
	return result;
}

static int
read_entries(sd_journal *journal, bool follow, const struct kz_logfile_use *use)
{
	int result = sd_journal_seek_head(journal);

	while (result >= 0) {
		result = sd_journal_next(journal);
		if (result > 0)
			give_entry(journal, use);
		if (result != 0)
			continue;
		if (!follow || !use->idle(use->arg))
			break;
		result = sd_journal_wait(journal, WAIT_US);
	}
	return result;
}

bool
logscan_is_journal(const char *path)
{
	static const char signature[8] = "LPKSHHRH";
	struct stat status;
	char head[sizeof(signature)] = "";
	bool found;
	int fd;

	if (strcmp(path, "journal") == 0)
		return true;
	if (strcmp(path, "-") == 0 || stat(path, &status) != 0)
		return false;
	if (S_ISDIR(status.st_mode))
		return true;
	if (!S_ISREG(status.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	found = pread(fd, head, sizeof(head), 0) == sizeof(head) &&
		memcmp(head, signature, sizeof(head)) == 0;
	(void)close(fd);
	return found;
}

/* This machine's, those of a folder, or one file. */
static int
open_journal(const char *path, sd_journal **journal)
{
	const char *files[] = {path, NULL};
	struct stat status;

	if (strcmp(path, "journal") == 0)
		return sd_journal_open(journal, SD_JOURNAL_LOCAL_ONLY);
	if (stat(path, &status) != 0)
		return -errno;
	return S_ISDIR(status.st_mode)
		? sd_journal_open_directory(journal, path, 0)
		: sd_journal_open_files(journal, files, 0);
}

enum kz_result
logscan_journal(const char *path, bool follow, const struct kz_logfile_use *use)
{
	sd_journal *journal = NULL;
	uint64_t octets = 0;
	int result = open_journal(path, &journal);

	/* A folder without journals is as good as an empty one to libsystemd.
	 */
	if (result >= 0 && !follow &&
		sd_journal_get_usage(journal, &octets) >= 0 && octets == 0)
		result = -ENODATA;
	if (result >= 0)
		result = select_entries(journal);
	if (result >= 0)
		result = read_entries(journal, follow, use);
	if (journal != NULL)
		sd_journal_close(journal);
	if (result >= 0)
		return KZ_OK;
	errno = -result;
	return result == -ENODATA ? KZ_NOT_FOUND : KZ_EIO;
}

/* SPDX-License-Identifier: ISC */
/* The MTAs of this machine: are they told to ask, and can they? */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bsd/string.h>

#include "doctor_priv.h"

#define LINE_OCTETS 4096
#define LINES_MAX   200000

/* Whether a line that is no comment holds word. */
static bool
file_says(const char *path, const char *comment, const char *word)
{
	char line[LINE_OCTETS];
	bool found = false;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	for (int i = 0; !found && i < LINES_MAX &&
		fgets(line, sizeof(line), file) != NULL;
		i++) {
		const char *at = line + strspn(line, " \t");

		found = strncmp(at, comment, strlen(comment)) != 0 &&
			strstr(at, word) != NULL;
	}
	(void)fclose(file);
	return found;
}

static bool
folder_says(const char *folder, const char *comment, const char *word)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[LINE_OCTETS];
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
			snprintf(path, sizeof(path), "%s/%s", folder,
				entry->d_name) < (int)sizeof(path))
			found = file_says(path, comment, word);
	(void)closedir(dir);
	return found;
}

static bool
there(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

/* In a child, as that user: can it connect?  errno of connect. */
static int
try_connect(const struct passwd *user, const struct sockaddr_un *address)
{
	int fd;

	if (initgroups(user->pw_name, user->pw_gid) != 0 ||
		setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		return EPERM;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	return connect(fd, (const struct sockaddr *)address,
		       sizeof(*address)) == 0
		? 0
		: errno;
}

static void
say_reach(struct doctor *doctor, const char *name, const char *path, int error)
{
	if (error == 0)
		doctor_say(doctor, DOCTOR_FINE, "socket",
			"user %s can connect to %s", name, path);
	else if (error == EACCES)
		doctor_say(doctor, DOCTOR_TO_DO, "socket",
			"user %s may not connect to %s; put it into the "
			"socket's group (adduser %s kizuki) and restart the "
			"MTA",
			name, path, name);
	else
		doctor_say(doctor, DOCTOR_TO_DO, "socket",
			"user %s cannot connect to %s: %s", name, path,
			strerror(error));
}

/* The MTA's user, where this machine has it, at one socket of ours. */
static void
check_reach(struct doctor *doctor, const char *name, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct passwd *user = getpwnam(name);
	int state = 0;
	pid_t pid;

	if (user == NULL ||
		strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
			sizeof(address.sun_path))
		return;
	if (geteuid() != 0) {
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "socket",
			"whether user %s can connect to %s: run this as root",
			name, path);
		return;
	}
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(try_connect(user, &address));
	if (pid > 0 && waitpid(pid, &state, 0) == pid && WIFEXITED(state))
		say_reach(doctor, name, path, WEXITSTATUS(state));
}

static void
say_configured(
	struct doctor *doctor, const char *mta, bool asks, const char *what)
{
	if (asks)
		doctor_say(doctor, DOCTOR_FINE, "mta", "%s asks kizukid", mta);
	else
		doctor_say(doctor, DOCTOR_TO_DO, "mta",
			"%s is here and does not ask kizukid: %s", mta, what);
}

static void
say_beside(struct doctor *doctor, const char *mta, const char *what)
{
	doctor_say(doctor, DOCTOR_TO_DO, "mta",
		"%s has %s beside kizuki: mail waits twice; keep one of them, "
		"or let it skip what kizuki lets in",
		mta, what);
}

static void
check_exim(struct doctor *doctor)
{
	static const char *const folders[] = {"/etc/exim4",
		"/etc/exim4/conf.d/main", "/etc/exim4/conf.d/acl", "/etc/exim"};
	bool asks = false, greylists = false;
	char path[256];

	if (!there("/etc/exim4") && !there("/etc/exim"))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		asks = asks || folder_says(folders[i], "#", "kizuki-main");
		greylists =
			greylists || folder_says(folders[i], "#", "greylistd");
	}
	say_configured(doctor, "Exim", asks,
		".include kizuki-main and kizuki-rcpt (docs/exim.md)");
	if (greylists)
		say_beside(doctor, "Exim", "greylistd");
	if (snprintf(path, sizeof(path), "%s/policy.sock",
		    doctor->cli->config.run_dir) < (int)sizeof(path))
		check_reach(doctor, "Debian-exim", path);
}

static void
check_postfix(struct doctor *doctor)
{
	static const char main_cf[] = "/etc/postfix/main.cf";
	static const char master_cf[] = "/etc/postfix/master.cf";
	const struct kz_config *config = &doctor->cli->config;

	if (!there(main_cf))
		return;
	say_configured(doctor, "Postfix",
		file_says(main_cf, "#", "policy_context=") ||
			file_says(main_cf, "#", "private/kizuki"),
		"check_policy_service in main.cf (docs/postfix.md)");
	if (file_says(main_cf, "#", "postgrey") ||
		file_says(main_cf, "#", ":10023"))
		say_beside(doctor, "Postfix", "postgrey");
	if (file_says(master_cf, "#", "postscreen"))
		doctor_say(doctor, DOCTOR_FINE, "mta",
			"Postfix has postscreen before kizuki: fine, unless "
			"its deep tests are on, which greylist too");
	for (size_t i = 0; i < config->policy_socket_count; i++)
		check_reach(doctor, "postfix", config->policy_sockets[i].text);
}

/* "O RunAsUser=smmta:kizuki"; as shipped it asks as root. */
static void
sendmail_user(const char *cf, char *user, size_t size)
{
	static const char option[] = "O RunAsUser=";
	char line[LINE_OCTETS];
	FILE *file = fopen(cf, "re");

	(void)strlcpy(user, "root", size);
	if (file == NULL)
		return;
	for (int i = 0;
		i < LINES_MAX && fgets(line, sizeof(line), file) != NULL; i++) {
		char *value = line + sizeof(option) - 1;

		if (strncmp(line, option, sizeof(option) - 1) != 0)
			continue;
		value[strcspn(value, ":. \t\r\n")] = '\0';
		(void)strlcpy(user, value, size);
	}
	(void)fclose(file);
}

/* It uses no socket that another user could have put there. */
static void
check_folders(struct doctor *doctor, const char *path)
{
	char folder[256];
	struct stat info;

	for (const char *at = strchr(path + 1, '/'); at != NULL;
		at = strchr(at + 1, '/')) {
		if (snprintf(folder, sizeof(folder), "%.*s", (int)(at - path),
			    path) >= (int)sizeof(folder))
			return;
		if (stat(folder, &info) == 0 &&
			(info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
			doctor_say(doctor, DOCTOR_TO_DO, "socket",
				"Sendmail uses nothing below %s, which group "
				"or others may write: chmod go-w %s",
				folder, folder);
	}
}

static void
check_sendmail_socket(struct doctor *doctor, const char *cf)
{
	char path[256];
	char user[64];

	if (!file_says(cf, "#", "sendmail.sock") ||
		snprintf(path, sizeof(path), "%s/sendmail.sock",
			doctor->cli->config.run_dir) >= (int)sizeof(path))
		return;
	sendmail_user(cf, user, sizeof(user));
	check_reach(doctor, user, path);
	check_folders(doctor, path);
}

static void
check_sendmail(struct doctor *doctor)
{
	static const char cf[] = "/etc/mail/sendmail.cf";

	if (!there(cf))
		return;
	say_configured(doctor, "Sendmail", file_says(cf, "#", "Kkizuki"),
		"HACK(`kizuki', ...) in sendmail.mc (docs/sendmail.md)");
	if (file_says(cf, "#", "milter-greylist"))
		say_beside(doctor, "Sendmail", "milter-greylist");
	check_sendmail_socket(doctor, cf);
}

void
doctor_mta(struct doctor *doctor)
{
	check_exim(doctor);
	check_postfix(doctor);
	check_sendmail(doctor);
	if (!there("/etc/exim4") && !there("/etc/exim") &&
		!there("/etc/postfix/main.cf") &&
		!there("/etc/mail/sendmail.cf"))
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "mta",
			"no MTA of this machine is known; those on others ask "
			"by listen");
}

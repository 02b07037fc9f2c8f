/* SPDX-License-Identifier: ISC */
/*
 * exim_kit - Exim's process and a stub daemon, for tests of the Exim module
 *
 * What:   what Exim would export, one connection played in a process of its
 *         own, as Exim does, and a daemon that is well, sick or dead.
 * Owner:  kit_begin and kit_end stand around the tests.
 */
#ifndef KZ_EXIM_KIT_H
#define KZ_EXIM_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef unsigned char uschar;
int kz_ready(uschar **yield, int argc, uschar *argv[]);
int kz_check(uschar **yield, int argc, uschar *argv[]);
int kz_text(uschar **yield, int argc, uschar *argv[]);
int kz_header(uschar **yield, int argc, uschar *argv[]);
int kz_commit(uschar **yield, int argc, uschar *argv[]);
int local_scan_version_major(void);
int local_scan_version_minor(void);
int local_scan(int fd, uschar **return_text);
uschar *expand_string(const uschar *what);
void log_write(unsigned int selector, int which, const char *format, ...);
void header_add(int type, const char *format, ...);
extern uschar *sender_host_name;
extern unsigned host_checking;

/* --- Exim's side */
static char client_name[] = "kerochan.example1.jp";
uschar *sender_host_name = (uschar *)client_name;
static char helo[700] = "example1.jp";
static char client[40] = "10.224.31.100";
static char sender[10000] = "ishijima@example1.jp";
static char acl_message[16]; /* $acl_m_kz_message */
unsigned host_checking;      /* exim -bh */

uschar *
expand_string(const uschar *what)
{
	static char host[] = "mx1.jikocho.jp", none[] = "";
	const char *name = (const char *)what;

	if (strcmp(name, "$sender_helo_name") == 0)
		return (uschar *)helo;
	if (strcmp(name, "$sender_host_address") == 0)
		return (uschar *)client;
	if (strcmp(name, "$sender_address") == 0)
		return (uschar *)sender;
	if (strcmp(name, "$primary_hostname") == 0)
		return (uschar *)host;
	if (strcmp(name, "$acl_m_kz_message") == 0)
		return (uschar *)acl_message;
	return strcmp(name, "$authenticated_id") == 0 ? (uschar *)none : NULL;
}

/* --- what a case leaves behind, in memory that the processes share */
static struct outcome {
	int results[4]; /* of check, text, header, second check */
	char word[32], second[32], text[1200], header[600];
	long first_ms, second_ms;
	int log_lines;
	char log[300];
	int headers_added;
	char added[600];     /* the last of them */
	char request[20000]; /* all that the stub heard */
} * seen;

/* Exim's own name; its header does not tell the compiler of the format. */
__attribute__((format(printf, 3, 4))) void
log_write(unsigned int selector, int which, const char *format, ...)
{
	va_list args;

	(void)selector;
	(void)which;
	seen->log_lines++;
	va_start(args, format);
	(void)vsnprintf(seen->log, sizeof(seen->log), format, args);
	va_end(args);
}

__attribute__((format(printf, 2, 3))) void
header_add(int type, const char *format, ...)
{
	va_list args;

	seen->headers_added += type == ' ' ? 1 : 1000;
	va_start(args, format);
	(void)vsnprintf(seen->added, sizeof(seen->added), format, args);
	va_end(args);
}

/* --- the stub daemon */
enum behaviour {
	ANSWER,       /* stub.answer, then on with the next question */
	MUTE,         /* accepts, never answers */
	DROP,         /* half an answer, then dies */
	DRIP,         /* an octet now and then */
	NOT_ACCEPTED, /* sits there with an open queue */
	FULL          /* the same with a full queue */
};
static char folder[] = "/tmp/kizuki-exim.XXXXXX";
static struct {
	char path[64], options[64];
	enum behaviour behaviour;
	const char *answer;
	size_t answer_len;
} stub;

static inline void
stub_hear(int fd)
{
	char *start = seen->request + strlen(seen->request);
	char *end = start, *limit = seen->request + sizeof(seen->request) - 1;
	ssize_t n;

	while (strstr(start, "\n\n") == NULL) {
		n = read(fd, end, (size_t)(limit - end));
		if (n <= 0)
			return;
		end += n;
	}
}

static inline void
stub_serve(int fd)
{
	static const struct timespec tick = {.tv_nsec = 60000000};

	stub_hear(fd);
	switch (stub.behaviour) {
	case ANSWER:
		(void)!write(fd, stub.answer, stub.answer_len);
		break;
	case DROP:
		(void)!write(fd, "action=450 4.7", 14);
		break;
	case DRIP:
		for (size_t i = 0; i < 40; i++) {
			(void)!send(fd, "a", 1, MSG_NOSIGNAL);
			(void)nanosleep(&tick, NULL);
		}
		break;
	case MUTE:
	case NOT_ACCEPTED:
	case FULL:
		(void)pause();
		break;
	}
	(void)close(fd);
}

static inline int
stub_listen(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), extra;

	assert_true(fd >= 0);
	memcpy(un.sun_path, stub.path, strlen(stub.path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, stub.behaviour == FULL ? 0 : 16), 0);
	while (stub.behaviour == FULL) {
		extra = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(extra, (struct sockaddr *)&un, sizeof(un)) != 0)
			break;
	}
	return fd;
}

static inline pid_t
stub_start(int listener)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	while (stub.behaviour != NOT_ACCEPTED && stub.behaviour != FULL) {
		fd = accept(listener, NULL, NULL);
		if (fd >= 0)
			stub_serve(fd);
	}
	(void)pause();
	_exit(0);
}

/* --- one connection */
static inline long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline int
check(const char *message, const char *recipient, char word[32], long *ms)
{
	char stage[] = "primary", spf[] = "pass", dnswl[] = "";
	char number[16], rcpt[320];
	uschar *argv[] = {(uschar *)stub.path, (uschar *)stub.options,
		(uschar *)stage, (uschar *)number, (uschar *)rcpt,
		(uschar *)spf, (uschar *)dnswl, NULL};
	uschar *yield = NULL;
	long start = now_ms();
	int result;

	(void)snprintf(number, sizeof(number), "%s", message);
	(void)snprintf(rcpt, sizeof(rcpt), "%s", recipient);
	result = kz_check(&yield, 7, argv);
	*ms = now_ms() - start;
	(void)snprintf(word, 32, "%s", (const char *)yield);
	return result;
}

static inline void
commit(const char *message)
{
	char stage[] = "primary", number[16];
	uschar *argv[] = {(uschar *)stub.path, (uschar *)stub.options,
		(uschar *)stage, (uschar *)number, NULL};
	uschar *yield = NULL;

	(void)snprintf(number, sizeof(number), "%s", message);
	seen->results[3] |= kz_commit(&yield, 4, argv);
	if (yield == NULL || yield[0] != '\0')
		seen->results[3] = -1;
}

/* Run session in a process of its own against the stub. */
static inline void
play(void (*session)(void), bool listening)
{
	int listener = listening ? stub_listen() : -1, status = 0;
	pid_t server = listening ? stub_start(listener) : 0, mta;

	memset(seen, 0, sizeof(*seen));
	mta = fork();
	if (mta == 0) {
		session();
		_exit(0);
	}
	assert_int_equal(waitpid(mta, &status, 0), mta);
	assert_int_equal(status, 0);
	if (listening) {
		(void)kill(server, SIGKILL);
		(void)waitpid(server, NULL, 0);
		(void)close(listener);
		(void)unlink(stub.path);
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(seen->results[i], 0); /* Exim's OK */
}

static inline void
set_stub(enum behaviour behaviour, const char *answer)
{
	stub.behaviour = behaviour;
	stub.answer = answer;
	stub.answer_len = answer == NULL ? 0 : strlen(answer);
	(void)snprintf(stub.path, sizeof(stub.path), "%s/sock", folder);
	(void)snprintf(stub.options, sizeof(stub.options), "time=300ms");
	(void)snprintf(helo, sizeof(helo), "example1.jp");
	(void)snprintf(sender, sizeof(sender), "ishijima@example1.jp");
}

static inline int
kit_begin(void)
{
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return seen == MAP_FAILED || mkdtemp(folder) == NULL ? 1 : 0;
}

static inline void
kit_end(void)
{
	(void)rmdir(folder);
}

#endif

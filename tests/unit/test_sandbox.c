/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/sandbox.h"

/* The sanitizers' run time makes calls of its own that are not ours. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static void
open_a_file(void)
{
	(void)open("/etc/hostname", O_RDONLY | O_CLOEXEC);
}

static void
make_a_file(void)
{
	(void)creat("/tmp/kz-sandbox-test", 0600);
}

static void
start_a_program(void)
{
	char path[] = "/bin/true";
	char *const argv[] = {path, NULL};

	(void)execv(argv[0], argv);
}

static void
fork_a_process(void)
{
	if (fork() == 0)
		_exit(0);
}

static void
trace_a_process(void)
{
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void
open_a_unix_socket(void)
{
	(void)socket(AF_UNIX, SOCK_STREAM, 0);
}

static void
open_a_raw_socket(void)
{
	(void)socket(AF_INET, SOCK_RAW, 1);
}

static void
listen_to_others(void)
{
	(void)listen(0, 1);
}

static void
remove_a_file(void)
{
	(void)unlink("/tmp/kz-sandbox-test");
}

static void
kill_another(void)
{
	(void)kill(1, 0);
}

static void
raise_a_limit(void)
{
	struct rlimit limit = {1, 1};

	(void)setrlimit(RLIMIT_CORE, &limit);
}

static int
compare(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(uint64_t));
}

/* As libunbound does with the records of one name, however many there are. */
static void
sort_many(void)
{
	static uint64_t records[4096];

	qsort(records, sizeof(records) / sizeof(records[0]), sizeof(records[0]),
		compare);
	_exit(0);
}

/* What the prober does all day; exits by itself when something is refused. */
static void
work(void)
{
	int stream =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int packets = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	void *memory = malloc((size_t)8 << 20);
	struct timespec now;
	struct stat about;
	bool well = stream >= 0 && packets >= 0 && memory != NULL &&
		clock_gettime(CLOCK_REALTIME, &now) == 0 &&
		write(STDERR_FILENO, "", 0) == 0 && close(stream) == 0 &&
		close(packets) == 0;

	/* Denied with an error, not with death: libc asks now and then. */
	well = well && stat("/", &about) != 0 && errno == EACCES;
	free(memory);
	_exit(well ? 0 : 1);
}

/* The state of a child that enters the sandbox and does one thing. */
static int
child_does(void (*thing)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (kz_sandbox_enter() != KZ_OK)
			_exit(2);
		thing();
		_exit(3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_forbidden_call_ends_it(void **state)
{
	static const struct {
		const char *what;
		void (*thing)(void);
	} rows[] = {
		{"open", open_a_file},
		{"creat", make_a_file},
		{"execve", start_a_program},
		{"fork", fork_a_process},
		{"ptrace", trace_a_process},
		{"unix socket", open_a_unix_socket},
		{"raw socket", open_a_raw_socket},
		{"listen", listen_to_others},
		{"unlink", remove_a_file},
		{"kill", kill_another},
		{"setrlimit", raise_a_limit},
	};

	(void)state;
#ifdef SANITIZED
	skip();
#endif
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = child_does(rows[i].thing);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %#x", rows[i].what,
				(unsigned)status);
	}
}

static void
a_large_set_is_sorted(void **state)
{
	int status;

	(void)state;
#ifdef SANITIZED
	skip();
#endif
	status = child_does(sort_many);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
what_a_prober_does_is_allowed(void **state)
{
	int status;

	(void)state;
#ifdef SANITIZED
	skip();
#endif
	status = child_does(work);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forbidden_call_ends_it),
		cmocka_unit_test(a_large_set_is_sorted),
		cmocka_unit_test(what_a_prober_does_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/io/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <seccomp.h>

/* SOCK_NONBLOCK and SOCK_CLOEXEC are or-ed into the type. */
#define TYPE_MASK 0xf

static const int allowed[] = {
	/* bytes */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(dup),
	/* sockets that exist */
	SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(shutdown), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(fcntl), SCMP_SYS(ioctl),
	/* the loop */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(pipe2), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(restart_syscall),
	/* time and numbers */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(futex),
	/* libc's qsort asks how much there is before it sorts a large set */
	SCMP_SYS(sysinfo),
	/* signals and the end */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(alarm),
	SCMP_SYS(setitimer), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(tgkill)};

static bool
allow_sockets(scmp_filter_ctx filter)
{
	static const int domains[] = {AF_INET, AF_INET6};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

	for (size_t d = 0; d < 2; d++) {
		for (size_t t = 0; t < 2; t++) {
			/* SCMP_A0 leaves a field out, which clang warns of. */
			const struct scmp_arg_cmp domain = {.arg = 0,
				.op = SCMP_CMP_EQ,
				.datum_a = (scmp_datum_t)domains[d]};
			const struct scmp_arg_cmp type = {.arg = 1,
				.op = SCMP_CMP_MASKED_EQ,
				.datum_a = TYPE_MASK,
				.datum_b = (scmp_datum_t)types[t]};

			if (seccomp_rule_add(filter, SCMP_ACT_ALLOW,
				    SCMP_SYS(socket), 2, domain, type) != 0)
				return false;
		}
	}
	return true;
}

static bool
fill(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		/* A call that this machine does not have is no loss. */
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) !=
			0)
			return false;
	}
	/*
	 * libc asks for the kind of an open file by this one, where another
	 * kernel has fstat: say no instead of ending.
	 */
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
		       SCMP_SYS(newfstatat), 0) == 0 &&
		allow_sockets(filter);
}

enum kz_result
kz_sandbox_enter(void)
{
	static const struct rlimit none = {0, 0};
	scmp_filter_ctx filter;
	enum kz_result result = KZ_EIO;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		setrlimit(RLIMIT_CORE, &none) != 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return KZ_EIO;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return KZ_ENOMEM;
	if (fill(filter) && seccomp_load(filter) == 0)
		result = KZ_OK;
	seccomp_release(filter);
	return result;
}

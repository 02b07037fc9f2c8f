/* SPDX-License-Identifier: ISC */
/*
 * net_lab - what the tests of probes share: a loop with a limit, loopback
 *
 * What:   servers of a test live in its own process, on addresses of
 *         127.0.0.0/8 and one free port; the loop runs until a count is
 *         reached, and a test that waits in vain fails.
 */
#ifndef KIZUKI_TESTS_NET_LAB_H
#define KIZUKI_TESTS_NET_LAB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/io/clock.h"

#include "name_kit.h"

#define LAB_LIMIT_MS 5000

/* 127.0.0.0/8 counts as global in these tests. */
static inline struct kz_addr_scope
lab_scope(void)
{
	static struct kz_net loopback = {
		.addr = {.family = KZ_ADDR_V4, .bytes = {127}}, .prefix = 8};

	return (struct kz_addr_scope){.global = {&loopback, 1}};
}

static inline struct kz_addr
lab_addr(const char *text)
{
	struct kz_addr addr;

	assert_int_equal(
		kz_addr_parse((struct kz_str){text, strlen(text)}, &addr),
		KZ_OK);
	return addr;
}

/* A socket bound to an IPv4 address; port 0: a free one, told in *port. */
static inline int
lab_bind(const char *text, int type, uint16_t *port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof(at);
	int on = 1;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, text, &at.sin_addr), 1);
	if (type == SOCK_STREAM)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
					 sizeof(on)),
			0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* Runs the loop until *count reaches want; fails the test after a limit. */
static inline void
lab_run_until(struct event_base *base, const size_t *count, size_t want)
{
	int64_t end_ms = kz_clock_mono_ms() + LAB_LIMIT_MS;
	struct timeval tick = {.tv_usec = 20000};

	while (*count < want) {
		assert_true(kz_clock_mono_ms() < end_ms);
		(void)event_base_loopexit(base, &tick);
		(void)event_base_loop(base, EVLOOP_ONCE);
	}
	assert_int_equal(*count, want);
}

/* Runs the loop for a span in which nothing is to happen. */
static inline void
lab_run_for(struct event_base *base, int64_t span_ms)
{
	int64_t end_ms = kz_clock_mono_ms() + span_ms;
	struct timeval tick = {.tv_usec = 5000};

	while (kz_clock_mono_ms() < end_ms) {
		(void)event_base_loopexit(base, &tick);
		(void)event_base_loop(base, EVLOOP_ONCE);
	}
}

/* Leaves no file descriptor to be had; returns the limit to restore. */
static inline struct rlimit
lab_use_up_descriptors(void)
{
	struct rlimit before;
	struct rlimit none;
	int next = dup(0);

	assert_true(next >= 0);
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	return before;
}

#endif

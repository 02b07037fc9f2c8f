/* SPDX-License-Identifier: ISC */
/*
 * resolver_kit - a root server in a network of our own, and who asks it
 *
 * What:   the root server holds everything and runs in the loop of the test;
 *         names that begin with nx, fail or mute are what they say.
 */
#ifndef KIZUKI_TESTS_RESOLVER_KIT_H
#define KIZUKI_TESTS_RESOLVER_KIT_H

#include "net_lab.h"

#include <net/if.h>
#include <sched.h>
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <ldns/ldns.h>

#include "kizuki/io/dnsmsg.h"
#include "kizuki/io/resolver.h"

#define ROOT "10.53.0.1"
#define A    LDNS_RR_TYPE_A
#define MX   LDNS_RR_TYPE_MX

struct lab {
	struct event_base *base;
	struct kz_resolver *resolver;
	size_t answers;
	enum kz_answer_state state; /* of the last answer */
	bool secure;
	bool has_packet;
	size_t records; /* addresses of the name asked for */
	const char *asked;
	struct kz_resolver_job *other; /* cancelled in the next answer */
	const char *again;             /* asked in the next answer */
	int server;
	struct event *readable;
	struct sockaddr_in from; /* of the last question */
	size_t questions;        /* that the root server got for mute names */
};

/* Written before the namespace is entered: its user may not. */
static char hints_file[] = "/tmp/kizuki-hints-XXXXXX";
static char anchor_file[] = "/tmp/kizuki-anchor-XXXXXX";
static bool in_namespace;

static inline void
told(void *arg, const struct kz_answer *answer)
{
	struct lab *lab = arg;
	struct kz_name name = kit_name(lab->asked);
	struct kz_dnsmsg *message = NULL;
	struct kz_addr addrs[4];
	bool cut;

	lab->answers++;
	lab->state = answer->state;
	lab->secure = answer->secure;
	lab->has_packet = answer->packet != NULL;
	lab->records = 0;
	if (answer->packet != NULL) {
		assert_int_equal(
			kz_dnsmsg_parse(answer->packet, answer->len, &message),
			KZ_OK);
		lab->records = kz_dnsmsg_addrs(
			message, KZ_DNS_ANSWER, &name, addrs, 4, &cut);
		kz_dnsmsg_free(&message);
	}
	kz_resolver_cancel(&lab->other);
	if (lab->again != NULL) {
		name = kit_name(lab->again);
		lab->again = NULL;
		assert_int_equal(kz_resolver_ask(lab->resolver, &name, A, told,
					 lab, NULL),
			KZ_OK);
	}
}

static inline void
ask(struct lab *lab, const char *text, uint16_t rrtype,
	struct kz_resolver_job **job)
{
	struct kz_name name = kit_name(text);
	size_t before = lab->answers;

	lab->asked = text;
	assert_int_equal(
		kz_resolver_ask(lab->resolver, &name, rrtype, told, lab, job),
		KZ_OK);
	/* never from within the call */
	assert_int_equal(lab->answers, before);
}

static inline void
ask_and_wait(struct lab *lab, const char *text, uint16_t rrtype)
{
	size_t before = lab->answers;

	ask(lab, text, rrtype, NULL);
	lab_run_until(lab->base, &lab->answers, before + 1);
}

/* What the root server, which holds everything, answers; NULL: nothing. */
static inline const char *
record_for(const char *name, ldns_rr_type type, ldns_pkt_rcode *rcode)
{
	*rcode = LDNS_RCODE_NOERROR;
	if (strcmp(name, ".") == 0 && type == LDNS_RR_TYPE_NS)
		return ". 3600 IN NS a.root.";
	if (strcmp(name, "a.root.") == 0 && type == A)
		return "a.root. 3600 IN A " ROOT;
	if (strcmp(name, "data.jp.") == 0 && type == A)
		return "data.jp. 3600 IN A 10.1.2.3";
	if (strcmp(name, "alias.jp.") == 0 && type == A)
		return "alias.jp. 3600 IN CNAME data.jp.";
	if (strcmp(name, "dangling.jp.") == 0 && type == A)
		return "dangling.jp. 3600 IN CNAME nodata.jp.";
	if (strncmp(name, "nx", 2) == 0)
		*rcode = LDNS_RCODE_NXDOMAIN;
	if (strncmp(name, "fail", 4) == 0)
		*rcode = LDNS_RCODE_SERVFAIL;
	return NULL;
}

static inline void
push(ldns_pkt *packet, ldns_pkt_section section, const char *line)
{
	ldns_rr *record = NULL;

	assert_int_equal(ldns_rr_new_frm_str(&record, line, 0, NULL, NULL),
		LDNS_STATUS_OK);
	assert_true(ldns_pkt_push_rr(packet, section, record));
}

/* The question of a packet becomes its answer. */
static inline bool
answer_question(struct lab *lab, ldns_pkt *packet)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	char *name = ldns_rdf2str(ldns_rr_owner(question));
	const char *record;
	ldns_pkt_rcode rcode;
	bool mute;

	assert_non_null(name);
	for (char *at = name; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	mute = strncmp(name, "mute", 4) == 0;
	lab->questions += mute;
	record = record_for(name, ldns_rr_get_type(question), &rcode);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_aa(packet, true);
	ldns_pkt_set_rcode(packet, (uint8_t)rcode);
	if (record != NULL)
		push(packet, LDNS_SECTION_ANSWER, record);
	else if (rcode != LDNS_RCODE_SERVFAIL)
		push(packet, LDNS_SECTION_AUTHORITY,
			". 60 IN SOA a.root. a.root. 1 60 60 60 60");
	free(name);
	return !mute;
}

static inline void
serve(evutil_socket_t fd, short what, void *arg)
{
	struct lab *lab = arg;
	struct sockaddr_in *from = &lab->from;
	socklen_t from_len = sizeof(*from);
	uint8_t query[512];
	uint8_t *wire = NULL;
	size_t wire_len;
	ldns_pkt *packet = NULL;
	ssize_t len = recvfrom(fd, query, sizeof(query), 0,
		(struct sockaddr *)from, &from_len);

	(void)what;
	assert_true(len > 0);
	assert_int_equal(
		ldns_wire2pkt(&packet, query, (size_t)len), LDNS_STATUS_OK);
	if (answer_question(lab, packet)) {
		assert_int_equal(ldns_pkt2wire(&wire, packet, &wire_len),
			LDNS_STATUS_OK);
		(void)sendto(fd, wire, wire_len, 0, (struct sockaddr *)from,
			from_len);
		free(wire);
	}
	ldns_pkt_free(packet);
}

static inline void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* A network of our own, whose loopback has the address of the root server. */
static inline int
enter_namespace(void **state)
{
	struct ifreq request = {.ifr_name = "lo"};
	struct sockaddr_in addr = {.sin_family = AF_INET};
	int fd;

	(void)state;
	write_file(hints_file, ". 3600 NS a.root.\na.root. 3600 A " ROOT "\n");
	write_file(anchor_file,
		". 3600 IN DS 1 13 2 0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef\n");
	if (unshare(CLONE_NEWNET) != 0 &&
		unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		print_message("no network namespace to be had: the tests of "
			      "libunbound on the wire are left out\n");
		return 0;
	}
	assert_int_equal(inet_pton(AF_INET, ROOT, &addr.sin_addr), 1);
	memcpy(&request.ifr_addr, &addr, sizeof(addr));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	(void)close(fd);
	in_namespace = true;
	return 0;
}

static inline int
leave(void **state)
{
	(void)state;
	(void)unlink(hints_file);
	(void)unlink(anchor_file);
	return 0;
}

static inline int
set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	uint16_t port = 53;

	lab->base = event_base_new();
	lab->server = -1;
	*state = lab;
	if (!in_namespace)
		return 0;
	lab->server = lab_bind(ROOT, SOCK_DGRAM, &port);
	lab->readable = event_new(
		lab->base, lab->server, EV_READ | EV_PERSIST, serve, lab);
	assert_int_equal(event_add(lab->readable, NULL), 0);
	return 0;
}

static inline int
tear_down(void **state)
{
	struct lab *lab = *state;

	kz_resolver_close(&lab->resolver);
	if (lab->readable != NULL)
		event_free(lab->readable);
	if (lab->server >= 0)
		(void)close(lab->server);
	event_base_free(lab->base);
	free(lab);
	return 0;
}

static inline void
open_unbound(struct lab *lab, struct kz_resolver_options options)
{
	options.root_hints = hints_file;
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_OK);
}

#endif

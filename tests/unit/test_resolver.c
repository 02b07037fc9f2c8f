/* SPDX-License-Identifier: ISC */
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

static void
told(void *arg, const struct kz_answer *answer)
{
	struct lab *lab = arg;
	struct kz_name name = lab_name(lab->asked);
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
		name = lab_name(lab->again);
		lab->again = NULL;
		assert_int_equal(kz_resolver_ask(lab->resolver, &name, A, told,
					 lab, NULL),
			KZ_OK);
	}
}

static void
ask(struct lab *lab, const char *text, uint16_t rrtype,
	struct kz_resolver_job **job)
{
	struct kz_name name = lab_name(text);
	size_t before = lab->answers;

	lab->asked = text;
	assert_int_equal(
		kz_resolver_ask(lab->resolver, &name, rrtype, told, lab, job),
		KZ_OK);
	/* never from within the call */
	assert_int_equal(lab->answers, before);
}

static void
ask_and_wait(struct lab *lab, const char *text, uint16_t rrtype)
{
	size_t before = lab->answers;

	ask(lab, text, rrtype, NULL);
	lab_run_until(lab->base, &lab->answers, before + 1);
}

/* What the root server, which holds everything, answers; NULL: nothing. */
static const char *
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

static void
push(ldns_pkt *packet, ldns_pkt_section section, const char *line)
{
	ldns_rr *record = NULL;

	assert_int_equal(ldns_rr_new_frm_str(&record, line, 0, NULL, NULL),
		LDNS_STATUS_OK);
	assert_true(ldns_pkt_push_rr(packet, section, record));
}

/* The question of a packet becomes its answer. */
static bool
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

static void
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

static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* A network of our own, whose loopback has the address of the root server. */
static int
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

static int
leave(void **state)
{
	(void)state;
	(void)unlink(hints_file);
	(void)unlink(anchor_file);
	return 0;
}

static int
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

static int
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

static void
open_unbound(struct lab *lab, struct kz_resolver_options options)
{
	options.root_hints = hints_file;
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_OK);
}

static void
open_table(struct lab *lab)
{
	static const struct kz_resolver_row rows[] = {
		{.name = "data.jp",
			.rrtype = A,
			.secure = true,
			.records = "data.jp. 60 IN A 10.1.2.3\n"
				   "data.jp. 60 IN A 10.1.2.4\n"},
		{.name = "data.jp", .rrtype = MX, .state = KZ_ANSWER_FAILED},
		{.name = "bogus.jp", .rrtype = A, .state = KZ_ANSWER_BOGUS},
		{.name = "slow.jp", .rrtype = A, .state = KZ_ANSWER_TIMEOUT},
		{.name = "nodata.jp",
			.rrtype = A,
			.state = KZ_ANSWER_NODATA,
			.secure = true}};

	assert_int_equal(
		kz_resolver_open_table(lab->base, rows,
			sizeof(rows) / sizeof(rows[0]), &lab->resolver),
		KZ_OK);
}

static void
a_table_answers(void **state)
{
	static const struct {
		const char *name;
		size_t records;
		enum kz_answer_state state;
		uint16_t rrtype;
		bool secure, has_packet;
	} cases[] = {{"data.jp", 2, KZ_ANSWER_DATA, A, true, true},
		{"data.jp", 0, KZ_ANSWER_FAILED, MX, false, false},
		{"bogus.jp", 0, KZ_ANSWER_BOGUS, A, false, false},
		{"slow.jp", 0, KZ_ANSWER_TIMEOUT, A, false, false},
		{"nodata.jp", 0, KZ_ANSWER_NODATA, A, true, true},
		{"nodata.jp", 0, KZ_ANSWER_NODATA, MX, false, false},
		{"other.jp", 0, KZ_ANSWER_NXDOMAIN, A, false, false}};
	struct lab *lab = *state;

	open_table(lab);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask_and_wait(lab, cases[i].name, cases[i].rrtype);
		assert_int_equal(lab->state, cases[i].state);
		assert_int_equal(lab->secure, cases[i].secure);
		assert_int_equal(lab->has_packet, cases[i].has_packet);
		assert_int_equal(lab->records, cases[i].records);
	}
}

static void
a_table_that_cannot_be_read_is_refused(void **state)
{
	static const struct kz_resolver_row rows[] = {
		{.name = "a..jp", .rrtype = A},
		{.name = "a.jp", .rrtype = A, .records = "a.jp. 60 IN A ten"}};
	struct lab *lab = *state;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(kz_resolver_open_table(lab->base, &rows[i], 1,
					 &lab->resolver),
			KZ_EFORMAT);
	assert_null(lab->resolver);
}

/* Cancelling, asking and closing at every moment, for either resolver. */
static void
use_jobs(struct lab *lab)
{
	struct kz_resolver_job *job = NULL;

	kz_resolver_cancel(&job);
	/* before it was handed over */
	ask(lab, "data.jp", A, &job);
	kz_resolver_cancel(&job);
	assert_null(job);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 0);
	/* in the answer of another one; and a new one is asked there */
	ask(lab, "data.jp", A, NULL);
	ask(lab, "mute.jp", A, &lab->other);
	lab->asked = "data.jp";
	lab->again = "data.jp";
	lab_run_until(lab->base, &lab->answers, 2);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 2);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	/* many wait when it is closed */
	for (size_t i = 0; i < 10; i++)
		ask(lab, "data.jp", A, NULL);
	kz_resolver_close(&lab->resolver);
	lab_run_for(lab->base, 20);
	assert_int_equal(lab->answers, 2);
}

static void
jobs_of_a_table_can_be_cancelled(void **state)
{
	open_table(*state);
	use_jobs(*state);
}

static void
jobs_of_libunbound_can_be_cancelled(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){0});
	use_jobs(lab);
}

/* The answer comes from within libunbound's own call. */
static void
local_names_are_answered_outside_of_ask(void **state)
{
	struct lab *lab = *state;

	open_unbound(lab, (struct kz_resolver_options){0});
	ask_and_wait(lab, "localhost", A);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	assert_int_equal(lab->records, 1);
	ask_and_wait(lab, "something.invalid", A);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	ask_and_wait(lab, "1.0.0.10.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NXDOMAIN);
	assert_true(lab->has_packet);
}

static void
files_are_read_at_open(void **state)
{
	struct lab *lab = *state;
	struct kz_resolver_options options = {.root_hints = "/nonexistent"};

	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	options.root_hints = hints_file;
	options.trust_anchor = "/nonexistent";
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	options.trust_anchor = "/etc/passwd";
	assert_int_equal(
		kz_resolver_open(lab->base, &options, &lab->resolver), KZ_EIO);
	assert_null(lab->resolver);
}

static void
answers_from_the_wire_stay_apart(void **state)
{
	static const struct {
		const char *name;
		enum kz_answer_state state;
		size_t records;
	} cases[] = {{"data.jp", KZ_ANSWER_DATA, 1},
		{"alias.jp", KZ_ANSWER_DATA, 1},
		{"dangling.jp", KZ_ANSWER_NODATA, 0},
		{"nodata.jp", KZ_ANSWER_NODATA, 0},
		{"nx.jp", KZ_ANSWER_NXDOMAIN, 0},
		{"fail.jp", KZ_ANSWER_FAILED, 0},
		{"mute.jp", KZ_ANSWER_TIMEOUT, 0}};
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.limit_ms = 500});
	/* the second time from the cache, but for the last */
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]) - 1; i++) {
		ask_and_wait(lab, cases[i / 2].name, A);
		assert_int_equal(lab->state, cases[i / 2].state);
		assert_int_equal(lab->records, cases[i / 2].records);
		assert_int_equal(
			lab->has_packet, lab->state <= KZ_ANSWER_NXDOMAIN);
		assert_false(lab->secure);
	}
}

/* The root is not signed, and the anchor says that it is. */
static void
a_forged_answer_is_bogus(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(
		lab, (struct kz_resolver_options){.trust_anchor = anchor_file});
	ask_and_wait(lab, "data.jp", A);
	assert_int_equal(lab->state, KZ_ANSWER_BOGUS);
	assert_false(lab->has_packet);
}

static void
the_lab_has_private_reverse_zones(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.lab = true});
	/* the root server's answer, not libunbound's own NXDOMAIN */
	ask_and_wait(lab, "1.0.0.10.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
	ask_and_wait(lab, "1.16.172.in-addr.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
	ask_and_wait(lab, "0.8.b.d.0.1.0.0.2.ip6.arpa", LDNS_RR_TYPE_PTR);
	assert_int_equal(lab->state, KZ_ANSWER_NODATA);
}

static void
the_source_address_is_bound(void **state)
{
	struct lab *lab = *state;
	struct kz_addr source = lab_addr("10.53.0.7");

	if (!in_namespace)
		skip();
	open_unbound(lab, (struct kz_resolver_options){.source_v4 = source});
	ask_and_wait(lab, "data.jp", A);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	assert_memory_equal(&lab->from.sin_addr, source.bytes, 4);
}

/* Whoever delegates to an address does not make us send there: it answers. */
static void
nobody_is_asked_who_must_not_be(void **state)
{
	struct kz_net ten = {lab_addr("10.0.0.0"), 8};
	struct kz_net near = {lab_addr("10.53.0.0"), 24};
	struct kz_addr_scope none = {{NULL, 0}, {NULL, 0}};
	struct kz_addr_scope lab_scope = {{&ten, 1}, {NULL, 0}};
	struct kz_addr_scope private = {{&ten, 1}, {&near, 1}};
	struct kz_nets never = {&near, 1};
	const struct kz_resolver_options rows[] = {{.scope = &lab_scope},
		{.scope = &none}, {.scope = &private}, {.never = &never}};
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		open_unbound(lab, rows[i]);
		ask_and_wait(lab, "data.jp", A);
		assert_int_equal(
			lab->state, i == 0 ? KZ_ANSWER_DATA : KZ_ANSWER_FAILED);
		kz_resolver_close(&lab->resolver);
	}
}

/* With one place, silent names are asked one after the other, in order. */
static void
look_ups_at_once_are_bounded(void **state)
{
	struct lab *lab = *state;

	if (!in_namespace)
		skip();
	open_unbound(lab,
		(struct kz_resolver_options){.in_flight = 1, .limit_ms = 200});
	ask(lab, "mute1.jp", A, NULL);
	ask(lab, "mute2.jp", A, NULL);
	ask(lab, "data.jp", A, NULL);
	lab_run_until(lab->base, &lab->answers, 1);
	assert_int_equal(lab->state, KZ_ANSWER_TIMEOUT);
	lab_run_until(lab->base, &lab->answers, 2);
	assert_int_equal(lab->state, KZ_ANSWER_TIMEOUT);
	lab_run_until(lab->base, &lab->answers, 3);
	assert_int_equal(lab->state, KZ_ANSWER_DATA);
	/* cancelled while libunbound has it, and closed while it still has */
	ask(lab, "mute3.jp", A, &lab->other);
	lab_run_for(lab->base, 30);
	kz_resolver_cancel(&lab->other);
	ask(lab, "mute4.jp", A, NULL);
	lab_run_for(lab->base, 30);
	assert_true(lab->questions >= 4);
	kz_resolver_close(&lab->resolver);
	assert_int_equal(lab->answers, 3);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_table_answers),
		TEST(a_table_that_cannot_be_read_is_refused),
		TEST(jobs_of_a_table_can_be_cancelled),
		TEST(jobs_of_libunbound_can_be_cancelled),
		TEST(local_names_are_answered_outside_of_ask),
		TEST(files_are_read_at_open),
		TEST(answers_from_the_wire_stay_apart),
		TEST(a_forged_answer_is_bogus),
		TEST(the_lab_has_private_reverse_zones),
		TEST(the_source_address_is_bound),
		TEST(nobody_is_asked_who_must_not_be),
		TEST(look_ups_at_once_are_bounded),
	};

	return cmocka_run_group_tests(tests, enter_namespace, leave);
}

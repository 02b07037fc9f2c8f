/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "log_kit.h"

#define BAD KZ_OUTCOME_BAD
#define OK  KZ_OUTCOME_OK
#define MX  KZ_SYM_LOG_MX_UNREACHABLE

static int
setup(void **state)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	*state = log_kit_open();
	return *state == NULL;
}

static int
teardown(void **state)
{
	log_kit_close(*state);
	return 0;
}

static void
postfix(struct log_kit *kit, const char *clock, const char *rest)
{
	char line[512];

	assert_in_range(snprintf(line, sizeof(line),
				"Feb 29 %s mx postfix/smtp%s", clock, rest),
		1, sizeof(line) - 1);
	(void)log_kit_line(kit, line);
}

/* A delivery to domain by an exchanger of its own. */
static void
sent(struct log_kit *kit, const char *clock, const char *domain,
	const char *addr)
{
	char rest[256];

	assert_in_range(snprintf(rest, sizeof(rest),
				"[99]: 4AAAAA: to=<u@%s>, relay=mx.%s[%s]:25, "
				"delay=1, delays=0/0/1/0, dsn=2.0.0, "
				"status=sent (250 ok)",
				domain, domain, addr),
		1, sizeof(rest) - 1);
	postfix(kit, clock, rest);
}

static void
three_others(struct log_kit *kit, const char *clock)
{
	sent(kit, clock, "one.jp", "10.1.0.25");
	sent(kit, clock, "two.jp", "10.2.0.25");
	sent(kit, clock, "three.jp", "10.3.0.25");
}

#define CONNECT6                                                               \
	"[2101]: connect to ishtar.example1.jp[2001:db8:268:810::110]:25: No " \
	"route to host"
#define CONNECT4                                                               \
	"[2101]: connect to ishtar.example1.jp[10.224.31.110]:25: Connection " \
	"timed out"
#define GREYLISTED                                                             \
	"[2101]: 4B0F12: to=<user@example1.jp>, "                              \
	"relay=kerochan.example1.jp[10.224.31.111]:25, delay=62, "             \
	"delays=0.1/0/61/0.5, dsn=4.2.0, status=deferred (host "               \
	"kerochan.example1.jp[10.224.31.111] said: 450 4.2.0 Greylisted (in "  \
	"reply to RCPT TO command))"

static void
postfix_ties_the_contact_to_the_recipient_by_its_process(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	postfix(kit, "10:00:31", CONNECT6);
	postfix(kit, "10:00:40",
		"[77]: connect to mx.else.jp[10.9.9.9]:25: Connection "
		"timed out");
	postfix(kit, "10:01:01", CONNECT4);
	postfix(kit, "10:01:02", GREYLISTED);
	log_kit_end(kit);
	assert_int_equal(kit->count, 1);
	finding = log_kit_find(kit, MX, BAD, "ishtar.example1.jp");
	assert_non_null(finding);
	assert_string_equal(finding->subject.text, "example1.jp");
	assert_int_equal(finding->when_s, 1709200861); /* of the contact */
	assert_int_equal(finding->rest_count, 2);
	assert_int_equal(finding->source, KZ_SOURCE_LOG);
	assert_int_not_equal(finding->queue, 0);
	assert_int_equal(finding->weight, 5);
	assert_false(finding->judged);
	/* The greylisting peer lives, which is a touch and no finding. */
	assert_int_equal(kit->touch_count, 4);
}

static void
a_host_whose_other_address_works_is_not_dead(void **state)
{
	struct log_kit *kit = *state;

	postfix(kit, "10:00:31", CONNECT6);
	postfix(kit, "10:00:32",
		"[2101]: 4B0F12: to=<user@example1.jp>, "
		"relay=ishtar.example1.jp[10.224.31.110]:25, delay=62, "
		"delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)");
	log_kit_end(kit);
	assert_int_equal(kit->count, 1);
	assert_non_null(log_kit_find(kit, MX, OK, "ishtar.example1.jp"));
}

static void
three_others_in_that_hour_vouch_for_our_line(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	three_others(kit, "10:00:00");
	postfix(kit, "10:01:01", CONNECT4);
	postfix(kit, "10:01:02", GREYLISTED);
	log_kit_end(kit);
	finding = log_kit_find(kit, MX, BAD, "ishtar.example1.jp");
	assert_non_null(finding);
	assert_true(finding->judged);
}

static void
a_family_that_works_needs_its_own_witnesses(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	sent(kit, "10:00:00", "six.jp", "2001:db8:6::25");
	three_others(kit, "10:00:00");
	postfix(kit, "10:00:31", CONNECT6);
	postfix(kit, "10:01:01", CONNECT4);
	postfix(kit, "10:01:02", GREYLISTED);
	log_kit_end(kit);
	finding = log_kit_find(kit, MX, BAD, "ishtar.example1.jp");
	assert_non_null(finding);
	assert_false(finding->judged);
}

static void
the_hour_is_that_of_the_line(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	three_others(kit, "09:59:00");
	postfix(kit, "10:01:01", CONNECT4);
	postfix(kit, "10:01:02", GREYLISTED);
	log_kit_end(kit);
	finding = log_kit_find(kit, MX, BAD, "ishtar.example1.jp");
	assert_non_null(finding);
	assert_false(finding->judged);
}

static void
what_is_told_again_in_the_same_hour_counts_once(void **state)
{
	struct log_kit *kit = *state;

	for (int i = 0; i < 3; i++) {
		postfix(kit, "10:01:01", CONNECT4);
		postfix(kit, "10:01:02", GREYLISTED);
	}
	log_kit_end(kit);
	assert_int_equal(kit->count, 1);
}

/* Summaries alone, as a grep leaves them; and what says nothing. */
static const struct {
	const char *line;
	enum kz_symptom symptom;
	enum kz_outcome outcome;
	const char *object; /* NULL: no finding */
} singles[] = {
	{"Feb 29 10:20:00 mx postfix/smtp[2107]: 4B0F13: "
	 "to=<user@example2.jp>, relay=none, delay=30, delays=0.1/0/30/0, "
	 "dsn=4.4.1, status=deferred (connect to "
	 "mx.example2.jp[10.203.181.152]:25: Connection timed out)",
		MX, BAD, "mx.example2.jp"},
	{"Feb 29 10:20:00 mx postfix/smtp[2107]: 4B0F13: "
	 "to=<user@example2.jp>, relay=none, delay=30, delays=0.1/0/30/0, "
	 "dsn=4.4.1, status=deferred (connect to "
	 "mx.example2.jp[10.203.181.152]:25: Network is unreachable)",
		MX, BAD, NULL},
	{"Feb 29 10:20:00 mx postfix/smtp[2107]: 4B0F13: "
	 "to=<user@example2.jp>, relay=none, delay=30, delays=0.1/0/30/0, "
	 "dsn=4.4.1, status=deferred (connect to "
	 "mx.example2.jp[10.203.181.152]:587: Connection timed out)",
		MX, BAD, NULL},
	{"Feb 29 10:22:00 mx postfix/error[2109]: 4B0F15: "
	 "to=<user@example2.jp>, relay=none, delay=9, delays=9/0/0/0, "
	 "dsn=4.4.1, status=deferred (delivery temporarily suspended: connect "
	 "to mx.example2.jp[10.203.181.152]:25: Connection timed out)",
		MX, BAD, NULL},
	{"Feb 29 10:21:00 mx postfix/smtp[2108]: 4B0F14: "
	 "to=<user@example2.jp>, relay=none, delay=20, delays=0.1/0/20/0, "
	 "dsn=4.4.3, status=deferred (Host or domain name not found. Name "
	 "service error for name=example2.jp type=MX: Host not found, try "
	 "again)",
		KZ_SYM_LOG_HOST_LOOKUP_FAIL, BAD, "example2.jp"},
	{"Feb 29 10:21:00 mx postfix/smtp[2108]: 4B0F14: "
	 "to=<user@example2.jp>, relay=none, delay=20, delays=0.1/0/20/0, "
	 "dsn=5.4.4, status=bounced (Host or domain name not found. Name "
	 "service error for name=example2.jp type=AAAA: Host not found)",
		KZ_SYM_MX_TARGET_MISSING, KZ_OUTCOME_UNKNOWN, "example2.jp"},
	{"Feb 29 10:23:00 mx postfix/smtp[2110]: 4B0F16: "
	 "to=<user@example5.jp>, relay=none, delay=1, delays=0/0/1/0, "
	 "dsn=5.1.0, status=bounced (Domain example5.jp does not accept mail "
	 "(nullMX))",
		MX, BAD, NULL},
	{"Feb 29 10:23:00 mx postfix/smtp[2110]: 4B0F16: "
	 "to=<user@example5.jp>, relay=mx.example5.jp[10.5.0.25]:25, delay=1, "
	 "delays=0/0/1/0, dsn=4.4.2, status=deferred (conversation with "
	 "mx.example5.jp[10.5.0.25] timed out while receiving the initial "
	 "server greeting)",
		KZ_SYM_MX_NO_BANNER, BAD, "example5.jp"},
	{"Feb 29 10:23:00 mx postfix/smtp[2110]: 4B0F16: "
	 "to=<user@example5.jp>, relay=mx.example5.jp[10.5.0.25]:25, delay=1, "
	 "delays=0/0/1/0, dsn=4.2.2, status=deferred (host "
	 "mx.example5.jp[10.5.0.25] said: 452 4.2.2 Mailbox full; connect to "
	 "mx.victim.jp[10.6.6.6]:25: Connection timed out (in reply to RCPT "
	 "TO command))",
		MX, BAD, NULL},
	{"2024-02-29T10:23:00.123456+09:00 mx postfix-out/smtp[2110]: 4B0F16: "
	 "to=<user@example5.jp>, orig_to=<x>, "
	 "relay=mx.example5.jp[10.5.0.25]:25, delay=1, delays=0/0/1/0, "
	 "dsn=2.0.0, status=sent (250 ok)",
		MX, OK, "mx.example5.jp"},
	{"Feb 29 10:23:00 mx postfix/smtp[2110]: 4B0F16: "
	 "to=<user@ours.jp>, relay=127.0.0.1[127.0.0.1]:25, delay=1, "
	 "delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
		MX, OK, NULL},
	{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
	 "to=<user@example1.jp>, ctladdr=<tei@jikocho.jp> (1000/1000), "
	 "delay=00:05:00, xdelay=00:02:06, mailer=esmtp, pri=120345, "
	 "relay=ishtar.example1.jp. [10.224.31.110], dsn=4.0.0, "
	 "stat=Deferred: Connection timed out with ishtar.example1.jp.",
		MX, BAD, "ishtar.example1.jp"},
	{"Feb 29 10:35:00 mx sm-mta[3002]: 01T1511a003001: "
	 "to=<user@example1.jp>, ctladdr=<tei@jikocho.jp> (1000/1000), "
	 "delay=1+00:35:00, xdelay=00:00:00, mailer=esmtp, pri=210345, "
	 "relay=ishtar.example1.jp., dsn=4.0.0, stat=Deferred: Connection "
	 "timed out with ishtar.example1.jp.",
		MX, BAD, NULL},
	{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
	 "to=<user@example1.jp>, delay=00:05:00, xdelay=00:00:06, "
	 "mailer=esmtp, pri=120345, relay=ishtar.example1.jp. "
	 "[10.224.31.110], dsn=4.0.0, stat=Deferred: 450 4.2.0 Greylisted",
		MX, BAD, NULL},
	{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
	 "to=<user@example1.jp>, delay=00:05:00, xdelay=00:00:06, "
	 "mailer=esmtp, pri=120345, relay=ishtar.example1.jp. "
	 "[10.224.31.110], dsn=2.0.0, stat=Sent (ok Message accepted)",
		MX, OK, "ishtar.example1.jp"},
	{"Feb 29 10:06:00 mx sm-mta[3003]: 01T1512b003003: "
	 "to=<user@example2.jp>, delay=00:00:00, xdelay=00:00:00, "
	 "mailer=esmtp, pri=30551, relay=mx.example2.jp., dsn=5.1.2, "
	 "stat=Host unknown (Name server: mx.example2.jp.: host not found)",
		KZ_SYM_MX_TARGET_MISSING, KZ_OUTCOME_UNKNOWN, "example2.jp"},
	{"2026-11-24 06:45:00 1xVkGy-0006i6-1g == user@example6.jp R=r4 defer "
	 "(-1): host lookup did not complete",
		KZ_SYM_LOG_HOST_LOOKUP_FAIL, BAD, "example6.jp"},
	{"2026-11-24 06:37:28 1xVk9f-00040m-34 == user@example2.jp R=r4 defer "
	 "(-1): lowest numbered MX record points to local host",
		KZ_SYM_MX_IS_US, KZ_OUTCOME_UNKNOWN, "example2.jp"},
	{"2026-11-24 06:50:00 1xVk9f-00040m-34 == user@example2.jp R=r4 "
	 "T=remote_smtp defer (-54): retry time not reached for any host for "
	 "'example2.jp'",
		MX, BAD, NULL},
	{"24-Nov-2026 06:36:21.220 lame-servers: info: REFUSED unexpected "
	 "RCODE resolving 'example3.jp/MX/IN': 127.0.0.2#53",
		KZ_SYM_LOG_NS_LAME, KZ_OUTCOME_UNKNOWN, "127.0.0.2"},
	{"24-Nov-2026 06:36:21.436 lame-servers: info: host unreachable "
	 "resolving 'example5.jp/MX/IN': 10.9.9.9#53",
		KZ_SYM_LOG_NS_UNREACHABLE, KZ_OUTCOME_UNKNOWN, "10.9.9.9"},
	{"24-Nov-2026 06:36:21.040 lame-servers: info: network unreachable "
	 "resolving 'example2.jp/MX/IN': 10.203.181.101#53",
		KZ_SYM_LOG_NS_UNREACHABLE, KZ_OUTCOME_UNKNOWN, NULL},
	{"Nov 24 06:37:50 unbound[15555:0] error: SERVFAIL <example2.jp. MX "
	 "IN>: all the configured stub or forward servers failed, at zone "
	 "example2.jp. upstream server timeout",
		KZ_SYM_LOG_NS_UNREACHABLE, KZ_OUTCOME_UNKNOWN, "example2.jp"},
	{"Nov 24 06:36:21 ns unbound: [13382:0] error: SERVFAIL <example3.jp. "
	 "MX IN>: all servers for this domain failed, at zone example3.jp. "
	 "from 127.0.0.2 got REFUSED",
		KZ_SYM_LOG_NS_LAME, KZ_OUTCOME_UNKNOWN, "127.0.0.2"},
};

static void
each_line_says_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		struct log_kit *kit = log_kit_open();

		(void)log_kit_line(kit, singles[i].line);
		log_kit_end(kit);
		if (singles[i].object == NULL) {
			if (kit->count != 0)
				fail_msg("a finding of: %s", singles[i].line);
		} else if (kit->count != 1 ||
			log_kit_find(kit, singles[i].symptom,
				singles[i].outcome,
				singles[i].object) == NULL) {
			fail_msg("another finding (%zu, %s %s) of: %s",
				kit->count, kit->findings[0].object,
				kz_outcome_text(kit->findings[0].outcome),
				singles[i].line);
		}
		log_kit_close(kit);
	}
}

static void
the_deferral_of_exim_does_not_name_the_host(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=ishtar.example1.jp "
		"[2001:db8:268:810::110]:25 No route to host");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=ishtar.example1.jp "
		"[10.224.31.110]:25 No route to host");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f == user@example1.jp R=r4 "
		"T=remote_smtp defer (-44) H=kerochan.example1.jp "
		"[10.99.0.9]:25: SMTP error from remote mail server after RCPT "
		"TO:<user@example1.jp>: 450 4.2.0 Greylisted");
	log_kit_end(kit);
	assert_int_equal(kit->count, 1);
	finding = log_kit_find(kit, MX, BAD, "ishtar.example1.jp");
	assert_non_null(finding);
	assert_int_equal(finding->rest_count, 2);
	assert_string_equal(finding->why, "EHOSTUNREACH");
}

/* As a real Exim writes it; the reply was a sink's nonsense. */
static void
a_deferral_that_is_not_understood_still_names_the_recipient(void **state)
{
	struct log_kit *kit = *state;

	(void)log_kit_line(kit,
		"2026-11-24 14:48:38 1xVrp0-000038-0Y H=ishtar.example1.jp "
		"[10.224.31.110] No route to host");
	(void)log_kit_line(kit,
		"2026-11-24 14:48:38 1xVrp0-000038-0Y H=kerochan.example1.jp "
		"[10.224.31.99] Connection refused");
	(void)log_kit_line(kit,
		"2026-11-24 14:48:38 1xVrp0-000038-0Y H=kerochan.example1.jp "
		"[10.224.31.100]: SMTP error from remote mail server after "
		"DATA: 250 2.0.0 ok");
	(void)log_kit_line(kit,
		"2026-11-24 14:48:38 1xVrp0-000038-0Y == user@example1.jp "
		"R=remote T=smtp defer (0) H=kerochan.example1.jp "
		"[10.224.31.100]: SMTP error from remote mail server after "
		"DATA: 250 2.0.0 ok");
	log_kit_end(kit);
	assert_int_equal(kit->count, 1);
	assert_non_null(log_kit_find(kit, MX, BAD, "ishtar.example1.jp"));
}

static void
one_message_to_two_domains_blames_nobody_for_the_other(void **state)
{
	struct log_kit *kit = *state;

	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=mx.provider.jp "
		"[10.8.0.25] Connection timed out");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:16 1xVkCN-0004sv-0f H=mx.a.jp "
		"[10.8.1.25] Connection timed out");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:17 1xVkCN-0004sv-0f => user@b.jp R=r4 "
		"T=remote_smtp H=mx.b.jp [10.9.0.9] C=\"250 OK\"");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:18 1xVkCN-0004sv-0f == user@a.jp R=r4 "
		"T=remote_smtp defer (110): Connection timed out");
	log_kit_end(kit);
	assert_int_equal(kit->count, 2);
	assert_non_null(log_kit_find(kit, MX, BAD, "mx.a.jp"));
	assert_non_null(log_kit_find(kit, MX, OK, "mx.b.jp"));
}

static void
a_message_that_never_met_anybody_expires(void **state)
{
	struct log_kit *kit = *state;
	const struct kz_finding *finding;

	three_others(kit, "23:00:00");
	postfix(kit, "23:01:01",
		"[5]: 4B0F13: to=<u@example2.jp>, relay=none, delay=30, "
		"delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to "
		"mx.example2.jp[10.203.181.152]:25: Connection timed out)");
	(void)log_kit_line(kit,
		"Feb 29 23:10:00 mx postfix/qmgr[900]: 4B0F13: "
		"from=<a@jikocho.jp>, status=expired, returned to sender");
	log_kit_end(kit);
	finding =
		log_kit_find(kit, KZ_SYM_LOG_QUEUE_EXPIRED, BAD, "example2.jp");
	assert_non_null(finding);
	assert_true(finding->judged);
}

static void
a_message_that_was_greylisted_to_death_is_no_evidence(void **state)
{
	struct log_kit *kit = *state;

	postfix(kit, "22:01:01", CONNECT4);
	postfix(kit, "22:01:02", GREYLISTED);
	postfix(kit, "23:01:01",
		"[5]: 4B0F12: to=<user@example1.jp>, relay=none, delay=30, "
		"delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to "
		"kerochan.example1.jp[10.224.31.111]:25: Connection timed "
		"out)");
	(void)log_kit_line(kit,
		"Feb 29 23:10:00 mx postfix/qmgr[900]: 4B0F12: "
		"from=<a@jikocho.jp>, status=expired, returned to sender");
	log_kit_end(kit);
	assert_null(log_kit_find(
		kit, KZ_SYM_LOG_QUEUE_EXPIRED, BAD, "example1.jp"));
}

static void
an_error_report_that_nobody_takes(void **state)
{
	struct log_kit *kit = *state;

	(void)log_kit_line(kit,
		"Feb 29 10:00:00 mx postfix/qmgr[900]: 4B0F13: from=<>, "
		"size=2000, nrcpt=1 (queue active)");
	postfix(kit, "10:00:30",
		"[5]: 4B0F13: to=<u@example2.jp>, relay=none, delay=30, "
		"delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to "
		"mx.example2.jp[10.203.181.152]:25: Connection timed out)");
	log_kit_end(kit);
	assert_non_null(log_kit_find(
		kit, KZ_SYM_LOG_DSN_UNDELIVERABLE, BAD, "example2.jp"));
	assert_non_null(log_kit_find(kit, MX, BAD, "mx.example2.jp"));
}

static void
a_reply_clears_what_was_blamed_before(void **state)
{
	struct log_kit *kit = *state;

	postfix(kit, "10:01:01", CONNECT4);
	postfix(kit, "10:01:02", GREYLISTED);
	postfix(kit, "11:01:02",
		"[5]: 4B0F12: to=<user@example1.jp>, "
		"relay=ishtar.example1.jp[10.224.31.110]:25, delay=62, "
		"delays=0/0/1/0, dsn=4.2.0, status=deferred (host "
		"ishtar.example1.jp[10.224.31.110] said: 450 4.2.0 Greylisted "
		"(in reply to RCPT TO command))");
	log_kit_end(kit);
	assert_int_equal(kit->count, 2);
	assert_non_null(log_kit_find(kit, MX, OK, "ishtar.example1.jp"));
}

static void
a_lookup_of_others_in_that_minute_vouches(void **state)
{
	static const char failure[] =
		"[2108]: 4B0F14: to=<u@example2.jp>, relay=none, delay=20, "
		"delays=0.1/0/20/0, dsn=4.4.3, status=deferred (Host or domain "
		"name not found. Name service error for name=example2.jp "
		"type=MX: Host not found, try again)";
	struct log_kit *kit = *state;

	sent(kit, "10:21:50", "one.jp", "10.1.0.25");
	postfix(kit, "10:21:00", failure);
	postfix(kit, "11:21:00", failure);
	log_kit_end(kit);
	assert_int_equal(kit->count, 3);
	assert_true(kit->findings[1].judged);
	assert_false(kit->findings[2].judged);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(postfix_ties_the_contact_to_the_recipient_by_its_process),
		TEST(a_host_whose_other_address_works_is_not_dead),
		TEST(three_others_in_that_hour_vouch_for_our_line),
		TEST(a_family_that_works_needs_its_own_witnesses),
		TEST(the_hour_is_that_of_the_line),
		TEST(what_is_told_again_in_the_same_hour_counts_once),
		TEST(each_line_says_what_it_says),
		TEST(the_deferral_of_exim_does_not_name_the_host),
		TEST(a_deferral_that_is_not_understood_still_names_the_recipient),
		TEST(one_message_to_two_domains_blames_nobody_for_the_other),
		TEST(a_message_that_never_met_anybody_expires),
		TEST(a_message_that_was_greylisted_to_death_is_no_evidence),
		TEST(an_error_report_that_nobody_takes),
		TEST(a_reply_clears_what_was_blamed_before),
		TEST(a_lookup_of_others_in_that_minute_vouches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

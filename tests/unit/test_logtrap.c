/* SPDX-License-Identifier: ISC */
/* Lines that look like somebody's fault and are none, or another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "log_kit.h"

#define LINES 8

static const struct {
	const char *name;
	const char *lines[LINES];
} traps[] = {
	{"a smart host of ours that is dead is nobody else's fault",
		{"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=smart.jikocho.jp "
		 "[10.1.0.99] Connection refused",
			"2026-11-24 06:40:15 1xVkCN-0004sv-0f == "
			"user@example1.jp R=smart T=smtp defer (111): "
			"Connection refused",
			"2026-11-28 06:40:15 1xVkCN-0004sv-0f ** "
			"user@example1.jp: retry timeout exceeded"}},
	{"nor Sendmail's",
		{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
		 "to=<user@example1.jp>, delay=00:05:00, xdelay=00:00:06, "
		 "mailer=relay, pri=120345, relay=smart.jikocho.jp. "
		 "[10.1.0.99], dsn=4.4.1, stat=Deferred: Connection refused by "
		 "smart.jikocho.jp.",
			"Feb 29 11:05:00 mx sm-mta[3001]: 01T1511a003001: "
			"01T1511b003001: DSN: Cannot send message for 5 days"}},
	{"a host that stops talking was there",
		{"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=mx.example1.jp "
		 "[10.5.0.25]: SMTP timeout after RCPT TO:<user@example1.jp>: "
		 "Connection timed out",
			"2026-11-24 06:40:15 1xVkCN-0004sv-0f == "
			"user@example1.jp R=r T=smtp defer (110): Connection "
			"timed out H=mx.example1.jp [10.5.0.25]: SMTP timeout "
			"after RCPT TO:<user@example1.jp>",
			"2026-11-28 06:40:15 1xVkCN-0004sv-0f ** "
			"user@example1.jp: retry timeout exceeded"}},
	{"and Sendmail's words for it, RFC 3463: a bad connection",
		{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
		 "to=<user@example1.jp>, delay=00:05:00, xdelay=01:00:00, "
		 "mailer=esmtp, pri=120345, relay=mx.example1.jp. [10.5.0.25], "
		 "dsn=4.4.2, stat=Deferred: Connection timed out with "
		 "mx.example1.jp.",
			"Feb 29 11:05:00 mx sm-mta[3001]: 01T1511a003001: "
			"01T1511b003001: DSN: Cannot send message for 5 days"}},
	{"what a peer says is not read",
		{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
		 "to=<user@example1.jp>, delay=00:05:00, xdelay=00:00:06, "
		 "mailer=esmtp, pri=120345, relay=mx.example1.jp. [10.5.0.25], "
		 "dsn=4.2.0, reply=450 4.2.0 wait, stat=Deferred: Connection "
		 "refused by mx.victim.jp., stat=Deferred: 450 4.2.0 wait"}},
	{"what Sendmail remembers is not fresh",
		{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
		 "to=<user@example1.jp>, delay=00:05:00, xdelay=00:00:00, "
		 "mailer=esmtp, pri=120345, relay=mx.example1.jp., dsn=4.4.1, "
		 "stat=Deferred: Connection refused by mx.example1.jp."}},
	{"what is queued for later says nothing",
		{"Feb 29 10:05:00 mx sm-mta[3001]: 01T1511a003001: "
		 "to=<user@example1.jp>, delay=00:00:00, mailer=esmtp, "
		 "pri=30061, stat=queued"}},
	{"an expired message of which nothing else is known",
		{"Feb 29 10:05:00 mx postfix/qmgr[900]: 4B0F13: "
		 "from=<a@jikocho.jp>, status=expired, returned to sender"}},
	{"an error report that a peer greylists",
		{"Feb 29 10:00:00 mx postfix/qmgr[900]: 4B0F13: from=<>, "
		 "size=2000, nrcpt=1 (queue active)",
			"Feb 29 10:00:01 mx postfix/smtp[5]: 4B0F13: "
			"to=<u@example2.jp>, "
			"relay=mx.example2.jp[10.5.0.25]:25, delay=1, "
			"delays=0/0/1/0, dsn=4.2.0, status=deferred (host "
			"mx.example2.jp[10.5.0.25] said: 450 4.2.0 "
			"Greylisted (in reply to RCPT TO command))"}},
	{"what Unbound remembers of servers",
		{"[1763966270] unbound[1:0] error: SERVFAIL <a.jp. MX IN>: all "
		 "servers for this domain failed, at zone a.jp. no server to "
		 "query nameserver addresses not usable",
			"[1763966270] unbound[1:0] error: SERVFAIL <a.jp. MX "
			"IN>: exceeded the maximum number of sends"}},
	{"our own network, as BIND says it",
		{"24-Nov-2026 06:36:21.040 lame-servers: info: network "
		 "unreachable resolving 'a.jp/MX/IN': 10.203.181.101#53"}},
};

/* 10.1.0.0/16 is ours. */
static const struct kz_nets *
ours(void)
{
	static struct kz_net net = {
		.addr = {.family = KZ_ADDR_V4, .bytes = {10, 1}}, .prefix = 16};
	static const struct kz_nets nets = {.list = &net, .count = 1};

	return &nets;
}

static void
nobody_is_blamed_for_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		struct log_kit *kit = log_kit_open();

		assert_non_null(kit);
		kit->scan->rules.own = ours();
		for (size_t j = 0; traps[i].lines[j] != NULL; j++)
			(void)log_kit_line(kit, traps[i].lines[j]);
		log_kit_end(kit);
		if (kit->count != 0)
			fail_msg("%s: %s of %s", traps[i].name,
				kz_symptom_info(kit->findings[0].symptom)->id,
				kit->findings[0].subject.text);
		log_kit_close(kit);
	}
}

/* The last attempt and its end stand side by side in Exim's log. */
static void
a_report_of_exim_that_expires_is_told(void **state)
{
	struct log_kit *kit = log_kit_open();

	(void)state;
	assert_non_null(kit);
	(void)log_kit_line(kit,
		"2026-11-24 06:40:00 1xVkCN-0004sv-0f <= <> R=1xVkCM-0004sv-0f "
		"U=Debian-exim P=local S=1538");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f H=mx.example2.jp "
		"[10.5.0.25]: SMTP timeout after initial connection: "
		"Connection timed out");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f == u@example2.jp R=r "
		"T=smtp defer (110): Connection timed out H=mx.example2.jp "
		"[10.5.0.25]: SMTP timeout after initial connection");
	(void)log_kit_line(kit,
		"2026-11-24 06:40:15 1xVkCN-0004sv-0f ** u@example2.jp: retry "
		"timeout exceeded");
	log_kit_end(kit);
	assert_int_equal(kit->count, 3);
	assert_non_null(log_kit_find(kit, KZ_SYM_LOG_DSN_UNDELIVERABLE,
		KZ_OUTCOME_BAD, "example2.jp"));
	assert_non_null(log_kit_find(
		kit, KZ_SYM_LOG_QUEUE_EXPIRED, KZ_OUTCOME_BAD, "example2.jp"));
	assert_non_null(log_kit_find(kit, KZ_SYM_LOG_MX_UNREACHABLE,
		KZ_OUTCOME_BAD, "mx.example2.jp"));
	log_kit_close(kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_blamed_for_it),
		cmocka_unit_test(a_report_of_exim_that_expires_is_told),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

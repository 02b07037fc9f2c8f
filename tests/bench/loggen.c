/* SPDX-License-Identifier: ISC */
/*
 * A mail log as a busy Postfix writes it: loggen MEGABYTES [SEED].  Of eight
 * lines of a message one is its delivery; one message in twenty is deferred,
 * one in a hundred after contacts that failed; recipients are spread as in
 * real logs, a few domains taking most.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DOMAINS 5000

static uint64_t state;

static uint32_t
random_below(uint32_t bound)
{
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(state >> 33) % bound;
}

/* Half of all mail goes to some seventy domains of five thousand. */
static unsigned
domain(void)
{
	uint32_t a = random_below(DOMAINS), b = random_below(a + 1);

	return random_below(b + 1);
}

static size_t
message(const char *stamp, unsigned long number)
{
	unsigned to = domain(), from = domain(), pid = 2000 + random_below(80);
	unsigned fate = random_below(100);
	char id[16];
	int sum = 0;

	(void)snprintf(id, sizeof(id), "4%05lX%05lX", number & 0xfffff,
		(number * 7919) & 0xfffff);
	sum += printf("%s mx postfix/smtpd[%u]: connect from "
		      "mail.d%u.example[10.%u.%u.25]\n",
		stamp, pid + 500, from, from % 200, from / 200);
	sum += printf("%s mx postfix/smtpd[%u]: %s: "
		      "client=mail.d%u.example[10.%u.%u.25]\n",
		stamp, pid + 500, id, from, from % 200, from / 200);
	sum += printf("%s mx postfix/cleanup[%u]: %s: "
		      "message-id=<%lu.%s@d%u.example>\n",
		stamp, pid + 100, id, number, id, from);
	sum += printf("%s mx postfix/qmgr[900]: %s: from=<user%u@d%u.example>, "
		      "size=%u, nrcpt=1 (queue active)\n",
		stamp, id, random_below(900), from, random_below(90000));
	if (fate == 0)
		sum += printf("%s mx postfix/smtp[%u]: connect to "
			      "mx1.d%u.example[10.%u.%u.26]:25: Connection "
			      "timed out\n",
			stamp, pid, to, to % 200, to / 200);
	else if (fate < 70)
		sum += printf("%s mx postfix/smtp[%u]: Untrusted TLS "
			      "connection established to "
			      "mx2.d%u.example[10.%u.%u.25]:25: TLSv1.3 with "
			      "cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n",
			stamp, pid, to, to % 200, to / 200);
	sum += printf("%s mx postfix/smtp[%u]: %s: to=<someone@d%u.example>, "
		      "relay=mx2.d%u.example[10.%u.%u.25]:25, delay=1.2, "
		      "delays=0.1/0.02/0.6/0.5, dsn=%s (%s)\n",
		stamp, pid, id, to, to, to % 200, to / 200,
		fate < 5 ? "4.2.0, status=deferred" : "2.0.0, status=sent",
		fate < 5 ? "host said: 450 4.2.0 Greylisted (in reply to RCPT "
			   "TO command)"
			 : "250 2.0.0 Ok: queued as 4B0F12345");
	sum += printf("%s mx postfix/qmgr[900]: %s: removed\n", stamp, id);
	sum += printf("%s mx postfix/smtpd[%u]: disconnect from "
		      "mail.d%u.example[10.%u.%u.25] ehlo=2 starttls=1 mail=1 "
		      "rcpt=1 data=1 quit=1 commands=7\n",
		stamp, pid + 500, from, from % 200, from / 200);
	return sum > 0 ? (size_t)sum : 0;
}

int
main(int argc, char **argv)
{
	size_t bytes = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 64)
		<< 20;
	time_t now = time(NULL);
	size_t done = 0;
	char stamp[32];
	struct tm tm;

	state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	/* Twenty messages a second, ending now. */
	now -= (time_t)(bytes / 1000 / 20);
	for (unsigned long number = 0; done < bytes; number++) {
		if (number % 20 == 0) {
			now++;
			if (localtime_r(&now, &tm) == NULL ||
				strftime(stamp, sizeof(stamp), "%b %e %T",
					&tm) == 0)
				return 1;
		}
		done += message(stamp, number);
	}
	return 0;
}

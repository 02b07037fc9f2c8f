/* SPDX-License-Identifier: ISC */
/* What the delivery lines of Postfix, Exim and Sendmail mean. */
#include <string.h>

#include "logline_priv.h"

/* "host[addr]" and what follows it; false: it is not of that form. */
static bool
bracketed(struct kz_str *text, struct kz_logsaid *said)
{
	struct kz_str host = kz_logline_until(*text, '[');
	struct kz_str addr;

	if (host.len == text->len)
		return false;
	text->ptr += host.len + 1;
	text->len -= host.len + 1;
	addr = kz_logline_until(*text, ']');
	if (addr.len == text->len || !kz_logline_host(host, addr, said))
		return false;
	text->ptr += addr.len + 1;
	text->len -= addr.len + 1;
	return true;
}

/* ":25" where a port is told. */
static bool
smtp_port_follows(struct kz_str *text)
{
	struct kz_str port = {text->ptr, 0};

	if (!kz_logline_skip(text, KZ_STR(":")))
		return true;
	port.ptr = text->ptr;
	while (port.len < text->len && text->ptr[port.len] >= '0' &&
		text->ptr[port.len] <= '9')
		port.len++;
	text->ptr += port.len;
	text->len -= port.len;
	return kz_logline_smtp_port(port);
}

/* "connect to host[addr]:25: reason)" */
static void
postfix_connect(struct kz_str text, struct kz_logsaid *said)
{
	if (!bracketed(&text, said) || !smtp_port_follows(&text) ||
		!kz_logline_skip(&text, KZ_STR(": ")))
		return;
	said->reach = kz_logline_reach(text);
	if (said->reach != KZ_REACH_NONE)
		said->fate = KZ_LOGFATE_DEAD;
}

/* Behind "host[addr] ": there was a connection at least. */
static void
postfix_broken(struct kz_str text, struct kz_logsaid *said)
{
	static const struct kz_str greeting =
		KZ_STR_INIT("while receiving the initial server greeting");

	if (!bracketed(&text, said))
		return;
	said->fate = KZ_LOGFATE_ALIVE;
	(void)kz_logline_skip(&text, KZ_STR(" timed out"));
	(void)kz_logline_skip(&text, KZ_STR(" "));
	if (kz_logline_begins(text, greeting))
		said->fate = KZ_LOGFATE_NO_BANNER;
}

/* "host or domain name not found" and its reason, all Postfix's own words. */
static enum kz_logfate
postfix_lookup(struct kz_str text)
{
	size_t at = kz_logline_find(text, KZ_STR(" type="));

	text.ptr += at;
	text.len -= at;
	at = kz_logline_find(text, KZ_STR(": "));
	text.ptr += at;
	text.len -= at;
	if (!kz_logline_skip(&text, KZ_STR(": ")))
		return KZ_LOGFATE_NOTHING;
	if (kz_logline_begins(text, KZ_STR("Host not found, try again")))
		return KZ_LOGFATE_LOOKUP;
	if (kz_logline_begins(text, KZ_STR("Host not found")) ||
		kz_logline_begins(text,
			KZ_STR("Host found but no data record of requested "
			       "type")))
		return KZ_LOGFATE_MISSING;
	return KZ_LOGFATE_NOTHING;
}

static void
postfix_reason(struct kz_str text, struct kz_logsaid *said)
{
	if (!kz_logline_skip(&text, KZ_STR("(")))
		return;
	if (kz_logline_skip(&text, KZ_STR("connect to "))) {
		postfix_connect(text, said);
	} else if (kz_logline_skip(&text, KZ_STR("host "))) {
		/* "said:" or "refused to talk to me:", a reply either way */
		if (bracketed(&text, said))
			said->fate = KZ_LOGFATE_ALIVE;
	} else if (kz_logline_skip(&text, KZ_STR("lost connection with ")) ||
		kz_logline_skip(&text, KZ_STR("conversation with "))) {
		postfix_broken(text, said);
	} else if (kz_logline_skip(&text,
			   KZ_STR("Host or domain name not found. Name "
				  "service error for name="))) {
		said->fate = postfix_lookup(text);
	}
}

void
kz_logline_read_postfix(const struct kz_logline *line, struct kz_logsaid *said)
{
	struct kz_str relay = line->relay;
	bool contacted = bracketed(&relay, said);

	if (contacted && !smtp_port_follows(&relay)) {
		said->host = (struct kz_name){0};
		said->addr = (struct kz_addr){0};
		return;
	}
	if (kz_logline_begins(line->status, KZ_STR("sent"))) {
		said->fate = contacted ? KZ_LOGFATE_SENT : KZ_LOGFATE_NOTHING;
		return;
	}
	postfix_reason(line->text, said);
}

/* The errno, or a negative number of Exim's own (its macros ERRNO_...). */
static void
exim_number(struct kz_str number, struct kz_logsaid *said)
{
	static const struct {
		struct kz_str number;
		enum kz_logfate fate;
		enum kz_reach reach;
	} numbers[] = {
		{KZ_STR_INIT("110"), KZ_LOGFATE_DEAD, KZ_REACH_TIMEOUT},
		{KZ_STR_INIT("111"), KZ_LOGFATE_DEAD, KZ_REACH_REFUSED},
		{KZ_STR_INIT("113"), KZ_LOGFATE_DEAD, KZ_REACH_UNREACHABLE},
		{KZ_STR_INIT("101"), KZ_LOGFATE_DEAD, KZ_REACH_OURS},
		{KZ_STR_INIT("-42"), KZ_LOGFATE_ALIVE, KZ_REACH_ALIVE},
		{KZ_STR_INIT("-43"), KZ_LOGFATE_ALIVE, KZ_REACH_ALIVE},
		{KZ_STR_INIT("-44"), KZ_LOGFATE_ALIVE, KZ_REACH_ALIVE},
		{KZ_STR_INIT("-45"), KZ_LOGFATE_ALIVE, KZ_REACH_ALIVE},
		{KZ_STR_INIT("-46"), KZ_LOGFATE_ALIVE, KZ_REACH_ALIVE},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].number.len == number.len &&
			memcmp(numbers[i].number.ptr, number.ptr, number.len) ==
				0) {
			said->fate = numbers[i].fate;
			said->reach = numbers[i].reach;
		}
	}
}

/* "H=host [addr]:25: reply" in a deferral is who answered last. */
static void
exim_host(struct kz_str text, struct kz_logsaid *said)
{
	struct kz_str host, addr;

	(void)kz_logline_skip(&text, KZ_STR(" "));
	if (!kz_logline_skip(&text, KZ_STR("H=")))
		return;
	host = kz_logline_until(text, ' ');
	text.ptr += host.len;
	text.len -= host.len;
	if (!kz_logline_skip(&text, KZ_STR(" [")))
		return;
	addr = kz_logline_until(text, ']');
	if (addr.len < text.len)
		(void)kz_logline_host(host, addr, said);
}

/*
 * ": Connection timed out H=host [addr]: SMTP timeout after RCPT TO:<...>", in
 * Exim's own words: it was alive until then.
 */
static void
exim_timeout(struct kz_str text, struct kz_logsaid *said)
{
	static const struct kz_str timeout = KZ_STR_INIT("SMTP timeout after ");
	size_t at = kz_logline_find(text, KZ_STR(" H="));

	if (said->fate != KZ_LOGFATE_DEAD)
		return;
	text.ptr += at;
	text.len -= at;
	at = kz_logline_find(text, KZ_STR(": "));
	text.ptr += at;
	text.len -= at;
	(void)kz_logline_skip(&text, KZ_STR(": "));
	if (kz_logline_skip(&text, timeout) &&
		!kz_logline_begins(text, KZ_STR("initial connection")))
		said->fate = KZ_LOGFATE_ALIVE;
}

static void
exim_defer(const struct kz_logline *line, struct kz_logsaid *said)
{
	struct kz_str text = line->text;

	exim_number(line->number, said);
	exim_timeout(text, said);
	if (said->fate == KZ_LOGFATE_ALIVE)
		exim_host(text, said);
	(void)kz_logline_skip(&text, KZ_STR(": "));
	if (kz_logline_begins(text, KZ_STR("host lookup did not complete")))
		said->fate = KZ_LOGFATE_LOOKUP;
	else if (kz_logline_begins(text,
			 KZ_STR("lowest numbered MX record points to local "
				"host")))
		said->fate = KZ_LOGFATE_IS_US;
}

/* The reason stands behind the router and the transport. */
static void
exim_fail(const struct kz_logline *line, struct kz_logsaid *said)
{
	size_t at = kz_logline_find(line->text, KZ_STR(": "));
	struct kz_str text = {line->text.ptr + at, line->text.len - at};

	(void)kz_logline_skip(&text, KZ_STR(": "));
	if (kz_logline_begins(text, KZ_STR("retry timeout exceeded")))
		said->fate = KZ_LOGFATE_EXPIRED;
	else if (kz_logline_begins(text,
			 KZ_STR("all relevant MX records point to "
				"non-existent hosts")))
		said->fate = KZ_LOGFATE_MISSING;
	else if (kz_logline_begins(
			 text, KZ_STR("SMTP error from remote mail server")))
		said->fate = KZ_LOGFATE_ALIVE;
	if (said->fate == KZ_LOGFATE_ALIVE) {
		at = kz_logline_find(line->text, KZ_STR(" H="));
		exim_host((struct kz_str){line->text.ptr + at,
				  line->text.len - at},
			said);
	}
}

void
kz_logline_read_exim(const struct kz_logline *line, struct kz_logsaid *said)
{
	if (line->kind == KZ_LOGLINE_EXIM_DEFER)
		exim_defer(line, said);
	else if (line->kind == KZ_LOGLINE_EXIM_FAIL)
		exim_fail(line, said);
	else if (kz_logline_smtp_port(line->port) &&
		kz_logline_host(line->host, line->addr, said))
		said->fate = KZ_LOGFATE_SENT;
}

/* "host. [addr]"; without an address nobody was contacted. */
static bool
sendmail_relay(struct kz_str relay, struct kz_logsaid *said)
{
	struct kz_str host = kz_logline_until(relay, ' ');
	struct kz_str addr = {relay.ptr + host.len, relay.len - host.len};

	if (!kz_logline_skip(&addr, KZ_STR(" [")))
		return false;
	if (addr.len > 5 && memcmp(addr.ptr, "IPv6:", 5) == 0)
		(void)kz_logline_skip(&addr, KZ_STR("IPv6:"));
	return kz_logline_host(host, kz_logline_until(addr, ']'), said);
}

static bool
nothing_took_time(struct kz_str xdelay)
{
	return kz_logline_begins(xdelay, KZ_STR("00:00:00"));
}

/* "Connection refused by host.", "host.: No route to host" */
static enum kz_reach
sendmail_reach(struct kz_str text, struct kz_str relay)
{
	struct kz_str host = kz_logline_until(relay, ' ');
	struct kz_str after = text;
	size_t with, by;

	if (host.len > 0 && kz_logline_skip(&after, host) &&
		kz_logline_skip(&after, KZ_STR(": ")))
		text = after;
	with = kz_logline_find(text, KZ_STR(" with "));
	by = kz_logline_find(text, KZ_STR(" by "));
	text.len = with < by ? with : by;
	return kz_logline_reach(text);
}

static void
sendmail_deferred(const struct kz_logline *line, struct kz_str text,
	bool contacted, struct kz_logsaid *said)
{
	if (kz_logline_begins(text, KZ_STR("Name server: "))) {
		if (kz_logline_find(text, KZ_STR("host name lookup failure")) <
			text.len)
			said->fate = KZ_LOGFATE_LOOKUP;
		return;
	}
	said->reach = sendmail_reach(text, line->relay);
	/* Without an address it is remembered from another message. */
	if (!contacted || said->reach == KZ_REACH_NONE)
		return;
	/* RFC 3463 section 3.5: 4.4.1 no answer from host, 4.4.2 it broke */
	if (kz_logline_begins(line->number, KZ_STR("4.4.2")))
		said->fate = KZ_LOGFATE_ALIVE;
	else if (said->reach != KZ_REACH_TIMEOUT ||
		!nothing_took_time(line->xdelay))
		said->fate = KZ_LOGFATE_DEAD;
}

void
kz_logline_read_sendmail(const struct kz_logline *line, struct kz_logsaid *said)
{
	struct kz_str text = line->text;
	bool contacted = sendmail_relay(line->relay, said);

	if (line->status.len > 0) {
		/* A reply, whatever it says; one of success is no "reply=". */
		if (contacted)
			said->fate = KZ_LOGFATE_ALIVE;
		return;
	}
	/* RFC 3463 section 3.5: a directory server failed */
	if (kz_logline_begins(line->number, KZ_STR("4.4.3")) &&
		kz_logline_begins(text, KZ_STR("queued"))) {
		said->fate = KZ_LOGFATE_LOOKUP;
		return;
	}
	if (kz_logline_skip(&text, KZ_STR("Deferred: ")))
		sendmail_deferred(line, text, contacted, said);
	else if (contacted && kz_logline_begins(text, KZ_STR("Sent")))
		said->fate = KZ_LOGFATE_SENT;
	else if (kz_logline_begins(text, KZ_STR("Host unknown")))
		said->fate = KZ_LOGFATE_MISSING;
	else if (contacted &&
		(kz_logline_begins(text, KZ_STR("User unknown")) ||
			kz_logline_begins(text, KZ_STR("Service unavailable"))))
		said->fate = KZ_LOGFATE_ALIVE;
}

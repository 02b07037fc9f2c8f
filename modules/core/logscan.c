/* SPDX-License-Identifier: ISC */
#include "kizuki/core/logscan.h"

#include <string.h>

#include "logscan_priv.h"

#define HOUR_S 3600
/* The contacts of one attempt follow each other within this. */
#define ATTEMPT_S 900

/* Known, not ours, and no address that nobody can reach. */
static bool
stranger(const struct kz_logscan *scan, const struct kz_addr *addr)
{
	static const struct kz_addr loopback6 = {
		.family = KZ_ADDR_V6, .bytes = {[15] = 1}};
	const struct kz_logscan_rules *rules = &scan->rules;

	if (addr->family == KZ_ADDR_NONE ||
		(rules->own != NULL && kz_nets_have(rules->own, addr)))
		return false;
	if (rules->scope != NULL)
		return !kz_addr_special(addr, rules->scope);
	return (addr->family != KZ_ADDR_V4 || addr->bytes[0] != 127) &&
		kz_addr_compare(addr, &loopback6) != 0;
}

/* Something was delivered to, or a host of it was found, in this minute. */
static void
name_was_found(const struct logscan_in *in, const struct kz_name *domain)
{
	if (domain->len > 0)
		kz_logscan_witness(
			&in->scan->looked_up[in->when_s % HOUR_S / 60], domain);
}

/*
 * The host answered for domain.  Under the name of one symptom; kizukid knows
 * what else a delivery proves.
 */
static void
tell_alive(const struct logscan_in *in, const struct kz_logsaid *said)
{
	struct kz_finding finding = kz_logscan_finding(
		in, &said->domain, KZ_SYM_LOG_MX_UNREACHABLE, &said->host);

	if (said->domain.len == 0 ||
		(said->fate != KZ_LOGFATE_SENT &&
			!kz_logscan_blamed(
				in->scan, &said->domain, &said->host)))
		return;
	finding.outcome = KZ_OUTCOME_OK;
	memcpy(finding.why, said->fate == KZ_LOGFATE_SENT ? "sent" : "alive",
		said->fate == KZ_LOGFATE_SENT ? 5 : 6);
	kz_logscan_tell(in, &finding);
}

static void
take_alive(const struct logscan_in *in, const struct kz_logsaid *said)
{
	size_t family = said->addr.family == KZ_ADDR_V6;

	if (said->fate == KZ_LOGFATE_SENT) {
		in->scan->ever[family] = true;
		if (said->domain.len > 0)
			kz_logscan_witness(
				&in->scan->sent[family], &said->domain);
	}
	name_was_found(in, &said->domain);
	kz_logscan_touch(in, &said->addr, KZ_REACH_ALIVE);
	tell_alive(in, said);
}

/* There is a connection, but nobody greets: a symptom of its own. */
static void
take_no_banner(const struct logscan_in *in, const struct kz_logsaid *said)
{
	struct kz_finding finding = kz_logscan_finding(
		in, &said->domain, KZ_SYM_MX_NO_BANNER, &said->domain);

	name_was_found(in, &said->domain);
	kz_logscan_touch(in, &said->addr, KZ_REACH_SILENT);
	if (said->domain.len == 0)
		return;
	finding.outcome = KZ_OUTCOME_BAD;
	finding.weight = kz_symptom_info(KZ_SYM_MX_NO_BANNER)->points;
	memcpy(finding.value, said->host.text, said->host.len + 1U);
	memcpy(finding.why, "no greeting", 12);
	kz_logscan_rest(&finding, &said->addr);
	kz_logscan_tell(in, &finding);
}

static void
take_lookup(const struct logscan_in *in, const struct kz_logsaid *said)
{
	struct kz_finding finding = kz_logscan_finding(
		in, &said->domain, KZ_SYM_LOG_HOST_LOOKUP_FAIL, &said->domain);

	if (said->domain.len == 0)
		return;
	finding.outcome = KZ_OUTCOME_BAD;
	finding.weight = kz_symptom_info(KZ_SYM_LOG_HOST_LOOKUP_FAIL)->points;
	memcpy(finding.why, "try again", 10);
	kz_logscan_tell(in, &finding);
}

static struct kz_logscan_attempt *
attempt_of(const struct logscan_in *in, const struct kz_logline *line)
{
	bool by_process = line->process.len > 0;
	struct kz_str key = by_process ? line->process : line->queue;
	struct kz_logscan_attempt *attempt;

	if (key.len == 0)
		return NULL;
	attempt = kz_logscan_attempt(in,
		kz_logscan_hash(LOGSCAN_SEED + (by_process ? 1 : 2), key),
		by_process);
	if (in->when_s - attempt->last_s > ATTEMPT_S)
		kz_logscan_attempt_close(in, attempt);
	return attempt;
}

/* A line of one contact that failed. */
static void
take_fail(const struct logscan_in *in, const struct kz_logline *line,
	const struct kz_logsaid *said)
{
	struct kz_logscan_attempt *attempt = attempt_of(in, line);

	kz_logscan_touch(in, &said->addr, said->reach);
	if (attempt == NULL)
		return;
	/* What comes behind a result belongs to another attempt. */
	if (attempt->result_count > 0 &&
		(attempt->by_process || in->when_s - attempt->last_s > 60))
		kz_logscan_attempt_close(in, attempt);
	kz_logscan_attempt_fail(in, attempt, said);
}

/* Sendmail's one line says it all. */
static void
take_whole(const struct logscan_in *in, const struct kz_logsaid *said)
{
	struct kz_logscan_attempt attempt = {
		.key = 1, .by_process = true, .queue = in->queue};

	if (said->fate == KZ_LOGFATE_DEAD) {
		kz_logscan_touch(in, &said->addr, said->reach);
		kz_logscan_attempt_fail(in, &attempt, said);
	}
	kz_logscan_attempt_result(in, &attempt, said);
	kz_logscan_attempt_close(in, &attempt);
}

/* The summary of an attempt for one recipient. */
static void
take_result(const struct logscan_in *in, const struct kz_logline *line,
	const struct kz_logsaid *said)
{
	struct kz_logscan_attempt *attempt = attempt_of(in, line);

	kz_logscan_message_note(in, said,
		said->host.len > 0 ||
			(attempt != NULL && attempt->fail_count > 0));
	if (line->kind == KZ_LOGLINE_SENDMAIL || attempt == NULL) {
		take_whole(in, said);
		return;
	}
	if (attempt->result_count > 0 && attempt->queue != in->queue)
		kz_logscan_attempt_close(in, attempt);
	/* Where only summaries were kept, the host stands in there. */
	if (said->fate == KZ_LOGFATE_DEAD && said->host.len > 0)
		kz_logscan_attempt_fail(in, attempt, said);
	kz_logscan_attempt_result(in, attempt, said);
}

/*
 * Why the message was not delivered is not understood; whom the contacts
 * before were made for is.
 */
static bool
take_recipient(const struct logscan_in *in, const struct kz_logline *line,
	const struct kz_logsaid *said)
{
	struct kz_logscan_attempt *attempt = attempt_of(in, line);

	if (said->domain.len == 0 || attempt == NULL ||
		attempt->fail_count == 0)
		return false;
	kz_logscan_attempt_result(in, attempt, said);
	return true;
}

/* Sendmail has told before that it waited for a greeting. */
static void
take_ungreeted(const struct logscan_in *in, struct kz_logsaid *said)
{
	struct kz_logscan_message *message = kz_logscan_message(in, false);

	if (message == NULL || !message->ungreeted)
		return;
	message->ungreeted = false;
	if (said->fate == KZ_LOGFATE_ALIVE)
		said->fate = KZ_LOGFATE_NO_BANNER;
}

static bool
take_delivery(const struct logscan_in *in, const struct kz_logline *line,
	struct kz_logsaid *said)
{
	bool about_host = said->host.len > 0;

	take_ungreeted(in, said);
	if (about_host && !stranger(in->scan, &said->addr))
		return false;
	switch (said->fate) {
	case KZ_LOGFATE_SENT:
	case KZ_LOGFATE_ALIVE:
		if (about_host)
			take_alive(in, said);
		break;
	case KZ_LOGFATE_NO_BANNER:
		take_no_banner(in, said);
		break;
	case KZ_LOGFATE_LOOKUP:
		take_lookup(in, said);
		break;
	case KZ_LOGFATE_MISSING:
		kz_logscan_hint(in, &said->domain, KZ_SYM_MX_TARGET_MISSING);
		break;
	case KZ_LOGFATE_IS_US:
		kz_logscan_hint(in, &said->domain, KZ_SYM_MX_IS_US);
		break;
	case KZ_LOGFATE_EXPIRED:
		if (in->queue != 0)
			kz_logscan_message_expired(in);
		return true;
	case KZ_LOGFATE_DEAD:
		name_was_found(in, &said->domain);
		break;
	case KZ_LOGFATE_NOTHING:
		return take_recipient(in, line, said);
	}
	take_result(in, line, said);
	return true;
}

bool
kz_logscan_take(struct kz_logscan *scan, const struct kz_logline *line,
	const struct kz_logscan_out *out)
{
	struct logscan_in in = {.scan = scan,
		.out = out,
		.when_s = line->when_s,
		.queue = kz_logscan_queue(line->queue)};
	struct kz_logscan_message *message;
	struct kz_logsaid said;

	if (line->when_s <= 0)
		return false;
	if (line->when_s / HOUR_S != scan->hour) {
		kz_logscan_flush(scan, out);
		scan->hour = line->when_s / HOUR_S;
	}
	switch (line->kind) {
	case KZ_LOGLINE_SERVER:
		return kz_logscan_server(&in, line);
	case KZ_LOGLINE_SERVFAIL:
		return kz_logscan_servfail(&in, line);
	case KZ_LOGLINE_NO_GREETING:
		message = kz_logscan_message(&in, true);
		if (message != NULL)
			message->ungreeted = true;
		return message != NULL;
	case KZ_LOGLINE_NULL_SENDER:
		message = kz_logscan_message(&in, true);
		if (message != NULL)
			message->null_sender = true;
		return message != NULL;
	case KZ_LOGLINE_EXPIRED:
		if (in.queue != 0)
			kz_logscan_message_expired(&in);
		return in.queue != 0;
	case KZ_LOGLINE_CONNECT:
	case KZ_LOGLINE_ANSWERED:
	case KZ_LOGLINE_POSTFIX:
	case KZ_LOGLINE_EXIM_SENT:
	case KZ_LOGLINE_EXIM_DEFER:
	case KZ_LOGLINE_EXIM_FAIL:
	case KZ_LOGLINE_SENDMAIL:
	case KZ_LOGLINE_KIND_COUNT:
		break;
	}
	kz_logline_read(line, &said);
	if (line->kind != KZ_LOGLINE_CONNECT &&
		line->kind != KZ_LOGLINE_ANSWERED)
		return take_delivery(&in, line, &said);
	if (said.fate != KZ_LOGFATE_DEAD || !stranger(scan, &said.addr))
		return false;
	take_fail(&in, line, &said);
	return true;
}

void
kz_logscan_flush(struct kz_logscan *scan, const struct kz_logscan_out *out)
{
	struct logscan_in in = {
		.scan = scan, .out = out, .when_s = scan->hour * HOUR_S};

	kz_logscan_attempts_close(&in, 0);
	kz_logscan_hour_ends(scan, out);
}

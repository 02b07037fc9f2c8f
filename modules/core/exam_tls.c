/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* A certificate so long out of date is nobody's weekend. */
#define EXPIRED_S (14 * INT64_C(86400))
/*
 * Records and keys change together; what was seen further apart than this may
 * contradict itself though neither was ever wrong.
 */
#define APART_S INT64_C(3600)

/* What the addresses of one exchanger came to. */
struct shown {
	size_t fit, other, plain, unsure; /* addresses that are alive */
	size_t exact;                     /* of those that fit: DANE-EE */
	size_t unseen;  /* of those unsure: nothing was shown to this name */
	int64_t when_s; /* the earliest contact judged */
	int64_t until_s, until_when_s; /* the best certificate */
};

/* Records that can be held against what is shown. */
static bool
promised(const struct kz_exam_host *host)
{
	return host->tlsa.present && host->tlsa.secure &&
		(host->tlsa.usable > 0 || host->tlsa.cut);
}

static bool
apart(const struct kz_exam_host *host, const struct kz_tls_seen *seen)
{
	int64_t apart_s = seen->when_s - host->tlsa.when_s;

	return apart_s > APART_S || apart_s < -APART_S;
}

static void
count_fit(struct shown *shown, const struct kz_exam_host *host,
	const struct kz_tls_seen *seen)
{
	if (!promised(host) || apart(host, seen) || seen->fit == KZ_TLSA_UNSURE)
		shown->unsure++;
	else if (seen->fit == KZ_TLSA_NEITHER)
		shown->other++;
	else
		shown->fit++;
	if (seen->fit == KZ_TLSA_EXACT)
		shown->exact++;
	if (seen->until_s > shown->until_s) {
		shown->until_s = seen->until_s;
		shown->until_when_s = seen->when_s;
	}
}

/*
 * What an address said to this name; else, without STARTTLS, to another: the
 * server says so before it is told any.  NULL: neither.
 */
static const struct kz_tls_seen *
seen_as(const struct kz_exam_addr *addr, uint8_t host)
{
	const struct kz_tls_seen *plain = NULL;

	for (size_t i = 0; i < addr->tls_count; i++) {
		const struct kz_tls_seen *seen = &addr->tls[i];

		if (seen->host == host && seen->offer != KZ_TLS_UNKNOWN)
			return seen;
		if (seen->offer == KZ_TLS_NONE)
			plain = seen;
	}
	return plain;
}

static struct shown
look_at(const struct kz_exam *exam, uint8_t index)
{
	const struct kz_exam_host *host = &exam->hosts[index];
	struct shown shown = {.when_s = exam->now_s};

	for (size_t i = 0; i < host->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[host->addrs[i]];
		const struct kz_tls_seen *seen = seen_as(addr, index);

		if (addr->smtp != KZ_REACH_ALIVE || !kz_exam_own(host, i))
			continue;
		if (seen == NULL) {
			shown.unsure++;
			shown.unseen++;
			continue;
		}
		if (seen->when_s < shown.when_s)
			shown.when_s = seen->when_s;
		if (seen->offer == KZ_TLS_NONE && promised(host) &&
			apart(host, seen))
			shown.unsure++;
		else if (seen->offer == KZ_TLS_NONE)
			shown.plain++;
		else
			count_fit(&shown, host, seen);
	}
	return shown;
}

static void
judge_tlsa(struct exam_out *out, uint8_t index, const struct shown *shown)
{
	const struct kz_exam_host *host = &out->exam->hosts[index];
	const char *name = host->name.text;
	size_t broken = shown->other + shown->plain;

	if (!host->tlsa.known) {
		kz_exam_say_unknown(
			out, KZ_SYM_TLSA_BROKEN, name, "the look-up failed");
		return;
	}
	/* Absence is no fault; nothing is said, so that it clears. */
	if (!promised(host))
		return;
	if (shown->fit > 0 && broken == 0) {
		kz_exam_say_ok(out, KZ_SYM_TLSA_BROKEN, name, shown->when_s);
		return;
	}
	/* The records of an alias are looked for at another name too. */
	if (broken == 0 || shown->fit > 0 || shown->unsure > 0 || host->alias ||
		host->cut || host->tlsa.cut) {
		kz_exam_say_unknown(out, KZ_SYM_TLSA_BROKEN, name,
			broken == 0 ? "no certificate to compare"
				    : "not all of it contradicts");
		return;
	}
	kz_exam_begin(out, KZ_SYM_TLSA_BROKEN, name);
	kz_exam_bad(out, 3, NULL);
	kz_exam_content(out, shown->when_s, host->tlsa.ttl_s);
	kz_exam_value_word(out,
		shown->other > 0 ? "no record fits its certificate"
				 : "it does not offer STARTTLS");
	kz_exam_end(out);
}

static void
judge_expired(struct exam_out *out, uint8_t index, const struct shown *shown)
{
	const struct kz_exam_host *host = &out->exam->hosts[index];
	const char *name = host->name.text;
	char buffer[24];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (shown->until_s == 0) {
		/* A host without TLS is no fault. */
		if (shown->plain == 0 || shown->unsure > 0)
			kz_exam_say_unknown(out, KZ_SYM_MX_TLS_EXPIRED, name,
				"no certificate was shown");
		return;
	}
	/* Dates mean nothing where the key is pinned: RFC 7671 section 5.1. */
	if (shown->until_when_s - shown->until_s <= EXPIRED_S ||
		shown->exact > 0) {
		kz_exam_say_ok(
			out, KZ_SYM_MX_TLS_EXPIRED, name, shown->until_when_s);
		return;
	}
	if (!host->tlsa.known || shown->unseen > 0) {
		kz_exam_say_unknown(out, KZ_SYM_MX_TLS_EXPIRED, name,
			shown->unseen > 0 ? "not all of it was seen"
					  : "its TLSA records are not known");
		return;
	}
	kz_text_number(&text, shown->until_s);
	kz_exam_begin(out, KZ_SYM_MX_TLS_EXPIRED, name);
	kz_exam_bad(out, 1, NULL);
	kz_exam_content(out, shown->until_when_s, 0);
	kz_exam_value_word(out, buffer);
	kz_exam_end(out);
}

void
kz_exam_judge_tls(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	bool truncated;
	uint64_t hosts = kz_exam_mx_hosts(exam, exam->mx, &truncated);

	if (!exam->tls_asked || exam->mx_look != KZ_EXAM_DATA)
		return;
	for (uint8_t host = 0; host < exam->host_count; host++) {
		struct shown shown;

		if (!kz_exam_in(hosts, host) ||
			kz_exam_is_literal(&exam->hosts[host]))
			continue;
		shown = look_at(exam, host);
		judge_tlsa(out, host, &shown);
		judge_expired(out, host, &shown);
	}
}

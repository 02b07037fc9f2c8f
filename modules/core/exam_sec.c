/* SPDX-License-Identifier: ISC */
#include "exam_priv.h"

/* How many servers of the zone are in each state. */
struct tally {
	size_t asked;
	size_t signed_ok, expired, bare, unknown;
	size_t match, other, keys_unknown;
	uint64_t bare_hosts;
	int64_t until_s; /* the newest signature's end */
};

static void
count_server(struct tally *tally, const struct kz_exam_server *dns)
{
	tally->asked++;
	switch (dns->sig) {
	case KZ_EXAM_SIG_VALID:
		tally->signed_ok++;
		break;
	case KZ_EXAM_SIG_EXPIRED:
		tally->expired++;
		break;
	case KZ_EXAM_SIG_NONE:
		/* A box in between may strip datagrams, not a stream. */
		if (dns->sig_tcp == KZ_EXAM_SIG_NONE)
			tally->bare++;
		else
			tally->unknown++;
		break;
	case KZ_EXAM_SIG_UNKNOWN:
		tally->unknown++;
		break;
	}
	if (dns->sig_until_s > tally->until_s)
		tally->until_s = dns->sig_until_s;
	tally->match += dns->keys == KZ_EXAM_KEYS_MATCH;
	tally->other += dns->keys == KZ_EXAM_KEYS_OTHER;
	tally->keys_unknown += dns->keys == KZ_EXAM_KEYS_UNKNOWN;
}

static struct tally
tally_make(const struct kz_exam *exam)
{
	uint64_t hosts = kz_exam_ns_hosts(exam);
	struct tally tally = {0};

	for (uint8_t i = 0; i < exam->addr_count; i++) {
		const struct kz_exam_server *dns = &exam->addrs[i].dns;

		if (!kz_exam_serves(exam, i))
			continue;
		count_server(&tally, dns);
		if (dns->sig != KZ_EXAM_SIG_NONE ||
			dns->sig_tcp != KZ_EXAM_SIG_NONE)
			continue;
		for (uint8_t host = 0; host < exam->host_count; host++) {
			const struct kz_exam_host *of = &exam->hosts[host];

			for (size_t a = 0; a < of->addr_count; a++) {
				if (of->addrs[a] == i &&
					kz_exam_in(hosts, host))
					tally.bare_hosts |= kz_exam_bit(host);
			}
		}
	}
	return tally;
}

/*
 * The zone above validates, so our clock, our anchor and our way are in
 * order, and its signed word is that this zone is signed.
 */
static bool
surely_bogus(const struct kz_exam *exam)
{
	return exam->sec.zone == KZ_EXAM_SEC_BOGUS && exam->sec.parent_secure &&
		exam->sec.ds_secure;
}

static const char *
reason(const struct tally *tally)
{
	if (tally->other > 0 && tally->match == 0)
		return "no key matches the ds";
	if (tally->expired > 0 && tally->signed_ok == 0)
		return "signatures expired";
	if (tally->bare > 0 && tally->signed_ok == 0)
		return "no signatures";
	return "signatures do not validate";
}

static void
judge_bogus(struct exam_out *out, const struct tally *tally)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;

	if (exam->sec.zone == KZ_EXAM_SEC_SECURE) {
		kz_exam_say_ok(
			out, KZ_SYM_DNSSEC_BOGUS, zone, kz_exam_zone_s(exam));
		return;
	}
	if (!surely_bogus(exam) || tally->asked == 0) {
		kz_exam_say_unknown(out, KZ_SYM_DNSSEC_BOGUS, zone,
			"no validation to rely on");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNSSEC_BOGUS, zone);
	kz_exam_bad(out, 6, NULL);
	kz_exam_value_word(out, reason(tally));
	kz_exam_content(out, kz_exam_zone_s(exam), 0);
	kz_exam_end(out);
}

static void
judge_expired(struct exam_out *out, const struct tally *tally)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	char buffer[24];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (exam->sec.zone == KZ_EXAM_SEC_SECURE) {
		kz_exam_say_ok(out, KZ_SYM_DNSSEC_SIG_EXPIRED, zone,
			kz_exam_zone_s(exam));
		return;
	}
	/* One old copy among good ones is dns-serial-skew. */
	if (!surely_bogus(exam) || tally->expired == 0 ||
		tally->signed_ok > 0) {
		kz_exam_say_unknown(out, KZ_SYM_DNSSEC_SIG_EXPIRED, zone,
			"another symptom applies");
		return;
	}
	kz_text_number(&text, tally->until_s);
	kz_exam_begin(out, KZ_SYM_DNSSEC_SIG_EXPIRED, zone);
	kz_exam_bad(out, 5, NULL);
	kz_exam_value_word(out, buffer);
	kz_exam_content(out, kz_exam_zone_s(exam), 0);
	kz_exam_end(out);
}

static void
judge_orphan(struct exam_out *out, const struct tally *tally)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;

	if (tally->match > 0 && tally->other == 0) {
		kz_exam_say_ok(out, KZ_SYM_DNSSEC_DS_ORPHAN, zone,
			kz_exam_zone_s(exam));
		return;
	}
	if (!surely_bogus(exam) || tally->other == 0 || tally->match > 0) {
		kz_exam_say_unknown(out, KZ_SYM_DNSSEC_DS_ORPHAN, zone,
			tally->match > 0 ? "the servers differ"
					 : "no validation to rely on");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNSSEC_DS_ORPHAN, zone);
	kz_exam_bad(out, 6, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), exam->sec.ds_ttl_s);
	kz_exam_value_name(out, &exam->zone);
	kz_exam_end(out);
}

static void
judge_unsigned(struct exam_out *out, const struct tally *tally)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	size_t with = tally->signed_ok + tally->expired;

	if (with > 0 && tally->bare == 0 && tally->unknown == 0) {
		kz_exam_say_ok(out, KZ_SYM_DNSSEC_NS_UNSIGNED, zone,
			kz_exam_zone_s(exam));
		return;
	}
	if (with == 0 || tally->bare == 0 || !exam->sec.ds_secure) {
		kz_exam_say_unknown(out, KZ_SYM_DNSSEC_NS_UNSIGNED, zone,
			with == 0 ? "no server signs" : "not to be told");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNSSEC_NS_UNSIGNED, zone);
	kz_exam_bad(out, 3, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), exam->sec.ds_ttl_s);
	kz_exam_value_hosts(out, tally->bare_hosts);
	kz_exam_end(out);
}

void
kz_exam_judge_sec(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	struct tally tally;

	/* No DS, or only of algorithms that nobody knows: unsigned, no fault.
	 */
	if (exam->sec.ds != KZ_EXAM_DATA || exam->sec.ds_count == 0)
		return;
	tally = tally_make(exam);
	judge_bogus(out, &tally);
	judge_expired(out, &tally);
	judge_orphan(out, &tally);
	judge_unsigned(out, &tally);
}

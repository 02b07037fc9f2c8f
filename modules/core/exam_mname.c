/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

#define DAY_S 86400
/* A zone that nobody touched for over a year: paper section 2.2. */
#define OLD_S (400 * (int64_t)DAY_S)
/* 1990: no serial older than the practice of dated ones. */
#define FIRST_YEAR      1990
#define FIRST_SECONDS_S INT64_C(631152000)

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era_year = month > 2 ? year : year - 1;
	int64_t moved = month > 2 ? month - 3 : month + 9; /* March is 0 */
	int64_t of_year = (153 * moved + 2) / 5 + day - 1;

	return era_year * 365 + era_year / 4 - era_year / 100 + era_year / 400 +
		of_year - 719468;
}

bool
kz_exam_serial_old(uint32_t serial, int64_t now_s)
{
	int64_t year = serial / 1000000;
	int64_t month = serial / 10000 % 100;
	int64_t day = serial / 100 % 100;
	int64_t made_s;

	if (year >= FIRST_YEAR && month >= 1 && month <= 12 && day >= 1 &&
		day <= 31)
		made_s = days_of(year, month, day) * DAY_S;
	else if (serial >= FIRST_SECONDS_S)
		made_s = serial;
	else
		return false;
	/* A date to come proves nothing, also when our clock was set back. */
	return made_s <= now_s && now_s - made_s > OLD_S;
}

/* No server of the set is known not to answer, and one does. */
static bool
all_answer(const struct kz_exam *exam, uint64_t hosts)
{
	bool any = false;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		enum exam_life life;

		if (!kz_exam_in(hosts, host))
			continue;
		life = kz_exam_host_life(exam, host, kz_exam_life_dns);
		if (life == LIFE_DEAD || life == LIFE_OPEN ||
			kz_exam_missing(&exam->hosts[host]))
			return false;
		any = any || life == LIFE_ALIVE;
	}
	return any;
}

static void
say_serial(struct exam_out *out, uint32_t serial)
{
	char buffer[sizeof(" | serial 4294967295")];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_text_word(&text, " | serial ");
	kz_text_number(&text, serial);
	kz_exam_value_word(out, buffer);
}

static void
judge_dead(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[soa->mname];
	const char *name = of->name.text;
	bool listed = kz_exam_in(kz_exam_ns_hosts(exam), soa->mname);
	bool old = kz_exam_serial_old(soa->serial, exam->now_s);

	switch (kz_exam_host_life(exam, soa->mname, kz_exam_life_dns)) {
	case LIFE_ALIVE:
		kz_exam_say_ok(out, KZ_SYM_SOA_MNAME_DEAD, name,
			kz_exam_alive_s(exam, soa->mname, KZ_SERVICE_DNS53UDP));
		return;
	case LIFE_DEAD:
		if (!listed)
			break;
		kz_exam_say_unknown(
			out, KZ_SYM_SOA_MNAME_DEAD, name, "it is ns-dead");
		return;
	case LIFE_NONE:
	case LIFE_OPEN:
	case LIFE_OURS:
	case LIFE_UNKNOWN:
		kz_exam_say_unknown(out, KZ_SYM_SOA_MNAME_DEAD, name,
			"not all contacts failed");
		return;
	}
	kz_exam_begin(out, KZ_SYM_SOA_MNAME_DEAD, name);
	/* A hidden primary that is looked after is legitimate: a hint then. */
	kz_exam_bad(out, old ? 4 : 2, NULL);
	kz_exam_value_addrs(out, soa->mname, false);
	/* Whether it stands still for a year shows only in time. */
	say_serial(out, soa->serial);
	kz_exam_rest_host(out, soa->mname, 0, KZ_SERVICE_DNS53UDP);
	kz_exam_end(out);
}

static bool
localhost(const struct kz_name *name)
{
	static const struct kz_name local = {9, "localhost"};

	return kz_name_within(name, &local);
}

static void
judge_missing(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[soa->mname];
	const char *name = of->name.text;
	uint64_t hosts = kz_exam_ns_hosts(exam);
	bool proven = of->proof == KZ_EXAM_PROVEN;
	bool gone = localhost(&of->name) || (kz_exam_missing(of) && proven) ||
		(proven && kz_exam_looked(of) &&
			kz_exam_specials(exam, of) > 0 &&
			kz_exam_globals(exam, of) == 0 && !of->cut);
	int64_t zone_s = kz_exam_zone_s(exam);

	if (kz_exam_globals(exam, of) > 0) {
		kz_exam_say_ok(out, KZ_SYM_SOA_MNAME_MISSING, name, of->when_s);
		return;
	}
	if (!gone || (kz_exam_in(hosts, soa->mname) && kz_exam_missing(of))) {
		kz_exam_say_unknown(out, KZ_SYM_SOA_MNAME_MISSING, name,
			gone ? "it is ns-name-missing" : EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_SOA_MNAME_MISSING, name);
	kz_exam_bad(out,
		!kz_exam_in(hosts, soa->mname) && all_answer(exam, hosts) ? 2
									  : 4,
		kz_exam_missing(of) ? kz_exam_nothing(of)
				    : "no global address");
	kz_exam_content(out, of->when_s < zone_s ? of->when_s : zone_s,
		of->ttl_s > soa->ttl_s ? of->ttl_s : soa->ttl_s);
	kz_exam_value_name(out, &of->name);
	kz_exam_end(out);
}

/*
 * The answers that name one primary, taken together: the newest serial, the
 * longest TTL.  False: an earlier answer named it already.
 */
static bool
merge(const struct kz_exam *exam, uint32_t bits, uint8_t first,
	struct kz_exam_soa *merged)
{
	*merged = exam->soas[first];
	for (uint8_t i = 0; i < exam->soa_count; i++) {
		const struct kz_exam_soa *soa = &exam->soas[i];

		if ((bits >> i & 1) == 0 || soa->mname != merged->mname)
			continue;
		if (i < first)
			return false;
		if (soa->serial > merged->serial)
			merged->serial = soa->serial;
		if (soa->ttl_s > merged->ttl_s)
			merged->ttl_s = soa->ttl_s;
	}
	return true;
}

static bool
one_primary(const struct kz_exam *exam, uint32_t bits, uint8_t mname)
{
	for (uint8_t i = 0; i < exam->soa_count; i++) {
		if ((bits >> i & 1) != 0 && exam->soas[i].mname != mname)
			return false;
	}
	return true;
}

static void
judge_primary(
	struct exam_out *out, uint32_t bits, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const char *name = exam->hosts[soa->mname].name.text;

	if (name[0] == '\0') {
		/* "." says that there is no primary: in order. */
		kz_exam_say_ok(
			out, KZ_SYM_SOA_MNAME_DEAD, name, kz_exam_zone_s(exam));
		kz_exam_say_ok(out, KZ_SYM_SOA_MNAME_MISSING, name,
			kz_exam_zone_s(exam));
	} else if (!one_primary(exam, bits, soa->mname)) {
		kz_exam_say_unknown(
			out, KZ_SYM_SOA_MNAME_DEAD, name, "the servers differ");
		kz_exam_say_unknown(out, KZ_SYM_SOA_MNAME_MISSING, name,
			"the servers differ");
	} else {
		judge_dead(out, soa);
		judge_missing(out, soa);
	}
}

void
kz_exam_judge_mname(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	size_t servers;
	uint32_t bits = kz_exam_variants(exam, FIELD_SOA, &servers);

	for (uint8_t i = 0; i < exam->soa_count; i++) {
		struct kz_exam_soa soa;

		if ((bits >> i & 1) != 0 &&
			exam->soas[i].mname != KZ_EXAM_NONE &&
			!exam->soas[i].mname_odd && merge(exam, bits, i, &soa))
			judge_primary(out, bits, &soa);
	}
}

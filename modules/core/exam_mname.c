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

		if (!exam_in(hosts, host))
			continue;
		life = exam_host_life(exam, host, exam_life_dns);
		if (life == LIFE_DEAD || life == LIFE_OPEN ||
			exam_missing(&exam->hosts[host]))
			return false;
		any = any || life == LIFE_ALIVE;
	}
	return any;
}

static void
judge_dead(struct exam_out *out, const struct kz_exam_soa *soa)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[soa->mname];
	const char *name = of->name.text;
	bool listed = exam_in(kz_exam_ns_hosts(exam), soa->mname);
	bool old = kz_exam_serial_old(soa->serial, exam->now_s);

	switch (exam_host_life(exam, soa->mname, exam_life_dns)) {
	case LIFE_ALIVE:
		exam_say_ok(out, KZ_SYM_SOA_MNAME_DEAD, name,
			exam_alive_s(exam, soa->mname, KZ_SERVICE_DNS53UDP));
		return;
	case LIFE_DEAD:
		if (!listed)
			break;
		exam_say_unknown(
			out, KZ_SYM_SOA_MNAME_DEAD, name, "it is ns-dead");
		return;
	case LIFE_NONE:
	case LIFE_OPEN:
	case LIFE_OURS:
	case LIFE_UNKNOWN:
		exam_say_unknown(out, KZ_SYM_SOA_MNAME_DEAD, name,
			"not all contacts failed");
		return;
	}
	exam_begin(out, KZ_SYM_SOA_MNAME_DEAD, name);
	/* A hidden primary that is looked after is legitimate: a hint then. */
	exam_bad(out, old ? 4 : 2, NULL);
	exam_value_addrs(out, soa->mname, false);
	exam_rest_host(out, soa->mname, 0, KZ_SERVICE_DNS53UDP);
	exam_end(out);
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
	bool gone = localhost(&of->name) || (exam_missing(of) && proven) ||
		(proven && exam_looked(of) && exam_specials(exam, of) > 0 &&
			exam_globals(exam, of) == 0 && !of->cut);
	int64_t zone_s = exam_zone_s(exam);

	if (exam_globals(exam, of) > 0) {
		exam_say_ok(out, KZ_SYM_SOA_MNAME_MISSING, name, of->when_s);
		return;
	}
	if (!gone || (exam_in(hosts, soa->mname) && exam_missing(of))) {
		exam_say_unknown(out, KZ_SYM_SOA_MNAME_MISSING, name,
			gone ? "it is ns-name-missing" : EXAM_UNPROVEN);
		return;
	}
	exam_begin(out, KZ_SYM_SOA_MNAME_MISSING, name);
	exam_bad(out,
		!exam_in(hosts, soa->mname) && all_answer(exam, hosts) ? 2 : 4,
		exam_missing(of) ? exam_nothing(of) : "no global address");
	exam_content(out, of->when_s < zone_s ? of->when_s : zone_s,
		of->ttl_s > soa->ttl_s ? of->ttl_s : soa->ttl_s);
	exam_value_name(out, &of->name);
	exam_end(out);
}

void
exam_judge_mname(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	uint8_t agreed = exam_agreed(exam, FIELD_SOA);
	size_t servers;
	uint32_t bits = exam_variants(exam, FIELD_SOA, &servers);

	for (uint8_t i = 0; i < exam->soa_count; i++) {
		const struct kz_exam_soa *soa = &exam->soas[i];
		const char *name;

		if ((bits >> i & 1) == 0 || soa->mname == KZ_EXAM_NONE ||
			soa->mname_odd)
			continue;
		name = exam->hosts[soa->mname].name.text;
		if (name[0] == '\0') {
			/* "." says that there is no primary: in order. */
			exam_say_ok(out, KZ_SYM_SOA_MNAME_DEAD, name,
				exam_zone_s(exam));
			exam_say_ok(out, KZ_SYM_SOA_MNAME_MISSING, name,
				exam_zone_s(exam));
		} else if (i != agreed) {
			exam_say_unknown(out, KZ_SYM_SOA_MNAME_DEAD, name,
				"the servers differ");
			exam_say_unknown(out, KZ_SYM_SOA_MNAME_MISSING, name,
				"the servers differ");
		} else {
			judge_dead(out, soa);
			judge_missing(out, soa);
		}
	}
}

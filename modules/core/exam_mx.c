/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_mx_priv.h"

/* Any address of these hosts that ended so. */
static bool
any_reach(const struct kz_exam *exam, uint64_t hosts, enum kz_reach reach)
{
	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (!kz_exam_in(hosts, host))
			continue;
		for (size_t i = 0; i < of->addr_count; i++) {
			if (kz_exam_own(of, i) &&
				exam->addrs[of->addrs[i]].smtp == reach)
				return true;
		}
	}
	return false;
}

/* Hosts of a set that came to one fate. */
static uint64_t
with_fate(const struct mxview *view, uint64_t hosts, enum fate fate)
{
	uint64_t found = 0;

	for (uint8_t host = 0; host < KZ_EXAM_HOSTS; host++) {
		if (kz_exam_in(hosts, host) && view->fates[host] == fate)
			found |= kz_exam_bit(host);
	}
	return found;
}

/*
 * Nothing answers: all are dead or missing, at least one of them dead (what
 * is missing throughout has a symptom of its own).
 */
static bool
all_gone(const struct mxview *view, uint64_t hosts)
{
	uint64_t dead = with_fate(view, hosts, FATE_DEAD);
	uint64_t missing = with_fate(view, hosts, FATE_MISSING);

	return dead != 0 && (dead | missing) == hosts;
}

static void
rest_hosts(struct exam_out *out, uint64_t hosts)
{
	for (uint8_t host = 0; host < out->exam->host_count; host++) {
		if (kz_exam_in(hosts, host))
			kz_exam_rest_host(out, host, 0, KZ_SERVICE_SMTP25);
	}
}

static void
say_dead(struct exam_out *out, const struct mxview *view,
	enum kz_symptom symptom, uint64_t hosts)
{
	kz_exam_begin(out, symptom, out->exam->site.text);
	kz_exam_bad(out, kz_symptom_info(symptom)->points, NULL);
	kz_exam_value_hosts(out, hosts);
	rest_hosts(out, with_fate(view, hosts, FATE_DEAD));
	kz_exam_end(out);
}

/* When the newest of the living was seen. */
static int64_t
newest_alive_s(
	const struct exam_out *out, const struct mxview *view, uint64_t hosts)
{
	uint64_t alive = with_fate(view, hosts, FATE_ALIVE);
	int64_t when_s = 0;

	for (uint8_t host = 0; host < out->exam->host_count; host++) {
		int64_t seen_s;

		if (!kz_exam_in(alive, host))
			continue;
		seen_s = kz_exam_alive_s(out->exam, host, KZ_SERVICE_SMTP25);
		if (seen_s > when_s)
			when_s = seen_s;
	}
	return when_s;
}

static void
judge_best(struct exam_out *out, const struct mxview *view)
{
	const char *site = out->exam->site.text;
	bool gone = !view->odd_best && all_gone(view, view->best_hosts);
	bool worse =
		kz_exam_mxview_alive(view, view->hosts & ~view->best_hosts) > 0;
	bool lost = any_reach(out->exam, view->best_hosts, KZ_REACH_TIMEOUT) ||
		any_reach(out->exam, view->best_hosts, KZ_REACH_UNREACHABLE);
	enum kz_symptom bad =
		lost ? KZ_SYM_MX_BEST_DEAD : KZ_SYM_MX_BEST_REFUSED;
	enum kz_symptom other =
		lost ? KZ_SYM_MX_BEST_REFUSED : KZ_SYM_MX_BEST_DEAD;

	if (kz_exam_mxview_alive(view, view->best_hosts) > 0) {
		int64_t when_s = newest_alive_s(out, view, view->best_hosts);

		kz_exam_say_ok(out, bad, site, when_s);
		kz_exam_say_ok(out, other, site, when_s);
		return;
	}
	if (gone && worse)
		say_dead(out, view, bad, view->best_hosts);
	else
		kz_exam_say_unknown(out, bad, site,
			gone ? "no worse exchanger is alive"
			     : "not all contacts failed");
	kz_exam_say_unknown(out, other, site, "another symptom applies");
}

static void
judge_all(struct exam_out *out, const struct mxview *view)
{
	const char *site = out->exam->site.text;

	if (view->alive > 0)
		kz_exam_say_ok(out, KZ_SYM_MX_ALL_DEAD, site,
			newest_alive_s(out, view, view->hosts));
	else if (!view->odd && !view->truncated && all_gone(view, view->hosts))
		say_dead(out, view, KZ_SYM_MX_ALL_DEAD, view->hosts);
	else
		kz_exam_say_unknown(out, KZ_SYM_MX_ALL_DEAD, site,
			"not all contacts failed");
}

static void
judge_some(struct exam_out *out, const struct mxview *view, uint8_t host)
{
	const char *name = out->exam->hosts[host].name.text;
	bool best_alive = kz_exam_mxview_alive(view, view->best_hosts) > 0;
	bool last = view->alive == 1 && !view->truncated && !view->odd &&
		with_fate(view, view->hosts, FATE_UNKNOWN) == 0;

	if (view->fates[host] == FATE_ALIVE) {
		kz_exam_say_ok(out, KZ_SYM_MX_SOME_DEAD, name,
			kz_exam_alive_s(out->exam, host, KZ_SERVICE_SMTP25));
		return;
	}
	/*
	 * Some backup exchangers refuse while the primary is up: only silence
	 * counts.
	 */
	if (view->fates[host] != FATE_DEAD || !best_alive ||
		!any_reach(out->exam, kz_exam_bit(host), KZ_REACH_TIMEOUT)) {
		kz_exam_say_unknown(out, KZ_SYM_MX_SOME_DEAD, name,
			best_alive ? "not silent" : "another symptom applies");
		return;
	}
	kz_exam_begin(out, KZ_SYM_MX_SOME_DEAD, name);
	kz_exam_bad(out, last ? 3 : 1, NULL);
	kz_exam_value_addrs(out, host, false);
	kz_exam_rest_host(out, host, 0, KZ_SERVICE_SMTP25);
	kz_exam_end(out);
}

static void
judge_family(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	enum exam_life v4 =
		kz_exam_family_life(exam, host, KZ_ADDR_V4, kz_exam_life_smtp);
	enum exam_life v6 =
		kz_exam_family_life(exam, host, KZ_ADDR_V6, kz_exam_life_smtp);
	bool v6_dead = v6 == LIFE_DEAD && v4 == LIFE_ALIVE;
	bool v4_dead = v4 == LIFE_DEAD && v6 == LIFE_ALIVE;

	/* One family only is no fault; nothing is said, so that it clears. */
	if (kz_exam_looked(of) && (v4 == LIFE_NONE || v6 == LIFE_NONE))
		return;
	if (v4 == LIFE_ALIVE && v6 == LIFE_ALIVE) {
		kz_exam_say_ok(out, KZ_SYM_MX_FAMILY_DEAD, of->name.text,
			kz_exam_alive_s(exam, host, KZ_SERVICE_SMTP25));
		return;
	}
	if (of->cut || (!v6_dead && !v4_dead)) {
		kz_exam_say_unknown(out, KZ_SYM_MX_FAMILY_DEAD, of->name.text,
			"neither family alone is dead");
		return;
	}
	kz_exam_begin(out, KZ_SYM_MX_FAMILY_DEAD, of->name.text);
	kz_exam_bad(out, 3, NULL);
	kz_exam_value_word(out, v6_dead ? "ipv6" : "ipv4");
	kz_exam_rest_host(out, host, v6_dead ? KZ_ADDR_V6 : KZ_ADDR_V4,
		KZ_SERVICE_SMTP25);
	kz_exam_end(out);
}

/* Silent to the end of the long wait: RFC 5321 section 4.5.3.2.1. */
static bool
waited_for(const struct kz_exam *exam, uint64_t hosts)
{
	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (!kz_exam_in(hosts, host))
			continue;
		for (size_t i = 0; i < of->addr_count; i++) {
			const struct kz_exam_addr *addr =
				&exam->addrs[of->addrs[i]];

			if (addr->smtp == KZ_REACH_SILENT && !addr->patient)
				return false;
		}
	}
	return true;
}

static void
judge_no_banner(struct exam_out *out, const struct mxview *view)
{
	const char *site = out->exam->site.text;
	uint64_t open = with_fate(view, view->best_hosts, FATE_OPEN);

	if (kz_exam_mxview_alive(view, view->best_hosts) > 0) {
		kz_exam_say_ok(out, KZ_SYM_MX_NO_BANNER, site,
			newest_alive_s(out, view, view->best_hosts));
		return;
	}
	if (open == 0 || open != view->best_hosts || view->odd_best) {
		kz_exam_say_unknown(out, KZ_SYM_MX_NO_BANNER, site,
			"another symptom applies");
		return;
	}
	if (!waited_for(out->exam, open)) {
		kz_exam_say_unknown(out, KZ_SYM_MX_NO_BANNER, site,
			"the next contact waits longer");
		return;
	}
	kz_exam_begin(out, KZ_SYM_MX_NO_BANNER, site);
	kz_exam_bad(out, 3, NULL);
	kz_exam_value_hosts(out, open);
	rest_hosts(out, open);
	kz_exam_end(out);
}

void
kz_exam_judge_mx(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	struct mxview view;

	/* No list, a null MX or an implicit one: nothing to say. */
	if (exam->mx_look != KZ_EXAM_DATA || exam->mx == KZ_EXAM_NONE)
		return;
	memset(&view, 0, sizeof(view));
	kz_exam_mxview_make(&view, exam);
	if (view.hosts == 0)
		return;
	if (exam->tcp) {
		judge_best(out, &view);
		judge_all(out, &view);
		judge_no_banner(out, &view);
	}
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(view.hosts, host))
			continue;
		kz_exam_judge_target(out, &view, host);
		if (!exam->tcp || view.fates[host] == FATE_LITERAL)
			continue;
		if (!kz_exam_in(view.best_hosts, host))
			judge_some(out, &view, host);
		judge_family(out, host);
	}
}

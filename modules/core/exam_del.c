/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* What became of one name server, as far as the zone goes. */
enum fate {
	FATE_ANSWERS,
	FATE_LAME,
	FATE_DEAD,
	FATE_MISSING, /* proven: the name has no address at all */
	FATE_UNKNOWN
};

struct nsview {
	uint64_t hosts;
	uint8_t child; /* variant of all servers; KZ_EXAM_NONE */
	size_t answering, unsure;
	enum fate fates[KZ_EXAM_HOSTS];
};

static enum fate
fate_of(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];

	switch (kz_exam_host_life(exam, host, kz_exam_life_dns)) {
	case LIFE_ALIVE:
		return FATE_ANSWERS;
	case LIFE_OPEN:
		return FATE_LAME;
	case LIFE_DEAD:
		return FATE_DEAD;
	case LIFE_NONE:
		if (kz_exam_missing(of) && of->proof == KZ_EXAM_PROVEN)
			return FATE_MISSING;
		break;
	case LIFE_OURS:
	case LIFE_UNKNOWN:
		break;
	}
	return FATE_UNKNOWN;
}

static void
view_make(struct nsview *view, const struct kz_exam *exam)
{
	view->hosts = kz_exam_ns_hosts(exam);
	view->child = kz_exam_agreed(exam, FIELD_NS);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(view->hosts, host))
			continue;
		view->fates[host] = fate_of(exam, host);
		view->answering += view->fates[host] == FATE_ANSWERS;
		view->unsure += view->fates[host] == FATE_UNKNOWN;
	}
}

static void
judge_dead(struct exam_out *out, const struct nsview *view, uint8_t host)
{
	const char *name = out->exam->hosts[host].name.text;

	switch (view->fates[host]) {
	case FATE_ANSWERS:
		kz_exam_say_ok(out, KZ_SYM_NS_DEAD, name,
			kz_exam_alive_s(out->exam, host, KZ_SERVICE_DNS53UDP));
		return;
	case FATE_LAME:
	case FATE_MISSING:
		kz_exam_say_unknown(
			out, KZ_SYM_NS_DEAD, name, "another symptom applies");
		return;
	case FATE_UNKNOWN:
		kz_exam_say_unknown(
			out, KZ_SYM_NS_DEAD, name, "not all contacts failed");
		return;
	case FATE_DEAD:
		break;
	}
	kz_exam_begin(out, KZ_SYM_NS_DEAD, name);
	/* Who may yet turn out to answer is counted in favour of the site. */
	kz_exam_bad(out, view->answering + view->unsure < 2 ? 5 : 2, NULL);
	kz_exam_value_addrs(out, host, false);
	kz_exam_rest_host(out, host, 0, KZ_SERVICE_DNS53UDP);
	kz_exam_end(out);
}

static void
judge_missing(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	uint32_t ttl_s = kz_exam_ns_ttl_s(exam);

	if (kz_exam_looked(of) && !kz_exam_missing(of)) {
		kz_exam_say_ok(
			out, KZ_SYM_NS_NAME_MISSING, of->name.text, of->when_s);
		return;
	}
	if (!kz_exam_missing(of) || of->proof != KZ_EXAM_PROVEN ||
		!kz_exam_listed(exam, host)) {
		kz_exam_say_unknown(out, KZ_SYM_NS_NAME_MISSING, of->name.text,
			EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_NAME_MISSING, of->name.text);
	kz_exam_bad(out, of->glue ? 4 : 6, kz_exam_nothing(of));
	kz_exam_content(out, of->when_s, of->ttl_s > ttl_s ? of->ttl_s : ttl_s);
	kz_exam_value_name(out, &of->name);
	kz_exam_end(out);
}

static void
judge_lame(struct exam_out *out, const struct nsview *view, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	const struct kz_exam_server *first = NULL;
	uint8_t weight = 4;
	bool any_lame = false;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];

		if (kz_exam_life_dns(addr) != LIFE_OPEN)
			continue;
		any_lame = true;
		/* An access list may refuse us alone; a secondary may be back
		 * tomorrow. */
		if (addr->dns.rcode == 5 || addr->dns.rcode == 2)
			weight = 2;
		if (first == NULL || addr->dns.rcode > first->rcode)
			first = &addr->dns;
	}
	if (view->fates[host] == FATE_ANSWERS && !any_lame) {
		kz_exam_say_ok(out, KZ_SYM_NS_LAME, of->name.text,
			kz_exam_alive_s(exam, host, KZ_SERVICE_DNS53UDP));
		return;
	}
	if (view->fates[host] != FATE_LAME || first == NULL ||
		!kz_exam_listed(exam, host)) {
		kz_exam_say_unknown(out, KZ_SYM_NS_LAME, of->name.text,
			any_lame ? "some addresses answer or are silent"
				 : "no answer at all");
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_LAME, of->name.text);
	kz_exam_bad(out, weight, kz_exam_lame_word(first));
	kz_exam_content(out, first->when_s, kz_exam_ns_ttl_s(exam));
	kz_exam_value_word(out, kz_exam_lame_word(first));
	kz_exam_end(out);
}

/* Two names on one address are one host. */
static bool
distinct(const struct kz_exam *exam, uint8_t left, uint8_t right)
{
	const struct kz_exam_host *of = &exam->hosts[left];
	const struct kz_exam_host *other = &exam->hosts[right];

	for (size_t i = 0; i < of->addr_count; i++) {
		if (kz_exam_answers(&exam->addrs[of->addrs[i]].dns) &&
			memchr(other->addrs, of->addrs[i], other->addr_count) !=
				NULL)
			return false;
	}
	return true;
}

static size_t
distinct_answering(const struct kz_exam *exam, const struct nsview *view)
{
	size_t count = 0;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		bool alone = view->fates[host] == FATE_ANSWERS &&
			kz_exam_in(view->hosts, host);

		for (uint8_t other = 0; alone && other < host; other++) {
			alone = !kz_exam_in(view->hosts, other) ||
				view->fates[other] != FATE_ANSWERS ||
				distinct(exam, host, other);
		}
		count += alone;
	}
	return count;
}

static void
judge_single(struct exam_out *out, const struct nsview *view)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	size_t working = distinct_answering(exam, view);
	uint64_t alive = 0;

	if (working >= 2) {
		kz_exam_say_ok(out, KZ_SYM_NS_EFFECTIVELY_SINGLE, zone,
			kz_exam_zone_s(exam));
		return;
	}
	/*
	 * One name listed, none alive, all names on one machine: those are
	 * symptoms of their own.
	 */
	if (kz_exam_count(view->hosts) < 2 || working != 1 ||
		view->unsure > 0 ||
		view->answering == kz_exam_count(view->hosts) ||
		exam->hosts_cut) {
		kz_exam_say_unknown(out, KZ_SYM_NS_EFFECTIVELY_SINGLE, zone,
			view->unsure > 0 ? "not all contacts failed"
					 : "another symptom applies");
		return;
	}
	kz_exam_begin(out, KZ_SYM_NS_EFFECTIVELY_SINGLE, zone);
	kz_exam_bad(out, 6, NULL);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(view->hosts, host))
			continue;
		if (view->fates[host] == FATE_ANSWERS)
			alive |= kz_exam_bit(host);
		else if (view->fates[host] == FATE_DEAD)
			kz_exam_rest_host(out, host, 0, KZ_SERVICE_DNS53UDP);
	}
	kz_exam_value_hosts(out, alive);
	kz_exam_end(out);
}

/* Several addresses of one family behind a name outside the zone. */
static bool
looks_anycast(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	size_t v4 = 0, v6 = 0;

	for (size_t i = 0; i < of->addr_count; i++) {
		if (exam->addrs[of->addrs[i]].addr.family == KZ_ADDR_V4)
			v4++;
		else
			v6++;
	}
	return !kz_name_within(&of->name, &exam->zone) && (v4 > 1 || v6 > 1);
}

static void
judge_listed(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	size_t count = kz_exam_count(exam->parent_ns);
	uint8_t list[KZ_EXAM_HOSTS];

	if (exam->parent != KZ_EXAM_PARENT_AGREED || count == 0) {
		kz_exam_say_unknown(out, KZ_SYM_NS_SINGLE_LISTED,
			exam->zone.text, "the parent's list is not known");
		return;
	}
	if (count > 1) {
		kz_exam_say_ok(out, KZ_SYM_NS_SINGLE_LISTED, exam->zone.text,
			exam->now_s);
		return;
	}
	kz_exam_sorted(exam, exam->parent_ns, list);
	kz_exam_begin(out, KZ_SYM_NS_SINGLE_LISTED, exam->zone.text);
	kz_exam_bad(out, looks_anycast(exam, list[0]) ? 2 : 4, NULL);
	kz_exam_content(out, exam->now_s, exam->parent_ttl_s);
	kz_exam_value_hosts(out, exam->parent_ns);
	kz_exam_end(out);
}

static void
judge_mismatch(struct exam_out *out, const struct nsview *view)
{
	const struct kz_exam *exam = out->exam;
	const char *zone = exam->zone.text;
	uint64_t child;
	bool superset;

	if (exam->parent != KZ_EXAM_PARENT_AGREED ||
		view->child == KZ_EXAM_NONE || exam->hosts_cut ||
		exam->nss[view->child].cut) {
		kz_exam_say_unknown(out, KZ_SYM_DELEG_NS_MISMATCH, zone,
			"one of the lists is not known");
		return;
	}
	child = exam->nss[view->child].hosts;
	if (child == exam->parent_ns) {
		kz_exam_say_ok(out, KZ_SYM_DELEG_NS_MISMATCH, zone,
			kz_exam_zone_s(exam));
		return;
	}
	superset = (exam->parent_ns & ~child) == 0 &&
		view->answering == kz_exam_count(view->hosts);
	kz_exam_begin(out, KZ_SYM_DELEG_NS_MISMATCH, zone);
	kz_exam_bad(out, superset ? 1 : 3, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), kz_exam_ns_ttl_s(exam));
	kz_exam_value_hosts(out, exam->parent_ns);
	kz_exam_value_word(out, " | ");
	kz_exam_value_hosts(out, child);
	kz_exam_end(out);
}

void
kz_exam_judge_del(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	struct nsview view;

	memset(&view, 0, sizeof(view));
	view_make(&view, exam);
	if (view.hosts == 0)
		return;
	judge_single(out, &view);
	judge_listed(out);
	judge_mismatch(out, &view);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(view.hosts, host))
			continue;
		judge_dead(out, &view, host);
		judge_missing(out, host);
		judge_lame(out, &view, host);
	}
}

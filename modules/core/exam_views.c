/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

uint64_t
kz_exam_viewed(const struct kz_exam *exam)
{
	bool truncated;
	uint64_t hosts = kz_exam_ns_hosts(exam);
	uint64_t viewed = 0;

	hosts |= kz_exam_mx_hosts(exam, exam->zone_mx, &truncated);
	for (uint8_t host = 0; host < exam->host_count; host++) {
		const struct kz_exam_host *of = &exam->hosts[host];

		if (kz_exam_in(hosts, host) && !kz_exam_is_literal(of) &&
			kz_name_within(&of->name, &exam->zone) &&
			kz_exam_count(viewed) < EXAM_VIEWED_HOSTS)
			viewed |= kz_exam_bit(host);
	}
	return viewed;
}

/* Bits of what the servers say of one type: something, nothing. */
enum { SAYS_DATA = 1, SAYS_NOTHING = 2 };

static unsigned
says(enum kz_exam_look look)
{
	switch (look) {
	case KZ_EXAM_DATA:
		return SAYS_DATA;
	case KZ_EXAM_NODATA:
	case KZ_EXAM_NXDOMAIN:
		return SAYS_NOTHING;
	case KZ_EXAM_UNASKED:
	case KZ_EXAM_FAILED:
		break;
	}
	return 0;
}

static void
judge_host(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	unsigned v4 = 0, v6 = 0;
	size_t views = 0;

	for (size_t i = 0; i < exam->view_count; i++) {
		const struct kz_exam_view *view = &exam->views[i];

		if (view->host != host)
			continue;
		v4 |= says(view->a);
		v6 |= says(view->aaaa);
		views += says(view->a) != 0 && says(view->aaaa) != 0;
	}
	if (v4 != (SAYS_DATA | SAYS_NOTHING) &&
		v6 != (SAYS_DATA | SAYS_NOTHING)) {
		/* One view is no comparison. */
		if (views >= 2)
			kz_exam_say_ok(out, KZ_SYM_DNS_ADDR_INCONSISTENT,
				of->name.text, kz_exam_zone_s(exam));
		else
			kz_exam_say_unknown(out, KZ_SYM_DNS_ADDR_INCONSISTENT,
				of->name.text, "too few servers answer");
		return;
	}
	kz_exam_begin(out, KZ_SYM_DNS_ADDR_INCONSISTENT, of->name.text);
	kz_exam_bad(out, 2, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam), of->ttl_s);
	if (v4 == (SAYS_DATA | SAYS_NOTHING))
		kz_exam_value_word(out, "a ");
	if (v6 == (SAYS_DATA | SAYS_NOTHING))
		kz_exam_value_word(out, "aaaa");
	kz_exam_end(out);
}

/* What the parent gives as glue, and what every server of the zone says. */
struct pair {
	size_t glue[2], child[2]; /* by family: v4, v6 */
	bool differ[2];
	bool sure;
};

static size_t
place_of(uint8_t family)
{
	return family == KZ_ADDR_V4 ? 0 : 1;
}

static bool
view_has(const struct kz_exam_view *view, const struct kz_addr *addr)
{
	for (size_t i = 0; i < view->count; i++) {
		if (kz_addr_compare(&view->list[i], addr) == 0)
			return true;
	}
	return false;
}

static bool
same_view(const struct kz_exam_view *left, const struct kz_exam_view *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++) {
		if (!view_has(right, &left->list[i]))
			return false;
	}
	return true;
}

/* The view that all servers share that answered; NULL: none, or they differ. */
static const struct kz_exam_view *
common_view(const struct kz_exam *exam, uint8_t host)
{
	const struct kz_exam_view *common = NULL;

	for (size_t i = 0; i < exam->view_count; i++) {
		const struct kz_exam_view *view = &exam->views[i];

		if (view->host != host || says(view->a) == 0 ||
			says(view->aaaa) == 0)
			continue;
		if (view->cut || (common != NULL && !same_view(common, view)))
			return NULL;
		common = view;
	}
	return common;
}

static struct pair
pair_make(const struct kz_exam *exam, uint8_t host,
	const struct kz_exam_view *view)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	struct pair pair = {.sure = true};

	for (size_t i = 0; i < view->count; i++)
		pair.child[place_of(view->list[i].family)]++;
	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_addr *addr = &exam->addrs[of->addrs[i]].addr;

		if ((of->glued >> i & 1) == 0)
			continue;
		pair.glue[place_of(addr->family)]++;
		if (!view_has(view, addr))
			pair.differ[place_of(addr->family)] = true;
	}
	for (size_t i = 0; i < 2; i++)
		pair.differ[i] =
			pair.differ[i] || pair.glue[i] != pair.child[i];
	return pair;
}

static void
value_glue(struct exam_out *out, uint8_t host, const struct kz_exam_view *view)
{
	const struct kz_exam_host *of = &out->exam->hosts[host];
	struct kz_addr glue[KZ_EXAM_HOST_ADDRS];
	size_t count = 0;

	for (size_t i = 0; i < of->addr_count; i++) {
		if ((of->glued >> i & 1) != 0)
			glue[count++] = out->exam->addrs[of->addrs[i]].addr;
	}
	kz_exam_value_list(out, glue, count);
	kz_exam_value_word(out, " | ");
	kz_exam_value_list(out, view->list, view->count);
}

static void
judge_glue(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];
	const struct kz_exam_view *view = common_view(exam, host);
	struct pair pair;
	bool only_v6;

	if (view == NULL || view->count == 0 || of->cut || of->glued == 0 ||
		exam->parent != KZ_EXAM_PARENT_AGREED) {
		kz_exam_say_unknown(out, KZ_SYM_GLUE_MISMATCH, of->name.text,
			"one of the sides is not known");
		return;
	}
	pair = pair_make(exam, host, view);
	if (!pair.differ[0] && !pair.differ[1]) {
		kz_exam_say_ok(out, KZ_SYM_GLUE_MISMATCH, of->name.text,
			kz_exam_zone_s(exam));
		return;
	}
	/* A registry that takes no IPv6 glue: the zone is found all the same.
	 */
	only_v6 = !pair.differ[0] && pair.glue[0] > 0 && pair.glue[1] == 0;
	kz_exam_begin(out, KZ_SYM_GLUE_MISMATCH, of->name.text);
	kz_exam_bad(out, only_v6 ? 1 : 3, NULL);
	kz_exam_content(out, kz_exam_zone_s(exam),
		of->ttl_s > exam->parent_ttl_s ? of->ttl_s
					       : exam->parent_ttl_s);
	value_glue(out, host, view);
	kz_exam_end(out);
}

void
kz_exam_judge_views(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	uint64_t viewed = kz_exam_viewed(exam);

	for (uint8_t host = 0; host < exam->host_count; host++) {
		if (!kz_exam_in(viewed, host))
			continue;
		judge_host(out, host);
		if (kz_exam_in(exam->parent_ns, host))
			judge_glue(out, host);
	}
}

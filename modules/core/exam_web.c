/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* A certificate so long out of date is nobody's weekend. */
#define EXPIRED_S (14 * INT64_C(86400))

static bool
dead(enum kz_reach reach)
{
	return reach == KZ_REACH_REFUSED || reach == KZ_REACH_UNREACHABLE ||
		reach == KZ_REACH_TIMEOUT;
}

static bool
alive(const struct kz_exam_page *page)
{
	return page->reach == KZ_REACH_ALIVE || page->reach == KZ_REACH_NOISE ||
		page->plain == KZ_REACH_ALIVE || page->plain == KZ_REACH_NOISE;
}

static const struct kz_exam_page *
page_of(const struct kz_exam *exam, uint8_t host, uint8_t family)
{
	for (size_t i = 0; i < exam->page_count; i++) {
		const struct kz_exam_page *page = &exam->pages[i];

		if (page->host == host &&
			exam->addrs[page->addr].addr.family == family)
			return page;
	}
	return NULL;
}

static void
judge_v6(struct exam_out *out, const char *host, const struct kz_exam_page *v4,
	const struct kz_exam_page *v6)
{
	struct kz_finding *finding = &out->finding;

	if (alive(v6)) {
		kz_exam_say_ok(out, KZ_SYM_WEB_V6_DEAD, host, v6->when_s);
		return;
	}
	if (v4 == NULL || !alive(v4) || !dead(v6->reach) || !dead(v6->plain)) {
		kz_exam_say_unknown(out, KZ_SYM_WEB_V6_DEAD, host,
			"not this family alone is dead");
		return;
	}
	kz_exam_begin(out, KZ_SYM_WEB_V6_DEAD, host);
	kz_exam_bad(out, 2,
		v6->reach == KZ_REACH_TIMEOUT           ? "ETIMEDOUT"
			: v6->reach == KZ_REACH_REFUSED ? "ECONNREFUSED"
							: "EHOSTUNREACH");
	finding->when_s = v6->when_s;
	finding->rests[0].netclass = KZ_NET_HTTPS443_V6;
	finding->rests[0].addr = out->exam->addrs[v6->addr].addr;
	finding->rest_count = 1;
	kz_exam_end(out);
}

/* What people would call the page by. */
static void
value_page(struct exam_out *out, const struct kz_exam_page *page)
{
	char buffer[16];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_text_number(&text, page->status);
	kz_exam_value_word(out, buffer);
	kz_exam_value_word(out, " ");
	kz_exam_value_word(out, page->title);
}

static void
judge_differ(struct exam_out *out, const char *host,
	const struct kz_exam_page *v4, const struct kz_exam_page *v6)
{
	bool title, status;
	size_t differ;

	if (v4 == NULL || v4->status == 0 || v6->status == 0) {
		kz_exam_say_unknown(out, KZ_SYM_WEB_V4V6_DIFFER, host,
			"one of them was not read");
		return;
	}
	title = strcmp(v4->title, v6->title) != 0;
	status = v4->status / 100 != v6->status / 100;
	differ = (size_t)title + (size_t)status +
		(size_t)!kz_name_equal(&v4->leads_to, &v6->leads_to) +
		(size_t)(v4->certificate != v6->certificate);
	/* Edges of one provider differ in certificates alone. */
	if (differ < 2 || (!title && !status)) {
		kz_exam_say_ok(out, KZ_SYM_WEB_V4V6_DIFFER, host, v6->when_s);
		return;
	}
	kz_exam_begin(out, KZ_SYM_WEB_V4V6_DIFFER, host);
	kz_exam_bad(out, 2, NULL);
	kz_exam_content(out, v6->when_s, 0);
	value_page(out, v4);
	kz_exam_value_word(out, " | ");
	value_page(out, v6);
	kz_exam_end(out);
}

static void
judge_certificate(struct exam_out *out, const char *host,
	const struct kz_exam_page *v4, const struct kz_exam_page *v6)
{
	const struct kz_exam_page *pages[2] = {v4, v6};
	char buffer[24];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));
	int64_t until_s = 0, when_s = 0;

	/* The best of both counts. */
	for (size_t i = 0; i < 2; i++) {
		if (pages[i] != NULL && pages[i]->until_s > until_s) {
			until_s = pages[i]->until_s;
			when_s = pages[i]->when_s;
		}
	}
	/* A site by http alone is no fault. */
	if (until_s == 0)
		return;
	if (when_s - until_s <= EXPIRED_S) {
		kz_exam_say_ok(out, KZ_SYM_WEB_TLS_EXPIRED, host, when_s);
		return;
	}
	kz_text_number(&text, until_s);
	kz_exam_begin(out, KZ_SYM_WEB_TLS_EXPIRED, host);
	kz_exam_bad(out, 1, NULL);
	kz_exam_content(out, when_s, 0);
	kz_exam_value_word(out, buffer);
	kz_exam_end(out);
}

static void
judge_link(struct exam_out *out, uint8_t host)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[host];

	if (kz_exam_specials(exam, of) == 0) {
		if (kz_exam_looked(of) && !of->cut)
			kz_exam_say_ok(out, KZ_SYM_WEB_LINK_INTERNAL,
				of->name.text, of->when_s);
		return;
	}
	if (of->proof != KZ_EXAM_PROVEN || kz_exam_globals(exam, of) > 0) {
		kz_exam_say_unknown(out, KZ_SYM_WEB_LINK_INTERNAL,
			of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_WEB_LINK_INTERNAL, of->name.text);
	kz_exam_bad(out, 2, NULL);
	kz_exam_content(out, of->when_s, of->ttl_s);
	kz_exam_value_addrs(out, host, true);
	kz_exam_end(out);
}

void
kz_exam_judge_web(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;

	for (uint8_t host = 0; host < exam->host_count; host++) {
		const char *name = exam->hosts[host].name.text;
		const struct kz_exam_page *v4 = page_of(exam, host, KZ_ADDR_V4);
		const struct kz_exam_page *v6 = page_of(exam, host, KZ_ADDR_V6);

		if (v6 != NULL) {
			judge_v6(out, name, v4, v6);
			judge_differ(out, name, v4, v6);
		}
		if (v4 != NULL || v6 != NULL)
			judge_certificate(out, name, v4, v6);
		if (kz_exam_in(exam->linked, host))
			judge_link(out, host);
	}
}

/* SPDX-License-Identifier: ISC */
/*
 * exam_kit - examinations written as text, and what is expected of them
 *
 * What:   "ns1 10.0.0.1=answers; ns2 nx" makes hosts of an examination;
 *         "ns-dead ns2 bad 5" is looked for among its findings.
 *         Addresses of 192.168/16, 127/8, 0/8 and fc00::/8 are special here.
 * Words:  for port 25 the words of kz_reach_text; for name servers these and
 *         answers, noaa, upward, rcode2, rcode5.  Instead of an address: nx
 *         nodata failed (both look-ups), v6failed v4failed, proven, alias,
 *         dname, cut, glue (before the addresses that only the parent gives).
 */
#ifndef KIZUKI_TESTS_EXAM_KIT_H
#define KIZUKI_TESTS_EXAM_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/exam.h"

#include "name_kit.h"

#define KIT_NOW_S INT64_C(1582941600) /* 2020-02-29, as in the paper */
#define KIT_TEXT  4096

struct kit {
	struct kz_exam exam;
	size_t count;
	struct kz_finding found[160];
};

static inline uint8_t
kit_host(struct kz_exam *exam, const char *text)
{
	struct kz_name name = {0};

	if (text[0] == '[')
		return kz_exam_literal(exam, text);
	if (strcmp(text, ".") != 0)
		name = kit_name(text);
	return kz_exam_host(exam, &name);
}

static inline bool
kit_special(const char *text)
{
	return strncmp(text, "192.168.", 8) == 0 ||
		strncmp(text, "127.", 4) == 0 || strncmp(text, "0.", 2) == 0 ||
		strncmp(text, "fc", 2) == 0 || strcmp(text, "::1") == 0;
}

/* What a name server at this address says; contents come with kit_serve. */
static inline void
kit_dns_word(struct kz_exam_server *dns, const char *word)
{
	enum kz_reach reach;

	dns->when_s = KIT_NOW_S - 5;
	dns->reach = KZ_REACH_ALIVE;
	if (strcmp(word, "answers") == 0) {
		dns->authoritative = true;
		dns->soa = 0;
	} else if (strcmp(word, "upward") == 0) {
		dns->upward = true;
	} else if (strncmp(word, "rcode", 5) == 0) {
		dns->rcode = (uint8_t)(word[5] - '0');
	} else if (strcmp(word, "noaa") != 0) {
		assert_int_equal(
			kz_reach_find(
				(struct kz_str){word, strlen(word)}, &reach),
			KZ_OK);
		dns->reach = reach;
	}
}

static inline bool
kit_state_word(struct kz_exam_host *host, const char *word)
{
	if (strcmp(word, "nx") == 0)
		host->a = host->aaaa = KZ_EXAM_NXDOMAIN;
	else if (strcmp(word, "nodata") == 0)
		host->a = host->aaaa = KZ_EXAM_NODATA;
	else if (strcmp(word, "failed") == 0)
		host->a = host->aaaa = KZ_EXAM_FAILED;
	else if (strcmp(word, "v4failed") == 0)
		host->a = KZ_EXAM_FAILED;
	else if (strcmp(word, "v6failed") == 0)
		host->aaaa = KZ_EXAM_FAILED;
	else if (strcmp(word, "proven") == 0)
		host->proof = KZ_EXAM_PROVEN;
	else if (strcmp(word, "alias") == 0)
		host->alias = true;
	else if (strcmp(word, "dname") == 0)
		host->alias = host->synthesised = true;
	else if (strcmp(word, "cut") == 0)
		host->cut = true;
	else
		return false;
	return true;
}

static inline void
kit_addr(struct kz_exam *exam, uint8_t index, char *word, bool smtp, bool glue)
{
	struct kz_exam_host *host = &exam->hosts[index];
	char *how = strchr(word, '=');
	struct kz_addr addr;
	enum kz_reach reach;
	uint8_t at;

	if (how != NULL)
		*how++ = '\0';
	assert_int_equal(
		kz_addr_parse((struct kz_str){word, strlen(word)}, &addr),
		KZ_OK);
	at = glue ? kz_exam_host_glue(exam, index, &addr, kit_special(word), 4)
		  : kz_exam_host_addr(exam, index, &addr, kit_special(word), 4);
	assert_int_not_equal(at, KZ_EXAM_NONE);
	if (!glue && addr.family == KZ_ADDR_V4)
		host->a = KZ_EXAM_DATA;
	else if (!glue)
		host->aaaa = KZ_EXAM_DATA;
	if (how == NULL)
		return;
	if (!smtp) {
		kit_dns_word(&exam->addrs[at].dns, how);
		return;
	}
	assert_int_equal(
		kz_reach_find((struct kz_str){how, strlen(how)}, &reach),
		KZ_OK);
	exam->addrs[at].smtp = reach;
	exam->addrs[at].patient = true;
	exam->addrs[at].smtp_when_s = KIT_NOW_S - 7;
}

/* "name word word; name word": all of them; smtp says what "=" means. */
static inline void
kit_hosts(struct kz_exam *exam, const char *text, bool smtp)
{
	char copy[KIT_TEXT];
	char *next, *item, *word, *rest;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, ";", &next); item != NULL;
		item = strtok_r(NULL, ";", &next)) {
		bool glue = false;
		uint8_t host;

		word = strtok_r(item, " ", &rest);
		if (word == NULL)
			continue;
		host = kit_host(exam, word);
		exam->hosts[host].a = exam->hosts[host].aaaa = KZ_EXAM_NODATA;
		while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
			if (strcmp(word, "glue") == 0)
				glue = true;
			else if (!kit_state_word(&exam->hosts[host], word))
				kit_addr(exam, host, word, smtp, glue);
		}
	}
}

/* "10 mx1.example1.jp, 20 mx2"; "": none; "0 .": null MX. */
static inline uint8_t
kit_mxset(struct kz_exam *exam, const char *text)
{
	struct kz_exam_mxset set = {.ttl_s = 3600};
	char copy[KIT_TEXT];
	char *next, *item;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, ",", &next); item != NULL;
		item = strtok_r(NULL, ",", &next)) {
		struct kz_exam_mx mx = {0, KZ_EXAM_NONE, false};
		char *host;

		mx.preference = (uint16_t)strtoul(item, &host, 10);
		host += strspn(host, " ");
		if (strcmp(host, "?") == 0)
			mx.odd = true;
		else if (strcmp(host, ".") != 0)
			mx.host = kit_host(exam, host);
		kz_exam_mx_put(exam, &set, &mx);
	}
	return kz_exam_mxset(exam, &set);
}

static inline uint64_t
kit_set(struct kz_exam *exam, const char *text)
{
	char copy[KIT_TEXT];
	char *next, *item;
	uint64_t hosts = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, " ", &next); item != NULL;
		item = strtok_r(NULL, " ", &next))
		hosts |= UINT64_C(1) << kit_host(exam, item);
	return hosts;
}

static inline uint8_t
kit_nsset(struct kz_exam *exam, const char *text)
{
	struct kz_exam_nsset set = {
		.hosts = kit_set(exam, text), .ttl_s = 7200};

	return kz_exam_nsset(exam, &set);
}

static inline uint8_t
kit_soa(struct kz_exam *exam, const char *mname, const char *rname,
	uint32_t serial)
{
	struct kz_exam_soa soa = {.mname = kit_host(exam, mname),
		.rname = kit_name(rname),
		.serial = serial,
		.ttl_s = 1800,
		.refresh_s = 10800,
		.retry_s = 3600,
		.expire_s = 1209600};

	soa.rname_domain = kz_name_parent(&soa.rname);

	return kz_exam_soa(exam, &soa);
}

/* What one server says of a name in the zone: "10.0.0.1 fc00::1"; "": nothing;
 * "?": no such answer. */
static inline void
kit_view(struct kz_exam *exam, uint8_t server, const char *host,
	const char *text)
{
	struct kz_exam_view *view = &exam->views[exam->view_count++];
	char copy[KIT_TEXT];
	char *next, *item;

	view->server = server;
	view->host = kit_host(exam, host);
	view->a = view->aaaa =
		strcmp(text, "?") == 0 ? KZ_EXAM_FAILED : KZ_EXAM_NODATA;
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, " ?", &next); item != NULL;
		item = strtok_r(NULL, " ?", &next)) {
		struct kz_addr *addr = &view->list[view->count++];

		assert_int_equal(
			kz_addr_parse(
				(struct kz_str){item, strlen(item)}, addr),
			KZ_OK);
		if (addr->family == KZ_ADDR_V4)
			view->a = KZ_EXAM_DATA;
		else
			view->aaaa = KZ_EXAM_DATA;
	}
}

/* Every address that answers gives these variants. */
static inline void
kit_serve(struct kz_exam *exam, uint8_t ns, uint8_t mx)
{
	for (size_t i = 0; i < exam->addr_count; i++) {
		struct kz_exam_server *dns = &exam->addrs[i].dns;

		if (!kz_exam_answers(dns))
			continue;
		dns->ns = ns;
		dns->mx = dns->zone_mx = mx;
	}
}

static inline void
kit_begin(struct kit *kit, const char *site)
{
	struct kz_name name = kit_name(site);

	memset(kit, 0, sizeof(*kit));
	kz_exam_init(&kit->exam, &name, true, KIT_NOW_S);
	kit->exam.zone_known = true;
}

static inline void
kit_take(void *arg, const struct kz_finding *finding)
{
	struct kit *kit = arg;

	assert_true(kit->count < sizeof(kit->found) / sizeof(kit->found[0]));
	kit->found[kit->count++] = *finding;
}

static inline const struct kz_finding *
kit_find(const struct kit *kit, const char *id, const char *object)
{
	enum kz_symptom symptom;

	assert_int_equal(
		kz_symptom_find((struct kz_str){id, strlen(id)}, &symptom),
		KZ_OK);
	for (size_t i = 0; i < kit->count; i++) {
		if (kit->found[i].symptom == symptom &&
			strcmp(kit->found[i].object, object) == 0)
			return &kit->found[i];
	}
	return NULL;
}

/* Once for each (symptom, object), and within the symptom's points. */
static inline void
kit_check(const struct kit *kit, const char *what)
{
	for (size_t i = 0; i < kit->count; i++) {
		const struct kz_finding *one = &kit->found[i];
		const struct kz_symptom_info *info =
			kz_symptom_info(one->symptom);

		if (one->weight > info->points ||
			kit_find(kit, info->id, one->object) != one ||
			(one->outcome == KZ_OUTCOME_BAD) != (one->weight > 0) ||
			(one->outcome == KZ_OUTCOME_UNKNOWN &&
				one->why[0] == '\0'))
			fail_msg("%s: %s %s is said twice or oddly", what,
				info->id, one->object);
	}
}

/* One expectation: "id object bad weight", "id object ok|unknown|none". */
static inline void
kit_expect_one(const struct kit *kit, const char *what, char *item)
{
	char *rest;
	const char *id = strtok_r(item, " ", &rest);
	const char *object = strtok_r(NULL, " ", &rest);
	const char *outcome = strtok_r(NULL, " ", &rest);
	const char *weight = strtok_r(NULL, " ", &rest);
	const struct kz_finding *found;

	assert_non_null(outcome);
	found = kit_find(kit, id, object);
	if (found == NULL) {
		if (strcmp(outcome, "none") != 0)
			fail_msg("%s: no %s of %s", what, id, object);
		return;
	}
	if (strcmp(kz_outcome_text(found->outcome), outcome) != 0)
		fail_msg("%s: %s of %s is %s (%s), not %s", what, id, object,
			kz_outcome_text(found->outcome), found->why, outcome);
	if (weight != NULL && found->weight != strtoul(weight, NULL, 10))
		fail_msg("%s: %s of %s weighs %u, not %s", what, id, object,
			found->weight, weight);
}

/* All expectations, parted by semicolons. */
static inline void
kit_expect(const struct kit *kit, const char *what, const char *text)
{
	char copy[KIT_TEXT];
	char *next, *item;

	kit_check(kit, what);
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (item = strtok_r(copy, ";", &next); item != NULL;
		item = strtok_r(NULL, ";", &next))
		kit_expect_one(kit, what, item);
}

/* No finding of the examination is bad. */
static inline void
kit_expect_nothing_bad(const struct kit *kit, const char *what)
{
	kit_check(kit, what);
	for (size_t i = 0; i < kit->count; i++) {
		if (kit->found[i].outcome == KZ_OUTCOME_BAD)
			fail_msg("%s: %s of %s is bad", what,
				kz_symptom_info(kit->found[i].symptom)->id,
				kit->found[i].object);
	}
}

#endif

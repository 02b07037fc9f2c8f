/* SPDX-License-Identifier: ISC */
/* What prints parses to the same value: ten thousand random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/front/line.h"

#define ROUNDS 10000

static uint32_t seed = 1;

/* Numerical Recipes' generator: the same run each time. */
static uint32_t
draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static bool
toss(void)
{
	return draw(2) == 0;
}

static struct kz_name
random_name(void)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct kz_name name = {.len = (uint8_t)(1 + draw(KZ_NAME_MAX))};

	for (size_t i = 0; i < name.len; i++) {
		name.text[i] = octets[draw(sizeof(octets) - 1)];
		if (i % 17 == 16 && i + 1 < name.len)
			name.text[i] = '.';
	}
	return name;
}

static struct kz_addr
random_addr(bool v6)
{
	uint8_t bytes[16];
	struct kz_addr addr;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)draw(256);
	assert_int_equal(kz_addr_from_bytes(bytes, v6 ? 16 : 4, &addr), KZ_OK);
	return addr;
}

/* Quotes, backslashes and whole UTF-8 sequences of each length. */
static void
random_text(char *text, size_t size)
{
	static const char *const pieces[] = {"a", "\"", "\\", " | ", "/", "{",
		"\xc3\xa9", "\xe6\xb0\x97", "\xf0\x9f\x93\xac", "\xc2\x85"};
	size_t most = draw((uint32_t)size), used = 0;

	for (;;) {
		const char *piece =
			pieces[draw(sizeof(pieces) / sizeof(pieces[0]))];

		if (used + strlen(piece) > most)
			break;
		memcpy(text + used, piece, strlen(piece));
		used += strlen(piece);
	}
	text[used] = '\0';
}

static void
random_finding(struct kz_finding *finding)
{
	static const enum kz_netclass v4[] = {
		KZ_NET_SMTP25_V4, KZ_NET_DNS53UDP_V4, KZ_NET_DNS53TCP_V4};
	static const enum kz_netclass v6[] = {
		KZ_NET_SMTP25_V6, KZ_NET_DNS53UDP_V6, KZ_NET_HTTPS443_V6};
	uint8_t points;

	finding->when_s = 1 + (int64_t)draw(1 << 24) * draw(15000);
	finding->subject = random_name();
	finding->symptom = (enum kz_symptom)draw(KZ_SYMPTOM_COUNT);
	points = kz_symptom_info(finding->symptom)->points;
	finding->outcome = (enum kz_outcome)draw(3);
	finding->source = (enum kz_source)draw(3);
	finding->weight = (uint8_t)draw(points + 1u);
	finding->truncated = toss();
	finding->judged = toss();
	finding->ttl_s = toss() ? 0 : draw(1 << 24);
	random_text(finding->object, sizeof(finding->object));
	random_text(finding->value, sizeof(finding->value));
	random_text(finding->why, sizeof(finding->why));
	finding->rest_count = draw(KZ_RESTS_MAX + 1);
	for (size_t i = 0; i < finding->rest_count; i++) {
		bool six = toss();

		finding->rests[i].netclass = six ? v6[draw(3)] : v4[draw(3)];
		finding->rests[i].addr = random_addr(six);
	}
}

static void
random_verified(struct kz_verified *verified)
{
	verified->id = (uint64_t)draw(1 << 24) << draw(39);
	verified->outcome = (enum kz_verify_outcome)draw(3);
	if (toss())
		verified->name = random_name();
	verified->has_site = toss();
	if (!verified->has_site)
		return;
	verified->site = random_name();
	verified->zone = verified->site;
	while (toss() && kz_name_parent(&verified->zone).len > 0)
		verified->zone = kz_name_parent(&verified->zone);
}

static void
random_question(struct kz_question *question)
{
	question->id = (uint64_t)draw(1 << 24) << draw(39);
	question->kind = (enum kz_verify_kind)draw(KZ_VERIFY_COUNT);
	if (question->kind != KZ_VERIFY_RDNS || toss())
		question->name = random_name();
	if (question->kind != KZ_VERIFY_SITE || toss())
		question->client = random_addr(toss());
}

static void
random_registered(struct kz_registry_answer *answer)
{
	answer->kind = KZ_REGISTRY_DOMAIN;
	answer->outcome = KZ_REGISTRY_FOUND;
	answer->asked_s = 1 + draw(1 << 24);
	answer->domain = random_name();
	answer->cut = toss();
	answer->redacted = toss();
	answer->updated_by_rule = toss();
	for (uint32_t i = draw(KZ_REGISTRY_SERVERS + 1); i > 0; i--) {
		struct kz_name name = random_name();

		(void)kz_registry_add_server(answer, kz_name_str(&name));
	}
	if (toss())
		(void)kz_registry_add_state(answer, KZ_STR("Active"));
	if (toss())
		answer->expires = (struct kz_registry_date){
			1 + draw(1 << 24), 540, toss()};
	if (toss())
		(void)kz_registry_add_contact(answer, KZ_STR("RT0040JP"),
			KZ_STR(""), (uint8_t)draw(32));
}

static void
random_lookup(struct kz_line_lookup *lookup)
{
	if (toss())
		lookup->domain = random_name();
	else
		lookup->addr = random_addr(toss());
}

static void
random_looked(struct kz_line_looked *looked)
{
	struct kz_registry_answer *answer = &looked->answer;

	random_lookup(&looked->of);
	looked->more = toss();
	random_text(looked->why, sizeof(looked->why));
	if (toss()) {
		answer->outcome = (enum kz_registry_outcome)draw(4);
		answer->kind = KZ_REGISTRY_HANDLE;
		return;
	}
	random_registered(answer);
	while (toss() && answer->contact_count < KZ_REGISTRY_CONTACTS) {
		struct kz_registry_contact *contact =
			&answer->contacts[answer->contact_count++];

		contact->mail = random_name();
		contact->roles = (uint8_t)draw(32);
	}
	if (toss())
		return;
	answer->kind = KZ_REGISTRY_NETWORK;
	answer->first = answer->last = random_addr(toss());
}

static void
random_grant(struct kz_line_grant *grant)
{
	memcpy(grant->server, "whois.example", 14);
	grant->rdap = toss();
	grant->granted = toss();
	grant->wait_s = draw(KZ_LINE_WAIT_MAX_S + 1);
}

static void
random_examine(struct kz_line_examine *examine)
{
	examine->site = random_name();
	examine->tcp = toss();
	examine->confirm = toss();
	examine->watch_count = draw(KZ_LINE_WATCHED + 1);
	for (size_t i = 0; i < examine->watch_count; i++)
		examine->watch[i] = random_name();
}

static void
random_done(struct kz_line_done *done)
{
	done->site = random_name();
	if (toss())
		done->zone = random_name();
	for (size_t i = 0; i < KZ_FAMILY_COUNT; i++)
		done->complete[i] = toss();
}

static void
random_line(struct kz_line *line)
{
	memset(line, 0, sizeof(*line));
	line->kind = (enum kz_line_kind)draw(KZ_LINE_ERROR + 1);
	switch (line->kind) {
	case KZ_LINE_EXAMINE:
		random_examine(&line->u.examine);
		break;
	case KZ_LINE_QUESTION:
		random_question(&line->u.question);
		break;
	case KZ_LINE_CANARY:
		line->u.canary_ask.addr = random_addr(toss());
		line->u.canary_ask.service =
			(enum kz_service)draw(KZ_SERVICE_COUNT);
		if (toss())
			line->u.canary_ask.name = random_name();
		break;
	case KZ_LINE_FINDING:
		random_finding(&line->u.finding);
		break;
	case KZ_LINE_TOUCHED:
		line->canary = toss();
		line->u.touch.when_s = 1 + draw(1 << 24);
		line->u.touch.addr = random_addr(toss());
		line->u.touch.service = (enum kz_service)draw(KZ_SERVICE_COUNT);
		line->u.touch.reach = (enum kz_reach)draw(KZ_REACH_COUNT);
		break;
	case KZ_LINE_VERIFIED:
		random_verified(&line->u.verified);
		break;
	case KZ_LINE_DONE:
		random_done(&line->u.done);
		break;
	case KZ_LINE_TURN:
		memcpy(line->u.turn.server, "whois.example", 14);
		line->u.turn.rdap = toss();
		line->u.turn.when_s = 1 + draw(1 << 24);
		line->u.turn.asked = draw(100);
		line->u.turn.until_s = draw(1 << 24);
		line->u.turn.back_off_s = draw(86400);
		break;
	case KZ_LINE_REGISTERED:
		random_registered(&line->u.registered);
		break;
	case KZ_LINE_LOOKUP:
		random_lookup(&line->u.lookup);
		break;
	case KZ_LINE_LOOKED:
		random_looked(&line->u.looked);
		break;
	case KZ_LINE_WANT:
	case KZ_LINE_GRANT:
		random_grant(&line->u.grant);
		break;
	case KZ_LINE_ERROR:
		random_text(line->u.error.text, sizeof(line->u.error.text));
		random_text(line->u.error.line, sizeof(line->u.error.line));
		break;
	}
}

/* Padding may differ; everything else is zero where nothing was said. */
static bool
same_finding(const struct kz_finding *left, const struct kz_finding *right)
{
	for (size_t i = 0; i < left->rest_count; i++) {
		if (left->rests[i].netclass != right->rests[i].netclass ||
			kz_addr_compare(&left->rests[i].addr,
				&right->rests[i].addr) != 0)
			return false;
	}
	return left->when_s == right->when_s &&
		kz_name_equal(&left->subject, &right->subject) &&
		left->symptom == right->symptom &&
		left->outcome == right->outcome &&
		left->source == right->source &&
		left->weight == right->weight &&
		left->truncated == right->truncated &&
		left->judged == right->judged && left->ttl_s == right->ttl_s &&
		left->rest_count == right->rest_count &&
		strcmp(left->object, right->object) == 0 &&
		strcmp(left->value, right->value) == 0 &&
		strcmp(left->why, right->why) == 0;
}

static void
what_prints_parses_to_the_same_value(void **state)
{
	static char first[KZ_LINE_MAX], second[KZ_LINE_MAX];
	static struct kz_line line, read;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = 0, again = 0;
		const char *why = "-";

		random_line(&line);
		assert_int_equal(
			kz_line_print(&line, first, sizeof(first), &len),
			KZ_OK);
		if (kz_line_parse((struct kz_str){first, len}, &read, &why) !=
			KZ_OK)
			fail_msg("%s: %.*s", why, (int)len, first);
		assert_int_equal(read.kind, line.kind);
		if (line.kind == KZ_LINE_FINDING)
			assert_true(
				same_finding(&line.u.finding, &read.u.finding));
		assert_int_equal(
			kz_line_print(&read, second, sizeof(second), &again),
			KZ_OK);
		assert_int_equal(again, len);
		assert_memory_equal(first, second, len);
		for (size_t at = 0; at + 1 < len; at++)
			assert_in_range(first[at], ' ', '~');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_prints_parses_to_the_same_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

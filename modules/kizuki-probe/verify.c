/* SPDX-License-Identifier: ISC */
#include "verify_priv.h"

#include <stdlib.h>
#include <string.h>

#include "kizuki/base/text.h"

#include "input_priv.h"
#include "output_priv.h"

/* Reverse names and MX hosts that are looked at. */
#define NAMES_MAX 10
/* Addresses taken from one answer. */
#define ADDRS_MAX 32

/* What is known of one name: does it lead to the client? */
enum lead { LEAD_NO, LEAD_YES, LEAD_UNKNOWN };

struct verify {
	struct group group;
	struct kz_question question;
	struct kz_verified answer;
	bool zone_asked;
	bool failed; /* something could not be found out */
	bool own_mx; /* the domain has MX records */
	size_t count;
	struct kz_name names[NAMES_MAX]; /* reverse names, or MX hosts */
	enum lead leads[NAMES_MAX];
	enum lead self; /* of the name itself */
};

static enum lead
lead_of(const struct verify *verify, const struct kz_name *name,
	const struct name_reply *reply)
{
	struct kz_addr list[ADDRS_MAX];
	bool cut = false;
	size_t count;

	if (reply->message == NULL)
		return LEAD_UNKNOWN;
	count = kz_dnsmsg_addrs(
		reply->message, KZ_DNS_ANSWER, name, list, ADDRS_MAX, &cut);
	for (size_t i = 0; i < count; i++) {
		if (kz_addr_compare(&list[i], &verify->question.client) == 0)
			return LEAD_YES;
	}
	return cut ? LEAD_UNKNOWN : LEAD_NO;
}

static void
on_self(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct verify *verify = arg;

	(void)tag;
	verify->self = lead_of(verify, &verify->question.name, reply);
}

static void
on_other(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct verify *verify = arg;

	verify->leads[tag] = lead_of(verify, &verify->names[tag], reply);
}

/* Only the client's family can hold the client. */
static void
ask_addr(struct verify *verify, const struct kz_name *name, name_done *done,
	uint32_t tag)
{
	ask_name(&verify->group, name,
		verify->question.client.family == KZ_ADDR_V4 ? TYPE_A
							     : TYPE_AAAA,
		done, verify, tag);
}

static void
ask_others(struct verify *verify)
{
	for (uint32_t i = 0; i < verify->count; i++) {
		verify->leads[i] = LEAD_UNKNOWN;
		ask_addr(verify, &verify->names[i], on_other, i);
	}
}

static void
on_mx(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct verify *verify = arg;
	struct kz_dns_mx list[NAMES_MAX];
	bool cut = false;
	size_t count;

	(void)tag;
	if (reply->message == NULL) {
		verify->failed = true;
		return;
	}
	count = kz_dnsmsg_mx(
		reply->message, &verify->question.name, list, NAMES_MAX, &cut);
	verify->own_mx = count > 0;
	verify->failed = cut;
	for (size_t i = 0; i < count; i++) {
		if (!list[i].host_odd && list[i].host.len > 0)
			verify->names[verify->count++] = list[i].host;
	}
	if (verify->question.client.family != KZ_ADDR_NONE)
		ask_others(verify);
}

static void
on_ptr(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct verify *verify = arg;
	struct kz_name owner;
	bool cut = false;

	(void)tag;
	if (reply->message == NULL) {
		verify->failed = true;
		return;
	}
	owner = verify->answer.name;
	verify->count = kz_dnsmsg_ptr(
		reply->message, &owner, verify->names, NAMES_MAX, &cut);
	ask_others(verify);
}

bool
verify_reverse_name(const struct kz_addr *addr, struct kz_name *name)
{
	static const char digits[] = "0123456789abcdef";
	char buffer[KZ_NAME_MAX + 1];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (addr->family == KZ_ADDR_V4) {
		for (size_t i = 4; i-- > 0;) {
			kz_text_number(&text, addr->bytes[i]);
			kz_text_word(&text, ".");
		}
		kz_text_word(&text, "in-addr.arpa");
	} else {
		for (size_t i = 16; i-- > 0;) {
			char pair[5] = {digits[addr->bytes[i] & 15], '.',
				digits[addr->bytes[i] >> 4], '.', '\0'};

			kz_text_word(&text, pair);
		}
		kz_text_word(&text, "ip6.arpa");
	}
	return kz_name_parse((struct kz_str){buffer, text.used}, name) == KZ_OK;
}

static void
on_zone(void *arg, uint32_t tag, const struct zone_reply *reply)
{
	struct verify *verify = arg;
	struct kz_verified *answer = &verify->answer;

	(void)tag;
	if (!reply->known) {
		if (answer->outcome == KZ_VERIFY_YES)
			answer->outcome = KZ_VERIFY_UNKNOWN;
		return;
	}
	if (kz_suffix_public(verify->group.probe->suffix, &reply->zone))
		return;
	answer->has_site = true;
	answer->zone = reply->zone;
	answer->site = reply->zone;
	if (verify->question.kind == KZ_VERIFY_MAILFROM && verify->own_mx)
		answer->site = verify->question.name;
}

static enum kz_verify_outcome
outcome(const struct verify *verify)
{
	bool unknown = verify->failed || verify->self == LEAD_UNKNOWN;

	if (verify->question.kind == KZ_VERIFY_SITE || verify->self == LEAD_YES)
		return KZ_VERIFY_YES;
	for (size_t i = 0; i < verify->count; i++) {
		if (verify->leads[i] == LEAD_YES)
			return KZ_VERIFY_YES;
		unknown = unknown || verify->leads[i] == LEAD_UNKNOWN;
	}
	return unknown ? KZ_VERIFY_UNKNOWN : KZ_VERIFY_NO;
}

/* The reverse name that is confirmed, the first in the answer's order. */
static bool
confirmed(const struct verify *verify, struct kz_name *name)
{
	for (size_t i = 0; i < verify->count; i++) {
		if (verify->leads[i] == LEAD_YES) {
			*name = verify->names[i];
			return true;
		}
	}
	return false;
}

static void
finish(struct verify *verify)
{
	struct probe *probe = verify->group.probe;
	struct kz_line line = {.kind = KZ_LINE_VERIFIED};

	line.u.verified = verify->answer;
	output_line(probe->output, &line);
	probe->verifying--;
	free(verify);
	input_poke(probe->input);
}

static void
ask_site(struct verify *verify)
{
	verify->zone_asked = true;
	ask_zone(&verify->group, &verify->answer.name, on_zone, verify, 0);
}

static void
on_spf(void *arg, enum kz_verify_outcome outcome)
{
	struct verify *verify = arg;

	/* a failed look-up of the record leaves what is known already */
	if (outcome == KZ_VERIFY_YES ||
		verify->answer.outcome != KZ_VERIFY_UNKNOWN)
		verify->answer.outcome = outcome;
	ask_site(verify);
}

/* The domain's own word, where its MX hosts are not the client. */
static bool
ask_spf(struct verify *verify)
{
	struct kz_spfpool *pool = verify->group.probe->spf;

	if (pool == NULL || verify->question.kind != KZ_VERIFY_MAILFROM ||
		verify->answer.outcome == KZ_VERIFY_YES)
		return false;
	return kz_spfpool_ask(pool, &verify->question.client,
		       &verify->question.name, on_spf, verify) == KZ_OK;
}

static void
on_idle(void *arg)
{
	struct verify *verify = arg;
	struct kz_verified *answer = &verify->answer;

	if (verify->zone_asked) {
		finish(verify);
		return;
	}
	answer->outcome = outcome(verify);
	if (verify->question.kind == KZ_VERIFY_RDNS) {
		memset(&answer->name, 0, sizeof(answer->name));
		if (!confirmed(verify, &answer->name)) {
			finish(verify);
			return;
		}
	}
	if (!ask_spf(verify))
		ask_site(verify);
}

void
verify_start(struct probe *probe, const struct kz_question *question)
{
	struct verify *verify = calloc(1, sizeof(*verify));

	if (verify == NULL)
		probe_no_memory();
	verify->question = *question;
	verify->answer.id = question->id;
	verify->answer.name = question->name;
	group_make(&verify->group, probe, on_idle, verify);
	probe->verifying++;
	switch (question->kind) {
	case KZ_VERIFY_MAILFROM:
		ask_name(&verify->group, &question->name, TYPE_MX, on_mx,
			verify, 0);
		ask_addr(verify, &question->name, on_self, 0);
		return;
	case KZ_VERIFY_HELO:
		ask_addr(verify, &question->name, on_self, 0);
		return;
	case KZ_VERIFY_RDNS:
		if (verify_reverse_name(
			    &question->client, &verify->answer.name)) {
			ask_name(&verify->group, &verify->answer.name, TYPE_PTR,
				on_ptr, verify, 0);
			return;
		}
		break;
	case KZ_VERIFY_SITE:
		verify->zone_asked = true;
		verify->answer.outcome = KZ_VERIFY_YES;
		ask_zone(&verify->group, &question->name, on_zone, verify, 0);
		return;
	case KZ_VERIFY_COUNT:
		break;
	}
	finish(verify);
}

/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

bool
kz_exam_local_name(const struct kz_name *name)
{
	/* RFC 6761, RFC 6762, and what routers and directories use. */
	static const struct kz_name locals[] = {
		{9, "localhost"},
		{5, "local"},
		{3, "lan"},
		{8, "internal"},
		{11, "localdomain"},
		{8, "intranet"},
		{4, "home"},
		{4, "corp"},
	};

	if (kz_name_labels(name) < 2)
		return true;
	for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++) {
		if (kz_name_within(name, &locals[i]))
			return true;
	}
	return false;
}

/* "[10.224.31.98]" or "[IPv6:...]": RFC 5321 section 4.1.3. */
static bool
literal(const char *helo, struct kz_addr *addr)
{
	size_t len = strlen(helo);
	struct kz_str text;

	if (len < 3 || helo[0] != '[' || helo[len - 1] != ']')
		return false;
	text = (struct kz_str){helo + 1, len - 2};
	if (text.len > 5 &&
		(memcmp(text.ptr, "IPv6:", 5) == 0 ||
			memcmp(text.ptr, "ipv6:", 5) == 0))
		text = (struct kz_str){text.ptr + 5, text.len - 5};
	return kz_addr_parse(text, addr) == KZ_OK;
}

static void
judge_missing(struct exam_out *out, const struct kz_exam_client *client,
	const char *object)
{
	if (client->ptr == KZ_EXAM_DATA) {
		kz_exam_say_ok(
			out, KZ_SYM_RDNS_MISSING, object, client->when_s);
		return;
	}
	if (client->ptr < KZ_EXAM_DATA || !client->ptr_proven) {
		kz_exam_say_unknown(out, KZ_SYM_RDNS_MISSING, object,
			client->ptr < KZ_EXAM_DATA ? "the look-up failed"
						   : EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_RDNS_MISSING, object);
	kz_exam_bad(out, 3,
		client->ptr == KZ_EXAM_NXDOMAIN ? "NXDOMAIN" : "no name");
	kz_exam_content(out, client->when_s, client->ptr_ttl_s);
	kz_exam_end(out);
}

static void
judge_zone(struct exam_out *out, const struct kz_exam_client *client,
	const char *object)
{
	struct kz_finding *finding = &out->finding;

	if (client->ptr >= KZ_EXAM_DATA) {
		kz_exam_say_ok(
			out, KZ_SYM_RDNS_ZONE_BROKEN, object, client->when_s);
		return;
	}
	if (!client->broken) {
		kz_exam_say_unknown(out, KZ_SYM_RDNS_ZONE_BROKEN, object,
			"the look-up failed");
		return;
	}
	kz_exam_begin(out, KZ_SYM_RDNS_ZONE_BROKEN, object);
	kz_exam_bad(out, 3, client->dead_count > 0 ? "ETIMEDOUT" : "lame");
	for (size_t i = 0; i < client->dead_count; i++) {
		finding->rests[i].netclass =
			kz_netclass_of(KZ_SERVICE_DNS53UDP, &client->dead[i]);
		finding->rests[i].addr = client->dead[i];
	}
	finding->rest_count = client->dead_count;
	kz_exam_content(out, client->when_s, 0);
	kz_exam_end(out);
}

static void
judge_unconfirmed(struct exam_out *out, const struct kz_exam_client *client,
	const char *object)
{
	/* No name at all is another symptom. */
	if (client->ptr != KZ_EXAM_DATA)
		return;
	if (client->confirmed) {
		kz_exam_say_ok(
			out, KZ_SYM_RDNS_UNCONFIRMED, object, client->when_s);
		return;
	}
	if (!client->forward_sure || !client->ptr_proven || client->cut) {
		kz_exam_say_unknown(out, KZ_SYM_RDNS_UNCONFIRMED, object,
			client->cut ? "more names than are looked at"
				    : EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, KZ_SYM_RDNS_UNCONFIRMED, object);
	kz_exam_bad(out, 2, NULL);
	kz_exam_content(out, client->when_s, client->ptr_ttl_s);
	kz_exam_value_name(out, &client->first);
	kz_exam_end(out);
}

/* What it calls itself, by the words alone.  True: it is a host name. */
static bool
judge_words(struct exam_out *out, const struct kz_exam_client *client)
{
	struct kz_addr addr = {0};
	bool is_literal = literal(client->helo, &addr);
	bool bad = client->helo_ours ||
		(is_literal && kz_addr_compare(&addr, &client->addr) != 0) ||
		(client->helo_name && kz_exam_local_name(&client->name));

	/* Neither a name nor an address: no host of any network. */
	if (!is_literal && !client->helo_name && !client->helo_ours)
		bad = kz_addr_parse((struct kz_str){client->helo,
					    strlen(client->helo)},
			      &addr) == KZ_OK;
	if (!bad) {
		if (is_literal || client->helo_name)
			kz_exam_say_ok(out, KZ_SYM_HELO_NOT_FQDN, client->helo,
				client->when_s);
		return client->helo_name;
	}
	kz_exam_begin(out, KZ_SYM_HELO_NOT_FQDN, client->helo);
	kz_exam_bad(out, 2, client->helo_ours ? "ours" : NULL);
	kz_exam_value_word(out, client->helo);
	kz_exam_content(out, client->when_s, 0);
	kz_exam_end(out);
	return false;
}

static bool
leads_to(const struct kz_exam *exam, const struct kz_exam_host *host,
	const struct kz_addr *addr)
{
	for (size_t i = 0; i < host->addr_count; i++) {
		if (kz_addr_compare(&exam->addrs[host->addrs[i]].addr, addr) ==
			0)
			return true;
	}
	return false;
}

bool
kz_exam_helo_doubt(const struct kz_exam *exam, uint8_t host)
{
	for (size_t i = 0; i < exam->client_count; i++) {
		const struct kz_exam_client *client = &exam->clients[i];

		if (client->helo_name && client->host == host &&
			!leads_to(exam, &exam->hosts[host], &client->addr))
			return true;
	}
	return false;
}

static void
say_helo(struct exam_out *out, enum kz_symptom symptom,
	const struct kz_exam_host *of, uint8_t weight,
	const struct kz_exam_client *client)
{
	if (of->proof != KZ_EXAM_PROVEN) {
		kz_exam_say_unknown(out, symptom, of->name.text, EXAM_UNPROVEN);
		return;
	}
	kz_exam_begin(out, symptom, of->name.text);
	kz_exam_bad(
		out, weight, kz_exam_missing(of) ? kz_exam_nothing(of) : NULL);
	kz_exam_content(out, of->when_s, of->ttl_s);
	/* The sentences name the client beside its words. */
	kz_exam_value_list(out, &client->addr, 1);
	kz_exam_end(out);
}

static void
judge_name(struct exam_out *out, const struct kz_exam_client *client)
{
	const struct kz_exam *exam = out->exam;
	const struct kz_exam_host *of = &exam->hosts[client->host];
	const char *name = of->name.text;

	if (!kz_exam_looked(of)) {
		kz_exam_say_unknown(out, KZ_SYM_HELO_UNRESOLVABLE, name,
			"the look-up failed");
		return;
	}
	if (kz_exam_missing(of)) {
		say_helo(out, KZ_SYM_HELO_UNRESOLVABLE, of, 2, client);
		kz_exam_say_unknown(out, KZ_SYM_HELO_MISMATCH, name,
			"another symptom applies");
		return;
	}
	kz_exam_say_ok(out, KZ_SYM_HELO_UNRESOLVABLE, name, of->when_s);
	/* Several ways out of one organisation are no fault. */
	if (leads_to(exam, of, &client->addr) || client->helo_kin)
		kz_exam_say_ok(out, KZ_SYM_HELO_MISMATCH, name, of->when_s);
	else if (of->cut)
		kz_exam_say_unknown(out, KZ_SYM_HELO_MISMATCH, name,
			"more addresses than are looked at");
	else
		say_helo(out, KZ_SYM_HELO_MISMATCH, of, 1, client);
}

/* Several clients may say one name: it is judged by the first of them. */
static bool
said_before(const struct kz_exam *exam, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(exam->clients[i].helo, exam->clients[index].helo) ==
			0)
			return true;
	}
	return false;
}

void
kz_exam_judge_rdns(struct exam_out *out)
{
	const struct kz_exam *exam = out->exam;
	char object[KZ_ADDR_TEXT_SIZE];

	for (size_t i = 0; i < exam->client_count; i++) {
		const struct kz_exam_client *client = &exam->clients[i];

		/* Not come to, before the time was over. */
		if (client->ptr == KZ_EXAM_UNASKED)
			continue;
		kz_addr_format(&client->addr, object);
		judge_missing(out, client, object);
		judge_zone(out, client, object);
		judge_unconfirmed(out, client, object);
		if (client->helo[0] != '\0' && !said_before(exam, i) &&
			judge_words(out, client) &&
			client->host != KZ_EXAM_NONE)
			judge_name(out, client);
	}
}

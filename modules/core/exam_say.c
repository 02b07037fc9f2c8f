/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "exam_priv.h"

/* Between the parts of a value. */
#define COMMA KZ_STR(", ")

void
kz_exam_begin(struct exam_out *out, enum kz_symptom symptom, const char *object)
{
	struct kz_finding *finding = &out->finding;
	struct kz_text text;

	memset(finding, 0, sizeof(*finding));
	out->whys = 0;
	finding->when_s = out->exam->now_s;
	finding->subject = *out->subject;
	finding->symptom = symptom;
	finding->outcome = KZ_OUTCOME_UNKNOWN;
	finding->source = KZ_SOURCE_PROBE;
	finding->truncated = out->truncated;
	text = kz_text_make(finding->object, sizeof(finding->object));
	kz_text_word(&text, object[0] == '\0' ? "." : object);
}

void
kz_exam_end(struct exam_out *out)
{
	out->emit(out->arg, &out->finding);
}

static void
why(struct kz_finding *finding, const char *word)
{
	struct kz_text text = kz_text_make(finding->why, sizeof(finding->why));

	kz_text_word(&text, word);
}

void
kz_exam_say_unknown(struct exam_out *out, enum kz_symptom symptom,
	const char *object, const char *word)
{
	kz_exam_begin(out, symptom, object);
	why(&out->finding, word);
	kz_exam_end(out);
}

void
kz_exam_say_ok(struct exam_out *out, enum kz_symptom symptom,
	const char *object, int64_t when_s)
{
	kz_exam_begin(out, symptom, object);
	out->finding.outcome = KZ_OUTCOME_OK;
	out->finding.when_s = when_s;
	kz_exam_end(out);
}

void
kz_exam_bad(struct exam_out *out, uint8_t weight, const char *word)
{
	out->finding.outcome = KZ_OUTCOME_BAD;
	out->finding.weight = weight;
	if (word != NULL)
		why(&out->finding, word);
}

void
kz_exam_content(struct exam_out *out, int64_t when_s, uint32_t ttl_s)
{
	out->finding.when_s = when_s;
	out->finding.ttl_s = ttl_s;
}

/* Append to the value, as a word of its own. */
static void
value_put(struct exam_out *out, struct kz_str between, struct kz_str word)
{
	char *value = out->finding.value;
	size_t used = strlen(value);
	struct kz_text text =
		kz_text_make(value + used, sizeof(out->finding.value) - used);

	/* Either both fit or neither: never half a list element. */
	if (used + between.len + word.len >= sizeof(out->finding.value)) {
		out->finding.truncated = true;
		return;
	}
	if (used > 0 && value[used - 1] != ' ')
		kz_text_put(&text, between);
	kz_text_put(&text, word);
}

void
kz_exam_value_word(struct exam_out *out, const char *word)
{
	value_put(out, KZ_STR(""), (struct kz_str){word, strlen(word)});
}

void
kz_exam_value_name(struct exam_out *out, const struct kz_name *name)
{
	value_put(out, KZ_STR(" "),
		name->len == 0 ? KZ_STR(".") : kz_name_str(name));
}

void
kz_exam_value_hosts(struct exam_out *out, uint64_t hosts)
{
	uint8_t list[KZ_EXAM_HOSTS];
	size_t count = kz_exam_sorted(out->exam, hosts, list);

	for (size_t i = 0; i < count; i++)
		value_put(out, COMMA,
			kz_name_str(&out->exam->hosts[list[i]].name));
}

void
kz_exam_value_mx(struct exam_out *out, uint8_t mx)
{
	const struct kz_exam_mxset *set = &out->exam->mxs[mx];
	char buffer[KZ_NAME_MAX + 16];

	if (set->count == 0)
		value_put(out, KZ_STR(" "), KZ_STR("no mx"));
	for (size_t i = 0; i < set->count; i++) {
		const struct kz_exam_mx *entry = &set->list[i];
		struct kz_text text = kz_text_make(buffer, sizeof(buffer));

		kz_text_number(&text, entry->preference);
		kz_text_word(&text, " ");
		if (entry->odd)
			kz_text_word(&text, "?");
		else if (entry->host == KZ_EXAM_NONE)
			kz_text_word(&text, ".");
		else
			kz_text_put(&text,
				kz_name_str(
					&out->exam->hosts[entry->host].name));
		value_put(out, i == 0 ? KZ_STR(" ") : COMMA,
			(struct kz_str){buffer, text.used});
	}
}

void
kz_exam_value_list(
	struct exam_out *out, const struct kz_addr *list, size_t count)
{
	const struct kz_addr *last = NULL;
	char text[KZ_ADDR_TEXT_SIZE];

	/* Selection in order: the lists are short. */
	for (size_t round = 0; round < count; round++) {
		const struct kz_addr *next = NULL;

		for (size_t i = 0; i < count; i++) {
			if (last != NULL &&
				kz_addr_compare(&list[i], last) <= 0)
				continue;
			if (next == NULL || kz_addr_compare(&list[i], next) < 0)
				next = &list[i];
		}
		if (next == NULL)
			return;
		kz_addr_format(next, text);
		value_put(out, COMMA, (struct kz_str){text, strlen(text)});
		last = next;
	}
}

void
kz_exam_value_addrs(struct exam_out *out, uint8_t host, bool special)
{
	const struct kz_exam_host *of = &out->exam->hosts[host];
	struct kz_addr list[KZ_EXAM_HOST_ADDRS];
	size_t count = 0;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr =
			&out->exam->addrs[of->addrs[i]];

		if (addr->special == special && kz_exam_own(of, i))
			list[count++] = addr->addr;
	}
	kz_exam_value_list(out, list, count);
}

const char *
kz_exam_reach_word(enum kz_reach reach)
{
	switch (reach) {
	case KZ_REACH_REFUSED:
		return "ECONNREFUSED";
	case KZ_REACH_UNREACHABLE:
		return "EHOSTUNREACH";
	case KZ_REACH_TIMEOUT:
		return "ETIMEDOUT";
	case KZ_REACH_RESET:
		return "ECONNRESET";
	case KZ_REACH_SILENT:
		return "no banner";
	case KZ_REACH_NOISE:
		return "not SMTP";
	case KZ_REACH_NONE:
	case KZ_REACH_ALIVE:
	case KZ_REACH_OURS:
	case KZ_REACH_LIMITED:
	case KZ_REACH_SPECIAL:
	case KZ_REACH_COUNT:
		break;
	}
	return NULL;
}

static void
why_add(struct exam_out *out, enum kz_reach reach)
{
	struct kz_finding *finding = &out->finding;
	const char *word = kz_exam_reach_word(reach);
	struct kz_text text;
	size_t used = strlen(finding->why);

	if (word == NULL || (out->whys >> reach & 1) != 0)
		return;
	out->whys |= UINT32_C(1) << reach;
	text = kz_text_make(finding->why + used, sizeof(finding->why) - used);
	if (used > 0)
		kz_text_word(&text, ", ");
	kz_text_word(&text, word);
}

static void
rest_add(struct kz_finding *finding, enum kz_service service,
	const struct kz_addr *addr)
{
	for (size_t i = 0; i < finding->rest_count; i++) {
		if (kz_addr_compare(&finding->rests[i].addr, addr) == 0)
			return;
	}
	if (finding->rest_count == KZ_RESTS_MAX) {
		finding->truncated = true;
		return;
	}
	finding->rests[finding->rest_count].netclass =
		kz_netclass_of(service, addr);
	finding->rests[finding->rest_count].addr = *addr;
	finding->rest_count++;
}

/* What a contact with this service came to, and when it was. */
static enum kz_reach
contact_of(const struct kz_exam_addr *addr, enum kz_service service,
	int64_t *when_s)
{
	switch (service) {
	case KZ_SERVICE_DNS53TCP:
		*when_s = addr->dns.tcp_when_s;
		return addr->dns.tcp;
	case KZ_SERVICE_DNS53UDP:
		*when_s = addr->dns.when_s;
		return addr->dns.reach;
	case KZ_SERVICE_SMTP25:
	case KZ_SERVICE_HTTPS443:
	case KZ_SERVICE_COUNT:
		break;
	}
	*when_s = addr->smtp_when_s;
	return addr->smtp;
}

void
kz_exam_rest_host(struct exam_out *out, uint8_t host, uint8_t family,
	enum kz_service service)
{
	const struct kz_exam_host *of = &out->exam->hosts[host];
	struct kz_finding *finding = &out->finding;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr =
			&out->exam->addrs[of->addrs[i]];
		bool smtp = service == KZ_SERVICE_SMTP25;
		int64_t when_s;
		enum kz_reach reach = contact_of(addr, service, &when_s);

		if (addr->special || kz_exam_reach_word(reach) == NULL ||
			(smtp && !kz_exam_own(of, i)) ||
			(family != 0 && addr->addr.family != family))
			continue;
		if (finding->rest_count == 0 || when_s < finding->when_s)
			finding->when_s = when_s;
		rest_add(finding, service, &addr->addr);
		why_add(out, reach);
	}
}

int64_t
kz_exam_alive_s(
	const struct kz_exam *exam, uint8_t host, enum kz_service service)
{
	const struct kz_exam_host *of = &exam->hosts[host];
	int64_t when_s = 0;

	for (size_t i = 0; i < of->addr_count; i++) {
		const struct kz_exam_addr *addr = &exam->addrs[of->addrs[i]];
		int64_t seen_s = 0;

		if (service == KZ_SERVICE_SMTP25 &&
			addr->smtp == KZ_REACH_ALIVE)
			seen_s = addr->smtp_when_s;
		else if (service == KZ_SERVICE_DNS53UDP &&
			kz_exam_answers(&addr->dns))
			seen_s = addr->dns.when_s;
		if (seen_s > when_s)
			when_s = seen_s;
	}
	return when_s == 0 ? exam->now_s : when_s;
}

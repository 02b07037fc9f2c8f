/* SPDX-License-Identifier: ISC */
#include "kizuki/front/policy.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "field_priv.h"
#include "kizuki/base/name.h"
#include "kizuki/base/text.h"

size_t
kz_policy_find(struct kz_str bytes)
{
	size_t at = 0;

	/* Line by line: a third of what memmem takes for a needle of two. */
	while (at < bytes.len && bytes.ptr[at] != '\n') {
		const char *end = memchr(bytes.ptr + at, '\n', bytes.len - at);

		if (end == NULL)
			return 0;
		at = (size_t)(end - bytes.ptr) + 1;
	}
	return at < bytes.len ? at + 1 : 0;
}

/* The request under way, and what counts only together with something else. */
struct parsing {
	struct kz_request *request;
	bool ours; /* request=smtpd_access_policy */
	bool ccert_subject;
	bool ccert_fingerprint;
};

/* False: the value cannot be taken. */
typedef bool take_value(struct parsing *parsing, struct kz_str value);

static bool
take_request(struct parsing *parsing, struct kz_str value)
{
	parsing->ours = field_is(value, "smtpd_access_policy");
	return true;
}

static bool
take_state(struct parsing *parsing, struct kz_str value)
{
	if (field_is(value, "RCPT"))
		parsing->request->point = KZ_POINT_RCPT;
	else if (field_is(value, "END-OF-MESSAGE"))
		parsing->request->point = KZ_POINT_EOM;
	return true;
}

static bool
take_context(struct parsing *parsing, struct kz_str value)
{
	return value.len == 0 ||
		kz_stage_find(value, &parsing->request->stage) == KZ_OK;
}

static bool
take_client(struct parsing *parsing, struct kz_str value)
{
	return kz_addr_parse(value, &parsing->request->client) == KZ_OK;
}

static bool
take_client_name(struct parsing *parsing, struct kz_str value)
{
	struct kz_request *request = parsing->request;

	return field_is(value, "unknown") ||
		field_keep(value, request->client_name,
			sizeof(request->client_name));
}

static bool
take_helo(struct parsing *parsing, struct kz_str value)
{
	struct kz_request *request = parsing->request;

	return field_keep(value, request->helo, sizeof(request->helo));
}

static bool
take_sender(struct parsing *parsing, struct kz_str value)
{
	struct kz_request *request = parsing->request;

	return field_keep(value, request->sender, sizeof(request->sender));
}

static bool
take_recipient(struct parsing *parsing, struct kz_str value)
{
	struct kz_request *request = parsing->request;

	return field_keep(
		value, request->recipient, sizeof(request->recipient));
}

static bool
take_instance(struct parsing *parsing, struct kz_str value)
{
	struct kz_request *request = parsing->request;

	return field_keep(value, request->instance, sizeof(request->instance));
}

static bool
take_sasl(struct parsing *parsing, struct kz_str value)
{
	parsing->request->authenticated = value.len > 0;
	return true;
}

static bool
take_subject(struct parsing *parsing, struct kz_str value)
{
	parsing->ccert_subject = value.len > 0;
	return true;
}

static bool
take_fingerprint(struct parsing *parsing, struct kz_str value)
{
	parsing->ccert_fingerprint = value.len > 0;
	return true;
}

static bool
take_spf(struct parsing *parsing, struct kz_str value)
{
	parsing->request->spf_pass = field_is(value, "pass");
	return true;
}

static bool
take_dnswl(struct parsing *parsing, struct kz_str value)
{
	parsing->request->dnswl_hit = field_is(value, "hit");
	return true;
}

/* What kizuki looks at, by length of its name; everything else is ignored. */
static const struct {
	struct kz_str name;
	take_value *take;
	const char *why; /* where the value cannot be taken */
} attributes[] = {
	{KZ_STR_INIT("kz_spf"), take_spf, ""},
	{KZ_STR_INIT("sender"), take_sender, "sender: too long"},
	{KZ_STR_INIT("request"), take_request, ""},
	{KZ_STR_INIT("instance"), take_instance, "instance: too long"},
	{KZ_STR_INIT("kz_dnswl"), take_dnswl, ""},
	{KZ_STR_INIT("helo_name"), take_helo, "helo_name: too long"},
	{KZ_STR_INIT("recipient"), take_recipient, "recipient: too long"},
	{KZ_STR_INIT("client_name"), take_client_name, "client_name: too long"},
	{KZ_STR_INIT("ccert_subject"), take_subject, ""},
	{KZ_STR_INIT("sasl_username"), take_sasl, ""},
	{KZ_STR_INIT("client_address"), take_client,
		"client_address: an address was expected"},
	{KZ_STR_INIT("policy_context"), take_context,
		"policy_context: primary, secondary or sole was expected"},
	{KZ_STR_INIT("protocol_state"), take_state, ""},
	{KZ_STR_INIT("ccert_fingerprint"), take_fingerprint, ""},
};

#define ATTRIBUTE_COUNT (sizeof(attributes) / sizeof(attributes[0]))

/* Where the names of a length begin, counted from 1; 0: there are none. */
static const uint8_t of_length[] = {[6] = 1,
	[7] = 3,
	[8] = 4,
	[9] = 6,
	[11] = 8,
	[13] = 9,
	[14] = 11,
	[17] = 14};

/* One line without its newline.  *bad is kept for the end: framing first. */
static enum kz_result
take_line(struct parsing *parsing, struct kz_str line, uint32_t *seen,
	const char **bad)
{
	const char *equals = memchr(line.ptr, '=', line.len);
	struct kz_str name, value;

	if (equals == NULL)
		return KZ_EFORMAT;
	name = (struct kz_str){line.ptr, (size_t)(equals - line.ptr)};
	value = (struct kz_str){equals + 1, line.len - name.len - 1};
	if (name.len >= sizeof(of_length) || of_length[name.len] == 0)
		return KZ_OK;
	for (size_t i = of_length[name.len] - 1u;
		i < ATTRIBUTE_COUNT && attributes[i].name.len == name.len;
		i++) {
		if (memcmp(name.ptr, attributes[i].name.ptr, name.len) != 0)
			continue;
		if ((*seen & UINT32_C(1) << i) == 0 &&
			!attributes[i].take(parsing, value) && *bad == NULL)
			*bad = attributes[i].why;
		*seen |= UINT32_C(1) << i;
		break;
	}
	return KZ_OK;
}

/* Every line up to the blank one.  *why with KZ_EFORMAT. */
static enum kz_result
take_lines(struct parsing *parsing, struct kz_str bytes, const char **bad,
	const char **why)
{
	uint32_t seen = 0;
	size_t count = 0;

	while (bytes.len > 0 && bytes.ptr[0] != '\n') {
		const char *end = memchr(bytes.ptr, '\n', bytes.len);
		struct kz_str line = bytes;

		if (end != NULL)
			line.len = (size_t)(end - bytes.ptr);
		if (++count > KZ_POLICY_LINES_MAX) {
			*why = "more attributes than an MTA sends";
			return KZ_EFORMAT;
		}
		if (take_line(parsing, line, &seen, bad) != KZ_OK) {
			*why = "name=value was expected in each line";
			return KZ_EFORMAT;
		}
		if (end == NULL)
			break;
		bytes.ptr += line.len + 1;
		bytes.len -= line.len + 1;
	}
	return KZ_OK;
}

/* What a request that can be answered must have beside its form. */
static const char *
missing(const struct kz_request *request)
{
	if (request->client.family == KZ_ADDR_NONE)
		return "client_address was expected";
	if (request->point == KZ_POINT_RCPT && request->recipient[0] == '\0')
		return "recipient was expected";
	return NULL;
}

enum kz_result
kz_policy_parse(
	struct kz_str bytes, struct kz_request *request, const char **why)
{
	struct kz_request made = {
		.point = KZ_POINT_OTHER,
		.stage = KZ_STAGE_SOLE,
	};
	struct parsing parsing = {.request = &made};
	const char *bad = NULL;

	if (memchr(bytes.ptr, '\0', bytes.len) != NULL) {
		*why = "a NUL octet";
		return KZ_EFORMAT;
	}
	if (take_lines(&parsing, bytes, &bad, why) != KZ_OK)
		return KZ_EFORMAT;
	if (!parsing.ours) {
		*why = "request=smtpd_access_policy was expected";
		return KZ_EFORMAT;
	}
	if (bad == NULL)
		bad = missing(&made);
	if (bad != NULL) {
		*why = bad;
		return KZ_EINVAL;
	}
	if (parsing.ccert_subject && parsing.ccert_fingerprint)
		made.authenticated = true;
	*request = made;
	return KZ_OK;
}

/* RFC 5322 section 2.2: printable ASCII, and far below 998 octets. */
static void
put_waited(struct kz_text *answer, const struct kz_reply *reply)
{
	size_t len = strnlen(reply->waited_site, sizeof(reply->waited_site));
	struct kz_name site;

	kz_text_word(answer, "action=PREPEND X-Kizuki: delayed; seconds=");
	kz_text_number(answer, reply->waited_s);
	if (kz_name_parse((struct kz_str){reply->waited_site, len}, &site) ==
			KZ_OK &&
		site.len > 0) {
		kz_text_word(answer, "; site=");
		kz_text_put(answer, kz_name_str(&site));
	}
	kz_text_word(answer, "\n\n");
}

size_t
kz_policy_answer(const struct kz_reply *reply, char *buffer, size_t size)
{
	struct kz_text answer = kz_text_make(buffer, size);

	assert(size >= KZ_POLICY_ANSWER_SIZE);
	if (field_defers(reply)) {
		kz_text_word(&answer, "action=450 4.7.1 ");
		kz_text_word(&answer, reply->text);
		kz_text_word(&answer, "\n\n");
	} else if (reply != NULL && reply->action == KZ_ACTION_ACCEPT &&
		reply->waited_s > 0) {
		put_waited(&answer, reply);
	} else {
		kz_text_word(&answer, "action=DUNNO\n\n");
	}
	assert(!answer.cut);
	return answer.used;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/front/socketmap.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "field_priv.h"
#include "kizuki/base/name.h"
#include "kizuki/base/text.h"
#include "kizuki/core/decision.h"

/* Of KZ_SOCKETMAP_MAX. */
#define DIGITS_MAX 4
#define KEY_FORM   "1" /* version of the key */

/* Octets before the content; *size becomes those of the content itself. */
static enum kz_result
take_head(struct kz_str bytes, size_t *head, size_t *size, const char **why)
{
	size_t at = 0;
	size_t number = 0;

	while (at < bytes.len && bytes.ptr[at] >= '0' && bytes.ptr[at] <= '9' &&
		at <= DIGITS_MAX)
		number = number * 10 + (size_t)(bytes.ptr[at++] - '0');
	if (at > DIGITS_MAX || number > KZ_SOCKETMAP_MAX) {
		*why = "netstring: longer than allowed";
		return KZ_EFORMAT;
	}
	if (at > 1 && bytes.ptr[0] == '0') {
		*why = "netstring: a leading zero";
		return KZ_EFORMAT;
	}
	if (at == bytes.len)
		return KZ_ETRUNC;
	if (at == 0 || bytes.ptr[at] != ':') {
		*why = at == 0 ? "netstring: a length was expected"
			       : "netstring: no colon behind the length";
		return KZ_EFORMAT;
	}
	*head = at + 1;
	*size = number;
	return KZ_OK;
}

enum kz_result
kz_socketmap_find(struct kz_str bytes, size_t *len, const char **why)
{
	size_t head = 0;
	size_t size = 0;
	enum kz_result result = take_head(bytes, &head, &size, why);

	if (result != KZ_OK)
		return result;
	if (bytes.len <= head + size)
		return KZ_ETRUNC;
	if (bytes.ptr[head + size] != ',') {
		*why = "netstring: no comma at its end";
		return KZ_EFORMAT;
	}
	*len = head + size + 1;
	return KZ_OK;
}

/* What is left of the key; with ended nothing is, not even an empty field. */
struct fields {
	struct kz_str rest;
	bool ended;
};

/*
 * The field up to the next semicolon, which may stand in quotes or in angle
 * brackets where paths is set.  False: there is no further field, or quotes or
 * brackets are left open.
 */
static bool
take(struct fields *fields, bool paths, struct kz_str *field)
{
	const struct kz_str rest = fields->rest;
	bool quoted = false;
	bool within = false;
	size_t at = 0;

	if (fields->ended)
		return false;
	for (; at < rest.len; at++) {
		const char octet = rest.ptr[at];

		if (octet == ';' && !quoted && !within)
			break;
		if (!paths)
			continue;
		if (octet == '\\' && at + 1 < rest.len)
			at++;
		else if (octet == '"')
			quoted = !quoted;
		else if ((octet == '<' || octet == '>') && !quoted)
			within = octet == '<';
	}
	if (quoted || within)
		return false;
	*field = (struct kz_str){rest.ptr, at};
	fields->ended = at >= rest.len;
	if (!fields->ended)
		fields->rest =
			(struct kz_str){rest.ptr + at + 1, rest.len - at - 1};
	return true;
}

/* An address without its brackets and without a source route. */
static bool
keep_path(struct kz_str path, char *field, size_t size)
{
	const char *colon = NULL;

	if (path.len > 0 && path.ptr[0] == '<') {
		if (path.len < 2 || path.ptr[path.len - 1] != '>')
			return false;
		path = (struct kz_str){path.ptr + 1, path.len - 2};
	}
	/* RFC 5321 section 4.1.1.3: to be ignored. */
	if (path.len > 0 && path.ptr[0] == '@')
		colon = memchr(path.ptr, ':', path.len);
	if (colon != NULL) {
		path.len -= (size_t)(colon + 1 - path.ptr);
		path.ptr = colon + 1;
	}
	return field_keep(path, field, size);
}

static bool
take_addr(struct fields *fields, struct kz_addr *addr)
{
	static const char prefix[] = "IPv6:";
	struct kz_str text;

	if (!take(fields, false, &text))
		return false;
	if (text.len >= sizeof(prefix) - 1 &&
		memcmp(text.ptr, prefix, sizeof(prefix) - 1) == 0) {
		text.ptr += sizeof(prefix) - 1;
		text.len -= sizeof(prefix) - 1;
	}
	return kz_addr_parse(text, addr) == KZ_OK;
}

/* Only a name that Sendmail resolved both ways is one. */
static bool
take_client_name(struct fields *fields, struct kz_request *request)
{
	struct kz_str resolved, name;

	if (!take(fields, false, &resolved) || !take(fields, false, &name))
		return false;
	if (!field_is(resolved, "OK") || (name.len > 0 && name.ptr[0] == '['))
		return true;
	return field_keep(
		name, request->client_name, sizeof(request->client_name));
}

/* Host and queue identifier; without the latter it is no message's. */
static bool
take_instance(struct fields *fields, struct kz_request *request)
{
	struct kz_str host, queue;
	struct kz_text text =
		kz_text_make(request->instance, sizeof(request->instance));

	if (!take(fields, false, &host) || !take(fields, false, &queue))
		return false;
	if (queue.len == 0)
		return true;
	kz_text_put(&text, host);
	kz_text_word(&text, "/");
	kz_text_put(&text, queue);
	return !text.cut;
}

/* What "rcpt" and "eom" have in common; NULL, or what was expected. */
static const char *
take_session(struct fields *fields, struct kz_request *request)
{
	struct kz_str text;

	if (!take_instance(fields, request))
		return "host and queue identifier were expected";
	if (!take_addr(fields, &request->client))
		return "the client's address was expected";
	if (!take_client_name(fields, request))
		return "the client's name was expected";
	if (!take(fields, false, &text) ||
		!field_keep(text, request->helo, sizeof(request->helo)))
		return "a HELO name was expected";
	if (!take(fields, true, &text) ||
		!keep_path(text, request->sender, sizeof(request->sender)))
		return "a sender was expected";
	if (request->point != KZ_POINT_RCPT)
		return NULL;
	if (fields->ended ||
		!keep_path(fields->rest, request->recipient,
			sizeof(request->recipient)) ||
		request->recipient[0] == '\0')
		return "a recipient was expected";
	return NULL;
}

static const char *
take_key(struct fields *fields, struct kz_request *request)
{
	struct kz_str form, stage, event;

	if (!take(fields, false, &form) || !field_is(form, KEY_FORM))
		return "a key of version " KEY_FORM " was expected";
	if (!take(fields, false, &stage) ||
		(stage.len > 0 &&
			kz_stage_find(stage, &request->stage) != KZ_OK))
		return "primary, secondary or sole was expected";
	if (!take(fields, false, &event))
		return "relay, rcpt or eom was expected";
	if (field_is(event, "relay"))
		return NULL;
	if (field_is(event, "rcpt"))
		request->point = KZ_POINT_RCPT;
	else if (field_is(event, "eom"))
		request->point = KZ_POINT_EOM;
	else
		return "relay, rcpt or eom was expected";
	return take_session(fields, request);
}

static bool
has_control(struct kz_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == '\x7f')
			return true;
	return false;
}

/*
 * Two names for one thing: Sendmail keeps a connection for each map, and the
 * one that was asked before the banner may be stale at RCPT.
 */
static bool
take_map(struct kz_str text, struct kz_str *key)
{
	static const struct kz_str names[] = {
		KZ_STR_INIT("kizuki "), KZ_STR_INIT("kizukiup ")};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text.len < names[i].len ||
			memcmp(text.ptr, names[i].ptr, names[i].len) != 0)
			continue;
		*key = (struct kz_str){
			text.ptr + names[i].len, text.len - names[i].len};
		return true;
	}
	return false;
}

enum kz_result
kz_socketmap_parse(
	struct kz_str bytes, struct kz_request *request, const char **why)
{
	struct kz_request made = {
		.point = KZ_POINT_OTHER,
		.stage = KZ_STAGE_SOLE,
	};
	struct fields fields = {.ended = false};
	struct kz_str text;
	size_t head = 0;
	size_t size = 0;

	if (take_head(bytes, &head, &size, why) != KZ_OK ||
		bytes.len != head + size + 1) {
		*why = "a netstring was expected";
		return KZ_EINVAL;
	}
	text = (struct kz_str){bytes.ptr + head, size};
	if (has_control(text)) {
		*why = "a control octet in the key";
		return KZ_EINVAL;
	}
	if (!take_map(text, &fields.rest)) {
		*why = "unknown map";
		return KZ_EINVAL;
	}
	*why = take_key(&fields, &made);
	if (*why != NULL)
		return KZ_EINVAL;
	*request = made;
	return KZ_OK;
}

/* Into a quoted token: what Sendmail would take for its end becomes "?". */
static void
put_quoted(struct kz_text *body, const char *text)
{
	char clean[KZ_REPLY_MAX];
	size_t len = strlen(text);

	assert(len < sizeof(clean));
	for (size_t i = 0; i < len; i++) {
		clean[i] = text[i];
		if (clean[i] == '"' || clean[i] == '\\')
			clean[i] = '?';
	}
	kz_text_put(body, (struct kz_str){clean, len});
}

static void
put_deferral(struct kz_text *body, const struct kz_request *request,
	const struct kz_reply *reply)
{
	const struct kz_str helo = {
		request->helo, strnlen(request->helo, KZ_HELO_MAX)};
	char shown[KZ_HELO_MAX + 1];

	kz_text_word(body, "OK ERROR:4.7.1:\"450 <");
	put_quoted(body, kz_reply_helo(helo, shown));
	kz_text_word(body, ">: Helo command rejected: ");
	put_quoted(body, reply->text);
	kz_text_word(body, "\"");
}

/* Sendmail makes its header line of seconds and site; no site: nothing. */
static void
put_waited(struct kz_text *body, const struct kz_reply *reply)
{
	const struct kz_str text = {reply->waited_site,
		strnlen(reply->waited_site, sizeof(reply->waited_site))};
	struct kz_name site;

	kz_text_word(body, "OK WAITED:");
	kz_text_number(body, reply->waited_s);
	kz_text_word(body, ":");
	if (kz_name_parse(text, &site) == KZ_OK)
		kz_text_put(body, kz_name_str(&site));
}

static size_t
netstring(const struct kz_text *body, char *buffer, size_t size)
{
	struct kz_text answer = kz_text_make(buffer, size);

	kz_text_number(&answer, (int64_t)body->used);
	kz_text_word(&answer, ":");
	kz_text_put(&answer, (struct kz_str){body->start, body->used});
	kz_text_word(&answer, ",");
	assert(!body->cut && !answer.cut);
	return answer.used;
}

size_t
kz_socketmap_answer(const struct kz_request *request,
	const struct kz_reply *reply, char *buffer, size_t size)
{
	char text[KZ_SOCKETMAP_ANSWER_SIZE - 8]; /* "1016:" and "," beside it */
	struct kz_text body = kz_text_make(text, sizeof(text));

	assert(size >= KZ_SOCKETMAP_ANSWER_SIZE);
	switch (request->point) {
	case KZ_POINT_RCPT:
		if (field_defers(reply))
			put_deferral(&body, request, reply);
		else if (reply != NULL && reply->action == KZ_ACTION_ACCEPT &&
			reply->waited_s > 0)
			put_waited(&body, reply);
		else
			kz_text_word(&body, "OK ACCEPT");
		break;
	case KZ_POINT_EOM:
		kz_text_word(&body, "OK DONE");
		break;
	case KZ_POINT_OTHER:
		kz_text_word(&body, "OK UP");
		break;
	}
	return netstring(&body, buffer, size);
}

size_t
kz_socketmap_refuse(const char *why, char *buffer, size_t size)
{
	char text[256];
	struct kz_text body = kz_text_make(text, sizeof(text));

	assert(size >= KZ_SOCKETMAP_ANSWER_SIZE);
	kz_text_word(&body, "PERM ");
	kz_text_word(&body, why);
	return netstring(&body, buffer, size);
}

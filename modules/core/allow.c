/* SPDX-License-Identifier: ISC */
#include "kizuki/core/allow.h"

#include <string.h>

#include "kizuki/base/name.h"
#include "kizuki/base/text.h"

#include "record_priv.h"

#define RECORD_VERSION 1

/* Written before the colon. */
static const char *
kind_text(enum kz_allow_kind kind)
{
	switch (kind) {
	case KZ_ALLOW_CLIENT:
		return "client:";
	case KZ_ALLOW_SENDER:
		return "sender:";
	case KZ_ALLOW_RECIPIENT:
		return "recipient:";
	case KZ_ALLOW_NONE:
		break;
	}
	return "";
}

static struct kz_text
begin(enum kz_allow_kind kind, struct kz_allow_subject *subject)
{
	struct kz_text text =
		kz_text_make(subject->text, sizeof(subject->text));

	subject->kind = kind;
	subject->net = (struct kz_net){.prefix = 0};
	kz_text_word(&text, kind_text(kind));
	return text;
}

/* RFC 5321 section 2.4: a host may fold a local part, and mailers do. */
static void
put_folded(struct kz_text *text, struct kz_str word)
{
	for (size_t i = 0; i < word.len; i++) {
		char octet = word.ptr[i];

		if (octet >= 'A' && octet <= 'Z')
			octet = (char)(octet - 'A' + 'a');
		kz_text_put(text, (struct kz_str){&octet, 1});
	}
}

/* What stands before and behind the last "@". */
static bool
split(struct kz_str address, struct kz_str *local, struct kz_str *domain)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	if (at == 0)
		return false;
	*local = (struct kz_str){address.ptr, at - 1};
	*domain = (struct kz_str){address.ptr + at, address.len - at};
	return true;
}

void
kz_allow_of_net(const struct kz_net *net, struct kz_allow_subject *subject)
{
	struct kz_text text = begin(KZ_ALLOW_CLIENT, subject);
	char shown[KZ_ADDR_TEXT_SIZE];

	subject->net = *net;
	kz_text_word(&text, kz_net_format(net, shown));
}

bool
kz_allow_of_address(enum kz_allow_kind kind, enum kz_allow_form form,
	const char *address, struct kz_allow_subject *subject)
{
	struct kz_str whole = {address, strlen(address)}, local, domain;
	struct kz_text text = begin(kind, subject);
	struct kz_name name;

	if (!split(whole, &local, &domain) || local.len == 0 || domain.len == 0)
		return false;
	if (form != KZ_ALLOW_DOMAIN)
		put_folded(&text, local);
	kz_text_word(&text, "@");
	if (form == KZ_ALLOW_LOCAL)
		return !text.cut;
	if (kz_name_parse(domain, &name) == KZ_OK)
		kz_text_put(&text, kz_name_str(&name));
	else
		put_folded(&text, domain);
	return !text.cut;
}

/* Blanks, brackets and what steers a terminal are no part of an address. */
static bool
local_valid(struct kz_str local)
{
	for (size_t i = 0; i < local.len; i++) {
		unsigned char octet = (unsigned char)local.ptr[i];

		if (octet <= ' ' || octet == 0x7f || octet == '<' ||
			octet == '>')
			return false;
	}
	return true;
}

static enum kz_result
parse_client(struct kz_str text, struct kz_allow_subject *subject)
{
	struct kz_net net;

	if (kz_net_parse(text, &net) != KZ_OK)
		return KZ_EINVAL;
	kz_allow_of_net(&net, subject);
	return KZ_OK;
}

static enum kz_result
parse_address(enum kz_allow_kind kind, struct kz_str address,
	struct kz_allow_subject *subject)
{
	struct kz_allow_subject made;
	struct kz_str local, domain;
	struct kz_text text = begin(kind, &made);
	struct kz_name name = {0};

	if (!split(address, &local, &domain) || !local_valid(local) ||
		(local.len == 0 && domain.len == 0))
		return KZ_EINVAL;
	if (domain.len == 0 && kind != KZ_ALLOW_RECIPIENT)
		return KZ_EINVAL;
	if (domain.len > 0 &&
		(kz_name_parse(domain, &name) != KZ_OK || name.len == 0))
		return KZ_EINVAL;
	put_folded(&text, local);
	kz_text_word(&text, "@");
	kz_text_put(&text, kz_name_str(&name));
	if (text.cut)
		return KZ_EINVAL;
	*subject = made;
	return KZ_OK;
}

enum kz_result
kz_allow_parse(struct kz_str text, struct kz_allow_subject *subject)
{
	static const enum kz_allow_kind kinds[] = {
		KZ_ALLOW_CLIENT, KZ_ALLOW_SENDER, KZ_ALLOW_RECIPIENT};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *word = kind_text(kinds[i]);
		size_t len = strlen(word);
		struct kz_str rest;

		if (text.len < len || memcmp(text.ptr, word, len) != 0)
			continue;
		rest = (struct kz_str){text.ptr + len, text.len - len};
		return kinds[i] == KZ_ALLOW_CLIENT
			? parse_client(rest, subject)
			: parse_address(kinds[i], rest, subject);
	}
	return KZ_NOT_FOUND;
}

bool
kz_allow_holds(const struct kz_allow *allow, int64_t now_s)
{
	return allow->until_s == 0 || now_s < allow->until_s;
}

enum kz_result
kz_allow_encode(
	const struct kz_allow *allow, uint8_t *record, size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (allow->since_s < 0 || allow->until_s < 0)
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)allow->since_s);
	kz_writer_put(&writer, 8, (uint64_t)allow->until_s);
	put_text(&writer, 1, allow->why);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_allow_decode(const uint8_t *record, size_t len, struct kz_allow *allow)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_allow taken = {.since_s = 0};
	enum kz_result result;

	/* Version first: the rest belongs to the version. */
	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	taken.since_s = (int64_t)kz_reader_take(&reader, 8);
	taken.until_s = (int64_t)kz_reader_take(&reader, 8);
	take_text(&reader, 1, taken.why, sizeof(taken.why));
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (taken.since_s < 0 || taken.until_s < 0)
		return KZ_EINVAL;
	*allow = taken;
	return KZ_OK;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/logline.h"

#include <string.h>

#include "logline_priv.h"

enum kz_result
kz_logline_kind_find(struct kz_str text, enum kz_logline_kind *kind)
{
#define WORD(name, word) word,
	static const char *const words[] = {KZ_LOGLINE_KIND_LIST(WORD)};
#undef WORD

	for (int i = 0; i < KZ_LOGLINE_KIND_COUNT; i++) {
		if (strlen(words[i]) == text.len &&
			memcmp(words[i], text.ptr, text.len) == 0) {
			*kind = (enum kz_logline_kind)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

bool
kz_logline_skip(struct kz_str *text, struct kz_str word)
{
	if (text->len < word.len || memcmp(text->ptr, word.ptr, word.len) != 0)
		return false;
	text->ptr += word.len;
	text->len -= word.len;
	return true;
}

bool
kz_logline_begins(struct kz_str text, struct kz_str word)
{
	return kz_logline_skip(&text, word);
}

size_t
kz_logline_find(struct kz_str text, struct kz_str word)
{
	for (size_t i = 0; i + word.len <= text.len; i++) {
		if (text.ptr[i] == word.ptr[0] &&
			memcmp(text.ptr + i, word.ptr, word.len) == 0)
			return i;
	}
	return text.len;
}

struct kz_str
kz_logline_until(struct kz_str text, char end)
{
	const char *at = memchr(text.ptr, end, text.len);

	if (at != NULL)
		text.len = (size_t)(at - text.ptr);
	return text;
}

enum kz_reach
kz_logline_reach(struct kz_str reason)
{
	static const struct {
		struct kz_str word;
		enum kz_reach reach;
	} words[] = {
		{KZ_STR_INIT("Connection timed out"), KZ_REACH_TIMEOUT},
		{KZ_STR_INIT("Operation timed out"), KZ_REACH_TIMEOUT},
		/*
		 * Exim's.  With TCP fast open it takes a connection for there
		 * before it is: no other word comes of a host that is silent.
		 */
		{KZ_STR_INIT("SMTP timeout after initial connection"),
			KZ_REACH_TIMEOUT},
		{KZ_STR_INIT("Connection refused"), KZ_REACH_REFUSED},
		{KZ_STR_INIT("No route to host"), KZ_REACH_UNREACHABLE},
		{KZ_STR_INIT("Host is unreachable"), KZ_REACH_UNREACHABLE},
		{KZ_STR_INIT("Connection reset"), KZ_REACH_RESET},
		{KZ_STR_INIT("Network is unreachable"), KZ_REACH_OURS},
		{KZ_STR_INIT("Network unreachable"), KZ_REACH_OURS},
		{KZ_STR_INIT("Permission denied"), KZ_REACH_OURS},
		{KZ_STR_INIT("Operation not permitted"), KZ_REACH_OURS},
		{KZ_STR_INIT("Cannot assign requested address"), KZ_REACH_OURS},
		{KZ_STR_INIT("Too many open files"), KZ_REACH_OURS},
		{KZ_STR_INIT("No buffer space available"), KZ_REACH_OURS},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (kz_logline_begins(reason, words[i].word))
			return words[i].reach;
	}
	return KZ_REACH_NONE;
}

/* Up to the '>' or ',' that ends one recipient, quotes respected. */
static struct kz_str
one_recipient(struct kz_str to)
{
	bool quoted = false;

	for (size_t i = 0; i < to.len; i++) {
		char c = to.ptr[i];

		if (c == '\\' && i + 1 < to.len)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '>' || c == ','))
			return (struct kz_str){to.ptr, i};
	}
	return to;
}

static enum kz_result
domain_of(struct kz_str address, struct kz_name *domain)
{
	for (size_t i = address.len; i > 0; i--) {
		if (address.ptr[i - 1] == '@')
			return kz_name_parse((struct kz_str){address.ptr + i,
						     address.len - i},
				domain);
	}
	return KZ_NOT_FOUND;
}

enum kz_result
kz_logline_domain(struct kz_str to, struct kz_name *domain)
{
	struct kz_name found = {0}, next;
	size_t count = 0;

	while (to.len > 0) {
		struct kz_str address;

		(void)kz_logline_skip(&to, KZ_STR("<"));
		address = one_recipient(to);
		if (domain_of(address, &next) != KZ_OK ||
			(count > 0 && !kz_name_equal(&next, &found)))
			return KZ_NOT_FOUND;
		found = next;
		count++;
		to.ptr += address.len;
		to.len -= address.len;
		if (!kz_logline_skip(&to, KZ_STR(">,<")) &&
			!kz_logline_skip(&to, KZ_STR(",<")) &&
			!kz_logline_skip(&to, KZ_STR(",")))
			break;
	}
	if (count == 0 || found.len == 0)
		return KZ_NOT_FOUND;
	*domain = found;
	return KZ_OK;
}

bool
kz_logline_smtp_port(struct kz_str port)
{
	return port.len == 0 ||
		(port.len == 2 && memcmp(port.ptr, "25", 2) == 0);
}

bool
kz_logline_host(struct kz_str host, struct kz_str addr, struct kz_logsaid *said)
{
	struct kz_name name;
	struct kz_addr parsed;

	if (kz_addr_parse(addr, &parsed) != KZ_OK ||
		kz_name_parse(host, &name) != KZ_OK || name.len == 0)
		return false;
	said->host = name;
	said->addr = parsed;
	return true;
}

static void
read_connect(const struct kz_logline *line, struct kz_logsaid *said)
{
	if (!kz_logline_smtp_port(line->port) ||
		!kz_logline_host(line->host, line->addr, said))
		return;
	said->fate = KZ_LOGFATE_DEAD;
	said->reach = line->kind == KZ_LOGLINE_ANSWERED
		? KZ_REACH_ALIVE
		: kz_logline_reach(line->text);
	/* Whatever it was, it was not death. */
	if (said->reach == KZ_REACH_NONE)
		said->reach = KZ_REACH_NOISE;
}

void
kz_logline_read(const struct kz_logline *line, struct kz_logsaid *said)
{
	struct kz_str to = line->to;

	*said = (struct kz_logsaid){.fate = KZ_LOGFATE_NOTHING};
	/* "** user@example1.jp R=... T=...: why" */
	if (line->kind == KZ_LOGLINE_EXIM_FAIL)
		to = kz_logline_until(kz_logline_until(line->text, ' '), ':');
	if (to.len > 0 && kz_logline_domain(to, &said->domain) != KZ_OK)
		said->domain = (struct kz_name){0};
	switch (line->kind) {
	case KZ_LOGLINE_CONNECT:
	case KZ_LOGLINE_ANSWERED:
		read_connect(line, said);
		break;
	case KZ_LOGLINE_POSTFIX:
		kz_logline_read_postfix(line, said);
		break;
	case KZ_LOGLINE_EXIM_SENT:
	case KZ_LOGLINE_EXIM_DEFER:
	case KZ_LOGLINE_EXIM_FAIL:
		kz_logline_read_exim(line, said);
		break;
	case KZ_LOGLINE_SENDMAIL:
		kz_logline_read_sendmail(line, said);
		break;
	case KZ_LOGLINE_NO_GREETING:
	case KZ_LOGLINE_NULL_SENDER:
	case KZ_LOGLINE_EXPIRED:
	case KZ_LOGLINE_SERVER:
	case KZ_LOGLINE_SERVFAIL:
	case KZ_LOGLINE_KIND_COUNT:
		break;
	}
}

/* SPDX-License-Identifier: ISC */
/* Which lines of a log are worth applying rules to: one in five, mostly. */
#include <string.h>

#include "kizuki/io/loghead.h"

static bool
begins(struct kz_str text, struct kz_str word)
{
	return text.len >= word.len &&
		memcmp(text.ptr, word.ptr, word.len) == 0;
}

static bool
same(struct kz_str text, struct kz_str word)
{
	return text.len == word.len && begins(text, word);
}

static bool
holds(struct kz_str text, struct kz_str word)
{
	return memmem(text.ptr, text.len, word.ptr, word.len) != NULL;
}

/* ": to=<" and its like stand behind the identifier of the message. */
static struct kz_str
front(struct kz_str text)
{
	return (struct kz_str){text.ptr, text.len < 48 ? text.len : 48};
}

static bool
postfix_matters(const struct kz_loghead *head)
{
	struct kz_str start = front(head->message);

	if (same(head->program, KZ_STR("smtp")))
		return begins(start, KZ_STR("connect to ")) ||
			holds(start, KZ_STR(": to=<")) ||
			holds(start, KZ_STR(": host ")) ||
			holds(start, KZ_STR(": lost connection with ")) ||
			holds(start, KZ_STR(": conversation with "));
	if (!same(head->program, KZ_STR("qmgr")))
		return false;
	return holds(start, KZ_STR(": from=<>,")) ||
		holds(head->message, KZ_STR(" status=expired"));
}

static bool
exim_matters(const struct kz_loghead *head)
{
	struct kz_str message = head->message;

	if (message.len < 3)
		return false;
	switch (message.ptr[0]) {
	case 'H':
		return message.ptr[1] == '=';
	case '=':
		return message.ptr[1] == '=' || message.ptr[1] == '>';
	case '-':
		return message.ptr[1] == '>';
	case '*':
		return message.ptr[1] == '*';
	case '<':
		return begins(message, KZ_STR("<= <> "));
	default:
		return false;
	}
}

bool
kz_loghead_matters(const struct kz_loghead *head)
{
	struct kz_str start = front(head->message);

	switch (head->format) {
	case KZ_LOGFORMAT_POSTFIX:
		return postfix_matters(head);
	case KZ_LOGFORMAT_EXIM:
		return exim_matters(head);
	case KZ_LOGFORMAT_SENDMAIL:
		return holds(start, KZ_STR(": to=")) ||
			holds(start, KZ_STR(": from=<>,")) ||
			holds(start, KZ_STR(": timeout waiting for input ")) ||
			holds(head->message, KZ_STR("Cannot send message"));
	case KZ_LOGFORMAT_BIND:
		return holds(head->message, KZ_STR(" resolving '"));
	case KZ_LOGFORMAT_UNBOUND:
		return begins(start, KZ_STR("SERVFAIL <"));
	case KZ_LOGFORMAT_AUTO:
	case KZ_LOGFORMAT_COUNT:
		break;
	}
	return false;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/io/loghead.h"

#include <string.h>

/* Lengths of heads; programs' names end within this. */
#define NAME_MAX 64

const char *
kz_logformat_text(enum kz_logformat format)
{
#define WORD(name, word) word,
	static const char *const words[] = {KZ_LOGFORMAT_LIST(WORD)};
#undef WORD

	return format < KZ_LOGFORMAT_COUNT ? words[format] : "?";
}

enum kz_result
kz_logformat_find(struct kz_str text, enum kz_logformat *format)
{
	for (int i = 0; i < KZ_LOGFORMAT_COUNT; i++) {
		const char *word = kz_logformat_text((enum kz_logformat)i);

		if (strlen(word) == text.len &&
			memcmp(word, text.ptr, text.len) == 0) {
			*format = (enum kz_logformat)i;
			return KZ_OK;
		}
	}
	return KZ_NOT_FOUND;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip(struct kz_str *text, size_t len)
{
	text->ptr += len;
	text->len -= len;
}

static bool
begins(struct kz_str text, struct kz_str word)
{
	return text.len >= word.len &&
		memcmp(text.ptr, word.ptr, word.len) == 0;
}

/* The text before the first end within limit; false: there is none. */
static bool
token(struct kz_str *rest, char end, size_t limit, struct kz_str *taken)
{
	size_t room = rest->len < limit ? rest->len : limit;
	const char *at = memchr(rest->ptr, end, room);

	if (at == NULL)
		return false;
	*taken = (struct kz_str){rest->ptr, (size_t)(at - rest->ptr)};
	skip(rest, taken->len + 1);
	return true;
}

static bool
same(struct kz_str text, struct kz_str word)
{
	return text.len == word.len && begins(text, word);
}

/* The program's name without its path of services: "postfix/smtp". */
static enum kz_logformat
format_of(struct kz_str *program)
{
	const char *slash = memrchr(program->ptr, '/', program->len);
	struct kz_str last = *program;

	if (begins(*program, KZ_STR("postfix")) && slash != NULL) {
		skip(program, (size_t)(slash - program->ptr) + 1);
		return KZ_LOGFORMAT_POSTFIX;
	}
	if (slash != NULL)
		skip(&last, (size_t)(slash - last.ptr) + 1);
	if (begins(last, KZ_STR("exim")))
		return KZ_LOGFORMAT_EXIM;
	if (same(last, KZ_STR("sendmail")) || begins(last, KZ_STR("sm-")))
		return KZ_LOGFORMAT_SENDMAIL;
	if (same(last, KZ_STR("named")))
		return KZ_LOGFORMAT_BIND;
	if (same(last, KZ_STR("unbound")))
		return KZ_LOGFORMAT_UNBOUND;
	return KZ_LOGFORMAT_AUTO;
}

/* "1xVkCN-0004sv-0f " in front of a flag. */
static bool
exim_queue(struct kz_loghead *head)
{
	struct kz_str *rest = &head->message;

	/* "6-6-2", since 4.97 "6-11-4" */
	if (rest->len > 18 && rest->ptr[6] == '-' && rest->ptr[13] == '-' &&
		rest->ptr[16] == ' ')
		head->queue = (struct kz_str){rest->ptr, 16};
	else if (rest->len > 25 && rest->ptr[6] == '-' &&
		rest->ptr[18] == '-' && rest->ptr[23] == ' ')
		head->queue = (struct kz_str){rest->ptr, 23};
	else
		return false;
	skip(rest, head->queue.len + 1);
	return true;
}

/* "2026-11-24 06:40:15[.123][ +0900] [[123] ]" in front of the identifier. */
static bool
exim_head(struct kz_loghead *head)
{
	struct kz_str *rest = &head->message;
	struct kz_str process;
	size_t len = 19;

	if (rest->len > 20 && digit(rest->ptr[0]) && rest->ptr[4] == '-' &&
		rest->ptr[10] == ' ' && rest->ptr[13] == ':') {
		if (rest->ptr[len] == '.')
			for (len++; len < rest->len && digit(rest->ptr[len]);)
				len++;
		if (rest->len > len + 7 && rest->ptr[len] == ' ' &&
			(rest->ptr[len + 1] == '+' ||
				rest->ptr[len + 1] == '-') &&
			digit(rest->ptr[len + 2]) && rest->ptr[len + 6] == ' ')
			len += 6;
		if (len >= rest->len || rest->ptr[len] != ' ')
			return false;
		head->time = (struct kz_str){rest->ptr, len};
		skip(rest, len + 1);
	}
	if (rest->len > 0 && rest->ptr[0] == '[') {
		if (!token(rest, ']', 16, &process) || rest->len == 0 ||
			rest->ptr[0] != ' ')
			return false;
		skip(rest, 1);
	}
	/* Lines of one message stand apart by its identifier. */
	head->process = (struct kz_str){"", 0};
	return exim_queue(head);
}

/* "error: " in front of what Unbound says. */
static void
unbound_head(struct kz_loghead *head)
{
	struct kz_str process, level;

	/* syslog: "unbound: [123:0] error: " */
	if (head->message.len > 0 && head->message.ptr[0] == '[' &&
		token(&head->message, ']', 24, &process) &&
		head->message.len > 0)
		skip(&head->message, 1);
	if (begins(head->message, KZ_STR("error: ")) ||
		begins(head->message, KZ_STR("info: ")) ||
		begins(head->message, KZ_STR("debug: ")))
		(void)token(&head->message, ' ', 8, &level);
}

/* "lame-servers: info: " and the like in front of what BIND says. */
static void
bind_head(struct kz_loghead *head)
{
	struct kz_str word;

	if (begins(head->message, KZ_STR("lame-servers: ")))
		(void)token(&head->message, ' ', 32, &word);
	if (begins(head->message, KZ_STR("info: ")))
		(void)token(&head->message, ' ', 8, &word);
}

static bool
message_head(struct kz_loghead *head)
{
	switch (head->format) {
	case KZ_LOGFORMAT_EXIM:
		return exim_head(head);
	case KZ_LOGFORMAT_UNBOUND:
		unbound_head(head);
		return true;
	case KZ_LOGFORMAT_BIND:
		bind_head(head);
		return true;
	case KZ_LOGFORMAT_AUTO:
	case KZ_LOGFORMAT_POSTFIX:
	case KZ_LOGFORMAT_SENDMAIL:
	case KZ_LOGFORMAT_COUNT:
		break;
	}
	return true;
}

static bool
wanted(struct kz_loghead *head, enum kz_logformat expect)
{
	if (expect == KZ_LOGFORMAT_AUTO)
		return head->format != KZ_LOGFORMAT_AUTO;
	if (head->format == KZ_LOGFORMAT_AUTO)
		head->format = expect;
	return head->format == expect;
}

/* "postfix/smtp[2101]: " or "unbound[15555:0] " */
static bool
program_head(struct kz_str *rest, struct kz_loghead *head)
{
	size_t len = 0;
	size_t limit = rest->len < NAME_MAX ? rest->len : NAME_MAX;

	while (len < limit && rest->ptr[len] != '[' && rest->ptr[len] != ':' &&
		rest->ptr[len] != ' ')
		len++;
	if (len == limit || len == 0 || rest->ptr[len] == ' ')
		return false;
	head->program = (struct kz_str){rest->ptr, len};
	if (rest->ptr[len] == '[') {
		skip(rest, len + 1);
		if (!token(rest, ']', 24, &head->process))
			return false;
	} else {
		skip(rest, len);
	}
	if (rest->len > 0 && rest->ptr[0] == ':')
		skip(rest, 1);
	if (rest->len > 0 && rest->ptr[0] == ' ')
		skip(rest, 1);
	return true;
}

/* Behind the time: the host, which Unbound's own file lacks, and who wrote. */
static bool
syslog_head(
	struct kz_str rest, enum kz_logformat expect, struct kz_loghead *head)
{
	struct kz_str host;

	if (!program_head(&rest, head)) {
		if (!token(&rest, ' ', 255, &host) ||
			!program_head(&rest, head))
			return false;
	}
	head->format = format_of(&head->program);
	head->message = rest;
	return wanted(head, expect) && message_head(head);
}

/* Where the time ends and a blank follows; 0: not in this form. */
static size_t
iso_len(struct kz_str line)
{
	size_t len = 19;

	if (line.len < 24 || line.ptr[4] != '-' || line.ptr[10] != 'T' ||
		line.ptr[13] != ':')
		return 0;
	while (len < line.len && len < 40 && line.ptr[len] != ' ')
		len++;
	return len;
}

static bool
bind_line(struct kz_str line, enum kz_logformat expect, struct kz_loghead *head)
{
	size_t len = 20;

	if (line.len < 25 || line.ptr[2] != '-' || line.ptr[6] != '-' ||
		line.ptr[11] != ' ')
		return false;
	while (len < line.len && len < 24 && line.ptr[len] != ' ')
		len++;
	head->time = (struct kz_str){line.ptr, len};
	head->format = KZ_LOGFORMAT_BIND;
	skip(&line, len < line.len ? len + 1 : len);
	head->message = line;
	return wanted(head, expect) && message_head(head);
}

/* "[1763966270] unbound[15555:0] error: " */
static bool
epoch_line(
	struct kz_str line, enum kz_logformat expect, struct kz_loghead *head)
{
	skip(&line, 1);
	if (!token(&line, ']', 16, &head->time) || line.len < 2)
		return false;
	skip(&line, 1);
	return syslog_head(line, expect, head);
}

bool
kz_loghead_split(
	struct kz_str line, enum kz_logformat expect, struct kz_loghead *head)
{
	size_t len;

	*head = (struct kz_loghead){.format = KZ_LOGFORMAT_AUTO,
		.time = {"", 0},
		.program = {"", 0},
		.process = {"", 0},
		.queue = {"", 0},
		.message = line};
	if (line.len < 20)
		return false;
	if (line.ptr[0] == '[')
		return epoch_line(line, expect, head);
	if (!digit(line.ptr[0])) {
		if (line.ptr[3] != ' ' || line.ptr[6] != ' ' ||
			line.ptr[9] != ':' || line.ptr[15] != ' ')
			return false;
		head->time = (struct kz_str){line.ptr, 15};
		skip(&line, 16);
		return syslog_head(line, expect, head);
	}
	if (line.ptr[10] == ' ' && line.ptr[4] == '-') {
		head->format = KZ_LOGFORMAT_EXIM;
		return wanted(head, expect) && exim_head(head);
	}
	len = iso_len(line);
	if (len == 0)
		return bind_line(line, expect, head);
	head->time = (struct kz_str){line.ptr, len};
	skip(&line, len < line.len ? len + 1 : len);
	/* BIND's own file with "print-time iso8601": no host, no program. */
	if (begins(line, KZ_STR("lame-servers: "))) {
		head->format = KZ_LOGFORMAT_BIND;
		head->message = line;
		return wanted(head, expect) && message_head(head);
	}
	return syslog_head(line, expect, head);
}

bool
kz_loghead_entry(struct kz_str program, struct kz_str process,
	struct kz_str message, enum kz_logformat expect,
	struct kz_loghead *head)
{
	*head = (struct kz_loghead){.time = {"", 0},
		.program = program,
		.process = process,
		.queue = {"", 0},
		.message = message};
	head->format = format_of(&head->program);
	return wanted(head, expect) && message_head(head);
}

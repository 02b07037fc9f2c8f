/* SPDX-License-Identifier: ISC */
#include "smtp_reply_priv.h"

#include <strings.h>

/* 0: there is none. */
static unsigned
code_of(const char *line)
{
	unsigned code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(line[i] - '0');
	}
	return code;
}

static void
end_line(struct kz_smtp_reply *reply)
{
	static const char word[] = "STARTTLS";
	const char *behind = reply->line + 4 + sizeof(word) - 1;
	size_t kept = reply->len < sizeof(reply->line) - 1
		? reply->len
		: sizeof(reply->line) - 1;

	if (kept > 0 && reply->line[kept - 1] == '\r')
		kept--;
	reply->line[kept] = '\0';
	reply->code = code_of(reply->line);
	reply->done = reply->code == 0 || reply->line[3] != '-';
	reply->starttls = reply->starttls ||
		(reply->code != 0 && kept >= 4 + sizeof(word) - 1 &&
			strncasecmp(reply->line + 4, word, sizeof(word) - 1) ==
				0 &&
			(*behind == '\0' || *behind == ' '));
	reply->len = 0;
}

/* What stands behind the last line is nobody's: it came before TLS. */
void
kz_smtp_reply_take(
	struct kz_smtp_reply *reply, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len && !reply->done; i++) {
		if (octets[i] == '\n') {
			end_line(reply);
		} else {
			if (reply->len < sizeof(reply->line) - 1)
				reply->line[reply->len] = (char)octets[i];
			reply->len++;
		}
		reply->total++;
	}
}

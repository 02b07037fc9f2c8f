/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "kizuki/base/text.h"
#include "kizuki/core/decision.h"

/* What stands around HELO name and text in the line that the client reads. */
#define LINE_AROUND "450 4.7.1 <>: Helo command rejected: \r\n"
/* Paper, figure 14, to the letter. */
#define REFUSED "We don't talk to broken sites/servers."

static bool
visible(char octet)
{
	return octet > ' ' && octet <= '~';
}

const char *
kz_reply_helo(struct kz_str helo, char text[KZ_HELO_MAX + 1])
{
	size_t len = helo.len < KZ_HELO_MAX ? helo.len : KZ_HELO_MAX;

	for (size_t i = 0; i < len; i++) {
		text[i] = helo.ptr[i];
		if (!visible(text[i]) || strchr("<>\\", text[i]) != NULL)
			text[i] = '?';
	}
	text[len] = '\0';
	return text;
}

/* Octets of " See URL"; 0 where there is none that may be shown. */
static size_t
see_len(const char *url)
{
	size_t len = 0;

	if (url == NULL || url[0] == '\0')
		return 0;
	while (len < KZ_REPLY_MAX && visible(url[len]))
		len++;
	return url[len] == '\0' ? len + sizeof(" See ") - 1 : 0;
}

void
kz_reply_text(enum kz_grey_reason reason, int64_t wait_s, struct kz_str helo,
	const struct kz_name *site, const char *url, char text[KZ_REPLY_MAX])
{
	struct kz_text line = kz_text_make(text, KZ_REPLY_MAX);
	size_t helo_len = helo.len < KZ_HELO_MAX ? helo.len : KZ_HELO_MAX;
	size_t room = KZ_REPLY_MAX - (sizeof(LINE_AROUND) - 1) - helo_len;
	size_t site_len = site == NULL || site->len == 0
		? 0
		: site->len + sizeof(" ()") - 1;
	size_t url_len = see_len(url);

	if (reason == KZ_GREY_REFUSED) {
		kz_text_word(&line, REFUSED);
	} else {
		kz_text_word(&line, "Greylisted, please try again in ");
		kz_text_number(&line, wait_s < 1 ? 1 : wait_s);
		kz_text_word(&line, " seconds.");
	}
	if (line.used + site_len + url_len > room)
		url_len = 0;
	if (line.used + site_len > room)
		site_len = 0;
	if (site_len > 0) {
		kz_text_word(&line, " (");
		kz_text_put(&line, kz_name_str(site));
		kz_text_word(&line, ")");
	}
	if (url_len > 0) {
		kz_text_word(&line, " See ");
		kz_text_word(&line, url);
	}
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/webtext.h"

#include <string.h>

static int
lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

static bool
starts(struct kz_str text, const char *word)
{
	size_t len = strlen(word);

	if (text.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (lower(text.ptr[i]) != word[i])
			return false;
	}
	return true;
}

static struct kz_str
skip(struct kz_str text, size_t len)
{
	return (struct kz_str){text.ptr + len, text.len - len};
}

/* The text from the next place on where word stands; empty: nowhere. */
static struct kz_str
seek(struct kz_str text, const char *word)
{
	while (text.len > 0 && !starts(text, word))
		text = skip(text, 1);
	return text;
}

void
kz_webtext_title(struct kz_str page, char title[KZ_WEBTEXT_TITLE + 1])
{
	struct kz_str text = seek(page, "<title");
	size_t len = 0;
	bool gap = false;

	while (text.len > 0 && text.ptr[0] != '>')
		text = skip(text, 1);
	if (text.len > 0)
		text = skip(text, 1);
	for (; text.len > 0 && text.ptr[0] != '<' && len < KZ_WEBTEXT_TITLE;
		text = skip(text, 1)) {
		if (text.ptr[0] <= ' ' || text.ptr[0] >= 127) {
			gap = len > 0;
			continue;
		}
		if (gap && len + 1 < KZ_WEBTEXT_TITLE)
			title[len++] = ' ';
		gap = false;
		title[len++] = text.ptr[0];
	}
	title[len] = '\0';
}

struct kz_name
kz_webtext_host(struct kz_str url)
{
	struct kz_name host = {0};
	size_t len = 0;

	if (starts(url, "https:"))
		url = skip(url, 6);
	else if (starts(url, "http:"))
		url = skip(url, 5);
	if (!starts(url, "//"))
		return host;
	url = skip(url, 2);
	while (len < url.len && strchr("/:?#\"' <>", url.ptr[len]) == NULL)
		len++;
	if (kz_name_parse((struct kz_str){url.ptr, len}, &host) != KZ_OK)
		host = (struct kz_name){0};
	return host;
}

static bool
listed(const struct kz_name *list, size_t count, const struct kz_name *name)
{
	for (size_t i = 0; i < count; i++) {
		if (kz_name_equal(&list[i], name))
			return true;
	}
	return false;
}

size_t
kz_webtext_links(struct kz_str page, const struct kz_name *site,
	struct kz_name *list, size_t max)
{
	size_t count = 0;

	for (page = seek(page, "href="); page.len > 0 && count < max;
		page = seek(page, "href=")) {
		struct kz_name host;

		page = skip(page, 5);
		if (page.len > 0 && (page.ptr[0] == '"' || page.ptr[0] == '\''))
			page = skip(page, 1);
		host = kz_webtext_host(page);
		if (host.len > 0 && kz_name_within(&host, site) &&
			!listed(list, count, &host))
			list[count++] = host;
	}
	return count;
}

static struct kz_str
trim(struct kz_str text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = skip(text, 1);
	while (text.len > 0 && text.ptr[text.len - 1] <= ' ' &&
		text.ptr[text.len - 1] >= 0)
		text.len--;
	return text;
}

static struct kz_str
take_line(struct kz_str *text)
{
	const char *end = memchr(text->ptr, '\n', text->len);
	struct kz_str line = *text;

	if (end != NULL)
		line.len = (size_t)(end - text->ptr);
	*text = skip(*text, end != NULL ? line.len + 1 : line.len);
	return trim(line);
}

bool
kz_webtext_keeps_out(struct kz_str robots)
{
	bool ours = false, in_agents = false;

	while (robots.len > 0) {
		struct kz_str line = take_line(&robots);

		if (starts(line, "user-agent:")) {
			struct kz_str agent = trim(skip(line, 11));

			if (!in_agents)
				ours = false;
			in_agents = true;
			ours = ours || starts(agent, "*") ||
				starts(agent, "kizuki");
		} else if (starts(line, "disallow:")) {
			struct kz_str path = trim(skip(line, 9));

			in_agents = false;
			if (ours && path.len == 1 && path.ptr[0] == '/')
				return true;
		} else if (line.len > 0) {
			in_agents = false;
		}
	}
	return false;
}

/* SPDX-License-Identifier: ISC */
/*
 * webtext - the little that is read out of a web page
 *
 * What:   its title, the host names that it links to, and whether robots.txt
 *         bids visitors keep away.
 * Pure:   foreign text in, bounded values out; it is searched, not parsed.
 * Source: RFC 9309 for robots.txt.
 */
#ifndef KIZUKI_CORE_WEBTEXT_H
#define KIZUKI_CORE_WEBTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "kizuki/base/name.h"
#include "kizuki/base/str.h"

#define KZ_WEBTEXT_TITLE 95

/* The text of the first title, printable ASCII and one blank for a row of
 * other octets; "": none. */
void kz_webtext_title(struct kz_str page, char title[KZ_WEBTEXT_TITLE + 1]);

/* Host names below a site in links of the page, each once. */
size_t kz_webtext_links(struct kz_str page, const struct kz_name *site,
	struct kz_name *list, size_t max);

/* The host of "https://host/path"; the root: none. */
struct kz_name kz_webtext_host(struct kz_str url);

/* Whether robots.txt keeps everybody, or us, from the front page. */
bool kz_webtext_keeps_out(struct kz_str robots);

#endif

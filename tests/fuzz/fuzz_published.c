/* SPDX-License-Identifier: ISC */
/*
 * What a site publishes in words: SPF and DMARC records, an MTA-STS policy, a
 * web page, robots.txt.  Lines are the records of one name each; whatever is
 * read must be bounded, and what is shown printable ASCII.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/policytext.h"
#include "kizuki/core/spfcheck.h"
#include "kizuki/core/webtext.h"

#define RECORDS 16
#define LINKS   8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kz_name site = {10, "example.jp"};

static size_t
split(struct kz_str bytes, struct kz_str *records)
{
	size_t count = 0;

	while (count < RECORDS && bytes.len > 0) {
		const char *end = memchr(bytes.ptr, '\n', bytes.len);
		size_t len =
			end == NULL ? bytes.len : (size_t)(end - bytes.ptr);

		records[count++] = (struct kz_str){bytes.ptr, len};
		bytes.ptr += end == NULL ? len : len + 1;
		bytes.len -= end == NULL ? len : len + 1;
	}
	return count;
}

/* Each name that is wanted gets the next record; it ends by itself. */
static void
read_spf(const struct kz_str *records, size_t count)
{
	static struct kz_spfcheck check;
	struct kz_name name;
	size_t asked = 0;

	kz_spfcheck_begin(&check, &site);
	while (kz_spfcheck_next(&check, &name)) {
		if (asked > KZ_SPFCHECK_TERMS + 1)
			abort();
		kz_spfcheck_answer(&check, asked >= count,
			&records[asked % RECORDS], asked < count ? 1 : 0);
		asked++;
	}
	(void)kz_spfcheck_allows_all(&check);
}

static void
read_policies(struct kz_str bytes, const struct kz_str *records, size_t count)
{
	static struct kz_dmarc dmarc;
	static struct kz_sts sts;

	kz_dmarc_read(records, count, &dmarc);
	if (dmarc.report_count > KZ_DMARC_REPORTS)
		abort();
	(void)kz_sts_announced(records, count);
	kz_sts_read(bytes, &sts);
	if (sts.count > KZ_STS_PATTERNS)
		abort();
	(void)kz_sts_allows(&sts, &site);
}

static void
read_page(struct kz_str bytes)
{
	char title[KZ_WEBTEXT_TITLE + 1];
	struct kz_name links[LINKS];
	size_t count;

	kz_webtext_title(bytes, title);
	for (size_t i = 0; title[i] != '\0'; i++)
		if (i > KZ_WEBTEXT_TITLE || title[i] < ' ' || title[i] > '~')
			abort();
	count = kz_webtext_links(bytes, &site, links, LINKS);
	if (count > LINKS)
		abort();
	for (size_t i = 0; i < count; i++)
		if (!kz_name_within(&links[i], &site))
			abort();
	(void)kz_webtext_host(bytes);
	(void)kz_webtext_keeps_out(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kz_str bytes = {(const char *)data, size};
	struct kz_str records[RECORDS] = {{"", 0}};
	size_t count = split(bytes, records);

	read_spf(records, count);
	read_policies(bytes, records, count);
	read_page(bytes);
	return 0;
}

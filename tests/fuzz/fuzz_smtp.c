/* SPDX-License-Identifier: ISC */
/*
 * What a mail server says: the greeting and a reply to EHLO come to the same
 * however they are cut into pieces, and what is kept of them is bounded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../modules/io/smtp_banner_priv.h"
#include "../../modules/io/smtp_reply_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_banner(const uint8_t *octets, size_t len, size_t cut)
{
	struct kz_smtp_banner whole = {0}, pieces = {0};

	kz_smtp_banner_take(&whole, octets, len);
	kz_smtp_banner_take(&pieces, octets, cut);
	kz_smtp_banner_take(&pieces, octets + cut, len - cut);
	if (whole.state != pieces.state || whole.code != pieces.code ||
		whole.total != pieces.total || whole.line != pieces.line)
		abort();
	if (whole.code > 999 || whole.total > len ||
		whole.total > KZ_SMTP_BANNER_MAX)
		abort();
	if (whole.state == KZ_SMTP_START && whole.line > KZ_SMTP_LINE_MAX)
		abort();
	if ((whole.state == KZ_SMTP_GREETED || whole.state == KZ_SMTP_MORE) &&
		memchr(octets, '\n', len) == NULL)
		abort();
}

static void
check_reply(const uint8_t *octets, size_t len, size_t cut)
{
	struct kz_smtp_reply whole = {0}, pieces = {0};

	kz_smtp_reply_take(&whole, octets, len);
	kz_smtp_reply_take(&pieces, octets, cut);
	kz_smtp_reply_take(&pieces, octets + cut, len - cut);
	if (whole.code != pieces.code || whole.done != pieces.done ||
		whole.starttls != pieces.starttls ||
		whole.total != pieces.total)
		abort();
	if (whole.code > 999 || whole.total > len || whole.len > whole.total)
		abort();
	/* The last line ends, and all but it said that they go on. */
	if (whole.done && octets[whole.total - 1] != '\n')
		abort();
	if (whole.starttls && whole.total < sizeof("250 STARTTLS\n") - 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut;

	if (size < 2)
		return 0;
	/* The first octet says where the rest is cut. */
	cut = data[0] % size;
	data++;
	size--;
	if (cut > size)
		cut = size;
	check_banner(data, size, cut);
	check_reply(data, size, cut);
	return 0;
}

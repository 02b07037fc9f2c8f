/* SPDX-License-Identifier: ISC */
#include "smtp_banner_priv.h"

#include <stdbool.h>

#define CODE_DIGITS 3

/* Only the first line is judged; later ones are read to find the last. */
static void
end_line(struct kz_smtp_banner *banner)
{
	bool coded = banner->digits == CODE_DIGITS;

	if (banner->state == KZ_SMTP_START && !coded)
		banner->state = KZ_SMTP_NOISE;
	else if (coded && banner->behind != '-')
		banner->state = KZ_SMTP_GREETED;
	else
		banner->state = KZ_SMTP_MORE;
	banner->line = 0;
	banner->digits = 0;
	banner->behind = '\0';
}

static void
take_octet(struct kz_smtp_banner *banner, uint8_t octet)
{
	bool digit = octet >= '0' && octet <= '9';

	if (octet == '\n') {
		end_line(banner);
		return;
	}
	if (banner->line == CODE_DIGITS)
		banner->behind = (char)octet;
	if (banner->line < CODE_DIGITS && digit)
		banner->digits++;
	if (banner->line++ < CODE_DIGITS && banner->state == KZ_SMTP_START) {
		if (digit)
			banner->code =
				(uint16_t)(banner->code * 10 + octet - '0');
		else
			banner->state = KZ_SMTP_NOISE;
	}
	if (banner->state == KZ_SMTP_START && banner->line > KZ_SMTP_LINE_MAX)
		banner->state = KZ_SMTP_NOISE;
}

void
kz_smtp_banner_take(
	struct kz_smtp_banner *banner, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (banner->state != KZ_SMTP_START &&
			banner->state != KZ_SMTP_MORE)
			return;
		take_octet(banner, octets[i]);
		if (++banner->total >= KZ_SMTP_BANNER_MAX &&
			banner->state == KZ_SMTP_MORE)
			banner->state = KZ_SMTP_ENDLESS;
	}
}

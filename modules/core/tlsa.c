/* SPDX-License-Identifier: ISC */
#include "kizuki/core/tlsa.h"

#include <string.h>

static bool
fits(const struct kz_tlsa *record, const struct kz_tls_cert *cert)
{
	if (record->type == KZ_TLSA_SHA256)
		return memcmp(record->digest, cert->sha256[record->selector],
			       KZ_TLSA_SHA256_LEN) == 0;
	return memcmp(record->digest, cert->sha512[record->selector],
		       KZ_TLSA_SHA512_LEN) == 0;
}

static enum kz_tlsa_fit
match_issuer(const struct kz_tlsa *record, const struct kz_tls_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (!fits(record, &chain->certs[i]))
			continue;
		/* A stranger beside the chain vouches for nobody. */
		return i <= chain->links && chain->named ? KZ_TLSA_ISSUER
							 : KZ_TLSA_UNSURE;
	}
	/*
	 * A record that holds the authority itself spares the server to send
	 * it: RFC 7671 section 5.2.
	 */
	return chain->cut || record->full ? KZ_TLSA_UNSURE : KZ_TLSA_NEITHER;
}

enum kz_tlsa_fit
kz_tlsa_match(const struct kz_tlsa *list, size_t count,
	const struct kz_tls_chain *chain)
{
	enum kz_tlsa_fit best = KZ_TLSA_NEITHER;

	if (count == 0 || chain->count == 0)
		return KZ_TLSA_UNSURE;
	for (size_t i = 0; i < count; i++) {
		enum kz_tlsa_fit fit = KZ_TLSA_NEITHER;

		if (list[i].usage == KZ_TLSA_DANE_TA)
			fit = match_issuer(&list[i], chain);
		else if (fits(&list[i], &chain->certs[0]))
			return KZ_TLSA_EXACT;
		if (fit == KZ_TLSA_ISSUER ||
			(fit == KZ_TLSA_UNSURE && best == KZ_TLSA_NEITHER))
			best = fit;
	}
	return best;
}

/* SPDX-License-Identifier: ISC */
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <string.h>

#include <sodium.h>

#include "dnsmsg_priv.h"

/* Usage, selector, type, data: RFC 6698 section 2.1. */
#define FIELDS 4

/* False: no mail client can use it (RFC 7672 section 3.1.3). */
static bool
usable(const ldns_rr *record, struct kz_tlsa *tlsa)
{
	const ldns_rdf *data = ldns_rr_rdf(record, 3);
	const uint8_t *octets = ldns_rdf_data(data);
	size_t len = ldns_rdf_size(data);

	memset(tlsa, 0, sizeof(*tlsa));
	tlsa->usage = ldns_rdf2native_int8(ldns_rr_rdf(record, 0));
	tlsa->selector = ldns_rdf2native_int8(ldns_rr_rdf(record, 1));
	tlsa->type = ldns_rdf2native_int8(ldns_rr_rdf(record, 2));
	if ((tlsa->usage != KZ_TLSA_DANE_TA &&
		    tlsa->usage != KZ_TLSA_DANE_EE) ||
		tlsa->selector >= KZ_TLSA_SELECTORS || len == 0)
		return false;
	switch (tlsa->type) {
	case KZ_TLSA_FULL:
		tlsa->full = true;
		tlsa->type = KZ_TLSA_SHA256;
		return crypto_hash_sha256(tlsa->digest, octets, len) == 0;
	case KZ_TLSA_SHA256:
	case KZ_TLSA_SHA512:
		if (len !=
			(tlsa->type == KZ_TLSA_SHA256 ? KZ_TLSA_SHA256_LEN
						      : KZ_TLSA_SHA512_LEN))
			return false;
		memcpy(tlsa->digest, octets, len);
		return true;
	default:
		return false;
	}
}

size_t
kz_dnsmsg_tlsa(const struct kz_dnsmsg *message, struct kz_tlsa *list,
	size_t max, bool *cut)
{
	const ldns_rr *record;
	size_t count = 0;

	*cut = false;
	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		struct kz_tlsa tlsa;

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_TLSA, NULL) ||
			ldns_rr_rd_count(record) < FIELDS ||
			!usable(record, &tlsa))
			continue;
		if (count == max)
			*cut = true;
		else
			list[count++] = tlsa;
	}
	return count;
}

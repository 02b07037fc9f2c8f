/* SPDX-License-Identifier: ISC */
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <string.h>

#include "dnsmsg_priv.h"

/* What any validator of these days can check: RFC 8624 section 3. */
static bool
known_algorithm(uint8_t algorithm)
{
	switch (algorithm) {
	case LDNS_RSASHA1:
	case LDNS_RSASHA1_NSEC3:
	case LDNS_RSASHA256:
	case LDNS_RSASHA512:
	case LDNS_ECDSAP256SHA256:
	case LDNS_ECDSAP384SHA384:
	case LDNS_ED25519:
	case LDNS_ED448:
		return true;
	default:
		return false;
	}
}

static bool
known_digest(uint8_t digest)
{
	return digest == LDNS_SHA1 || digest == LDNS_SHA256 ||
		digest == LDNS_SHA384;
}

size_t
kz_dnsmsg_ds(const struct kz_dnsmsg *message, const struct kz_name *owner,
	struct kz_dns_ds *list, size_t max, bool *cut)
{
	const ldns_rr *record;
	size_t count = 0;

	*cut = false;
	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		const ldns_rdf *digest;
		struct kz_dns_ds ds;

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_DS, owner) ||
			ldns_rr_rd_count(record) < 4)
			continue;
		ds.tag = ldns_rdf2native_int16(ldns_rr_rdf(record, 0));
		ds.algorithm = ldns_rdf2native_int8(ldns_rr_rdf(record, 1));
		ds.digest_type = ldns_rdf2native_int8(ldns_rr_rdf(record, 2));
		digest = ldns_rr_rdf(record, 3);
		if (!known_algorithm(ds.algorithm) ||
			!known_digest(ds.digest_type))
			continue;
		if (count == max || ldns_rdf_size(digest) > sizeof(ds.digest)) {
			*cut = true;
			continue;
		}
		ds.digest_len = (uint8_t)ldns_rdf_size(digest);
		memcpy(ds.digest, ldns_rdf_data(digest), ds.digest_len);
		list[count++] = ds;
	}
	return count;
}

static bool
is_key_of(const ldns_rr *key, const struct kz_dns_ds *ds)
{
	ldns_rr *made = ldns_key_rr2ds(key, (ldns_hash)ds->digest_type);
	const ldns_rdf *digest;
	bool same;

	if (made == NULL)
		return false;
	digest = ldns_rr_rdf(made, 3);
	same = digest != NULL &&
		ldns_rdf2native_int8(ldns_rr_rdf(made, 1)) == ds->algorithm &&
		ldns_rdf_size(digest) == ds->digest_len &&
		memcmp(ldns_rdf_data(digest), ds->digest, ds->digest_len) == 0;
	ldns_rr_free(made);
	return same;
}

bool
kz_dnsmsg_has_key(const struct kz_dnsmsg *message, const struct kz_name *owner,
	const struct kz_dns_ds *list, size_t count)
{
	const ldns_rr *record;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_DNSKEY, owner) ||
			ldns_rr_rd_count(record) < 4)
			continue;
		for (size_t d = 0; d < count; d++) {
			if (is_key_of(record, &list[d]))
				return true;
		}
	}
	return false;
}

/* RFC 4034 section 3.1.5: moments are serial numbers around the present. */
static int64_t
moment(uint32_t wire, int64_t now_s)
{
	return now_s + (int32_t)(wire - (uint32_t)now_s);
}

bool
kz_dnsmsg_signed(const struct kz_dnsmsg *message, const struct kz_name *owner,
	uint16_t rrtype, int64_t now_s, int64_t *until_s)
{
	const ldns_rr *record;
	bool any = false;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		int64_t end_s;

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_RRSIG, owner) ||
			ldns_rr_rd_count(record) < 9 ||
			ldns_rdf2native_int16(ldns_rr_rdf(record, 0)) != rrtype)
			continue;
		end_s = moment(
			ldns_rdf2native_int32(ldns_rr_rdf(record, 4)), now_s);
		if (!any || end_s > *until_s)
			*until_s = end_s;
		any = true;
	}
	return any;
}

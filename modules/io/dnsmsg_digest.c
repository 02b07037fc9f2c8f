/* SPDX-License-Identifier: ISC */
#include "dnsmsg_priv.h"

/* FNV-1a; a collision only lets two different answers pass for one. */
static uint64_t
hash_octets(uint64_t hash, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t
hash_record(const ldns_rr *record)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < ldns_rr_rd_count(record); i++) {
		ldns_rdf *copy = ldns_rdf_clone(ldns_rr_rdf(record, i));

		if (copy == NULL)
			return 0;
		/* Servers differ in the case of names, and mean the same. */
		if (ldns_rdf_get_type(copy) == LDNS_RDF_TYPE_DNAME)
			ldns_dname2canonical(copy);
		hash = hash_octets(
			hash, ldns_rdf_data(copy), ldns_rdf_size(copy));
		ldns_rdf_deep_free(copy);
	}
	return hash;
}

uint64_t
kz_dnsmsg_digest(const struct kz_dnsmsg *message, uint16_t rrtype)
{
	const ldns_rr *record;
	uint64_t sum = 0;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		if (kz_dnsmsg_fits(record, (ldns_rr_type)rrtype, NULL))
			sum += hash_record(record);
	}
	return sum;
}

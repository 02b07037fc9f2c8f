/* SPDX-License-Identifier: ISC */
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <string.h>

#include "dnsmsg_priv.h"

/* The strings of one record in one; false: no room. */
static bool
join(const ldns_rr *record, char *buffer, size_t room, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < ldns_rr_rd_count(record); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(record, i);
		const uint8_t *wire = ldns_rdf_data(rdf);
		size_t size = ldns_rdf_size(rdf);

		/* A length octet stands first: RFC 1035 section 3.3. */
		if (size == 0 || wire[0] != size - 1)
			return false;
		if (*len + size - 1 > room)
			return false;
		memcpy(buffer + *len, wire + 1, size - 1);
		*len += size - 1;
	}
	return true;
}

size_t
kz_dnsmsg_txt(const struct kz_dnsmsg *message, struct kz_dns_txt *txt)
{
	const ldns_rr *record;
	size_t used = 0;

	txt->cut = false;
	txt->count = 0;
	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		size_t len;

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_TXT, NULL))
			continue;
		if (txt->count == KZ_DNS_TXTS ||
			!join(record, txt->buffer + used,
				sizeof(txt->buffer) - used, &len)) {
			txt->cut = true;
			continue;
		}
		txt->records[txt->count++] =
			(struct kz_str){txt->buffer + used, len};
		used += len;
	}
	return txt->count;
}

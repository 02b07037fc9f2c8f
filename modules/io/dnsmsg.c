/* SPDX-License-Identifier: ISC */
#include "kizuki/io/dnsmsg.h"

#include <stdlib.h>
#include <string.h>

#include "dnsmsg_priv.h"

/* A chain is followed this far (kizuki's docs/DESIGN.md, Probing). */
#define CHAIN_MAX 8

static size_t
count_at(const uint8_t *packet, size_t offset)
{
	return (size_t)packet[offset] << 8 | packet[offset + 1];
}

/* The next record of the packet into a list, or away where that is NULL. */
static ldns_status
take_record(ldns_rr_list *list, const uint8_t *packet, size_t len, size_t *at,
	ldns_pkt_section section)
{
	ldns_rr *record = NULL;
	ldns_status status = ldns_wire2rr(&record, packet, len, at, section);

	if (status != LDNS_STATUS_OK)
		return status;
	if (list == NULL) {
		ldns_rr_free(record);
	} else if (!ldns_rr_list_push_rr(list, record)) {
		ldns_rr_free(record);
		return LDNS_STATUS_MEM_ERR;
	}
	return LDNS_STATUS_OK;
}

/*
 * Record by record: ldns_wire2pkt of 1.8.3 loses the memory of all TSIG
 * records but the last, and a server may send thousands.
 */
static ldns_status
take_records(struct kz_dnsmsg *message, const uint8_t *packet, size_t len)
{
	static const ldns_pkt_section names[KZ_DNSMSG_SECTIONS] = {
		LDNS_SECTION_ANSWER, LDNS_SECTION_AUTHORITY,
		LDNS_SECTION_ADDITIONAL};
	size_t questions = count_at(packet, 4); /* QDCOUNT */
	size_t at = LDNS_HEADER_SIZE;
	ldns_status status = LDNS_STATUS_OK;

	for (size_t i = 0; status == LDNS_STATUS_OK && i < questions; i++)
		status = take_record(
			NULL, packet, len, &at, LDNS_SECTION_QUESTION);
	for (size_t i = 0; i < KZ_DNSMSG_SECTIONS; i++) {
		size_t count = count_at(packet, 6 + 2 * i); /* ANCOUNT ... */

		message->sections[i] = ldns_rr_list_new();
		if (message->sections[i] == NULL)
			return LDNS_STATUS_MEM_ERR;
		for (size_t j = 0; status == LDNS_STATUS_OK && j < count; j++)
			status = take_record(message->sections[i], packet, len,
				&at, names[i]);
	}
	return status;
}

enum kz_result
kz_dnsmsg_parse(const uint8_t *packet, size_t len, struct kz_dnsmsg **message)
{
	struct kz_dnsmsg *parsed;
	ldns_status status;

	if (packet == NULL || len < LDNS_HEADER_SIZE ||
		len > LDNS_MAX_PACKETLEN)
		return KZ_EFORMAT;
	parsed = calloc(1, sizeof(*parsed));
	if (parsed == NULL)
		return KZ_ENOMEM;
	status = take_records(parsed, packet, len);
	if (status != LDNS_STATUS_OK) {
		kz_dnsmsg_free(&parsed);
		return status == LDNS_STATUS_MEM_ERR ? KZ_ENOMEM : KZ_EFORMAT;
	}
	*message = parsed;
	return KZ_OK;
}

void
kz_dnsmsg_free(struct kz_dnsmsg **message)
{
	if (*message == NULL)
		return;
	for (size_t i = 0; i < KZ_DNSMSG_SECTIONS; i++)
		ldns_rr_list_deep_free((*message)->sections[i]);
	free(*message);
	*message = NULL;
}

const ldns_rr *
kz_dnsmsg_record(
	const struct kz_dnsmsg *message, enum kz_dns_section section, size_t i)
{
	const ldns_rr_list *records = message->sections[section];

	return i < ldns_rr_list_rr_count(records) ? ldns_rr_list_rr(records, i)
						  : NULL;
}

bool
kz_dnsmsg_name(const ldns_rdf *rdf, size_t skip, struct kz_name *name)
{
	const uint8_t *wire;
	char text[LDNS_MAX_DOMAINLEN + 1];
	size_t size;
	size_t used = 0;

	memset(name, 0, sizeof(*name));
	if (rdf == NULL || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME)
		return false;
	wire = ldns_rdf_data(rdf);
	size = ldns_rdf_size(rdf);
	if (size == 1 && wire[0] == 0)
		return true;
	for (size_t at = 0; at < size && wire[at] != 0;) {
		size_t label = wire[at++];

		if (skip > 0 && label <= size - at) {
			skip--;
			at += label;
			continue;
		}
		if (label > size - at || used + label + 1 > sizeof(text) ||
			memchr(wire + at, '.', label) != NULL)
			return false;
		memcpy(text + used, wire + at, label);
		used += label;
		text[used++] = '.';
		at += label;
	}
	return kz_name_parse((struct kz_str){text, used}, name) == KZ_OK;
}

bool
kz_dnsmsg_fits(
	const ldns_rr *record, ldns_rr_type type, const struct kz_name *owner)
{
	struct kz_name name;

	if (ldns_rr_get_type(record) != type ||
		ldns_rr_get_class(record) != LDNS_RR_CLASS_IN)
		return false;
	return owner == NULL ||
		(kz_dnsmsg_name(ldns_rr_owner(record), 0, &name) &&
			kz_name_equal(&name, owner));
}

/* False where the record has no such field: ldns keeps rdata of length 0. */
static bool
has_fields(const ldns_rr *record, size_t count)
{
	return ldns_rr_rd_count(record) >= count;
}

static uint32_t
number_at(const ldns_rr *record, size_t field)
{
	return ldns_rdf2native_int32(ldns_rr_rdf(record, field));
}

enum kz_result
kz_dnsmsg_soa(const struct kz_dnsmsg *message, enum kz_dns_section section,
	struct kz_dns_soa *soa)
{
	const ldns_rr *record;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, section, i)) != NULL; i++) {
		struct kz_dns_soa found = {0};

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_SOA, NULL) ||
			!has_fields(record, 7) ||
			!kz_dnsmsg_name(ldns_rr_owner(record), 0, &found.owner))
			continue;
		found.mname_odd = !kz_dnsmsg_name(
			ldns_rr_rdf(record, 0), 0, &found.mname);
		found.rname_odd = !kz_dnsmsg_name(
			ldns_rr_rdf(record, 1), 0, &found.rname);
		/* What is no name leaves the root: nowhere to write to. */
		(void)kz_dnsmsg_name(
			ldns_rr_rdf(record, 1), 1, &found.rname_domain);
		found.serial = number_at(record, 2);
		found.refresh_s = number_at(record, 3);
		found.retry_s = number_at(record, 4);
		found.expire_s = number_at(record, 5);
		found.minimum_s = number_at(record, 6);
		found.ttl_s = ldns_rr_ttl(record);
		*soa = found;
		return KZ_OK;
	}
	return KZ_NOT_FOUND;
}

size_t
kz_dnsmsg_mx(const struct kz_dnsmsg *message, const struct kz_name *owner,
	struct kz_dns_mx *list, size_t max, bool *cut)
{
	const ldns_rr *record;
	size_t count = 0;

	*cut = false;
	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, KZ_DNS_ANSWER, i)) != NULL;
		i++) {
		struct kz_dns_mx *mx;

		if (!kz_dnsmsg_fits(record, LDNS_RR_TYPE_MX, owner) ||
			!has_fields(record, 2))
			continue;
		if (count == max) {
			*cut = true;
			break;
		}
		mx = &list[count++];
		mx->preference = ldns_rdf2native_int16(ldns_rr_rdf(record, 0));
		mx->host_odd =
			!kz_dnsmsg_name(ldns_rr_rdf(record, 1), 0, &mx->host);
		kz_dnsmsg_literal(ldns_rr_rdf(record, 1), mx->literal);
		mx->ttl_s = ldns_rr_ttl(record);
	}
	return count;
}

/* The names that records of one type of one owner point to. */
static size_t
targets(const struct kz_dnsmsg *message, enum kz_dns_section section,
	ldns_rr_type type, const struct kz_name *owner, struct kz_name *list,
	size_t max)
{
	const ldns_rr *record;
	size_t count = 0;

	for (size_t i = 0; count < max &&
		(record = kz_dnsmsg_record(message, section, i)) != NULL;
		i++)
		if (kz_dnsmsg_fits(record, type, owner) &&
			has_fields(record, 1) &&
			kz_dnsmsg_name(ldns_rr_rdf(record, 0), 0, &list[count]))
			count++;
	return count;
}

/* How many records targets() would have had to give back. */
static size_t
record_count(const struct kz_dnsmsg *message, enum kz_dns_section section,
	ldns_rr_type type, const struct kz_name *owner)
{
	const ldns_rr *record;
	size_t count = 0;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, section, i)) != NULL; i++)
		if (kz_dnsmsg_fits(record, type, owner))
			count++;
	return count;
}

size_t
kz_dnsmsg_ns(const struct kz_dnsmsg *message, enum kz_dns_section section,
	const struct kz_name *owner, struct kz_name *list, size_t max,
	bool *cut)
{
	size_t count =
		targets(message, section, LDNS_RR_TYPE_NS, owner, list, max);

	*cut = count != record_count(message, section, LDNS_RR_TYPE_NS, owner);
	return count;
}

bool
kz_dnsmsg_cname(const struct kz_dnsmsg *message, const struct kz_name *owner,
	struct kz_name *target)
{
	struct kz_name found;

	if (targets(message, KZ_DNS_ANSWER, LDNS_RR_TYPE_CNAME, owner, &found,
		    1) == 0)
		return false;
	*target = found;
	return true;
}

/*
 * Where the chain of owner ends.  *cut: it is longer than CHAIN_MAX, a loop,
 * or leads to a name that is none.
 */
static struct kz_name
chain_end(
	const struct kz_dnsmsg *message, const struct kz_name *owner, bool *cut)
{
	struct kz_name end = *owner;
	struct kz_name next;

	for (size_t step = 0; step < CHAIN_MAX; step++) {
		if (!kz_dnsmsg_cname(message, &end, &next)) {
			*cut = record_count(message, KZ_DNS_ANSWER,
				       LDNS_RR_TYPE_CNAME, &end) != 0;
			return end;
		}
		end = next;
	}
	*cut = kz_dnsmsg_cname(message, &end, &next);
	return end;
}

size_t
kz_dnsmsg_addrs(const struct kz_dnsmsg *message, enum kz_dns_section section,
	const struct kz_name *owner, struct kz_addr *list, size_t max,
	bool *cut)
{
	const ldns_rr *record;
	struct kz_name end = chain_end(message, owner, cut);
	size_t count = 0;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, section, i)) != NULL; i++) {
		const ldns_rdf *rdf;

		if ((!kz_dnsmsg_fits(record, LDNS_RR_TYPE_A, &end) &&
			    !kz_dnsmsg_fits(record, LDNS_RR_TYPE_AAAA, &end)) ||
			!has_fields(record, 1))
			continue;
		if (count == max) {
			*cut = true;
			break;
		}
		rdf = ldns_rr_rdf(record, 0);
		if (kz_addr_from_bytes(ldns_rdf_data(rdf), ldns_rdf_size(rdf),
			    &list[count]) == KZ_OK)
			count++;
		else
			*cut = true;
	}
	return count;
}

size_t
kz_dnsmsg_ptr(const struct kz_dnsmsg *message, const struct kz_name *owner,
	struct kz_name *list, size_t max, bool *cut)
{
	struct kz_name end = chain_end(message, owner, cut);
	size_t count = targets(
		message, KZ_DNS_ANSWER, LDNS_RR_TYPE_PTR, &end, list, max);

	if (count !=
		record_count(message, KZ_DNS_ANSWER, LDNS_RR_TYPE_PTR, &end))
		*cut = true;
	return count;
}

bool
kz_dnsmsg_has(const struct kz_dnsmsg *message, enum kz_dns_section section,
	uint16_t rrtype)
{
	return record_count(message, section, (ldns_rr_type)rrtype, NULL) != 0;
}

enum kz_result
kz_dnsmsg_ns_owner(const struct kz_dnsmsg *message, enum kz_dns_section section,
	struct kz_name *owner)
{
	const ldns_rr *record;
	struct kz_name found;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, section, i)) != NULL; i++)
		if (kz_dnsmsg_fits(record, LDNS_RR_TYPE_NS, NULL) &&
			kz_dnsmsg_name(ldns_rr_owner(record), 0, &found)) {
			*owner = found;
			return KZ_OK;
		}
	return KZ_NOT_FOUND;
}

uint32_t
kz_dnsmsg_ttl(const struct kz_dnsmsg *message, enum kz_dns_section section)
{
	const ldns_rr *record;
	uint32_t least = 0;

	for (size_t i = 0;
		(record = kz_dnsmsg_record(message, section, i)) != NULL; i++) {
		if (i == 0 || ldns_rr_ttl(record) < least)
			least = ldns_rr_ttl(record);
	}
	return least;
}

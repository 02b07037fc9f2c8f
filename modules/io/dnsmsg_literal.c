/* SPDX-License-Identifier: ISC */
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <string.h>
#include <strings.h>

#include "dnsmsg_priv.h"

#include "kizuki/base/text.h"

/* The labels with dots between them; 0: too long for an address. */
static size_t
join_labels(const ldns_rdf *rdf, char *text, size_t room)
{
	const uint8_t *wire = ldns_rdf_data(rdf);
	size_t size = ldns_rdf_size(rdf);
	size_t used = 0;

	for (size_t at = 0; at < size && wire[at] != 0;) {
		size_t label = wire[at++];

		if (label > size - at || used + label + 1 > room)
			return 0;
		if (used > 0)
			text[used++] = '.';
		memcpy(text + used, wire + at, label);
		used += label;
		at += label;
	}
	return used;
}

void
kz_dnsmsg_literal(const ldns_rdf *rdf, char literal[KZ_DNS_LITERAL_SIZE])
{
	/* RFC 5321 section 4.1.3. */
	static const char tag[] = "IPv6:";
	char text[KZ_DNS_LITERAL_SIZE + sizeof(tag)];
	char plain[KZ_ADDR_TEXT_SIZE];
	struct kz_text out = kz_text_make(literal, KZ_DNS_LITERAL_SIZE);
	struct kz_str inner;
	struct kz_addr addr;
	size_t used;

	if (rdf == NULL || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME)
		return;
	used = join_labels(rdf, text, sizeof(text));
	if (used < 3 || text[0] != '[' || text[used - 1] != ']')
		return;
	inner = (struct kz_str){text + 1, used - 2};
	if (inner.len > sizeof(tag) - 1 &&
		strncasecmp(inner.ptr, tag, sizeof(tag) - 1) == 0) {
		inner.ptr += sizeof(tag) - 1;
		inner.len -= sizeof(tag) - 1;
	}
	if (kz_addr_parse(inner, &addr) != KZ_OK)
		return;
	kz_text_word(&out, "[");
	kz_text_word(&out, kz_addr_format(&addr, plain));
	kz_text_word(&out, "]");
}

/* SPDX-License-Identifier: ISC */
/*
 * tlsa - does a mail server show what its TLSA records promise?
 *
 * What:   certificates come as digests of the whole and of their keys, TLSA
 *         records as what they hold; records that a mail client cannot use
 *         (PKIX-TA, PKIX-EE, unknown selectors and digests) never get here.
 * Pure:   values in, a word out.
 * Source: RFC 6698 section 2.1, RFC 7671 section 5, RFC 7672 section 3.1.
 */
#ifndef KIZUKI_CORE_TLSA_H
#define KIZUKI_CORE_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KZ_TLS_CERTS 6 /* of one chain; a real one has two to four */
#define KZ_TLSA_MAX  8 /* records of one host; key rolls need four */

/* RFC 7218: the fields by their names. */
enum { KZ_TLSA_DANE_TA = 2, KZ_TLSA_DANE_EE = 3 };
enum { KZ_TLSA_CERT, KZ_TLSA_KEY, KZ_TLSA_SELECTORS };
enum { KZ_TLSA_FULL, KZ_TLSA_SHA256, KZ_TLSA_SHA512 };

#define KZ_TLSA_SHA256_LEN 32
#define KZ_TLSA_SHA512_LEN 64

struct kz_tlsa {
	uint8_t usage;    /* DANE_TA or DANE_EE */
	uint8_t selector; /* CERT or KEY */
	uint8_t type;     /* SHA256 or SHA512 */
	bool full; /* it held the whole; the digest below was made of it */
	uint8_t digest[KZ_TLSA_SHA512_LEN];
};

/* By selector: of the certificate, and of its public key. */
struct kz_tls_cert {
	uint8_t sha256[KZ_TLSA_SELECTORS][KZ_TLSA_SHA256_LEN];
	uint8_t sha512[KZ_TLSA_SELECTORS][KZ_TLSA_SHA512_LEN];
};

/* What a server shows; the server's own certificate stands first. */
struct kz_tls_chain {
	size_t count; /* at least 1 */
	size_t links; /* so many from the first on are signed by the next */
	bool cut;     /* it has more certificates than are kept */
	bool named;   /* the first is for the name that was asked for */
	int64_t from_s, until_s; /* of the first */
	struct kz_tls_cert certs[KZ_TLS_CERTS];
};

enum kz_tlsa_fit {
	KZ_TLSA_UNSURE,  /* not to be told from what is known */
	KZ_TLSA_NEITHER, /* no record fits any certificate */
	KZ_TLSA_ISSUER,  /* DANE-TA: an authority of the chain */
	KZ_TLSA_EXACT    /* DANE-EE: whatever its dates and names say */
};

/* The TLSA records of a host's port 25, by the resolver's word. */
struct kz_tlsa_seen {
	bool known;   /* looked up, or proven not to exist */
	bool present; /* there are any */
	bool secure;  /* validated: others are nobody's promise */
	bool cut;     /* there are more than are kept */
	size_t usable;
	uint32_t ttl_s;
	int64_t when_s;
};

/* What came of asking an address for TLS. */
enum kz_tls_offer {
	KZ_TLS_UNKNOWN, /* not asked, refused, or no handshake */
	KZ_TLS_NONE,    /* the answer to EHLO does not offer it */
	KZ_TLS_SHOWN    /* certificates were shown */
};

/* Names of one address that are asked for one after another. */
#define KZ_TLS_NAMES 4

/*
 * For one host by name: another might be shown other certificates (RFC 7672
 * section 8.1), while STARTTLS is offered or not before any name is told.
 */
struct kz_tls_seen {
	uint8_t host; /* its index; 255: a host of others */
	enum kz_tls_offer offer;
	enum kz_tlsa_fit fit; /* with SHOWN, and records of that host */
	int64_t until_s;      /* with SHOWN: of the server's certificate */
	int64_t when_s;       /* of the contact */
};

/* The best that any record comes to; no record at all is UNSURE. */
enum kz_tlsa_fit kz_tlsa_match(const struct kz_tlsa *list, size_t count,
	const struct kz_tls_chain *chain);

#endif

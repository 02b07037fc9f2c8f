/* SPDX-License-Identifier: ISC */
#include "tlschain_priv.h"

#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Octets of all certificates of one handshake; a real chain has 2 to 10 K. */
#define CHAIN_MAX 65536

SSL_CTX *
kz_tlschain_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	/* timegm reads a file the first time, which a sandbox forbids. */
	tzset();
	if (context == NULL)
		return NULL;
	/* We want to see what is shown, not to be safe: nothing is said. */
	if (SSL_CTX_set_min_proto_version(context, TLS1_VERSION) != 1 ||
		SSL_CTX_set_cipher_list(context, "ALL:!aNULL:@SECLEVEL=0") !=
			1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_max_cert_list(context, CHAIN_MAX);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(context,
		SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
			SSL_OP_LEGACY_SERVER_CONNECT);
	(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	return context;
}

static bool
digest_both(const uint8_t *octets, int len, struct kz_tls_cert *cert,
	unsigned selector)
{
	return len > 0 &&
		EVP_Digest(octets, (size_t)len, cert->sha256[selector], NULL,
			EVP_sha256(), NULL) == 1 &&
		EVP_Digest(octets, (size_t)len, cert->sha512[selector], NULL,
			EVP_sha512(), NULL) == 1;
}

static bool
digest_cert(X509 *x509, struct kz_tls_cert *cert)
{
	uint8_t *whole = NULL, *key = NULL;
	int whole_len = i2d_X509(x509, &whole);
	int key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &key);
	bool done = digest_both(whole, whole_len, cert, KZ_TLSA_CERT) &&
		digest_both(key, key_len, cert, KZ_TLSA_KEY);

	OPENSSL_free(whole);
	OPENSSL_free(key);
	return done;
}

/* Seconds since 1970; 0: no moment that can be told. */
static int64_t
moment(const ASN1_TIME *when)
{
	struct tm fields;

	memset(&fields, 0, sizeof(fields));
	if (when == NULL || ASN1_TIME_to_tm(when, &fields) != 1)
		return 0;
	return timegm(&fields);
}

static bool
signed_by(X509 *x509, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return key != NULL &&
		X509_NAME_cmp(X509_get_issuer_name(x509),
			X509_get_subject_name(issuer)) == 0 &&
		X509_verify(x509, key) == 1;
}

static size_t
count_links(STACK_OF(X509) * shown, size_t count)
{
	size_t links = 0;

	while (links + 1 < count &&
		signed_by(sk_X509_value(shown, (int)links),
			sk_X509_value(shown, (int)links + 1)))
		links++;
	return links;
}

bool
kz_tlschain_read(
	SSL *ssl, const struct kz_name *host, struct kz_tls_chain *chain)
{
	STACK_OF(X509) *shown = SSL_get_peer_cert_chain(ssl);
	size_t count = shown == NULL ? 0 : (size_t)sk_X509_num(shown);
	X509 *first;

	memset(chain, 0, sizeof(*chain));
	if (count == 0)
		return false;
	chain->cut = count > KZ_TLS_CERTS;
	chain->count = chain->cut ? KZ_TLS_CERTS : count;
	for (size_t i = 0; i < chain->count; i++) {
		if (!digest_cert(
			    sk_X509_value(shown, (int)i), &chain->certs[i]))
			return false;
	}
	first = sk_X509_value(shown, 0);
	chain->links = count_links(shown, chain->count);
	chain->from_s = moment(X509_get0_notBefore(first));
	chain->until_s = moment(X509_get0_notAfter(first));
	chain->named =
		X509_check_host(first, host->text, host->len, 0, NULL) == 1;
	return chain->until_s != 0;
}

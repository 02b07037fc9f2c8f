/* SPDX-License-Identifier: ISC */
/*
 * tlschain_priv - what a server shows in a TLS handshake, as digests
 *
 * What:   OpenSSL parses the certificates; their digests, dates and order are
 *         taken from them.  Nothing is trusted and nothing verified but who
 *         signed whom.
 * Source: RFC 5280, RFC 6698 section 2.1.
 */
#ifndef KIZUKI_IO_TLSCHAIN_PRIV_H
#define KIZUKI_IO_TLSCHAIN_PRIV_H

#include <openssl/ssl.h>

#include "kizuki/base/name.h"
#include "kizuki/core/tlsa.h"

/*
 * A context of clients that take any server as it is: old versions, short
 * keys, certificates of nobody.  Opened before a sandbox closes.  NULL: no
 * memory.
 */
SSL_CTX *kz_tlschain_context(void);

/* After a handshake; false: there is no certificate that can be read. */
bool kz_tlschain_read(
	SSL *ssl, const struct kz_name *host, struct kz_tls_chain *chain);

#endif

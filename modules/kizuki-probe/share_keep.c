/* SPDX-License-Identifier: ISC */
#include "share_priv.h"

/* For how long an outcome may be used again. */
#define SMTP_ALIVE_S   86400
#define SMTP_DEAD_S    7200
#define DNS_ALIVE_S    43200
#define DNS_SILENT_S   7200
#define UNKNOWN_S      900
#define NEGATIVE_MAX_S 10800
#define TTL_MIN_S      60
static bool
dead(enum kz_reach reach)
{
	return reach == KZ_REACH_REFUSED || reach == KZ_REACH_UNREACHABLE ||
		reach == KZ_REACH_TIMEOUT;
}

/* How long an answer of a server may be used again. */
int64_t
share_keep_dns_s(enum kz_reach reach, const uint8_t *packet, size_t len)
{
	struct kz_dnsmsg *message = NULL;
	struct kz_dns_soa soa;
	int64_t keep_s = DNS_ALIVE_S;

	if (reach != KZ_REACH_ALIVE)
		return dead(reach) ? DNS_SILENT_S : UNKNOWN_S;
	if (packet == NULL || kz_dnsmsg_parse(packet, len, &message) != KZ_OK)
		return UNKNOWN_S;
	if (kz_dnsmsg_ttl(message, KZ_DNS_ANSWER) > 0) {
		keep_s = kz_dnsmsg_ttl(message, KZ_DNS_ANSWER);
	} else if (kz_dnsmsg_soa(message, KZ_DNS_AUTHORITY, &soa) == KZ_OK) {
		keep_s = soa.minimum_s < soa.ttl_s ? soa.minimum_s : soa.ttl_s;
		if (keep_s > NEGATIVE_MAX_S)
			keep_s = NEGATIVE_MAX_S;
	}
	kz_dnsmsg_free(&message);
	if (keep_s > DNS_ALIVE_S)
		keep_s = DNS_ALIVE_S;
	return keep_s < TTL_MIN_S ? TTL_MIN_S : keep_s;
}

int64_t
share_keep_smtp_s(enum kz_reach reach)
{
	if (reach == KZ_REACH_ALIVE)
		return SMTP_ALIVE_S;
	return dead(reach) ? SMTP_DEAD_S : UNKNOWN_S;
}

/* SPDX-License-Identifier: ISC */
#include "kizuki/core/netclass.h"

#include <stddef.h>

#include "match_priv.h"

/* What one organisation's line usually carries. */
#define PLACE_V4_PREFIX 24
#define PLACE_V6_PREFIX 48

#define TEXT_ROW(name, text) text,
static const char *const netclass_texts[KZ_NETCLASS_COUNT] = {
	KZ_NETCLASS_LIST(TEXT_ROW)};
static const char *const reach_texts[KZ_REACH_COUNT] = {
	KZ_REACH_LIST(TEXT_ROW)};
static const char *const service_texts[KZ_SERVICE_COUNT] = {
	[KZ_SERVICE_SMTP25] = "smtp25",
	[KZ_SERVICE_DNS53UDP] = "dns53udp",
	[KZ_SERVICE_DNS53TCP] = "dns53tcp",
	[KZ_SERVICE_HTTPS443] = "https443",
};

static const char *
text_of(const char *const *texts, size_t count, unsigned number)
{
	return number < count ? texts[number] : "?";
}

/* The index of the word; count where there is none. */
static size_t
index_of(const char *const *texts, size_t count, struct kz_str text)
{
	size_t i = 0;

	while (i < count && !match_word(text, texts[i]))
		i++;
	return i;
}

const char *
kz_netclass_text(enum kz_netclass netclass)
{
	return text_of(netclass_texts, KZ_NETCLASS_COUNT, netclass);
}

const char *
kz_service_text(enum kz_service service)
{
	return text_of(service_texts, KZ_SERVICE_COUNT, service);
}

const char *
kz_reach_text(enum kz_reach reach)
{
	return text_of(reach_texts, KZ_REACH_COUNT, reach);
}

enum kz_result
kz_netclass_find(struct kz_str text, enum kz_netclass *netclass)
{
	size_t i = index_of(netclass_texts, KZ_NETCLASS_COUNT, text);

	if (i == KZ_NETCLASS_COUNT)
		return KZ_NOT_FOUND;
	*netclass = (enum kz_netclass)i;
	return KZ_OK;
}

enum kz_result
kz_service_find(struct kz_str text, enum kz_service *service)
{
	size_t i = index_of(service_texts, KZ_SERVICE_COUNT, text);

	if (i == KZ_SERVICE_COUNT)
		return KZ_NOT_FOUND;
	*service = (enum kz_service)i;
	return KZ_OK;
}

enum kz_result
kz_reach_find(struct kz_str text, enum kz_reach *reach)
{
	size_t i = index_of(reach_texts, KZ_REACH_COUNT, text);

	if (i == KZ_REACH_COUNT)
		return KZ_NOT_FOUND;
	*reach = (enum kz_reach)i;
	return KZ_OK;
}

enum kz_netclass
kz_netclass_of(enum kz_service service, const struct kz_addr *addr)
{
	bool v6 = addr->family == KZ_ADDR_V6;

	switch (service) {
	case KZ_SERVICE_DNS53UDP:
		return v6 ? KZ_NET_DNS53UDP_V6 : KZ_NET_DNS53UDP_V4;
	case KZ_SERVICE_DNS53TCP:
		return v6 ? KZ_NET_DNS53TCP_V6 : KZ_NET_DNS53TCP_V4;
	case KZ_SERVICE_HTTPS443:
		return v6 ? KZ_NET_HTTPS443_V6 : KZ_NET_HTTPS443_V4;
	case KZ_SERVICE_SMTP25:
	case KZ_SERVICE_COUNT:
		break;
	}
	return v6 ? KZ_NET_SMTP25_V6 : KZ_NET_SMTP25_V4;
}

struct kz_net
kz_netclass_place(const struct kz_addr *addr)
{
	return kz_net_of(addr, PLACE_V4_PREFIX, PLACE_V6_PREFIX);
}

/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "kizuki/core/netclass.h"
#include "kizuki/io/clock.h"

#include "limits_priv.h"

/* Entries kept of each kind, some 150 octets each. */
#define ADDRS_MAX 65536
#define DAY_S     86400
#define HOUR_S    3600
/* A queue for one network or server longer than this is not worth it. */
#define NET_WAIT_MAX_MS 90000
#define DNS_WAIT_MAX_MS 20000
/*
 * Of one second's queries a fifth may go out at once, less one; the others
 * follow at three quarters of the rate: so no second sees more than the whole.
 */
#define BURST_PART 5
/* Zones that publish one address before it is left alone. */
#define SHADOW_ZONES 5

enum kind {
	KIND_SMTP = 1,
	KIND_NET,
	KIND_SERVER,
	KIND_ZONE,
	KIND_SHADOW,
	KIND_WEB
};

struct entry {
	struct table_node node;
	int64_t last_s;   /* newest contact */
	int64_t window_s; /* start of the day or hour that count is of */
	uint32_t count;
	int64_t next_ms; /* monotonic: when the next one is due */
	uint32_t zones;  /* shadow questions */
	bool silent;     /* connected lately, and no banner came */
};

static void
entry_drop(struct table_node *node)
{
	free(node);
}

void
limits_open(struct limits *limits, const struct kz_config *config)
{
	limits->config = config;
	table_make(&limits->smtp, ADDRS_MAX, entry_drop);
	table_make(&limits->nets, ADDRS_MAX, entry_drop);
	table_make(&limits->servers, ADDRS_MAX, entry_drop);
	table_make(&limits->zones, ADDRS_MAX, entry_drop);
}

void
limits_close(struct limits *limits)
{
	table_clear(&limits->smtp);
	table_clear(&limits->nets);
	table_clear(&limits->servers);
	table_clear(&limits->zones);
}

static struct entry *
entry_get(struct table *table, enum kind kind, const struct kz_addr *addr,
	const struct kz_name *zone)
{
	uint8_t key[TABLE_KEY_SIZE];
	struct table_node *node;
	struct entry *entry;

	table_key(key, (uint8_t)kind, 0, addr, zone);
	node = table_find(table, key);
	if (node != NULL)
		return (struct entry *)node;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	table_key(entry->node.key, (uint8_t)kind, 0, addr, zone);
	table_put(table, &entry->node);
	return entry;
}

/* The count of the window that now_s falls in; a clock set back starts anew. */
static uint32_t
window_count(struct entry *entry, int64_t now_s, int64_t span_s)
{
	if (now_s < entry->window_s || now_s - entry->window_s >= span_s) {
		entry->window_s = now_s;
		entry->count = 0;
	}
	return entry->count;
}

/* When the turn of one more comes, in milliseconds from now. */
static int64_t
turn_ms(struct entry *entry, int64_t mono_ms, int64_t burst_ms)
{
	int64_t wait_ms;

	if (entry->next_ms < mono_ms)
		entry->next_ms = mono_ms;
	wait_ms = entry->next_ms - burst_ms - mono_ms;
	return wait_ms > 0 ? wait_ms : 0;
}

static bool
net_allows(struct limits *limits, const struct kz_addr *addr, int64_t now_s,
	uint32_t *wait_ms)
{
	const struct kz_config *config = limits->config;
	struct kz_net place = kz_netclass_place(addr);
	struct entry *net =
		entry_get(&limits->nets, KIND_NET, &place.addr, NULL);
	int64_t gap_ms = (int64_t)config->limits.smtp_per_net_s * 1000;
	int64_t wait;

	if (net == NULL)
		return false;
	wait = turn_ms(net, kz_clock_mono_ms(), 0);
	if (wait > NET_WAIT_MAX_MS ||
		window_count(net, now_s, HOUR_S) >=
			config->limits.smtp_per_net_hour)
		return false;
	net->next_ms += gap_ms;
	net->count++;
	*wait_ms = (uint32_t)wait;
	return true;
}

struct limits_answer
limits_smtp(struct limits *limits, const struct kz_addr *addr, bool confirm)
{
	const struct kz_config *config = limits->config;
	struct limits_answer answer = {false, 0};
	int64_t now_s = kz_clock_now_s();
	int64_t gap_s = confirm ? config->limits.smtp_confirm_s
				: config->limits.smtp_per_addr_s;
	struct entry *entry = entry_get(&limits->smtp, KIND_SMTP, addr, NULL);

	if (entry == NULL)
		return answer;
	/* A contact of the future means that the clock was set back. */
	if (entry->last_s != 0 && entry->last_s <= now_s &&
		now_s - entry->last_s < gap_s)
		return answer;
	if (window_count(entry, now_s, DAY_S) >=
			config->limits.smtp_per_addr_day ||
		!net_allows(limits, addr, now_s, &answer.wait_ms))
		return answer;
	entry->count++;
	entry->last_s = now_s;
	answer.allowed = true;
	return answer;
}

void
limits_smtp_touched(
	struct limits *limits, const struct kz_addr *addr, int64_t when_s)
{
	struct entry *entry = entry_get(&limits->smtp, KIND_SMTP, addr, NULL);
	int64_t now_s = kz_clock_now_s();

	if (entry == NULL || when_s > now_s || now_s - when_s >= DAY_S)
		return;
	if (when_s > entry->last_s)
		entry->last_s = when_s;
	if (entry->count == 0 || when_s < entry->window_s)
		entry->window_s = when_s;
	entry->count++;
}

void
limits_smtp_silent(
	struct limits *limits, const struct kz_addr *addr, bool silent)
{
	struct entry *entry = entry_get(&limits->smtp, KIND_SMTP, addr, NULL);

	if (entry != NULL)
		entry->silent = silent;
}

bool
limits_smtp_patient(struct limits *limits, const struct kz_addr *addr)
{
	uint8_t key[TABLE_KEY_SIZE];
	struct table_node *node;

	table_key(key, (uint8_t)KIND_SMTP, 0, addr, NULL);
	node = table_find(&limits->smtp, key);
	return node != NULL && ((struct entry *)node)->silent;
}

bool
limits_web(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *host)
{
	struct entry *entry = entry_get(&limits->zones, KIND_WEB, addr, host);
	int64_t now_s = kz_clock_now_s();

	if (entry == NULL ||
		(entry->last_s != 0 && entry->last_s <= now_s &&
			now_s - entry->last_s <
				limits->config->limits.web_per_host_s))
		return false;
	entry->last_s = now_s;
	return true;
}

/* Between two queries to one server. */
static int64_t
dns_gap_ms(const struct limits *limits)
{
	int64_t slower = 3 * (int64_t)limits->config->limits.dns_per_server_s;

	/* A rate beyond what milliseconds can tell is none. */
	return slower > 4000 ? 0 : (4000 + slower - 1) / slower;
}

struct limits_answer
limits_dns(struct limits *limits, const struct kz_addr *server,
	const struct kz_name *zone)
{
	const struct kz_config *config = limits->config;
	struct limits_answer answer = {false, 0};
	int64_t now_s = kz_clock_now_s();
	struct entry *by_server =
		entry_get(&limits->servers, KIND_SERVER, server, NULL);
	struct entry *by_zone =
		entry_get(&limits->zones, KIND_ZONE, server, zone);
	int64_t gap_ms = dns_gap_ms(limits);
	int64_t burst = config->limits.dns_per_server_s / BURST_PART;
	int64_t wait;

	if (by_server == NULL || by_zone == NULL)
		return answer;
	wait = turn_ms(by_server, kz_clock_mono_ms(),
		burst > 0 ? (burst - 1) * gap_ms : 0);
	if (wait > DNS_WAIT_MAX_MS ||
		window_count(by_zone, now_s, DAY_S) >=
			config->limits.dns_per_zone_day)
		return answer;
	by_server->next_ms += gap_ms;
	by_zone->count++;
	answer.allowed = true;
	answer.wait_ms = (uint32_t)wait;
	return answer;
}

void
limits_dns_more(struct limits *limits, const struct kz_addr *server,
	const struct kz_name *zone, uint32_t more)
{
	struct entry *by_zone =
		entry_get(&limits->zones, KIND_ZONE, server, zone);
	struct entry *by_server =
		entry_get(&limits->servers, KIND_SERVER, server, NULL);

	if (by_zone != NULL)
		by_zone->count += more;
	if (by_server != NULL)
		by_server->next_ms += more * dns_gap_ms(limits);
}

bool
limits_shadow(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *zone)
{
	struct entry *by_addr =
		entry_get(&limits->servers, KIND_SHADOW, addr, NULL);
	struct entry *by_zone =
		entry_get(&limits->zones, KIND_SHADOW, addr, zone);

	if (by_addr == NULL || by_zone == NULL)
		return false;
	/* The same zone looked at again is no further one. */
	if (by_zone->zones == 0) {
		by_zone->zones = 1;
		by_addr->zones++;
	}
	return by_addr->zones < SHADOW_ZONES;
}

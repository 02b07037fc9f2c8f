/* SPDX-License-Identifier: ISC */
#include "limits_priv.h"

#include <stdlib.h>

#include "kizuki/core/netclass.h"
#include "kizuki/io/clock.h"

/* Looked at for one that may be forgotten, when a table is full. */
#define RECLAIM_STEPS 16
#define DAY_S         86400
#define HOUR_S        3600
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

struct limits_now
limits_now_read(void)
{
	return (struct limits_now){kz_clock_now_s(), kz_clock_mono_ms()};
}

enum kz_result
limits_open(struct limits *limits, const struct kz_config *config, size_t max,
	int counts_fd)
{
	limits->config = config;
	table_make(&limits->smtp, max, entry_drop);
	table_make(&limits->nets, max, entry_drop);
	table_make(&limits->servers, max, entry_drop);
	table_make(&limits->shadows, max, entry_drop);
	table_make(&limits->published, max, entry_drop);
	table_make(&limits->webs, max, entry_drop);
	return daycount_open(&limits->zones, counts_fd);
}

void
limits_close(struct limits *limits)
{
	table_clear(&limits->smtp);
	table_clear(&limits->nets);
	table_clear(&limits->servers);
	table_clear(&limits->shadows);
	table_clear(&limits->published);
	table_clear(&limits->webs);
	daycount_close(&limits->zones);
}

/* Over, or of a clock that was set back since. */
static bool
over(int64_t since_s, int64_t now_s, int64_t span_s)
{
	return now_s < since_s || now_s - since_s >= span_s;
}

/* Would a new entry allow no more than this one? */
static bool
spent(const struct limits *limits, const struct entry *entry,
	const struct limits_now *now)
{
	const struct kz_config *config = limits->config;
	int64_t day_s = DAY_S;

	switch ((enum kind)entry->node.key[0]) {
	case KIND_SMTP:
		if (config->limits.smtp_per_addr_s > day_s)
			day_s = config->limits.smtp_per_addr_s;
		if (config->limits.smtp_confirm_s > day_s)
			day_s = config->limits.smtp_confirm_s;
		return over(entry->window_s, now->wall_s, DAY_S) &&
			over(entry->last_s, now->wall_s, day_s);
	case KIND_NET:
		return over(entry->window_s, now->wall_s, HOUR_S) &&
			entry->next_ms <= now->mono_ms;
	case KIND_SERVER:
		return entry->next_ms <= now->mono_ms;
	case KIND_WEB:
		return over(entry->last_s, now->wall_s,
			config->limits.web_per_host_s);
	case KIND_SHADOW:
	case KIND_ZONE:
		break;
	}
	return over(entry->last_s, now->wall_s, DAY_S);
}

/*
 * Room for one more.  Who brings many addresses must not make us forget what
 * one of them has had: where all still count, the new one waits for its day.
 */
static bool
room(const struct limits *limits, struct table *table,
	const struct limits_now *now)
{
	for (int i = 0; table->count >= table->max && i < RECLAIM_STEPS; i++) {
		struct table_node *oldest = TAILQ_FIRST(&table->order);

		if (spent(limits, (struct entry *)oldest, now)) {
			table_remove(table, oldest);
			continue;
		}
		TAILQ_REMOVE(&table->order, oldest, in_order);
		TAILQ_INSERT_TAIL(&table->order, oldest, in_order);
	}
	return table->count < table->max;
}

/* What is known of one; NULL: nothing. */
static struct entry *
entry_find(struct table *table, enum kind kind, const struct kz_addr *addr,
	const struct kz_name *zone)
{
	uint8_t key[TABLE_KEY_SIZE];

	table_key(key, (uint8_t)kind, 0, addr, zone);
	return (struct entry *)table_find(table, key);
}

/* A new one; NULL: it cannot be counted now, so it must not be asked. */
static struct entry *
entry_new(struct table *table, enum kind kind, const struct kz_addr *addr,
	const struct kz_name *zone)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	table_key(entry->node.key, (uint8_t)kind, 0, addr, zone);
	table_put(table, &entry->node);
	return entry;
}

static struct entry *
entry_get(struct limits *limits, struct table *table, enum kind kind,
	const struct kz_addr *addr, const struct limits_now *now)
{
	struct entry *entry = entry_find(table, kind, addr, NULL);

	if (entry != NULL || !room(limits, table, now))
		return entry;
	return entry_new(table, kind, addr, NULL);
}

/* The count of the window that now_s falls in; a clock set back starts anew. */
static uint32_t
window_count(struct entry *entry, int64_t now_s, int64_t span_s)
{
	if (over(entry->window_s, now_s, span_s)) {
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

static struct entry *
net_of(struct limits *limits, const struct kz_addr *addr,
	const struct limits_now *now)
{
	struct kz_net place = kz_netclass_place(addr);

	return entry_get(limits, &limits->nets, KIND_NET, &place.addr, now);
}

static bool
net_allows(struct limits *limits, const struct kz_addr *addr,
	const struct limits_now *now, uint32_t *wait_ms)
{
	const struct kz_config *config = limits->config;
	struct entry *net = net_of(limits, addr, now);
	int64_t gap_ms = (int64_t)config->limits.smtp_per_net_s * 1000;
	int64_t wait;

	if (net == NULL)
		return false;
	wait = turn_ms(net, now->mono_ms, 0);
	if (wait > NET_WAIT_MAX_MS ||
		window_count(net, now->wall_s, HOUR_S) >=
			config->limits.smtp_per_net_hour)
		return false;
	net->next_ms += gap_ms;
	net->count++;
	*wait_ms = (uint32_t)wait;
	return true;
}

struct limits_answer
limits_smtp(struct limits *limits, const struct kz_addr *addr,
	enum limits_purpose purpose, const struct limits_now *now)
{
	const struct kz_config *config = limits->config;
	struct limits_answer answer = {false, 0};
	uint32_t day = config->limits.smtp_per_addr_day;
	uint32_t most = purpose == LIMITS_CANARY ? day - day / 2 : day;
	int64_t gap_s = purpose == LIMITS_EXAMINE
		? config->limits.smtp_per_addr_s
		: config->limits.smtp_confirm_s;
	struct entry *entry =
		entry_get(limits, &limits->smtp, KIND_SMTP, addr, now);

	/* A contact of the future means that the clock was set back. */
	if (entry == NULL ||
		(entry->last_s != 0 &&
			!over(entry->last_s, now->wall_s, gap_s)) ||
		window_count(entry, now->wall_s, DAY_S) >= most ||
		!net_allows(limits, addr, now, &answer.wait_ms))
		return answer;
	entry->count++;
	entry->last_s = now->wall_s;
	answer.allowed = true;
	return answer;
}

/* What an earlier process did in a window that is not over. */
static void
count_past(struct entry *entry, int64_t when_s)
{
	if (entry->count == 0 || when_s < entry->window_s)
		entry->window_s = when_s;
	entry->count++;
}

void
limits_smtp_touched(struct limits *limits, const struct kz_addr *addr,
	int64_t when_s, const struct limits_now *now)
{
	struct entry *entry, *net;

	if (over(when_s, now->wall_s, DAY_S))
		return;
	entry = entry_get(limits, &limits->smtp, KIND_SMTP, addr, now);
	if (entry != NULL) {
		if (when_s > entry->last_s)
			entry->last_s = when_s;
		count_past(entry, when_s);
	}
	net = over(when_s, now->wall_s, HOUR_S) ? NULL
						: net_of(limits, addr, now);
	if (net != NULL)
		count_past(net, when_s);
}

void
limits_smtp_silent(struct limits *limits, const struct kz_addr *addr,
	bool silent, const struct limits_now *now)
{
	struct entry *entry =
		entry_get(limits, &limits->smtp, KIND_SMTP, addr, now);

	if (entry != NULL)
		entry->silent = silent;
}

bool
limits_smtp_patient(struct limits *limits, const struct kz_addr *addr)
{
	struct entry *entry = entry_find(&limits->smtp, KIND_SMTP, addr, NULL);

	return entry != NULL && entry->silent;
}

bool
limits_web(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *host, const struct limits_now *now)
{
	struct entry *entry = entry_find(&limits->webs, KIND_WEB, addr, host);

	if (entry == NULL && room(limits, &limits->webs, now))
		entry = entry_new(&limits->webs, KIND_WEB, addr, host);
	if (entry == NULL ||
		(entry->last_s != 0 &&
			!over(entry->last_s, now->wall_s,
				host->len > 0
					? limits->config->limits.web_per_host_s
					: DAY_S)))
		return false;
	entry->last_s = now->wall_s;
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
	const struct kz_name *zone, const struct limits_now *now)
{
	const struct kz_config *config = limits->config;
	struct limits_answer answer = {false, 0};
	struct entry *by_server =
		entry_get(limits, &limits->servers, KIND_SERVER, server, now);
	int64_t gap_ms = dns_gap_ms(limits);
	int64_t burst = config->limits.dns_per_server_s / BURST_PART;
	uint8_t by_zone[TABLE_KEY_SIZE];
	int64_t wait;

	if (by_server == NULL)
		return answer;
	table_key(by_zone, KIND_ZONE, 0, server, zone);
	wait = turn_ms(
		by_server, now->mono_ms, burst > 0 ? (burst - 1) * gap_ms : 0);
	if (wait > DNS_WAIT_MAX_MS ||
		daycount_get(&limits->zones, by_zone, sizeof(by_zone),
			now->wall_s) >= config->limits.dns_per_zone_day)
		return answer;
	by_server->next_ms += gap_ms;
	daycount_add(&limits->zones, by_zone, sizeof(by_zone), 1, now->wall_s);
	answer.allowed = true;
	answer.wait_ms = (uint32_t)wait;
	return answer;
}

void
limits_dns_more(struct limits *limits, const struct kz_addr *server,
	const struct kz_name *zone, uint32_t more, const struct limits_now *now)
{
	struct entry *by_server =
		entry_get(limits, &limits->servers, KIND_SERVER, server, now);
	uint8_t by_zone[TABLE_KEY_SIZE];

	table_key(by_zone, KIND_ZONE, 0, server, zone);
	daycount_add(
		&limits->zones, by_zone, sizeof(by_zone), more, now->wall_s);
	if (by_server != NULL)
		by_server->next_ms += more * dns_gap_ms(limits);
}

bool
limits_shadow(struct limits *limits, const struct kz_addr *addr,
	const struct kz_name *zone, const struct limits_now *now)
{
	struct entry *by_addr =
		entry_get(limits, &limits->shadows, KIND_SHADOW, addr, now);
	struct entry *by_zone =
		entry_find(&limits->published, KIND_SHADOW, addr, zone);

	if (by_addr == NULL)
		return false;
	by_addr->last_s = now->wall_s;
	/* The same zone looked at again is no further one; a forgotten one is,
	 * which asks less. */
	if (by_zone == NULL) {
		by_zone =
			entry_new(&limits->published, KIND_SHADOW, addr, zone);
		if (by_zone == NULL)
			return false;
		by_addr->zones++;
	}
	return by_addr->zones < SHADOW_ZONES;
}

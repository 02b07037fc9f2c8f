/* SPDX-License-Identifier: ISC */
#include "turns_priv.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "kizuki/io/clock.h"

#include "output_priv.h"
#include "probe_priv.h"

/* A turn further away than this does not come within an examination. */
#define WAIT_MAX_MS 60000
/* Servers whose rates are kept. */
#define SERVERS_MAX 512

/* The first of those who wait; NULL: nobody. */
static struct event *
take_waiter(struct turns *turns)
{
	struct turns_waiter *waiter = STAILQ_FIRST(&turns->waiting);
	struct event *event;

	if (waiter == NULL)
		return NULL;
	event = waiter->event;
	STAILQ_REMOVE_HEAD(&turns->waiting, next);
	turns->node.held--;
	free(waiter);
	return event;
}

static void
turns_drop(struct table_node *node)
{
	while (take_waiter((struct turns *)node) != NULL)
		continue;
	free(node);
}

void
turns_open(struct probe *probe, bool asked)
{
	probe->turns_asked = asked;
	probe->turns = calloc(1, sizeof(*probe->turns));
	if (probe->turns == NULL)
		probe_no_memory();
	table_make(probe->turns, SERVERS_MAX, turns_drop);
}

void
turns_close(struct probe *probe)
{
	table_clear(probe->turns);
	free(probe->turns);
	probe->turns = NULL;
}

struct turns *
turns_of(struct probe *probe, bool rdap, const char *server)
{
	struct kz_name name = {0};
	uint8_t key[TABLE_KEY_SIZE];
	struct turns *turns;

	(void)strlcpy(name.text, server, sizeof(name.text));
	name.len = (uint8_t)strlen(name.text);
	table_key(key, rdap, 0, NULL, &name);
	turns = (struct turns *)table_find(probe->turns, key);
	if (turns != NULL)
		return turns;
	turns = calloc(1, sizeof(*turns));
	if (turns == NULL)
		probe_no_memory();
	memcpy(turns->node.key, key, sizeof(key));
	memcpy(turns->server, name.text, sizeof(turns->server));
	turns->rdap = rdap;
	STAILQ_INIT(&turns->waiting);
	table_put(probe->turns, &turns->node);
	return turns;
}

static void
tell(struct probe *probe, const struct turns *turns, uint32_t asked)
{
	struct kz_line line = {.kind = KZ_LINE_TURN};
	struct kz_turn_told *told = &line.u.turn;

	memcpy(told->server, turns->server, sizeof(told->server));
	told->rdap = turns->rdap;
	told->when_s = kz_clock_now_s();
	told->asked = asked;
	told->until_s = turns->turn.until_s;
	told->back_off_s = turns->turn.back_off_s;
	output_line(probe->output, &line);
}

static struct kz_turn_rule
rule_of(const struct probe *probe, const struct turns *turns)
{
	return kz_config_turn_rule(&probe->config, turns->server, turns->rdap);
}

/* Milliseconds from one question to the next. */
static int64_t
gap_ms(const struct probe *probe, const struct turns *turns)
{
	return (int64_t)rule_of(probe, turns).gap_s * 1000;
}

/* The event after our own gap, and least_ms.  False: that is too far away. */
static bool
arm(struct probe *probe, struct turns *turns, struct event *event,
	int64_t least_ms)
{
	int64_t now_ms = kz_clock_mono_ms();
	int64_t wait_ms = turns->next_ms > now_ms ? turns->next_ms - now_ms : 0;
	struct timeval span;

	if (wait_ms > WAIT_MAX_MS)
		return false;
	if (wait_ms < least_ms)
		wait_ms = least_ms;
	span = (struct timeval){
		wait_ms / 1000, (suseconds_t)(wait_ms % 1000) * 1000};
	if (evtimer_add(event, &span) != 0)
		probe_no_memory();
	turns->next_ms = now_ms + wait_ms + gap_ms(probe, turns);
	return true;
}

static bool
want(struct probe *probe, struct turns *turns, struct event *event)
{
	struct kz_line line = {.kind = KZ_LINE_WANT};
	struct turns_waiter *waiter;

	if (turns->denied || probe->turns_over)
		return false;
	waiter = calloc(1, sizeof(*waiter));
	if (waiter == NULL)
		probe_no_memory();
	waiter->event = event;
	STAILQ_INSERT_TAIL(&turns->waiting, waiter, next);
	turns->node.held++;
	memcpy(line.u.grant.server, turns->server, sizeof(turns->server));
	line.u.grant.rdap = turns->rdap;
	output_line(probe->output, &line);
	return true;
}

bool
turns_take(struct probe *probe, struct turns *turns, struct event *event)
{
	int64_t now_s = kz_clock_now_s();

	if (probe->turns_asked)
		return want(probe, turns, event);
	if (!kz_turn_free(&turns->turn, rule_of(probe, turns).per_day, now_s) ||
		!arm(probe, turns, event, 0))
		return false;
	kz_turn_count(&turns->turn, 1, now_s);
	tell(probe, turns, 1);
	return true;
}

static void
deny(struct turns *turns, struct event *event)
{
	turns->denied = true;
	event_active(event, EV_TIMEOUT, 0);
}

void
turns_granted(struct probe *probe, const struct kz_line_grant *grant)
{
	struct turns *turns = turns_of(probe, grant->rdap, grant->server);
	struct event *event = take_waiter(turns);

	if (event != NULL &&
		(!grant->granted ||
			!arm(probe, turns, event,
				(int64_t)grant->wait_s * 1000)))
		deny(turns, event);
}

void
turns_over(struct probe *probe)
{
	struct table_node *node;
	struct event *event;

	probe->turns_over = true;
	TAILQ_FOREACH (node, &probe->turns->order, in_order)
		while ((event = take_waiter((struct turns *)node)) != NULL)
			deny((struct turns *)node, event);
}

bool
turns_resting(const struct turns *turns)
{
	return turns->denied ||
		!kz_turn_free(&turns->turn, UINT32_MAX, kz_clock_now_s());
}

void
turns_back_off(struct probe *probe, struct turns *turns, int64_t least_s)
{
	kz_turn_back_off(&turns->turn, least_s, kz_clock_now_s());
	tell(probe, turns, 0);
}

void
turns_answered(struct probe *probe, struct turns *turns)
{
	if (turns->turn.back_off_s == 0)
		return;
	turns->turn.back_off_s = 0;
	turns->turn.until_s = 0;
	tell(probe, turns, 0);
}

void
turns_told(struct probe *probe, const struct kz_turn_told *told)
{
	struct turns *turns = turns_of(probe, told->rdap, told->server);
	int64_t next_ms = kz_clock_mono_ms() + gap_ms(probe, turns);

	kz_turn_count(&turns->turn, told->asked, told->when_s);
	turns->turn.until_s = told->until_s;
	turns->turn.back_off_s = told->back_off_s;
	/* How long ago the newest of them was is not said. */
	if (told->asked > 0 && turns->next_ms < next_ms)
		turns->next_ms = next_ms;
}
